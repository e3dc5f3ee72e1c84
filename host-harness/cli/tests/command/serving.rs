//! `harness serve`

use reqwest::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, Response, StatusCode, Url};
use rustix::process::{Pid, Signal, kill_process};

use crate::stage::{CLIENT_SECRET, Running, Stage, block_on};

/// Any ports that are free.
const ANYWHERE: [&str; 5] = [
    "serve",
    "--listen",
    "127.0.0.1:0",
    "--redirect-uri",
    "https://127.0.0.1:0/callback",
];

fn serve(stage: &Stage, more: &[&str]) -> Running {
    stage.start(&[&ANYWHERE, more].concat())
}

/// The one-time link.
fn link(running: &mut Running) -> Url {
    let line = running.see(|line| line.contains("/open?key="));
    line.trim().parse().unwrap()
}

fn terminate(running: &Running) {
    let pid = Pid::from_raw(running.id().try_into().unwrap()).unwrap();
    kill_process(pid, Signal::TERM).unwrap();
}

fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().redirect(reqwest::redirect::Policy::none());
    client.no_proxy().build().unwrap()
}

/// A browser that has opened the page.
struct Opened {
    home: Url,
    cookie: String,
}

/// Opens the link as a person does: follows it, and presses the button.
async fn open(client: &Client, link: &Url) -> Opened {
    let asked = client.get(link.clone()).send().await.unwrap();
    assert_eq!(asked.status(), StatusCode::OK);
    assert!(!asked.headers().contains_key(SET_COOKIE));
    let opened = press(client, link).await;
    assert_eq!(opened.status(), StatusCode::SEE_OTHER);
    let home = opened.headers()[LOCATION].to_str().unwrap();
    let cookie = opened.headers()[SET_COOKIE].to_str().unwrap();
    Opened {
        home: home.parse().unwrap(),
        cookie: cookie.split(';').next().unwrap().to_owned(),
    }
}

async fn press(client: &Client, link: &Url) -> Response {
    let origin = link.origin().ascii_serialization();
    let press = client.post(link.clone()).header(ORIGIN, origin);
    press.send().await.unwrap()
}

async fn get(client: &Client, at: &Opened, path: &str) -> Response {
    let url = at.home.join(path).unwrap();
    let get = client.get(url).header(COOKIE, &at.cookie);
    get.send().await.unwrap()
}

#[test]
fn it_prints_a_link_that_opens_the_page_once_and_ends_on_a_signal() {
    let stage = Stage::new();
    let mut running = serve(&stage, &[]);
    let link = link(&mut running);
    running.hear(|line| line.contains("Ctrl-C ends it."));
    block_on(async {
        let client = client();
        let opened = open(&client, &link).await;
        let list = get(&client, &opened, "").await;
        assert_eq!(list.status(), StatusCode::OK);
        assert!(list.text().await.unwrap().contains("No credentials yet"));
        let without_a_cookie = client.get(opened.home.clone()).send().await.unwrap();
        assert_eq!(without_a_cookie.status(), StatusCode::UNAUTHORIZED);
        let without_a_path = get(&client, &opened, "/").await;
        assert_eq!(without_a_path.status(), StatusCode::UNAUTHORIZED);
        let again = press(&client, &link).await;
        assert_eq!(again.status(), StatusCode::FORBIDDEN);
    });
    terminate(&running);
    let run = running.end().ends_with(0);
    assert!(
        !run.stderr.contains("key="),
        "the link is on stdout alone: {run:?}"
    );
}

#[test]
fn with_a_mock_the_form_is_filled_in_and_nothing_is_kept() {
    let stage = Stage::new();
    let mut running = serve(&stage, &["--mock"]);
    let link = link(&mut running);
    let form = block_on(async {
        let client = client();
        let opened = open(&client, &link).await;
        get(&client, &opened, "new").await.text().await.unwrap()
    });
    assert!(form.contains("3f6c1a9e5b7d42d8.app.sage.com"), "{form}");
    assert!(form.contains("ws-loader@Nordlicht-DEV"));
    assert!(form.contains("user dana, password not-a-real-password-dana"));
    assert!(
        !form.contains(CLIENT_SECRET),
        "not even a secret for show is sent back"
    );
    terminate(&running);
    let run = running.end().ends_with(0).shows("for this run alone");
    assert!(
        !run.talk().contains("master key"),
        "there is no key to look after"
    );
    assert!(!stage.path(".local").exists());
}

#[test]
fn a_mock_that_runs_elsewhere_is_named() {
    let mock = crate::stage::mock();
    let stage = Stage::new();
    let mut running = serve(&stage, &["--mock", &mock.origin(), "--store", "kept.db"]);
    link(&mut running);
    terminate(&running);
    running.end().ends_with(0).shows(&mock.origin());
    assert!(stage.path("kept.db").exists());
}

#[test]
fn a_page_in_the_open_needs_something_that_encrypts() {
    let run = Stage::new().run(&["serve", "--listen", "0.0.0.0:0"]);
    run.ends_with(2)
        .says("can be reached from other machines")
        .says("--origin https://");
}

#[test]
fn a_way_back_that_nobody_answers_is_refused() {
    let run = Stage::new().run(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--redirect-uri",
        "https://app.example.com/callback",
    ]);
    run.ends_with(2)
        .says("https://app.example.com/callback")
        .says("--origin");
}

#[test]
fn an_address_to_listen_at_is_a_number_and_a_port() {
    let run = Stage::new().run(&["serve", "--listen", "localhost:8090"]);
    run.ends_with(2).says("such as 127.0.0.1:8090");
}

#[test]
fn a_port_in_use_is_told_with_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    Stage::new()
        .run(&["serve", "--listen", &address])
        .ends_with(7)
        .says("in use by another program")
        .says("--listen 127.0.0.1:0");
}

#[test]
fn a_certificate_that_cannot_be_read_is_named() {
    let stage = Stage::new();
    stage.file("certificate.pem", "no certificate");
    stage.file("key.pem", "no key");
    let files = [
        "--certificate",
        "certificate.pem",
        "--certificate-key",
        "key.pem",
    ];
    stage
        .run(&[&ANYWHERE[..], &files].concat())
        .ends_with(7)
        .says("certificate.pem");
}
