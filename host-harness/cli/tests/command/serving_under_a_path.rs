//! `harness serve --origin https://…/path`: the page behind a reverse proxy that serves other tools under the
//! same host name.

use reqwest::header::{COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use rstest::rstest;

use crate::stage::{Running, Stage, block_on};

const HOST_NAME: &str = "connect.example.com";
const PUBLIC: &str = "https://connect.example.com/intacct";

/// A page that runs: its link, and where it listens.
fn serve(stage: &Stage, origin: &str) -> (Running, String, String) {
    let mut running = stage.start(&[
        "serve",
        "--mock",
        "--listen",
        "127.0.0.1:0",
        "--origin",
        origin,
        "--redirect-uri",
        "https://connect.example.com/intacct/oauth/callback",
    ]);
    let link = running.see(|line| line.contains("/open?key="));
    running.see(|line| line.contains("https://connect.example.com/intacct/oauth/callback"));
    running.hear(|line| line.contains("ends it."));
    let heard = running.heard.split_whitespace();
    let listening = heard.skip_while(|it| *it != "--listen").nth(1).unwrap();
    let listening = listening.trim_end_matches('`').to_owned();
    (running, link.trim().to_owned(), listening)
}

/// What a reverse proxy forwards of a path under the base path.
#[rstest]
#[case::keeps_the_path("https://connect.example.com/intacct", "/intacct")]
#[case::strips_the_path("https://connect.example.com/intacct", "")]
#[case::written_with_a_slash("https://connect.example.com/intacct/", "/intacct")]
fn the_page_is_served_under_the_path(#[case] origin: &str, #[case] forwarded: &str) {
    let stage = Stage::new();
    let (_running, link, listening) = serve(&stage, origin);
    let path = link.strip_prefix(PUBLIC).unwrap();
    assert!(path.starts_with("/open?key="), "{path}");
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().redirect(Policy::none()).no_proxy();
    let client = client.build().unwrap();
    let url = |path: &str| format!("http://{listening}{forwarded}{path}");
    block_on(async {
        let asked = client.get(url(path)).header(HOST, HOST_NAME).send().await;
        assert_eq!(asked.unwrap().status(), StatusCode::OK);
        let press = client.post(url(path)).header(HOST, HOST_NAME);
        let press = press.header(ORIGIN, "https://connect.example.com");
        let opened = press.send().await.unwrap();
        assert_eq!(opened.status(), StatusCode::SEE_OTHER);
        let home = opened.headers()[LOCATION].to_str().unwrap();
        let home = home.strip_prefix(PUBLIC).unwrap();
        let cookie = opened.headers()[SET_COOKIE].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap();
        let list = client.get(url(home)).header(HOST, HOST_NAME);
        let list = list.header(COOKIE, cookie).send().await.unwrap();
        assert_eq!(list.status(), StatusCode::OK);
        let list = list.text().await.unwrap();
        assert!(
            list.contains(&format!("href=\"/intacct{home}new\"")),
            "{list}"
        );
        assert!(list.contains("href=\"/intacct/assets/page.css\""), "{list}");
        let back = client.get(url("/oauth/callback")).header(HOST, HOST_NAME);
        assert_eq!(back.send().await.unwrap().status(), StatusCode::FORBIDDEN);
        let other = client.get(format!("http://{listening}/other"));
        let other = other.header(HOST, HOST_NAME).send().await.unwrap();
        assert_eq!(other.status(), StatusCode::NOT_FOUND);
    });
}

#[rstest]
#[case::a_query("https://a.example/intacct?x=y", "has a query")]
#[case::a_fragment("https://a.example/intacct#x", "has a fragment")]
#[case::a_user(
    "https://dana:not-a-real-password@a.example/intacct",
    "a user or a password"
)]
#[case::percent("https://a.example/in%74acct", "a percent sign")]
#[case::dots("https://a.example/tools/../intacct", "a segment `.` or `..`")]
#[case::two_slashes("https://a.example//intacct", "two slashes in a row")]
#[case::a_blank("https://a.example/sage intacct", "the character ' '")]
#[case::a_pattern("https://a.example/{intacct}", "the character '{'")]
#[case::a_path_of_the_pages("https://a.example/assets", "begins with `/assets`")]
#[case::no_scheme(
    "connect.example.com/intacct",
    "begins with neither https:// nor http://"
)]
#[case::no_web_page("mailto:dana@example.com", "begins with neither https:// nor http://")]
#[case::no_host("https:///intacct", "names no host")]
fn what_is_no_address_of_a_page_is_refused(#[case] origin: &str, #[case] expected: &str) {
    let stage = Stage::new();
    let run = stage.run(&["serve", "--listen", "127.0.0.1:0", "--origin", origin]);
    let run = run.ends_with(2).says("--origin").says(expected);
    let run = run.says("https://connect.example.com/intacct");
    assert!(!run.everything().contains("not-a-real-password"), "{run:?}");
}

/// Another tool would get the code.
#[rstest]
#[case::beside_the_path("https://connect.example.com/callback")]
#[case::a_path_that_begins_alike("https://connect.example.com/intacct2/callback")]
fn a_way_back_outside_of_the_path_is_refused(#[case] redirect_uri: &str) {
    let stage = Stage::new();
    let store = stage.path("made.db");
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--origin", PUBLIC];
    let back = ["--redirect-uri", redirect_uri];
    let kept = ["--store", store.to_str().unwrap()];
    let run = stage.run(&[&arguments[..], &back, &kept].concat());
    run.ends_with(2)
        .says(redirect_uri)
        .says("https://connect.example.com/intacct/callback");
    assert!(!store.exists(), "it is refused before anything is made");
}
