//! How much is done at a time. The page's clock moves when a test moves it.

use std::time::Duration;

use credential_page::{Pace, PageTerms};
use rstest::rstest;

use crate::stage::{Setting, World};

const SECOND: Duration = Duration::from_secs(1);

fn terms() -> PageTerms {
    PageTerms {
        sendings: Pace::new(2, 5 * SECOND),
        strangers: Pace::new(3, SECOND),
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
async fn requests_of_a_session_have_a_rate() {
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
    // Opening it takes one.
    let mut browser = world.visitor().await;
    let mut another = world.visitor().await;
    browser.get("/").await.is(200);
    browser.get("/").await.is(200);
    let refused = browser.get("/new").await;
    assert_eq!(refused.is(429).says("Too fast").header("retry-after"), "1");
    another.get("/").await.is(200);
    world.advance(SECOND);
    browser.get("/").await.is(200);
    browser.get("/").await.is(429);
    world.advance(60 * SECOND);
    for _ in 0..3 {
        browser.get("/").await.is(200);
    }
    browser.get("/").await.is(429);
}

/// What somebody sends who has neither a session nor a link.
#[rstest]
#[case::links_that_were_made_up("GET", "/open?key=KEY")]
#[case::links_that_were_made_up_and_sent("POST", "/open?key=KEY")]
#[case::the_page_without_a_session("GET", "/")]
#[case::sessions_that_were_made_up("GET", "/s/KEY/")]
#[case::forms_of_sessions_that_were_made_up("POST", "/s/KEY/new")]
#[case::paths_that_are_none("GET", "/KEY")]
#[case::ways_back_that_were_made_up("GET", "BACK?code=x&state=KEY")]
#[tokio::test]
async fn a_stranger_uses_up_what_strangers_have_and_nothing_of_others(
    #[case] method: &str,
    #[case] what: &str,
) {
    let world = paced().await;
    let mut visitor = world.visitor().await;
    let mut stranger = world.stranger();
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let mut refused = 0;
    for number in 0..50 {
        let key = format!("not-a-real-key-{number}");
        let path = what
            .replace("KEY", &key)
            .replace("BACK", &world.redirect_uri);
        let request = stranger.request(method.clone(), &path);
        let request = request.header("origin", &world.origin);
        let answer = stranger.send(request).await;
        assert!(answer.status.is_client_error(), "{}", answer.status);
        refused += usize::from(answer.status == 429);
    }
    assert_eq!(refused, 47);
    // Whoever has a session goes on, and whoever has a link comes in.
    visitor.get("/").await.is(200);
    visitor.get("/assets/page.css").await.is(200);
    let mut invited = world.stranger();
    invited.open(world.page.invite().url()).await.is(303);
    invited.get("/").await.is(200);
    let path = world.signed_in(&mut invited, "Dana's", "dana").await;
    invited.get(&path).await.is(200);
}

#[tokio::test]
async fn what_one_session_sends_takes_nothing_from_another() {
    let world = paced().await;
    let (mut one, mut other) = (world.visitor().await, world.visitor().await);
    let path = world.loader(&mut one, "Loader").await;
    one.post(&format!("{path}/test"), &[]).await.is(303);
    one.post(&format!("{path}/test"), &[]).await.is(429);
    other.get(&path).await.is(200);
    other.post(&format!("{path}/test"), &[]).await.is(303);
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
