//! The plan, the authorization URL, the requests for tokens.

use crate::support::{
    CLIENT_ID, by_session, code, form, refresh, regular_user, situation, text, web_services_user,
    with,
};
use intacct_core::{
    Authorization, AuthorizationRefusal, Error, ErrorKind, Grant, GrantKind, Method, Setting,
    authorization_refused, authorization_url, plan, token_request,
};
use rstest::rstest;

// RFC 7636 names this vector's kind; the host makes the challenge, the core carries it.
const CHALLENGE: &str = "manPXpjp75EFeofO-YWtY3gIPp0S6_CJ-ciRJyYIonw";

fn authorization(redirect_uri: &str) -> Authorization {
    Authorization {
        redirect_uri: redirect_uri.to_owned(),
        state: "a state/with+marks".to_owned(),
        code_challenge: Some(CHALLENGE.to_owned()),
    }
}

#[rstest]
#[case::regular_user(regular_user(), GrantKind::AuthorizationCode, GrantKind::RefreshToken)]
#[case::username(
    web_services_user("ws@ACME"),
    GrantKind::ClientCredentials,
    GrantKind::ClientCredentials
)]
#[case::session(by_session(), GrantKind::ClientCredentials, GrantKind::RefreshToken)]
fn a_flow_has_one_way_to_connect_and_one_to_renew(
    #[case] settings: Vec<Setting>,
    #[case] connect: GrantKind,
    #[case] renew: GrantKind,
) {
    let plan = plan(&settings).unwrap();
    assert_eq!((plan.connect, plan.renew), (connect, vec![renew]));
}

#[rstest]
#[case::regular_user(regular_user(), true, &["offline_access"])]
#[case::username(web_services_user("ws@ACME"), false, &[])]
#[case::session(by_session(), false, &[])]
fn the_browser_alone_has_pkce_and_a_scope(
    #[case] settings: Vec<Setting>,
    #[case] pkce: bool,
    #[case] scopes: &[&str],
) {
    let plan = plan(&settings).unwrap();
    assert_eq!((plan.pkce, plan.scopes), (pkce, scopes));
}

#[test]
fn the_margin_is_shorter_than_a_tenth_of_a_twelve_hour_life() {
    assert_eq!(plan(&regular_user()).unwrap().margin_seconds, 1_800);
}

#[test]
fn the_authorization_url_asks_for_a_code_with_pkce_and_offline_access() {
    let url = authorization_url(
        &regular_user(),
        &authorization("https://127.0.0.1:8443/callback"),
    );
    assert_eq!(
        url.unwrap(),
        "https://api.intacct.com/ia/api/v1/oauth2/authorize?response_type=code\
         &client_id=0123456789abcdef0123.app.sage.com\
         &redirect_uri=https%3A%2F%2F127.0.0.1%3A8443%2Fcallback\
         &state=a+state%2Fwith%2Bmarks&scope=offline_access\
         &code_challenge=manPXpjp75EFeofO-YWtY3gIPp0S6_CJ-ciRJyYIonw&code_challenge_method=S256"
    );
}

#[test]
fn without_a_challenge_no_method_is_named() {
    let without = Authorization {
        code_challenge: None,
        ..authorization("https://a.example/cb")
    };
    assert!(
        !authorization_url(&regular_user(), &without)
            .unwrap()
            .contains("code_challenge")
    );
}

#[track_caller]
fn check(error: &Error, kind: ErrorKind, code: &str) {
    assert_eq!((error.kind, &*error.diagnosis.code), (kind, code));
}

#[rstest]
#[case::http("http://127.0.0.1:8080/callback")]
#[case::http_in_capitals("HTTP://app.example/callback")]
#[case::localhost("https://localhost:8443/callback")]
#[case::localhost_without_a_path("https://localhost")]
#[case::empty("")]
fn an_address_that_intacct_does_not_register_is_refused_at_once(#[case] redirect: &str) {
    let error = authorization_url(&regular_user(), &authorization(redirect)).unwrap_err();
    check(&error, ErrorKind::Misconfigured, "redirect-address");
}

#[rstest]
#[case::https("https://app.example/callback")]
#[case::loopback_by_number("https://127.0.0.1:8443/callback")]
#[case::scheme_of_an_app("com.example.app:/callback")]
#[case::a_host_that_begins_like_localhost("https://localhost.example/callback")]
fn an_address_that_intacct_registers_is_taken(#[case] redirect: &str) {
    assert!(authorization_url(&regular_user(), &authorization(redirect)).is_ok());
}

const CLIENT: [&str; 2] = [
    "client_id=0123456789abcdef0123.app.sage.com",
    "client_secret={client_secret}",
];

#[rstest]
#[case::code("code", &[
    "grant_type=authorization_code",
    "code={code}",
    "redirect_uri=https://127.0.0.1:8443/callback",
    "code_verifier={verifier}",
])]
#[case::username("username", &["grant_type=client_credentials", "username=ws@ACME"])]
#[case::session("session", &["grant_type=client_credentials", "session_id={session_id}"])]
#[case::refresh("refresh", &["grant_type=refresh_token", "refresh_token={refresh}"])]
#[case::refresh_of_username(
    "refresh of username",
    &["grant_type=refresh_token", "refresh_token={refresh}"]
)]
#[case::refresh_of_session(
    "refresh of session",
    &["grant_type=refresh_token", "refresh_token={refresh}"]
)]
fn a_token_request_is_a_form_with_the_clients_credentials_in_it(
    #[case] name: &str,
    #[case] grant_fields: &[&str],
) {
    let (settings, grant) = situation(name);
    let request = token_request(&settings, &grant).unwrap();
    assert_eq!(form(&request), [grant_fields, &CLIENT].concat());
    assert_eq!(request.method, Method::Post);
    assert_eq!(
        request.url,
        "https://api.intacct.com/ia/api/v1/oauth2/token"
    );
    assert_eq!(
        request.bearer, None,
        "the client must not authenticate by a header as well"
    );
    let names: Vec<_> = request.headers.iter().map(|header| header.name).collect();
    assert_eq!(names, ["accept"]);
}

#[test]
fn a_username_is_sent_to_the_letter() {
    let request = token_request(
        &web_services_user("Ws.Reader@acmE|wEst-1"),
        &Grant::ClientCredentials,
    );
    assert!(form(&request.unwrap()).contains(&"username=Ws.Reader@acmE|wEst-1".to_owned()));
}

#[test]
fn of_a_session_and_a_username_only_the_session_is_sent() {
    let both = [by_session(), vec![text("username", "ws@ACME")]].concat();
    let request = token_request(&both, &Grant::ClientCredentials).unwrap();
    let expected = ["grant_type=client_credentials", "session_id={session_id}"];
    assert_eq!(form(&request), [expected, CLIENT].concat());
}

#[test]
fn a_code_without_a_verifier_is_sent_without_one() {
    let Grant::AuthorizationCode(mut grant) = code() else {
        unreachable!()
    };
    grant.code_verifier = None;
    let request = token_request(&regular_user(), &Grant::AuthorizationCode(grant)).unwrap();
    assert!(
        form(&request)
            .iter()
            .all(|field| !field.starts_with("code_verifier"))
    );
}

#[rstest]
#[case::code_for_a_web_services_user(web_services_user("ws@ACME"), code())]
#[case::client_credentials_for_a_regular_user(regular_user(), Grant::ClientCredentials)]
fn a_grant_of_the_other_flow_is_told_by_the_flow(
    #[case] settings: Vec<Setting>,
    #[case] grant: Grant,
) {
    let error = token_request(&settings, &grant).unwrap_err();
    check(&error, ErrorKind::Misconfigured, "other-flow");
    assert!(error.diagnosis.hint.unwrap().contains("Flow Type"));
}

#[test]
fn a_web_services_user_has_no_authorization_url() {
    let error = authorization_url(
        &web_services_user("ws@ACME"),
        &authorization("https://a.example/cb"),
    );
    check(&error.unwrap_err(), ErrorKind::Misconfigured, "other-flow");
}

#[test]
fn an_extension_grant_is_refused_in_words() {
    let grant = Grant::Other("urn:ietf:params:oauth:grant-type:saml2-bearer".to_owned());
    let error = token_request(&regular_user(), &grant).unwrap_err();
    check(&error, ErrorKind::Other, "no-such-grant");
}

#[test]
fn settings_that_cannot_work_are_told_by_their_first_error() {
    let settings = with(regular_user(), "client_secret", None);
    let settings = [vec![text("username", "ws@ACME")], settings].concat();
    for error in [
        plan(&settings).unwrap_err(),
        token_request(&settings, &refresh()).unwrap_err(),
        authorization_url(&settings, &authorization("https://a.example/cb")).unwrap_err(),
    ] {
        check(&error, ErrorKind::InvalidSettings, "invalid-settings");
        assert_eq!(error.diagnosis.message, "Client Secret is missing.");
    }
}

#[test]
fn warnings_do_not_stand_in_the_way() {
    let settings = [regular_user(), vec![text("username", "ws@ACME")]].concat();
    assert!(token_request(&settings, &code()).is_ok());
    let settings = with(regular_user(), "client_id", None);
    let settings = [settings, vec![text("client_id", "UNUSUAL id")]].concat();
    let request = token_request(&settings, &code()).unwrap();
    assert!(
        form(&request).contains(&"client_id=UNUSUAL id".to_owned()),
        "{CLIENT_ID}"
    );
}

fn refused(error: &str) -> Error {
    let refusal = AuthorizationRefusal {
        error: error.to_owned(),
    };
    authorization_refused(&regular_user(), &refusal)
}

#[rstest]
#[case::declined("access_denied", "reauthorize", "access_denied")]
#[case::scope("invalid_scope", "misconfigured", "invalid_scope")]
#[case::not_this_way("unauthorized_client", "misconfigured", "unauthorized_client")]
#[case::malformed("invalid_request", "misconfigured", "invalid_request")]
#[case::not_authorized("REST-1216", "misconfigured", "REST-1216")]
#[case::later("temporarily_unavailable", "unavailable", "temporarily_unavailable")]
#[case::trouble("server_error", "unavailable", "server_error")]
#[case::unknown("something_new", "protocol", "something_new")]
#[case::no_code("unreadable", "protocol", "not-understood")]
fn a_refusal_at_the_browser_is_explained(
    #[case] error: &str,
    #[case] case: &str,
    #[case] code: &str,
) {
    let explained = refused(error);
    assert_eq!(crate::refusals::kind_of(&explained), case);
    assert_eq!(explained.diagnosis.code, code);
}
