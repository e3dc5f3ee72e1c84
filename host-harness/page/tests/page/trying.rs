//! Something to try the page with: a form that is filled in already.

use std::collections::BTreeMap;

use credential_page::{PageBuilder, Trial};

use crate::stage::{CLIENT_ID, CLIENT_SECRET, PLUGIN, Setting, World, settings, web_services_user};

fn with_trial(builder: PageBuilder) -> PageBuilder {
    let prefill = settings(&web_services_user(""));
    builder.trial(Trial {
        title: "A sample company runs beside this page".to_owned(),
        detail: "Nothing here is real.".to_owned(),
        links: vec![(
            "Its switches".to_owned(),
            "http://127.0.0.1:1/".parse().unwrap(),
        )],
        accounts: vec!["Sign in as dana.".to_owned()],
        name: "Sample".to_owned(),
        prefill: BTreeMap::from([(PLUGIN.to_owned(), prefill)]),
    })
}

async fn trial() -> World {
    World::with(Setting {
        page: with_trial,
        ..Setting::default()
    })
    .await
}

#[tokio::test]
async fn a_form_that_is_filled_in_connects_with_one_click() {
    let world = trial().await;
    let mut browser = world.visitor().await;
    let form = browser.get("/new").await;
    form.says("A sample company runs beside this page")
        .says("Its switches");
    assert_eq!(form.value("name").as_deref(), Some("Sample"));
    assert_eq!(form.value("f.client_id").as_deref(), Some(CLIENT_ID));
    assert!(!form.can_discard(), "nothing was typed yet");
    let fields = [
        ("plugin", PLUGIN),
        ("name", "Sample"),
        ("f.client_id", CLIENT_ID),
        ("f.client_secret", ""),
        ("f.flow_type", "web_services_user"),
        ("f.username", "ws-loader@Nordlicht-DEV"),
        ("action", "connect"),
    ];
    let connected = browser.post_and_follow("/new", &fields).await;
    assert!(
        connected.notice().starts_with("Connected"),
        "{}",
        connected.words()
    );
    // The name is taken now, so it is not suggested again.
    let form = browser.get("/new").await;
    assert_eq!(form.value("name").as_deref(), Some(""));
    world.assert_hides(&[CLIENT_SECRET]);
}

#[tokio::test]
async fn discarding_begins_with_what_was_filled_in() {
    let world = trial().await;
    let mut browser = world.visitor().await;
    browser.get("/new").await.is(200);
    let typed = [("plugin", PLUGIN), ("f.client_id", "another")];
    browser.validate("/new", &typed).await.is(200);
    let form = browser.get("/new").await;
    assert_eq!(form.value("f.client_id").as_deref(), Some("another"));
    assert!(form.can_discard());
    let discard = [("plugin", PLUGIN), ("action", "discard")];
    let form = browser.post_and_follow("/new", &discard).await;
    assert_eq!(form.value("f.client_id").as_deref(), Some(CLIENT_ID));
    world.assert_hides(&[CLIENT_SECRET]);
}
