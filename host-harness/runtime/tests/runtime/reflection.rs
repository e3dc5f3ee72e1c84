//! A service that repeats the secret it was sent, in every way it could, with others' calls in flight:
//! the plugin learns nothing of it, or what it does learn is what no host can keep from it (SECURITY.md
//! says so).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use credential_runtime::Secret;
use rstest::rstest;

use crate::secrets::jwt;
use crate::server::Server;
use crate::stage::{SECRET, SERVICE, Stage};

const BLANKS: &str = " not-a-real-secret-4711/+x ";

/// What the plugin is told, with others' calls in flight.
async fn seen_by(stage: &Stage, behaviour: &str) -> String {
    stage.withstands(stage.send(behaviour, "/")).await.unwrap()
}

fn answer(headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!(
        "HTTP/1.1 200 OK\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// What the form's one value was.
fn sent(body: &str) -> String {
    let pairs = url::Url::parse(&format!("https://form.example/?{body}")).unwrap();
    let value = pairs.query_pairs().next().unwrap().1.into_owned();
    assert_eq!(value.trim(), SECRET, "the service was told the secret");
    value
}

fn json(text: &str) -> Vec<u8> {
    answer(
        "",
        serde_json::json!({ "m": text, "error": { "code": text }, "list": [text] }).to_string(),
    )
}

fn upper(body: &str) -> Vec<u8> {
    json(&sent(body).to_uppercase())
}

fn html_escaped(body: &str) -> Vec<u8> {
    json(&sent(body).replace('/', "&#x2F;").replace('+', "&#43;"))
}

fn cut_short(body: &str) -> Vec<u8> {
    json(&sent(body).chars().take(12).collect::<String>())
}

fn xml(body: &str) -> Vec<u8> {
    let units: String = sent(body)
        .chars()
        .map(|it| format!("&#{};", u32::from(it)))
        .collect();
    answer("", format!("<response><code>{units}</code></response>"))
}

/// Less its last character in a code, and in capitals in a request id: what an honest gateway makes.
fn code_and_support_id(body: &str) -> Vec<u8> {
    let secret = sent(body).replace(['/', '+'], "");
    let (code, id) = (&secret[..secret.len() - 1], secret.to_uppercase());
    let body = serde_json::json!({ "error": { "code": code } }).to_string();
    answer(&format!("x-request-id: {id}\r\n"), body)
}

fn plain(body: &str) -> Vec<u8> {
    json(&format!("wrong: {}", sent(body)))
}

fn trimmed(body: &str) -> Vec<u8> {
    json(&format!("wrong: {}.", sent(body).trim()))
}

fn percent(body: &str) -> Vec<u8> {
    let all: String = sent(body).bytes().map(|it| format!("%{it:02X}")).collect();
    json(&all)
}

fn base64(body: &str) -> Vec<u8> {
    json(&STANDARD.encode(format!("client:{}", sent(body))))
}

fn base64url(body: &str) -> Vec<u8> {
    json(&URL_SAFE_NO_PAD.encode(sent(body)))
}

fn hexadecimal(body: &str) -> Vec<u8> {
    json(
        &sent(body)
            .bytes()
            .map(|it| format!("{it:02x}"))
            .collect::<String>(),
    )
}

fn reversed(body: &str) -> Vec<u8> {
    json(&sent(body).chars().rev().collect::<String>())
}

fn escaped(body: &str) -> Vec<u8> {
    let units: String = sent(body)
        .encode_utf16()
        .map(|it| format!("\\u{it:04x}"))
        .collect();
    answer("", format!("{{\"m\":\"{units}\"}}"))
}

fn member_name(body: &str) -> Vec<u8> {
    answer(
        "",
        serde_json::json!({ sent(body): { "token": "x" }, "m": 1 }).to_string(),
    )
}

fn in_a_header(body: &str) -> Vec<u8> {
    answer(
        &format!("x-request-id: {}\r\nretry-after: {0}\r\n", sent(body)),
        "{}",
    )
}

fn header_name(body: &str) -> Vec<u8> {
    let name: String = sent(body).bytes().map(|it| format!("{it:02x}")).collect();
    answer(&format!("x-{name}: 1\r\n"), "{}")
}

fn reason_phrase(body: &str) -> Vec<u8> {
    let secret = sent(body);
    format!("HTTP/1.1 400 wrong {secret}\r\ncontent-length: 2\r\n\r\n{{}}").into_bytes()
}

fn trailer(body: &str) -> Vec<u8> {
    let secret = sent(body);
    format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-echo\r\n\r\n2\r\n{{}}\r\n0\r\n\
         x-echo: {secret}\r\n\r\n"
    )
    .into_bytes()
}

fn html(body: &str) -> Vec<u8> {
    answer(
        "content-type: text/html\r\n",
        format!("<b>{}</b>", sent(body)),
    )
}

fn content_type(body: &str) -> Vec<u8> {
    answer(&format!("content-type: x/{}\r\n", sent(body)), "<b>")
}

fn two_documents(body: &str) -> Vec<u8> {
    answer("", format!("{{}}\n{{\"m\":\"{}\"}}", sent(body)))
}

fn gzip(_: &str) -> Vec<u8> {
    // Whatever it holds: nobody asked for it, so nobody unpacks it.
    answer(
        "content-encoding: gzip\r\n",
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\xae\x05\0",
    )
}

fn duplicated_member(body: &str) -> Vec<u8> {
    answer("", format!("{{\"m\":\"{}\",\"m\":1}}", sent(body)))
}

fn cookie(body: &str) -> Vec<u8> {
    answer(&format!("set-cookie: s={}\r\n", sent(body)), "{}")
}

fn redirect(body: &str) -> Vec<u8> {
    let secret = sent(body);
    format!("HTTP/1.1 302 Found\r\nlocation: https://evil.example/?{secret}\r\ncontent-length: 2\r\n\r\n{{}}")
        .into_bytes()
}

fn token_in_two_places(_: &str) -> Vec<u8> {
    let token = "not-a-real-token-0815";
    answer(
        &format!("x-echo: {token}\r\n"),
        format!("{{\"access_token\":\"{token}\"}}"),
    )
}

#[rstest]
#[case::plain(plain, SECRET)]
#[case::in_capitals(upper, SECRET)]
#[case::in_html(html_escaped, SECRET)]
#[case::cut_short(cut_short, SECRET)]
#[case::in_xml(xml, SECRET)]
#[case::in_a_code_and_a_request_id(code_and_support_id, SECRET)]
#[case::without_the_blanks_around_it(trimmed, BLANKS)]
#[case::percent_encoded(percent, SECRET)]
#[case::base64(base64, SECRET)]
#[case::base64url(base64url, SECRET)]
#[case::hexadecimal(hexadecimal, SECRET)]
#[case::reversed(reversed, SECRET)]
#[case::as_json_escapes(escaped, SECRET)]
#[case::as_a_members_name(member_name, SECRET)]
#[case::in_a_header(in_a_header, SECRET)]
#[case::as_a_headers_name(header_name, SECRET)]
#[case::in_the_reason_phrase(reason_phrase, SECRET)]
#[case::in_a_trailer(trailer, SECRET)]
#[case::as_a_page(html, SECRET)]
#[case::in_the_content_type(content_type, SECRET)]
#[case::in_a_second_document(two_documents, SECRET)]
#[case::compressed(gzip, SECRET)]
#[case::in_a_duplicated_member(duplicated_member, SECRET)]
#[case::in_a_cookie(cookie, SECRET)]
#[case::in_a_redirect(redirect, SECRET)]
#[case::a_new_token_in_body_and_header(token_in_two_places, SECRET)]
#[tokio::test]
async fn what_a_service_repeats_is_not_told(
    #[case] answer: fn(&str) -> Vec<u8>,
    #[case] secret: &str,
) {
    let server = Server::answers(answer).await;
    let stage = Stage::new().await.mapped_to(&server).with_secret(secret);
    let seen = seen_by(&stage, "tell-all").await;
    assert!(
        seen.contains(" BodyKind::"),
        "an answer, whatever it holds: {seen}"
    );
    let seen = seen.to_lowercase();
    let backwards: String = SECRET.chars().rev().collect();
    let digits: String = SECRET.bytes().map(|it| format!("{it:02x}")).collect();
    let encoded = STANDARD.encode(SECRET);
    let encoded = &encoded[4..encoded.len() - 4];
    for spelling in [
        SECRET,
        &SECRET[..8],
        &backwards,
        &digits,
        encoded,
        "not-a-real",
        "%6E%6F%74",
    ] {
        assert!(!seen.contains(spelling), "{spelling} in {seen}");
    }
}

fn few_letters(body: &str) -> Vec<u8> {
    let secret: Vec<char> = sent(body).chars().collect();
    let parts: Vec<String> = secret.chunks(5).map(|it| it.iter().collect()).collect();
    let letters = parts.iter().map(|it| it.replace(['/', '+'], "."));
    answer(
        "",
        serde_json::json!({ "list": letters.collect::<Vec<_>>() }).to_string(),
    )
}

/// The limit of it, on record: a service that takes a secret apart into pieces shorter than a window
/// tells the plugin what it, the service, knew before. Where that must not be, the service must not be
/// allowed.
#[tokio::test]
async fn a_secret_taken_apart_is_beyond_what_a_host_can_see() {
    let server = Server::answers(few_letters).await;
    let stage = Stage::new().await.mapped_to(&server);
    let seen = seen_by(&stage, "tell-all").await;
    assert!(
        seen.contains("code not-a") && seen.contains("code -real"),
        "{seen}"
    );
    assert!(!seen.contains(SECRET), "{seen}");
}

fn many_tokens(_: &str) -> Vec<u8> {
    let tokens: Vec<_> = (0..16)
        .map(|it| serde_json::json!({ "token": "not-a-real-token".repeat(700) + &it.to_string() }))
        .collect();
    answer(
        "",
        serde_json::json!({ "list": tokens, "m": 1 }).to_string(),
    )
}

#[tokio::test]
async fn an_answer_made_of_secrets_is_withheld_whole() {
    let server = Server::answers(many_tokens).await;
    let stage = Stage::new().await.mapped_to(&server);
    let seen = seen_by(&stage, "tell-all").await;
    assert_eq!(seen, "200 BodyKind::Other");
}

/// A secret of the credential that this operation has no name for: a stored refresh token, the state of
/// an open sign-in.
#[tokio::test]
async fn what_the_host_knows_besides_is_not_told() {
    let stored = "REFRESH-opaque-5550-1234";
    let server = Server::says_json(&format!(r#"{{"m":"{stored}"}}"#)).await;
    let stage = Stage::new().await.mapped_to(&server);
    let ask = async |known: &[Secret]| {
        let operation = stage.operation("get", &format!("{SERVICE}/grants"));
        operation.know(known);
        let checks = operation
            .test(&Secret::new("not-a-real-access"))
            .await
            .unwrap();
        checks[0].detail.clone().unwrap()
    };
    assert!(
        ask(&[]).await.contains(stored),
        "the guest tells what it is told"
    );
    assert_eq!(ask(&[Secret::new(stored)]).await, "200 BodyKind::Other");
}

/// The mark is no oracle: an answer that repeats a guess is withheld whole, whether or not the request
/// carried the secret too, and after it the operation sends nothing more.
#[rstest]
#[case::beside_the_secret("guess-beside", "not-a-real-secret-4711/+x", "200 BodyKind::Other")]
#[case::alone("guess-alone", "not-a-real-secret-4711/+x", "200 BodyKind::Other")]
#[case::a_part_among_others("guess-alone", "aaaaaaaa.not-a-real.bbbbbbbb", "200 BodyKind::Other")]
#[case::encoded(
    "guess-beside",
    "bm90LWEtcmVhbC1zZWNyZXQtNDcxMS8reA",
    "200 BodyKind::Other"
)]
#[tokio::test]
async fn a_guess_that_is_right_ends_the_operation(
    #[case] behaviour: &str,
    #[case] guess: &str,
    #[case] expected: &str,
) {
    let server = Server::answers(repeated).await;
    let stage = Stage::new().await.mapped_to(&server).with_extra(guess);
    let seen = seen_by(&stage, behaviour).await;
    assert_eq!(seen, expected);
    let sent_before = server.received().len();
    let again = stage.send("guess-twice", "/").await.unwrap();
    assert!(
        again.contains("then FailureKind::Denied sent=false"),
        "{again}"
    );
    assert_eq!(
        server.received().len(),
        sent_before + 1,
        "one bit, then silence"
    );
}

/// A claim that is left out tells as much as a code that is.
#[tokio::test]
async fn a_guess_in_a_claim_that_is_right_ends_the_operation() {
    let token = |guess: &str| jwt(&serde_json::json!({ "sub": guess }).to_string());
    let server = Server::answers(repeated_as_token).await;
    let stage = Stage::new()
        .await
        .mapped_to(&server)
        .allowing_claims(&["sub"]);
    let stage = stage.with_extra(&token("something-else-0815"));
    let seen = seen_by(&stage, "guess-alone").await;
    assert!(seen.starts_with("200 BodyKind::Json"), "{seen}");
    let stage = stage.with_extra(&token(SECRET));
    assert_eq!(seen_by(&stage, "guess-alone").await, "200 BodyKind::Other");
    let again = stage.send("guess-twice", "/").await.unwrap();
    assert!(
        again.contains("then FailureKind::Denied sent=false"),
        "{again}"
    );
}

/// What was sent as a guess, as a token.
fn repeated_as_token(body: &str) -> Vec<u8> {
    let pairs = url::Url::parse(&format!("https://form.example/?{body}")).unwrap();
    let mut pairs = pairs.query_pairs();
    let guess = pairs.find(|(name, _)| name == "g");
    let guess = guess.map(|(_, value)| value.into_owned());
    answer("", serde_json::json!({ "access_token": guess }).to_string())
}

#[tokio::test]
async fn a_guess_that_is_wrong_tells_that_and_no_more() {
    let server = Server::answers(repeated).await;
    let stage = Stage::new()
        .await
        .mapped_to(&server)
        .with_extra("something-else-0815");
    let seen = seen_by(&stage, "guess-beside").await;
    assert!(
        seen.contains("/m=unreadable") && seen.contains("/error/code=code something-else-0815"),
        "{seen}"
    );
}

/// What was sent, each value in a place of its own.
fn repeated(body: &str) -> Vec<u8> {
    let pairs = url::Url::parse(&format!("https://form.example/?{body}")).unwrap();
    let value = |name: &str| {
        let mut pairs = pairs.query_pairs();
        pairs
            .find(|(it, _)| it == name)
            .map(|(_, value)| value.into_owned())
    };
    answer(
        "",
        serde_json::json!({ "m": value("s"), "error": { "code": value("g") } }).to_string(),
    )
}
