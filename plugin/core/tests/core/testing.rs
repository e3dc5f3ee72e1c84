//! Signing API calls, and testing a connection.

use crate::support::{
    answer, by_session, empty, failed, html, lines, regular_user, text, token, web_services_user,
};
use intacct_core::{
    Check, ErrorKind, FailureKind, Method, Outcome, RequestBody, Sealed, SecretRef, Setting,
    authenticate, connecting_warning, parse_test_answer, test as test_connection, test_request,
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
#[case::whole_company("ws@ACME", &[])]
#[case::one_entity("ws@ACME|West-1", &["x-ia-api-param-entity=West-1"])]
fn a_call_is_signed_and_confined(#[case] username: &str, #[case] headers: &[&str]) {
    let access = SecretRef::new("access");
    let added = authenticate(&web_services_user(username), &access).unwrap();
    assert_eq!(added.bearer, access);
    assert_eq!(lines(&added.headers), headers);
}

#[rstest]
#[case::blank("ws@ACME|Central Region", &["x-ia-api-param-entity=Central Region"])]
#[case::address_as_user("jane@example.com@ACME|18. Some_Place", &["x-ia-api-param-entity=18. Some_Place"])]
#[case::console("ws@Console|Client|West", &[])]
#[case::no_header_can_carry_it("ws@ACME|Süd", &[])]
fn an_entity_header_is_sent_where_there_is_one_bar(
    #[case] username: &str,
    #[case] headers: &[&str],
) {
    let access = SecretRef::new("access");
    let added = authenticate(&web_services_user(username), &access).unwrap();
    assert_eq!(lines(&added.headers), headers);
}

#[test]
fn the_entity_beside_a_session_confines_the_call_too() {
    let both = [by_session(), vec![text("username", "ws@ACME|West-1")]].concat();
    let added = authenticate(&both, &SecretRef::new("access")).unwrap();
    assert_eq!(lines(&added.headers), ["x-ia-api-param-entity=West-1"]);
}

#[rstest]
#[case::regular_user(regular_user(), true)]
#[case::session(by_session(), true)]
#[case::username_needs_no_refresh_token(web_services_user("ws@ACME"), false)]
#[case::settings_that_cannot_work(vec![], false)]
fn connecting_warns_where_it_may_end_another_connection(
    #[case] settings: Vec<Setting>,
    #[case] warns: bool,
) {
    let warning = connecting_warning(&settings);
    assert_eq!(warning.is_some(), warns);
    assert!(warning.is_none_or(|it| it.contains("may end that connection")));
}

#[test]
fn the_test_is_a_real_call_that_reads() {
    let access = token(&[]);
    let request = test_request(&web_services_user("ws@ACME|West-1"), &access).unwrap();
    assert_eq!(request.method, Method::Get);
    assert_eq!(
        request.url,
        "https://api.intacct.com/ia/api/v1/services/core/model?name=company-config/user&schema=false"
    );
    assert_eq!(request.bearer, Some(access.secret));
    assert_eq!(lines(&request.headers), ["x-ia-api-param-entity=West-1"]);
    assert_eq!(request.body, RequestBody::None);
}

#[rstest]
#[case::empty_list(r#"{"ia::result":[],"ia::meta":{"totalCount":0}}"#)]
#[case::empty_object(r#"{"ia::result":{}}"#)]
#[case::null(r#"{"ia::result":null}"#)]
#[case::absent("{}")]
fn a_success_that_shows_nothing_says_nothing_of_permission(#[case] body: &str) {
    let access = token(&[("userId", "ws"), ("cnyId", "ACME")]);
    let checks = run(&web_services_user("ws@ACME"), &access, &answer(200, body));
    assert_eq!(outcomes(&checks), [Passed, Passed, Skipped]);
}

#[test]
fn one_call_gives_what_the_pair_gives() {
    let (settings, access) = (regular_user(), token(&[("userId", "ada")]));
    let mut sent = None;
    let send = |request: intacct_core::Request| {
        sent = Some(request);
        answer(200, MODEL)
    };
    let tested = test_connection(&settings, &access, send);
    assert_eq!(
        tested,
        parse_test_answer(&settings, &access, &answer(200, MODEL))
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
        &answer(200, MODEL),
    );
    assert_eq!(outcomes(&checks), [Passed, expected, Passed]);
    assert_eq!(checks[1].diagnosis.is_some(), expected == Failed);
}

#[rstest]
#[case::blanks("Jane Doe@Zzyzz Delivery", &[("userId", "Jane Doe"), ("cnyId", "Zzyzz Delivery")])]
#[case::address_as_user("a@b@ACME", &[("userId", "a@b"), ("cnyId", "ACME")])]
fn ids_are_compared_as_they_are(#[case] username: &str, #[case] claims: &[(&str, &str)]) {
    let checks = run(
        &web_services_user(username),
        &token(claims),
        &answer(200, MODEL),
    );
    assert_eq!(outcomes(&checks), [Passed, Passed, Passed]);
}

#[test]
fn a_login_through_a_console_is_not_compared() {
    let access = token(&[("userId", "ws"), ("cnyId", "Client")]);
    let settings = web_services_user("ws@Console|Client|West");
    let checks = run(&settings, &access, &answer(200, MODEL));
    assert_eq!(outcomes(&checks), [Passed, Skipped, Passed]);
}

#[test]
fn the_identity_is_shown_where_there_is_nothing_to_compare() {
    let access = token(&[("userId", "ada"), ("cnyId", "ACME")]);
    for settings in [regular_user(), by_session()] {
        let checks = run(&settings, &access, &answer(200, MODEL));
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
    let checks = run(&both, &access, &answer(200, MODEL));
    assert_eq!(outcomes(&checks), [Passed, Failed, Passed]);
}

#[test]
fn a_name_from_a_token_is_shown_on_one_line_and_short() {
    let long = "x".repeat(500);
    let access = token(&[("userId", "a\nb\u{1b}[31m"), ("cnyId", &long)]);
    let checks = run(&regular_user(), &access, &answer(200, MODEL));
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
#[case::no_code(answer(403, "{}"))]
#[case::of_the_gateway(answer(403, r#"{"message":"no"}"#))]
#[case::unknown_code(answer(403, r#"{"ia::error":{"code":"XY-1","message":"no"}}"#))]
fn without_permission_nothing_passes_and_one_check_says_why(#[case] answer: intacct_core::Answer) {
    let access = token(&[("userId", "ws"), ("cnyId", "ACME")]);
    let checks = run(&web_services_user("ws@ACME"), &access, &answer);
    assert_eq!(outcomes(&checks), [Skipped, Skipped, Failed]);
    let detail = checks[1].detail.as_deref().unwrap();
    assert!(
        detail.starts_with("Signed in as user ws, company ACME. Not certain:"),
        "{detail}"
    );
    let diagnosis = checks[2].diagnosis.as_ref().unwrap();
    assert_eq!(diagnosis.setup_step, Some("user-permissions"));
}

#[test]
fn where_the_token_is_not_accepted_nothing_else_is_looked_at() {
    let refused = answer(
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
#[case::xml(answer(200, "<response><status>success</status></response>"))]
fn a_success_that_is_not_intaccts_tests_nothing(#[case] answer: intacct_core::Answer) {
    let tested = parse_test_answer(&regular_user(), &token(&[]), &answer);
    assert_eq!(tested.unwrap_err().kind, ErrorKind::Unavailable);
}

#[test]
fn without_permission_somebody_elses_token_is_still_told() {
    let access = token(&[("userId", "ada"), ("cnyId", "ACME")]);
    let checks = run(&web_services_user("ws@ACME"), &access, &answer(403, "{}"));
    assert_eq!(outcomes(&checks), [Skipped, Failed, Failed]);
    assert!(checks[0].diagnosis.is_none() && checks[1].diagnosis.is_some());
}

/// Surprise 7: whom a token is for is known without an answer.
#[rstest]
#[case::nothing_came(failed(FailureKind::Timeout, true))]
#[case::nothing_left(failed(FailureKind::Unreachable, false))]
#[case::maintenance(html(503))]
#[case::a_page(html(200))]
#[case::throttled(answer(429, r#"{"ia::error":{"code":"GW-0010","message":"slow down"}}"#))]
fn a_test_that_is_not_answered_still_tells_somebody_elses_token(
    #[case] answer: intacct_core::Answer,
) {
    let settings = web_services_user("ws@ACME");
    let other = token(&[("userId", "ada"), ("cnyId", "ACME")]);
    let checks = run(&settings, &other, &answer);
    assert_eq!(outcomes(&checks), [Skipped, Failed, Skipped]);
    assert!(checks[1].diagnosis.is_some());
    let detail = checks[0].detail.as_deref().unwrap();
    assert!(detail.starts_with("Not looked at: "), "{detail}");
    // Where nothing is wrong with it, why the test was not made is what counts.
    let own = token(&[("userId", "ws"), ("cnyId", "ACME")]);
    assert!(parse_test_answer(&settings, &own, &answer).is_err());
}

#[test]
fn a_stale_token_is_renewed_before_anything_is_said_of_whose_it_is() {
    let stale = answer(401, r#"{"ia::result":{"ia::error":{"code":"GW-0040"}}}"#);
    let other = token(&[("userId", "ada"), ("cnyId", "ACME")]);
    let tested = parse_test_answer(&web_services_user("ws@ACME"), &other, &stale);
    assert_eq!(tested.unwrap_err().kind, ErrorKind::StaleToken);
}
