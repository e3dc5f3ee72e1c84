//! The shapes of a refusal, by the letters under which they were found, and what is taken from them.

use crate::{
    refusals::{refused, with_code},
    support::answer,
};
use intacct_core::Actor;
use rstest::rstest;

const A: &str = r#"{"ia::error":{"code":"invalidRequest","message":"m","supportId":"abc%7E1","details":[{"code":"CODE","message":"m","correction":"c"}]},"ia::meta":{"totalCount":1}}"#;
const B: &str = r#"{"ia::result":{"ia::error":{"code":"unauthorized","message":"m","errorId":"CODE","additionalInfo":{"messageId":"IA.X","placeholders":{},"propertySet":{}},"supportId":"abc%7E1"}},"ia::meta":{"totalCount":1,"totalSuccess":0,"totalError":1}}"#;
const C: &str = r#"{"ia::error":{"code":"CODE","message":"Invalid Request","details":{"requestId":"abc%7E1"}}}"#;
const D: &str = r#"{"error":{"code":"tokenInvalid","message":"Token is not valid","errorId":"CODE","additionalInfo":{"messageId":"IA.X"},"supportId":"abc%7E1"}}"#;
const E: &str = r#"{"error":"CODE","error_description":"d","supportId":"abc%7E1"}"#;
const F: &str = r#"{"ia::result":{"ia::error":{"code":"operationFailed","message":"m","additionalInfo":{"messageId":"IA.X"},"supportId":"abc%7E1","details":[{"errorId":"CODE","code":"invalidRequest","message":"m","additionalInfo":{"messageId":"IA.Y"}}]}},"ia::meta":{"totalCount":1,"totalError":1}}"#;
const G: &str = r#"{"code":"CODE","message":"m","supportId":"abc%7E1"}"#;
const H: &str = r#"<?xml version="1.0" encoding="UTF-8"?><response><control><status>failure</status><senderid></senderid></control><errormessage><error><errorno>CODE</errorno><description>d</description><description2>d</description2><correction></correction></error></errormessage></response>"#;
const K: &str = r#"{"message":"username format is invalid","request_id":"abc%7E1"}"#;
const DETAILS_AS_TEXT: &str = r#"{"ia::error":{"code":"CODE","message":"m","supportId":"abc%7E1","details":"in plain words"}}"#;
const NO_CORRECTION: &str = r#"{"ia::error":{"code":"invalidRequest","message":"m","supportId":"abc%7E1","details":[{"code":"CODE","message":"m","correction":null}]}}"#;
const LIST: &str = r#"{"ia::result":[{"ia::status":200},{"ia::error":{"code":"x","details":[{"code":"CODE"}],"supportId":"abc%7E1"}}]}"#;
const ERRORS: &str = r#"{"errors":[{"code":"CODE","supportId":"abc%7E1"}]}"#;

#[rstest]
fn a_code_is_found_in_every_shape(
    #[values(A, B, C, D, E, F, G, DETAILS_AS_TEXT, NO_CORRECTION, LIST, ERRORS)] shape: &str,
    #[values("REST-1216", "rest-1216")] code: &str,
) {
    let (case, diagnosis) = refused("username", &answer(400, &shape.replace("CODE", code)));
    assert_eq!((case, &*diagnosis.code), ("misconfigured", "REST-1216"));
    assert_eq!(diagnosis.support_id.as_deref(), Some("abc%7E1"));
}

#[rstest]
fn a_code_is_found_in_xml(#[values("GW-0011", "gw-0011")] code: &str) {
    let (case, diagnosis) = refused("refresh", &answer(400, &H.replace("CODE", code)));
    assert_eq!((case, &*diagnosis.code), ("misconfigured", "GW-0011"));
}

#[rstest]
#[case::of_the_gateway(K)]
#[case::in_a_detail(r#"{"ia::error":{"supportId":"abc%7E1","details":[{"message":"The Username Format is Invalid"}]}}"#)]
#[case::in_a_correction(r#"{"ia::error":{"supportId":"abc%7E1","details":[{"message":null,"correction":"The username format is invalid."}]}}"#)]
#[case::in_details_as_text(
    r#"{"ia::error":{"supportId":"abc%7E1","details":"the username format is invalid"}}"#
)]
fn without_a_code_the_words_tell_and_the_support_id_is_kept(#[case] body: &str) {
    let (case, diagnosis) = refused("username", &answer(400, body));
    assert_eq!(
        (case, &*diagnosis.code),
        ("misconfigured", "username-format")
    );
    assert_eq!(diagnosis.support_id.as_deref(), Some("abc%7E1"));
}

#[test]
fn the_words_are_found_in_xml() {
    let body = H.replace(
        "<description2>d",
        "<description2>Username format is invalid",
    );
    let (case, diagnosis) = refused("username", &answer(400, &body));
    assert_eq!((case, diagnosis.actor), ("misconfigured", Actor::User));
}

#[test]
fn where_nothing_else_tells_the_message_id_is_the_code() {
    let body = r#"{"error":{"message":"m","additionalInfo":{"messageId":"IA.NEW"}}}"#;
    let (case, diagnosis) = refused("refresh", &answer(400, body));
    assert_eq!((case, &*diagnosis.code), ("protocol", "IA.NEW"));
}

#[rstest]
fn an_error_inside_a_success_is_a_refusal(#[values(A, B, C, D, E, F, H, LIST)] shape: &str) {
    let (case, _) = refused(
        "refresh",
        &answer(200, &shape.replace("CODE", "invalid_grant")),
    );
    assert_eq!(case, "reauthorize");
}

#[rstest]
fn an_unknown_code_in_any_shape_is_told_and_the_status_decides(
    #[values(A, B, C, D, E, F, G, H, LIST)] shape: &str,
    #[values((400, "protocol"), (422, "protocol"), (500, "unavailable"), (429, "throttled"))]
    outcome: (u16, &str),
) {
    let (status, expected) = outcome;
    let (case, diagnosis) = refused(
        "refresh",
        &answer(status, &shape.replace("CODE", "XY-9876")),
    );
    assert_eq!((case, &*diagnosis.code), (expected, "XY-9876"));
}

#[rstest]
#[case::answer(r#"{\"a\":1}"#)]
#[case::sentence("The secret is not-a-real-secret")]
#[case::sealed("[sealed]")]
#[case::long("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggg")]
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
    assert_eq!(refused("refresh", &answer(400, &body)).1.support_id, None);
}

#[test]
fn a_numbered_code_tells_more_than_a_word() {
    let body = A.replace("CODE", "XY-9876");
    assert_eq!(refused("refresh", &answer(400, &body)).1.code, "XY-9876");
}

#[test]
fn a_broad_body_is_read_only_so_far() {
    let many = vec![r#"{"code":"x"}"#; 10_000].join(",");
    let body = format!(r#"{{"ia::error":{{"details":[{many},{{"code":"GW-0011"}}]}}}}"#);
    assert_eq!(refused("refresh", &answer(400, &body)).0, "protocol");
}
