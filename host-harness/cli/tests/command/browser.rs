//! `harness connect` for a Regular User: the browser, the listener, pasting.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use mock_intacct::browser::{Consent, Person};
use reqwest::StatusCode;
use reqwest::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use rstest::rstest;

use crate::stage::{CLIENT_ID, Stage, block_on, mock};

/// The command, listening at any free port.
pub const BROWSER: [&str; 5] = [
    "connect",
    "credential.toml",
    "--no-browser",
    "--redirect-uri",
    "https://127.0.0.1:0/callback",
];

/// What a browser shows.
pub struct Shown {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

fn walk(address: &str, consent: Consent) -> String {
    let dana = Person {
        company: "Nordlicht-DEV",
        user: "dana",
        password: "not-a-real-password-dana",
    };
    block_on(mock_intacct::browser::sign_in(address, dana, consent)).unwrap()
}

/// Signs in as a person would, and says where the browser is sent.
pub fn sign_in(address: &str) -> String {
    walk(address, Consent::Allow)
}

/// A browser that goes on past the warning about the certificate.
fn request(method: reqwest::Method, url: &str) -> Shown {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .danger_accept_invalid_certs(true)
        .build()
        .unwrap();
    block_on(async {
        let response = client.request(method, url).send().await.unwrap();
        Shown {
            status: response.status(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    })
}

/// Goes where the service sent the browser.
pub fn come_back(url: &str) -> Shown {
    request(reqwest::Method::GET, url)
}

fn other(url: &str, path: &str) -> String {
    let mut url = reqwest::Url::parse(url).unwrap();
    url.set_path(path);
    url.to_string()
}

#[test]
fn a_person_signs_in_and_the_page_and_the_terminal_say_so() {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.regular_user();
    let mut connect = stage.start(&[&BROWSER[..], &["--mock", &mock.origin()]].concat());
    let address = connect.address();
    assert!(address.starts_with(&mock.origin()), "{address}");
    let page = come_back(&sign_in(&address));
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("<h1>Connected</h1>"), "{}", page.text);
    assert!(
        page.text.contains("Go back to the terminal"),
        "{}",
        page.text
    );
    assert_eq!(page.headers[CACHE_CONTROL], "no-store");
    assert!(page.headers.contains_key(CONTENT_SECURITY_POLICY));
    connect
        .end()
        .ends_with(0)
        .shows("signed in as user dana, company Nordlicht-DEV")
        .shows("renews by the refresh token");
    mock.ledger()
        .token_requests_with("authorization_code")
        .assert_count(1);
}

#[test]
fn other_paths_and_methods_change_nothing() {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.regular_user();
    let mut connect = stage.start(&[&BROWSER[..], &["--mock", &mock.origin()]].concat());
    let redirected = sign_in(&connect.address());
    for path in ["/", "/favicon.ico", "/callback/", "/CALLBACK"] {
        assert_eq!(
            come_back(&other(&redirected, path)).status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    let posted = request(reqwest::Method::POST, &redirected);
    assert_eq!(posted.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(come_back(&redirected).status, StatusCode::OK);
    connect.end().ends_with(0);
}

#[test]
fn plain_http_and_rubbish_change_nothing() {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.regular_user();
    let mut connect = stage.start(&[&BROWSER[..], &["--mock", &mock.origin()]].concat());
    let redirected = sign_in(&connect.address());
    let url = reqwest::Url::parse(&redirected).unwrap();
    let mut tcp = TcpStream::connect(("127.0.0.1", url.port().unwrap())).unwrap();
    tcp.write_all(b"GET /callback?code=x HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
        .unwrap();
    let mut answer = Vec::new();
    // TLS says that this is none, or hangs up; either way it says nothing in clear.
    let _ = tcp.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    assert_eq!(come_back(&redirected).status, StatusCode::OK);
    connect.end().ends_with(0);
}

#[rstest]
#[case::another_state("code=abc&state=another")]
#[case::no_state("code=abc")]
#[case::nothing("")]
fn a_state_that_is_not_ours_ends_it_without_a_token_request(#[case] query: &str) {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.regular_user();
    let mut connect = stage.start(&[&BROWSER[..], &["--mock", &mock.origin()]].concat());
    let mut url = reqwest::Url::parse(&sign_in(&connect.address())).unwrap();
    url.set_query(Some(query));
    let page = come_back(url.as_str());
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(
        page.text.contains("<h1>Not connected</h1>"),
        "{}",
        page.text
    );
    connect
        .end()
        .ends_with(1)
        .says("from another sign-in")
        .says("nothing was sent");
    mock.ledger().token_requests().assert_count(0);
}

#[test]
fn a_person_who_declines_is_told_what_that_means() {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.regular_user();
    let origin = mock.origin();
    let arguments = [&BROWSER[..], &["--mock", &origin, "--json"]].concat();
    let mut connect = stage.start(&arguments);
    let page = come_back(&walk(&connect.address(), Consent::Deny));
    assert!(
        page.text.contains("<h1>Not connected</h1>"),
        "{}",
        page.text
    );
    let json = connect.end().ends_with(1).json();
    assert_eq!(json["error"]["code"], "access_denied");
    mock.ledger().token_requests().assert_count(0);
}

#[test]
fn a_refused_code_is_told_to_the_browser_too() {
    let stage = Stage::new().env("CLIENT_SECRET", "not-a-real-secret-and-wrong");
    let mock = mock();
    stage.regular_user();
    let mut connect = stage.start(&[&BROWSER[..], &["--mock", &mock.origin()]].concat());
    let page = come_back(&sign_in(&connect.address()));
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(
        page.text.contains("The terminal says more"),
        "{}",
        page.text
    );
    connect.end().ends_with(1).says("(invalid_client)");
}

#[test]
fn what_others_wrote_is_escaped_on_the_page() {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.file(
        "credential.toml",
        format!(
            "name = \"<script>alert(1)</script>\"\n[settings]\nflow_type = \"regular_user\"\n\
             client_id = \"{CLIENT_ID}\"\nclient_secret = {{ env = \"CLIENT_SECRET\" }}\n"
        ),
    );
    let mut connect = stage.start(&[&BROWSER[..], &["--mock", &mock.origin()]].concat());
    let page = come_back(&sign_in(&connect.address()));
    assert!(page.text.contains("&lt;script&gt;"), "{}", page.text);
    assert!(!page.text.contains("<script"), "{}", page.text);
    connect.end().ends_with(0);
}

#[test]
fn a_refusal_that_nobody_knows_is_the_plugins_to_explain() {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.regular_user();
    let mut connect = stage.start(&[&BROWSER[..], &["--mock", &mock.origin()]].concat());
    let denied = walk(&connect.address(), Consent::Deny);
    let page = come_back(&denied.replace("access_denied", "%1B%5B31mmade-up"));
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    let run = connect
        .end()
        .ends_with(5)
        .says("who acts: the author of the plugin");
    assert!(!run.everything().contains('\u{1b}'), "{run:#?}");
}

#[test]
fn a_port_in_use_is_told_before_anybody_signs_in() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("https://{}/callback", taken.local_addr().unwrap());
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.regular_user();
    let arguments = [
        "connect",
        "credential.toml",
        "--redirect-uri",
        &uri,
        "--mock",
        &mock.origin(),
    ];
    let run = stage
        .run(&arguments)
        .ends_with(7)
        .says("is in use by another program");
    assert!(!run.stderr.contains("Sign in at"), "{run:#?}");
}

#[rstest]
#[case::plain_http("http://127.0.0.1:8765/callback")]
#[case::an_apps_scheme("com.example.app:/callback")]
#[case::another_machine("https://app.example.com/callback")]
fn a_redirect_uri_that_cannot_be_listened_at_asks_for_pasting(#[case] uri: &str) {
    let stage = Stage::with_secret();
    stage.regular_user();
    stage
        .run(&["connect", "credential.toml", "--redirect-uri", uri])
        .ends_with(2)
        .says("use --paste for any other address");
}

#[test]
fn the_address_alone_can_be_printed() {
    let stage = Stage::with_secret();
    stage.regular_user();
    let run = stage
        .run(&["authorize-url", "credential.toml", "--json"])
        .ends_with(0);
    let url = run.json()["authorization_url"].as_str().unwrap().to_owned();
    assert!(
        url.starts_with("https://api.intacct.com/ia/api/v1/oauth2/authorize?"),
        "{url}"
    );
    for part in [
        "response_type=code",
        "scope=offline_access",
        "code_challenge_method=S256",
        "state=",
    ] {
        assert!(url.contains(part), "{part} in {url}");
    }
    run.says("a code that it brings cannot be exchanged");
}
