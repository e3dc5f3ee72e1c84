//! What the tests send, and the sample company's credentials.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use mock_intacct::browser::{self, Consent, Person};
use mock_intacct::{Clock, MockIntacct};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const CLIENT_ID: &str = "3f6c1a9e5b7d42d8.app.sage.com";
pub(crate) const CLIENT_SECRET: &str = "not-a-real-secret-0123456789abcdef";
pub(crate) const LOADER_ID: &str = "77aa00bb11cc22dd.app.sage.com";
pub(crate) const LOADER_SECRET: &str = "not-a-real-secret-of-the-loader-42";
pub(crate) const USERNAME: &str = "ws-loader@Nordlicht-DEV";
pub(crate) const SESSION_ID: &str = "not-a-real-session-5dKq0vTn3WcA8uYh";
pub(crate) const REDIRECT_URI: &str = "https://127.0.0.1:49152/callback";
pub(crate) const VERIFIER: &str = "zWiRBuiUcmnIbPBCoNqA5cWDFuaEZwZ7jLJJGJ4P3NQ";
pub(crate) const CHALLENGE: &str = "manPXpjp75EFeofO-YWtY3gIPp0S6_CJ-ciRJyYIonw";
pub(crate) const NOON: u64 = 1_767_268_800;

pub(crate) const DANA: Person<'_> = Person {
    company: "Nordlicht-DEV",
    user: "dana",
    password: "not-a-real-password-dana",
};
pub(crate) const ADMIN: Person<'_> = Person {
    company: "Nordlicht-DEV",
    user: "admin",
    password: "not-a-real-password-admin",
};

/// A mock with the sample company, at noon of 2026-01-01, with the same tokens every time.
pub(crate) async fn mock() -> MockIntacct {
    MockIntacct::builder()
        .clock(Clock::fixed_at(NOON))
        .seed(1)
        .start()
        .await
        .unwrap()
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text_at(&self, pointer: &str) -> String {
        let document = self.json();
        let value = document
            .pointer(pointer)
            .unwrap_or_else(|| panic!("no {pointer} in {document}"));
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    }
}

/// A form's fields.
pub(crate) type Form<'a> = &'a [(&'a str, &'a str)];

pub(crate) fn encode(form: Form<'_>) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish()
}

/// Sends a request; an error is a connection that broke.
pub(crate) async fn send(
    mock: &MockIntacct,
    method: &str,
    path: &str,
    headers: Form<'_>,
    body: &str,
) -> Result<Answer, hyper::Error> {
    let stream = TcpStream::connect(mock.address()).await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let mut request = http::Request::builder()
        .method(method)
        .uri(path)
        .header("host", "mock");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request
        .body(Full::new(Bytes::from(body.to_owned())))
        .unwrap();
    let (head, body) = sender.send_request(request).await?.into_parts();
    let text = String::from_utf8_lossy(&body.collect().await?.to_bytes()).into_owned();
    connection.abort();
    Ok(Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        text,
    })
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

pub(crate) async fn post(mock: &MockIntacct, path: &str, form: Form<'_>) -> Answer {
    send(mock, "POST", path, &[FORM], &encode(form))
        .await
        .unwrap()
}

pub(crate) async fn token(mock: &MockIntacct, form: Form<'_>) -> Answer {
    post(mock, "/ia/api/v1/oauth2/token", form).await
}

/// A form with the first application's credentials.
pub(crate) fn with_client<'a>(form: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [
        form,
        &[("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)],
    ]
    .concat()
}

pub(crate) async fn client_credentials(mock: &MockIntacct) -> Answer {
    client_credentials_as(mock, USERNAME).await
}

pub(crate) async fn client_credentials_as(mock: &MockIntacct, username: &str) -> Answer {
    token(
        mock,
        &with_client(&[("grant_type", "client_credentials"), ("username", username)]),
    )
    .await
}

pub(crate) async fn refresh(mock: &MockIntacct, refresh_token: &str) -> Answer {
    token(
        mock,
        &with_client(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
        ]),
    )
    .await
}

pub(crate) async fn exchange(mock: &MockIntacct, code: &str) -> Answer {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ];
    token(mock, &with_client(&form)).await
}

/// An authorization URL as a client makes it, with these parameters in place of its own; an empty
/// value leaves one out.
pub(crate) fn authorization_url(mock: &MockIntacct, changes: Form<'_>) -> String {
    let usual = [
        ("response_type", "code"),
        ("client_id", CLIENT_ID),
        ("redirect_uri", REDIRECT_URI),
        ("state", "a&b=c"),
        ("scope", "offline_access"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let changed = |name: &str| changes.iter().any(|(other, _)| *other == name);
    let kept = usual.iter().filter(|(name, _)| !changed(name));
    let given = changes.iter().filter(|(_, value)| !value.is_empty());
    let query: Vec<(&str, &str)> = kept.chain(given).copied().collect();
    mock.map(&format!(
        "https://api.intacct.com/ia/api/v1/oauth2/authorize?{}",
        encode(&query)
    ))
}

/// The query of the URL that the browser was sent back to.
pub(crate) fn query_of(url: &str) -> Vec<(String, String)> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

pub(crate) fn parameter(url: &str, name: &str) -> Option<String> {
    query_of(url)
        .into_iter()
        .find(|(other, _)| other == name)
        .map(|(_, value)| value)
}

/// Signs in, allows, and returns the code.
pub(crate) async fn code_of(mock: &MockIntacct, person: Person<'_>) -> String {
    let url = browser::sign_in(&authorization_url(mock, &[]), person, Consent::Allow)
        .await
        .unwrap();
    parameter(&url, "code").unwrap()
}

pub(crate) async fn get(
    mock: &MockIntacct,
    path: &str,
    access_token: &str,
    headers: Form<'_>,
) -> Answer {
    let bearer = format!("Bearer {access_token}");
    let headers = [&[("authorization", bearer.as_str())], headers].concat();
    send(mock, "GET", &format!("/ia/api/v1{path}"), &headers, "")
        .await
        .unwrap()
}

/// The call that a test of a connection makes.
pub(crate) async fn model(mock: &MockIntacct, access_token: &str) -> Answer {
    get(
        mock,
        "/services/core/model?name=company-config/user&schema=false",
        access_token,
        &[],
    )
    .await
}

pub(crate) async fn access_token(mock: &MockIntacct) -> String {
    client_credentials(mock).await.text_at("/access_token")
}

/// Sends bytes and returns every byte that comes back until the connection ends, however it ends.
pub(crate) async fn raw(mock: &MockIntacct, request: &str) -> String {
    let mut stream = TcpStream::connect(mock.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut received = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
        received.extend_from_slice(&buffer[..read]);
    }
    String::from_utf8_lossy(&received).into_owned()
}

/// A token request as bytes; the server may keep the connection.
pub(crate) fn raw_token_request() -> String {
    let body = encode(&with_client(&[
        ("grant_type", "client_credentials"),
        ("username", USERNAME),
    ]));
    format!(
        "POST /ia/api/v1/oauth2/token HTTP/1.1\r\nhost: mock\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}
