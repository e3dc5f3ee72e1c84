//! The sign-in itself is refused: the client, the user, the session, the entity, the sender.

use crate::{
    refusals::{kind_of, refused, with_code, with_error},
    support::{answer, regular_user},
};
use intacct_core::{
    Actor::{self, Administrator, User},
    Answer, AuthorizationRefusal, authorization_refused,
};
use rstest::rstest;

const SENDER: Option<&str> = Some("web-services-authorization");

/// Intacct's own form, and a code that nobody knows.
fn unauthorized() -> Answer {
    answer(
        401,
        r#"{"ia::result":{"ia::error":{"code":"unauthorized","errorId":"XY-1","supportId":"abc"}}}"#,
    )
}

#[rstest]
#[case::username("username", "misconfigured", &["Client ID", "Client Secret", "Username"])]
#[case::code("code", "misconfigured", &["Client ID", "Client Secret"])]
#[case::session("session", "reauthorize", &["fresh Session ID"])]
#[case::renewal("refresh", "reauthorize", &["Connect again"])]
#[case::renewal_after_a_session("refresh of session", "reauthorize", &["fresh Session ID"])]
fn a_401_without_a_known_code_is_the_login(
    #[case] place: &str,
    #[case] case: &str,
    #[case] words: &[&str],
) {
    let (found, diagnosis) = refused(place, &unauthorized());
    assert_eq!((found, diagnosis.actor), (case, User));
    assert_eq!(
        (&*diagnosis.code, diagnosis.support_id.as_deref()),
        ("XY-1", Some("abc"))
    );
    let hint = diagnosis.hint.unwrap();
    let places: Vec<_> = words.iter().map(|it| hint.find(it).expect(it)).collect();
    assert!(places.is_sorted(), "{hint}");
}

#[rstest]
fn a_401_that_anybody_could_have_sent_ends_no_grant(
    #[values(
        "{}",
        "",
        r#"{"message":"Unauthorized"}"#,
        r#"{"error":"Unauthorized"}"#
    )]
    body: &str,
    #[values("refresh", "refresh of session", "refresh of username")] place: &str,
) {
    let (case, diagnosis) = refused(place, &answer(401, body));
    assert_eq!((case, diagnosis.actor), ("misconfigured", User));
}

/// The gateway's XML.
fn xml(number: &str, description: &str) -> Answer {
    let body = format!(
        "<response><control><status>failure</status></control><errormessage><error><errorno>{number}</errorno><description2>{description}</description2></error></errormessage></response>"
    );
    answer(400, &body)
}

#[rstest]
#[case::sender("username", "misconfigured", Administrator)]
#[case::sender_at_renewal("refresh", "misconfigured", Administrator)]
#[case::sender_at_a_call("api", "failed", Administrator)]
fn the_sign_in_is_incorrect_for_want_of_the_sender(
    #[case] place: &str,
    #[case] case: &str,
    #[case] actor: Actor,
) {
    let words = "The sender ID is missing in the web services authorization of the company";
    let (found, diagnosis) = refused(place, &xml("XL03000006", words));
    assert_eq!((found, diagnosis.actor), (case, actor));
    assert_eq!(&*diagnosis.code, "XL03000006");
    assert_eq!(diagnosis.setup_step, SENDER);
}

#[rstest]
#[case::username("username", "misconfigured")]
#[case::code("code", "misconfigured")]
#[case::session("session", "reauthorize")]
#[case::renewal("refresh", "reauthorize")]
fn the_sign_in_is_incorrect_for_another_reason(#[case] place: &str, #[case] case: &str) {
    let (found, diagnosis) = refused(
        place,
        &xml("XL03000006", "Incorrect Intacct XML Partner ID"),
    );
    assert_eq!((found, diagnosis.actor), (case, User));
    assert_eq!(&*diagnosis.code, "XL03000006");
}

#[rstest]
#[case::username("username of entity")]
#[case::renewal("refresh of entity")]
#[case::console("username of console")]
fn an_unknown_refusal_while_an_entity_is_named_is_the_entitys(
    #[case] place: &str,
    #[values(400, 404, 409, 422)] status: u16,
) {
    let body = r#"{"ia::error":{"code":"invalidRequest","message":"m"}}"#;
    let (case, diagnosis) = refused(place, &answer(status, body));
    assert_eq!((case, diagnosis.actor), ("misconfigured", User));
    assert!(diagnosis.hint.unwrap().contains("In Username"));
    assert_eq!(refused("username", &answer(400, body)).0, "protocol");
}

#[rstest]
#[case::known_code(with_code(400, "GW-0011"), "misconfigured", Administrator)]
#[case::dead_grant(with_error("invalid_grant"), "misconfigured", Administrator)]
#[case::permission(with_code(403, "XY-1"), "misconfigured", Administrator)]
fn a_known_refusal_is_not_laid_to_the_entity(
    #[case] answer: Answer,
    #[case] case: &str,
    #[case] actor: Actor,
) {
    let (found, diagnosis) = refused("username of entity", &answer);
    assert_eq!((found, diagnosis.actor), (case, actor));
}

#[rstest]
#[case::signed_out("login_required")]
#[case::question("interaction_required")]
#[case::consent("consent_required")]
#[case::account("account_selection_required")]
fn a_browser_that_was_signed_out_connects_again(#[case] error: &str) {
    let refusal = AuthorizationRefusal {
        error: error.to_owned(),
    };
    let error = authorization_refused(&regular_user(), &refusal);
    assert_eq!(
        (kind_of(&error), error.diagnosis.actor),
        ("reauthorize", User)
    );
    assert!(error.diagnosis.hint.unwrap().starts_with("Connect again"));
}
