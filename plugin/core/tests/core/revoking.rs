//! Ending a grant.

use crate::support::{empty, form, html, json, regular_user};
use intacct_core::{
    Answer, Error, Method, SecretRef, parse_revoke_answer, revocation_warning, revoke,
    revoke_request,
};
use rstest::rstest;

#[test]
fn the_warning_says_that_everything_of_that_user_ends() {
    let warning = revocation_warning(&regular_user()).unwrap();
    assert!(warning.contains("every connection that this user of this company has"));
}

#[test]
fn a_token_is_revoked_with_the_clients_credentials() {
    let request = revoke_request(&regular_user(), &SecretRef::new("refresh")).unwrap();
    assert_eq!(
        form(&request),
        [
            "token={refresh}",
            "client_id=0123456789abcdef0123.app.sage.com",
            "client_secret={client_secret}",
        ]
    );
    assert_eq!(request.method, Method::Post);
    assert_eq!(
        request.url,
        "https://api.intacct.com/ia/api/v1/oauth2/revoke"
    );
}

#[rstest]
#[case::as_intacct_says_it(json(200, r#"{"revoked":true}"#))]
#[case::by_the_standard_without_a_body(empty(200))]
#[case::no_content(empty(204))]
#[case::in_other_words(json(200, "{}"))]
fn a_success_ends_the_grant(#[case] answer: Answer) {
    assert_eq!(parse_revoke_answer(&answer), Ok(()));
}

#[rstest]
#[case::denied(json(200, r#"{"revoked":false}"#), "not-revoked")]
#[case::not_intaccts(html(200), "not-json")]
#[case::error_inside(json(200, r#"{"error":"invalid_client"}"#), "invalid_client")]
#[case::dead_token(json(400, r#"{"error":"invalid_grant"}"#), "invalid_grant")]
fn anything_else_does_not(#[case] answer: Answer, #[case] code: &str) {
    let error = parse_revoke_answer(&answer).unwrap_err();
    assert_eq!(error.diagnosis().unwrap().code, code);
}

#[test]
fn one_call_gives_what_the_pair_gives() {
    let token = SecretRef::new("refresh");
    let mut sent = None;
    let send = |request: &intacct_core::Request| {
        sent = Some(request.clone());
        json(200, r#"{"revoked":true}"#)
    };
    assert_eq!(revoke(&regular_user(), &token, send), Ok(()));
    assert_eq!(sent, revoke_request(&regular_user(), &token).ok());
}

#[test]
fn nothing_is_sent_for_settings_that_cannot_work() {
    let result = revoke(&[], &SecretRef::new("refresh"), |_| panic!("sent"));
    assert!(
        matches!(result, Err(Error::InvalidSettings(_))),
        "{result:?}"
    );
}
