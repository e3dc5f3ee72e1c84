//! API calls: the token, the permission, the entity, paging and queries.

use std::time::Duration;

use mock_intacct::{MockIntacct, StaleTokenAnswer};
use rstest::rstest;
use serde_json::json;

use crate::client::{Form, access_token, client_credentials_as, get, mock, model, send};

const CUSTOMERS: &str = "/objects/accounts-receivable/customer";

async fn ids(mock: &MockIntacct, path: &str, token: &str, headers: Form<'_>) -> Vec<String> {
    let answer = get(mock, path, token, headers).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let rows = answer.json()["ia::result"].as_array().unwrap().clone();
    rows.iter()
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn the_cheapest_test_call_answers_the_model() {
    let mock = mock().await;
    let answer = model(&mock, &access_token(&mock).await).await;
    assert_eq!(
        (
            answer.status,
            answer.text_at("/ia::result/apiObject").as_str()
        ),
        (200, "objects/company-config/user")
    );
    assert_eq!(
        answer.json()["ia::result"].get("fields"),
        None,
        "schema=false leaves the fields out"
    );
}

#[tokio::test]
async fn the_model_with_its_schema_names_the_fields() {
    let mock = mock().await;
    let path = "/services/core/model?name=accounts-receivable/customer&schema=true";
    let answer = get(&mock, path, &access_token(&mock).await, &[]).await;
    assert_eq!(answer.text_at("/ia::result/fields/totalDue/type"), "string");
}

#[tokio::test]
async fn the_model_without_a_name_lists_the_objects() {
    let mock = mock().await;
    let answer = get(
        &mock,
        "/services/core/model",
        &access_token(&mock).await,
        &[],
    )
    .await;
    let objects = answer.json()["ia::result"].as_array().unwrap().len();
    assert_eq!(
        (objects, answer.text_at("/ia::meta/totalCount").as_str()),
        (5, "5")
    );
}

#[rstest]
#[case::the_usual_way(StaleTokenAnswer::Gw0040, 401, "/ia::error/code", "GW-0040")]
#[case::with_http_400(
    StaleTokenAnswer::Rest1206,
    400,
    "/ia::result/ia::error/errorId",
    "REST-1206"
)]
#[case::as_an_object(StaleTokenAnswer::Rest2102, 401, "/error/errorId", "REST-2102")]
#[case::by_the_gateway(StaleTokenAnswer::Gw0031, 401, "/ia::error/code", "GW-0031")]
#[tokio::test]
async fn an_access_token_that_is_over_is_refused(
    #[case] answer: StaleTokenAnswer,
    #[case] status: u16,
    #[case] pointer: &str,
    #[case] code: &str,
) {
    let mock = mock().await;
    mock.change(|company| company.tokens.stale_token_answer = answer);
    let token = access_token(&mock).await;
    mock.clock().advance(Duration::from_secs(43_199));
    assert_eq!(
        model(&mock, &token).await.status,
        200,
        "one second before the end"
    );
    mock.clock().advance(Duration::from_secs(1));
    let answer = model(&mock, &token).await;
    assert_eq!(
        (answer.status, answer.text_at(pointer).as_str()),
        (status, code)
    );
}

#[rstest]
#[case::none(&[], "not-bearer")]
#[case::basic(&[("authorization", "Basic eDp5")], "not-bearer")]
#[case::no_scheme(&[("authorization", "eyJx.e30.AAAA")], "not-bearer")]
#[case::never_issued(&[("authorization", "Bearer eyJx.e30.AAAA")], "stale-rest-2102")]
#[tokio::test]
async fn without_an_access_token_a_call_is_refused(#[case] headers: Form<'_>, #[case] name: &str) {
    let mock = mock().await;
    let answer = send(&mock, "GET", "/ia/api/v1/services/core/model", headers, "")
        .await
        .unwrap();
    assert_eq!(answer.status, 401);
    mock.ledger().assert_refused(name);
}

#[tokio::test]
async fn a_refresh_token_is_no_access_token() {
    let mock = mock().await;
    let tokens = crate::client::client_credentials(&mock).await;
    assert_eq!(
        model(&mock, &tokens.text_at("/refresh_token")).await.status,
        401
    );
}

#[rstest]
#[case::the_whole_company(&[], &["C-1001", "C-1002", "C-1003"])]
#[case::one_entity(&[("x-ia-api-param-entity", "100")], &["C-1001", "C-1002"])]
#[case::the_other_entity(&[("X-IA-API-Param-Entity", "200")], &["C-1001", "C-1003"])]
#[case::a_misspelt_header_is_ignored(&[("X-IA-API-Param-Entitiy", "100")], &["C-1001", "C-1002", "C-1003"])]
#[case::an_empty_header_is_ignored(&[("X-IA-API-Param-Entity", "")], &["C-1001", "C-1002", "C-1003"])]
#[tokio::test]
async fn the_entity_header_decides_what_is_seen(
    #[case] headers: Form<'_>,
    #[case] expected: &[&str],
) {
    let mock = mock().await;
    let token = access_token(&mock).await;
    assert_eq!(ids(&mock, CUSTOMERS, &token, headers).await, expected);
}

#[tokio::test]
async fn a_token_for_one_entity_sees_that_one_and_no_other() {
    let mock = mock().await;
    let token = client_credentials_as(&mock, "ws-loader@Nordlicht-DEV|100")
        .await
        .text_at("/access_token");
    assert_eq!(
        ids(&mock, CUSTOMERS, &token, &[]).await,
        ["C-1001", "C-1002"]
    );
    let answer = get(
        &mock,
        CUSTOMERS,
        &token,
        &[("x-ia-api-param-entity", "200")],
    )
    .await;
    assert_eq!(answer.status, 400);
    mock.ledger().assert_refused("entity-refused");
}

#[tokio::test]
async fn an_entity_that_is_not_there_is_refused() {
    let mock = mock().await;
    let token = access_token(&mock).await;
    get(
        &mock,
        CUSTOMERS,
        &token,
        &[("x-ia-api-param-entity", "999")],
    )
    .await;
    mock.ledger().assert_refused("entity-refused");
}

#[tokio::test]
async fn a_list_comes_in_pages() {
    let mock = mock().await;
    let token = access_token(&mock).await;
    let answer = get(&mock, &format!("{CUSTOMERS}?start=2&size=1"), &token, &[]).await;
    let expected =
        json!({"key": "2", "id": "C-1002", "href": "/objects/accounts-receivable/customer/2"});
    assert_eq!(answer.json()["ia::result"], json!([expected]));
    assert_eq!(
        answer.json()["ia::meta"],
        json!({"totalCount": 3, "start": 2, "pageSize": 1, "next": 3, "previous": 1})
    );
}

#[rstest]
#[case::beyond_the_largest_page("?size=4001", "bad-query")]
#[case::before_the_first("?start=0", "bad-query")]
#[case::no_such_row("/9", "unknown-object")]
#[case::no_such_object("-of-old", "unknown-object")]
#[tokio::test]
async fn a_list_that_cannot_be_is_refused(#[case] suffix: &str, #[case] name: &str) {
    let mock = mock().await;
    let token = access_token(&mock).await;
    get(&mock, &format!("{CUSTOMERS}{suffix}"), &token, &[]).await;
    mock.ledger().assert_refused(name);
}

#[tokio::test]
async fn one_row_comes_whole() {
    let mock = mock().await;
    let answer = get(
        &mock,
        &format!("{CUSTOMERS}/3"),
        &access_token(&mock).await,
        &[],
    )
    .await;
    assert_eq!(answer.text_at("/ia::result/name"), "Cedar <Co>");
}

#[tokio::test]
async fn users_and_entities_are_objects_too() {
    let mock = mock().await;
    let token = access_token(&mock).await;
    let users = ids(&mock, "/objects/company-config/user", &token, &[]).await;
    assert_eq!(
        users,
        ["ws-loader", "ws-locked-out", "dana", "admin", "Jane Doe"]
    );
    assert_eq!(
        ids(&mock, "/objects/company-config/entity", &token, &[]).await,
        ["100", "200", "Central Region"]
    );
}

#[tokio::test]
async fn the_session_call_answers_the_session_of_the_token() {
    let mock = mock().await;
    let token = access_token(&mock).await;
    let answer = get(&mock, "/services/core/session/id", &token, &[]).await;
    assert_eq!(
        answer.text_at("/ia::result/sessionId"),
        mock.issued().all()[0].session_id
    );
}

#[rstest]
#[case::an_unknown_path("GET", "/ia/api/v1/nothing", 404, "bad-path")]
#[case::outside_the_api("GET", "/ia/xml/xmlgw.phtml", 404, "bad-path")]
#[case::get_on_the_token_endpoint("GET", "/ia/api/v1/oauth2/token", 405, "method-not-allowed")]
#[case::post_on_the_model("POST", "/ia/api/v1/services/core/model", 405, "method-not-allowed")]
#[case::delete_on_an_object(
    "DELETE",
    "/ia/api/v1/objects/accounts-receivable/customer/1",
    405,
    "method-not-allowed"
)]
#[tokio::test]
async fn a_request_to_nowhere_is_refused(
    #[case] method: &str,
    #[case] path: &str,
    #[case] status: u16,
    #[case] name: &str,
) {
    let mock = mock().await;
    assert_eq!(
        send(&mock, method, path, &[], "").await.unwrap().status,
        status
    );
    mock.ledger().assert_refused(name);
}
