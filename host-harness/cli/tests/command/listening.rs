//! The listener by itself, as a program that embeds it sees it.

use std::time::Duration;

use harness_cli::callback::{Arrival, CallbackError, Ending, Listener, LoopbackRedirect};
use reqwest::{Certificate, Client, StatusCode};
use tokio::task::JoinHandle;

use crate::stage::block_on;

const WAIT: Duration = Duration::from_secs(60);

struct Listening {
    redirect_uri: String,
    arrival: JoinHandle<Result<Arrival, CallbackError>>,
    client: Client,
}

/// A listener at any free port, and a client that trusts its certificate and no other.
async fn listen() -> Listening {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let redirect = LoopbackRedirect::parse("https://127.0.0.1:0/callback").unwrap();
    let listener = Listener::bind(redirect).await.unwrap();
    let certificate = Certificate::from_der(listener.certificate()).unwrap();
    let client = Client::builder()
        .tls_certs_only([certificate])
        .build()
        .unwrap();
    Listening {
        redirect_uri: listener.redirect_uri().to_owned(),
        arrival: tokio::spawn(listener.wait(WAIT)),
        client,
    }
}

impl Listening {
    fn get(&self, query: &str) -> JoinHandle<reqwest::Result<reqwest::Response>> {
        let request = self.client.get(format!("{}{query}", self.redirect_uri));
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
        let browser = listening.get("?code=not-a-real-code&state=a%20b");
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
    let outcome = listener.wait(WAIT).await;
    assert!(matches!(outcome, Err(CallbackError::TimedOut(WAIT))));
    // Timers are exact to a millisecond.
    assert_eq!(begun.elapsed().as_secs(), WAIT.as_secs());
}
