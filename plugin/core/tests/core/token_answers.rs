//! Token answers that real servers give.

use crate::support::{answer, empty, html, response, sealed, situation, token, tokens};
use intacct_core::{
    Error, ErrorKind, Grant, Identity, Response, SecretRef, Tokens, obtain_tokens,
    parse_token_response, token_request,
};
use rstest::rstest;

const PLAIN: &str = r#"{"token_type":"Bearer","expires_in":43200}"#;

/// As it was recorded (L), with other tokens.
const RECORDED: &str = r#"{"token_type":"Bearer","access_token":"not-a-real-access","refresh_token":"not-a-real-refresh","expires_in":43200}"#;

fn parse(name: &str, response: Response) -> Result<Tokens, Error> {
    let (settings, grant) = situation(name);
    parse_token_response(&settings, &grant, &Ok(response))
}

fn both(body: &str) -> Response {
    tokens(body, Some(sealed("access")), Some(sealed("refresh-2")))
}

#[rstest]
fn every_grant_is_answered_with_tokens(
    #[values(
        "code",
        "username",
        "session",
        "refresh",
        "refresh of username",
        "refresh of session"
    )]
    name: &str,
) {
    let expected = Tokens {
        token_type: "Bearer".to_owned(),
        access: SecretRef::new("not-a-real-access"),
        refresh: Some(SecretRef::new("not-a-real-refresh")),
        expires_in_seconds: Some(43_200),
        refresh_expires_in_seconds: None,
        identity: None,
    };
    assert_eq!(parse(name, response(200, RECORDED)), Ok(expected));
}

#[test]
fn one_call_gives_what_the_pair_gives() {
    let (settings, grant) = situation("username");
    let mut sent = None;
    let send = |request: intacct_core::Request| {
        sent = Some(request);
        Ok(both(PLAIN))
    };
    let obtained = obtain_tokens(&settings, &grant, send);
    assert_eq!(obtained, parse("username", both(PLAIN)));
    assert_eq!(sent, token_request(&settings, &grant).ok());
}

#[rstest]
#[case::number("43200", Some(43_200))]
#[case::text("\"43200\"", Some(43_200))]
#[case::text_with_blanks("\" 43200 \"", Some(43_200))]
#[case::fraction("43200.9", Some(43_200))]
#[case::fraction_in_a_text("\"43200.9\"", Some(43_200))]
#[case::with_an_exponent("4.32e4", Some(43_200))]
#[case::one_second("1", Some(1))]
#[case::a_year("31536000", Some(31_536_000))]
#[case::the_largest("9007199254740992", Some(9_007_199_254_740_992))]
#[case::unreadable("99999999999999999999999", None)]
#[case::unreadable_text("\"99999999999999999999999\"", None)]
#[case::null("null", None)]
#[case::zero("0", None)]
#[case::zero_in_a_text("\"0\"", None)]
#[case::less_than_a_second("0.5", None)]
#[case::negative("-1", None)]
#[case::negative_text("\"-1\"", None)]
#[case::words("\"soon\"", None)]
#[case::truth("true", None)]
#[case::list("[43200]", None)]
fn a_life_is_read_however_it_is_written(#[case] written: &str, #[case] life: Option<u64>) {
    let body = format!(r#"{{"token_type":"Bearer","expires_in":{written}}}"#);
    assert_eq!(
        parse("username", both(&body)).unwrap().expires_in_seconds,
        life
    );
}

const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT"; // 784,111,777

#[rstest]
#[case::issue_and_end("", &[("iat", "1000"), ("exp", "44200")], None, Some(43_200))]
#[case::said_goes_first(r#","expires_in":60"#, &[("iat", "1000"), ("exp", "44200")], None, Some(60))]
#[case::zero_falls_back(
    r#","expires_in":0"#, &[("iat", "1000"), ("exp", "44200")], None, Some(43_200)
)]
#[case::null_falls_back(
    r#","expires_in":null"#, &[("iat", "1000"), ("exp", "44200")], None, Some(43_200)
)]
#[case::end_and_date("", &[("exp", "784154977")], Some(DATE), Some(43_200))]
#[case::issue_goes_before_the_date("", &[("iat", "784111777"), ("exp", "784111787")], Some(DATE), Some(10))]
#[case::end_with_a_fraction("", &[("iat", "1000.0"), ("exp", "1100.9")], None, Some(100))]
#[case::a_life_that_nobody_can_read(
    r#","expires_in":1e23"#, &[("iat", "1000"), ("exp", "44200")], None, Some(43_200)
)]
#[case::end_without_a_date("", &[("exp", "784154977")], None, None)]
#[case::end_and_nonsense_for_a_date("", &[("exp", "784154977")], Some("today"), None)]
#[case::end_before_the_issue("", &[("iat", "2000"), ("exp", "1000")], None, None)]
#[case::end_at_the_issue("", &[("iat", "1000"), ("exp", "1000")], None, None)]
#[case::words("", &[("iat", "1000"), ("exp", "never")], None, None)]
#[case::no_claims("", &[], Some(DATE), None)]
fn without_a_life_the_tokens_claims_tell_it(
    #[case] said: &str,
    #[case] claims: &[(&str, &str)],
    #[case] date: Option<&str>,
    #[case] life: Option<u64>,
) {
    let body = format!(r#"{{"token_type":"Bearer"{said}}}"#);
    let mut response = tokens(&body, Some(token(claims)), Some(token(claims)));
    response
        .headers
        .extend(date.map(|date| ("date".to_owned(), date.to_owned())));
    let tokens = parse("username", response).unwrap();
    assert_eq!(tokens.expires_in_seconds, life);
    if said.is_empty() {
        assert_eq!(tokens.refresh_expires_in_seconds, life);
    }
}

#[rstest]
#[case::usual(r#"{"token_type":"Bearer"}"#, "Bearer")]
#[case::lower_case(r#"{"token_type":"bearer"}"#, "bearer")]
#[case::upper_case(r#"{"token_type":"BEARER"}"#, "BEARER")]
#[case::absent("{}", "Bearer")]
#[case::null(r#"{"token_type":null}"#, "Bearer")]
#[case::extra_members(r#"{"token_type":"Bearer","scope":"x","a":{"b":[1]}}"#, "Bearer")]
#[case::error_that_is_none(r#"{"token_type":"Bearer","error":null}"#, "Bearer")]
#[case::empty_error(r#"{"token_type":"Bearer","error":""}"#, "Bearer")]
#[case::the_last_of_two(r#"{"token_type":"mac","token_type":"Bearer"}"#, "Bearer")]
fn a_bearer_token_is_taken(#[case] body: &str, #[case] token_type: &str) {
    assert_eq!(
        parse("username", both(body)).unwrap().token_type,
        token_type
    );
}

#[rstest]
#[case::other_kind(r#"{"token_type":"mac"}"#)]
#[case::empty(r#"{"token_type":""}"#)]
#[case::number(r#"{"token_type":7}"#)]
#[case::blank(r#"{"token_type":"Bearer "}"#)]
fn a_token_of_another_kind_is_not_taken(#[case] body: &str) {
    check_protocol(parse("username", both(body)), "token-type");
}

#[track_caller]
fn check_protocol(result: Result<Tokens, Error>, code: &str) {
    let error = result.unwrap_err();
    let found = (error.kind, &*error.diagnosis.code);
    assert_eq!(found, (ErrorKind::Protocol, code));
}

#[rstest]
#[case::none(PLAIN)]
#[case::refresh_token_alone(r#"{"token_type":"Bearer","refresh_token":"not-a-real-refresh"}"#)]
#[case::empty(r#"{"token_type":"Bearer","access_token":""}"#)]
#[case::null(r#"{"token_type":"Bearer","access_token":null}"#)]
#[case::truth(r#"{"token_type":"Bearer","access_token":true}"#)]
#[case::object(r#"{"token_type":"Bearer","access_token":{"value":"not-a-real-access"}}"#)]
#[case::elsewhere(r#"{"token_type":"Bearer","data":{"access_token":"not-a-real-access"}}"#)]
#[case::list("[]")]
#[case::word("true")]
fn an_answer_without_an_access_token_is_not_understood(#[case] body: &str) {
    check_protocol(parse("username", response(200, body)), "no-access-token");
}

#[rstest]
#[case::html(html(200), ErrorKind::Unavailable)]
#[case::xml(
    answer(200, "<token><access_token>not-a-real-access</access_token></token>"),
    ErrorKind::Unavailable
)]
#[case::nothing(empty(200), ErrorKind::Protocol)]
#[case::no_content(empty(204), ErrorKind::Protocol)]
#[case::cut_off(answer(200, r#"{"token_type":"Bearer","expires"#), ErrorKind::Protocol)]
#[case::too_deep(answer(200, &"[".repeat(10_000)), ErrorKind::Protocol)]
fn a_success_that_is_no_json_brings_no_tokens(
    #[case] answer: intacct_core::Answer,
    #[case] kind: ErrorKind,
) {
    let (settings, grant) = situation("username");
    let error = parse_token_response(&settings, &grant, &answer).unwrap_err();
    let found = (error.kind, &*error.diagnosis.code);
    assert_eq!(found, (kind, "maintenance"));
}

#[rstest]
#[case::code("code")]
#[case::session("session")]
fn connecting_fails_at_once_where_only_a_refresh_token_could_renew(#[case] name: &str) {
    let result = parse(name, tokens(PLAIN, Some(sealed("access")), None));
    let error = result.unwrap_err();
    let found = (error.kind, &*error.diagnosis.code);
    assert_eq!(found, (ErrorKind::Misconfigured, "no-refresh-token"));
}

#[test]
fn a_missing_refresh_token_is_explained_by_offline_access() {
    let result = parse("code", tokens(PLAIN, Some(sealed("access")), None));
    let hint = result.unwrap_err().diagnosis.hint.unwrap();
    assert!(hint.contains("offline_access"), "{hint}");
}

#[rstest]
#[case::username_needs_none("username")]
#[case::refresh_keeps_the_old_one("refresh")]
#[case::refresh_of_session_keeps_the_old_one("refresh of session")]
#[case::refresh_of_username_keeps_the_old_one("refresh of username")]
fn elsewhere_a_refresh_token_may_be_missing(#[case] name: &str) {
    let parsed = parse(name, tokens(PLAIN, Some(sealed("access")), None)).unwrap();
    assert_eq!(parsed.refresh, None);
}

#[test]
fn an_empty_refresh_token_is_none() {
    let body = r#"{"access_token":"not-a-real-access","refresh_token":""}"#;
    assert_eq!(parse("refresh", response(200, body)).unwrap().refresh, None);
}

#[test]
fn a_refresh_token_equal_to_the_old_one_is_handed_back() {
    let parsed = parse(
        "refresh",
        tokens(PLAIN, Some(sealed("access")), Some(sealed("refresh"))),
    );
    assert_eq!(parsed.unwrap().refresh, Some(SecretRef::new("refresh")));
}

#[test]
fn of_two_access_tokens_the_last_counts() {
    let body = r#"{"access_token":"not-a-real-first","access_token":"not-a-real-second"}"#;
    assert_eq!(
        parse("username", response(200, body)).unwrap().access,
        SecretRef::new("not-a-real-second")
    );
}

#[rstest]
#[case::all(
    &[("userId", "ws"), ("cnyId", "ACME"), ("entityId", "West")],
    Some((Some("ws"), Some("ACME"), Some("West")))
)]
#[case::no_entity(&[("userId", "ws"), ("cnyId", "ACME")], Some((Some("ws"), Some("ACME"), None)))]
#[case::empty_entity(&[("cnyId", "ACME"), ("entityId", "")], Some((None, Some("ACME"), None)))]
#[case::nothing_of_interest(&[("exp", "1")], None)]
#[case::nothing(&[], None)]
fn the_tokens_claims_tell_whom_it_speaks_for(
    #[case] claims: &[(&str, &str)],
    #[case] expected: Option<(Option<&str>, Option<&str>, Option<&str>)>,
) {
    let response = tokens(PLAIN, Some(token(claims)), Some(sealed("refresh-2")));
    let owned = |name: Option<&str>| name.map(str::to_owned);
    let expected = expected.map(|(user, company, entity)| Identity {
        user: owned(user),
        company: owned(company),
        entity: owned(entity),
    });
    assert_eq!(parse("code", response).unwrap().identity, expected);
}

#[test]
fn an_extension_grant_has_no_answer() {
    let (settings, _) = situation("code");
    let grant = Grant::Other("urn:example".to_owned());
    let answer = Ok(tokens(PLAIN, Some(sealed("access")), None));
    let error = parse_token_response(&settings, &grant, &answer).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Other);
}

#[test]
fn a_success_with_an_error_inside_is_a_refusal_even_beside_tokens() {
    let body = r#"{"token_type":"Bearer","error":"invalid_grant"}"#;
    let error = parse("refresh", both(body)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Reauthorize);
}
