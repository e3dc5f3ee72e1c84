//! What a call is for, and so which requests it may send.

use std::collections::BTreeSet;

use url::Url;

use crate::authorization_url::letters;
use crate::bindings::exports::connector::credential::oauth::CodeGrant;
use crate::contract::{Method, Pair, Purposes, Request, RequestBody, Segment};
use crate::egress::{Denial, carried};

/// What a call is for, and so what it may send.
#[derive(Clone, Debug)]
pub(crate) enum CallPurpose {
    /// Tokens are obtained; with a code, the request that carries it carries the verifier and the
    /// redirect URI of the authorization too.
    Obtain(Option<CodeGrant>),
    /// A credential is tested with the access token of this name: nothing may change.
    Test(String),
    /// A grant is ended, with one of the tokens of these names.
    Revoke(Vec<String>),
}

impl CallPurpose {
    /// The tokens that this call is about, as far as a request carries them. Where there is no token to
    /// revoke, any request is about it.
    pub(crate) fn tokens_in(&self, request: &Request) -> BTreeSet<String> {
        let is_about = |name: &str| match self {
            Self::Obtain(_) => false,
            Self::Test(access) => access == name,
            Self::Revoke(tokens) => tokens.iter().any(|token| token == name),
        };
        match self {
            Self::Revoke(tokens) if tokens.is_empty() => BTreeSet::from([String::new()]),
            Self::Obtain(_) | Self::Test(_) | Self::Revoke(_) => carried(request)
                .filter(|name| is_about(name))
                .map(str::to_owned)
                .collect(),
        }
    }

    pub(crate) fn check(&self, request: &Request, purposes: Purposes) -> Result<(), Denial> {
        match self {
            Self::Obtain(Some(grant)) => check_code_exchange(request, grant),
            Self::Test(access) => check_test(request, purposes, access),
            Self::Obtain(None) | Self::Revoke(_) => Ok(()),
        }
    }
}

/// A test asks by `GET`, or by `POST` about its own token (introspection, RFC 7662) where tokens are
/// obtained.
fn check_test(request: &Request, purposes: Purposes, access: &str) -> Result<(), Denial> {
    let asks = match request.method {
        Method::Get => true,
        Method::Post => purposes.token && introspects(request, access),
        Method::Put | Method::Patch | Method::Delete => false,
    };
    if asks {
        Ok(())
    } else {
        Err(Denial::TestChanges)
    }
}

/// What an introspection request is made of: the token (RFC 7662 section 2.1) and the client's
/// authentication (RFC 6749 section 2.3.1, RFC 7521 section 4.2). Anything else may mean a change.
const OF_INTROSPECTION: [&str; 6] = [
    "token",
    "token_type_hint",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
];

/// Whether a request asks about the access token and does nothing else, as far as its form can tell. A
/// revocation has the same form (RFC 7009 section 2.1): what its address says tells it apart.
fn introspects(request: &Request, access: &str) -> bool {
    let RequestBody::Form(pairs) = &request.body else {
        return false;
    };
    let is_the_token =
        |pair: &Pair| matches!(pair.value.as_slice(), [Segment::Secret(name)] if name == access);
    let names: BTreeSet<&str> = pairs.iter().map(|pair| pair.name.as_str()).collect();
    names.len() == pairs.len()
        && names.iter().all(|name| OF_INTROSPECTION.contains(name))
        && pairs
            .iter()
            .any(|pair| pair.name == "token" && is_the_token(pair))
        && asks_by_address(&request.url)
}

/// Whether an address has no parameter, which a server may read as one of the form, and names nothing
/// that ends a token or a session.
fn asks_by_address(url: &str) -> bool {
    const ENDING: [&str; 5] = ["revo", "logout", "logoff", "signout", "endsession"];
    Url::parse(url).is_ok_and(|url| {
        let path = letters(url.path());
        url.query().is_none() && !ENDING.iter().any(|word| path.contains(word))
    })
}

/// A code is exchanged with the redirect URI (RFC 6749 section 4.1.3) and the verifier (RFC 7636
/// section 4.5) that belong to it.
fn check_code_exchange(request: &Request, grant: &CodeGrant) -> Result<(), Denial> {
    if !carried(request).any(|name| name == grant.code) {
        return Ok(());
    }
    let verifier = grant.code_verifier.as_ref();
    if verifier.is_some_and(|verifier| carried(request).all(|name| name != verifier)) {
        return Err(Denial::NoVerifier);
    }
    let pairs: &[Pair] = match &request.body {
        RequestBody::Form(pairs) | RequestBody::JsonObject(pairs) => pairs,
        RequestBody::None | RequestBody::Json(_) => &[],
    };
    let is_ours = |pair: &Pair| {
        pair.name != "redirect_uri"
            || matches!(pair.value.as_slice(), [Segment::Text(text)] if *text == grant.redirect_uri)
    };
    let named = pairs.iter().filter(|pair| pair.name == "redirect_uri");
    if named.count() == 1 && pairs.iter().all(is_ours) {
        Ok(())
    } else {
        Err(Denial::OtherRedirect)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const ACCESS: &str = "access_token.1.0123456789abcdef";
    const OTHER: &str = "client_secret.0.0123456789abcdef";
    const URL: &str = "https://service.example/oauth2/introspect";

    fn pair(name: &str, value: Segment) -> Pair {
        Pair {
            name: name.to_owned(),
            value: vec![value],
        }
    }

    fn text(name: &str, text: &str) -> Pair {
        pair(name, Segment::Text(text.to_owned()))
    }

    fn secret(name: &str, secret: &str) -> Pair {
        pair(name, Segment::Secret(secret.to_owned()))
    }

    fn token() -> Pair {
        secret("token", ACCESS)
    }

    fn request(method: Method, url: &str, body: RequestBody) -> Request {
        Request {
            method,
            url: url.to_owned(),
            authorization: None,
            headers: Vec::new(),
            body,
        }
    }

    fn check(request: &Request, token: bool) -> Result<(), Denial> {
        let purposes = Purposes {
            browser: true,
            token,
            api: true,
        };
        CallPurpose::Test(ACCESS.to_owned()).check(request, purposes)
    }

    #[rstest]
    #[case::alone(vec![token()])]
    #[case::with_a_hint(vec![token(), text("token_type_hint", "access_token")])]
    #[case::with_the_client(vec![text("client_id", "x"), secret("client_secret", OTHER), token()])]
    fn an_introspection_is_a_question(#[case] form: Vec<Pair>) {
        let request = request(Method::Post, URL, RequestBody::Form(form));
        assert_eq!(check(&request, true), Ok(()));
        assert_eq!(
            check(&request, false),
            Err(Denial::TestChanges),
            "to an API"
        );
    }

    #[rstest]
    #[case::a_grant(vec![text("grant_type", "client_credentials"), secret("client_secret", OTHER)])]
    #[case::a_grant_with_the_token(vec![token(), text("grant_type", "client_credentials")])]
    #[case::a_grant_in_capitals(vec![token(), text("GRANT_TYPE", "client_credentials")])]
    #[case::a_grant_as_a_list(vec![token(), text("grant_type[]", "client_credentials")])]
    #[case::no_token(vec![secret("client_secret", OTHER)])]
    #[case::another_secret_as_the_token(vec![secret("token", OTHER)])]
    #[case::a_text_as_the_token(vec![text("token", "x")])]
    #[case::the_token_in_another_field(vec![secret("access_token", ACCESS)])]
    #[case::the_token_twice(vec![token(), token()])]
    #[case::another_action(vec![token(), text("action", "delete")])]
    #[case::another_method(vec![token(), text("_method", "DELETE")])]
    #[case::nothing(Vec::new())]
    fn another_form_is_no_question(#[case] form: Vec<Pair>) {
        let request = request(Method::Post, URL, RequestBody::Form(form));
        assert_eq!(check(&request, true), Err(Denial::TestChanges));
    }

    #[rstest]
    #[case::a_json_object(RequestBody::JsonObject(vec![token()]))]
    #[case::json(RequestBody::Json("{}".to_owned()))]
    #[case::no_body(RequestBody::None)]
    fn another_body_is_no_question(#[case] body: RequestBody) {
        let request = request(Method::Post, URL, body);
        assert_eq!(check(&request, true), Err(Denial::TestChanges));
    }

    #[rstest]
    #[case::revocation("https://service.example/oauth2/revoke")]
    #[case::revocation_in_words("https://service.example/token/Revocation")]
    #[case::revocation_encoded("https://service.example/oauth2/%72evoke")]
    #[case::the_end_of_a_session("https://service.example/end_session")]
    #[case::logout("https://service.example/log-out")]
    #[case::a_grant_beside_the_form("https://service.example/token?grant_type=client_credentials")]
    #[case::a_method_beside_the_form("https://service.example/introspect?_method=DELETE")]
    fn another_address_is_no_question(#[case] url: &str) {
        let request = request(Method::Post, url, RequestBody::Form(vec![token()]));
        assert_eq!(check(&request, true), Err(Denial::TestChanges));
    }

    #[rstest]
    #[case(Method::Put)]
    #[case(Method::Patch)]
    #[case(Method::Delete)]
    fn no_other_method_asks(#[case] method: Method) {
        let request = request(method, URL, RequestBody::Form(vec![token()]));
        assert_eq!(check(&request, true), Err(Denial::TestChanges));
    }

    #[test]
    fn a_test_is_about_its_access_token_alone() {
        let form = vec![secret("client_secret", OTHER), token()];
        let request = request(Method::Post, URL, RequestBody::Form(form));
        let tested = CallPurpose::Test(ACCESS.to_owned()).tokens_in(&request);
        assert_eq!(tested, BTreeSet::from([ACCESS.to_owned()]));
        let tested = CallPurpose::Test("access_token.9.00".to_owned()).tokens_in(&request);
        assert_eq!(tested, BTreeSet::new());
    }
}
