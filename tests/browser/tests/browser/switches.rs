//! Every switch of the mock company, set wrong, in both flows: what the page shows suffices to put it
//! right.

use std::collections::BTreeSet;

use credential_connections::record::Name;
use mock_intacct::Switch;
use mock_intacct::browser::Person;
use serde_json::json;

use crate::driver::Browser;
use crate::stage::{Stage, regular_user, session, web_services_user};

/// What a person meets with a switch set wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Met {
    /// Connected, and every check passed.
    Nothing,
    /// The service's own sign-in page refuses.
    Service,
    /// The page says why connecting failed.
    Refusal,
    /// The page says which check failed.
    Check,
}

/// Kinds of switches, and what is met at the worst with one of them.
type Summary = BTreeSet<(String, Met)>;

/// Each wrong value; a switch that takes any number is set to a small one.
fn wrong(switch: &Switch) -> Vec<String> {
    let others = switch
        .choices
        .iter()
        .filter(|choice| **choice != switch.value);
    match switch.choices.is_empty() {
        true => vec!["60".to_owned()],
        false => others.cloned().collect(),
    }
}

/// How a credential signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Regular,
    WebServices,
    /// A Web Services user by a session.
    Session,
}

async fn add(stage: &Stage, case: &str, flow: Flow) -> String {
    let company = stage.company();
    let settings = match flow {
        Flow::Regular => regular_user(&company),
        Flow::WebServices => web_services_user(&company),
        Flow::Session => session(&company),
    };
    stage.add(case, settings).await
}

async fn meet(stage: &Stage, browser: &Browser, case: &str, flow: Flow) -> Met {
    browser.visit(&add(stage, case, flow).await).await;
    browser.press("Connect").await;
    if flow == Flow::Regular && !passes_the_service(stage, browser).await {
        assert!(browser.has("[role=alert]").await, "{case}");
        return Met::Service;
    }
    if browser.state().await != "connected" {
        assert_refusal_is_explained(stage, browser, case).await;
        return Met::Refusal;
    }
    browser.press("Test connection").await;
    if browser.has("#notice [data-outcome=failed]").await {
        assert_failed_check_is_explained(stage, browser, case).await;
        return Met::Check;
    }
    assert!(browser.has("#notice [data-passed=true]").await, "{case}");
    Met::Nothing
}

/// Whether the service's own pages lead back, with a code or with an error.
async fn passes_the_service(stage: &Stage, browser: &Browser) -> bool {
    if !browser.arrive_at_service_or_back(stage).await {
        return true;
    }
    if browser.text("h1").await == "Sign in" {
        sign_in_at_once(stage, browser).await;
    }
    let asked = browser.text("h1").await == "Allow access?";
    if asked {
        browser.press("Allow").await;
    }
    asked
}

/// The same as a person does elsewhere, forty times over.
async fn sign_in_at_once(stage: &Stage, browser: &Browser) {
    let company = stage.company();
    let dana = Person::of(&company, "dana").unwrap();
    let filled = json!({"company": dana.company, "user": dana.user, "password": dana.password});
    let submit = async || {
        browser.client.execute(SIGN_IN, vec![filled]).await.unwrap();
    };
    browser.turn(submit).await;
}

const SIGN_IN: &str = "\
const form = document.querySelector('form');
for (const [name, value] of Object.entries(arguments[0])) form.elements[name].value = value;
form.submit();";

/// What happened, what to do, who has to, and the guide's step, as the library has them.
async fn assert_refusal_is_explained(stage: &Stage, browser: &Browser, case: &str) {
    assert_eq!(
        browser.tone().await,
        "bad",
        "{case}: {}",
        browser.whereabouts().await
    );
    let failure = stage.status(case).await.overview.last_failure;
    let notice = browser.notice().await;
    // Refused at the consent, so nothing was asked for and nothing is stored.
    let Some(failure) = failure else {
        assert!(notice.contains("To be done by:"), "{case}: {notice}");
        return;
    };
    let told = failure.diagnosis;
    assert_told(&notice, &told.message, told.hint.as_deref(), case);
    assert_step_is_open(browser, told.setup_step.as_deref(), case).await;
}

async fn assert_failed_check_is_explained(stage: &Stage, browser: &Browser, case: &str) {
    let name: Name = case.parse().unwrap();
    let checks = stage
        .connections
        .test(&Default::default(), &name)
        .await
        .unwrap();
    let failed = checks.into_iter().filter_map(|check| check.diagnosis);
    let notice = browser.notice().await;
    for told in failed {
        assert_told(&notice, &told.message, told.hint.as_deref(), case);
        assert_step_is_open(browser, told.setup_step.as_deref(), case).await;
    }
}

#[track_caller]
fn assert_told(notice: &str, message: &str, hint: Option<&str>, case: &str) {
    let hint = hint.unwrap_or_else(|| panic!("{case}: nothing says what to do"));
    for text in [message, hint, "To be done by:"] {
        assert!(
            notice.contains(text),
            "{case}: `{text}` is not in:\n{notice}"
        );
    }
}

async fn assert_step_is_open(browser: &Browser, step: Option<&str>, case: &str) {
    if let Some(step) = step {
        let css = format!("#step-{step}[open]");
        assert!(browser.has(&css).await, "{case}: {step} is not open");
    }
}

/// Goes through those switches that are of these kinds; through all of them, where none is named.
async fn go_through(flow: Flow, kinds: &[&str]) -> Summary {
    let stage = Stage::start().await;
    let browser = Browser::at(&stage).await;
    let before = stage.company();
    let mut summary = Summary::new();
    for switch in stage.mock.switches() {
        let kind = switch.name.split(':').next().unwrap_or_default();
        if !kinds.is_empty() && !kinds.contains(&kind) {
            continue;
        }
        for value in wrong(&switch) {
            let case = format!("{} = {value}", switch.name);
            stage.mock.set_switch(&switch.name, &value).unwrap();
            summary.insert((kind.to_owned(), meet(&stage, &browser, &case, flow).await));
            stage.mock.change(|company| *company = before.clone());
            // The next is not to stand beside it for the same user.
            stage.remove(&case).await;
        }
    }
    summary
}

/// The kinds with which nothing was met, whatever they were set to.
fn unmet(summary: &Summary) -> Vec<&str> {
    let kinds: BTreeSet<&str> = summary.iter().map(|(kind, _)| kind.as_str()).collect();
    let met = summary.iter().filter(|(_, met)| *met != Met::Nothing);
    let met: BTreeSet<&str> = met.map(|(kind, _)| kind.as_str()).collect();
    kinds.difference(&met).copied().collect()
}

#[track_caller]
fn assert_meets(summary: &Summary, kinds: &[(&str, Met)]) {
    for (kind, met) in kinds {
        let there = summary.contains(&((*kind).to_owned(), *met));
        assert!(there, "{kind}: {summary:?}");
    }
}

/// What matters only once a connection is there. A new switch that belongs here is to be looked at.
const LATER: [&str; 5] = [
    "access-lifetime",
    "lists-checked",
    "rotation",
    "second-consent-kills-first",
    "stale-token-answer",
];

#[tokio::test]
async fn each_switch_set_wrong_is_explained_to_a_web_services_user() {
    let summary = go_through(Flow::WebServices, &[]).await;
    let refused = [
        "company",
        "web-services-subscription",
        "sender",
        "authorized-client",
        "application",
        "user",
        "user-kind",
    ];
    assert_meets(&summary, &refused.map(|kind| (kind, Met::Refusal)));
    assert_meets(&summary, &[("user-may-read", Met::Check)]);
    let others = [
        "refresh-token-with-client-credentials",
        "session",
        "sign-in-page",
        "user-administrator",
    ];
    assert_unmet(&summary, &others);
}

#[tokio::test]
async fn each_switch_set_wrong_is_explained_to_a_regular_user() {
    let summary = go_through(Flow::Regular, &[]).await;
    let by_the_service = ["company", "application", "user", "user-kind"];
    assert_meets(&summary, &by_the_service.map(|kind| (kind, Met::Service)));
    let refused = [
        "web-services-subscription",
        "sender",
        "authorized-client",
        "sign-in-page",
    ];
    assert_meets(&summary, &refused.map(|kind| (kind, Met::Refusal)));
    assert_meets(&summary, &[("user-may-read", Met::Check)]);
    let others = [
        "refresh-token-with-client-credentials",
        "session",
        "user-administrator",
    ];
    assert_unmet(&summary, &others);
}

#[tokio::test]
async fn each_switch_of_a_session_set_wrong_is_explained_to_whoever_uses_one() {
    let kinds = ["session", "refresh-token-with-client-credentials"];
    let summary = go_through(Flow::Session, &kinds).await;
    assert_meets(&summary, &kinds.map(|kind| (kind, Met::Refusal)));
}

#[track_caller]
fn assert_unmet(summary: &Summary, others: &[&str]) {
    let mut expected = [&LATER[..], others].concat();
    expected.sort_unstable();
    assert_eq!(unmet(summary), expected, "{summary:?}");
}
