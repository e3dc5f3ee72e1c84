//! Coming back from the sign-in in other ways than with a code for the sign-in that is open: each has
//! an end of its own, and no token is asked for.

use std::time::Duration;

use mock_intacct::browser::{self, Consent, Person};
use url::Url;

use crate::driver::Browser;
use crate::stage::Stage;

/// Longer than a sign-in may take.
const TOO_LONG: Duration = Duration::from_secs(601);

/// Begins a sign-in in the browser; gives the address that the service sends it back to, with consent.
async fn begin(stage: &Stage, browser: &Browser, address: &str) -> Url {
    browser.visit(address).await;
    let again = browser.offers("Start again").await;
    browser
        .press(if again { "Start again" } else { "Connect" })
        .await;
    browser.arrive_at_service(stage).await;
    let at = browser.address().await;
    let company = stage.company();
    let dana = Person::of(&company, "dana").unwrap();
    let back = browser::sign_in(at.as_str(), dana, Consent::Allow)
        .await
        .unwrap();
    back.parse().unwrap()
}

/// The same address, with another state or none.
fn with_state(back: &Url, state: Option<&str>) -> Url {
    let mut other = back.clone();
    let kept = back.query_pairs().filter(|(name, _)| name != "state");
    other.query_pairs_mut().clear().extend_pairs(kept);
    if let Some(state) = state {
        other.query_pairs_mut().append_pair("state", state);
    }
    other
}

/// The browser is at an end of this title, which leads on.
async fn assert_ends(browser: &Browser, title: &str) {
    assert_eq!(
        browser.text("h1").await,
        title,
        "{}",
        browser.whereabouts().await
    );
    let said = browser.text("main").await;
    assert!(
        said.contains("oken was asked for") || said.contains("not used again"),
        "{said}"
    );
}

#[tokio::test]
async fn refusing_consent_is_told_with_what_to_do() {
    let stage = Stage::start().await;
    let address = stage.add_regular("Dana's").await;
    let browser = Browser::at(&stage).await;
    browser.visit(&address).await;
    browser.press("Connect").await;
    browser.sign_in(&stage, "dana").await;
    browser.press("Deny").await;
    assert_eq!(browser.text("h1").await, "Dana's");
    assert_eq!(browser.tone().await, "bad");
    let notice = browser.notice().await;
    assert!(notice.contains("To be done by:"), "{notice}");
    assert_eq!(browser.state().await, "draft");
    stage.mock.ledger().token_requests().assert_count(0);
}

#[tokio::test]
async fn going_back_cancels_and_the_sign_in_can_be_started_again() {
    let stage = Stage::start().await;
    let address = stage.add_regular("Dana's").await;
    let browser = Browser::at(&stage).await;
    browser.visit(&address).await;
    browser.press("Connect").await;
    browser.arrive_at_service(&stage).await;
    assert_eq!(browser.text("h1").await, "Sign in");
    browser.client.back().await.unwrap();
    browser.client.refresh().await.unwrap();
    assert_eq!(browser.text("h1").await, "Dana's");
    let said = browser.text("main").await;
    assert!(said.contains("A sign-in is open"), "{said}");
    stage.mock.ledger().token_requests().assert_count(0);
    browser.press("Start again").await;
    browser.consent(&stage, "dana").await;
    browser.assert_connected().await;
}

#[tokio::test]
async fn coming_back_twice_asks_for_tokens_once() {
    let stage = Stage::start().await;
    let address = stage.add_regular("Dana's").await;
    let browser = Browser::at(&stage).await;
    let back = begin(&stage, &browser, &address).await;
    browser.visit(back.as_str()).await;
    browser.assert_connected().await;
    browser.visit(back.as_str()).await;
    assert_ends(&browser, "Already answered").await;
    stage.mock.ledger().token_requests().assert_count(1);
    browser.follow("To the credential").await;
    assert_eq!(browser.state().await, "connected");
}

#[tokio::test]
async fn a_state_that_is_not_ours_ends_nothing_and_asks_for_no_token() {
    let stage = Stage::start().await;
    let address = stage.add_regular("Dana's").await;
    let browser = Browser::at(&stage).await;
    let back = begin(&stage, &browser, &address).await;
    let state = back
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap()
        .1
        .into_owned();
    let mut altered = state.clone();
    altered.replace_range(..1, if state.starts_with('A') { "B" } else { "A" });
    let mut twice = back.clone();
    twice.query_pairs_mut().append_pair("state", &state);
    for (case, forged) in [
        ("altered", with_state(&back, Some(&altered))),
        ("shortened", with_state(&back, Some(&state[1..]))),
        ("empty", with_state(&back, Some(""))),
        ("missing", with_state(&back, None)),
        ("given twice", twice),
    ] {
        browser.visit(forged.as_str()).await;
        println!("{case}");
        assert_ends(&browser, "Not this sign-in").await;
        stage.mock.ledger().token_requests().assert_count(0);
    }
    browser.visit(back.as_str()).await;
    browser.assert_connected().await;
}

#[tokio::test]
async fn a_sign_in_that_took_too_long_is_over() {
    let stage = Stage::start().await;
    let address = stage.add_regular("Dana's").await;
    let browser = Browser::at(&stage).await;
    let back = begin(&stage, &browser, &address).await;
    stage.advance(TOO_LONG);
    browser.visit(back.as_str()).await;
    assert_ends(&browser, "Too late").await;
    stage.mock.ledger().token_requests().assert_count(0);
}

#[tokio::test]
async fn a_later_sign_in_of_the_same_credential_replaces_the_earlier_one() {
    let stage = Stage::start().await;
    let address = stage.add_regular("Dana's").await;
    let browser = Browser::at(&stage).await;
    let old = begin(&stage, &browser, &address).await;
    let new = begin(&stage, &browser, &address).await;
    assert_ne!(old, new);
    browser.visit(old.as_str()).await;
    assert_ends(&browser, "Replaced by a later sign-in").await;
    stage.mock.ledger().token_requests().assert_count(0);
    browser.visit(new.as_str()).await;
    browser.assert_connected().await;
}

#[tokio::test]
async fn sign_ins_of_two_credentials_stand_beside_each_other() {
    let stage = Stage::start().await;
    let browser = Browser::at(&stage).await;
    let mut begun = Vec::new();
    for name in ["First", "Second"] {
        let address = stage.add_regular(name).await;
        begun.push((name, begin(&stage, &browser, &address).await));
    }
    for (name, back) in begun {
        browser.visit(back.as_str()).await;
        browser.assert_connected().await;
        assert_eq!(browser.text("h1").await, name);
    }
    stage.mock.ledger().token_requests().assert_count(2);
}

#[tokio::test]
async fn another_browser_cannot_finish_a_sign_in() {
    let stage = Stage::start().await;
    let address = stage.add_regular("Dana's").await;
    let (one, other) = Browser::open_two().await;
    one.enter(&stage).await;
    let back = begin(&stage, &one, &address).await;
    other.visit(back.as_str()).await;
    assert_ends(&other, "Another browser").await;
    other.enter(&stage).await;
    other.visit(back.as_str()).await;
    assert_ends(&other, "Not this sign-in").await;
    stage.mock.ledger().token_requests().assert_count(0);
    one.visit(back.as_str()).await;
    one.assert_connected().await;
}
