use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::jwt::fake;
use super::*;
use crate::randomness::Randomness;

struct Zeros;

impl Randomness for Zeros {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

const CLIENT_SECRET: &str = "not-a-real-client-secret";

struct Seen {
    response: Response,
    vault: Vault,
}

impl Seen {
    fn json(&self) -> Value {
        match &self.response.body {
            ResponseBody::Json(text) => serde_json::from_str(text).unwrap(),
            other => panic!("no JSON: {other:?}"),
        }
    }

    fn pointers(&self) -> Vec<&str> {
        self.response
            .sealed
            .iter()
            .map(|it| it.pointer.as_str())
            .collect()
    }

    fn value(&self, pointer: &str) -> &str {
        let member = self.response.sealed.iter().find(|it| it.pointer == pointer);
        let name = &member.expect("a sealed member").value.name;
        self.vault.get(name).expect("a name of this vault").expose()
    }
}

fn seal_raw(body: &str, content_type: &str, pointers: &[&str]) -> Seen {
    let mut vault = Vault::new(&Zeros);
    vault.keep("client_secret", Secret::new(CLIENT_SECRET));
    let mut headers = http::HeaderMap::new();
    headers.insert("content-type", content_type.parse().unwrap());
    let answer = RawAnswer {
        status: 200,
        headers,
        body: body.as_bytes().to_vec().into(),
    };
    let pointers: Vec<String> = pointers.iter().map(|it| (*it).to_owned()).collect();
    let claims = BTreeSet::from(["exp".to_owned()]);
    let response = Sealer {
        vault: &mut vault,
        claims: &claims,
    }
    .seal_answer(&answer, &pointers);
    Seen { response, vault }
}

fn seal(body: &Value) -> Seen {
    seal_raw(&body.to_string(), "application/json", &[])
}

#[test]
fn a_token_response_keeps_all_but_its_tokens() {
    let access = fake(&json!({"exp": 7, "sessionId": "not-a-real-session"}));
    let seen = seal(&json!({
        "token_type": "Bearer", "access_token": access, "refresh_token": "not-a-real-token",
        "expires_in": 43200,
    }));
    assert_eq!(
        seen.json(),
        json!({"token_type": "Bearer", "expires_in": 43200})
    );
    assert_eq!(seen.pointers(), ["/access_token", "/refresh_token"]);
    assert_eq!(seen.value("/access_token"), access);
    assert_eq!(seen.value("/refresh_token"), "not-a-real-token");
    assert_eq!(
        seen.response.sealed[0].value.claims,
        [("exp".to_owned(), "7".to_owned())]
    );
}

mod properties;

#[track_caller]
fn check(body: &Value, expected: &Value, pointers: &[&str]) {
    let seen = seal(body);
    assert_eq!(&seen.json(), expected);
    assert_eq!(seen.pointers(), pointers);
}

#[test]
fn secrets_are_found_wherever_they_stand() {
    check(
        &json!({"a": {"b": [{"id_token": "x"}]}}),
        &json!({"a": {"b": [{}]}}),
        &["/a/b/0/id_token"],
    );
    check(&json!({"a": fake(&json!({}))}), &json!({}), &["/a"]);
    check(&json!([1, fake(&json!({}))]), &json!([1, null]), &["/1"]);
    check(
        &json!({"a/b~c": {"token": "x"}}),
        &json!({"a/b~c": {}}),
        &["/a~1b~0c/token"],
    );
    check(
        &json!({"access_token": ["x", {"y": 7}]}),
        &json!({"access_token": [null, {}]}),
        &["/access_token/0", "/access_token/1/y"],
    );
    check(&json!({"sessionId": 4711}), &json!({}), &["/sessionId"]);
    check(
        &json!({"access_token": null}),
        &json!({"access_token": null}),
        &[],
    );
    check(&json!({"a": CLIENT_SECRET}), &json!({}), &["/a"]);
    check(&json!(fake(&json!({}))), &json!(null), &[""]);
}

#[test]
fn a_known_secret_inside_a_text_is_replaced_in_place() {
    let message = format!("client_secret '{CLIENT_SECRET}' is wrong");
    check(
        &json!({ "m": message }),
        &json!({"m": "client_secret '[sealed]' is wrong"}),
        &[],
    );
    let basic = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        format!("client:{CLIENT_SECRET}"),
    );
    let seen = seal(&json!({ "echo": format!("Basic {basic}") }));
    assert!(seen.json()["echo"].as_str().unwrap().contains("[sealed]"));
}

#[test]
fn a_member_named_by_a_secret_is_left_out() {
    let seen = seal(&json!({CLIENT_SECRET: {"token": "x"}, "b": 1}));
    assert_eq!(seen.json(), json!({"b": 1}));
    assert_eq!(seen.pointers(), ["/[sealed]"]);
}

#[test]
fn a_claim_that_repeats_a_secret_is_not_told() {
    let told = |exp: &str| {
        let access = fake(&json!({ "exp": exp }));
        let seen = seal(&json!({ "access_token": access, "refresh_token": "not-a-real-token-9" }));
        seen.response.sealed[0].value.claims.clone()
    };
    assert_eq!(told("7"), [("exp".to_owned(), "7".to_owned())]);
    assert_eq!(told(CLIENT_SECRET), []);
    assert_eq!(told(&format!("see {CLIENT_SECRET}")), []);
    assert_eq!(
        told("it is not-a-real-token-9"),
        [],
        "a secret of this very answer"
    );
}

#[test]
fn a_new_token_is_not_told_in_a_header_or_a_pointer() {
    let mut headers = http::HeaderMap::new();
    headers.insert("x-echo", "not-a-real-token-9".parse().unwrap());
    let body =
        json!({ "not-a-real-token-9": { "token": "x" }, "access_token": "not-a-real-token-9" });
    let answer = RawAnswer {
        status: 200,
        headers,
        body: body.to_string().into_bytes().into(),
    };
    let mut vault = Vault::new(&Zeros);
    let claims = BTreeSet::new();
    let response = Sealer {
        vault: &mut vault,
        claims: &claims,
    }
    .seal_answer(&answer, &[]);
    assert!(
        !format!("{response:?}").contains("not-a-real"),
        "{response:?}"
    );
}

#[test]
fn more_secrets_than_an_answer_has_are_withheld_with_it() {
    let tokens = |count: usize| seal(&json!({ "token": vec!["not-a-real-token"; count] }));
    let most = tokens(body::MOST_SEALED);
    assert_eq!(most.pointers().len(), body::MOST_SEALED);
    let more = tokens(body::MOST_SEALED + 1);
    assert_eq!(more.pointers(), [] as [&str; 0]);
    assert!(matches!(more.response.body, ResponseBody::Withheld { .. }));
}

#[test]
fn a_plugin_can_ask_for_more() {
    let body = json!({"code": "c1", "keep": "k", "list": [1, "two"]}).to_string();
    let seen = seal_raw(&body, "application/json", &["/code", "/list", "/absent"]);
    assert_eq!(seen.json(), json!({"keep": "k", "list": [null, null]}));
    assert_eq!(seen.pointers(), ["/code", "/list/0", "/list/1"]);
}

#[test]
fn what_is_no_json_is_withheld() {
    for body in [
        "<html>not-a-real-token</html>",
        "{\"access_token\":",
        "access_token=x",
        "\u{feff}{}",
    ] {
        let seen = seal_raw(body, "text/html", &[]);
        let expected = ResponseBody::Withheld {
            content_type: Some("text/html".into()),
            length: body.len() as u64,
        };
        assert_eq!(seen.response.body, expected, "{body}");
    }
}

#[test]
fn json_is_known_by_its_text_not_by_its_type() {
    assert_eq!(
        seal_raw("{\"token\":\"x\"}", "text/plain", &[]).json(),
        json!({})
    );
    assert_eq!(
        seal_raw("", "application/json", &[]).response.body,
        ResponseBody::Empty
    );
}

#[test]
fn a_text_that_the_answers_own_token_occurs_in_is_withheld() {
    // The token is not known until it is met, so the rules pass `echo`; the net does not.
    let seen = seal(&json!({"echo": "it is not-a-real-token-7", "token": "not-a-real-token-7"}));
    assert!(
        matches!(seen.response.body, ResponseBody::Withheld { .. }),
        "{:?}",
        seen.response.body
    );
}

/// The text holds no backslash until JSON writes one before its quotation mark.
#[test]
fn a_text_that_jsons_own_escapes_make_a_secret_is_withheld() {
    let body = br#"{"a":"wrong: Z\"terces-laer-a-ton"}"#;
    let shown = |secret| crate::properties::seal_with(secret, body, None).body;
    let told = shown("not-a-real-secret\"\\Z");
    assert!(matches!(told, ResponseBody::Withheld { .. }), "{told:?}");
    let told = shown("not-a-real-secret\"Z+");
    assert!(matches!(told, ResponseBody::Json(_)), "{told:?}");
}

#[test]
fn headers_that_hold_a_secret_are_left_out() {
    let mut headers = http::HeaderMap::new();
    for (name, value) in [
        ("Retry-After", "7"),
        ("set-cookie", "a=b"),
        ("x-auth-token", "t"),
        ("x-echo", CLIENT_SECRET),
        ("location", "https://h/?code=eyJhbGciOiJub25lIn0.e30.x"),
    ] {
        headers.insert(
            http::HeaderName::from_bytes(name.as_bytes()).unwrap(),
            value.parse().unwrap(),
        );
    }
    let secret = Secret::new(CLIENT_SECRET);
    let known = Known::of([&secret].into_iter());
    assert_eq!(
        headers::seal(&headers, &known),
        [("retry-after".to_owned(), "7".to_owned())]
    );
}

/// Rounded, it would be shown, most of its digits among them.
#[test]
fn a_secret_of_more_digits_than_a_float_has_is_found_where_it_stands_as_a_number() {
    let digits = "48151623421234567890123456789";
    let response =
        crate::properties::seal_with(digits, format!("{{\"a\":{digits}}}").as_bytes(), None);
    let shown = format!("{:?}", response.body);
    assert!(!shown.contains("4815162"), "{shown}");
}

#[test]
fn a_number_keeps_its_value() {
    let wrote = "1230000000000000000367119830";
    let shown = seal_raw(&format!("[{wrote}]"), "application/json", &[]).json();
    assert_eq!(shown, json!([1.23e27]), "{wrote}");
}
