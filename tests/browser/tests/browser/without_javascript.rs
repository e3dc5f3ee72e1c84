//! A browser that runs no script: everything but what is said while typing.

use crate::driver::Browser;
use crate::fields::{assert_error_loses_nothing, assert_follows_the_flow};
use crate::stage::Stage;

async fn open(stage: &Stage) -> Browser {
    let browser = Browser::open().await;
    browser.without_javascript().await;
    browser.enter(stage).await;
    browser
}

#[tokio::test]
async fn a_web_services_user_connects_and_tests_without_javascript() {
    let stage = Stage::start().await;
    let browser = open(&stage).await;
    browser.follow("Add your first credential").await;
    browser.fill_in_loader(&stage, "Production").await;
    browser.press("Connect").await;
    browser.assert_connected().await;
    browser.test_connection().await;
}

#[tokio::test]
async fn a_regular_user_connects_and_tests_without_javascript() {
    let stage = Stage::start().await;
    let browser = open(&stage).await;
    browser.follow("Add your first credential").await;
    browser.fill_in_regular(&stage, "Dana's").await;
    browser.press("Connect").await;
    browser.consent(&stage, "dana").await;
    browser.assert_connected().await;
    browser.test_connection().await;
}

#[tokio::test]
async fn the_form_follows_the_flow_and_keeps_what_was_typed_without_javascript() {
    let stage = Stage::start().await;
    let browser = open(&stage).await;
    browser.follow("Add your first credential").await;
    assert_follows_the_flow(&browser).await;
    assert_error_loses_nothing(&browser).await;
    assert_runs_no_script(&browser).await;
}

/// Nothing was said while typing, so nothing ran that would have asked.
async fn assert_runs_no_script(browser: &Browser) {
    let log = browser.log("performance").await;
    let log = serde_json::to_string(&log).unwrap();
    assert!(log.contains("/new"), "the network is seen");
    assert!(!log.contains("/validate"));
}
