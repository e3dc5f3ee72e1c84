//! No screen has a barrier that axe-core knows of, in light and in dark, on a desk and on a phone; none
//! scrolls sideways on a small phone; none breaks its own Content-Security-Policy.

mod audit;

use crate::driver::Browser;
use crate::stage::Stage;
use crate::walk::{CLIENT_ID, REGULAR, USERNAME, WEB_SERVICES};
use audit::Audit;

#[tokio::test]
async fn the_list_and_the_form_have_no_barrier() {
    let stage = Stage::start_trial().await;
    let audit = Audit::of(Browser::at(&stage).await);
    let browser = &audit.browser;
    audit.look("the empty list").await;
    browser.follow("Add your first credential").await;
    audit.look("the new form").await;
    browser.choose(REGULAR).await;
    audit.look("the new form for a regular user").await;
    browser.choose(WEB_SERVICES).await;
    audit.look("the new form for a Web Services user").await;
    browser.fill(CLIENT_ID, "nordlicht-sender").await;
    browser.fill(USERNAME, "ws-loader").await;
    browser.press("Connect").await;
    audit.look("the form with errors and a warning").await;
    browser.client.refresh().await.unwrap();
    audit.look("the form that was kept").await;
    audit.end().await;
}

#[tokio::test]
async fn a_credential_in_its_states_has_no_barrier() {
    let stage = Stage::start().await;
    let address = stage.add_loader("Production").await;
    let browser = Browser::at(&stage).await;
    let audit = Audit::of(browser);
    let browser = &audit.browser;
    browser.visit(&address).await;
    audit.look("a draft").await;
    stage
        .mock
        .set_switch("web-services-subscription", "off")
        .unwrap();
    browser.press("Connect").await;
    audit.look("a credential that was refused").await;
    stage
        .mock
        .set_switch("web-services-subscription", "on")
        .unwrap();
    browser.press("Connect").await;
    audit.look("a connected credential").await;
    browser.unfold("Replace Client Secret").await;
    audit.look("a secret to be replaced").await;
    browser.press("Test connection").await;
    audit.look("a test that passed").await;
    stage
        .mock
        .set_switch("user-may-read:ws-loader", "off")
        .unwrap();
    browser.press("Test connection").await;
    audit.look("a test that failed").await;
    browser.follow("Credentials").await;
    audit.look("the list").await;
    audit.end().await;
}

#[tokio::test]
async fn questions_endings_and_the_history_have_no_barrier() {
    let stage = Stage::start().await;
    let settings = crate::stage::web_services_user(&stage.company());
    let address = stage.add_connected("Production", settings).await;
    let dana = stage.add_regular("Dana's").await;
    let audit = Audit::of(Browser::at(&stage).await);
    let browser = &audit.browser;
    for page in ["disconnect", "revoke", "remove", "history"] {
        browser.visit(&format!("{address}/{page}")).await;
        audit.look(page).await;
    }
    browser.visit(&dana).await;
    browser.press("Connect").await;
    browser.arrive_at_service(&stage).await;
    browser.visit(&dana).await;
    audit.look("a sign-in that is open").await;
    browser
        .visit(&format!("{}?state=unknown", stage.redirect_uri))
        .await;
    audit.look("another sign-in's way back").await;
    browser.visit("/nowhere").await;
    audit.look("no such page").await;
    browser.visit("/").await;
    browser.press("Sign out").await;
    audit.look("signed out").await;
    browser.visit(&stage.link()).await;
    audit.look("a link to open").await;
    browser
        .visit(&format!("{}/open?key=unknown", stage.origin))
        .await;
    audit.look("a link that is no longer good").await;
    audit.end().await;
}
