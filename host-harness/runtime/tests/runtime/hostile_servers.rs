//! Servers that stall, flood, lie and break off: the plugin is told which, within the deadline, and
//! the next call works.

use std::sync::Arc;
use std::time::Duration;

use credential_runtime::{HttpLimits, Limits, Runtime, RuntimeBuilder};
use rstest::rstest;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::log::Log;
use crate::server::Server;
use crate::stage::{SERVICE, Stage};

fn hasty() -> Limits {
    let http = HttpLimits {
        answer_deadline: Duration::from_millis(300),
        ..HttpLimits::default()
    };
    Limits {
        http,
        ..Limits::default()
    }
}

/// What the plugin is told, with others' calls in flight. Where there is no answer, the operator is
/// told as well, once.
async fn seen_of(server: &Server) -> String {
    seen_on(Runtime::builder().limits(hasty()), server).await
}

async fn seen_on(runtime: RuntimeBuilder, server: &Server) -> String {
    let stage = Stage::with(runtime).await.mapped_to(server);
    let log = Log::keep();
    let seen = stage.withstands(stage.send("get", "/")).await.unwrap();
    match seen.strip_prefix("FailureKind::") {
        Some(failure) => {
            let (kind, _) = failure.split_once(' ').unwrap();
            log.says_once(&format!("failure.kind={kind}"));
        }
        None => assert_eq!(log.lines(), [] as [String; 0]),
    }
    seen
}

#[rstest]
#[case::of_headers("HTTP/1.1 200 OK\r\n", "x-a: 1\r\n", "answer_headers")]
#[case::of_a_body("HTTP/1.1 200 OK\r\n\r\n", "aaaaaaaaaaaaaaaa", "answer_bytes")]
#[case::of_nothing("HTTP/1.1 200 OK\r\n", "", "answer_deadline")]
#[tokio::test]
async fn the_operator_reads_which_bound_was_hit_and_where(
    #[case] begin: &'static str,
    #[case] again: &'static str,
    #[case] bound: &str,
) {
    let server = Server::endless(begin, again).await;
    let stage = Stage::with_limits(hasty()).await.mapped_to(&server);
    let log = Log::keep();
    let url = format!("{SERVICE}/token?not-a-real-query");
    stage
        .send_to("secret-in-authorization", &url)
        .await
        .unwrap();
    log.says_once(&format!("bound=\"{bound}\""));
    let line = log.lines().remove(0);
    assert!(line.contains("path=\"/token\""), "{line}");
    assert!(!line.contains("not-a-real"), "{line}");
}

#[tokio::test]
async fn a_service_that_is_not_there_is_no_warning() {
    let stage = Stage::with_limits(hasty())
        .await
        .mapped_to(&Server::says_json("").await);
    let log = Log::keep();
    let seen = stage.send("get", "/").await.unwrap();
    assert!(
        seen.starts_with("FailureKind::Unreachable sent=false"),
        "{seen}"
    );
    assert_eq!(log.lines(), [] as [String; 0]);
}

#[rstest]
#[case::of_headers("HTTP/1.1 200 OK\r\n", "x-a: 1\r\n", "TooLarge")]
#[case::of_one_header("HTTP/1.1 200 OK\r\nx-a: ", "aaaaaaaaaaaaaaaa", "TooLarge")]
#[case::of_interim_answers("", "HTTP/1.1 103 Early Hints\r\n\r\n", "Timeout")]
#[case::of_a_body("HTTP/1.1 200 OK\r\n\r\n", "aaaaaaaaaaaaaaaa", "TooLarge")]
#[case::of_chunks(
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
    "20\r\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n",
    "TooLarge"
)]
#[case::of_chunk_extensions(
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;",
    "aaaaaaaaaaaaaaaa",
    "Interrupted"
)]
#[case::of_trailers(
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n",
    "x-a: 1\r\n",
    "Interrupted"
)]
#[case::of_blank_lines("", "\r\n", "TooLarge")]
#[tokio::test]
async fn a_flood_is_cut_off(
    #[case] begin: &'static str,
    #[case] again: &'static str,
    #[case] kind: &str,
) {
    let server = Server::endless(begin, again).await;
    let seen = seen_of(&server).await;
    assert!(
        seen.starts_with(&format!("FailureKind::{kind} sent=true")),
        "{seen}"
    );
}

#[rstest]
#[case::two_lengths(
    "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{} ",
    "Interrupted"
)]
#[case::a_length_that_is_none("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}", "Interrupted")]
#[case::a_length_beyond_numbers(
    "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n{}",
    "Interrupted"
)]
#[case::a_length_too_long("HTTP/1.1 200 OK\r\ncontent-length: 200000\r\n\r\n{}", "Interrupted")]
#[case::a_chunk_that_is_none(
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "Interrupted"
)]
#[case::a_head_that_is_none("{\"access_token\":\"x\"}\r\n\r\n", "Interrupted")]
#[case::a_change_of_protocol("HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n", "101")]
#[case::another_version("HTTP/2 200\r\n\r\n{}", "Interrupted")]
#[tokio::test]
async fn an_answer_that_lies_about_itself_is_no_answer(
    #[case] answer: &str,
    #[case] expected: &str,
) {
    let server = Server::says_raw(answer).await;
    let seen = seen_of(&server).await;
    let expected = match expected {
        "101" => "101 ".to_owned(),
        kind => format!("FailureKind::{kind} sent=true"),
    };
    assert!(seen.starts_with(&expected), "{seen}");
}

#[tokio::test]
async fn a_body_longer_than_it_says_ends_where_it_says() {
    let server = Server::says_raw("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}{\"a\":1}").await;
    assert_eq!(seen_of(&server).await, "200 BodyKind::Json");
}

/// Sent ahead of the next request, on a connection that the server keeps open.
#[tokio::test]
async fn an_answer_that_nobody_asked_for_answers_nothing() {
    let both = "HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{\"held\":true}HTTP/1.1 201 Other\r\n\
                content-length: 2\r\n\r\n{}";
    let late = "HTTP/1.1 202 Later\r\ncontent-length: 2\r\n\r\n{}";
    let server = Server::keeps(both, late).await;
    let stage = Stage::with_limits(hasty()).await.mapped_to(&server);
    for _ in 0..20 {
        let seen = stage.send("get", "/").await.unwrap();
        assert_eq!(seen, "200 BodyKind::Json /held=true");
    }
}

#[tokio::test]
async fn frames_of_another_protocol_are_no_answer() {
    // HTTP/2: SETTINGS, then RST_STREAM and GOAWAY.
    let frames = [
        &[0, 0, 0, 4, 0, 0, 0, 0, 0][..],
        &[0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 8],
        &[0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11],
    ]
    .concat();
    let server = Server::says_bytes(frames).await;
    let seen = seen_of(&server).await;
    assert!(
        seen.starts_with("FailureKind::Interrupted sent=true"),
        "{seen}"
    );
}

#[tokio::test]
async fn a_body_byte_by_byte_is_taken_in_as_it_comes() {
    let server =
        Server::drips("HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{\"held\":true}").await;
    assert_eq!(seen_of(&server).await, "200 BodyKind::Json /held=true");
}

#[rstest]
#[case::a_head_that_stops("HTTP/1.1 200 OK\r\nx-a: ")]
#[case::a_body_that_stops("HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n{\"a\"")]
#[case::a_chunk_that_stops("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\n{")]
#[tokio::test]
async fn a_server_that_stalls_is_a_timeout_after_sending(#[case] begin: &'static str) {
    let server = Server::endless(begin, "").await;
    let seen = seen_of(&server).await;
    assert!(seen.starts_with("FailureKind::Timeout sent=true"), "{seen}");
}

/// 22 bytes of gzip are ten megabytes of zeros in a real bomb. Nothing is unpacked, so the size that
/// counts is the size on the wire.
#[tokio::test]
async fn a_packed_body_is_withheld_as_it_came() {
    let packed = b"\x1f\x8b\x08\0\0\0\0\0\x02\x03\x4b\x4c\x1c\x05\xa3\x60\x14\x0c\x77\0\0\0";
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        packed.len()
    );
    let server = Server::says_bytes([head.as_bytes(), packed].concat()).await;
    let seen = seen_of(&server).await;
    assert_eq!(seen, "200 BodyKind::Other");
    let asked = server.received().remove(0);
    assert!(asked.contains("accept-encoding: identity\r\n"), "{asked}");
}

/// A document that is not what was declared: nothing undeclared is told, and no text of it.
#[rstest]
#[case::an_array("[\"not-a-real-token-1\"]", "200 BodyKind::Json")]
#[case::a_number("7", "200 BodyKind::Json")]
#[case::a_bare_string("\"not-a-real-token-1\"", "200 BodyKind::Json")]
#[case::anothers_shape(
    r#"{"data":{"auth":{"accessToken":"not-a-real-token-1"}}}"#,
    "200 BodyKind::Json"
)]
#[case::a_token_that_is_an_object(
    r#"{"access_token":{"value":"not-a-real-token-1"}}"#,
    "200 BodyKind::Json /access_token=unreadable"
)]
#[case::a_token_that_is_a_number(
    r#"{"access_token":123456789}"#,
    "200 BodyKind::Json /access_token=secret of 9, []"
)]
#[case::pairs_of_name_and_value(
    r#"{"list":[{"name":"token","value":"not-a-real-token-1"}]}"#,
    "200 BodyKind::Json /list/0=unreadable /list/0=unreadable /list/0=present \
     /list/0=unreadable /list/0=unreadable /list/0/name=code token /list/0/name=unreadable \
     /list/0/name=present /list/0/name=phrases [] /list/0/name=unreadable"
)]
#[case::json_in_a_text(
    r#"{"m":"{\"access_token\":\"fresh-opaque-11111\"}"}"#,
    "200 BodyKind::Json /m=unreadable /m=unreadable /m=present /m=phrases [] /m=unreadable"
)]
#[case::a_token_as_a_members_name(r#"{"not-a-real-token-1":1}"#, "200 BodyKind::Json")]
#[case::a_duplicated_name(
    r#"{"access_token":"not-a-real-token-1","access_token":"x"}"#,
    "200 BodyKind::Json /access_token=secret of 1, []"
)]
#[case::a_byte_order_mark("\u{feff}{\"held\":true}", "200 BodyKind::Json /held=true")]
#[case::xml(
    "<?xml version=\"1.0\"?><response><code>GW-0011</code><other>not-a-real-token-1</other></response>",
    "200 BodyKind::Xml /response/code=code GW-0011 /response/code=unreadable \
     /response/code=present /response/code=phrases [] /response/code=unreadable"
)]
#[case::xml_with_entities(
    "<!DOCTYPE a [<!ENTITY b \"c\">]><response><code>&b;</code></response>",
    "200 BodyKind::Other"
)]
#[case::a_page(
    "<!doctype html><title>Back soon<p>not-a-real-token-1",
    "200 BodyKind::Html"
)]
#[case::text_behind_it("{} not-a-real-token-1", "200 BodyKind::Other")]
#[case::a_prefix_against_inclusion(")]}'\n{\"held\":true}", "200 BodyKind::Other")]
#[case::a_form("access_token=not-a-real-token-1", "200 BodyKind::Other")]
#[tokio::test]
async fn what_was_not_declared_is_not_told(#[case] body: &str, #[case] expected: &str) {
    let server = Server::says_json(body).await;
    assert_eq!(seen_of(&server).await, expected);
}

/// A part of an answer begins and ends where the plugin says, so nothing of it is read.
#[rstest]
#[case::a_part("206 Partial Content", "content-range: bytes 38-66/100\r\n")]
#[case::a_part_that_is_not_called_one("200 OK", "content-range: bytes 0-1/100\r\n")]
#[case::parts("200 OK", "content-type: Multipart/Byteranges; boundary=x\r\n")]
#[case::a_coding("200 OK", "content-encoding: br\r\n")]
#[case::two_codings("200 OK", "content-encoding: identity, gzip\r\n")]
#[tokio::test]
async fn a_part_of_an_answer_is_withheld(#[case] status: &str, #[case] headers: &str) {
    let server = Server::says(status, headers, r#"{"held":true}"#).await;
    let seen = seen_of(&server).await;
    assert!(seen.ends_with("BodyKind::Other"), "{seen}");
}

#[tokio::test]
async fn json_nested_without_end_is_withheld() {
    let server = Server::says_json(&"[".repeat(100_000)).await;
    let seen = seen_of(&server).await;
    assert_eq!(seen, "200 BodyKind::Other");
}

fn certified(name: &str, not_after: i32) -> rcgen::CertifiedKey<rcgen::KeyPair> {
    let signing_key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(1999, 1, 1);
    params.not_after = rcgen::date_time_ymd(not_after, 1, 1);
    let cert = params.self_signed(&signing_key).unwrap();
    rcgen::CertifiedKey { cert, signing_key }
}

fn tls(certified: &rcgen::CertifiedKey<rcgen::KeyPair>) -> rustls::ServerConfig {
    let key = PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der());
    rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certified.cert.der().clone()],
            PrivateKeyDer::Pkcs8(key),
        )
        .unwrap()
}

#[rstest]
#[case::with_its_name_and_in_time("localhost", 2199, "200 BodyKind::Json")]
#[case::of_another_name("other.example", 2199, "FailureKind::Untrusted sent=false")]
#[case::that_has_expired("localhost", 2001, "FailureKind::Untrusted sent=false")]
#[tokio::test]
async fn a_trusted_authority_does_not_make_a_certificate_fit(
    #[case] name: &str,
    #[case] not_after: i32,
    #[case] expected: &str,
) {
    let certified = certified(name, not_after);
    let server = Server::tls(tls(&certified)).await;
    let runtime = Runtime::builder().trust(certified.cert.der().to_vec());
    let seen = seen_on(runtime, &server).await;
    assert!(seen.starts_with(expected), "{seen}");
}

#[tokio::test]
async fn a_server_that_speaks_no_http_1_is_not_spoken_to() {
    let certified = certified("localhost", 2199);
    let mut config = tls(&certified);
    config.alpn_protocols = vec![b"h2".to_vec()];
    let server = Server::tls(config).await;
    let runtime = Runtime::builder().trust(certified.cert.der().to_vec());
    let seen = seen_on(runtime, &server).await;
    assert!(!seen.contains("http2"), "{seen}");
    assert!(
        seen == "200 BodyKind::Json" || seen.contains("sent=false"),
        "HTTP/1.1 or nothing: {seen}"
    );
}
