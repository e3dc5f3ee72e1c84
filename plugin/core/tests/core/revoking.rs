//! Ending a grant.

use crate::support::{answer, empty, form, html, regular_user};
use intacct_core::{
    Answer, ErrorKind, HeldTokens, Method, SecretRef, Setting, parse_revoke_answer,
    revocation_warning, revoke, revoke_request,
};
use rstest::rstest;

#[test]
fn the_warning_says_that_everything_of_that_user_ends() {
    let warning = revocation_warning(&regular_user()).unwrap();
    assert!(warning.contains("every connection that this user of this company has"));
}

fn held(access: bool, refresh: bool) -> HeldTokens {
    HeldTokens {
        access: access.then(|| SecretRef::new("access")),
        refresh: refresh.then(|| SecretRef::new("refresh")),
    }
}

#[rstest]
#[case::both(held(true, true), "token={refresh}")]
#[case::refresh_token_alone(held(false, true), "token={refresh}")]
#[case::access_token_alone(held(true, false), "token={access}")]
fn a_token_is_revoked_with_the_clients_credentials(
    #[case] tokens: HeldTokens,
    #[case] token: &str,
) {
    let request = revoke_request(&regular_user(), &tokens).unwrap();
    assert_eq!(
        form(&request),
        [
            token,
            "client_id=0123456789abcdef0123.app.sage.com",
            "client_secret={client_secret}",
        ]
    );
    assert_eq!((request.method, request.bearer), (Method::Post, None));
    assert_eq!(
        request.url,
        "https://api.intacct.com/ia/api/v1/oauth2/revoke"
    );
}

#[rstest]
#[case::as_intacct_says_it(answer(200, r#"{"revoked":true}"#))]
#[case::by_the_standard_without_a_body(empty(200))]
#[case::no_content(empty(204))]
#[case::in_other_words(answer(200, "{}"))]
#[case::of_another_kind(answer(200, r#"{"revoked":"soon"}"#))]
fn a_success_ends_the_grant(#[case] answer: Answer) {
    assert_eq!(parse_revoke_answer(&answer), Ok(()));
}

#[rstest]
#[case::denied(answer(200, r#"{"revoked":false}"#), "not-revoked")]
#[case::denied_in_a_text(answer(200, r#"{"revoked":"false"}"#), "not-revoked")]
#[case::xml(answer(200, "<response/>"), "maintenance")]
#[case::not_intaccts(html(200), "maintenance")]
#[case::error_inside(answer(200, r#"{"error":"invalid_client"}"#), "invalid_client")]
#[case::dead_token(answer(400, r#"{"error":"invalid_grant"}"#), "invalid_grant")]
fn anything_else_does_not(#[case] answer: Answer, #[case] code: &str) {
    let error = parse_revoke_answer(&answer).unwrap_err();
    assert_eq!(error.diagnosis.code, code);
}

#[test]
fn one_call_gives_what_the_pair_gives() {
    let tokens = held(true, true);
    let mut sent = None;
    let send = |request: intacct_core::Request| {
        sent = Some(request);
        answer(200, r#"{"revoked":true}"#)
    };
    assert_eq!(revoke(&regular_user(), &tokens, send), Ok(()));
    assert_eq!(sent, revoke_request(&regular_user(), &tokens).ok());
}

#[rstest]
#[case::settings_that_cannot_work(&[], held(true, true), ErrorKind::InvalidSettings)]
#[case::no_token(&regular_user(), held(false, false), ErrorKind::Other)]
fn nothing_is_sent_where_nothing_can_be_revoked(
    #[case] settings: &[Setting],
    #[case] tokens: HeldTokens,
    #[case] kind: ErrorKind,
) {
    let error = revoke(settings, &tokens, |_| panic!("sent")).unwrap_err();
    assert_eq!(error.kind, kind);
}
