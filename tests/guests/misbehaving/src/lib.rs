//! A credential plugin that does what it should not: one way for each bound of the host.
//!
//! What it does is chosen by the text setting `behaviour`, so that one component serves every test.
//! How it describes itself, which no setting can say, is chosen by a few bytes of its data. It is built
//! by the tests and is no part of the product.
#![cfg(target_family = "wasm")]

mod behaviour;
#[path = "../../src/behaviours.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "shared with the tests, which use the rest"
)]
mod behaviours;
mod description;
mod request;

#[allow(
    unsafe_code,
    missing_docs,
    unreachable_pub,
    clippy::all,
    reason = "generated from wit/, where the documentation stands"
)]
mod bindings {
    wit_bindgen::generate!({
        path: "../../../wit",
        world: "credential-plugin",
    });

    use super::Misbehaving;
    export!(Misbehaving with_types_in self);
}

use bindings::connector::credential::http::{Answer, Request};
use bindings::connector::credential::types::{Error, ErrorKind, Sealed, Setting, SettingValue};
use bindings::exports::connector::credential::{connection, credential, oauth};

struct Misbehaving;

/// The text of a setting.
fn text<'a>(settings: &'a [Setting], field: &str) -> &'a str {
    settings
        .iter()
        .find(|setting| setting.field == field)
        .and_then(|setting| match &setting.value {
            SettingValue::Text(text) => Some(text.as_str()),
            SettingValue::Secret(_) => None,
        })
        .unwrap_or_default()
}

/// The name of the secret in a setting.
fn secret(settings: &[Setting], field: &str) -> String {
    settings
        .iter()
        .find(|setting| setting.field == field)
        .and_then(|setting| match &setting.value {
            SettingValue::Secret(sealed) => Some(sealed.secret.clone()),
            SettingValue::Text(_) => None,
        })
        .unwrap_or_default()
}

impl credential::Guest for Misbehaving {
    fn describe() -> credential::Descriptor {
        description::describe()
    }

    fn validate(settings: Vec<Setting>) -> Vec<credential::Problem> {
        behaviour::compute(&settings);
        behaviour::problems(&settings)
    }
}

impl oauth::Guest for Misbehaving {
    fn plan(settings: Vec<Setting>) -> Result<oauth::GrantPlan, Error> {
        behaviour::plan(&settings)
    }

    fn authorization_url(
        settings: Vec<Setting>,
        authorization: oauth::Authorization,
    ) -> Result<String, Error> {
        // A test writes what the host made into the URL, where its place is marked.
        Ok(behaviour::compute(&settings)
            .replace("$redirect", &authorization.redirect_uri)
            .replace("$state", &authorization.state)
            .replace(
                "$challenge",
                &authorization.code_challenge.unwrap_or_default(),
            )
            .replace("$secret", &secret(&settings, "secret")))
    }

    fn authorization_refused(
        settings: Vec<Setting>,
        _refusal: oauth::AuthorizationRefusal,
    ) -> Error {
        behaviour::refusal(&settings, &behaviour::compute(&settings))
    }

    fn token_request(settings: Vec<Setting>, grant: oauth::Grant) -> Result<Request, Error> {
        Ok(request::exchange(&settings, &grant))
    }

    fn parse_token_response(
        settings: Vec<Setting>,
        _grant: oauth::Grant,
        answer: Answer,
    ) -> Result<oauth::Tokens, Error> {
        behaviour::tokens(&settings, &answer)
    }

    fn obtain_tokens(settings: Vec<Setting>, grant: oauth::Grant) -> Result<oauth::Tokens, Error> {
        let request = Self::token_request(settings.clone(), grant.clone())?;
        let answer = bindings::connector::credential::http::send(&request);
        Self::parse_token_response(settings, grant, answer)
    }
}

impl connection::Guest for Misbehaving {
    fn authenticate(
        settings: Vec<Setting>,
        access: String,
    ) -> Result<connection::ApiAuthentication, Error> {
        Ok(request::authentication(&settings, &access))
    }

    fn test(settings: Vec<Setting>, access: Sealed) -> Result<Vec<connection::Check>, Error> {
        Ok(behaviour::checks(&settings, &access))
    }

    fn connecting_warning(settings: Vec<Setting>) -> Option<String> {
        Some(behaviour::send_in_secret(&settings))
    }

    fn revocation_warning(settings: Vec<Setting>) -> Option<String> {
        Some(behaviour::send_in_secret(&settings))
    }

    /// What it sends without an aim, it sends here: to revoke, anything may leave.
    fn revoke(settings: Vec<Setting>, tokens: connection::HeldTokens) -> Result<(), Error> {
        use bindings::connector::credential::http::send;
        let (access, refresh) = (
            tokens.access.unwrap_or_default(),
            tokens.refresh.unwrap_or_default(),
        );
        let url = text(&settings, "argument");
        match behaviour::told(&settings) {
            Some(behaviours::Behaviour::RevokesUnasked) => Ok(()),
            Some(behaviours::Behaviour::RevokesWithout) => {
                let _ = send(&request::get("https://service.example/"));
                Ok(())
            }
            Some(behaviours::Behaviour::Revokes) => {
                let _ = send(&request::about_token(url, &access));
                Ok(())
            }
            Some(behaviours::Behaviour::RevokesBoth) => {
                let _ = send(&request::about_token(text(&settings, "extra"), &access));
                let _ = send(&request::about_token(url, &refresh));
                Ok(())
            }
            _ if !url.is_empty() => Err(behaviour::error(
                ErrorKind::Other,
                behaviour::send(&settings),
            )),
            _ => Err(behaviour::refusal(
                &settings,
                &behaviour::compute(&settings),
            )),
        }
    }
}
