//! Answers of every shape, by declarations that a hostile plugin might make: what is told of each.

use rstest::rstest;

use super::*;
use crate::randomness::SystemRandomness;
use crate::secret::Secret;
use crate::vault::{SecretKind, Vault};

const SECRET: &str = "not-a-real-secret-0123456789abcdef";

fn answer(headers: &[(&'static str, &str)], body: &[u8]) -> RawAnswer {
    let mut map = http::HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, http::HeaderValue::from_str(value).unwrap());
    }
    RawAnswer {
        status: 200,
        headers: map,
        body: Zeroizing::new(body.to_vec()),
    }
}

fn read(members: &[(&str, Reading)], answer: &RawAnswer, secrets: &[&str]) -> ReadAnswer {
    let member = |(pointer, reading): &(&str, Reading)| DeclaredMember {
        pointer: (*pointer).to_owned(),
        reading: reading.clone(),
    };
    let members: Vec<_> = members.iter().map(member).collect();
    let labels = members.iter().map(|it| it.pointer.clone()).collect();
    let permitted = Permitted {
        labels,
        ..Permitted::default()
    };
    let mut vault = Vault::new(&SystemRandomness);
    let names: Vec<String> = secrets
        .iter()
        .map(|it| vault.keep("s", SecretKind::Setting, Secret::new(*it)))
        .collect();
    let headers = ["location", "x-request-id", "retry-after"].map(str::to_owned);
    let declaration = Declaration::parse(&members, &headers, &[], &[]).unwrap();
    let carried = Carried::new(&mut vault, names.iter().map(String::as_str), Vec::new());
    declaration.read(answer, &permitted, &carried, &mut vault)
}

fn told(read: &ReadAnswer) -> Vec<String> {
    let value = |it: &Member| match &it.value {
        Value::Secret(_) => "secret".to_owned(),
        Value::Code(text) | Value::Label(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Boolean(value) => value.to_string(),
        Value::Present => "present".to_owned(),
        Value::Phrases(phrases) => phrases.join(","),
        Value::Unreadable => "unreadable".to_owned(),
    };
    let members = read.members.iter();
    members
        .map(|it| format!("{}={}", it.pointer, value(it)))
        .collect()
}

/// What is no single document is nothing.
#[rstest]
#[case::two_documents(br#"{"m":"a"}{"m":"b"}"#)]
#[case::lines_of_documents(b"{\"m\":\"a\"}\n{\"m\":\"b\"}\n")]
#[case::trailing_data(br#"{"m":"a"} x"#)]
#[case::a_null_behind(b"{\"m\":\"a\"}\0")]
#[case::a_null_before(b"\0{\"m\":\"a\"}")]
#[case::a_lone_surrogate(br#"{"m":"\ud800"}"#)]
#[case::not_a_number(br#"{"m":NaN}"#)]
#[case::infinity(br#"{"m":-Infinity}"#)]
#[case::a_number_beyond_all(br#"{"m":1e999}"#)]
#[case::single_quotes(br"{'m':'a'}")]
#[case::a_comment(br#"{"m":"a"/* b */}"#)]
#[case::a_comma_too_many(br#"{"m":"a",}"#)]
#[case::a_prefix(br#")]}',{"m":"a"}"#)]
#[case::a_call(br#"f({"m":"a"})"#)]
#[case::invalid_utf8(b"{\"m\":\"\xff\"}")]
#[case::an_overlong_form(b"{\"m\":\"\xc0\xaf\"}")]
#[case::utf_16(b"\xff\xfe{\0\"\0m\0\"\0:\0\"\0a\0\"\0}\0")]
#[case::parts(b"--x\r\n\r\n{\"m\":\"a\"}\r\n--x--")]
#[case::events(b"data: {\"m\":\"a\"}\n\n")]
#[case::a_form(b"m=a&n=b")]
#[case::a_page(b"<p>not-a-real<br></p>")]
#[case::xml_with_a_type(b"<!DOCTYPE m [<!ENTITY e \"a\">]><m>&e;</m>")]
#[case::xml_with_an_entity_of_its_own(b"<m>&e;</m>")]
#[case::two_roots(b"<m>a</m><m>b</m>")]
fn what_is_no_document_is_not_read(#[case] body: &[u8]) {
    let read = read(&[("/m", Reading::Code)], &answer(&[], body), &[]);
    assert!(
        matches!(read.body, BodyKind::Other | BodyKind::Html),
        "{read:?}"
    );
    assert_eq!(told(&read), Vec::<String>::new());
}

#[rstest]
#[case::deep_arrays("[", "]")]
#[case::deep_objects("{\"m\":", "}")]
#[case::deep_elements("<m>", "</m>")]
fn a_document_of_whatever_depth_does_no_harm(#[case] open: &str, #[case] close: &str) {
    for depth in [100, 1_000, 20_000] {
        let body = format!("{}1{}", open.repeat(depth), close.repeat(depth));
        let _ = read(
            &[("/m/m/m", Reading::Code)],
            &answer(&[], body.as_bytes()),
            &[],
        );
    }
}

/// Parts of answers, and what is packed.
#[rstest]
#[case::a_range(&[("content-range", "bytes 1-2/3")])]
#[case::packed(&[("content-encoding", "gzip")])]
#[case::packed_by_another(&[("content-encoding", "zstd")])]
#[case::packed_twice(&[("content-encoding", "identity, br")])]
#[case::packed_in_a_second_header(&[("content-encoding", "identity"), ("content-encoding", "br")])]
#[case::parts(&[("content-type", "multipart/byteranges; boundary=x")])]
#[case::parts_in_capitals(&[("content-type", "MULTIPART/Mixed")])]
#[case::parts_in_a_second_header(&[("content-type", "application/json"), ("content-type", "multipart/mixed")])]
fn a_part_of_an_answer_is_withheld(#[case] headers: &[(&'static str, &str)]) {
    let read = read(
        &[("/m", Reading::Code)],
        &answer(headers, br#"{"m":"a"}"#),
        &[],
    );
    assert!(read.withheld && read.members.is_empty(), "{read:?}");
}

/// The answer's own secrets are secrets wherever they stand in it.
#[rstest]
#[case::beside_it(r#"{"t":"NEW-opaque-55501234","m":"NEW-opaque-55501234"}"#)]
#[case::cut(r#"{"t":"NEW-opaque-55501234","m":"opaque-555"}"#)]
#[case::before_it(r#"{"m":"NEW-opaque-55501234","t":"NEW-opaque-55501234"}"#)]
#[case::that_another_of_its_name_replaces(
    r#"{"t":"NEW-opaque-55501234","t":"other-0815-4711","m":"NEW-opaque-55501234"}"#
)]
#[case::that_a_null_replaces(r#"{"t":"NEW-opaque-55501234","t":null,"m":"NEW-opaque-55501234"}"#)]
#[case::that_an_object_replaces(r#"{"t":"NEW-opaque-55501234","t":{},"m":"NEW-opaque-55501234"}"#)]
#[case::as_a_number(r#"{"t":4815162342123456,"m":"4815162342123456"}"#)]
#[case::in_xml("<r><t>NEW-opaque-55501234</t><m>NEW-opaque-55501234</m></r>")]
#[case::the_second_in_xml(
    "<r><t>a-0815-4711</t><t>NEW-opaque-55501234</t><m>NEW-opaque-55501234</m></r>"
)]
#[case::in_cdata(
    "<r><t><![CDATA[NEW-opaque-55501234]]></t><m>NEW-<!-- x -->opaque-55501234</m></r>"
)]
#[case::in_another_namespace(
    "<r xmlns:a=\"urn:a\"><a:t>NEW-opaque-55501234</a:t><m>NEW-opaque-55501234</m></r>"
)]
fn a_secret_of_the_answer_is_one_wherever_it_stands(#[case] body: &str) {
    let declared = [
        ("/t", Reading::Secret),
        ("/m", Reading::Code),
        ("/r/t", Reading::Secret),
        ("/r/m", Reading::Code),
    ];
    let read = read(&declared, &answer(&[], body.as_bytes()), &[]);
    assert!(read.withheld, "which no request had carried: {read:?}");
    assert!(read.leak.is_some_and(|it| it.end_sending));
}

/// Digits of a secret, however a number spells them.
#[rstest]
#[case::as_it_is("4815162342")]
#[case::with_a_sign("-4815162342")]
#[case::with_a_fraction("4815162342.5")]
#[case::as_a_float("4.815162342e9")]
#[case::as_a_power("48151623.42e2")]
#[case::rounded("4815162341.99999999999999999")]
#[case::as_a_text("\"4815162342\"")]
#[case::with_zeros("\"0004815162342\"")]
#[case::with_a_plus("\"+4815162342\"")]
#[case::as_a_text_with_a_power("\"0.4815162342e10\"")]
#[case::rounded_text("\"4815162341.99999999999999999\"")]
#[case::among_others("914815162342")]
fn digits_of_a_secret_are_no_number(#[case] number: &str) {
    for secret in ["4815162342", "004815162342", "4815-1623-42"] {
        let body = format!("{{\"m\":{number}}}");
        let read = read(
            &[("/m", Reading::Number)],
            &answer(&[], body.as_bytes()),
            &[secret],
        );
        assert_eq!(told(&read), ["/m=unreadable"], "{secret}");
    }
}

#[rstest]
#[case::four_hundred_digits(&"9".repeat(400))]
#[case::a_small_power("1e-400")]
#[case::a_large_fraction(&format!("1.{}", "0".repeat(400)))]
#[case::text_of_four_hundred(&format!("\"{}\"", "9".repeat(400)))]
#[case::text_of_a_power("\"1e400\"")]
#[case::text_of_no_number("\"NaN\"")]
#[case::text_of_infinity("\"inf\"")]
#[case::hexadecimal("\"0x10\"")]
fn a_number_of_whatever_size_is_within_bounds(#[case] number: &str) {
    let body = format!("{{\"m\":{number}}}");
    let read = read(
        &[("/m", Reading::Number)],
        &answer(&[], body.as_bytes()),
        &[],
    );
    for member in &read.members {
        match member.value {
            Value::Number(number) => assert!(number.abs() <= 1 << 53, "{number}"),
            Value::Unreadable => {}
            ref other => panic!("{other:?}"),
        }
    }
}

/// A secret, where each kind of reading would tell it.
#[rstest]
#[case::code(Reading::Code, SECRET)]
#[case::label(Reading::Label, "It is not a real secret 0123456789abcdef")]
#[case::phrases(Reading::Phrases(vec!["wrong".to_owned()]), "wrong not-a-real-secret-0123456789abcdef")]
#[case::number(Reading::Number, "0123456789")]
fn no_reading_tells_a_secret(#[case] reading: Reading, #[case] text: &str) {
    let body = serde_json::json!({ "m": text }).to_string();
    let read = read(&[("/m", reading)], &answer(&[], body.as_bytes()), &[SECRET]);
    assert_eq!(told(&read), ["/m=unreadable"]);
}

#[rstest]
#[case::the_root("")]
#[case::any_element("/*")]
#[case::any_element_of_any("/*/*")]
fn what_has_no_name_is_a_secret_or_nothing(#[case] pointer: &str) {
    for reading in [Reading::Code, Reading::Label, Reading::Number] {
        let member = DeclaredMember {
            pointer: pointer.to_owned(),
            reading,
        };
        assert!(
            Declaration::parse(&[member], &[], &[], &[]).is_err(),
            "{pointer}"
        );
    }
}

/// Names of secrets as pointers spell them.
#[rstest]
#[case("/access_token")]
#[case("/data/0/accessToken")]
#[case("/tokens/*")]
#[case("/token/value")]
#[case("/a~1token")]
#[case("/~0token~0")]
#[case("/x:client-secret")]
#[case("/credentials/*/value")]
#[case("/a.b.apiKey")]
#[case("/pass word")]
#[case("/PASS\u{2060}WORD")]
#[case("/\u{ff50}assword")]
#[case("/p\u{430}ssword")]
#[case("/session_state")]
#[case("/otp")]
#[case("/mfa/pin")]
fn a_pointer_named_like_a_secret_is_read_as_one_alone(#[case] pointer: &str) {
    let parse = |reading: Reading| {
        let member = DeclaredMember {
            pointer: pointer.to_owned(),
            reading,
        };
        Declaration::parse(&[member], &[], &[], &[]).map(|_| ())
    };
    let phrases = Reading::Phrases(vec!["wrong".to_owned()]);
    for reading in [
        Reading::Code,
        Reading::Label,
        Reading::Number,
        Reading::Boolean,
        Reading::Presence,
        phrases,
    ] {
        assert!(parse(reading.clone()).is_err(), "{pointer} as {reading:?}");
    }
    assert_eq!(parse(Reading::Secret), Ok(()), "{pointer}");
}
