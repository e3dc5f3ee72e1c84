//! From an empty form to a connected and tested credential, for both flows.

use mock_intacct::ListsChecked;
use mock_intacct::browser::Consent;
use rstest::rstest;

use crate::stage::{CLIENT_SECRET, World, regular_user, web_services_user};

#[tokio::test]
async fn a_web_services_user_is_connected_at_once_and_tested() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    browser.get("/").await.says("No credentials yet");
    let form = browser.get("/new").await;
    form.is(200)
        .says("Sage Intacct REST Credentials")
        .says("Setup guide");
    let fields = [&web_services_user("Loader")[..], &[("action", "connect")]].concat();
    let connected = browser.post_and_follow("/new", &fields).await;
    assert!(
        connected.notice().contains("ws-loader at Nordlicht-DEV"),
        "{}",
        connected.notice()
    );
    assert!(connected.text.contains("data-state=\"connected\""));
    assert!(
        connected.text.contains("value=\"••••••••••••\""),
        "{}",
        connected.text
    );
    let path = world.path_of("Loader").await;
    let tested = browser.post_and_follow(&format!("{path}/test"), &[]).await;
    assert!(
        tested.notice().starts_with("The connection works"),
        "{}",
        tested.notice()
    );
    assert!(tested.text.contains("data-passed=\"true\""));
    browser.get("/").await.says("Loader").says("Nordlicht-DEV");
    world.mock.ledger().token_requests().assert_statuses(&[200]);
    world.assert_hides(&[CLIENT_SECRET]);
}

#[tokio::test]
async fn a_regular_user_signs_in_at_the_service_and_comes_back() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let fields = [&regular_user("Dana's")[..], &[("action", "connect")]].concat();
    let begun = browser.post("/new", &fields).await;
    let authorize = browser.leave(&begun).await;
    assert!(authorize.starts_with(&format!(
        "{}/ia/api/v1/oauth2/authorize?",
        world.mock.origin()
    )));
    let path = world.path_of("Dana's").await;
    browser.get(&path).await.says("A sign-in is open");
    let back = world.walk(&authorize, "dana", Consent::Allow).await;
    assert!(back.starts_with(&world.redirect_uri), "{back}");
    let answer = browser.get(&back).await;
    assert_eq!(answer.is(303).location(), browser.address(&path));
    let connected = browser.get(&path).await;
    assert!(
        connected.notice().contains("dana at Nordlicht-DEV"),
        "{}",
        connected.notice()
    );
    assert!(!connected.words().contains("A sign-in is open"));
    let tested = browser.post_and_follow(&format!("{path}/test"), &[]).await;
    assert!(
        tested.notice().starts_with("The connection works"),
        "{}",
        tested.notice()
    );
    world.mock.ledger().token_requests().assert_statuses(&[200]);
    world.assert_hides(&[CLIENT_SECRET]);
}

#[tokio::test]
async fn what_came_of_it_is_told_once() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let path = world.loader(&mut browser, "Loader").await;
    assert_eq!(browser.get(&path).await.notice(), "");
    let another = browser.post(&format!("{path}/test"), &[]).await;
    another.is(303);
    assert!(
        browser
            .get("/")
            .await
            .notice()
            .starts_with("The connection works")
    );
    assert_eq!(browser.get(&path).await.notice(), "");
}

#[tokio::test]
async fn a_credential_is_renewed_and_connected_again() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let path = world.signed_in(&mut browser, "Dana's", "dana").await;
    let before = world.only().await.tokens.unwrap();
    let renewed = browser.post_and_follow(&format!("{path}/renew"), &[]).await;
    assert!(
        renewed.notice().starts_with("Renewed"),
        "{}",
        renewed.notice()
    );
    let after = world.only().await.tokens.unwrap();
    assert_ne!(after.access, before.access);
    let begun = browser.post(&format!("{path}/connect"), &[]).await;
    let again = world.come_back(&mut browser, &begun, "dana").await;
    assert!(
        again.notice().starts_with("Connected"),
        "{}",
        again.notice()
    );
    assert_ne!(world.only().await.tokens.unwrap().access, after.access);
    world.assert_hides(&[CLIENT_SECRET]);
}

/// A switch that is off: who has to act, and the step that is opened.
#[rstest]
#[case::the_subscription("web-services-subscription", "on")]
#[case::the_sender("sender:nordlicht-sender", "on")]
#[case::the_client("authorized-client:3f6c1a9e5b7d42d8.app.sage.com", "ws-loader")]
#[tokio::test]
async fn a_refusal_says_who_has_to_act_and_opens_the_step(#[case] switch: &str, #[case] on: &str) {
    let world = World::start().await;
    world.mock.set_switch(switch, "off").unwrap();
    let mut browser = world.visitor().await;
    let fields = [&web_services_user("Loader")[..], &[("action", "connect")]].concat();
    let refused = browser.post_and_follow("/new", &fields).await;
    let notice = refused.notice();
    assert!(notice.starts_with("Not connected"), "{notice}");
    assert!(
        notice.contains("To be done by: an administrator"),
        "{notice}"
    );
    assert!(notice.contains("Setup guide:"), "{notice}");
    let opened = refused.text.split("<details").filter(|it| {
        let tag = it.split('>').next().unwrap_or_default();
        tag.contains("id=\"step-") && tag.contains(" open")
    });
    assert_eq!(opened.count(), 1, "{notice}");
    // It is stored all the same, and connects once the switch is on.
    world.mock.set_switch(switch, on).unwrap();
    let path = world.path_of("Loader").await;
    let again = browser
        .post_and_follow(&format!("{path}/connect"), &[])
        .await;
    assert!(
        again.notice().starts_with("Connected"),
        "{}",
        again.notice()
    );
    world.assert_hides(&[CLIENT_SECRET]);
}

#[tokio::test]
async fn a_test_that_fails_says_why() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let path = world.loader(&mut browser, "Loader").await;
    world.mock.change(|company| {
        let users = &mut company.users;
        let loader = users.iter_mut().find(|it| it.id == "ws-loader");
        loader.unwrap().may_read = false;
    });
    let tested = browser.post_and_follow(&format!("{path}/test"), &[]).await;
    let notice = tested.notice();
    assert!(notice.starts_with("The test failed"), "{notice}");
    assert!(notice.contains("To be done by:"), "{notice}");
    assert!(tested.text.contains("data-passed=\"false\""));
    world.assert_hides(&[CLIENT_SECRET]);
}

/// The company's two lists lack the application, which shows at a call alone.
#[tokio::test]
async fn a_fresh_token_that_the_api_refuses_shows_until_a_test_passes() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let lists = world.mock.company();
    world.mock.change(|company| {
        company.tokens.lists_checked = ListsChecked::Call;
        company.authorized_clients.clear();
        company.web_services_authorizations.clear();
    });
    let path = world.loader(&mut browser, "Loader").await;
    let test = format!("{path}/test");
    browser.post_and_follow(&test, &[]).await.is(200);
    // The notice is gone by then, and what it said stays.
    let page = browser.get(&path).await;
    page.says("The connection is kept and renewed, but its last test failed.")
        .says("refuses the token that it has just given")
        .says("Support ID")
        .says("Once it is put right, test the connection.");
    assert!(page.text.contains("data-tone=\"bad\""));
    browser
        .get("/")
        .await
        .says("Test failed")
        .says("refuses the token that it has just given");
    browser
        .post_and_follow(&format!("{path}/renew"), &[])
        .await
        .says("its last test failed");

    world.mock.change(|company| *company = lists);
    browser.post_and_follow(&test, &[]).await.is(200);
    let page = browser.get(&path).await;
    page.says("Connected; renewed by itself.");
    assert!(!page.words().contains("test failed"), "{}", page.words());
    world.assert_hides(&[CLIENT_SECRET]);
}

#[tokio::test]
async fn what_needs_tokens_says_so_where_there_are_none() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    browser
        .post("/new", &web_services_user("Loader"))
        .await
        .is(303);
    let path = world.path_of("Loader").await;
    for act in ["test", "renew"] {
        let answer = browser.post_and_follow(&format!("{path}/{act}"), &[]).await;
        assert!(
            answer.notice().contains("Connect it first."),
            "{}",
            answer.notice()
        );
    }
    let answer = browser.get(&format!("{path}/revoke")).await;
    answer.is(303);
    assert!(browser.get(&path).await.notice().starts_with("Not revoked"));
    let page = browser.get(&path).await;
    assert!(
        page.text.contains("data-state=\"draft\""),
        "{}",
        page.words()
    );
    world.mock.ledger().assert_count(0);
}

/// The address, and with it the state, stands in no page; whoever has not begun a sign-in is not sent.
#[tokio::test]
async fn the_page_on_the_way_out_names_the_service_and_not_the_state() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let fields = [&regular_user("Dana's")[..], &[("action", "connect")]].concat();
    let begun = browser.post("/new", &fields).await;
    let leaving = browser.get(begun.is(303).location()).await;
    leaving.is(200).says("You sign in at 127.0.0.1");
    let address = browser.leave(&begun).await;
    let state = crate::browser::between(&address, "state=", "&").unwrap();
    assert!(!leaving.text.contains(state));
    assert!(!leaving.header("refresh").contains(state));
    // Gone back to, it leads there again while the sign-in is open.
    assert_eq!(browser.leave(&begun).await, address);

    let path = world.path_of("Dana's").await;
    let mut other = world.visitor().await;
    let home = other.address(&path);
    for on in ["sign-in", "sign-in/leave"] {
        let answer = other.get(&format!("{path}/{on}")).await;
        assert_eq!(answer.is(303).location(), home, "another browser: {on}");
        world.stranger().get(&format!("{path}/{on}")).await.is(401);
    }
}
