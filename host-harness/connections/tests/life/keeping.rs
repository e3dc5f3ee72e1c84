//! Adding, editing, renaming, listing, moving; tenants; another version of the plugin.

use std::time::Duration;

use credential_connections::record::{Name, Tenant};
use credential_connections::service::{Edit, Error, Export, Kept, PluginStanding};
use credential_connections::state::State;
use credential_connections::store::StoreError;
use credential_runtime::{SettingValue, Settings};

use crate::stage::{PLUGIN, World, name, tenant, web_services_user};

crate::on_both! {
    an_edit_changes_what_it_names_and_nothing_else,
    an_edit_does_not_disconnect,
    an_edit_can_be_checked_before_it_is_made,
    a_status_says_what_is_filled_in_and_of_a_secret_only_since_when,
    names_are_unique_and_can_be_changed,
    one_tenants_credentials_are_not_there_for_another,
    an_export_read_back_gives_drafts_that_lack_their_secrets,
    an_export_of_another_layout_is_refused,
    fields_that_the_form_does_not_know_are_reported_and_kept,
    another_version_of_the_plugin_is_reported,
    a_credential_whose_plugin_is_missing_is_kept_and_says_so,
    the_history_is_told_newest_first_and_as_far_as_it_is_asked_for,
}

async fn an_edit_changes_what_it_names_and_nothing_else(world: World) {
    let loader = world.add_loader("Loader").await;
    let edit = Edit::new().set("username", SettingValue::Text("someone@elsewhere".into()));
    world
        .connections
        .edit(tenant(), &loader, &edit)
        .await
        .unwrap();
    let export = world.connections.export(tenant()).await.unwrap();
    let settings = &export.credentials[0].settings;
    assert_eq!(settings["username"], "someone@elsewhere");
    assert_eq!(settings["flow_type"], "web_services_user");
    assert_eq!(export.credentials[0].secrets, ["client_secret"]);
    assert_eq!(world.history(&loader).await, ["added", "edited"]);
}

async fn an_edit_does_not_disconnect(world: World) {
    let loader = world.loader().await;
    let edit = Edit::new().clear("username");
    let problems = world
        .connections
        .edit(tenant(), &loader, &edit)
        .await
        .unwrap();
    assert!(!problems.is_empty());
    assert_eq!(world.state(&loader).await, State::Connected);
    world
        .connections
        .access_token(tenant(), &loader)
        .await
        .unwrap();
}

async fn an_edit_can_be_checked_before_it_is_made(world: World) {
    let loader = world.loader().await;
    let edit = Edit::new().clear("username");
    let checked = world.connections.check(tenant(), &loader, &edit).await;
    let fields: Vec<_> = checked.unwrap().into_iter().map(|it| it.field).collect();
    assert_eq!(fields, ["username"]);
    assert_eq!(world.status(&loader).await.form.problems, []);
    assert_eq!(world.history(&loader).await, ["added", "connected"]);
}

async fn a_status_says_what_is_filled_in_and_of_a_secret_only_since_when(world: World) {
    let added_at = world.connections.now();
    let loader = world.add_loader("Loader").await;
    let since = |since| Kept::Secret { since: Some(since) };
    let kept = world.status(&loader).await.kept;
    assert_eq!(kept["flow_type"], Kept::Text("web_services_user".into()));
    assert_eq!(kept["client_secret"], since(added_at));
    assert!(!kept.contains_key("session_id"));

    world.advance(Duration::from_secs(60));
    let replaced = SettingValue::Secret("not-a-real-secret-of-another-day".into());
    let edit = Edit::new().set("client_secret", replaced);
    let edited = world.connections.edit(tenant(), &loader, &edit).await;
    edited.unwrap();
    let kept = world.status(&loader).await.kept;
    assert_eq!(kept["client_secret"], since(world.connections.now()));
}

async fn names_are_unique_and_can_be_changed(world: World) {
    let loader = world.loader().await;
    let settings = web_services_user(&world.mock.company(), "ws-loader");
    let taken = world
        .connections
        .add(tenant(), loader.clone(), PLUGIN, settings)
        .await;
    assert_eq!(
        taken,
        Err(Error::Store(StoreError::NameTaken(loader.clone())))
    );
    world
        .connections
        .access_token(tenant(), &loader)
        .await
        .unwrap();
    world
        .connections
        .rename(tenant(), &loader, &name("Other"))
        .await
        .unwrap();
    world
        .connections
        .access_token(tenant(), &name("Other"))
        .await
        .unwrap();
    let old = world.connections.access_token(tenant(), &loader).await;
    assert_eq!(old, Err(Error::Store(StoreError::NotFound)));
}

async fn one_tenants_credentials_are_not_there_for_another(world: World) {
    let loader = world.loader().await;
    let other: Tenant = "other".parse().unwrap();
    let connections = &world.connections;
    assert_eq!(connections.list(&other).await.unwrap(), []);
    assert_eq!(connections.export(&other).await.unwrap().credentials, []);
    let not_found = Error::Store(StoreError::NotFound);
    assert_eq!(
        connections.access_token(&other, &loader).await,
        Err(not_found.clone())
    );
    assert_eq!(
        connections.renew(&other, &loader).await,
        Err(not_found.clone())
    );
    assert_eq!(
        connections.disconnect(&other, &loader).await,
        Err(not_found.clone())
    );
    assert_eq!(connections.remove(&other, &loader).await, Err(not_found));
    // The same name, the same user: nothing of the first tenant's is told.
    let settings = web_services_user(&world.mock.company(), "ws-loader");
    connections
        .add(&other, loader.clone(), PLUGIN, settings)
        .await
        .unwrap();
    let connected = connections.connect(&other, &loader, None).await.unwrap();
    assert_eq!(connected.others, [] as [Name; 0]);
}

async fn an_export_read_back_gives_drafts_that_lack_their_secrets(world: World) {
    world.loader().await;
    let export = world.connections.export(tenant()).await.unwrap();
    let text = serde_json::to_string(&export).unwrap();
    let secret = &world.mock.company().applications[0].client_secret;
    assert!(text.contains("ws-loader@Nordlicht-DEV") && !text.contains(secret));
    let export: Export = serde_json::from_str(&text).unwrap();
    let again = world.connections.import(tenant(), &export).await;
    assert_eq!(again.refused[0].name, "Loader", "the name is taken");
    let other: Tenant = "other".parse().unwrap();
    let imported = world.connections.import(&other, &export).await;
    assert_eq!(
        imported.added,
        [(name("Loader"), vec!["client_secret".to_owned()])]
    );
    let status = world
        .connections
        .status(&other, &name("Loader"))
        .await
        .unwrap();
    assert_eq!(status.standing.state, State::Draft);
    assert_eq!(status.form.missing, ["client_secret"]);
}

async fn an_export_of_another_layout_is_refused(world: World) {
    world.loader().await;
    let mut export = world.connections.export(tenant()).await.unwrap();
    export.version = 2;
    let imported = world
        .connections
        .import(&"other".parse().unwrap(), &export)
        .await;
    assert!(imported.added.is_empty());
    assert!(
        imported.refused[0].reason.contains("layout is 2"),
        "{imported:?}"
    );
}

async fn fields_that_the_form_does_not_know_are_reported_and_kept(world: World) {
    let settings = web_services_user(&world.mock.company(), "ws-loader")
        .with_text("sender_id", "of an earlier version")
        .with_secret("sender_password", "not-a-real-secret-of-an-earlier-version");
    let loader = world.add("Loader", settings).await;
    world
        .connections
        .connect(tenant(), &loader, None)
        .await
        .unwrap();
    let edit = Edit::new().set("flow_type", SettingValue::Text("web_services_user".into()));
    world
        .connections
        .edit(tenant(), &loader, &edit)
        .await
        .unwrap();
    let status = world.status(&loader).await;
    assert_eq!(status.form.unknown, ["sender_id", "sender_password"]);
    assert_eq!(status.form.plugin, PluginStanding::Same);
    let export = world.connections.export(tenant()).await.unwrap();
    assert_eq!(
        export.credentials[0].settings["sender_id"],
        "of an earlier version"
    );
}

async fn another_version_of_the_plugin_is_reported(world: World) {
    world.add_loader("Loader").await;
    let mut export = world.connections.export(tenant()).await.unwrap();
    export.credentials[0].digest = format!("sha256:{}", "0".repeat(64));
    export.credentials[0].plugin = PLUGIN.to_owned();
    let other: Tenant = "other".parse().unwrap();
    world.connections.import(&other, &export).await;
    let status = world
        .connections
        .status(&other, &name("Loader"))
        .await
        .unwrap();
    assert!(matches!(status.form.plugin, PluginStanding::Changed { .. }));
}

async fn a_credential_whose_plugin_is_missing_is_kept_and_says_so(world: World) {
    world.add_loader("Loader").await;
    let mut export = world.connections.export(tenant()).await.unwrap();
    export.credentials[0].plugin = "of-another-service".to_owned();
    let other: Tenant = "other".parse().unwrap();
    world.connections.import(&other, &export).await;
    let status = world
        .connections
        .status(&other, &name("Loader"))
        .await
        .unwrap();
    assert_eq!(status.form.plugin, PluginStanding::NotInstalled);
    let connect = world
        .connections
        .connect(&other, &name("Loader"), None)
        .await;
    assert_eq!(
        connect,
        Err(Error::NoSuchPlugin("of-another-service".into()))
    );
    let unknown = world
        .connections
        .add(&other, name("New"), "unheard-of", Settings::new())
        .await;
    assert_eq!(unknown, Err(Error::NoSuchPlugin("unheard-of".into())));
}

async fn the_history_is_told_newest_first_and_as_far_as_it_is_asked_for(world: World) {
    let dana = world.dana().await;
    for _ in 0..3 {
        world.connections.renew(tenant(), &dana).await.unwrap();
    }
    let events = world.connections.history(tenant(), &dana, 2).await.unwrap();
    let numbers: Vec<u64> = events.iter().map(|event| event.number).collect();
    assert_eq!(numbers, [5, 4]);
    assert_ne!(events[0].access, events[1].access);
    assert!(events[0].refresh.is_some());
}
