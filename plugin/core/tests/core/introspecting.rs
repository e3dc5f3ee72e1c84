//! A token that is refused: is it dead, or has the company not authorized the application?

use crate::{
    refusals::with_code,
    support::{answer, empty, failed, html, regular_user, token},
};
use intacct_core::{
    Actor, Answer, Check, Error, ErrorKind, FailureKind,
    Outcome::{self, Failed, Passed, Skipped},
    Request, Sealed, test as test_connection,
};
use rstest::rstest;

/// The second on which every answer of these tests was made.
const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const NOW: u64 = 784_111_777;

fn dated(answer: Answer) -> Answer {
    let mut response = answer.unwrap();
    response.headers.push(("date".to_owned(), DATE.to_owned()));
    Ok(response)
}

fn aged(seconds: u64) -> Sealed {
    let given = (NOW - seconds).to_string();
    let end = (NOW - seconds + 43_200).to_string();
    token(&[("userId", "ada"), ("iat", &given), ("exp", &end)])
}

/// Tests with these answers; the requests that were made.
fn run(access: &Sealed, answers: Vec<Answer>) -> (Result<Vec<Check>, Error>, Vec<Request>) {
    let (mut answers, mut requests) = (answers.into_iter(), Vec::new());
    let tested = test_connection(&regular_user(), access, |request| {
        requests.push(request);
        answers.next().unwrap()
    });
    (tested, requests)
}

fn active(active: bool) -> Answer {
    answer(200, &format!(r#"{{"active":{active}}}"#))
}

fn outcomes(checks: &[Check]) -> Vec<Outcome> {
    checks.iter().map(|check| check.outcome).collect()
}

#[track_caller]
fn check_lists(checks: &[Check], code: &str, support_id: Option<&str>) {
    let diagnosis = checks.iter().find_map(|it| it.diagnosis.as_ref()).unwrap();
    assert_eq!(diagnosis.actor, Actor::Administrator);
    assert_eq!(
        (&*diagnosis.code, diagnosis.support_id.as_deref()),
        (code, support_id)
    );
    assert_eq!(diagnosis.setup_step, Some("authorized-client-application"));
    let hint = diagnosis.hint.unwrap();
    for list in [
        "Web Services authorizations",
        "Authorized client applications",
    ] {
        assert!(hint.contains(list), "{hint}");
    }
    assert!(!hint.contains("Test"), "no circle: {hint}");
}

#[rstest]
#[case::unreadable(401, "GW-0031")]
#[case::stale(401, "GW-0040")]
#[case::told_by_400(400, "REST-1206")]
#[case::invalid(401, "REST-2102")]
#[case::forbidden(403, "GW-0031")]
fn a_token_just_given_that_is_refused_is_the_companys_lists(
    #[case] status: u16,
    #[case] code: &str,
    #[values(0, 1, 59)] age: u64,
) {
    let body = format!(r#"{{"ia::error":{{"code":"{code}","supportId":"abc%7E1"}}}}"#);
    let refused = dated(answer(status, &body));
    let (tested, _) = run(&aged(age), vec![refused, empty(404)]);
    let checks = tested.unwrap();
    assert_eq!(outcomes(&checks), [Failed, Skipped, Skipped]);
    check_lists(&checks, code, Some("abc%7E1"));
}

#[test]
fn a_token_just_given_may_be_refused_without_a_code() {
    let (tested, _) = run(&aged(0), vec![dated(answer(401, "{}")), empty(404)]);
    check_lists(&tested.unwrap(), "token-refused-when-new", None);
}

/// Withdrawn within the minute, by a revocation for example.
#[test]
fn a_token_just_given_that_intacct_calls_inactive_is_stale() {
    let refused = dated(with_code(401, "GW-0040"));
    let (tested, _) = run(&aged(5), vec![refused, active(false)]);
    assert_eq!(tested.unwrap_err().kind, ErrorKind::StaleToken);
}

#[test]
fn a_token_that_is_active_and_refused_is_told_as_that() {
    let refused = dated(with_code(401, "GW-0040"));
    let (tested, requests) = run(&aged(5), vec![refused, active(true)]);
    let checks = tested.unwrap();
    assert_eq!(outcomes(&checks), [Passed, Skipped, Failed]);
    assert!(checks[0].detail.as_ref().unwrap().contains("active"));
    check_lists(&checks, "GW-0040", None);
    let introspection = &requests[1];
    assert_eq!(
        introspection.url,
        "https://api.intacct.com/ia/api/v1/oauth2/introspect"
    );
    assert_eq!(introspection.bearer, Some(aged(5).secret));
    assert_eq!(crate::support::form(introspection), ["token={access}"]);
    assert_eq!(
        crate::support::lines(&introspection.headers),
        ["accept=application/json"]
    );
}

#[rstest]
#[case::given_a_minute_ago(aged(60))]
#[case::at_its_end(token(&[("iat", "784111770"), ("exp", "784111777")]))]
fn an_old_token_is_renewed_and_costs_no_further_request(#[case] access: Sealed) {
    let (tested, requests) = run(&access, vec![dated(with_code(401, "GW-0040"))]);
    assert_eq!(tested.unwrap_err().kind, ErrorKind::StaleToken);
    assert_eq!(requests.len(), 1);
}

#[rstest]
#[case::no_date(with_code(401, "GW-0040"), aged(0))]
#[case::no_claim(dated(with_code(401, "GW-0040")), token(&[]))]
fn where_nothing_tells_the_age_introspection_decides(
    #[case] refused: Answer,
    #[case] access: Sealed,
) {
    let (tested, _) = run(&access, vec![refused.clone(), active(true)]);
    check_lists(&tested.unwrap(), "GW-0040", None);
    for no_word in [
        active(false),
        html(200),
        empty(404),
        answer(400, r#"{"active":true}"#),
        answer(200, r#"{"active":"perhaps"}"#),
        failed(FailureKind::Timeout, true),
    ] {
        let (tested, _) = run(&access, vec![refused.clone(), no_word]);
        assert_eq!(tested.unwrap_err().kind, ErrorKind::StaleToken);
    }
}

#[rstest]
#[case::works(answer(200, r#"{"ia::result":{"fields":{}}}"#))]
#[case::no_permission(answer(403, r#"{"ia::error":{"code":"forbidden"}}"#))]
#[case::maintenance(html(401))]
#[case::throttled(answer(429, "{}"))]
#[case::inactive(with_code(400, "GW-0011"))]
fn anything_else_costs_one_request(#[case] first: Answer) {
    let (_, requests) = run(&aged(0), vec![dated(first)]);
    assert_eq!(requests.len(), 1);
}
