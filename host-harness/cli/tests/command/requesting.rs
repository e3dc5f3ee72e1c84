//! `harness token` and `harness request`: a stored credential, used from a script.

use mock_intacct::{Fault, FaultRule, Wait};
use rstest::rstest;

use crate::kept::{Kept, On};

const USERS: &str = "/ia/api/v1/objects/company-config/user?size=1";

#[rstest]
fn a_token_is_masked_unless_it_is_asked_for(#[values(On::Sqlite, On::Postgres)] on: On) {
    let kept = Kept::connected_on(on);
    let masked = kept.run(&["token", "Sample"]).ends_with(0);
    let token = kept.token();
    assert!(kept.mock.issued().secrets().contains(&token));
    assert!(!masked.everything().contains(&token), "{masked:#?}");
    let json = kept.run(&["token", "Sample", "--json"]).json();
    assert!(json["access_token"].is_null(), "{json}");
    let json = kept.run(&["token", "Sample", "--json", "--show"]).json();
    assert_eq!(json["access_token"], token);
}

#[rstest]
fn an_answer_goes_to_stdout_as_it_came(#[values(On::Sqlite, On::Postgres)] on: On) {
    let kept = Kept::connected_on(on);
    let run = kept
        .mocked(&["request", "Sample", "GET", USERS])
        .ends_with(0)
        .says("HTTP 200");
    assert_eq!(run.json()["ia::result"].as_array().unwrap().len(), 1);
    let json = kept
        .mocked(&["request", "Sample", "get", USERS, "--json"])
        .ends_with(0)
        .json();
    assert_eq!(json["status"], 200);
    assert_eq!(json["body"]["ia::result"].as_array().unwrap().len(), 1);
}

#[test]
fn a_body_and_a_header_are_sent() {
    let kept = Kept::connected();
    kept.stage.file(
        "query.json",
        r#"{"object":"company-config/user","fields":["id"]}"#,
    );
    kept.mocked(&[
        "request",
        "Sample",
        "POST",
        "/ia/api/v1/services/core/query",
        "--body",
        "query.json",
        "--header",
        "X-IA-API-Param-Entity: 100",
    ])
    .ends_with(0);
    let calls = kept.mock.ledger().api_calls();
    let last = calls.last().unwrap();
    assert_eq!(last.header("x-ia-api-param-entity"), Some("100"));
    assert_eq!(last.header("content-type"), Some("application/json"));
}

#[rstest]
fn a_stale_token_is_renewed_and_the_request_made_once_more(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let kept = Kept::connected_on(on);
    let old = kept.token();
    kept.age();
    kept.mock
        .clock()
        .advance(std::time::Duration::from_secs(43_300));
    kept.mocked(&["request", "Sample", "GET", USERS])
        .ends_with(0)
        .says("HTTP 200");
    assert_ne!(kept.token(), old);
    kept.mock
        .ledger()
        .to_path("/ia/api/v1/objects/company-config/user")
        .assert_count(2);
}

#[rstest]
#[case::throttled(Fault::Throttled(Wait::Seconds), 6, "HTTP 429")]
#[case::their_side(Fault::Unavailable(Wait::Seconds), 6, "HTTP 503")]
fn a_status_says_how_it_ends(#[case] fault: Fault, #[case] code: i32, #[case] expected: &str) {
    let kept = Kept::connected();
    kept.mock.inject(FaultRule::new(fault).on_path("/objects/"));
    kept.mocked(&["request", "Sample", "GET", USERS])
        .ends_with(code)
        .says(expected);
}

#[rstest]
#[case::another_host(
    "https://evil.example/",
    4,
    "does not ask to reach https://evil.example"
)]
#[case::plain_http(
    "http://api.intacct.com/",
    4,
    "does not ask to reach http://api.intacct.com"
)]
#[case::no_path("users", 2, "neither a path")]
fn a_request_goes_only_where_the_policy_says(
    #[case] path: &str,
    #[case] code: i32,
    #[case] expected: &str,
) {
    let kept = Kept::connected();
    let before = kept.mock.ledger().len();
    kept.mocked(&["request", "Sample", "GET", path])
        .ends_with(code)
        .says(expected);
    assert_eq!(kept.mock.ledger().len(), before);
}

#[test]
fn the_callers_header_does_not_replace_the_tokens() {
    let kept = Kept::connected();
    kept.mocked(&[
        "request",
        "Sample",
        "GET",
        USERS,
        "--header",
        "Authorization: Bearer x",
    ])
    .ends_with(2)
    .says("for the credential, or for HTTP itself");
}

#[test]
fn a_redirect_is_an_answer() {
    let kept = Kept::connected();
    kept.mock
        .inject(FaultRule::new(Fault::RedirectElsewhere).on_path("/objects/"));
    kept.mocked(&["request", "Sample", "GET", USERS])
        .ends_with(0)
        .says("HTTP 307");
}
