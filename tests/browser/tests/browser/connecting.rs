//! From an empty form to connected and tested.

use crate::driver::Browser;
use crate::stage::Stage;
use crate::walk::{ACCESS_TOKEN, REFRESH_TOKEN};

#[tokio::test]
async fn a_web_services_user_connects_from_an_empty_page() {
    let stage = Stage::start().await;
    let browser = Browser::at(&stage).await;
    assert_eq!(browser.text("h2").await, "No credentials yet");
    browser.follow("Add your first credential").await;
    assert_eq!(browser.text("h1").await, "Sage Intacct REST Credentials");
    for token in [ACCESS_TOKEN, REFRESH_TOKEN] {
        assert_eq!(browser.filled(token).await, "", "{token}");
    }
    browser.fill_in_loader(&stage, "Production").await;
    browser.press("Connect").await;
    assert_eq!(browser.text("h1").await, "Production");
    browser.assert_connected().await;
    assert_tells(&browser, &["ws-loader", "Nordlicht-DEV", "in 12 h"]).await;
    browser.test_connection().await;
    stage.mock.ledger().token_requests().assert_statuses(&[200]);
}

#[tokio::test]
async fn a_regular_user_connects_from_an_empty_page() {
    let stage = Stage::start().await;
    let browser = Browser::at(&stage).await;
    browser.follow("Add your first credential").await;
    browser.fill_in_regular(&stage, "Dana's").await;
    browser.press("Connect").await;
    browser.consent(&stage, "dana").await;
    assert_eq!(browser.text("h1").await, "Dana's");
    let address = browser.address().await;
    assert_eq!(address.query(), None, "no code is left in the address");
    browser.assert_connected().await;
    assert_tells(&browser, &["dana", "Nordlicht-DEV", "in 12 h"]).await;
    browser.test_connection().await;
    stage.mock.ledger().token_requests().assert_statuses(&[200]);
}

#[tokio::test]
async fn a_connected_credential_is_listed_with_whom_it_stands_for() {
    let stage = Stage::start().await;
    let browser = Browser::at(&stage).await;
    browser.follow("Add your first credential").await;
    browser.fill_in_loader(&stage, "Production").await;
    browser.press("Connect").await;
    browser.follow("Credentials").await;
    assert_eq!(browser.state().await, "connected");
    assert_tells(
        &browser,
        &["Production", "ws-loader", "Nordlicht-DEV", "in 12 h"],
    )
    .await;
    browser.follow("Production").await;
    assert_eq!(browser.text("h1").await, "Production");
}

#[tokio::test]
async fn a_connection_is_renewed_connected_again_and_ended_with_its_consequences_said() {
    let stage = Stage::start().await;
    let address = stage.add_loader("Production").await;
    let browser = Browser::at(&stage).await;
    browser.visit(&address).await;
    browser.press("Connect").await;
    let renewing = stage.mock.ledger().token_requests().len();
    browser.press("Renew now").await;
    assert_eq!(
        browser.tone().await,
        "good",
        "{}",
        browser.whereabouts().await
    );
    stage
        .mock
        .ledger()
        .token_requests()
        .assert_count(renewing + 1);
    browser.press("Connect again").await;
    browser.assert_connected().await;
    for (link, question, verb, state) in [
        (
            "Revoke",
            "Revoke Production at the service?",
            "Revoke at the service",
            "draft",
        ),
        (
            "Disconnect",
            "Disconnect Production?",
            "Disconnect",
            "draft",
        ),
    ] {
        if browser.state().await == "draft" {
            browser.press("Connect").await;
        }
        browser.follow(link).await;
        assert_eq!(browser.text("h1").await, question);
        assert!(
            browser.all("main li").await.len() > 1,
            "{}",
            browser.whereabouts().await
        );
        browser.follow("Cancel").await;
        assert_eq!(browser.state().await, "connected", "{link}");
        browser.follow(link).await;
        browser.press(verb).await;
        assert_eq!(
            browser.state().await,
            state,
            "{}",
            browser.whereabouts().await
        );
        assert_eq!(browser.filled(ACCESS_TOKEN).await, "");
    }
    browser.follow("History").await;
    assert!(
        browser.all("main li").await.len() >= 7,
        "{}",
        browser.whereabouts().await
    );
    browser.visit(&address).await;
    browser.follow("Remove").await;
    browser.press("Remove").await;
    assert_eq!(browser.text("h1").await, "Credentials");
    assert_eq!(browser.text("h2").await, "Removed");
    stage.mock.ledger().revocations().assert_count(1);
}

#[tokio::test]
async fn a_second_connection_of_a_user_is_asked_about_first() {
    let stage = Stage::start().await;
    let settings = || crate::stage::session(&stage.company());
    stage.add_connected("First", settings()).await;
    let second = stage.add("Second", settings()).await;
    let browser = Browser::at(&stage).await;
    browser.visit(&second).await;
    browser.press("Connect").await;
    assert_eq!(browser.text("h1").await, "Connect Second all the same?");
    assert_tells(&browser, &["First stands for the same user and company"]).await;
    stage.mock.ledger().token_requests().assert_count(1);
    browser.follow("Cancel").await;
    assert_eq!(browser.state().await, "draft");
    browser.press("Connect").await;
    browser.press("Connect anyway").await;
    browser.assert_connected().await;
}

#[tokio::test]
async fn another_user_than_before_takes_over_only_once_that_is_confirmed() {
    let stage = Stage::start().await;
    let address = stage.add_regular("Dana's").await;
    let browser = Browser::at(&stage).await;
    browser.visit(&address).await;
    browser.press("Connect").await;
    browser.consent(&stage, "dana").await;
    browser.assert_connected().await;
    browser.press("Connect again").await;
    browser.consent(&stage, "admin").await;
    assert_tells(&browser, &["dana", "admin"]).await;
    stage.mock.ledger().token_requests().assert_count(2);
    browser.press("Connect as the other user").await;
    browser.assert_connected().await;
    assert_tells(&browser, &["admin"]).await;
    stage.mock.ledger().token_requests().assert_count(2);
}

/// The page says all of it.
async fn assert_tells(browser: &Browser, texts: &[&str]) {
    let said = browser.text("main").await;
    for text in texts {
        assert!(said.contains(text), "`{text}` is not said in:\n{said}");
    }
}
