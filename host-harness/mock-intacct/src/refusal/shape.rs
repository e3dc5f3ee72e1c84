//! The forms that an error takes, by the letters under which they were found.

use http::StatusCode;
use serde_json::{Value, json};

use super::Refusal;
use crate::answer::Answer;
use crate::html::escape;

/// The form that an error takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `ia::error` with `details` as an array (M).
    A,
    /// `ia::error` inside `ia::result`, with `errorId` and `additionalInfo` (L).
    B,
    /// `ia::error` with `details` as an object (M).
    C,
    /// `error` as an object, with `errorId` and `additionalInfo` (L).
    D,
    /// RFC 6749 section 5.2 (values L, keys I).
    E,
    /// B, with an array `details` whose entries have the `errorId` (L).
    F,
    /// Flat: `code`, `message`, `supportId` (T).
    G,
    /// The XML of the gateway (S for the XML API, the same gateway).
    H,
    /// Kong's: `message` and `request_id`, no code (M).
    K,
}

impl Shape {
    pub(super) fn answer(self, status: StatusCode, refusal: &Refusal, reference: &str) -> Answer {
        if self == Self::H {
            return Answer::xml(status, xml(refusal));
        }
        Answer::json(status, &self.document(refusal, reference))
    }

    fn document(self, refusal: &Refusal, reference: &str) -> Value {
        let Refusal { code, message, .. } = refusal;
        match self {
            Self::A => with_details_array(refusal, reference),
            Self::B => as_result(&with_error_id(refusal, "invalidRequest", reference)),
            Self::C => json!({"ia::error": {
                "code": code, "message": message, "details": {"requestId": reference},
            }}),
            Self::D => json!({"error": with_error_id(refusal, "tokenInvalid", reference)}),
            Self::E => json!({"error": code, "error_description": message}),
            Self::F => as_result(&json!({
                "code": "operationFailed", "message": message, "supportId": reference,
                "additionalInfo": additional_info(),
                "details": [{
                    "errorId": code, "code": "invalidRequest", "message": message,
                    "additionalInfo": additional_info(),
                }],
            })),
            Self::G => json!({"code": code, "message": message, "supportId": reference}),
            Self::H => Value::Null,
            Self::K => json!({"message": message, "request_id": reference}),
        }
    }
}

fn additional_info() -> Value {
    json!({"messageId": "IA.MOCK", "placeholders": {}, "propertySet": {}})
}

fn as_result(error: &Value) -> Value {
    json!({
        "ia::result": {"ia::error": error},
        "ia::meta": {"totalCount": 1, "totalSuccess": 0, "totalError": 1},
    })
}

fn with_details_array(refusal: &Refusal, reference: &str) -> Value {
    let Refusal { code, message, .. } = refusal;
    let detail = json!({
        "code": code, "message": message, "correction": "Correct the request and send it again.",
    });
    json!({
        "ia::error": {
            "code": code, "message": message, "supportId": reference, "details": [detail],
        },
        "ia::meta": {"totalCount": 1, "totalSuccess": 0, "totalError": 1},
    })
}

fn with_error_id(refusal: &Refusal, word: &str, reference: &str) -> Value {
    json!({
        "code": word,
        "message": refusal.message,
        "errorId": refusal.code,
        "additionalInfo": additional_info(),
        "supportId": reference,
    })
}

fn xml(refusal: &Refusal) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<response><control><status>failure</status></control>\
         <errormessage><error><errorno>{}</errorno><description></description>\
         <description2>{}</description2><correction></correction></error></errormessage></response>\n",
        escape(refusal.code),
        escape(refusal.message),
    )
}

#[cfg(test)]
mod tests {
    use super::super::{
        APPLICATION_NOT_AUTHORIZED, NETWORK_REFUSED, REFUSALS, SENDER_NOT_AUTHORIZED,
        STALE_GW_0040, STALE_REST_1206, STALE_REST_2102, UNKNOWN_CLIENT, UNKNOWN_ENTITY,
    };
    use super::*;

    #[test]
    fn every_shape_is_sent_by_some_refusal() {
        use Shape::{A, B, C, D, E, F, G, H, K};
        for shape in [A, B, C, D, E, F, G, H, K] {
            assert!(
                REFUSALS.iter().any(|refusal| refusal.shape == shape),
                "{shape:?}"
            );
        }
    }

    #[test]
    fn a_row_is_sent_in_its_shape() {
        let check = |refusal: Refusal, pointer: &str| {
            let document = refusal.shape.document(&refusal, "support");
            let found = document.pointer(pointer);
            assert_eq!(found, Some(&Value::from(refusal.code)), "{document}");
        };
        check(STALE_GW_0040, "/ia::error/details/0/code");
        check(STALE_REST_1206, "/ia::result/ia::error/errorId");
        check(APPLICATION_NOT_AUTHORIZED, "/ia::result/ia::error/errorId");
        check(SENDER_NOT_AUTHORIZED, "/ia::error/code");
        check(STALE_REST_2102, "/error/errorId");
        check(UNKNOWN_CLIENT, "/error");
        check(UNKNOWN_ENTITY, "/ia::result/ia::error/details/0/errorId");
        check(NETWORK_REFUSED, "/code");
    }
}
