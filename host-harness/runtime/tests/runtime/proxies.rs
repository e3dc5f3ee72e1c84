//! The way to the public internet through a forward proxy, and requests to an API by whoever uses a
//! credential.

use std::sync::{Arc, Mutex};

use credential_runtime::{
    ApiClient, ApiError, ApiRequest, FailureKind, Proxy, Runtime, RuntimeBuilder, Secret,
};
use rstest::rstest;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::egress::tls_config;
use crate::server::Server;
use crate::stage::{SERVICE, Stage};

const TOKEN: &str = "not-a-real-access-token-0123456789";

/// A proxy on this machine, and everything that was sent to it.
struct TunnelProxy {
    url: String,
    received: Arc<Mutex<Vec<u8>>>,
}

impl TunnelProxy {
    /// Leads every tunnel to this address.
    async fn to(address: &str) -> Self {
        Self::start(Some(address.to_owned()), "HTTP/1.1 200 OK\r\n\r\n").await
    }

    async fn says(answer: &'static str) -> Self {
        Self::start(None, answer).await
    }

    async fn start(address: Option<String>, answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::<Mutex<Vec<u8>>>::default();
        let heard = Arc::clone(&received);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(tunnel(client, address.clone(), answer, Arc::clone(&heard)));
            }
        });
        Self { url, received }
    }

    fn received(&self) -> String {
        String::from_utf8_lossy(&self.received.lock().unwrap()).into_owned()
    }

    fn proxy(&self) -> Proxy {
        Proxy::new(&self.url).unwrap()
    }
}

async fn tunnel(
    mut client: TcpStream,
    address: Option<String>,
    answer: &'static str,
    heard: Arc<Mutex<Vec<u8>>>,
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.unwrap());
    }
    heard.lock().unwrap().extend(&head);
    client.write_all(answer.as_bytes()).await.unwrap();
    let Some(address) = address else { return };
    let mut service = TcpStream::connect(address).await.unwrap();
    let (mut from_client, mut to_client) = client.split();
    let (mut from_service, mut to_service) = service.split();
    let upwards = async {
        let mut buffer = [0; 1024];
        while let Ok(count @ 1..) = from_client.read(&mut buffer).await {
            heard.lock().unwrap().extend(&buffer[..count]);
            to_service.write_all(&buffer[..count]).await.unwrap();
        }
    };
    let downwards = tokio::io::copy(&mut from_service, &mut to_client);
    tokio::select! { () = upwards => {}, _ = downwards => {} }
}

async fn api(builder: RuntimeBuilder) -> ApiClient {
    let stage = Stage::with(builder).await;
    api_of(&stage).await
}

async fn api_of(stage: &Stage) -> ApiClient {
    let operation = stage.operation("", "");
    operation.api(&Secret::new(TOKEN)).await.unwrap()
}

fn get(url: &str) -> ApiRequest {
    ApiRequest {
        method: "GET".to_owned(),
        url: url.to_owned(),
        ..ApiRequest::default()
    }
}

fn address(server: &Server) -> String {
    let (_, port) = server.url().rsplit_once(':').unwrap();
    format!("127.0.0.1:{port}")
}

#[tokio::test]
async fn a_request_goes_through_the_tunnel_and_the_proxy_reads_nothing_of_it() {
    let certified = rcgen::generate_simple_self_signed(vec!["service.example".to_owned()]).unwrap();
    let server = Server::tls(tls_config(&certified)).await;
    let proxy = TunnelProxy::to(&address(&server)).await;
    let login = proxy
        .proxy()
        .with_login("platform", Secret::new("not-a-real-password"));
    let builder = Runtime::builder()
        .trust(certified.cert.der().to_vec())
        .proxy(login);
    let answer = api(builder)
        .await
        .send(&get(&format!("{SERVICE}/v1")))
        .await;
    assert_eq!(answer.unwrap().status, 200);
    let request = server.received().remove(0);
    assert!(request.contains(TOKEN), "{request}");
    let heard = proxy.received();
    assert!(
        heard.starts_with("CONNECT service.example:443 HTTP/1.1\r\n"),
        "{heard}"
    );
    // base64 of `platform:not-a-real-password` (RFC 7617 section 2)
    let login = "proxy-authorization: Basic cGxhdGZvcm06bm90LWEtcmVhbC1wYXNzd29yZA==\r\n";
    assert!(heard.contains(login), "{heard}");
    assert!(!heard.contains(TOKEN) && !heard.contains("/v1"), "{heard}");
    assert!(!request.contains("cGxhdGZvcm0"), "{request}");
}

/// The operator's mapping says where an origin is; there is nothing to go through.
#[tokio::test]
async fn what_is_mapped_does_not_go_through_the_proxy() {
    let server = Server::says_json("{}").await;
    let proxy = TunnelProxy::says("HTTP/1.1 403 No\r\n\r\n").await;
    let stage = Stage::with(Runtime::builder().proxy(proxy.proxy())).await;
    let api = api_of(&stage.mapped_to(&server)).await;
    assert_eq!(api.send(&get(SERVICE)).await.unwrap().status, 200);
    assert_eq!(proxy.received(), "");
}

#[rstest]
#[case::no_login("HTTP/1.1 407 Who\r\n\r\n", "asks for a user and a password (407)")]
#[case::not_this_service("HTTP/1.1 403 No\r\n\r\n", "does not connect to this service")]
#[case::no_gateway("HTTP/1.1 502 No\r\n\r\n", "does not connect to this service")]
#[case::no_http("SSH-2.0-x\r\n\r\n", "does not connect to this service")]
#[case::nothing("", "does not connect to this service")]
#[tokio::test]
async fn what_a_proxy_refuses_is_told_and_has_not_left(
    #[case] answer: &'static str,
    #[case] expected: &str,
) {
    let proxy = TunnelProxy::says(answer).await;
    let api = api(Runtime::builder().proxy(proxy.proxy())).await;
    let Err(ApiError::NoAnswer(failure)) = api.send(&get(SERVICE)).await else {
        panic!("an answer");
    };
    assert_eq!(failure.kind, FailureKind::Unreachable);
    assert!(!failure.request_sent);
    let detail = failure.detail.unwrap();
    assert!(detail.contains(expected), "{detail}");
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_told() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    let api = api(Runtime::builder().proxy(Proxy::new(&url).unwrap())).await;
    let Err(ApiError::NoAnswer(failure)) = api.send(&get(SERVICE)).await else {
        panic!("an answer");
    };
    assert!(!failure.request_sent);
    let detail = failure.detail.unwrap();
    assert!(
        detail.contains("proxy that the policy names could not be reached"),
        "{detail}"
    );
}

#[rstest]
#[case::another_origin("GET", "https://evil.example/", "descriptor does not ask")]
#[case::another_port("GET", "https://service.example:444/", "descriptor does not ask")]
#[case::plain_http("GET", "http://service.example/", "descriptor does not ask")]
#[case::user_information("GET", "https://user@service.example/", "user information")]
#[case::no_url("GET", "/v1", "not absolute")]
#[case::no_method("GE T", "https://service.example/", "no HTTP method")]
#[case::a_tunnel("CONNECT", "https://service.example/", "no HTTP method")]
#[case::a_trace("TRACE", "https://service.example/", "no HTTP method")]
#[tokio::test]
async fn a_request_that_may_not_leave_is_refused(
    #[case] method: &str,
    #[case] url: &str,
    #[case] expected: &str,
) {
    let server = Server::says_json("{}").await;
    let api = api_of(&Stage::new().await.mapped_to(&server)).await;
    let request = ApiRequest {
        method: method.to_owned(),
        ..get(url)
    };
    let error = api.send(&request).await.unwrap_err();
    assert!(error.to_string().contains(expected), "{error}");
    assert_eq!(server.received(), Vec::<String>::new());
}

#[rstest]
#[case::the_token("Authorization")]
#[case::the_token_as_some_read_it("authorization")]
#[case::the_host("HOST")]
#[case::a_cookie("Cookie")]
#[case::a_length("content-length")]
#[case::an_encoding("Transfer-Encoding")]
#[case::with_an_underscore("transfer_encoding")]
#[case::for_the_proxy("Proxy-Authorization")]
#[case::whom_it_is_from("X-Forwarded-For")]
#[case::no_name("a b")]
#[case::blank("")]
#[tokio::test]
async fn a_header_that_is_not_the_callers_is_refused(#[case] name: &str) {
    let server = Server::says_json("{}").await;
    let api = api_of(&Stage::new().await.mapped_to(&server)).await;
    let request = ApiRequest {
        headers: vec![(name.to_owned(), "x".to_owned())],
        ..get(SERVICE)
    };
    let error = api.send(&request).await.unwrap_err();
    assert!(
        matches!(error, ApiError::HostsHeader(_) | ApiError::Header(_)),
        "{error}"
    );
    assert_eq!(server.received(), Vec::<String>::new());
}

#[tokio::test]
async fn a_body_and_headers_of_the_callers_are_sent_as_they_are() {
    let server = Server::says_json("{}").await;
    let api = api_of(&Stage::new().await.mapped_to(&server)).await;
    let request = ApiRequest {
        method: "PATCH".to_owned(),
        headers: [
            ("Content-Type", "text/csv"),
            ("Range", "bytes=0-9"),
            ("X-Own", "1"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec(),
        body: Some(b"a,b".to_vec()),
        ..get(&format!("{SERVICE}/v1?x=1"))
    };
    api.send(&request).await.unwrap();
    let received = server.received().remove(0);
    for part in [
        "PATCH /v1?x=1 ",
        "content-type: text/csv",
        "range: bytes=0-9",
        "x-own: 1",
        "\r\n\r\na,b",
    ] {
        assert!(received.contains(part), "{part} is not in\n{received}");
    }
    assert!(received.contains(TOKEN), "{received}");
}
