//! A page that is told to end while it asks the service for tokens: what was begun is stored first, unless a
//! second signal says otherwise.

use mock_intacct::{Fault, FaultRule, InjectedFault};
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, Method, Response, StatusCode, Url};
use rstest::rstest;
use rustix::process::Signal;

use crate::kept::{Kept, On};
use crate::stage::{Running, block_on};

/// A browser that has opened the page.
struct Browser {
    client: Client,
    home: Url,
    cookie: String,
}

impl Browser {
    async fn open(link: &Url) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .danger_accept_invalid_certs(true)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let press = client.post(link.clone());
        let press = press.header(ORIGIN, link.origin().ascii_serialization());
        let opened = press.send().await.unwrap();
        assert_eq!(opened.status(), StatusCode::SEE_OTHER);
        let cookie = opened.headers()[SET_COOKIE].to_str().unwrap();
        Self {
            home: link.join(location(&opened)).unwrap(),
            cookie: cookie.split(';').next().unwrap().to_owned(),
            client,
        }
    }

    async fn send(&self, method: Method, path: &str, body: String) -> reqwest::Result<Response> {
        let url = self.home.join(path).unwrap();
        self.client
            .request(method, url)
            .header(COOKIE, &self.cookie)
            .header(ORIGIN, self.home.origin().ascii_serialization())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await
    }

    async fn get(&self, path: &str) -> Response {
        self.send(Method::GET, path, String::new()).await.unwrap()
    }

    /// The token of the page's forms.
    async fn csrf(&self, path: &str) -> String {
        let text = self.get(path).await.text().await.unwrap();
        let (_, rest) = text.split_once("name=\"csrf\" value=\"").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    }

    /// Begins to connect, and signs in at the service. Gives where that sends the browser.
    async fn sign_in(&self, credential: &str) -> String {
        let csrf = self.csrf(credential).await;
        let connect = format!("{credential}/connect");
        let begun = self.send(Method::POST, &connect, format!("csrf={csrf}"));
        let begun = begun.await.unwrap();
        assert_eq!(begun.status(), StatusCode::SEE_OTHER);
        let leaving = self.get(location(&begun)).await;
        let refresh = leaving.headers()["refresh"].to_str().unwrap();
        let on = refresh.strip_prefix("0; url=").unwrap().to_owned();
        let service = self.get(&on).await;
        let dana = mock_intacct::browser::Person {
            company: "Nordlicht-DEV",
            user: "dana",
            password: "not-a-real-password-dana",
        };
        let allow = mock_intacct::browser::Consent::Allow;
        let address = location(&service).to_owned();
        mock_intacct::browser::sign_in(&address, dana, allow)
            .await
            .unwrap()
    }
}

fn location(response: &Response) -> &str {
    response.headers()[LOCATION].to_str().unwrap()
}

/// A page over a stored credential of a regular user, whose browser is on its way back; the service is slow.
struct Exchanging {
    kept: Kept,
    serve: Running,
    browser: Browser,
    back: String,
    held: InjectedFault,
}

impl Exchanging {
    fn start(on: On) -> Self {
        let kept = Kept::on(on);
        kept.stage.regular_user();
        kept.run(&["credentials", "add", "credential.toml"])
            .ends_with(0);
        let mut serve = kept.start_mocked(&[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--redirect-uri",
            "https://127.0.0.1:0/callback",
        ]);
        let link = serve.see(|line| line.contains("/open?key="));
        let link: Url = link.trim().parse().unwrap();
        serve.hear(|line| line.contains("Ctrl-C ends it."));
        let status = kept.run(&["credentials", "status", "Sample", "--json"]);
        let id = status.json()["id"].as_str().unwrap().to_owned();
        let (browser, back) = block_on(async {
            let browser = Browser::open(&link).await;
            let back = browser.sign_in(&format!("credentials/{id}")).await;
            (browser, back)
        });
        let slow = FaultRule::new(Fault::SlowHead).on_path("/oauth2/token");
        let held = kept.mock.inject(slow);
        Self {
            kept,
            serve,
            browser,
            back,
            held,
        }
    }

    /// Comes back; `then` is done while the code is exchanged.
    async fn come_back(&mut self, then: impl AsyncFnOnce(&mut Running, &InjectedFault)) {
        let Self {
            serve,
            browser,
            back,
            held,
            ..
        } = self;
        let answer = browser.send(Method::GET, back, String::new());
        let acting = async {
            held.reached(1).await;
            then(serve, held).await;
        };
        // The browser may get its answer or not.
        let _ = tokio::join!(answer, acting);
    }
}

#[rstest]
#[case::terminated(Signal::TERM)]
#[case::interrupted(Signal::INT)]
fn a_code_that_is_being_exchanged_is_stored_before_the_page_ends(
    #[case] signal: Signal,
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let mut exchanging = Exchanging::start(on);
    block_on(exchanging.come_back(async |serve, held| {
        serve.signal(signal);
        serve.hear(|line| line.contains("is brought to its end first"));
        held.release();
    }));
    let Exchanging { kept, serve, .. } = exchanging;
    serve.end().ends_with(0);
    assert_eq!(kept.state(), "connected");
    kept.mocked(&["renew", "Sample"]).ends_with(0);
}

/// Longer than the page waits for browsers.
#[test]
fn a_browser_that_has_gone_keeps_no_code_from_being_stored() {
    let mut exchanging = Exchanging::start(On::Sqlite);
    block_on(async {
        let Exchanging {
            serve,
            browser,
            back,
            held,
            ..
        } = &mut exchanging;
        let answer = browser.send(Method::GET, back, String::new());
        tokio::select! {
            _ = answer => panic!("the service has not answered"),
            () = held.reached(1) => {}
        }
        serve.signal(Signal::TERM);
        serve.hear(|line| line.contains("is brought to its end first"));
        held.release();
    });
    let Exchanging { kept, serve, .. } = exchanging;
    serve.end().ends_with(0);
    assert_eq!(kept.state(), "connected");
}

#[test]
fn a_second_signal_ends_the_page_at_once_and_says_what_that_risks() {
    let mut exchanging = Exchanging::start(On::Sqlite);
    block_on(exchanging.come_back(async |serve, _| {
        serve.signal(Signal::TERM);
        serve.hear(|line| line.contains("is brought to its end first"));
        serve.signal(Signal::TERM);
        serve.wait();
    }));
    let Exchanging { serve, held, .. } = exchanging;
    serve
        .end()
        .ends_with(143)
        .says("Ended at once")
        .says("has to be connected again");
    drop(held);
}
