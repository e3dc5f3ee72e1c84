//! How much is done at a time. The page's clock moves when a test moves it.

use std::time::Duration;

use credential_page::{Pace, PageTerms};
use rstest::rstest;

use crate::stage::{Setting, World};

const SECOND: Duration = Duration::from_secs(1);

fn terms() -> PageTerms {
    PageTerms {
        openings: Pace::new(2, 10 * SECOND),
        sendings: Pace::new(2, 5 * SECOND),
        ..PageTerms::default()
    }
}

async fn paced() -> World {
    World::with(Setting {
        page: |it| it.terms(terms()),
        ..Setting::default()
    })
    .await
}

#[tokio::test]
async fn requests_have_a_pace() {
    let world = World::with(Setting {
        page: |it| {
            it.terms(PageTerms {
                requests: Pace::new(3, SECOND),
                ..terms()
            })
        },
        ..Setting::default()
    })
    .await;
    let mut browser = world.stranger();
    for _ in 0..3 {
        browser.get("/").await.is(401);
    }
    let refused = browser.get("/assets/page.css").await;
    assert_eq!(refused.is(429).says("Too fast").header("retry-after"), "1");
    world.advance(SECOND);
    browser.get("/").await.is(401);
    browser.get("/").await.is(429);
    world.advance(60 * SECOND);
    for _ in 0..3 {
        browser.get("/").await.is(401);
    }
    browser.get("/").await.is(429);
}

#[tokio::test]
async fn links_have_a_pace_of_their_own() {
    let world = paced().await;
    let mut browser = world.stranger();
    let link = world.page.invite();
    browser.get("/open?key=a").await.is(403);
    browser.get("/open?key=b").await.is(403);
    let refused = browser.get(link.url()).await;
    assert_eq!(refused.is(429).header("retry-after"), "10");
    browser.get("/").await.is(401);
    world.advance(10 * SECOND);
    // It was not used up by the attempt that was refused.
    browser.get(link.url()).await.is(303);
}

#[rstest]
#[case::connecting("/connect")]
#[case::testing("/test")]
#[case::renewing("/renew")]
#[case::revoking("/revoke")]
#[tokio::test]
async fn what_asks_the_service_has_a_pace(#[case] act: &str) {
    let world = paced().await;
    let mut browser = world.visitor().await;
    let path = world.loader(&mut browser, "Loader").await;
    browser.post(&format!("{path}/test"), &[]).await.is(303);
    let before = world.mock.ledger().len();
    let refused = browser.post(&format!("{path}{act}"), &[]).await;
    assert_eq!(refused.is(429).header("retry-after"), "5");
    assert_eq!(world.mock.ledger().len(), before);
    browser.get(&path).await.is(200);
    world.advance(5 * SECOND);
    browser.post(&format!("{path}{act}"), &[]).await.is(303);
}

#[tokio::test]
async fn a_form_to_be_connected_is_kept_to_the_pace_before_it_is_stored() {
    let world = paced().await;
    let mut browser = world.visitor().await;
    let path = world.loader(&mut browser, "Loader").await;
    browser.post(&format!("{path}/test"), &[]).await.is(303);
    let fields = [
        &crate::stage::regular_user("Second")[..],
        &[("action", "connect")],
    ]
    .concat();
    browser.post("/new", &fields).await.is(429);
    assert_eq!(world.only().await.name.as_str(), "Loader");
    browser
        .post("/new", &crate::stage::regular_user("Second"))
        .await
        .is(303);
}

#[test]
fn a_pace_without_a_first_is_read_as_one() {
    assert_eq!(Pace::new(0, SECOND), Pace::new(1, SECOND));
}
