//! Disconnecting, revoking, removing, and the history that tells of it.

use mock_intacct::{Fault, FaultRule, TokenState, Wait};

use crate::stage::{CLIENT_SECRET, World, by_session};

#[tokio::test]
async fn disconnecting_is_explained_and_leaves_the_service_alone() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let path = world.loader(&mut browser, "Loader").await;
    let requests = world.mock.ledger().len();
    let asked = browser.get(&format!("{path}/disconnect")).await;
    asked
        .is(200)
        .says("Disconnect Loader?")
        .says("The service is told nothing")
        .says("Cancel");
    assert!(world.only().await.tokens.is_some(), "asking does nothing");
    let done = browser
        .post_and_follow(&format!("{path}/disconnect"), &[])
        .await;
    assert!(
        done.notice().starts_with("Disconnected"),
        "{}",
        done.notice()
    );
    assert_eq!(world.only().await.tokens, None);
    world.mock.ledger().assert_count(requests);
}

#[tokio::test]
async fn revoking_says_first_what_else_it_ends() {
    let world = World::start().await;
    world
        .mock
        .change(|company| company.tokens.second_consent_kills_first = false);
    let mut browser = world.visitor().await;
    let path = world.by_session(&mut browser, "First").await;
    let session = world.session();
    let fields = [
        &by_session("Second", &session)[..],
        &[("action", "connect")],
    ]
    .concat();
    let asked = browser.post_and_follow("/new", &fields).await;
    let confirm = asked.value("confirm").unwrap();
    let second = world.path_of("Second").await;
    browser
        .post(&format!("{second}/connect"), &[("confirm", &confirm)])
        .await
        .is(303);
    let asked = browser.get(&format!("{path}/revoke")).await;
    asked
        .is(200)
        .says("Revoke First at the service?")
        .says("Second")
        .says("every connection");
    for fields in [&[][..], &[("confirm", "yes")]] {
        let refused = browser
            .post_and_follow(&format!("{path}/revoke"), fields)
            .await;
        assert!(
            refused.notice().starts_with("Not revoked"),
            "{}",
            refused.notice()
        );
    }
    world.mock.ledger().revocations().assert_count(0);
    let confirm = asked.value("confirm").unwrap();
    let fields = [("confirm", confirm.as_str())];
    let done = browser
        .post_and_follow(&format!("{path}/revoke"), &fields)
        .await;
    assert!(done.notice().starts_with("Revoked"), "{}", done.notice());
    world.mock.ledger().revocations().assert_statuses(&[200]);
    let issued = world.mock.issued();
    assert!(issued.all().iter().all(|it| it.state != TokenState::Live));
    world.assert_hides(&[CLIENT_SECRET]);
}

#[tokio::test]
async fn a_revocation_that_the_service_refuses_keeps_the_tokens() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let path = world.loader(&mut browser, "Loader").await;
    let asked = browser.get(&format!("{path}/revoke")).await;
    let confirm = asked.value("confirm").unwrap();
    let fault = FaultRule::new(Fault::Unavailable(Wait::Unsaid));
    world.mock.inject(fault.on_path("/oauth2/revoke"));
    let fields = [("confirm", confirm.as_str())];
    let refused = browser
        .post_and_follow(&format!("{path}/revoke"), &fields)
        .await;
    assert!(
        refused.notice().starts_with("Not revoked"),
        "{}",
        refused.notice()
    );
    assert!(world.only().await.tokens.is_some());
}

#[tokio::test]
async fn a_credential_is_removed_for_good() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let path = world.loader(&mut browser, "Loader").await;
    let asked = browser.get(&format!("{path}/remove")).await;
    asked
        .is(200)
        .says("Remove Loader?")
        .says("for good")
        .says("told nothing");
    let done = browser.post(&format!("{path}/remove"), &[]).await;
    assert_eq!(done.is(303).location(), browser.address("/"));
    let list = browser.get("/").await;
    assert!(
        list.notice().contains("Loader was deleted"),
        "{}",
        list.notice()
    );
    list.says("No credentials yet");
    for gone in ["", "/history", "/remove", "/disconnect"] {
        browser.get(&format!("{path}{gone}")).await.is(404);
    }
    browser.post(&format!("{path}/test"), &[]).await.is(404);
}

#[tokio::test]
async fn the_history_tells_what_happened() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let path = world.loader(&mut browser, "Loader").await;
    browser.post(&format!("{path}/renew"), &[]).await.is(303);
    browser.post(&path, &[("name", "Renamed")]).await.is(303);
    browser
        .post(&format!("{path}/disconnect"), &[])
        .await
        .is(303);
    let history = browser.get(&format!("{path}/history")).await;
    let words = history.is(200).words().to_lowercase();
    let mut last = usize::MAX;
    for happened in ["added", "connected", "renewed", "renamed", "disconnected"] {
        let found = words
            .rfind(happened)
            .unwrap_or_else(|| panic!("{happened}: {words}"));
        assert!(found < last, "newest first: {words}");
        last = if happened == "connected" { last } else { found };
    }
    world.assert_hides(&[CLIENT_SECRET]);
}
