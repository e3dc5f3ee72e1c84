//! A service of the run's own on a loopback port, that says what services say: tokens, refusals, and
//! what it was sent, repeated.

use std::io;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use credential_runtime::{DeclaredMember, Descriptor, Reading};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::canaries::Canaries;
use super::heard::Heard;
use super::places::{First, fill};
use super::xml;

/// A request larger than this is not read to its end.
const MOST_BYTES: usize = 1 << 20;

/// What the service answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Tokens that are JWTs (RFC 6749 section 5.1).
    Tokens,
    /// Tokens that mean nothing by their shape, the access token in a header too.
    OpaqueTokens,
    /// A refusal (RFC 6749 section 5.2) that repeats the request.
    Refusal,
    /// What was sent, as it is, wherever the plugin reads.
    Repeated,
    /// The same as XML.
    RepeatedAsXml,
    /// The request in base64, backwards, and as a member's name; also wherever the plugin reads.
    Encoded,
    /// A stale token, repeated.
    Stale,
    /// A page that repeats the request.
    Page,
    /// A redirect with the request in its address.
    Redirect,
    /// Tokens that break off.
    Truncated,
    /// Nothing.
    Empty,
}

impl Answer {
    pub(crate) const ALL: [Self; 11] = [
        Self::Tokens,
        Self::OpaqueTokens,
        Self::Refusal,
        Self::Repeated,
        Self::RepeatedAsXml,
        Self::Encoded,
        Self::Stale,
        Self::Page,
        Self::Redirect,
        Self::Truncated,
        Self::Empty,
    ];
}

/// The service, until it is dropped.
pub(crate) struct Script {
    pub(crate) url: String,
    next: Arc<Mutex<Answer>>,
    heard: Arc<Mutex<Heard>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Script {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Clone)]
struct Desk {
    next: Arc<Mutex<Answer>>,
    heard: Arc<Mutex<Heard>>,
    /// Requests so far.
    arrived: Arc<AtomicUsize>,
    canaries: Canaries,
    /// Claims that its tokens carry.
    claims: Vec<String>,
    /// Places in its answers.
    members: Vec<DeclaredMember>,
    /// Headers of its answers.
    headers: Vec<String>,
    /// Answers so far, for which of several documents comes next.
    answered: Arc<AtomicUsize>,
}

impl Script {
    /// Starts it on a free port. It says what this plugin reads.
    /// `arrived` counts the requests.
    pub(crate) async fn start(
        canaries: Canaries,
        plugin: &Descriptor,
        arrived: Arc<AtomicUsize>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let next = Arc::new(Mutex::new(Answer::Empty));
        let heard = Arc::<Mutex<Heard>>::default();
        let desk = Desk {
            next: Arc::clone(&next),
            heard: Arc::clone(&heard),
            arrived,
            canaries,
            claims: plugin.claims.clone(),
            members: plugin.members.clone(),
            headers: plugin.headers.clone(),
            answered: Arc::default(),
        };
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let desk = desk.clone();
                tokio::spawn(async move {
                    // A client that hangs up is none of the run's concern.
                    let _ = desk.serve(stream).await;
                });
            }
        });
        Ok(Self {
            url,
            next,
            heard,
            task,
        })
    }

    /// What it answers from now on.
    pub(crate) fn will(&self, answer: Answer) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = answer;
        *self.heard() = Heard::default();
    }

    /// Gives each request that was answered already the same answer again: to see what another way of asking
    /// makes of it.
    pub(crate) fn repeat(&self) {
        self.heard().repeats = true;
    }

    /// The requests that arrived since this was called last, or since it was told what to answer.
    pub(crate) fn take_requests(&self) -> Vec<String> {
        std::mem::take(&mut self.heard().requests)
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was sent.
struct Sent {
    /// All of it.
    request: String,
    body: String,
    authorization: String,
}

impl Sent {
    fn values(&self) -> Vec<String> {
        [form_values(&self.body), vec![self.authorization.clone()]].concat()
    }

    fn encodings(&self) -> [String; 2] {
        let backwards = self.body.chars().rev().collect();
        [STANDARD.encode(&self.body), backwards]
    }
}

impl Desk {
    async fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        let Some(sent) = read(&mut stream).await? else {
            return Ok(());
        };
        self.arrived.fetch_add(1, Ordering::SeqCst);
        stream.write_all(&self.heard(&sent)).await?;
        stream.shutdown().await
    }

    /// Keeps a request and its answer.
    fn heard(&self, sent: &Sent) -> Vec<u8> {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.requests.push(sent.request.clone());
        if let Some(answer) = heard.again(&sent.request) {
            return answer;
        }
        let next = *self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = self.answer(next, sent);
        let kept = (sent.request.clone(), answer.clone());
        heard.answered.push(kept);
        answer
    }

    fn answer(&self, answer: Answer, sent: &Sent) -> Vec<u8> {
        let both = format!("{} {}", sent.body, sent.authorization);
        match answer {
            Answer::Tokens => json_answer(
                "200 OK",
                "",
                &self.tokens(|it, role| it.draw_jwt(role, &self.claims)),
            ),
            Answer::OpaqueTokens => {
                let tokens = self.tokens(Canaries::draw);
                let access = tokens["access_token"].as_str().unwrap_or_default();
                json_answer("200 OK", &format!("x-echo: {access}\r\n"), &tokens)
            }
            Answer::Refusal => {
                let said = json!({ "error": "invalid_grant", "error_description": both });
                json_answer("400 Bad Request", "", &said)
            }
            Answer::Repeated => {
                let headers = self.headers(&sent.values());
                json_answer("400 Bad Request", &headers, &self.repeated(sent))
            }
            Answer::RepeatedAsXml => self.repeated_as_xml(sent),
            Answer::Encoded => {
                let headers = self.headers(&sent.encodings());
                json_answer("400 Bad Request", &headers, &self.encoded(sent))
            }
            Answer::Stale => {
                let said = json!({ "error": { "code": "invalid", "message": both } });
                json_answer("401 Unauthorized", "", &said)
            }
            Answer::Page => whole(
                "500 Oh",
                "content-type: text/html\r\n",
                &format!("<p>{both}"),
            ),
            Answer::Redirect => {
                let elsewhere = format!("location: https://elsewhere.invalid/?{}\r\n", sent.body);
                whole("302 Found", &elsewhere, "")
            }
            Answer::Truncated => self.truncated(),
            Answer::Empty => whole("204 No Content", "", ""),
        }
    }

    fn tokens(&self, draw: impl Fn(&Canaries, &str) -> String) -> Value {
        let mut said = json!({
            "token_type": "Bearer",
            "access_token": draw(&self.canaries, "access token from the service"),
            "refresh_token": draw(&self.canaries, "refresh token from the service"),
            "expires_in": 3600,
        });
        fill(&mut said, &self.members, First::Inner, |reading| {
            let secret = || json!(draw(&self.canaries, "secret from the service"));
            (*reading == Reading::Secret).then(secret)
        });
        said
    }

    fn repeated(&self, sent: &Sent) -> Value {
        let mut said = json!({});
        self.fill_in_turn(&mut said, First::Inner, &sent.values());
        said
    }

    fn repeated_as_xml(&self, sent: &Sent) -> Vec<u8> {
        let documents = xml::documents(&self.repeated(sent));
        let turn = self.answered.fetch_add(1, Ordering::Relaxed);
        let document = documents.get(turn % documents.len().max(1));
        let nothing = || "<nothing/>".to_owned();
        let document = document.cloned().unwrap_or_else(nothing);
        let headers = self.headers(&sent.values());
        let headers = format!("content-type: application/xml\r\n{headers}");
        whole("400 Bad Request", &headers, &document)
    }

    /// Each declared header, with one of these texts, in turn.
    fn headers(&self, values: &[String]) -> String {
        let lines = self.headers.iter().zip(values.iter().cycle());
        lines
            .filter(|(_, value)| !value.contains(['\r', '\n']))
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect()
    }

    fn encoded(&self, sent: &Sent) -> Value {
        let mut said = encoded(sent);
        self.fill_in_turn(&mut said, First::Outer, &sent.encodings());
        said
    }

    /// One of these texts at each place, in turn. What stands at the place of a secret would be one from
    /// then on, and these may be no secrets.
    fn fill_in_turn(&self, said: &mut Value, first: First, values: &[String]) {
        let mut values = values.iter().cycle();
        fill(said, &self.members, first, |reading| match reading {
            Reading::Secret => None,
            _ => values.next().map(|it| json!(it)),
        });
    }

    fn truncated(&self) -> Vec<u8> {
        let mut whole = json_answer("200 OK", "", &self.tokens(Canaries::draw));
        whole.truncate(whole.len() - 9);
        whole
    }
}

fn encoded(sent: &Sent) -> Value {
    let values = form_values(&sent.body);
    let backwards: String = sent.authorization.chars().rev().collect();
    let mut said = json!({
        "form": STANDARD.encode(&sent.body),
        "header": STANDARD.encode(&sent.authorization),
        "backwards": backwards,
        "values": values,
    });
    for value in values {
        said[value] = json!({ "token": "x" });
    }
    said
}

fn form_values(body: &str) -> Vec<String> {
    let url = url::Url::parse(&format!("https://form.invalid/?{body}"));
    url.map_or_else(
        |_| Vec::new(),
        |url| {
            url.query_pairs()
                .map(|(_, value)| value.into_owned())
                .collect()
        },
    )
}

fn json_answer(status: &str, headers: &str, said: &Value) -> Vec<u8> {
    let headers = format!("content-type: application/json\r\n{headers}");
    whole(status, &headers, &said.to_string())
}

fn whole(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
    .into_bytes()
}

async fn read(stream: &mut TcpStream) -> io::Result<Option<Sent>> {
    let mut bytes = Vec::new();
    while bytes.len() < MOST_BYTES {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() >= length(head)
        {
            let authorization = header(head, "authorization").unwrap_or_default();
            return Ok(Some(Sent {
                request: text.clone().into_owned(),
                body: body.to_owned(),
                authorization: authorization.to_owned(),
            }));
        }
    }
    Ok(None)
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    let mut found = lines.filter(|(other, _)| other.eq_ignore_ascii_case(name));
    found.next().map(|(_, value)| value.trim())
}

fn length(head: &str) -> usize {
    let length = header(head, "content-length");
    length.and_then(|it| it.parse().ok()).unwrap_or(0)
}
