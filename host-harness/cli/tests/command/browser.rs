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

/// A browser that has signed in at the service, and is sent back.
pub struct Returning {
    /// Where it signed in.
    pub service: String,
    /// Where the service sends it.
    pub url: String,
    /// What it was given where it began.
    pub cookie: Option<String>,
}

/// A browser that has begun: where it is sent to sign in, and its cookie.
pub struct Begun {
    pub service: String,
    pub cookie: Option<String>,
}

impl Returning {
    /// The same browser, sent elsewhere.
    pub fn to(&self, url: &str) -> Self {
        Self {
            service: self.service.clone(),
            url: url.to_owned(),
            cookie: self.cookie.clone(),
        }
    }
}

/// Begins at the listener, where the address is one.
pub fn begin(address: &str) -> Begun {
    if !address.starts_with("https://127.0.0.1") {
        return Begun {
            service: address.to_owned(),
            cookie: None,
        };
    }
    let begun = request(reqwest::Method::GET, address, &[]);
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text);
    let header = |name: &str| begun.headers[name].to_str().unwrap().to_owned();
    let cookie = header("set-cookie").split(';').next().unwrap().to_owned();
    Begun {
        service: header("location"),
        cookie: Some(cookie),
    }
}

fn walk(address: &str, consent: Consent) -> Returning {
    let dana = Person {
        company: "Nordlicht-DEV",
        user: "dana",
        password: "not-a-real-password-dana",
    };
    let begun = begin(address);
    let url = block_on(mock_intacct::browser::sign_in(
        &begun.service,
        dana,
        consent,
    ));
    Returning {
        url: url.unwrap(),
        service: begun.service,
        cookie: begun.cookie,
    }
}

/// Signs in as a person would, as far as the way back.
pub fn sign_in(address: &str) -> Returning {
    walk(address, Consent::Allow)
}

/// A browser that goes on past the warning about the certificate.
pub fn request(method: reqwest::Method, url: &str, headers: &[(&str, &str)]) -> Shown {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .danger_accept_invalid_certs(true)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    block_on(async {
        let request = client.request(method, url);
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        let response = request.send().await.unwrap();
        Shown {
            status: response.status(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    })
}

/// Goes where the service sent the browser.
pub fn come_back(returning: &Returning) -> Shown {
    come_back_with(reqwest::Method::GET, returning, &[])
}

fn come_back_with(
    method: reqwest::Method,
    returning: &Returning,
    headers: &[(&str, &str)],
) -> Shown {
    let cookie = returning.cookie.as_deref().map(|it| ("cookie", it));
    let headers: Vec<_> = headers.iter().copied().chain(cookie).collect();
    request(method, &returning.url, &headers)
}

fn other(returning: &Returning, path: &str) -> Returning {
    let mut url = reqwest::Url::parse(&returning.url).unwrap();
    url.set_path(path);
    returning.to(url.as_str())
}

#[test]
fn a_person_signs_in_and_the_page_and_the_terminal_say_so() {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.regular_user();
    let mut connect = stage.start(&[&BROWSER[..], &["--mock", &mock.origin()]].concat());
    let address = connect.address();
    assert!(
        address.starts_with("https://127.0.0.1:"),
        "it begins at the listener: {address}"
    );
    let returning = sign_in(&address);
    assert!(returning.service.starts_with(&mock.origin()));
    let page = come_back(&returning);
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
    for method in ["POST", "HEAD", "OPTIONS", "PUT"] {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let answer = come_back_with(method.clone(), &redirected, &[]);
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
    assert_eq!(come_back(&redirected).status, StatusCode::OK);
    connect.end().ends_with(0);
}

#[test]
fn plain_http_and_rubbish_change_nothing() {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.regular_user();
    let mut connect = stage.start(&[&BROWSER[..], &["--mock", &mock.origin()]].concat());
    let redirected = sign_in(&connect.address());
    let url = reqwest::Url::parse(&redirected.url).unwrap();
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

/// Attack 16: what is not this sign-in's is answered, and the wait for it goes on.
#[rstest]
#[case::another_state("code=abc&state=another")]
#[case::no_state("code=abc")]
#[case::an_empty_state("code=abc&state=")]
#[case::a_state_twice("code=abc&STATE&STATE")]
#[case::another_state_first("code=abc&state=another&STATE")]
#[case::a_refusal_without_a_state("error=access_denied")]
#[case::a_refusal_of_another("error=access_denied&state=another")]
#[case::nothing("")]
#[case::garbage("%ff%00=&&&=;state")]
fn an_answer_that_is_not_this_sign_ins_changes_nothing(#[case] query: &str) {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.regular_user();
    let mut connect = stage.start(&[&BROWSER[..], &["--mock", &mock.origin()]].concat());
    let returning = sign_in(&connect.address());
    let (address, own) = returning.url.split_once('?').unwrap();
    let state = own.split('&').find(|it| it.starts_with("state=")).unwrap();
    let stray = format!("{address}?{}", query.replace("STATE", state));
    let page = come_back(&returning.to(&stray));
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.text.contains("goes on waiting"), "{}", page.text);
    mock.ledger().token_requests().assert_count(0);
    assert_eq!(come_back(&returning).status, StatusCode::OK);
    connect.end().ends_with(0);
}

/// Nobody has asked for these.
#[rstest]
#[case::a_prefetch("sec-purpose", "prefetch")]
#[case::a_prerender("sec-purpose", "prefetch;prerender")]
#[case::an_older_prefetch("purpose", "prefetch")]
#[case::a_preview("x-purpose", "preview")]
#[case::an_older_firefox("x-moz", "prefetch")]
fn what_is_fetched_ahead_changes_nothing(#[case] header: &str, #[case] value: &str) {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.regular_user();
    let mut connect = stage.start(&[&BROWSER[..], &["--mock", &mock.origin()]].concat());
    let address = connect.address();
    let ahead = request(reqwest::Method::GET, &address, &[(header, value)]);
    assert_eq!(ahead.status, StatusCode::BAD_REQUEST);
    assert!(!ahead.headers.contains_key("set-cookie") && !ahead.headers.contains_key("location"));
    let returning = sign_in(&address);
    let ahead = come_back_with(reqwest::Method::GET, &returning, &[(header, value)]);
    assert_eq!(ahead.status, StatusCode::BAD_REQUEST);
    mock.ledger().token_requests().assert_count(0);
    assert_eq!(come_back(&returning).status, StatusCode::OK);
    connect.end().ends_with(0);
}

/// Attack 10: somebody who saw the address signs in as another user and sends the answer. The browser
/// that comes back has to be the one that left.
#[rstest]
#[case::no_cookie(None)]
#[case::a_cookie_that_was_made_up(Some("NAME=not-a-real-cookie"))]
#[case::two_cookies(Some("OURS; NAME=x"))]
#[case::the_cookie_under_another_name(Some("another-OURS"))]
fn another_browser_does_not_end_the_sign_in(#[case] cookie: Option<&str>) {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.regular_user();
    let mut connect = stage.start(&[&BROWSER[..], &["--mock", &mock.origin()]].concat());
    let begun = begin(&connect.address());
    let admin = Person {
        company: "Nordlicht-DEV",
        user: "admin",
        password: "not-a-real-password-admin",
    };
    let signed_in = mock_intacct::browser::sign_in(&begun.service, admin, Consent::Allow);
    let url = block_on(signed_in).unwrap();
    let own = begun.cookie.clone().unwrap();
    let name = own.split_once('=').unwrap().0;
    let thief = Returning {
        service: begun.service.clone(),
        url,
        cookie: cookie.map(|it| it.replace("OURS", &own).replace("NAME", name)),
    };
    let page = come_back(&thief);
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(
        page.text.contains("did not begin the sign-in"),
        "{}",
        page.text
    );
    mock.ledger().token_requests().assert_count(0);
    let url = sign_in(&begun.service).url;
    let own = Returning { url, ..thief };
    let own = Returning {
        cookie: begun.cookie,
        ..own
    };
    assert_eq!(come_back(&own).status, StatusCode::OK);
    connect.end().ends_with(0).shows("signed in as user dana");
}

#[test]
fn the_cookie_is_for_the_listener_and_no_script() {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.regular_user();
    let mut connect = stage.start(&[&BROWSER[..], &["--mock", &mock.origin()]].concat());
    let begun = request(reqwest::Method::GET, &connect.address(), &[]);
    let cookie = begun.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-harness-"), "{cookie}");
    for attribute in ["Secure", "HttpOnly", "Path=/", "SameSite=Lax"] {
        assert!(cookie.contains(&format!("; {attribute}")), "{cookie}");
    }
    assert_eq!(begun.headers["referrer-policy"], "no-referrer");
    assert_eq!(begun.headers[CACHE_CONTROL], "no-store");
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
    let made_up = denied.url.replace("access_denied", "%1B%5B31mmade-up");
    let page = come_back(&denied.to(&made_up));
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
