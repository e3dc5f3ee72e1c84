//! Answers that are no word of Intacct's: maintenance, a proxy, a firewall. None ends a grant.

use crate::{
    refusals::{refused, with_code},
    support::{answer, empty, html},
};
use intacct_core::{
    Actor::{self, Administrator, Platform, Plugin, Service, User},
    Answer,
};
use rstest::rstest;

/// A page with any status but success is maintenance or something on the way; see the next table for
/// the statuses that say more.
fn pages(status: u16) -> [Answer; 3] {
    [
        html(status),
        answer(status, r#"{"error":{"code":"inv"#),
        answer(status, "<maintenance><until>05:30</until></maintenance>"),
    ]
}

fn bare_documents(status: u16) -> [Answer; 3] {
    [empty(status), answer(status, "{}"), answer(status, "[]")]
}

#[rstest]
#[case::too_many("refresh", 429, "throttled", Service)]
#[case::busy("refresh", 503, "throttled", Service)]
#[case::trouble("refresh", 500, "unavailable", Service)]
#[case::gateway("refresh", 502, "unavailable", Service)]
#[case::gateway_timeout("code", 504, "unavailable", Service)]
#[case::request_timeout("refresh", 408, "unavailable", Service)]
#[case::nowhere("username", 404, "unavailable", Service)]
#[case::no_method("username", 405, "unavailable", Service)]
#[case::redirect("username", 302, "unavailable", Service)]
#[case::moved("refresh", 308, "unavailable", Service)]
#[case::no_status_of_http("username", 999, "protocol", Plugin)]
#[case::proxy("refresh", 407, "misconfigured", Platform)]
#[case::nowhere_at_a_call("api", 404, "unavailable", Service)]
#[case::redirect_at_a_call("api", 302, "unavailable", Service)]
#[case::revocation_busy("revocation", 503, "throttled", Service)]
fn without_a_code_the_status_decides(
    #[case] place: &str,
    #[case] status: u16,
    #[case] case: &str,
    #[case] actor: Actor,
) {
    for answer in pages(status).into_iter().chain(bare_documents(status)) {
        let (found, diagnosis) = refused(place, &answer);
        assert_eq!((found, diagnosis.actor), (case, actor), "{answer:?}");
    }
}

#[rstest]
#[case::bad("refresh", 400, "protocol", Plugin)]
#[case::teapot("username", 418, "protocol", Plugin)]
#[case::login("username", 401, "misconfigured", User)]
#[case::login_of_a_code("code", 401, "misconfigured", User)]
#[case::login_of_a_session("session", 401, "misconfigured", User)]
#[case::login_at_renewal("refresh", 401, "misconfigured", User)]
#[case::login_of_a_session_at_renewal("refresh of session", 401, "misconfigured", User)]
#[case::stale("api", 401, "stale-token", Service)]
#[case::revocation_unauthorized("revocation", 401, "misconfigured", User)]
fn a_document_without_a_code_is_no_page(
    #[case] place: &str,
    #[case] status: u16,
    #[case] case: &str,
    #[case] actor: Actor,
) {
    for answer in bare_documents(status) {
        let (found, diagnosis) = refused(place, &answer);
        assert_eq!((found, diagnosis.actor), (case, actor), "{answer:?}");
    }
}

#[rstest]
fn a_page_with_a_status_of_refusal_is_maintenance_and_ends_nothing(
    #[values(300, 301, 302, 307, 400, 401, 404, 405, 410, 418)] status: u16,
    #[values(
        "code",
        "username",
        "session",
        "refresh",
        "refresh of username",
        "refresh of session",
        "revocation",
        "api"
    )]
    place: &str,
) {
    for answer in pages(status) {
        let (case, diagnosis) = refused(place, &answer);
        assert_eq!((case, &*diagnosis.code), ("unavailable", "maintenance"));
    }
}

#[rstest]
fn whatever_comes_in_maintenance_names_the_page_that_tells_of_it(
    #[values(200, 302, 404, 500, 502, 503)] status: u16,
    #[values(
        "code",
        "username",
        "session",
        "refresh",
        "refresh of session",
        "revocation",
        "api"
    )]
    place: &str,
) {
    for answer in pages(status) {
        let (case, diagnosis) = refused(place, &answer);
        let cut_off = status == 200 && case == "protocol";
        assert!(
            cut_off || ["unavailable", "throttled"].contains(&case),
            "{case}"
        );
        assert!(diagnosis.hint.unwrap().contains("status.sage.com"));
        assert_eq!(diagnosis.actor, Service);
    }
}

#[rstest]
#[case::code(with_code(403, "GW-0042"))]
#[case::code_with_another_status(with_code(400, "GW-0042"))]
#[case::kong(answer(403, r#"{"message":"Your IP address is not allowed"}"#))]
#[case::words(answer(401, r#"{"ia::error":{"message":"Your IP address is not allowed."}}"#))]
fn what_stands_before_intacct_is_the_platforms_to_put_right(
    #[case] answer: Answer,
    #[values("code", "username", "refresh", "api", "revocation")] place: &str,
) {
    let (case, diagnosis) = refused(place, &answer);
    assert_eq!((case, diagnosis.actor), ("misconfigured", Platform));
    assert!(diagnosis.hint.unwrap().contains("firewall"));
}

/// A page or nothing may be maintenance as well: where tokens are asked for, it is tried again soon.
#[rstest]
#[case::code("code", "unavailable")]
#[case::username("username", "unavailable")]
#[case::session("session", "unavailable")]
#[case::refresh("refresh", "unavailable")]
#[case::refresh_of_session("refresh of session", "unavailable")]
#[case::api("api", "misconfigured")]
#[case::revocation("revocation", "misconfigured")]
fn a_403_that_says_nothing_is_asked_again_where_tokens_are_asked_for(
    #[case] place: &str,
    #[case] expected: &str,
) {
    for answer in pages(403).into_iter().chain([empty(403)]) {
        let (case, diagnosis) = refused(place, &answer);
        assert_eq!((case, diagnosis.actor), (expected, Platform), "{answer:?}");
        assert_eq!(diagnosis.code, "network-refused");
        assert!(diagnosis.hint.unwrap().contains("firewall"));
    }
}

#[rstest]
#[case::at_the_token_endpoint("username", "misconfigured", Administrator)]
#[case::at_a_call("api", "failed", Administrator)]
fn a_403_in_a_document_is_intaccts(#[case] place: &str, #[case] case: &str, #[case] actor: Actor) {
    for body in [
        "{}",
        r#"{"message":"no"}"#,
        r#"{"ia::error":{"code":"forbidden"}}"#,
    ] {
        let (found, diagnosis) = refused(place, &answer(403, body));
        assert_eq!((found, diagnosis.actor), (case, actor), "{body}");
    }
}
