//! Who may send a request: this page's own forms, at this page's own address.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use reqwest::Method;
use reqwest::header::{HOST, ORIGIN};
use rstest::rstest;

use crate::stage::{World, web_services_user};

/// `HERE` stands for the page's host and port.
#[rstest]
#[case::its_own("HERE", 200)]
#[case::by_name("localhost:80", 421)]
#[case::a_name_that_leads_here("rebound.example", 421)]
#[case::with_the_port("rebound.example:PORT", 421)]
#[case::another_port("127.0.0.1:1", 421)]
#[case::no_port("127.0.0.1", 421)]
#[case::one_that_contains_it("HERE.example", 421)]
#[case::empty("", 421)]
#[tokio::test]
async fn a_request_for_another_host_is_sent_away(#[case] host: &str, #[case] status: u16) {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let here = world.origin.strip_prefix("http://").unwrap();
    let port = here.split_once(':').unwrap().1;
    let host = host.replace("HERE", here).replace("PORT", port);
    let request = browser.request(Method::GET, "/");
    let answer = browser.send(request.header(HOST, host)).await;
    answer.is(status);
    if status == 421 {
        answer.says(&world.origin);
        assert!(!answer.text.contains("Credentials"));
    }
}

/// What no client library sends.
#[rstest]
#[case::two_hosts("GET / HTTP/1.1\r\nHost: HERE\r\nHost: rebound.example\r\n", "421")]
#[case::the_same_twice("GET / HTTP/1.1\r\nHost: HERE\r\nHost: HERE\r\n", "421")]
#[case::none("GET / HTTP/1.0\r\n", "421")]
#[case::another_in_the_line("GET http://rebound.example/ HTTP/1.1\r\nHost: HERE\r\n", "421")]
#[case::the_same_in_the_line("GET http://HERE/ HTTP/1.1\r\nHost: HERE\r\n", "401")]
#[case::the_usual("GET / HTTP/1.1\r\nHost: HERE\r\n", "401")]
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_names_two_hosts_is_sent_away(#[case] head: &str, #[case] status: &str) {
    let world = World::start().await;
    let here = world.origin.strip_prefix("http://").unwrap();
    let head = head.replace("HERE", here);
    let mut tcp = TcpStream::connect(here).unwrap();
    tcp.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes())
        .unwrap();
    let mut answer = String::new();
    tcp.read_to_string(&mut answer).unwrap();
    let line = answer.lines().next().unwrap();
    assert!(line.contains(status), "{line}");
}

/// `HERE` stands for the page's origin.
#[rstest]
#[case::this_page(Some("HERE"), Some("same-origin"), true)]
#[case::a_browser_without_fetch_metadata(Some("HERE"), None, true)]
#[case::a_browser_without_origin(None, Some("same-origin"), true)]
#[case::nothing_said(None, None, false)]
#[case::another_site(Some("https://evil.example"), Some("cross-site"), false)]
#[case::another_site_without_metadata(Some("https://evil.example"), None, false)]
#[case::another_port(Some("http://127.0.0.1:1"), Some("same-site"), false)]
#[case::tls(Some("https://127.0.0.1"), None, false)]
#[case::no_origin_to_speak_of(Some("null"), None, false)]
#[case::no_origin_and_another_site(None, Some("cross-site"), false)]
#[case::no_origin_and_another_port(None, Some("same-site"), false)]
#[case::no_origin_and_no_page(None, Some("none"), false)]
#[case::contradictory(Some("HERE"), Some("cross-site"), false)]
#[case::contradictory_about_the_port(Some("HERE"), Some("same-site"), false)]
#[case::empty(Some(""), None, false)]
#[tokio::test]
async fn only_this_page_may_send_forms(
    #[case] origin: Option<&str>,
    #[case] site: Option<&str>,
    #[case] passes: bool,
) {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let fields = web_services_user("Loader");
    let csrf = [("csrf", browser.csrf.as_str())];
    let mut request = browser.form("/new", &[&csrf[..], &fields[..]].concat());
    if let Some(origin) = origin {
        request = request.header(ORIGIN, origin.replace("HERE", &world.origin));
    }
    if let Some(site) = site {
        request = request.header("sec-fetch-site", site);
    }
    let answer = browser.send(request).await;
    let stored = world.connections.list(&world.tenant()).await.unwrap();
    if passes {
        answer.is(303);
        assert_eq!(stored.len(), 1);
    } else {
        answer.is(403).says("another site");
        assert_eq!(stored.len(), 0);
    }
}

#[tokio::test]
async fn two_origins_are_none() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let request = browser.form("/new", &[("csrf", browser.csrf.as_str())]);
    let request = request.header(ORIGIN, &world.origin).header(ORIGIN, "null");
    browser.send(request).await.is(403);
}

#[tokio::test]
async fn a_form_carries_the_token_of_its_own_session() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let another = world.visitor().await;
    assert_ne!(browser.csrf, another.csrf);
    let right = browser.csrf.clone();
    let (shorter, longer) = (&right[1..], format!("{right}x"));
    let wrong = ["", "not-a-real-token", shorter, &longer, &another.csrf];
    for path in ["/new", "/validate", "/sign-out"] {
        for token in wrong {
            browser.csrf = token.to_owned();
            let answer = browser.post(path, &web_services_user("Loader")).await;
            answer.is(403).says("does not belong to this session");
        }
        let fields = web_services_user("Loader");
        let request = browser.form(path, &fields).header(ORIGIN, &world.origin);
        browser.send(request).await.is(403);
    }
    assert!(
        world
            .connections
            .list(&world.tenant())
            .await
            .unwrap()
            .is_empty()
    );
    browser.csrf = right;
    browser
        .post("/new", &web_services_user("Loader"))
        .await
        .is(303);
}

#[rstest]
#[case::json("application/json", 415)]
#[case::text("text/plain", 415)]
#[case::a_file("multipart/form-data; boundary=x", 415)]
#[case::nothing("", 415)]
#[case::with_a_charset("application/x-www-form-urlencoded; charset=UTF-8", 303)]
#[tokio::test]
async fn a_form_is_sent_as_a_form(#[case] content_type: &str, #[case] status: u16) {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let request = browser.request(Method::POST, "/sign-out");
    let request = request.header(ORIGIN, &world.origin);
    let request = request.header("content-type", content_type);
    let request = request.body(format!("csrf={}", browser.csrf));
    browser.send(request).await.is(status);
}

#[tokio::test]
async fn a_body_has_its_bound() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let fits = "x".repeat(60 << 10);
    browser
        .post("/validate", &[("plugin", "none"), ("name", &fits)])
        .await
        .is(404);
    let more = "x".repeat(65 << 10);
    browser
        .post("/validate", &[("plugin", "none"), ("name", &more)])
        .await
        .is(413);
}

#[rstest]
#[case(Method::HEAD)]
#[case(Method::PUT)]
#[case(Method::DELETE)]
#[case(Method::OPTIONS)]
#[case(Method::PATCH)]
#[tokio::test]
async fn other_methods_are_not_answered(#[case] method: Method) {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let link = world.page.invite();
    for path in ["/", "/new", link.url()] {
        let request = browser.request(method.clone(), path);
        let request = request.header(ORIGIN, &world.origin);
        let answer = browser.send(request).await;
        assert_eq!(answer.is(405).header("allow"), "GET, POST");
    }
    // A link that was asked for otherwise still opens the page.
    world.stranger().open(link.url()).await.is(303);
}

#[tokio::test]
async fn a_form_is_not_sent_where_there_is_none() {
    let world = World::start().await;
    world.visitor().await.post("/", &[]).await.is(405);
}
