//! The form as it is filled in: what is asked for, what is said while typing, and what is kept.

use crate::driver::Browser;
use crate::stage::Stage;
use crate::walk::{CLIENT_ID, CLIENT_SECRET, REGULAR, USERNAME, WEB_SERVICES};

const SECRET: &str = "not-a-real-secret-typed-by-hand-01";

async fn open_form(stage: &Stage) -> Browser {
    let browser = Browser::at(stage).await;
    browser.follow("Add your first credential").await;
    browser
}

/// What is said beside a field, once something is.
async fn said_beside(browser: &Browser, field: &str, severity: &str) -> String {
    let css = format!("#problem-{field}[data-severity={severity}]");
    browser
        .until("a problem", async || browser.has(&css).await)
        .await;
    browser.text(&css).await
}

/// As a person does who goes on with Tab.
async fn leave_field(browser: &Browser) {
    browser.key(crate::driver::Key::Tab).await;
}

#[tokio::test]
async fn only_what_the_chosen_flow_needs_is_asked_for() {
    let stage = Stage::start().await;
    let browser = open_form(&stage).await;
    assert_follows_the_flow(&browser).await;
}

/// Also of use where no script runs.
pub(crate) async fn assert_follows_the_flow(browser: &Browser) {
    for (flow, username, redirect) in [(WEB_SERVICES, true, false), (REGULAR, false, true)] {
        browser.choose(flow).await;
        assert_eq!(browser.asks_for(USERNAME).await, username, "{flow}");
        for (step, shown) in [
            ("web-services-user", username),
            ("redirect-address", redirect),
        ] {
            let step = browser.element(&format!("#step-{step}")).await;
            assert_eq!(step.is_displayed().await.unwrap(), shown, "{flow}");
        }
    }
}

#[tokio::test]
async fn what_a_flow_does_not_need_is_not_stored() {
    let stage = Stage::start().await;
    let browser = open_form(&stage).await;
    browser.fill_in_loader(&stage, "Changed my mind").await;
    browser.choose(REGULAR).await;
    browser.press("Save").await;
    let stored = stage.status("Changed my mind").await;
    let text = format!("{:?}", stored.kept);
    assert!(text.contains("regular_user"), "{text}");
    assert!(!text.contains("ws-loader"), "{text}");
}

#[tokio::test]
async fn problems_appear_on_leaving_a_field_and_warnings_apart_from_errors() {
    let stage = Stage::start().await;
    let browser = open_form(&stage).await;
    assert!(
        !browser.has("[id^=problem-][data-severity]").await,
        "nothing was typed yet"
    );
    browser.fill(CLIENT_ID, "nordlicht-sender").await;
    leave_field(&browser).await;
    let warning = said_beside(&browser, "client_id", "warning").await;
    assert!(warning.contains("Worth a look"), "{warning}");
    let untouched = "#problem-name[data-severity], #problem-flow_type[data-severity]";
    assert!(!browser.has(untouched).await, "they were never left");
    browser.choose(WEB_SERVICES).await;
    browser.fill(USERNAME, "ws-loader").await;
    leave_field(&browser).await;
    let error = said_beside(&browser, "username", "error").await;
    assert!(!error.contains("Worth a look"), "{error}");
    let invalid = browser
        .attribute("[name='f.username']", "aria-invalid")
        .await;
    assert_eq!(invalid.as_deref(), Some("true"));
    browser.fill(USERNAME, "ws-loader@Nordlicht-DEV").await;
    leave_field(&browser).await;
    let gone = async || !browser.has("#problem-username[data-severity]").await;
    browser.until("no problem", gone).await;
    stage.mock.ledger().token_requests().assert_count(0);
}

#[tokio::test]
async fn an_error_loses_nothing_that_was_typed() {
    let stage = Stage::start().await;
    let browser = open_form(&stage).await;
    assert_error_loses_nothing(&browser).await;
    stage.mock.ledger().token_requests().assert_count(0);
}

/// Also of use where no script runs.
pub(crate) async fn assert_error_loses_nothing(browser: &Browser) {
    browser.fill("Name", "Production").await;
    browser
        .fill(CLIENT_ID, "0123456789abcdef0123.app.sage.com")
        .await;
    browser.fill(CLIENT_SECRET, SECRET).await;
    browser.choose(WEB_SERVICES).await;
    browser.fill(USERNAME, "ws-loader").await;
    browser.press("Connect").await;
    let summary = browser.text("#summary[role=alert]").await;
    assert!(summary.contains("Username"), "{summary}");
    for _ in 0..2 {
        assert_eq!(browser.filled("Name").await, "Production");
        assert_eq!(
            browser.filled(CLIENT_ID).await,
            "0123456789abcdef0123.app.sage.com"
        );
        assert_eq!(browser.filled(USERNAME).await, "ws-loader");
        assert!(browser.chosen(WEB_SERVICES).await);
        let said = browser.text("main").await;
        assert!(
            said.contains("Typed, not saved yet (34 characters)"),
            "{said}"
        );
        browser.client.refresh().await.unwrap();
    }
}

#[tokio::test]
async fn a_reload_loses_nothing_that_was_typed() {
    let stage = Stage::start().await;
    let browser = open_form(&stage).await;
    browser.fill("Name", "Production").await;
    browser.fill(CLIENT_SECRET, SECRET).await;
    browser.choose(WEB_SERVICES).await;
    browser.fill(USERNAME, "ws-loader").await;
    leave_field(&browser).await;
    said_beside(&browser, "username", "error").await;
    browser.client.refresh().await.unwrap();
    assert_eq!(browser.filled("Name").await, "Production");
    assert_eq!(browser.filled(USERNAME).await, "ws-loader");
    let said = browser.text("main").await;
    assert!(
        said.contains("Typed, not saved yet (34 characters)"),
        "{said}"
    );
    browser.press("Discard changes").await;
    browser.visit("/new").await;
    assert_eq!(browser.filled("Name").await, "");
    let said = browser.text("main").await;
    assert!(!said.contains("Typed, not saved yet"), "{said}");
}

#[tokio::test]
async fn a_stored_secret_is_replaced_without_being_shown() {
    let stage = Stage::start().await;
    let address = stage.add_loader("Production").await;
    let browser = Browser::at(&stage).await;
    browser.visit(&address).await;
    let said = browser.text("main").await;
    assert!(said.contains("Set "), "{said}");
    assert!(
        !browser.asks_for(CLIENT_SECRET).await,
        "the input is folded away"
    );
    browser.unfold("Replace Client Secret").await;
    assert_eq!(browser.filled(CLIENT_SECRET).await, "");
    browser.fill(CLIENT_SECRET, SECRET).await;
    browser.press("Connect").await;
    assert_eq!(
        browser.tone().await,
        "bad",
        "{}",
        browser.whereabouts().await
    );
    stage
        .mock
        .change(|company| company.applications[0].client_secret = SECRET.to_owned());
    browser.press("Connect").await;
    browser.assert_connected().await;
}

#[tokio::test]
async fn a_name_that_is_taken_is_told_beside_the_name() {
    let stage = Stage::start().await;
    stage.add_loader("Production").await;
    let browser = Browser::at(&stage).await;
    browser.follow("Add credential").await;
    browser.fill_in_loader(&stage, "Production").await;
    browser.press("Connect").await;
    assert!(browser.has("#problem-name[data-severity=error]").await);
    browser.fill("Name", "Another").await;
    browser.press("Connect").await;
    browser.assert_connected().await;
}
