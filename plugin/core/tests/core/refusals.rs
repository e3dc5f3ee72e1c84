//! Refusals: every code, every shape, every status.

use crate::support::{answer, regular_user, situation, token};
use intacct_core::{
    Actor, Answer, Error, ErrorKind, Sealed, SecretRef, parse_revoke_answer, parse_test_answer,
    parse_token_response,
};
use rstest::rstest;

/// The kind of an error, as the contract spells it.
pub(crate) fn kind_of(error: &Error) -> &'static str {
    match error.kind {
        ErrorKind::InvalidSettings => "invalid-settings",
        ErrorKind::Reauthorize => "reauthorize",
        ErrorKind::Misconfigured => "misconfigured",
        ErrorKind::StaleToken => "stale-token",
        ErrorKind::Throttled => "throttled",
        ErrorKind::Unavailable => "unavailable",
        ErrorKind::OutcomeUnknown => "outcome-unknown",
        ErrorKind::Protocol => "protocol",
        ErrorKind::Denied => "denied",
        ErrorKind::Other => "other",
    }
}

/// The error for an answer, wherever it came. A failed check of a test is read as `failed`.
pub(crate) fn refused(place: &str, answer: &Answer) -> (&'static str, intacct_core::Diagnosis) {
    let error = match place {
        "api" => match parse_test_answer(&regular_user(), &access(), answer) {
            Ok(checks) => {
                let failed = checks.into_iter().find_map(|check| check.diagnosis);
                return ("failed", failed.unwrap());
            }
            Err(error) => error,
        },
        "revocation" => parse_revoke_answer(answer).unwrap_err(),
        _ => {
            let (settings, grant) = situation(place);
            parse_token_response(&settings, &grant, answer).unwrap_err()
        }
    };
    (kind_of(&error), error.diagnosis)
}

fn access() -> Sealed {
    Sealed {
        secret: SecretRef::new("access"),
        ..token(&[])
    }
}

#[track_caller]
fn check(place: &str, answer: &Answer, expected: (&str, &str, Actor, Option<&str>)) {
    let (case, found) = refused(place, answer);
    let found = (case, &*found.code, found.actor, found.setup_step);
    assert_eq!(found, expected);
}

/// Shape C, or any other: the shape makes no difference to the meaning.
pub(crate) fn with_code(status: u16, code: &str) -> Answer {
    answer(
        status,
        &format!(r#"{{"ia::error":{{"code":"{code}","message":"Invalid Request"}}}}"#),
    )
}

/// Shape E.
pub(crate) fn with_error(error: &str) -> Answer {
    answer(
        400,
        &format!(r#"{{"error":"{error}","error_description":"in other words"}}"#),
    )
}

use Actor::{Administrator, Plugin, Service, User};

#[rstest]
#[case::dead_refresh_token("refresh", "invalid_grant", "reauthorize", User, None)]
#[case::dead_refresh_token_of_a_username(
    "refresh of username",
    "invalid_grant",
    "reauthorize",
    User,
    None
)]
#[case::dead_refresh_token_of_a_session(
    "refresh of session",
    "invalid_grant",
    "reauthorize",
    User,
    None
)]
#[case::dead_session("session", "invalid_grant", "reauthorize", User, None)]
#[case::wrong_user(
    "username",
    "invalid_grant",
    "misconfigured",
    Administrator,
    Some("web-services-subscription")
)]
#[case::dead_code(
    "code",
    "invalid_grant",
    "misconfigured",
    Administrator,
    Some("web-services-subscription")
)]
#[case::wrong_secret(
    "code",
    "invalid_client",
    "misconfigured",
    User,
    Some("developer-application")
)]
#[case::wrong_secret_at_renewal(
    "refresh",
    "invalid_client",
    "misconfigured",
    User,
    Some("developer-application")
)]
#[case::wrong_secret_at_revocation(
    "revocation",
    "invalid_client",
    "misconfigured",
    User,
    Some("developer-application")
)]
#[case::not_this_way(
    "username",
    "unauthorized_client",
    "misconfigured",
    Administrator,
    Some("authorized-client-application")
)]
#[case::scope(
    "code",
    "invalid_scope",
    "misconfigured",
    User,
    Some("redirect-address")
)]
#[case::denied(
    "username",
    "access_denied",
    "misconfigured",
    Administrator,
    Some("authorized-client-application")
)]
#[case::malformed("username", "invalid_request", "misconfigured", Plugin, None)]
#[case::unknown_grant("username", "unsupported_grant_type", "misconfigured", Plugin, None)]
#[case::unknown_token_type("revocation", "unsupported_token_type", "misconfigured", Plugin, None)]
#[case::trouble("refresh", "server_error", "unavailable", Service, None)]
#[case::later("refresh", "temporarily_unavailable", "unavailable", Service, None)]
fn a_refusal_of_the_standard_is_understood(
    #[case] place: &str,
    #[case] error: &'static str,
    #[case] case: &str,
    #[case] actor: Actor,
    #[case] step: Option<&str>,
) {
    check(place, &with_error(error), (case, error, actor, step));
}

const CLIENT: Option<&str> = Some("authorized-client-application");
const SENDER: Option<&str> = Some("web-services-authorization");
const SUBSCRIPTION: Option<&str> = Some("web-services-subscription");
const WS_USER: Option<&str> = Some("web-services-user");

#[rstest]
#[case::not_authorized("username", 400, "REST-1216", "misconfigured", Administrator, CLIENT)]
#[case::not_authorized_at_renewal(
    "refresh",
    400,
    "REST-1216",
    "misconfigured",
    Administrator,
    CLIENT
)]
#[case::not_authorized_at_a_call("api", 403, "REST-1216", "failed", Administrator, CLIENT)]
#[case::inactive("refresh", 400, "GW-0011", "misconfigured", Administrator, SENDER)]
#[case::inactive_at_a_call("api", 401, "GW-0011", "failed", Administrator, SENDER)]
#[case::no_company("username", 400, "GW-0012", "misconfigured", User, WS_USER)]
#[case::no_username("username", 400, "GW-0036", "misconfigured", User, None)]
#[case::session_not_taken("session", 400, "GW-0036", "misconfigured", User, None)]
#[case::missing_username_of_a_session("session", 400, "GW-0015", "misconfigured", User, None)]
#[case::missing_member("username", 400, "GW-0015", "misconfigured", Plugin, None)]
#[case::missing_member_at_renewal("refresh", 400, "GW-0015", "misconfigured", Plugin, None)]
#[case::unreadable_refresh_token("refresh", 401, "GW-0031", "reauthorize", User, None)]
#[case::unreadable_session("session", 401, "GW-0031", "reauthorize", User, None)]
#[case::unreadable_code("code", 401, "GW-0031", "misconfigured", Administrator, SUBSCRIPTION)]
#[case::unreadable_username(
    "username",
    401,
    "GW-0031",
    "misconfigured",
    Administrator,
    SUBSCRIPTION
)]
#[case::two_usernames("username", 400, "GW-0039", "misconfigured", Plugin, None)]
#[case::throttled("refresh", 400, "GW-0010", "throttled", Service, None)]
#[case::throttled_at_a_call("api", 429, "GW-0010", "throttled", Service, None)]
#[case::trouble_1("refresh", 500, "GW-0001", "unavailable", Service, None)]
#[case::trouble_5("code", 400, "GW-0005", "unavailable", Service, None)]
#[case::trouble_9("api", 500, "GW-0009", "unavailable", Service, None)]
#[case::stale_at_a_call("api", 401, "GW-0040", "stale-token", Service, None)]
#[case::stale_told_by_400("api", 400, "REST-1206", "stale-token", Service, None)]
#[case::stale_token_invalid("api", 401, "REST-2102", "stale-token", Service, None)]
#[case::stale_without_a_token("api", 401, "GW-0031", "stale-token", Service, None)]
#[case::stale_by_the_standard("api", 401, "invalid_token", "stale-token", Service, None)]
#[case::stale_at_revocation("revocation", 400, "REST-1206", "stale-token", User, None)]
#[case::dead_refresh_token("refresh", 400, "REST-1206", "reauthorize", User, None)]
#[case::dead_refresh_token_by_another_code("refresh", 401, "REST-2102", "reauthorize", User, None)]
#[case::no_scope(
    "api",
    403,
    "insufficient_scope",
    "failed",
    Administrator,
    Some("user-permissions")
)]
#[case::xml("username", 400, "GW-0014", "misconfigured", Plugin, None)]
#[case::bad_grant("refresh", 400, "GW-0032", "misconfigured", Plugin, None)]
#[case::bad_path("api", 404, "GW-0033", "failed", Plugin, None)]
#[case::not_bearer("api", 401, "GW-0034", "failed", Plugin, None)]
#[case::empty_body("code", 400, "GW-0035", "misconfigured", Plugin, None)]
#[case::no_client("code", 400, "GW-0037", "misconfigured", Plugin, None)]
#[case::two_clients("code", 400, "GW-0038", "misconfigured", Plugin, None)]
fn a_refusal_of_intaccts_own_is_understood(
    #[case] place: &str,
    #[case] status: u16,
    #[case] code: &'static str,
    #[case] case: &str,
    #[case] actor: Actor,
    #[case] step: Option<&str>,
) {
    check(place, &with_code(status, code), (case, code, actor, step));
}

#[rstest]
fn a_defect_never_asks_anybody_to_connect_again(
    #[values(
        "GW-0014", "GW-0032", "GW-0033", "GW-0034", "GW-0035", "GW-0037", "GW-0038"
    )]
    code: &str,
    #[values(
        "code",
        "username",
        "session",
        "refresh",
        "refresh of session",
        "revocation"
    )]
    place: &str,
) {
    let (case, diagnosis) = refused(place, &with_code(400, code));
    assert_eq!((case, diagnosis.actor), ("misconfigured", Plugin));
}

#[rstest]
#[case::in_a_message(r#"{"ia::error":{"code":"invalidRequest","message":"The username format is invalid (expected user@company)"}}"#)]
#[case::in_a_description(r#"{"error":"invalid_request","error_description":"The username format is invalid (expected user@company)"}"#)]
#[case::as_the_error(r#"{"error":"The Username Format Is Invalid"}"#)]
#[case::as_the_whole_body(r#""The username format is invalid (expected user@company)""#)]
#[case::in_a_bare_message(r#"{"message":"username format is invalid"}"#)]
fn the_username_that_intacct_cannot_read_is_told_by_its_words(#[case] body: &str) {
    let (case, diagnosis) = refused("username", &answer(400, body));
    assert_eq!(
        (case, diagnosis.actor, diagnosis.setup_step),
        ("misconfigured", User, WS_USER)
    );
    assert!(diagnosis.hint.unwrap().contains("username@companyID"));
}

#[rstest]
fn a_passing_fault_never_kills_a_grant(
    #[values(429, 503)] status: u16,
    #[values("code", "username", "session", "refresh", "refresh of session")] place: &str,
) {
    let answer = answer(status, r#"{"error":"invalid_grant"}"#);
    assert_eq!(refused(place, &answer).0, "throttled");
}

#[test]
fn a_throttled_answer_says_how_long() {
    let mut answer = with_code(429, "GW-0010").unwrap();
    answer
        .headers
        .push(("x-ia-*retryafter".to_owned(), "30".to_owned()));
    let (settings, grant) = situation("refresh");
    let error = parse_token_response(&settings, &grant, &Ok(answer)).unwrap_err();
    assert_eq!(
        (kind_of(&error), error.retry_after_seconds),
        ("throttled", Some(30))
    );
}

#[test]
fn only_a_throttled_answer_says_how_long() {
    let mut answer = with_code(500, "GW-0001").unwrap();
    answer
        .headers
        .push(("retry-after".to_owned(), "30".to_owned()));
    let (settings, grant) = situation("refresh");
    let error = parse_token_response(&settings, &grant, &Ok(answer)).unwrap_err();
    assert_eq!(
        (kind_of(&error), error.retry_after_seconds),
        ("unavailable", None)
    );
}
