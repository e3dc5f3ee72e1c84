//! A plugin that has changed: what a person sees of it, accepts, and deletes.

use std::sync::Arc;

use credential_connections::service::{Connections, Installed};
use credential_runtime::{Plugin, Policy, Settings};
use test_guests::{Version, version};

use crate::browser::Browser;
use crate::stage::{CLIENT_ID, CLIENT_SECRET, World, load, name};

const SPARE_KEY: &str = "not-a-real-spare-key-0123456789";

async fn plugin(of: Version) -> Plugin {
    load(&version(of).unwrap()).await
}

fn policy(plugin: &Plugin, mock_origin: &str) -> Policy {
    let service = "https://service.example".parse().unwrap();
    let to_mock = mock_origin.parse().unwrap();
    plugin.asked_policy().map_origin(service, to_mock)
}

/// A page on which this version is installed, and a credential that the first one has connected.
async fn upgraded_to(of: Version) -> (World, String) {
    let second = plugin(of).await;
    let world = World::with(crate::stage::Setting {
        installed: Box::new(move |_, _| {
            vec![Installed::new(second.clone(), second.asked_policy())]
        }),
        ..crate::stage::Setting::default()
    })
    .await;
    let first = plugin(Version::First).await;
    let first = Installed::new(first.clone(), policy(&first, &world.mock.origin()));
    let there = Connections::builder(Arc::clone(&world.store))
        .clock(world.clock.clone())
        .plugin(first)
        .build()
        .unwrap();
    let settings = Settings::new()
        .with_text("client_id", CLIENT_ID)
        .with_secret("client_secret", CLIENT_SECRET)
        .with_text("username", "ws-loader@Nordlicht-DEV")
        .with_secret("spare_key", SPARE_KEY)
        .with_text("note", "a note");
    let tenant = world.tenant();
    there
        .add(&tenant, name("Sample"), "versions", settings)
        .await
        .unwrap();
    there.connect(&tenant, &name("Sample"), None).await.unwrap();
    let path = world.path_of("Sample").await;
    (world, path)
}

async fn post(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> String {
    browser.post_and_follow(path, fields).await.notice()
}

/// The file is the same; the operator lets its requests carry more.
#[tokio::test]
async fn a_header_that_the_policy_gained_is_shown_and_accepted_with_a_button() {
    let guest = load(test_guests::MISBEHAVING).await;
    let narrow = Policy::nothing().allow_text("behaviour");
    let wide = narrow
        .clone()
        .allow_claim("sub")
        .allow_secret_header("x-api-key");
    let world = World::with_plugins(vec![Installed::new(guest.clone(), wide)]).await;
    let there = Connections::builder(Arc::clone(&world.store))
        .clock(world.clock.clone())
        .plugin(Installed::new(guest, narrow))
        .build()
        .unwrap();
    let settings = Settings::new().with_secret("secret", SPARE_KEY);
    let tenant = world.tenant();
    there
        .add(&tenant, name("Sample"), "misbehaving", settings)
        .await
        .unwrap();
    let path = world.path_of("Sample").await;
    let mut browser = world.visitor().await;
    let shown = browser.get(&path).await;
    shown
        .is(200)
        .says("It would also read: the claim sub")
        .says("It would also send: secrets in the request header x-api-key");
    let confirm = shown.value("confirm").unwrap();
    post(
        &mut browser,
        &format!("{path}/plugin"),
        &[("confirm", &confirm)],
    )
    .await;
    let shown = browser.get(&path).await;
    assert!(!shown.text.contains("It would also"), "{}", shown.text);
}

#[tokio::test]
async fn a_changed_plugin_shows_its_difference_and_is_accepted_with_a_button() {
    let (world, path) = upgraded_to(Version::ReachesMore).await;
    let mut browser = world.visitor().await;
    let shown = browser.get(&path).await;
    shown
        .is(200)
        .says("The plugin has changed")
        .says("It would also reach: https://more.example")
        .says("Accept this plugin");
    let confirm = shown.value("confirm").unwrap();
    let before = world.only().await.plugin;
    let renewed = post(&mut browser, &format!("{path}/renew"), &[]).await;
    assert!(renewed.contains("Nothing was called"), "{renewed}");

    // Not without having seen it, and not from elsewhere.
    let accept = format!("{path}/plugin");
    for fields in [&[][..], &[("confirm", "yes")]] {
        let refused = post(&mut browser, &accept, fields).await;
        assert!(refused.starts_with("Not accepted"), "{refused}");
    }
    let forged = [("csrf", "x"), ("confirm", confirm.as_str())];
    browser.post(&accept, &forged).await.is(403);
    let mut stranger = world.stranger();
    let answer = stranger.post(&accept, &[("confirm", &confirm)]).await;
    assert!(answer.status.is_client_error(), "{}", answer.status);
    assert_eq!(world.only().await.plugin, before);

    let accepted = post(&mut browser, &accept, &[("confirm", &confirm)]).await;
    assert!(accepted.starts_with("Plugin accepted"), "{accepted}");
    assert_ne!(world.only().await.plugin, before);
    let shown = browser.get(&path).await;
    assert!(!shown.words().contains("Accept this plugin"));
    let again = post(&mut browser, &accept, &[("confirm", &confirm)]).await;
    assert!(again.starts_with("Not accepted"), "{again}");
    world.assert_hides(&[CLIENT_SECRET, SPARE_KEY]);
}

#[tokio::test]
async fn what_the_form_no_longer_has_is_deleted_with_a_button() {
    let (world, path) = upgraded_to(Version::DropsFields).await;
    let mut browser = world.visitor().await;
    let shown = browser.get(&path).await;
    shown
        .is(200)
        .says("Kept, and not used by this version of the plugin")
        .says("spare_key");
    let delete = format!("{path}/unused-field");
    let refused = post(&mut browser, &delete, &[("field", "client_secret")]).await;
    assert!(refused.starts_with("Not deleted"), "{refused}");
    for field in ["spare_key", "note"] {
        let deleted = post(&mut browser, &delete, &[("field", field)]).await;
        assert!(deleted.starts_with("Deleted"), "{deleted}");
    }
    let (tenant, sample) = (world.tenant(), name("Sample"));
    let record = world.store.get_by_name(&tenant, &sample).await.unwrap();
    let settings = record.settings;
    let fields: Vec<&str> = settings.iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["client_id", "client_secret", "username"]);
    let shown = browser.get(&path).await;
    assert!(!shown.words().contains("Kept, and not used"));
    world.assert_hides(&[CLIENT_SECRET, SPARE_KEY]);
}

#[tokio::test]
async fn renewing_what_nothing_renews_says_so_and_changes_nothing() {
    let (world, path) = upgraded_to(Version::RenewsByNothing).await;
    let mut browser = world.visitor().await;
    let confirm = browser.get(&path).await.value("confirm").unwrap();
    let confirm = [("confirm", confirm.as_str())];
    post(&mut browser, &format!("{path}/plugin"), &confirm).await;
    let before = world.only().await;
    let told = post(&mut browser, &format!("{path}/renew"), &[]).await;
    assert!(told.contains("nothing to renew"), "{told}");
    assert!(told.contains("Nothing was changed."), "{told}");
    assert_eq!(world.only().await, before);
}
