//! What it costs a newcomer.

use crate::driver::Browser;
use crate::stage::Stage;
use crate::walk::{REGULAR, WEB_SERVICES};

/// For reading what is there, deciding, and one click or one field.
const SECONDS_A_STEP: usize = 10;

/// What is promised.
const SECONDS: usize = 120;

#[tokio::test]
async fn a_newcomer_connects_and_tests_in_two_minutes_with_either_flow() {
    for (flow, most) in [(WEB_SERVICES, 5), (REGULAR, 10)] {
        let stage = Stage::start_trial().await;
        let browser = Browser::at(&stage).await;
        assert!(
            browser.has("#trial a[href]").await,
            "nothing tells of the mock"
        );
        browser.follow("Add your first credential").await;
        browser.choose(flow).await;
        browser.press("Connect").await;
        if flow == REGULAR {
            browser.consent(&stage, "dana").await;
        }
        browser.assert_connected().await;
        browser.test_connection().await;
        let steps = browser.steps();
        println!("{flow}: {steps} clicks and fields");
        assert!(steps <= most, "{flow}: {steps}");
        assert!(steps * SECONDS_A_STEP < SECONDS, "{flow}: {steps}");
    }
}

#[tokio::test]
async fn the_trial_says_how_to_sign_in_and_leads_to_the_switches() {
    let stage = Stage::start_trial().await;
    let browser = Browser::at(&stage).await;
    let trial = browser.text("#trial").await;
    assert!(trial.contains("dana"), "{trial}");
    let link = browser.attribute("#trial a[href]", "href").await;
    assert_eq!(link, Some(format!("{}/", stage.mock.origin())));
}
