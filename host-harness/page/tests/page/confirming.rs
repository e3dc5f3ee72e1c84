//! What is said before it is done, and done only then.

use rstest::rstest;

use crate::proxy::{Forwarding, Proxy};
use crate::stage::{CLIENT_SECRET, Setting, World, by_session, regular_user};

/// A page of its own origin, or under a path behind such a proxy.
async fn world(forwarding: Option<Forwarding>) -> World {
    World::with(Setting {
        proxy: forwarding.map(|it| Proxy::new(it, "/intacct")),
        ..Setting::default()
    })
    .await
}

#[rstest]
#[case::at_its_own_origin(None)]
#[case::under_a_path(Some(Forwarding::Keeps))]
#[case::under_a_path_that_is_stripped(Some(Forwarding::Strips))]
#[tokio::test]
async fn connecting_what_ends_another_is_asked_before_a_request(
    #[case] forwarding: Option<Forwarding>,
) {
    let world = world(forwarding).await;
    let mut browser = world.visitor().await;
    world.by_session(&mut browser, "First").await;
    let session = world.session();
    let fields = [
        &by_session("Second", &session)[..],
        &[("action", "connect")],
    ]
    .concat();
    let asked = browser.post_and_follow("/new", &fields).await;
    asked
        .is(200)
        .says("Connect Second all the same?")
        .says("First stands for the same user");
    world.mock.ledger().token_requests().assert_count(1);
    let path = world.path_of("Second").await;
    let confirm = asked.value("confirm").unwrap();
    for wrong in ["", "not-a-real-confirmation"] {
        let again = browser
            .post_and_follow(&format!("{path}/connect"), &[("confirm", wrong)])
            .await;
        again.says("Connect Second all the same?");
    }
    world.mock.ledger().token_requests().assert_count(1);
    let fields = [("confirm", confirm.as_str())];
    let connected = browser
        .post_and_follow(&format!("{path}/connect"), &fields)
        .await;
    let notice = connected.notice();
    assert!(notice.starts_with("Connected"), "{notice}");
    assert!(
        notice.contains("First stands for the same user"),
        "{notice}"
    );
}

#[rstest]
#[case::at_its_own_origin(None)]
#[case::under_a_path(Some(Forwarding::Keeps))]
#[case::under_a_path_that_is_stripped(Some(Forwarding::Strips))]
#[tokio::test]
async fn a_second_sign_in_is_asked_before_the_browser_leaves(
    #[case] forwarding: Option<Forwarding>,
) {
    let world = world(forwarding).await;
    let mut browser = world.visitor().await;
    world.signed_in(&mut browser, "First", "dana").await;
    let fields = [&regular_user("Second")[..], &[("action", "connect")]].concat();
    let asked = browser.post_and_follow("/new", &fields).await;
    asked
        .says("Connect Second all the same?")
        .says("You may be about to sign in as the same user and company as First")
        .says("connecting now may end that connection");
    let path = world.path_of("Second").await;
    let confirm = asked.value("confirm").unwrap();
    let fields = [("confirm", confirm.as_str())];
    let begun = browser.post(&format!("{path}/connect"), &fields).await;
    let connected = world.come_back(&mut browser, &begun, "admin").await;
    assert!(
        connected.notice().contains("admin at Nordlicht-DEV"),
        "{}",
        connected.notice()
    );
}

#[rstest]
#[case::at_its_own_origin(None)]
#[case::under_a_path(Some(Forwarding::Keeps))]
#[case::under_a_path_that_is_stripped(Some(Forwarding::Strips))]
#[tokio::test]
async fn somebody_else_at_the_sign_in_changes_nothing_until_it_is_confirmed(
    #[case] forwarding: Option<Forwarding>,
) {
    let world = world(forwarding).await;
    let mut browser = world.visitor().await;
    let path = world.signed_in(&mut browser, "Dana's", "dana").await;
    let before = world.only().await;
    let begun = browser.post(&format!("{path}/connect"), &[]).await;
    let asked = world.come_back(&mut browser, &begun, "admin").await;
    asked.is(200).says("Connect Dana's as another user?");
    asked
        .says("dana at Nordlicht-DEV")
        .says("admin at Nordlicht-DEV");
    assert_eq!(world.only().await.tokens, before.tokens);
    let requests = world.mock.ledger().len();
    let confirm = asked.value("confirm").unwrap();
    let fields = [("confirm", confirm.as_str())];
    let connected = browser
        .post_and_follow(&format!("{path}/identity"), &fields)
        .await;
    assert!(
        connected.notice().contains("admin at Nordlicht-DEV"),
        "{}",
        connected.notice()
    );
    world.mock.ledger().assert_count(requests);
    let is = world.only().await.identity.unwrap();
    assert_eq!(is.user.as_deref(), Some("admin"));
    let again = browser
        .post_and_follow(&format!("{path}/identity"), &fields)
        .await;
    assert!(
        again.notice().contains("changed meanwhile"),
        "{}",
        again.notice()
    );
    world.assert_hides(&[CLIENT_SECRET]);
}

#[tokio::test]
async fn a_change_of_identity_is_not_confirmed_by_nothing() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let path = world.signed_in(&mut browser, "Dana's", "dana").await;
    for fields in [&[][..], &[("confirm", "")], &[("confirm", "yes")]] {
        let answer = browser
            .post_and_follow(&format!("{path}/identity"), fields)
            .await;
        assert!(
            answer.notice().starts_with("Not connected"),
            "{}",
            answer.notice()
        );
    }
    let is = world.only().await.identity.unwrap();
    assert_eq!(is.user.as_deref(), Some("dana"));
}

#[tokio::test]
async fn a_question_that_nobody_asked_leads_to_the_credential() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let path = world.loader(&mut browser, "Loader").await;
    for question in ["connect", "identity"] {
        let answer = browser.get(&format!("{path}/{question}")).await;
        assert_eq!(answer.is(303).location(), browser.address(&path));
    }
}
