//! A page under a path, in a real browser: its files load, its script is answered, a form leads on, the way
//! back finds the session, and the Content-Security-Policy that names paths lets all of that through.

use crate::driver::{Browser, Key};
use crate::stage::Stage;
use crate::walk::USERNAME;

#[tokio::test]
async fn a_page_under_a_path_connects_and_never_leaves_the_path() {
    let stage = Stage::start_under("/tools/intacct").await;
    let browser = Browser::at(&stage).await;
    let home = format!("{}/tools/intacct/s/", stage.origin);
    assert!(browser.address().await.as_str().starts_with(&home));
    let script = "return getComputedStyle(document.querySelector('header.bar')).display + \
                  document.querySelector('header img').naturalWidth";
    let drawn = browser.client.execute(script, Vec::new()).await.unwrap();
    assert!(
        !drawn.as_str().unwrap().ends_with("k0"),
        "{drawn}: no picture"
    );

    browser.follow("Add your first credential").await;
    browser.fill_in_loader(&stage, "Production").await;
    browser.fill(USERNAME, "nobody").await;
    browser.key(Key::Tab).await;
    let problem = "#problem-username[data-severity=error]";
    let said = async || browser.has(problem).await;
    browser.until("what the script was told", said).await;

    browser.fill_in_regular(&stage, "Dana's").await;
    browser.press("Connect").await;
    browser.consent(&stage, "dana").await;
    assert_eq!(browser.text("h1").await, "Dana's");
    browser.assert_connected().await;
    assert!(browser.address().await.as_str().starts_with(&home));
    browser.test_connection().await;

    let log = browser.log("browser").await;
    let refused = log.iter().map(ToString::to_string);
    let refused: Vec<String> = refused
        .filter(|it| it.contains("Content Security"))
        .collect();
    assert_eq!(refused, Vec::<String>::new());
    browser.press("Sign out").await;
    assert_eq!(browser.text("h1").await, "No session");
    let outside = format!("{}/tools/", stage.origin);
    browser.visit(&outside).await;
    assert_eq!(browser.text("body").await, "Not found");
}
