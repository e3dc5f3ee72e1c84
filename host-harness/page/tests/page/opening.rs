//! The one-time link, and the session that it gives.

use std::time::Duration;

use reqwest::Method;
use rstest::rstest;

use crate::stage::{Setting, World};

#[tokio::test]
async fn a_link_opens_the_page_once() {
    let world = World::start().await;
    let invitation = world.page.invite();
    let mut first = world.stranger();
    let opened = first.open(invitation.url()).await;
    assert_eq!(opened.is(303).location(), first.address("/"));
    assert_eq!(first.base.len(), "/s/".len() + 43);
    first.get("/").await.is(200);
    let mut second = world.stranger();
    let refused = second.open(invitation.url()).await;
    refused.is(403).says("Link used");
    assert_eq!(second.cookie, None);
    first.get("/").await.is(200);
}

#[tokio::test]
async fn a_link_that_nobody_opened_in_time_opens_nothing() {
    let world = World::start().await;
    let invitation = world.page.invite();
    world.advance(Duration::from_secs(599));
    let later = world.page.invite();
    world.advance(Duration::from_secs(1));
    let mut browser = world.stranger();
    browser
        .get(invitation.url())
        .await
        .is(403)
        .says("Link expired");
    browser.open(later.url()).await.is(303);
}

#[rstest]
#[case::made_up("/open?key=not-a-real-key-0123456789012345678901234567890")]
#[case::empty("/open?key=")]
#[case::missing("/open")]
#[case::another_parameter("/open?token=x")]
#[tokio::test]
async fn a_link_that_was_not_given_out_opens_nothing(#[case] path: &str) {
    let world = World::start().await;
    let _ = world.page.invite();
    let mut browser = world.stranger();
    browser.get(path).await.is(403).says("Unknown link");
    browser.get("/").await.is(401);
}

#[tokio::test]
async fn a_link_is_neither_printed_nor_shown() {
    let world = World::start().await;
    let invitation = world.page.invite();
    let key = invitation.url().split_once("key=").unwrap().1.to_owned();
    assert_eq!(key.len(), 43);
    assert!(!format!("{invitation:?}{:?}", world.page).contains(&key));
    let mut browser = world.stranger();
    browser.open(invitation.url()).await;
    browser.get("/").await;
    world.assert_hides(&[&key]);
}

#[tokio::test]
async fn the_cookie_is_for_this_page_and_no_script() {
    let world = World::start().await;
    let mut browser = world.stranger();
    let opened = browser.open(world.page.invite().url()).await;
    let (cookie, attributes) = opened.header("set-cookie").split_once("; ").unwrap();
    let (name, value) = cookie.split_once('=').unwrap();
    let port = world.origin.rsplit_once(':').unwrap().1;
    assert_eq!(name, format!("credential-page-{port}"));
    assert_eq!(value.len(), 43);
    let mut attributes: Vec<&str> = attributes.split("; ").collect();
    attributes.sort_unstable();
    assert_eq!(attributes, ["HttpOnly", "Path=/", "SameSite=Lax"]);
}

#[tokio::test]
async fn a_page_behind_tls_keeps_its_cookie_to_tls() {
    let world = World::with(Setting {
        page: |it| it.origin("https://platform.example".parse().unwrap()),
        ..Setting::default()
    })
    .await;
    let mut browser = world.stranger();
    let path = world
        .page
        .invite()
        .url()
        .replace("https://platform.example", "");
    let request = browser.request(Method::POST, &path);
    let request = request.header("origin", "https://platform.example");
    let opened = browser
        .send(request.header("host", "platform.example"))
        .await;
    let cookie = opened.is(303).header("set-cookie").to_owned();
    let begins = "__Host-credential-page-443=";
    assert!(cookie.starts_with(begins), "{cookie}");
    for attribute in ["Secure", "HttpOnly", "Path=/", "SameSite=Lax"] {
        assert!(cookie.contains(&format!("; {attribute}")), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    let home = opened.location().strip_prefix("https://platform.example");
    let home = browser.request(Method::GET, home.unwrap());
    let home = home.header("host", "platform.example");
    browser.send(home).await.is(200).says("No credentials yet");
}

/// Without a session, and with one that is over.
#[tokio::test]
async fn nothing_is_shown_or_done_without_a_session() {
    let world = World::start().await;
    let mut visitor = world.visitor().await;
    let path = world.loader(&mut visitor, "Loader").await;
    let mut stranger = world.stranger();
    stranger.base = visitor.base.clone();
    let paths = [
        "",
        "/connect",
        "/identity",
        "/disconnect",
        "/revoke",
        "/remove",
        "/history",
    ];
    let paths = paths.map(|it| format!("{path}{it}"));
    for path in paths.iter().map(String::as_str).chain(["/", "/new"]) {
        let answer = stranger.get(path).await;
        answer.is(401).says("No session");
        assert!(!answer.text.contains("Loader"), "{path}");
    }
    stranger.csrf = visitor.csrf.clone();
    let acts = [
        "",
        "/connect",
        "/identity",
        "/test",
        "/renew",
        "/disconnect",
        "/revoke",
        "/remove",
    ];
    let acts = acts.map(|it| format!("{path}{it}"));
    for path in acts
        .iter()
        .map(String::as_str)
        .chain(["/new", "/validate", "/sign-out"])
    {
        stranger.post(path, &[]).await.is(401);
    }
    assert_eq!(world.only().await.name.as_str(), "Loader");
}

#[tokio::test]
async fn a_session_that_is_idle_for_an_hour_is_over() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    for _ in 0..3 {
        world.advance(Duration::from_secs(3_599));
        browser.get("/").await.is(200);
    }
    world.advance(Duration::from_secs(3_600));
    browser.get("/").await.is(401).says("session is over");
}

#[tokio::test]
async fn a_session_lasts_half_a_day_at_most() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    for _ in 0..23 {
        world.advance(Duration::from_secs(1_800));
        browser.get("/").await.is(200);
    }
    world.advance(Duration::from_secs(1_800));
    browser.get("/").await.is(401);
}

#[tokio::test]
async fn signing_out_ends_the_session_and_takes_the_cookie_away() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let cookie = browser.cookie.clone();
    let answer = browser.post("/sign-out", &[]).await;
    assert!(answer.is(303).header("set-cookie").contains("Max-Age=0"));
    assert_eq!(browser.cookie, None);
    browser.cookie = cookie;
    browser.get("/").await.is(401);
}

#[tokio::test]
async fn of_two_cookies_of_the_name_neither_counts() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let cookie = browser.cookie.clone().unwrap();
    let name = cookie.split('=').next().unwrap().to_owned();
    browser.cookie = Some(format!("{cookie}; another=1"));
    browser.get("/").await.is(200);
    browser.cookie = Some(format!("{cookie}; {name}=not-a-real-cookie"));
    browser.get("/").await.is(401);
}

/// Who fetches a link to look at it, and never presses a button.
#[rstest]
#[case::a_preview_robot("GET", "user-agent", "Slackbot-LinkExpanding 1.0", 200)]
#[case::a_scanner_that_only_looks("HEAD", "user-agent", "not-a-real-scanner", 405)]
#[case::a_prefetch("GET", "sec-purpose", "prefetch", 503)]
#[case::a_prerender("GET", "sec-purpose", "prefetch;prerender", 503)]
#[case::an_older_prefetch("GET", "purpose", "prefetch", 503)]
#[case::a_preview("GET", "x-purpose", "preview", 503)]
#[case::an_older_firefox("GET", "x-moz", "prefetch", 503)]
#[case::a_prefetch_of_the_button("POST", "sec-purpose", "prefetch", 503)]
#[case::an_embedded_picture("GET", "sec-fetch-dest", "image", 200)]
#[case::a_form_of_another_site("POST", "origin", "https://evil.example", 403)]
#[case::a_form_of_another_port("POST", "origin", "http://127.0.0.1:1", 403)]
#[case::a_client_without_origin("POST", "user-agent", "not-a-real-scanner", 403)]
#[case::another_method("OPTIONS", "user-agent", "not-a-real-scanner", 405)]
#[tokio::test]
async fn nobody_who_only_looks_spends_a_link_or_gets_a_session(
    #[case] method: &str,
    #[case] header: &str,
    #[case] value: &str,
    #[case] status: u16,
) {
    let world = World::start().await;
    let invitation = world.page.invite();
    let mut robot = world.stranger();
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    for _ in 0..3 {
        let request = robot.request(method.clone(), invitation.url());
        let answer = robot.send(request.header(header, value)).await;
        answer.is(status);
        assert_eq!(answer.header("set-cookie"), "");
        assert_eq!(answer.location(), "");
    }
    assert_eq!(robot.cookie, None);
    world.stranger().open(invitation.url()).await.is(303);
}

#[tokio::test]
async fn a_prefetch_of_a_page_takes_no_notice_from_the_person() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let path = world.loader(&mut browser, "Loader").await;
    browser.post(&format!("{path}/renew"), &[]).await.is(303);
    let request = browser.request(Method::GET, &path);
    let fetched = browser.send(request.header("sec-purpose", "prefetch"));
    fetched.await.is(503);
    let page = browser.get(&path).await;
    assert!(page.notice().starts_with("Renewed"), "{}", page.notice());
}

#[tokio::test]
async fn of_two_who_press_the_button_at_once_one_gets_a_session() {
    let world = World::start().await;
    let invitation = world.page.invite();
    let (mut one, mut other) = (world.stranger(), world.stranger());
    let (one, other) = tokio::join!(one.open(invitation.url()), other.open(invitation.url()));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 403]);
}

#[tokio::test]
async fn whoever_gave_the_link_learns_that_it_was_used() {
    let world = World::start().await;
    let invitation = world.page.invite();
    world.stranger().get(invitation.url()).await.is(200);
    let waiting = tokio::spawn({
        let invitation = invitation.clone();
        async move { invitation.opened().await }
    });
    assert!(!waiting.is_finished());
    world.stranger().open(invitation.url()).await.is(303);
    waiting.await.unwrap();
}
