//! The command's redirect listener in a real browser, which begins at a file on the disk.

use std::time::Duration;

use credential_connections::record::{Name, Tenant};
use harness_cli::callback::{Ending, Listener, LoopbackRedirect, Waiting};

use crate::driver::Browser;
use crate::stage::Stage;

const WAIT: Duration = Duration::from_secs(60);

/// A listener that waits for a sign-in that was begun, and where that leads.
async fn begin(stage: &Stage) -> (Waiting, String) {
    let _ = stage.add_regular("Dana's").await;
    let redirect = LoopbackRedirect::parse("https://127.0.0.1:0/callback").unwrap();
    let listener = Listener::bind(redirect).await.unwrap();
    let name: Name = "Dana's".parse().unwrap();
    let tenant = Tenant::default();
    let back = listener.redirect_uri().to_owned();
    let begin = stage
        .connections
        .begin_connect(&tenant, &name, &back, "x", None);
    let url = begin.await.unwrap().url;
    (listener.expect(&url).unwrap(), url)
}

#[tokio::test]
async fn the_browser_that_left_comes_back_and_another_does_not() {
    let stage = Stage::start().await;
    let (waiting, url) = begin(&stage).await;
    let file = tempfile::Builder::new().suffix(".html").tempfile().unwrap();
    let start = waiting.start();
    let refresh = format!(
        "<meta http-equiv=refresh content=\"0; url={}\">",
        start.expose()
    );
    std::fs::write(file.path(), refresh).unwrap();
    let arrival = tokio::spawn(waiting.wait(WAIT));
    let (person, thief) = Browser::open_two().await;

    // Somebody who saw the address at the service signs in first.
    thief.visit(&url).await;
    thief.consent(&stage, "admin").await;
    assert_eq!(thief.text("h1").await, "Another browser");
    assert!(!arrival.is_finished());

    person
        .visit(&format!("file://{}", file.path().display()))
        .await;
    person.sign_in(&stage, "dana").await;
    // The browser waits for its last page until the command has answered.
    let answering = async {
        let arrival = arrival.await.unwrap().unwrap();
        let ending = Ending::success("Connected", "It worked.");
        arrival.answer(ending).await;
    };
    tokio::join!(person.press("Allow"), answering);
    assert_eq!(person.text("h1").await, "Connected");
}
