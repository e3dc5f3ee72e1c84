//! The five shapes of a refusal, and what is taken from them.

use crate::{
    refusals::{refused, with_code},
    support::json,
};
use rstest::rstest;

const A: &str = r#"{"ia::error":{"code":"invalidRequest","message":"m","supportId":"abc%7E1","details":[{"code":"CODE","message":"m","correction":"c"}]},"ia::meta":{"totalCount":1}}"#;
const B: &str = r#"{"ia::result":{"ia::error":{"code":"unauthorized","message":"m","errorId":"CODE","additionalInfo":{"messageId":"IA.X","placeholders":{},"propertySet":{}},"supportId":"abc%7E1"}},"ia::meta":{"totalCount":1,"totalSuccess":0,"totalError":1}}"#;
const C: &str = r#"{"ia::error":{"code":"CODE","message":"Invalid Request","details":{"requestId":"abc%7E1"}}}"#;
const D: &str = r#"{"error":{"code":"tokenInvalid","message":"Token is not valid","errorId":"CODE","additionalInfo":{"messageId":"IA.X"},"supportId":"abc%7E1"}}"#;
const E: &str = r#"{"error":"CODE","error_description":"d","supportId":"abc%7E1"}"#;
const LIST: &str = r#"{"ia::result":[{"ia::status":200},{"ia::error":{"code":"x","details":[{"details":[{"code":"CODE"}]}],"supportId":"abc%7E1"}}]}"#;
const BARE: &str = r#"{"code":"CODE","message":"m","supportId":"abc%7E1"}"#;
const ERRORS: &str = r#"{"errors":[{"code":"CODE","supportId":"abc%7E1"}]}"#;

#[rstest]
fn a_code_is_found_in_every_shape(
    #[values(A, B, C, D, E, LIST, BARE, ERRORS)] shape: &str,
    #[values("REST-1216", "rest-1216")] code: &str,
) {
    let (case, diagnosis) = refused("username", &json(400, &shape.replace("CODE", code)));
    assert_eq!((case, &*diagnosis.code), ("misconfigured", "REST-1216"));
    assert_eq!(diagnosis.support_id.as_deref(), Some("abc%7E1"));
}

#[rstest]
fn an_error_inside_a_success_is_a_refusal(#[values(A, B, C, D, E, LIST)] shape: &str) {
    let (case, _) = refused(
        "refresh",
        &json(200, &shape.replace("CODE", "invalid_grant")),
    );
    assert_eq!(case, "reauthorize");
}

#[rstest]
fn an_unknown_code_in_any_shape_is_told_and_the_status_decides(
    #[values(A, B, C, D, E, LIST)] shape: &str,
    #[values((400, "protocol"), (422, "protocol"), (500, "unavailable"), (429, "throttled"))]
    outcome: (u16, &str),
) {
    let (status, expected) = outcome;
    let (case, diagnosis) = refused("refresh", &json(status, &shape.replace("CODE", "XY-9876")));
    assert_eq!((case, &*diagnosis.code), (expected, "XY-9876"));
}

#[rstest]
#[case::json(r#"{\"a\":1}"#)]
#[case::sentence("The secret is not-a-real-secret")]
#[case::sealed("[sealed]")]
#[case::long("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee")]
#[case::control_character("a\\u0007b")]
#[case::foreign("Ключ")]
fn what_is_no_code_is_not_shown_as_one(#[case] code: &str) {
    let (_, diagnosis) = refused("refresh", &with_code(400, code));
    assert_eq!(diagnosis.code, "not-understood");
}

#[rstest]
#[case::sentence("call us at once")]
#[case::sealed("[sealed]")]
#[case::markup("<b>1</b>")]
fn what_is_no_support_id_is_not_shown_as_one(#[case] id: &str) {
    let body = format!(r#"{{"ia::error":{{"code":"GW-0011","supportId":"{id}"}}}}"#);
    assert_eq!(refused("refresh", &json(400, &body)).1.support_id, None);
}

#[test]
fn a_numbered_code_tells_more_than_a_word() {
    let body = A.replace("CODE", "XY-9876");
    assert_eq!(refused("refresh", &json(400, &body)).1.code, "XY-9876");
}

#[test]
fn a_broad_body_is_read_only_so_far() {
    let many = vec![r#"{"code":"x"}"#; 10_000].join(",");
    let body = format!(r#"{{"ia::error":{{"details":[{many},{{"code":"GW-0011"}}]}}}}"#);
    assert_eq!(refused("refresh", &json(400, &body)).0, "protocol");
}
