//! What answers while the service is maintained, and codings that nobody asked for.

use mock_intacct::{Fault, FaultRule};
use rstest::rstest;

use crate::client::{Form, USERNAME, client_credentials, encode, mock, send, with_client};
use crate::faults::{TOKEN, injected, issued};

#[rstest]
#[case::page("maintenance-200", 200, "text/html; charset=utf-8")]
#[case::redirect("maintenance-redirect", 302, "text/plain; charset=utf-8")]
#[case::forbidden("maintenance-403", 403, "text/html; charset=utf-8")]
#[case::silent("maintenance-403-empty", 403, "text/plain; charset=utf-8")]
#[case::not_found("maintenance-404", 404, "text/html; charset=utf-8")]
#[case::unavailable("maintenance-503", 503, "text/html; charset=utf-8")]
#[case::xml("maintenance-xml", 200, "text/xml; charset=utf-8")]
#[tokio::test]
async fn maintenance_answers_in_its_own_way_and_issues_nothing(
    #[case] name: &str,
    #[case] status: u16,
    #[case] content_type: &str,
) {
    let (mock, _fault) = injected(name).await;
    let answer = client_credentials(&mock).await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (status, content_type)
    );
    assert!(serde_json::from_str::<serde_json::Value>(&answer.text).is_err());
    assert!(!answer.text.contains("errorno"), "not the gateway's");
    assert_eq!(issued(&mock), 0);
}

#[tokio::test]
async fn maintenance_may_break_the_connection() {
    let mock = mock().await;
    let fault = Fault::named("maintenance-broken").unwrap();
    mock.inject(FaultRule::new(fault).on_path(TOKEN));
    assert!(token_request(&mock, &[]).await.is_err());
    assert_eq!(issued(&mock), 0);
}

async fn token_request(
    mock: &mock_intacct::MockIntacct,
    headers: Form<'_>,
) -> Result<crate::client::Answer, hyper::Error> {
    let form = ("content-type", "application/x-www-form-urlencoded");
    let headers = [&[form], headers].concat();
    let body = encode(&with_client(&[
        ("grant_type", "client_credentials"),
        ("username", USERNAME),
    ]));
    send(mock, "POST", "/ia/api/v1/oauth2/token", &headers, &body).await
}

#[rstest]
#[case::whatever_was_asked("gzip", &[("accept-encoding", "identity")], true)]
#[case::nothing_was_asked("gzip-where-allowed", &[], true)]
#[case::gzip_was_asked("gzip-where-allowed", &[("accept-encoding", "gzip, br")], true)]
#[case::identity_was_asked("gzip-where-allowed", &[("accept-encoding", "identity")], false)]
#[tokio::test]
async fn an_answer_may_be_compressed(
    #[case] name: &str,
    #[case] headers: Form<'_>,
    #[case] compressed: bool,
) {
    let (mock, _fault) = injected(name).await;
    let answer = token_request(&mock, headers).await.unwrap();
    let coding = if compressed { "gzip" } else { "" };
    assert_eq!(
        (answer.status, answer.header("content-encoding")),
        (200, coding)
    );
    assert_eq!(answer.text.starts_with('{'), !compressed);
    assert_eq!(issued(&mock), 1);
}

#[tokio::test]
async fn a_byte_order_mark_may_stand_before_an_answer() {
    let (mock, _fault) = injected("byte-order-mark").await;
    let answer = client_credentials(&mock).await;
    assert!(answer.text.starts_with("\u{FEFF}{"), "{}", answer.text);
}
