//! Each fault, as a client meets it.

use std::time::Duration;

use mock_intacct::{FAULTS, Fault, FaultRule, MockIntacct, TokenKind};
use rstest::rstest;

use crate::client::{
    Answer, access_token, client_credentials, mock, model, raw, raw_token_request, refresh,
};

pub(crate) const TOKEN: &str = "/oauth2/token";

pub(crate) async fn injected(name: &str) -> (MockIntacct, mock_intacct::InjectedFault) {
    let mock = mock().await;
    let fault = mock.inject(FaultRule::new(Fault::named(name).unwrap()).on_path(TOKEN));
    (mock, fault)
}

pub(crate) fn issued(mock: &MockIntacct) -> usize {
    mock.issued().of_kind(TokenKind::Access).count()
}

async fn answer_with(name: &str) -> (MockIntacct, Answer) {
    let (mock, _fault) = injected(name).await;
    let answer = client_credentials(&mock).await;
    (mock, answer)
}

#[tokio::test]
async fn a_wrong_content_type_hides_a_right_answer() {
    let (_mock, answer) = answer_with("wrong-content-type").await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    assert!(answer.json()["access_token"].is_string());
}

#[tokio::test]
async fn an_error_page_is_html() {
    let (mock, answer) = answer_with("html-error-page").await;
    assert_eq!((answer.status, issued(&mock)), (502, 0));
    assert!(answer.text.starts_with("<!doctype html>"));
}

#[tokio::test]
async fn an_error_page_may_be_empty() {
    let (mock, answer) = answer_with("empty-error-page").await;
    assert_eq!(
        (answer.status, answer.text.as_str(), issued(&mock)),
        (500, "", 0)
    );
}

#[tokio::test]
async fn an_error_may_hide_in_an_answer_that_says_all_is_well() {
    let (mock, answer) = answer_with("error-inside-200").await;
    assert_eq!(
        (answer.status, answer.text_at("/error").as_str()),
        (200, "invalid_grant")
    );
    assert_eq!(issued(&mock), 0);
}

#[rstest]
#[case::throttled("throttled-429", 429, "", "")]
#[case::throttled_in_seconds("throttled-429-retry-after-seconds", 429, "retry-after", "7")]
#[case::throttled_until(
    "throttled-429-retry-after-date",
    429,
    "retry-after",
    "Thu, 01 Jan 2026 12:00:07 GMT"
)]
#[case::throttled_hyphenated(
    "throttled-429-x-ia-retry-after",
    429,
    "x-ia-gateway-retry-after",
    "7"
)]
#[case::throttled_joined("throttled-429-x-ia-retryafter", 429, "x-ia-gatewayretryafter", "7")]
#[case::unavailable("unavailable-503", 503, "", "")]
#[case::unavailable_in_seconds("unavailable-503-retry-after-seconds", 503, "retry-after", "7")]
#[case::unavailable_until(
    "unavailable-503-retry-after-date",
    503,
    "retry-after",
    "Thu, 01 Jan 2026 12:00:07 GMT"
)]
#[case::unavailable_hyphenated(
    "unavailable-503-x-ia-retry-after",
    503,
    "x-ia-gateway-retry-after",
    "7"
)]
#[case::unavailable_joined("unavailable-503-x-ia-retryafter", 503, "x-ia-gatewayretryafter", "7")]
#[tokio::test]
async fn the_time_to_wait_is_spelt(
    #[case] name: &str,
    #[case] status: u16,
    #[case] header: &str,
    #[case] value: &str,
) {
    let (mock, answer) = answer_with(name).await;
    assert_eq!((answer.status, issued(&mock)), (status, 0));
    let waits: Vec<(&str, &str)> = answer
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .filter(|(name, _)| name.contains("retry"))
        .collect();
    let expected: &[(&str, &str)] = if header.is_empty() {
        &[]
    } else {
        &[(header, value)]
    };
    assert_eq!(waits, expected);
    assert_eq!(
        answer.header("date"),
        "Thu, 01 Jan 2026 12:00:00 GMT",
        "dates go by the mock's clock"
    );
}

#[tokio::test]
async fn an_internal_error_has_its_code() {
    let (mock, answer) = answer_with("error-500-gw-0001").await;
    assert_eq!(
        (answer.status, answer.text_at("/ia::error/code").as_str()),
        (500, "GW-0001")
    );
    assert_eq!(issued(&mock), 0);
}

#[tokio::test]
async fn an_oversized_answer_is_right_but_for_its_size() {
    let mock = mock().await;
    mock.inject(FaultRule::new(Fault::OversizedBody).oversized_by(1_000_000));
    let answer = client_credentials(&mock).await;
    assert!(answer.text.len() > 1_000_000);
    assert!(answer.json()["access_token"].is_string());
}

#[tokio::test]
async fn invalid_json_still_holds_the_token() {
    let (mock, answer) = answer_with("invalid-json").await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "application/json")
    );
    assert!(serde_json::from_str::<serde_json::Value>(&answer.text).is_err());
    assert!(
        answer
            .text
            .contains(&mock.issued().last(TokenKind::Access).unwrap().value)
    );
}

#[tokio::test]
async fn a_redirect_leads_elsewhere() {
    let mock = mock().await;
    mock.inject(FaultRule::new(Fault::RedirectElsewhere).to_location("https://evil.example/token"));
    let answer = client_credentials(&mock).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (307, "https://evil.example/token")
    );
    assert_eq!(issued(&mock), 0);
}

#[tokio::test]
async fn a_good_token_can_be_called_expired() {
    let mock = mock().await;
    let token = access_token(&mock).await;
    mock.inject(FaultRule::new(Fault::ExpiredToken).on_path("/services"));
    let answer = model(&mock, &token).await;
    assert_eq!(
        (
            answer.status,
            answer.text_at("/ia::result/ia::error/errorId").as_str()
        ),
        (400, "REST-1206")
    );
    assert_eq!(
        model(&mock, &token).await.status,
        200,
        "once is what was asked for"
    );
}

#[tokio::test]
async fn rules_are_used_up_in_their_order() {
    let mock = mock().await;
    mock.inject(FaultRule::new(Fault::named("unavailable-503").unwrap()).times(2));
    mock.inject(FaultRule::new(Fault::named("throttled-429").unwrap()));
    for _ in 0..4 {
        client_credentials(&mock).await;
    }
    mock.ledger().assert_statuses(&[503, 503, 429, 200]);
}

#[tokio::test]
async fn a_rule_befalls_only_its_path_and_grant() {
    let mock = mock().await;
    let fault = mock.inject(
        FaultRule::new(Fault::InternalError)
            .on_path(TOKEN)
            .for_grant("refresh_token"),
    );
    let tokens = client_credentials(&mock).await;
    assert_eq!(
        model(&mock, &tokens.text_at("/access_token")).await.status,
        200
    );
    assert_eq!(fault.hits(), 0);
    assert_eq!(
        refresh(&mock, &tokens.text_at("/refresh_token"))
            .await
            .status,
        500
    );
    assert_eq!(
        refresh(&mock, &tokens.text_at("/refresh_token"))
            .await
            .status,
        200,
        "the fault spent nothing"
    );
}

#[tokio::test]
async fn a_standing_rule_befalls_every_request_until_it_is_removed() {
    let mock = mock().await;
    let fault = mock.inject(FaultRule::new(Fault::InternalError).always());
    for _ in 0..3 {
        assert_eq!(client_credentials(&mock).await.status, 500);
    }
    fault.remove();
    assert_eq!(client_credentials(&mock).await.status, 200);
    mock.inject(FaultRule::new(Fault::InternalError).always());
    mock.clear_faults();
    assert_eq!(client_credentials(&mock).await.status, 200);
}

/// A fault that nobody noticed would be a name without an effect.
#[tokio::test]
async fn every_named_fault_strikes() {
    let mock = mock().await;
    for named in FAULTS {
        let rule = FaultRule::new(named.fault)
            .for_at_most(Duration::ZERO)
            .oversized_by(10);
        let fault = mock.inject(rule);
        let request = raw_token_request().replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
        raw(&mock, &request).await;
        assert_eq!(fault.hits(), 1, "{}", named.name);
        assert_eq!(
            mock.ledger().last().unwrap().fault.as_deref(),
            Some(named.name)
        );
    }
}
