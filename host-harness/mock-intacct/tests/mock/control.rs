//! The control API.

use mock_intacct::{Company, MockIntacct};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::client::{Answer, NOON, client_credentials, mock, post, raw_token_request, send};

async fn get(mock: &MockIntacct, path: &str) -> Answer {
    send(mock, "GET", path, &[], "").await.unwrap()
}

#[tokio::test]
async fn a_switch_is_set_with_one_request() {
    let mock = mock().await;
    let answer = post(
        &mock,
        "/_mock/switches/web-services-subscription",
        &[("value", "off")],
    )
    .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(client_credentials(&mock).await.status, 400);
    mock.ledger().assert_refused("subscription-off");
    let listed = get(&mock, "/_mock/switches").await.json();
    let switch = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|switch| switch["name"] == "web-services-subscription");
    assert_eq!(switch.unwrap()["value"], "off");
}

#[tokio::test]
async fn a_fault_is_put_in_force_released_and_removed() {
    let mock = mock().await;
    let form = [
        ("fault", "slow-head"),
        ("path", "/oauth2/token"),
        ("grant", "client_credentials"),
        ("times", "0"),
    ];
    let id = post(&mock, "/_mock/faults", &form).await.text_at("/id");
    let mut stream = tokio::net::TcpStream::connect(mock.address())
        .await
        .unwrap();
    stream
        .write_all(raw_token_request().as_bytes())
        .await
        .unwrap();
    let held = async || {
        let rules = get(&mock, "/_mock/faults").await.json()["rules"].clone();
        rules[0]["rule"]
            .as_str()
            .is_some_and(|rule| rule.ends_with("holding 1"))
    };
    while !held().await {}
    assert_eq!(
        post(&mock, &format!("/_mock/faults/{id}/release"), &[])
            .await
            .status,
        200
    );
    while held().await {}
    mock.ledger().assert_statuses(&[200]);
    post(&mock, &format!("/_mock/faults/{id}/remove"), &[]).await;
    assert_eq!(get(&mock, "/_mock/faults").await.json()["rules"], json!([]));
}

#[tokio::test]
async fn all_faults_are_ended_at_once() {
    let mock = mock().await;
    post(
        &mock,
        "/_mock/faults",
        &[("fault", "error-500-gw-0001"), ("times", "0")],
    )
    .await;
    assert_eq!(client_credentials(&mock).await.status, 500);
    send(&mock, "DELETE", "/_mock/faults", &[], "")
        .await
        .unwrap();
    assert_eq!(client_credentials(&mock).await.status, 200);
}

#[tokio::test]
async fn a_fault_takes_its_settings() {
    let mock = mock().await;
    let form = [
        ("fault", "throttled-429-retry-after-seconds"),
        ("retry_after", "90"),
    ];
    post(&mock, "/_mock/faults", &form).await;
    assert_eq!(client_credentials(&mock).await.header("retry-after"), "90");
    post(
        &mock,
        "/_mock/faults",
        &[
            ("fault", "redirect-elsewhere"),
            ("location", "https://evil.example/"),
        ],
    )
    .await;
    assert_eq!(
        client_credentials(&mock).await.header("location"),
        "https://evil.example/"
    );
    post(
        &mock,
        "/_mock/faults",
        &[("fault", "oversized-body"), ("bytes", "100")],
    )
    .await;
    assert!(
        client_credentials(&mock)
            .await
            .text
            .ends_with(&" ".repeat(100))
    );
}

#[tokio::test]
async fn the_clock_is_read_and_moved() {
    let mock = mock().await;
    assert_eq!(
        get(&mock, "/_mock/clock").await.json(),
        json!({"now": NOON})
    );
    post(&mock, "/_mock/clock", &[("advance", "43200")]).await;
    assert_eq!(mock.clock().now(), NOON + 43_200);
}

#[tokio::test]
async fn the_ledger_is_read_with_secrets_masked() {
    let mock = mock().await;
    client_credentials(&mock).await;
    let answer = get(&mock, "/_mock/ledger").await;
    assert_eq!(answer.json()[0]["path"], "/ia/api/v1/oauth2/token");
    assert_eq!(
        answer.json()[0]["outcome"],
        json!({"answered": {"status": 200, "refusal": Value::Null, "code": Value::Null}})
    );
    assert!(!answer.text.contains(crate::client::CLIENT_SECRET));
}

#[tokio::test]
async fn another_company_takes_the_place_of_the_first() {
    let mock = mock().await;
    let text = get(&mock, "/_mock/company").await.text;
    assert_eq!(Company::from_toml(&text), Ok(Company::sample()));
    let other = text.replace("id = \"Nordlicht-DEV\"", "id = \"Elsewhere\"");
    assert_eq!(
        send(&mock, "PUT", "/_mock/company", &[], &other)
            .await
            .unwrap()
            .status,
        200
    );
    assert_eq!(client_credentials(&mock).await.status, 400);
    mock.ledger().assert_refused("unknown-company");
}

#[rstest]
#[case::an_unknown_switch(
    "POST",
    "/_mock/switches/nothing",
    "value=on",
    "GET /_mock/switches lists them"
)]
#[case::an_unknown_value(
    "POST",
    "/_mock/switches/rotation",
    "value=up",
    "it takes off, on, reuse-kills-family"
)]
#[case::no_value("POST", "/_mock/switches/rotation", "", "as value=")]
#[case::an_unknown_fault(
    "POST",
    "/_mock/faults",
    "fault=nope",
    "GET /_mock/faults lists the names"
)]
#[case::no_fault("POST", "/_mock/faults", "", "say which fault")]
#[case::a_number_that_is_none(
    "POST",
    "/_mock/faults",
    "fault=slow-head&times=x",
    "`times` must be a number"
)]
#[case::an_unknown_rule("POST", "/_mock/faults/9/release", "", "no rule has the number 9")]
#[case::no_seconds("POST", "/_mock/clock", "", "as advance=")]
#[case::a_company_with_a_mistake(
    "PUT",
    "/_mock/company",
    "id = 'C'\nnope = 1",
    "line 2: unknown field `nope`"
)]
#[case::an_unknown_path("GET", "/_mock/nothing", "", "GET    /_mock/ledger")]
#[tokio::test]
async fn a_mistake_is_told_with_what_to_do(
    #[case] method: &str,
    #[case] path: &str,
    #[case] body: &str,
    #[case] part: &str,
) {
    let mock = mock().await;
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let answer = send(&mock, method, path, &headers, body).await.unwrap();
    assert_eq!(answer.status, 400);
    assert!(answer.text.contains(part), "{}", answer.text);
}

#[tokio::test]
async fn control_requests_are_not_in_the_ledger() {
    let mock = mock().await;
    get(&mock, "/").await;
    get(&mock, "/_mock").await;
    mock.ledger().assert_count(0);
}
