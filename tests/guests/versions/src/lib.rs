//! A credential plugin of which there are several versions: one that works, and others that an upgrade
//! could bring.
//!
//! Which one it is, is chosen by a few bytes of its data, so each has a digest of its own. The service it
//! speaks to is one that mocks Intacct. It is built by the tests and is no part of the product.
#![cfg(target_family = "wasm")]

#[path = "../../src/behaviours.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "shared with the tests, which use the rest"
)]
mod behaviours;
mod description;

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

    use super::Versions;
    export!(Versions with_types_in self);
}

use behaviours::Version;
use bindings::connector::credential::http::{
    self, Answer, Authorization, Method, Pair, Request, RequestBody, Response, Segment, Value,
};
use bindings::connector::credential::types::{
    Actor, Diagnosis, Error, ErrorKind, Sealed, Setting, SettingValue,
};
use bindings::exports::connector::credential::connection::{self, Check, Outcome};
use bindings::exports::connector::credential::credential::{self, Problem, Severity};
use bindings::exports::connector::credential::oauth::{self, Grant, GrantKind, GrantPlan, Tokens};
use description::version;

struct Versions;

/// Where tokens are had.
const TOKEN_URL: &str = "https://service.example/ia/api/v1/oauth2/token";

/// What a test asks for.
const API_URL: &str = "https://service.example/ia/api/v1/services/core/session/id";

fn value<'a>(settings: &'a [Setting], field: &str) -> Option<&'a SettingValue> {
    settings
        .iter()
        .find(|it| it.field == field)
        .map(|it| &it.value)
}

fn error(kind: ErrorKind, code: &str, message: &str, actor: Actor) -> Error {
    Error {
        kind,
        diagnosis: Diagnosis {
            code: code.to_owned(),
            message: message.to_owned(),
            hint: None,
            actor,
            setup_step: None,
            support_id: None,
        },
        retry_after_seconds: None,
    }
}

fn unfit() -> Error {
    let message = "These settings cannot be used.";
    error(
        ErrorKind::InvalidSettings,
        "unfit-settings",
        message,
        Actor::User,
    )
}

fn dead() -> Error {
    let message = "The grant has ended.";
    error(ErrorKind::Reauthorize, "dead-grant", message, Actor::User)
}

/// Control characters: JSON writes six for each of them.
fn at_length() -> Error {
    let long = "\u{1}".repeat(300_000);
    let mut error = error(ErrorKind::InvalidSettings, &long, &long, Actor::User);
    error.diagnosis.hint = Some(long);
    error
}

/// What stands in `note`, as far as it is told.
fn note(settings: &[Setting]) -> String {
    match value(settings, "note") {
        Some(SettingValue::Text(text)) => format!("note {text}"),
        Some(SettingValue::Secret(_)) => "note is a secret".to_owned(),
        None => "no note".to_owned(),
    }
}

/// Where this version needs what connecting taught.
fn learnt(settings: &[Setting]) -> Result<(), Error> {
    match (version(), value(settings, "note")) {
        (Version::Learns, None | Some(SettingValue::Secret(_))) => Err(unfit()),
        _ => Ok(()),
    }
}

#[expect(clippy::panic, reason = "panicking is what this version does")]
fn trap() -> ! {
    panic!("not-a-real-panic")
}

impl credential::Guest for Versions {
    fn describe() -> credential::Descriptor {
        description::describe()
    }

    fn validate(settings: Vec<Setting>) -> Vec<Problem> {
        description::fields()
            .iter()
            .filter(|it| matches!(it.requirement, credential::Requirement::Required))
            .filter(|it| value(&settings, &it.id).is_none())
            .map(|it| Problem {
                field: it.id.clone(),
                severity: Severity::Error,
                code: "required".to_owned(),
                message: format!("{} is missing.", it.label),
                hint: None,
            })
            .collect()
    }
}

/// Where a field is missing that must be filled in.
fn checked(settings: &[Setting]) -> Result<(), Error> {
    let problems = <Versions as credential::Guest>::validate(settings.to_vec());
    if problems.is_empty() {
        Ok(())
    } else {
        Err(unfit())
    }
}

fn renewals() -> Vec<GrantKind> {
    match version() {
        Version::RenewsByNothing => Vec::new(),
        Version::RenewsByOther => vec![GrantKind::Other("urn:example:other".to_owned())],
        Version::RenewsByPerson => vec![GrantKind::AuthorizationCode],
        Version::BreaksPlan => vec![GrantKind::RefreshToken, GrantKind::RefreshToken],
        _ => vec![GrantKind::RefreshToken],
    }
}

/// A field of the token request, as far as the form has it.
fn pair(settings: &[Setting], name: &str) -> Option<Pair> {
    let value = match value(settings, name)? {
        SettingValue::Text(text) => Segment::Text(text.clone()),
        SettingValue::Secret(sealed) => Segment::Secret(sealed.secret.clone()),
    };
    Some(Pair {
        name: name.to_owned(),
        value: vec![value],
    })
}

fn words(name: &str, value: &str) -> Pair {
    Pair {
        name: name.to_owned(),
        value: vec![Segment::Text(value.to_owned())],
    }
}

fn request(method: Method, url: &str) -> Request {
    Request {
        method,
        url: url.to_owned(),
        authorization: None,
        headers: Vec::new(),
        body: RequestBody::None,
    }
}

impl oauth::Guest for Versions {
    fn plan(settings: Vec<Setting>) -> Result<GrantPlan, Error> {
        match version() {
            Version::TrapsInPlan => trap(),
            Version::RefusesInPlan => return Err(unfit()),
            Version::DeadUnasked => return Err(dead()),
            _ => checked(&settings)?,
        }
        Ok(GrantPlan {
            connect: GrantKind::ClientCredentials,
            renew: renewals(),
            margin_seconds: 1_800,
            pkce: false,
            scopes: Vec::new(),
        })
    }

    fn authorization_url(_: Vec<Setting>, _: oauth::Authorization) -> Result<String, Error> {
        Err(error(
            ErrorKind::Other,
            "no-browser",
            "No browser is needed.",
            Actor::Plugin,
        ))
    }

    fn authorization_refused(_: Vec<Setting>, _: oauth::AuthorizationRefusal) -> Error {
        dead()
    }

    fn token_request(settings: Vec<Setting>, grant: Grant) -> Result<Request, Error> {
        match version() {
            Version::TrapsInRequest => trap(),
            Version::RefusesInRequest => return Err(unfit()),
            Version::RefusesAtLength => return Err(at_length()),
            _ => checked(&settings)?,
        }
        let client = ["client_id", "client_secret"];
        let mut form: Vec<Pair> = client.iter().filter_map(|it| pair(&settings, it)).collect();
        match grant {
            Grant::RefreshToken(token) => {
                learnt(&settings)?;
                form.extend([
                    words("grant_type", "refresh_token"),
                    Pair {
                        name: "refresh_token".to_owned(),
                        value: vec![Segment::Secret(token)],
                    },
                ]);
            }
            _ => {
                form.push(words("grant_type", "client_credentials"));
                form.extend(pair(&settings, "username"));
            }
        }
        Ok(Request {
            body: RequestBody::Form(form),
            ..request(Method::Post, TOKEN_URL)
        })
    }

    fn parse_token_response(
        _: Vec<Setting>,
        grant: Grant,
        answer: Answer,
    ) -> Result<Tokens, Error> {
        match version() {
            Version::TrapsOnAnswer => trap(),
            Version::DeadOnAnswer => Err(dead()),
            Version::WaitsForever => Err(Error {
                retry_after_seconds: Some(u32::MAX),
                ..error(
                    ErrorKind::Throttled,
                    "throttled",
                    "The service asks to wait.",
                    Actor::Service,
                )
            }),
            Version::Learns if !matches!(grant, Grant::RefreshToken(_)) => Ok(Tokens {
                facts: vec![oauth::Fact {
                    field: "note".to_owned(),
                    value: "realm-4620816365".to_owned(),
                }],
                ..tokens(&answered(answer)?)?
            }),
            _ => tokens(&answered(answer)?),
        }
    }

    fn obtain_tokens(settings: Vec<Setting>, grant: Grant) -> Result<Tokens, Error> {
        let mut request = Self::token_request(settings.clone(), grant.clone())?;
        match version() {
            Version::SendsOtherwise => {
                if let RequestBody::Form(form) = &mut request.body {
                    form.push(words("audience", "another"));
                }
            }
            Version::SendsNone => return Err(dead()),
            Version::ObtainsNothing => {
                let _ = http::send(&request);
                return Err(dead());
            }
            _ => {}
        }
        Self::parse_token_response(settings, grant, http::send(&request))
    }
}

fn answered(answer: Answer) -> Result<Response, Error> {
    match answer {
        Ok(response) if response.status == 200 => Ok(response),
        Ok(response) if response.status == 400 => Err(dead()),
        Ok(_) => Err(error(
            ErrorKind::Unavailable,
            "away",
            "The service is away.",
            Actor::Service,
        )),
        Err(failure) if failure.request_sent => Err(error(
            ErrorKind::OutcomeUnknown,
            "no-answer",
            "No answer.",
            Actor::Service,
        )),
        Err(_) => Err(error(
            ErrorKind::Unavailable,
            "not-sent",
            "Nothing was sent.",
            Actor::Service,
        )),
    }
}

fn tokens(response: &Response) -> Result<Tokens, Error> {
    let secret = |pointer: &str| {
        response.members.iter().find_map(|it| match &it.value {
            Value::Secret(sealed) if it.pointer == pointer => Some(sealed.secret.clone()),
            _ => None,
        })
    };
    let life = response.members.iter().find_map(|it| match it.value {
        Value::Number(seconds) => u64::try_from(seconds).ok(),
        _ => None,
    });
    let access = secret("/access_token").ok_or_else(dead)?;
    Ok(Tokens {
        token_type: match version() {
            Version::MacTokens => "mac",
            Version::UntypedTokens => "",
            _ => "Bearer",
        }
        .to_owned(),
        access: match version() {
            Version::BreaksAnswer => "token.0.0000000000000000".to_owned(),
            _ => access,
        },
        refresh: secret("/refresh_token"),
        expires_in_seconds: match version() {
            Version::NoLife => Some(0),
            Version::EternalLife => Some(u64::MAX),
            _ => life,
        },
        refresh_expires_in_seconds: match version() {
            Version::EternalLife => Some(u64::MAX),
            _ => None,
        },
        scopes: None,
        identity: None,
        facts: Vec::new(),
    })
}

impl connection::Guest for Versions {
    fn authenticate(
        settings: Vec<Setting>,
        access: String,
    ) -> Result<connection::ApiAuthentication, Error> {
        learnt(&settings)?;
        Ok(connection::ApiAuthentication {
            authorization: Some(Authorization::Bearer(access)),
            headers: Vec::new(),
        })
    }

    fn test(settings: Vec<Setting>, access: Sealed) -> Result<Vec<Check>, Error> {
        if version() == Version::NoCheck {
            return Ok(Vec::new());
        }
        let answer = http::send(&Request {
            authorization: Some(Authorization::Bearer(access.secret)),
            ..request(Method::Get, API_URL)
        });
        let status = answered(answer)?.status;
        Ok(vec![Check {
            id: "accepted".to_owned(),
            title: "Token accepted".to_owned(),
            outcome: Outcome::Passed,
            detail: Some(format!("HTTP {status}; {}", note(&settings))),
            diagnosis: None,
        }])
    }

    fn connecting_warning(_: Vec<Setting>) -> Option<String> {
        None
    }

    fn revocation_warning(settings: Vec<Setting>) -> Option<String> {
        (version() == Version::Learns).then(|| note(&settings))
    }

    fn revoke(_: Vec<Setting>, _: connection::HeldTokens) -> Result<(), Error> {
        Err(error(
            ErrorKind::Other,
            "not-offered",
            "It cannot be revoked.",
            Actor::Plugin,
        ))
    }
}
