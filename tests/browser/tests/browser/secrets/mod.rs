//! No secret stays in the browser: not in a page, not in its storage, not in the console, not on the
//! network but where it has to pass.
//!
//! Two places are where it has to: the body of the form in which it is typed, and the address on which
//! the service sends the browser back, which holds the code. That address must not stay either.

mod traces;

use url::Url;

use crate::driver::Browser;
use crate::stage::Stage;
use crate::walk::{CLIENT_SECRET, SESSION_ID, WEB_SERVICES};
use traces::Traces;

/// Every secret there is: what was typed, what the mock gave out, what the runtime drew.
fn canaries(stage: &Stage) -> Vec<String> {
    let company = stage.company();
    let mut canaries = stage.mock.issued().secrets();
    canaries.push(company.applications[0].client_secret.clone());
    canaries.push(company.sessions[0].session_id.clone());
    let ledger = stage.mock.ledger().authorization_requests();
    let challenges = ledger
        .entries()
        .iter()
        .filter_map(|it| it.query_parameter("code_challenge"));
    canaries.extend(challenges.map(|challenge| stage.drawn.verifier_of(challenge)));
    canaries
}

/// A Web Services user by a session, mistakes included.
async fn by_session(stage: &Stage, browser: &Browser, traces: &mut Traces) {
    browser.follow("Add your first credential").await;
    browser.fill_in_application(stage, "").await;
    browser.press("Connect").await;
    traces.take("a form with errors", browser).await;
    browser.client.refresh().await.unwrap();
    traces.take("the same, reloaded", browser).await;
    browser.fill("Name", "By session").await;
    browser.choose(WEB_SERVICES).await;
    browser
        .fill(SESSION_ID, &stage.company().sessions[0].session_id)
        .await;
    browser.press("Save").await;
    traces.take("a credential that was saved", browser).await;
    browser.press("Connect").await;
    browser.assert_connected().await;
    traces.take("a credential that is connected", browser).await;
    browser.press("Test connection").await;
    traces.take("a test", browser).await;
    for page in ["Disconnect", "Revoke", "Remove", "History"] {
        let address = browser.address().await;
        browser.follow(page).await;
        traces.take(page, browser).await;
        browser.visit(address.as_str()).await;
    }
    browser.unfold(&format!("Replace {CLIENT_SECRET}")).await;
    traces.take("a secret to be replaced", browser).await;
}

/// A regular user, who comes back with a code.
async fn by_consent(stage: &Stage, browser: &Browser, traces: &mut Traces) {
    browser.visit("/new").await;
    browser.fill_in_regular(stage, "By consent").await;
    browser.press("Connect").await;
    browser.consent(stage, "dana").await;
    browser.assert_connected().await;
    traces
        .take("a credential that was signed in to", browser)
        .await;
    browser.press("Renew now").await;
    traces.take("a renewal", browser).await;
    browser.follow("Credentials").await;
    traces.take("the list", browser).await;
}

#[tokio::test]
async fn no_secret_stays_in_the_browser() {
    let stage = Stage::start().await;
    let browser = Browser::at(&stage).await;
    let mut traces = Traces::default();
    by_session(&stage, &browser, &mut traces).await;
    by_consent(&stage, &browser, &mut traces).await;
    traces.take_logs(&browser, &stage.redirect_uri).await;
    let canaries = canaries(&stage);
    // Two typed; access, refresh and the session in their claims, twice at least; code and verifier.
    assert!(canaries.len() >= 10, "{}", canaries.len());
    assert_eq!(traces.find(&canaries), Vec::<String>::new());
    assert_controls(
        &traces,
        &canaries,
        &stage.company().applications[0].client_secret,
    );
    assert_cookie(&stage, &browser, &traces).await;
}

/// What was left out holds what has to pass: the search would have found it elsewhere.
fn assert_controls(traces: &Traces, canaries: &[String], client_secret: &str) {
    let passed = traces.find_in_what_passes(canaries);
    assert!(
        passed >= 4,
        "secrets, verifier apart, that passed: {passed}"
    );
    let mut planted = traces.clone();
    planted.plant("a page", client_secret);
    assert_eq!(planted.find(canaries), ["a page"]);
}

/// Scripts do not see the cookie, and nothing but the requests' headers shows it.
async fn assert_cookie(stage: &Stage, browser: &Browser, traces: &Traces) {
    let origin: Url = stage.origin.parse().unwrap();
    let name = format!("credential-page-{}", origin.port().unwrap());
    let cookies = browser.client.get_all_cookies().await.unwrap();
    let cookie = cookies.iter().find(|cookie| cookie.name() == name).unwrap();
    assert_eq!(cookie.http_only(), Some(true));
    assert_eq!(traces.find_in_pages(cookie.value()), Vec::<String>::new());
}
