//! The listener by itself, as a program that embeds it sees it.

use std::time::Duration;

use harness_cli::callback::{Arrival, CallbackError, Ending, Listener, LoopbackRedirect};
use reqwest::{Certificate, Client, StatusCode};
use tokio::task::JoinHandle;

use crate::stage::block_on;

/// Where the sign-in leads.
const SERVICE: &str = "https://service.example/authorize?state=a%20b";

const WAIT: Duration = Duration::from_secs(60);

struct Listening {
    redirect_uri: String,
    arrival: JoinHandle<Result<Arrival, CallbackError>>,
    client: Client,
    cookie: String,
}

/// A listener at any free port, and a client that trusts its certificate and no other.
async fn listen() -> Listening {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let redirect = LoopbackRedirect::parse("https://127.0.0.1:0/callback").unwrap();
    let listener = Listener::bind(redirect).await.unwrap();
    let certificate = Certificate::from_der(listener.certificate()).unwrap();
    let client = Client::builder()
        .tls_certs_only([certificate])
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let redirect_uri = listener.redirect_uri().to_owned();
    let waiting = listener.expect(SERVICE).unwrap();
    let (start, left) = (waiting.start(), waiting.left());
    let arrival = tokio::spawn(waiting.wait(WAIT));
    let begun = client.get(start.expose()).send().await.unwrap();
    left.notified().await;
    assert_eq!(begun.status(), StatusCode::SEE_OTHER);
    assert_eq!(begun.headers()["location"], SERVICE);
    let cookie = begun.headers()["set-cookie"].to_str().unwrap();
    Listening {
        redirect_uri,
        arrival,
        client,
        cookie: cookie.split(';').next().unwrap().to_owned(),
    }
}

#[test]
fn a_sign_in_without_a_state_is_not_begun() {
    block_on(async {
        let redirect = LoopbackRedirect::parse("https://127.0.0.1:0/callback").unwrap();
        let listener = Listener::bind(redirect).await.unwrap();
        let begun = listener.expect("https://service.example/authorize?code=x");
        assert!(matches!(begun, Err(CallbackError::Stateless)));
    });
}

/// Attack 19, at the command's listener.
#[test]
fn connections_that_are_left_unfinished_shut_nobody_out() {
    block_on(async {
        let listening = listen().await;
        let address = listening.redirect_uri.strip_prefix("https://").unwrap();
        let address = address.strip_suffix("/callback").unwrap();
        let mut held = Vec::new();
        for _ in 0..200 {
            held.push(tokio::net::TcpStream::connect(address).await.unwrap());
        }
        let browser = listening.get("?code=1");
        let arrival = listening.arrival.await.unwrap().unwrap();
        arrival.answer(Ending::success("Done", "")).await;
        assert_eq!(browser.await.unwrap().unwrap().status(), StatusCode::OK);
        drop(held);
    });
}

impl Listening {
    /// Comes back with the cookie and the state, and with this besides.
    fn get(&self, query: &str) -> JoinHandle<reqwest::Result<reqwest::Response>> {
        let url = format!("{}{query}&state=a%20b", self.redirect_uri);
        let request = self.client.get(url).header("cookie", &self.cookie);
        tokio::spawn(request.send())
    }
}

#[test]
fn the_certificate_is_for_the_loopback_address_and_its_name() {
    block_on(async {
        let listening = listen().await;
        let not_found =
            |url: String| async { listening.client.get(url).send().await.unwrap().status() };
        let by_address = listening.redirect_uri.replace("/callback", "/x");
        let by_name = by_address.replace("127.0.0.1", "localhost");
        assert_eq!(not_found(by_address).await, StatusCode::NOT_FOUND);
        assert_eq!(not_found(by_name).await, StatusCode::NOT_FOUND);
    });
}

#[test]
fn the_address_is_handed_over_whole_and_the_browser_waits_for_the_ending() {
    block_on(async {
        let listening = listen().await;
        let browser = listening.get("?code=not-a-real-code");
        let arrival = listening.arrival.await.unwrap().unwrap();
        let expected = format!(
            "{}?code=not-a-real-code&state=a%20b",
            listening.redirect_uri
        );
        assert_eq!(arrival.redirected().expose(), expected);
        assert!(!browser.is_finished());
        arrival.answer(Ending::success("Done", "It worked.")).await;
        let page = browser.await.unwrap().unwrap().text().await.unwrap();
        assert!(
            page.contains("It worked. Go back to the terminal"),
            "{page}"
        );
    });
}

#[test]
fn nobody_is_listened_to_after_the_first() {
    block_on(async {
        let listening = listen().await;
        let first = listening.get("?code=1");
        let arrival = listening.arrival.await.unwrap().unwrap();
        let second = listening.client.get(&listening.redirect_uri).send().await;
        assert!(second.is_err(), "{second:?}");
        arrival.answer(Ending::failure("No", "It did not.")).await;
        assert_eq!(
            first.await.unwrap().unwrap().status(),
            StatusCode::BAD_REQUEST
        );
    });
}

#[test]
fn a_request_that_is_too_large_is_refused_and_the_listener_goes_on() {
    block_on(async {
        let listening = listen().await;
        let large = listening
            .get(&format!("?code={}", "x".repeat(70 << 10)))
            .await
            .unwrap();
        let status = large.map(|it| it.status());
        assert!(!matches!(status, Ok(StatusCode::OK)), "{status:?}");
        assert!(!listening.arrival.is_finished());
        let browser = listening.get("?code=1");
        let arrival = listening.arrival.await.unwrap().unwrap();
        arrival.answer(Ending::success("Done", "")).await;
        assert_eq!(browser.await.unwrap().unwrap().status(), StatusCode::OK);
    });
}

/// The clock is the test's: it goes on by itself once there is nothing else to do.
#[tokio::test(start_paused = true)]
async fn nobody_who_comes_back_ends_the_waiting_in_time() {
    let redirect = LoopbackRedirect::parse("https://127.0.0.1:0/callback").unwrap();
    let listener = Listener::bind(redirect).await.unwrap();
    let begun = tokio::time::Instant::now();
    let outcome = listener.expect(SERVICE).unwrap().wait(WAIT).await;
    assert!(matches!(outcome, Err(CallbackError::TimedOut(WAIT))));
    // Timers are exact to a millisecond.
    assert_eq!(begun.elapsed().as_secs(), WAIT.as_secs());
}
