//! What every answer says to the browser.

use reqwest::Method;

use crate::browser::Answer;
use crate::stage::{Setting, World};

const EVERYWHERE: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    ("x-frame-options", "DENY"),
    ("access-control-allow-origin", ""),
];

#[track_caller]
fn check(what: &str, answer: &Answer) {
    for (name, value) in EVERYWHERE {
        assert_eq!(answer.header(name), value, "{what}: {name}");
    }
    let policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                  connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
    assert_eq!(answer.header("content-security-policy"), policy, "{what}");
}

/// Every route, with a session and without, by its status.
#[tokio::test]
async fn every_answer_is_hardened() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let path = world.loader(&mut browser, "Loader").await;
    let gets = [
        "/",
        "/new",
        "/nothing",
        "/open?key=x",
        "/assets/page.css",
        "/assets/page.js",
    ];
    let own = [
        "",
        "/connect",
        "/identity",
        "/disconnect",
        "/revoke",
        "/remove",
        "/history",
        "/sign-in",
        "/sign-in/leave",
        "/x",
    ];
    let own: Vec<String> = own.iter().map(|it| format!("{path}{it}")).collect();
    let own = own
        .iter()
        .map(String::as_str)
        .chain(["/credentials/x", "/assets/icon.svg"]);
    for path in gets.into_iter().chain(own) {
        for mut browser in [browser.clone(), world.stranger()] {
            let answer = browser.get(path).await;
            let what = format!("GET {path}: {}", answer.status);
            check(&what, &answer);
            assert_eq!(answer.header("cache-control"), "no-store", "{what}");
            assert_eq!(answer.header("referrer-policy"), "same-origin", "{what}");
        }
    }
    let acts = [
        "",
        "/connect",
        "/identity",
        "/test",
        "/renew",
        "/revoke",
        "/disconnect",
    ];
    for act in acts.map(|it| format!("{path}{it}")) {
        for mut browser in [browser.clone(), world.stranger()] {
            let answer = browser.post(&act, &[("action", "discard")]).await;
            let what = format!("POST {act}: {}", answer.status);
            check(&what, &answer);
            assert_eq!(answer.header("cache-control"), "no-store", "{what}");
        }
    }
    let elsewhere = browser
        .request(Method::GET, "/")
        .header("host", "rebound.example");
    check("another host", &browser.send(elsewhere).await);
}

#[tokio::test]
async fn the_way_back_says_nothing_of_where_it_was_reached_from() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    for mut browser in [browser.clone(), world.stranger()] {
        let answer = browser
            .get(&format!("{}?code=x&state=y", world.redirect_uri))
            .await;
        check("the way back", &answer);
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    // Nothing but the way back is there.
    let elsewhere = world.redirect_uri.replace("/callback", "/");
    let nothing = browser.get(&elsewhere).await;
    nothing.is(404);
    assert!(!nothing.text.contains(&browser.base), "nor any address");
    let new = world.redirect_uri.replace("/callback", "/new");
    browser.get(&new).await.is(404);
    let css = world.redirect_uri.replace("/callback", "/assets/page.css");
    browser.get(&css).await.is(200);
}

#[tokio::test]
async fn a_way_back_at_the_page_itself_is_answered_there() {
    let world = World::with(Setting {
        page: |it| it.redirect_uri("http://127.0.0.1:1/callback"),
        ..Setting::default()
    })
    .await;
    world.visitor().await.get("/callback?state=x").await.is(404);
    let world = World::with(Setting {
        page: |it| {
            it.origin("http://127.0.0.1:1".parse().unwrap())
                .redirect_uri("http://127.0.0.1:1/callback")
        },
        ..Setting::default()
    })
    .await;
    let mut browser = world.stranger();
    let request = browser.request(Method::GET, "/callback?state=x");
    let answer = browser.send(request.header("host", "127.0.0.1:1")).await;
    answer.is(403).says("Another browser");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
}

/// The stylesheet of a form's conditions stands under an address that changes with it.
#[tokio::test]
async fn a_stylesheet_with_its_digest_may_be_kept() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let form = browser.get("/new").await;
    let start = form.text.find("/assets/plugin/").unwrap();
    let path = form.text[start..].split('"').next().unwrap();
    let sheet = browser.get(path).await;
    assert_eq!(
        sheet.is(200).header("content-type"),
        "text/css; charset=utf-8"
    );
    assert_eq!(
        sheet.header("cache-control"),
        "private, max-age=31536000, immutable"
    );
    assert!(sheet.text.contains(":has("), "{}", sheet.text);
    let other = path.replace(".css", "0.css");
    assert_eq!(
        browser.get(&other).await.is(404).header("cache-control"),
        "no-store"
    );
    browser.get("/assets/plugin/none/00.css").await.is(404);
}
