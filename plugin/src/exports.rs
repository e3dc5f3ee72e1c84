//! The exports, one line each: convert, call the core, convert back.

use crate::{
    bindings::{
        connector::credential::http,
        exports::connector::credential::{connection, credential, oauth},
    },
    convert::{self, Settings, fallible, list},
};
use alloc::{string::String, vec::Vec};

/// What the host calls.
pub(crate) struct Plugin;

/// Carries a request to the host and the answer back.
fn send(request: intacct_core::Request) -> intacct_core::Answer {
    convert::answer(http::send(&convert::request(request)))
}

impl credential::Guest for Plugin {
    fn describe() -> credential::Descriptor {
        convert::descriptor(intacct_core::describe())
    }

    fn validate(settings: Settings) -> Vec<credential::Problem> {
        list(
            intacct_core::validate(&convert::settings(settings)),
            convert::problem,
        )
    }
}

impl oauth::Guest for Plugin {
    fn plan(settings: Settings) -> Result<oauth::GrantPlan, oauth::Error> {
        fallible(
            intacct_core::plan(&convert::settings(settings)),
            convert::grant_plan,
        )
    }

    fn authorization_url(
        settings: Settings,
        authorization: oauth::Authorization,
    ) -> Result<String, oauth::Error> {
        let settings = convert::settings(settings);
        let authorization = convert::authorization(authorization);
        fallible(
            intacct_core::authorization_url(&settings, &authorization),
            |url| url,
        )
    }

    fn authorization_refused(
        settings: Settings,
        refusal: oauth::AuthorizationRefusal,
    ) -> oauth::Error {
        let settings = convert::settings(settings);
        let refusal = convert::authorization_refusal(refusal);
        convert::error(intacct_core::authorization_refused(&settings, &refusal))
    }

    fn token_request(
        settings: Settings,
        grant: oauth::Grant,
    ) -> Result<oauth::Request, oauth::Error> {
        let (settings, grant) = (convert::settings(settings), convert::grant(grant));
        let request = intacct_core::token_request(&settings, &grant);
        fallible(request, convert::request)
    }

    fn parse_token_response(
        settings: Settings,
        grant: oauth::Grant,
        answer: oauth::Answer,
    ) -> Result<oauth::Tokens, oauth::Error> {
        let (settings, grant) = (convert::settings(settings), convert::grant(grant));
        let answer = convert::answer(answer);
        let tokens = intacct_core::parse_token_response(&settings, &grant, &answer);
        fallible(tokens, convert::tokens)
    }

    fn obtain_tokens(
        settings: Settings,
        grant: oauth::Grant,
    ) -> Result<oauth::Tokens, oauth::Error> {
        let (settings, grant) = (convert::settings(settings), convert::grant(grant));
        fallible(
            intacct_core::obtain_tokens(&settings, &grant, send),
            convert::tokens,
        )
    }
}

impl connection::Guest for Plugin {
    fn authenticate(
        settings: Settings,
        access: connection::SecretRef,
    ) -> Result<connection::ApiAuthentication, connection::Error> {
        let (settings, access) = (
            convert::settings(settings),
            intacct_core::SecretRef::new(access),
        );
        let authentication = intacct_core::authenticate(&settings, &access);
        fallible(authentication, convert::api_authentication)
    }

    fn test(
        settings: Settings,
        access: connection::Sealed,
    ) -> Result<Vec<connection::Check>, connection::Error> {
        let (settings, access) = (convert::settings(settings), convert::sealed(access));
        let checks = intacct_core::test(&settings, &access, send);
        fallible(checks, |checks| list(checks, convert::check))
    }

    fn connecting_warning(settings: Settings) -> Option<String> {
        intacct_core::connecting_warning(&convert::settings(settings)).map(Into::into)
    }

    fn revocation_warning(settings: Settings) -> Option<String> {
        intacct_core::revocation_warning(&convert::settings(settings)).map(Into::into)
    }

    fn revoke(settings: Settings, tokens: connection::HeldTokens) -> Result<(), connection::Error> {
        let (settings, tokens) = (convert::settings(settings), convert::held_tokens(tokens));
        fallible(intacct_core::revoke(&settings, &tokens, send), |()| ())
    }
}
