//! A session belongs to the page's origin. A cookie goes to every port of the host (RFC 6265 section
//! 8.5), so another program on the machine can get it (attack 4); with it alone it can do nothing.
//! Nor can somebody who saw an address and has no cookie.

use mock_intacct::browser::Consent;
use reqwest::Method;
use reqwest::header::{COOKIE, ORIGIN};
use rstest::rstest;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::browser::Browser;
use crate::stage::{World, regular_user};

/// What a page of a session is asked for.
const PAGES: [&str; 9] = [
    "/",
    "/new",
    "PATH",
    "PATH/history",
    "PATH/sign-in",
    "PATH/sign-in/leave",
    "PATH/revoke",
    "PATH/remove",
    "PATH/connect",
];

/// What is done in a session.
const ACTS: [&str; 10] = [
    "/new",
    "/validate",
    "/sign-out",
    "PATH",
    "PATH/connect",
    "PATH/test",
    "PATH/renew",
    "PATH/disconnect",
    "PATH/revoke",
    "PATH/remove",
];

/// A program on another port of the same host, to which the person follows a link: it gets whatever
/// cookies a browser sends there.
async fn cookie_of_another_port(browser: &Browser) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let thief = tokio::spawn(async move {
        let (mut tcp, _) = listener.accept().await.unwrap();
        let mut head = vec![0; 4096];
        let length = tcp.read(&mut head).await.unwrap();
        tcp.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            .await
            .unwrap();
        String::from_utf8(head[..length].to_vec()).unwrap()
    });
    let visit = browser.request(Method::GET, &address);
    visit.send().await.unwrap();
    let head = thief.await.unwrap();
    assert!(
        !head.contains("/s/"),
        "the key in the path goes nowhere: {head}"
    );
    let cookie = head.lines().find_map(|it| it.strip_prefix("cookie: "));
    cookie.unwrap().to_owned()
}

struct Theft {
    world: World,
    browser: Browser,
    thief: Browser,
    path: String,
}

/// With a stored credential whose sign-in is open.
async fn theft() -> Theft {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let fields = [&regular_user("Dana's")[..], &[("action", "connect")]].concat();
    browser.post("/new", &fields).await.is(303);
    let path = world.path_of("Dana's").await;
    let thief = world.stranger();
    Theft {
        world,
        browser,
        thief,
        path,
    }
}

impl Theft {
    /// Everything there is to ask and to do, at paths that begin like this.
    async fn try_everything(&mut self, base: &str) {
        self.thief.csrf = self.browser.csrf.clone();
        for page in PAGES {
            let path = format!("{base}{}", page.replace("PATH", &self.path));
            let answer = self.thief.get(&path).await;
            answer.is(401);
            self.assert_tells_nothing(&answer.text);
        }
        for act in ACTS {
            let path = format!("{base}{}", act.replace("PATH", &self.path));
            let answer = self.thief.post(&path, &[("name", "Stolen")]).await;
            answer.is(401);
            self.assert_tells_nothing(&answer.text);
        }
        assert_eq!(self.world.only().await.name.as_str(), "Dana's");
        self.browser.get("/").await.is(200).says("Dana's");
    }

    #[track_caller]
    fn assert_tells_nothing(&self, text: &str) {
        for part in ["Dana's", &self.browser.csrf, &self.browser.base, "csrf"] {
            assert!(!text.contains(part), "{part}: {text}");
        }
    }
}

#[rstest]
#[case::no_key("")]
#[case::a_key_that_was_made_up("/s/not-a-real-key-0123456789012345678901234567")]
#[case::an_empty_key("/s/")]
#[tokio::test]
async fn a_program_on_another_port_that_got_the_cookie_can_do_nothing(#[case] base: &str) {
    let mut theft = theft().await;
    theft.thief.cookie = Some(cookie_of_another_port(&theft.browser).await);
    theft.try_everything(base).await;
}

#[rstest]
#[case::without_a_cookie(None)]
#[case::with_a_cookie_that_was_made_up(Some("NAME=not-a-real-cookie"))]
#[case::with_an_empty_cookie(Some("NAME="))]
#[tokio::test]
async fn the_key_in_the_path_alone_can_do_nothing(#[case] cookie: Option<&str>) {
    let mut theft = theft().await;
    let own = theft.browser.cookie.clone().unwrap();
    let name = own.split_once('=').unwrap().0;
    theft.thief.cookie = cookie.map(|it| it.replace("NAME", name));
    let base = theft.browser.base.clone();
    theft.try_everything(&base).await;
}

#[tokio::test]
async fn the_cookie_of_one_session_does_not_fit_the_key_of_another() {
    let mut theft = theft().await;
    let another = theft.world.visitor().await;
    theft.thief.cookie = another.cookie.clone();
    let base = theft.browser.base.clone();
    theft.try_everything(&base).await;
}

/// The way back is outside the session's paths, and takes the cookie with the state of a sign-in.
#[rstest]
#[case::no_state("code=x")]
#[case::a_state_that_was_made_up("code=x&state=not-a-real-state")]
#[case::a_refusal("error=access_denied&state=not-a-real-state")]
#[tokio::test]
async fn the_cookie_ends_no_sign_in_and_learns_no_address(#[case] query: &str) {
    let mut theft = theft().await;
    let address = theft
        .browser
        .get(&format!("{}/sign-in/leave", theft.path))
        .await;
    let address = address.is(303).location().to_owned();
    theft.thief.cookie = Some(cookie_of_another_port(&theft.browser).await);
    let back = format!("{}?{query}", theft.world.redirect_uri);
    let answer = theft.thief.get(&back).await;
    answer.is(400);
    theft.assert_tells_nothing(&answer.text);
    assert_eq!(answer.location(), "");
    let back = theft.world.walk(&address, "dana", Consent::Allow).await;
    theft.browser.get(&back).await.is(303);
}

/// A page of another origin cannot use the cookie through the browser either: it does not know where.
#[tokio::test]
async fn another_port_cannot_send_the_browser_anywhere() {
    let theft = theft().await;
    let mut browser = theft.browser.clone();
    let (base, port) = (browser.base.clone(), "http://127.0.0.1:1");
    for path in ["/sign-out", "/new", "/open"] {
        browser.base = String::new();
        let request = browser.form(path, &[("name", "Stolen")]);
        let answer = browser.send(request.header(ORIGIN, port)).await;
        answer.is(403);
        browser.base = base.clone();
        let request = browser.form(path, &[("name", "Stolen")]);
        browser.send(request.header(ORIGIN, port)).await.is(403);
    }
    browser.get("/").await.is(200);
}

/// Every link and form of every page stays within the session, and what leads out says nothing of it.
#[tokio::test]
async fn no_page_sends_the_key_elsewhere() {
    let mut theft = theft().await;
    for page in PAGES {
        let path = page.replace("PATH", &theft.path);
        let answer = theft.browser.get(&path).await;
        let elsewhere = answer.location().starts_with(&theft.world.mock.origin());
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert!(!elsewhere || !answer.location().contains("/s/"), "{path}");
    }
    let request = theft.thief.request(Method::GET, "/");
    let cookies = "credential-page-1=x; another=y";
    theft
        .thief
        .send(request.header(COOKIE, cookies))
        .await
        .is(401);
}

#[tokio::test]
async fn a_second_link_in_the_same_browser_ends_the_first_session() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let (cookie, base) = (browser.cookie.clone(), browser.base.clone());
    browser.open(world.page.invite().url()).await.is(303);
    browser.get("/").await.is(200);
    (browser.cookie, browser.base) = (cookie, base);
    browser.get("/").await.is(401);
}
