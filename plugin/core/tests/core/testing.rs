//! Signing API calls, and testing a connection.

use crate::support::{
    by_session, empty, html, json, lines, regular_user, text, token, web_services_user,
};
use intacct_core::{
    Check, Error, Method, Outcome, RequestBody, Sealed, SecretRef, Setting, authenticate,
    parse_test_answer, test as test_connection, test_request,
};
use rstest::rstest;

const MODEL: &str = r#"{"ia::result":{"fields":{}},"ia::meta":{"totalCount":1}}"#;

fn run(settings: &[Setting], access: &Sealed, answer: &intacct_core::Answer) -> Vec<Check> {
    let checks = parse_test_answer(settings, access, answer).unwrap();
    let ids: Vec<_> = checks.iter().map(|check| check.id).collect();
    assert_eq!(
        ids,
        ["token-accepted", "identity-expected", "read-permitted"]
    );
    checks
}

fn outcomes(checks: &[Check]) -> Vec<Outcome> {
    checks.iter().map(|check| check.outcome).collect()
}

use Outcome::{Failed, Passed, Skipped};

#[rstest]
#[case::whole_company("ws@ACME", &["Authorization=Bearer {access}"])]
#[case::one_entity("ws@ACME|West-1", &["Authorization=Bearer {access}", "X-IA-API-Param-Entity=West-1"])]
fn a_call_is_signed_and_confined(#[case] username: &str, #[case] headers: &[&str]) {
    let pairs = authenticate(&web_services_user(username), &SecretRef::new("access"));
    assert_eq!(lines(&pairs.unwrap()), headers);
}

#[test]
fn the_entity_beside_a_session_confines_the_call_too() {
    let both = [by_session(), vec![text("username", "ws@ACME|West-1")]].concat();
    let pairs = authenticate(&both, &SecretRef::new("access")).unwrap();
    assert_eq!(lines(&pairs)[1], "X-IA-API-Param-Entity=West-1");
}

#[test]
fn the_test_is_a_real_call_that_reads() {
    let request = test_request(&web_services_user("ws@ACME|West-1"), &token(&[])).unwrap();
    assert_eq!(request.method, Method::Get);
    assert_eq!(
        request.url,
        "https://api.intacct.com/ia/api/v1/services/core/model?name=company-config/user&schema=false"
    );
    assert_eq!(
        lines(&request.headers),
        [
            "Authorization=Bearer {access}",
            "X-IA-API-Param-Entity=West-1"
        ]
    );
    assert_eq!(request.body, RequestBody::None);
}

#[test]
fn one_call_gives_what_the_pair_gives() {
    let (settings, access) = (regular_user(), token(&[("userId", "ada")]));
    let mut sent = None;
    let send = |request: &intacct_core::Request| {
        sent = Some(request.clone());
        json(200, MODEL)
    };
    let tested = test_connection(&settings, &access, send);
    assert_eq!(
        tested,
        parse_test_answer(&settings, &access, &json(200, MODEL))
    );
    assert_eq!(sent, test_request(&settings, &access).ok());
}

#[rstest]
#[case::same("ws@ACME", &[("userId", "ws"), ("cnyId", "ACME")], Passed)]
#[case::company_in_another_case("ws@acme", &[("userId", "ws"), ("cnyId", "ACME")], Passed)]
#[case::token_tells_the_user_only("ws@ACME", &[("userId", "ws")], Passed)]
#[case::same_entity("ws@ACME|West", &[("userId", "ws"), ("cnyId", "ACME"), ("entityId", "West")], Passed)]
#[case::token_not_confined("ws@ACME|West", &[("userId", "ws"), ("cnyId", "ACME")], Passed)]
#[case::token_confined_of_itself("ws@ACME", &[("userId", "ws"), ("cnyId", "ACME"), ("entityId", "West")], Passed)]
#[case::user_in_another_case("WS@ACME", &[("userId", "ws"), ("cnyId", "ACME")], Failed)]
#[case::other_user("ws@ACME", &[("userId", "ada"), ("cnyId", "ACME")], Failed)]
#[case::other_company("ws@ACME", &[("userId", "ws"), ("cnyId", "OTHER")], Failed)]
#[case::other_entity("ws@ACME|West", &[("userId", "ws"), ("cnyId", "ACME"), ("entityId", "East")], Failed)]
#[case::token_says_nothing("ws@ACME", &[("exp", "1")], Skipped)]
fn the_token_must_be_the_usernames(
    #[case] username: &str,
    #[case] claims: &[(&str, &str)],
    #[case] expected: Outcome,
) {
    let checks = run(
        &web_services_user(username),
        &token(claims),
        &json(200, MODEL),
    );
    assert_eq!(outcomes(&checks), [Passed, expected, Passed]);
    assert_eq!(checks[1].diagnosis.is_some(), expected == Failed);
}

#[test]
fn the_identity_is_shown_where_there_is_nothing_to_compare() {
    let access = token(&[("userId", "ada"), ("cnyId", "ACME")]);
    for settings in [regular_user(), by_session()] {
        let checks = run(&settings, &access, &json(200, MODEL));
        assert_eq!(outcomes(&checks), [Passed, Skipped, Passed]);
        let detail = checks[1].detail.as_deref().unwrap();
        assert!(
            detail.starts_with("Signed in as user ada, company ACME."),
            "{detail}"
        );
    }
}

#[test]
fn a_session_is_compared_with_the_username_beside_it() {
    let both = [by_session(), vec![text("username", "ws@ACME")]].concat();
    let access = token(&[("userId", "somebody"), ("cnyId", "ACME")]);
    let checks = run(&both, &access, &json(200, MODEL));
    assert_eq!(outcomes(&checks), [Passed, Failed, Passed]);
}

#[test]
fn a_name_from_a_token_is_shown_on_one_line_and_short() {
    let long = "x".repeat(500);
    let access = token(&[("userId", "a\nb\u{1b}[31m"), ("cnyId", &long)]);
    let checks = run(&regular_user(), &access, &json(200, MODEL));
    let detail = checks[1].detail.as_deref().unwrap();
    assert!(
        detail.starts_with("Signed in as user ab[31m, company xxx"),
        "{detail}"
    );
    assert!(
        detail.chars().count() < 200 && !detail.contains(char::is_control),
        "{detail}"
    );
}

#[rstest]
#[case::html(html(403))]
#[case::empty(empty(403))]
#[case::unknown_code(json(403, r#"{"ia::error":{"code":"XY-1","message":"no"}}"#))]
fn a_user_without_permission_is_signed_in_all_the_same(#[case] answer: intacct_core::Answer) {
    let access = token(&[("userId", "ws"), ("cnyId", "ACME")]);
    let checks = run(&web_services_user("ws@ACME"), &access, &answer);
    assert_eq!(outcomes(&checks), [Passed, Passed, Failed]);
    let diagnosis = checks[2].diagnosis.as_ref().unwrap();
    assert_eq!(diagnosis.setup_step, Some("user-permissions"));
}

#[test]
fn where_the_token_is_not_accepted_nothing_else_is_looked_at() {
    let refused = json(
        401,
        r#"{"ia::error":{"code":"GW-0011","message":"Inactive"}}"#,
    );
    let access = token(&[("userId", "ws"), ("cnyId", "OTHER")]);
    let checks = run(&web_services_user("ws@ACME"), &access, &refused);
    assert_eq!(outcomes(&checks), [Failed, Skipped, Skipped]);
    assert!(checks[0].diagnosis.is_some());
    assert!(
        checks[1..]
            .iter()
            .all(|check| check.detail.is_some() && check.diagnosis.is_none())
    );
}

#[rstest]
#[case::html(html(200))]
#[case::empty(empty(200))]
fn a_success_that_is_not_intaccts_tests_nothing(#[case] answer: intacct_core::Answer) {
    let tested = parse_test_answer(&regular_user(), &token(&[]), &answer);
    assert!(matches!(tested, Err(Error::Protocol(_))), "{tested:?}");
}
