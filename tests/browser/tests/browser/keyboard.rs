//! A person without a mouse.

use fantoccini::Locator;

use crate::driver::{Browser, Key};
use crate::stage::Stage;
use crate::walk::{CLIENT_ID, CLIENT_SECRET, USERNAME, WEB_SERVICES};

impl Browser {
    /// Presses a key that leads to another page.
    async fn key_away(&self, key: Key) {
        self.turn(async || self.key(key).await).await;
    }

    async fn type_into(&self, label: &str, text: &str) {
        self.tab_to("textbox", label).await;
        self.type_keys(text).await;
    }
}

#[tokio::test]
async fn a_web_services_user_connects_with_the_keyboard_alone() {
    let stage = Stage::start().await;
    let browser = Browser::at(&stage).await;
    browser.tab_to("link", "Add your first credential").await;
    browser.key_away(Key::Enter).await;
    let application = &stage.company().applications[0];
    browser.type_into("Name", "Production").await;
    browser.type_into(CLIENT_ID, &application.client_id).await;
    browser
        .type_into(CLIENT_SECRET, &application.client_secret)
        .await;
    browser.tab_to("radio", "Regular User").await;
    browser.key(Key::Space).await;
    browser.key(Key::Down).await;
    assert!(browser.chosen(WEB_SERVICES).await);
    browser.type_into(USERNAME, "ws-loader@Nordlicht-DEV").await;
    browser.key(Key::ShiftTab).await;
    assert_eq!(
        browser.focused().await,
        ("radio".to_owned(), WEB_SERVICES.to_owned())
    );
    browser.tab_to("button", "Connect").await;
    browser.key_away(Key::Enter).await;
    browser.assert_connected().await;
    browser.tab_to("button", "Test connection").await;
    browser.key_away(Key::Space).await;
    assert_eq!(
        browser.tone().await,
        "good",
        "{}",
        browser.whereabouts().await
    );
}

#[tokio::test]
async fn the_first_stop_leads_past_the_header() {
    let stage = Stage::start().await;
    let browser = Browser::at(&stage).await;
    browser.tab_to("link", "Skip to the content").await;
    browser.key(Key::Enter).await;
    browser.tab_to("link", "Add your first credential").await;
}

#[tokio::test]
async fn after_a_failed_submit_the_focus_is_on_the_summary_and_leads_to_the_field() {
    let stage = Stage::start().await;
    let browser = Browser::at(&stage).await;
    browser.follow("Add your first credential").await;
    browser.type_into("Name", "Production").await;
    browser.key_away(Key::Enter).await;
    let focused = browser.client.active_element().await.unwrap();
    assert_eq!(
        focused.attr("id").await.unwrap().as_deref(),
        Some("summary")
    );
    assert_eq!(browser.role_of(&focused).await, "alert");
    browser.tab_to("link", CLIENT_ID).await;
    browser.key(Key::Enter).await;
    assert_eq!(
        browser.focused().await,
        ("textbox".to_owned(), CLIENT_ID.to_owned())
    );
    stage.mock.ledger().token_requests().assert_count(0);
}

#[tokio::test]
async fn whatever_can_be_clicked_can_be_reached() {
    let stage = Stage::start().await;
    let address = stage.add_loader("Production").await;
    let browser = Browser::at(&stage).await;
    browser.visit(&address).await;
    let mut stops = Vec::new();
    let all = browser
        .client
        .find_all(Locator::Css(CLICKABLE))
        .await
        .unwrap();
    for element in all {
        if element.is_displayed().await.unwrap() {
            stops.push(browser.name_of(&element).await);
        }
    }
    assert!(stops.len() > 8, "{stops:?}");
    let mut reached = Vec::new();
    for _ in 0..=stops.len() + 8 {
        browser.key(Key::Tab).await;
        reached.push(browser.focused().await.1);
    }
    let missed: Vec<_> = stops
        .iter()
        .filter(|stop| !reached.contains(stop))
        .collect();
    assert!(missed.is_empty(), "{missed:?} are not among {reached:?}");
}

/// Of a group of radio buttons the keyboard stops at one.
const CLICKABLE: &str =
    "a[href], button, summary, select, input:not([type=hidden]):not([type=radio])";
