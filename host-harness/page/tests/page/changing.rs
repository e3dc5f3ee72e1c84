//! Changing what is stored, and what the platform fills in.

use credential_connections::service::Installed;
use credential_runtime::{Plugin, Policy, Settings};

use crate::filling::{kept, text};
use crate::stage::{CLIENT_ID, CLIENT_SECRET, PLUGIN, Setting, World, regular_user};

const TYPED: &str = "not-a-real-secret-that-was-typed-0815";

#[tokio::test]
async fn a_credential_is_renamed_to_a_name_that_is_free() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    browser.post("/new", &regular_user("First")).await.is(303);
    browser.post("/new", &regular_user("Second")).await.is(303);
    let path = world.path_of("Second").await;
    let refused = browser
        .post_and_follow(&path, &[("name", "First"), ("f.client_id", "x")])
        .await;
    assert!(
        refused
            .problem("name")
            .contains("There is a credential named"),
        "{}",
        refused.words()
    );
    assert_eq!(refused.value("f.client_id").as_deref(), Some("x"));
    let long = "x".repeat(201);
    let refused = browser.post_and_follow(&path, &[("name", &long)]).await;
    assert!(
        refused.problem("name").contains("at most 200"),
        "{}",
        refused.problem("name")
    );
    browser.post(&path, &[("action", "discard")]).await.is(303);
    let renamed = browser
        .post_and_follow(&path, &[("name", "Third"), ("f.client_id", CLIENT_ID)])
        .await;
    assert!(renamed.notice().starts_with("Saved"), "{}", renamed.words());
    assert_eq!(world.path_of("Third").await, path);
    let taken = browser
        .post_and_follow("/new", &regular_user("Third"))
        .await;
    assert!(
        taken
            .problem("name")
            .contains("There is a credential named"),
        "{}",
        taken.words()
    );
}

#[tokio::test]
async fn saving_what_was_not_changed_writes_nothing() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    browser.post("/new", &regular_user("Dana's")).await.is(303);
    let before = world.only().await;
    let path = world.path_of("Dana's").await;
    let same = [
        ("name", "Dana's"),
        ("f.client_id", CLIENT_ID),
        ("f.client_secret", ""),
    ];
    let saved = browser.post_and_follow(&path, &same).await;
    assert!(saved.notice().starts_with("Saved"));
    assert_eq!(world.only().await, before);
}

fn supplied(plugin: Plugin, policy: Policy) -> Vec<Installed> {
    let platform = Settings::new()
        .with_text("client_id", CLIENT_ID)
        .with_secret("client_secret", CLIENT_SECRET);
    vec![Installed::new(plugin, policy).supplying(platform)]
}

#[tokio::test]
async fn what_the_platform_supplies_is_neither_shown_nor_stored() {
    let world = World::with(Setting {
        installed: Box::new(supplied),
        ..Setting::default()
    })
    .await;
    let mut browser = world.visitor().await;
    let form = browser.get("/new").await;
    form.says("Supplied by your platform")
        .says("Use your own instead");
    assert!(!form.text.contains(CLIENT_ID));
    let fields = [
        ("plugin", PLUGIN),
        ("name", "Loader"),
        ("f.client_id", ""),
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
    assert_eq!(kept(&world, "client_id").await, None);
    let path = world.path_of("Loader").await;
    let own = [
        ("name", "Loader"),
        ("f.client_id", "own.app.sage.com"),
        ("f.client_secret", TYPED),
    ];
    browser.post(&path, &own).await.is(303);
    assert_eq!(kept(&world, "client_id").await, text("own.app.sage.com"));
    let back = [
        ("name", "Loader"),
        ("f.client_id", ""),
        ("clear.client_secret", "yes"),
    ];
    browser.post(&path, &back).await.is(303);
    assert_eq!(kept(&world, "client_id").await, None);
    assert_eq!(kept(&world, "client_secret").await, None);
    browser.get(&path).await.says("Supplied by your platform");
    world.assert_hides(&[CLIENT_SECRET, CLIENT_ID, TYPED]);
}
