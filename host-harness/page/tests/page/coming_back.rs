//! Every way of coming back from the service's sign-in that is not the one that was begun. Each has an
//! end of its own, and none asks for a token.

use std::time::Duration;

use mock_intacct::browser::Consent;
use rstest::rstest;

use crate::browser::Browser;
use crate::stage::{CLIENT_SECRET, World, regular_user};

struct Begun {
    world: World,
    browser: Browser,
    /// The credential's page.
    path: String,
    /// Where the service sent the browser.
    back: String,
}

/// As far as the way back, which is not yet gone.
async fn begun(consent: Consent) -> Begun {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let (path, back) = begin(&world, &mut browser, "Dana's", consent).await;
    Begun {
        world,
        browser,
        path,
        back,
    }
}

async fn begin(
    world: &World,
    browser: &mut Browser,
    name: &str,
    consent: Consent,
) -> (String, String) {
    let fields = [&regular_user(name)[..], &[("action", "connect")]].concat();
    let answer = browser.post("/new", &fields).await;
    let address = browser.leave(&answer).await;
    let back = world.walk(&address, "dana", consent).await;
    (world.path_of(name).await, back)
}

impl Begun {
    #[track_caller]
    fn assert_no_token_request(&self) {
        self.world.mock.ledger().token_requests().assert_count(0);
        self.world.assert_hides(&[CLIENT_SECRET]);
    }

    /// The sign-in that was begun can still be finished.
    async fn assert_still_open(mut self) {
        self.assert_no_token_request();
        self.browser.get(&self.back).await.is(303);
        let page = self.browser.get(&self.path).await;
        assert!(page.notice().starts_with("Connected"), "{}", page.notice());
    }
}

#[tokio::test]
async fn another_browser_without_a_session_gets_nothing() {
    let begun = begun(Consent::Allow).await;
    let mut another = begun.world.stranger();
    another
        .get(&begun.back)
        .await
        .is(403)
        .says("Another browser");
    begun.assert_still_open().await;
}

#[tokio::test]
async fn another_browser_with_a_session_of_its_own_gets_nothing() {
    let begun = begun(Consent::Allow).await;
    let mut another = begun.world.visitor().await;
    another
        .get(&begun.back)
        .await
        .is(400)
        .says("Not this sign-in");
    begun.assert_still_open().await;
}

#[tokio::test]
async fn a_session_that_is_over_gets_nothing() {
    let mut begun = begun(Consent::Allow).await;
    begun.browser.post("/sign-out", &[]).await.is(303);
    begun
        .browser
        .get(&begun.back)
        .await
        .is(403)
        .says("Another browser");
    begun.assert_no_token_request();
}

#[tokio::test]
async fn coming_back_twice_uses_nothing_twice() {
    let mut begun = begun(Consent::Allow).await;
    begun.browser.get(&begun.back).await.is(303);
    let again = begun.browser.get(&begun.back).await;
    again.is(410).says("Already answered");
    assert!(
        again.text.contains(&begun.path),
        "it leads to the credential"
    );
    begun.world.mock.ledger().token_requests().assert_count(1);
    begun.browser.get(&begun.path).await.says("Connected");
}

#[tokio::test]
async fn of_two_that_come_back_at_once_one_is_answered() {
    let begun = begun(Consent::Allow).await;
    let (mut one, mut other) = (begun.browser.clone(), begun.browser.clone());
    let (one, other) = tokio::join!(one.get(&begun.back), other.get(&begun.back));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410]);
    begun.world.mock.ledger().token_requests().assert_count(1);
}

#[tokio::test]
async fn coming_back_too_late_is_told_from_other_ways() {
    let mut begun = begun(Consent::Allow).await;
    begun.world.advance(Duration::from_secs(600));
    begun
        .browser
        .get(&begun.back)
        .await
        .is(410)
        .says("Too late");
    begun
        .browser
        .get(&begun.back)
        .await
        .is(410)
        .says("Too late");
    begun.assert_no_token_request();
}

/// What becomes of `state=…` in the address.
#[rstest]
#[case::made_up(|_: &str| "state=not-a-real-state".to_owned())]
#[case::one_letter_more(|state: &str| format!("{state}x"))]
#[case::missing(|_: &str| String::new())]
#[case::empty(|_: &str| "state=".to_owned())]
#[case::given_twice(|state: &str| format!("{state}&{state}"))]
#[case::given_twice_with_another(|state: &str| format!("{state}&state=x"))]
#[tokio::test]
async fn a_state_that_was_tampered_with_ends_nothing(#[case] tamper: fn(&str) -> String) {
    let mut begun = begun(Consent::Allow).await;
    let start = begun.back.find("state=").unwrap();
    let state = begun.back[start..].split('&').next().unwrap();
    let tampered = begun.back.replace(state, &tamper(state));
    let answer = begun.browser.get(&tampered).await;
    answer.is(400).says("Not this sign-in").says("still open");
    assert!(
        !answer.text.contains(&begun.browser.base),
        "whoever has the cookie alone learns no address of the session"
    );
    begun.assert_still_open().await;
}

#[tokio::test]
async fn a_sign_in_that_was_replaced_is_over() {
    let mut begun = begun(Consent::Allow).await;
    let later = begun
        .browser
        .post(&format!("{}/connect", begun.path), &[])
        .await;
    begun
        .browser
        .get(&begun.back)
        .await
        .is(410)
        .says("Replaced by a later sign-in");
    begun.assert_no_token_request();
    let page = begun
        .world
        .come_back(&mut begun.browser, &later, "dana")
        .await;
    assert!(page.notice().starts_with("Connected"), "{}", page.notice());
}

/// Each in a tab of its own, whichever comes back first.
#[rstest]
#[case::in_order(false)]
#[case::the_other_way_round(true)]
#[tokio::test]
async fn sign_ins_for_two_credentials_are_both_finished(#[case] turned: bool) {
    let mut begun = begun(Consent::Allow).await;
    let fields = [&regular_user("Second")[..], &[("action", "connect")]].concat();
    let answer = begun.browser.post("/new", &fields).await;
    let address = begun.browser.leave(&answer).await;
    let second_back = begun.world.walk(&address, "admin", Consent::Allow).await;
    let second = begun.world.path_of("Second").await;
    let mut tabs = [
        (begun.path.clone(), begun.back.clone()),
        (second, second_back),
    ];
    if turned {
        tabs.reverse();
    }
    for (path, back) in &tabs {
        let answer = begun.browser.get(back).await;
        assert_eq!(answer.is(303).location(), begun.browser.address(path));
        let page = begun.browser.get(path).await;
        assert!(page.notice().starts_with("Connected"), "{}", page.notice());
    }
    begun.world.mock.ledger().token_requests().assert_count(2);
}

#[tokio::test]
async fn of_too_many_sign_ins_the_oldest_is_given_up() {
    let mut begun = begun(Consent::Allow).await;
    for number in 0..8 {
        let name = format!("Another {number}");
        let fields = [&regular_user(&name)[..], &[("action", "connect")]].concat();
        begun.browser.post("/new", &fields).await.is(303);
    }
    let answer = begun.browser.get(&begun.back).await;
    answer.is(410).says("Given up");
    begun.assert_no_token_request();
    // It is no longer said to be open.
    let page = begun.browser.get(&begun.path).await;
    assert!(!page.words().contains("A sign-in is open"));
}

#[tokio::test]
async fn refusing_consent_is_explained() {
    let mut begun = begun(Consent::Deny).await;
    assert!(begun.back.contains("error=access_denied"), "{}", begun.back);
    let answer = begun.browser.get(&begun.back).await;
    assert_eq!(
        answer.is(303).location(),
        begun.browser.address(&begun.path)
    );
    let page = begun.browser.get(&begun.path).await;
    let notice = page.notice();
    assert!(notice.starts_with("Not connected"), "{notice}");
    assert!(notice.contains("To be done by: you"), "{notice}");
    assert!(page.text.contains("data-state=\"draft\""));
    begun
        .browser
        .get(&begun.back)
        .await
        .is(410)
        .says("Already answered");
    begun.assert_no_token_request();
}

#[rstest]
#[case::no_code(|back: &str| strip(back, "code="), "without a code")]
#[case::code_and_error(|back: &str| format!("{back}&error=access_denied"), "contradicts itself")]
#[case::two_codes(|back: &str| format!("{back}&code=x"), "contradicts itself")]
#[tokio::test]
async fn an_answer_that_is_none_ends_the_sign_in(
    #[case] change: fn(&str) -> String,
    #[case] says: &str,
) {
    let mut begun = begun(Consent::Allow).await;
    begun.browser.get(&change(&begun.back)).await.is(303);
    let notice = begun.browser.get(&begun.path).await.notice();
    assert!(notice.contains(says), "{notice}");
    assert!(notice.contains("No token was asked for."), "{notice}");
    begun.browser.get(&begun.back).await.is(410);
    begun.assert_no_token_request();
}

fn strip(address: &str, parameter: &str) -> String {
    let (base, query) = address.split_once('?').unwrap();
    let rest = query.split('&').filter(|it| !it.starts_with(parameter));
    format!("{base}?{}", rest.collect::<Vec<_>>().join("&"))
}

#[tokio::test]
async fn going_back_without_an_answer_leaves_the_sign_in_open_and_says_until_when() {
    let begun = begun(Consent::Allow).await;
    let mut browser = begun.browser.clone();
    let page = browser.get(&begun.path).await;
    page.says("A sign-in is open").says("Start again");
    begun.assert_still_open().await;
}

#[tokio::test]
async fn settings_that_changed_during_the_sign_in_end_it() {
    let mut begun = begun(Consent::Allow).await;
    let fields = [("name", "Dana's"), ("f.client_id", "another.app.sage.com")];
    let edited = begun.browser.post_and_follow(&begun.path, &fields).await;
    assert!(edited.notice().starts_with("Saved"), "{}", edited.words());
    begun.browser.get(&begun.back).await.is(303);
    let notice = begun.browser.get(&begun.path).await.notice();
    assert!(notice.contains("settings were changed"), "{notice}");
    begun.assert_no_token_request();
}

#[tokio::test]
async fn a_credential_that_was_removed_during_the_sign_in_stays_so() {
    let mut begun = begun(Consent::Allow).await;
    begun
        .browser
        .post(&format!("{}/remove", begun.path), &[])
        .await
        .is(303);
    begun.browser.get(&begun.back).await.is(404).says("removed");
    begun.assert_no_token_request();
}
