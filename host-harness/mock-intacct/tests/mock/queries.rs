//! Queries: what they find, and which cannot be.

use mock_intacct::MockIntacct;
use rstest::rstest;
use serde_json::{Value, json};

use crate::client::{Answer, access_token, client_credentials_as, mock, send};

async fn query(mock: &MockIntacct, token: &str, document: &Value) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    send(
        mock,
        "POST",
        "/ia/api/v1/services/core/query",
        &headers,
        &document.to_string(),
    )
    .await
    .unwrap()
}

const CUSTOMER: &str = "accounts-receivable/customer";

#[rstest]
#[case::every_row(json!({}), &["C-1001", "C-1002", "C-1003"])]
#[case::equal(json!({"filters": [{"$eq": {"status": "inactive"}}]}), &["C-1003"])]
#[case::not_equal(json!({"filters": [{"$ne": {"status": "inactive"}}]}), &["C-1001", "C-1002"])]
#[case::amounts_as_numbers(json!({"filters": [{"$gt": {"totalDue": "310.4"}}]}), &["C-1001"])]
#[case::at_least(json!({"filters": [{"$gte": {"totalDue": "310.4"}}]}), &["C-1001", "C-1003"])]
#[case::less(json!({"filters": [{"$lt": {"totalDue": 310.4}}]}), &["C-1002"])]
#[case::at_most(json!({"filters": [{"$lte": {"totalDue": 310.4}}]}), &["C-1002", "C-1003"])]
#[case::one_of(json!({"filters": [{"$in": {"id": ["C-1001", "C-1003"]}}]}), &["C-1001", "C-1003"])]
#[case::containing(json!({"filters": [{"$contains": {"name": "GmbH"}}]}), &["C-1002"])]
#[case::all_filters_at_once(json!({"filters": [{"$eq": {"status": "active"}}, {"$gt": {"totalDue": "1"}}]}), &["C-1001"])]
#[case::ordered(json!({"orderBy": [{"totalDue": "asc"}]}), &["C-1002", "C-1003", "C-1001"])]
#[case::ordered_the_other_way(json!({"orderBy": [{"totalDue": "desc"}]}), &["C-1001", "C-1003", "C-1002"])]
#[case::ordered_by_two(json!({"orderBy": [{"status": "desc"}, {"id": "desc"}]}), &["C-1003", "C-1002", "C-1001"])]
#[case::a_page(json!({"start": 2, "size": 1}), &["C-1002"])]
#[tokio::test]
async fn a_query_finds(#[case] mut document: Value, #[case] expected: &[&str]) {
    let mock = mock().await;
    document["object"] = json!(CUSTOMER);
    document["fields"] = json!(["id"]);
    let answer = query(&mock, &access_token(&mock).await, &document).await;
    let rows: Vec<Value> = expected.iter().map(|id| json!({"id": id})).collect();
    assert_eq!(answer.json()["ia::result"], json!(rows), "{answer:?}");
}

#[rstest]
#[case::no_such_field(json!({"object": CUSTOMER, "fields": ["whencreated"]}), "unknown-field")]
#[case::no_such_field_in_a_filter(json!({"object": CUSTOMER, "filters": [{"$eq": {"nope": 1}}]}), "unknown-field")]
#[case::no_such_object(json!({"object": "nope/nope"}), "unknown-object")]
#[case::no_object(json!({"fields": ["id"]}), "bad-query")]
#[case::no_such_operator(json!({"object": CUSTOMER, "filters": [{"$like": {"id": "C"}}]}), "bad-query")]
#[case::a_filter_that_is_none(json!({"object": CUSTOMER, "filters": ["id"]}), "bad-query")]
#[case::an_order_that_is_none(json!({"object": CUSTOMER, "orderBy": [{"id": "up"}]}), "bad-query")]
#[case::too_large_a_page(json!({"object": CUSTOMER, "size": 4001}), "bad-query")]
#[tokio::test]
async fn a_query_that_cannot_be_is_refused(#[case] document: Value, #[case] name: &str) {
    let mock = mock().await;
    query(&mock, &access_token(&mock).await, &document).await;
    mock.ledger().assert_refused(name);
}

#[rstest]
#[case::xml("text/xml", "<query/>", "wrong-format")]
#[case::a_form("application/x-www-form-urlencoded", "object=x", "wrong-format")]
#[case::nothing("application/json", "", "empty-body")]
#[tokio::test]
async fn a_query_that_is_no_json_is_refused(
    #[case] content_type: &str,
    #[case] body: &str,
    #[case] name: &str,
) {
    let mock = mock().await;
    let bearer = format!("Bearer {}", access_token(&mock).await);
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", content_type),
    ];
    send(
        &mock,
        "POST",
        "/ia/api/v1/services/core/query",
        &headers,
        body,
    )
    .await
    .unwrap();
    mock.ledger().assert_refused(name);
}

#[tokio::test]
async fn a_query_sees_what_the_entity_sees() {
    let mock = mock().await;
    let token = client_credentials_as(&mock, "ws-loader@Nordlicht-DEV|200")
        .await
        .text_at("/access_token");
    let answer = query(
        &mock,
        &token,
        &json!({"object": CUSTOMER, "fields": ["id"]}),
    )
    .await;
    assert_eq!(
        answer.json()["ia::result"],
        json!([{"id": "C-1001"}, {"id": "C-1003"}])
    );
}
