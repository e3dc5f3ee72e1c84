//! A page that shares its origin with other tools: what its cookie and its policy say, and what another tool
//! gets to see. A script of another tool is of the page's own origin to a browser; against that nothing here
//! helps (SECURITY.md).

use credential_page::PageBuilder;
use reqwest::Method;
use rstest::rstest;

use crate::browser::Browser;
use crate::proxy::{Forwarding, Proxy};
use crate::stage::{Setting, World};

type Change = fn(PageBuilder) -> PageBuilder;

fn at(builder: PageBuilder, origin: &str, redirect_uri: &str) -> PageBuilder {
    builder
        .origin(origin.parse().unwrap())
        .redirect_uri(redirect_uri)
}

/// Opens the page as a browser does whose proxy strips the base path. Gives the cookie that came.
async fn opened(world: &World, origin: &str, base: &str) -> String {
    let mut browser = world.stranger();
    let link = world.page.invite();
    let path = link.url().strip_prefix(&format!("{origin}{base}")).unwrap();
    let host = origin.split_once("://").unwrap().1;
    let request = browser.request(Method::POST, path);
    let request = request.header("origin", origin).header("host", host);
    let opened = browser.send(request).await;
    let home = opened.is(303).location();
    assert!(home.starts_with(&format!("{origin}{base}/s/")), "{home}");
    opened.header("set-cookie").to_owned()
}

/// The prefix `__Host-` demands `Path=/`; without it the cookie goes to the base path alone, unless the way
/// back is elsewhere.
#[rstest]
#[case::over_tls(
    |it| at(it, "https://a.example/intacct", "https://a.example/intacct/callback"),
    "https://a.example", "/intacct", "__Host-credential-page-443+intacct=", "/"
)]
#[case::of_two_segments(
    |it| at(it, "https://a.example/tools/intacct", "https://a.example/tools/intacct/callback"),
    "https://a.example", "/tools/intacct", "__Host-credential-page-443+tools+intacct=", "/"
)]
#[case::without_tls(
    |it| at(it, "http://a.example/intacct", "http://a.example/intacct/callback"),
    "http://a.example", "/intacct", "credential-page-80+intacct=", "/intacct"
)]
#[case::without_tls_and_back_elsewhere(
    |it| at(it, "http://127.0.0.1:9/intacct", "https://127.0.0.1:8443/callback"),
    "http://127.0.0.1:9", "/intacct", "credential-page-9+intacct=", "/"
)]
#[case::with_the_origin_to_itself(
    |it| at(it, "http://a.example", "http://a.example/callback"),
    "http://a.example", "", "credential-page-80=", "/"
)]
#[tokio::test]
async fn where_the_cookie_goes(
    #[case] page: Change,
    #[case] origin: &str,
    #[case] base: &str,
    #[case] name: &str,
    #[case] path: &str,
) {
    let world = World::with(Setting {
        page,
        ..Setting::default()
    })
    .await;
    let cookie = opened(&world, origin, base).await;
    assert!(cookie.starts_with(name), "{cookie}");
    let attributes: Vec<&str> = cookie.split("; ").skip(1).collect();
    assert!(
        attributes.contains(&format!("Path={path}").as_str()),
        "{cookie}"
    );
    assert_eq!(attributes.contains(&"Secure"), origin.starts_with("https"));
    assert!(attributes.contains(&"HttpOnly") && attributes.contains(&"SameSite=Lax"));
    assert!(!cookie.contains("Domain"), "{cookie}");
}

async fn behind() -> (World, Proxy, Browser) {
    let proxy = Proxy::new(Forwarding::Keeps, "/intacct");
    let world = World::with(Setting {
        proxy: Some(proxy.clone()),
        ..Setting::default()
    })
    .await;
    let browser = world.visitor().await;
    (world, proxy, browser)
}

/// `'self'` would take in a script that another tool serves under the same origin.
#[tokio::test]
async fn the_policy_names_the_pages_own_paths() {
    let (world, _, mut browser) = behind().await;
    let page = browser.get("/").await;
    let policy = page.header("content-security-policy");
    let here = format!("{}/intacct", world.origin);
    for directive in ["style-src", "script-src", "img-src"] {
        let expected = format!("{directive} {here}/assets/;");
        assert!(policy.contains(&expected), "{expected}: {policy}");
    }
    assert!(
        policy.contains(&format!("connect-src {here}/;")),
        "{policy}"
    );
    assert!(
        policy.ends_with(&format!("form-action {here}/")),
        "{policy}"
    );
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(!policy.contains("'self'"), "{policy}");
}

/// The cookie goes to every path of the host, so another tool's server gets it. The key of the session is in
/// the page's own paths, and stays there.
#[tokio::test]
async fn another_tools_server_gets_no_session() {
    let (world, proxy, mut browser) = behind().await;
    let visit = browser.get(&format!("{}/wiki", world.origin)).await;
    visit.is(418);
    let heads = proxy.astray.lock().unwrap().clone();
    let head = heads.first().unwrap();
    assert!(head.contains("__Host-credential-page-"), "{head}");
    let key = browser.base.rsplit_once('/').unwrap().1;
    assert!(key.len() > 40 && !head.contains(key), "{head}");

    let mut thief = world.stranger();
    thief.cookie.clone_from(&browser.cookie);
    for base in ["", "/s/not-a-real-key-0123456789012345678901234567"] {
        thief.base = format!("/intacct{base}");
        let answer = thief.get("/").await;
        assert_eq!(answer.is(401).csrf(), None);
        assert!(!answer.text.contains(key), "{}", answer.text);
    }
    browser.get("/").await.is(200);
}

/// Two pages under one origin: each has a session of its own in one browser.
#[tokio::test]
async fn two_pages_under_one_origin_do_not_sign_each_other_out() {
    let names = [
        |it| {
            at(
                it,
                "https://a.example/intacct",
                "https://a.example/intacct/callback",
            )
        },
        |it| {
            at(
                it,
                "https://a.example/intacct/two",
                "https://a.example/intacct/two/callback",
            )
        },
        |it| {
            at(
                it,
                "https://a.example/intacct.two",
                "https://a.example/intacct.two/callback",
            )
        },
    ];
    let bases = ["/intacct", "/intacct/two", "/intacct.two"];
    let mut seen = std::collections::BTreeSet::new();
    for (page, base) in names.into_iter().zip(bases) {
        let page: Change = page;
        let world = World::with(Setting {
            page,
            ..Setting::default()
        })
        .await;
        let cookie = opened(&world, "https://a.example", base).await;
        seen.insert(cookie.split_once('=').unwrap().0.to_owned());
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
}
