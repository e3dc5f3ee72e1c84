//! Editing settings that someone else may edit too.

use credential_connections::record::{
    NewEvent, PluginRef, Secret, Settings, SettingsChange, SettingsVersion, StateChange,
};
use credential_connections::store::{Store, StoreError};

use crate::sample::{NOW, connected, create, plugin, seconds_later, settings, state, tenant};
use crate::stage::Stage;

crate::on_both! {
    new_settings_take_the_place_of_all_old_ones,
    a_secret_that_stays_the_same_keeps_its_moment,
    a_lost_update_is_refused,
    a_state_changes_with_the_settings_only_as_it_was_read,
    settings_survive_another_version_of_the_plugin,
}

fn change(expected: SettingsVersion, settings: Settings) -> SettingsChange {
    SettingsChange {
        expected,
        plugin: plugin(),
        settings,
        state: None,
        event: NewEvent::new("edited"),
    }
}

async fn version(
    store: &dyn Store,
    id: credential_connections::record::CredentialId,
) -> SettingsVersion {
    store
        .get(&tenant(), id)
        .await
        .unwrap()
        .overview
        .settings_version
}

async fn new_settings_take_the_place_of_all_old_ones(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "edited").await;
    let before = store.get(&tenant(), id).await.unwrap();
    let settings = Settings::new()
        .with_text("username", "user@company")
        .with_secret("session_id", Secret::new("not-a-real-secret-session"));
    let change = change(before.overview.settings_version, settings.clone());
    let version = store
        .replace_settings(&tenant(), id, &change, NOW)
        .await
        .unwrap();
    let after = store.get(&tenant(), id).await.unwrap();
    assert_eq!(after.settings, settings);
    assert_eq!(after.overview.settings_version, version);
    assert_eq!(after.tokens, before.tokens);
    assert_eq!(after.overview.state, before.overview.state);
    assert_eq!(after.overview.due_at, before.overview.due_at);
}

async fn a_secret_that_stays_the_same_keeps_its_moment(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "edited").await;
    let later = seconds_later(86_400);
    let edit = async |settings: Settings| {
        let change = change(version(&*store, id).await, settings);
        let replaced = store.replace_settings(&tenant(), id, &change, later).await;
        replaced.unwrap();
        store.get(&tenant(), id).await.unwrap().secrets_since
    };
    let same = settings().with_secret("session_id", Secret::new("not-a-real-secret-session"));
    let since = edit(same).await;
    assert_eq!(since["client_secret"], NOW);
    assert_eq!(since["session_id"], later);
    let replaced = settings().with_secret("client_secret", Secret::new("not-a-real-secret-other"));
    assert_eq!(edit(replaced).await["client_secret"], later);
    assert!(edit(Settings::new()).await.is_empty());
}

async fn a_lost_update_is_refused(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "contended").await;
    let read = version(&*store, id).await;
    let mine = change(read, Settings::new().with_text("client_id", "mine"));
    let theirs = change(read, Settings::new().with_text("client_id", "theirs"));
    let found = store
        .replace_settings(&tenant(), id, &theirs, NOW)
        .await
        .unwrap();
    let lost = store.replace_settings(&tenant(), id, &mine, NOW).await;
    assert_eq!(
        lost,
        Err(StoreError::StaleSettings {
            expected: read,
            found
        })
    );
    let stored = store.get(&tenant(), id).await.unwrap();
    assert_eq!(stored.settings.text("client_id"), Some("theirs"));
    assert_eq!(
        store.history(&tenant(), id, None, 10).await.unwrap().len(),
        2
    );
}

async fn a_state_changes_with_the_settings_only_as_it_was_read(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "edited").await;
    let with_state = |expected, from: &str| SettingsChange {
        state: Some(StateChange {
            from: state(from),
            to: state("edited"),
            due_at: Some(seconds_later(1)),
        }),
        ..change(expected, Settings::new())
    };
    let first = version(&*store, id).await;
    let stale = store
        .replace_settings(&tenant(), id, &with_state(first, "connected"), NOW)
        .await;
    assert_eq!(stale, Err(StoreError::StaleState));
    assert_eq!(version(&*store, id).await, first);
    store
        .replace_settings(&tenant(), id, &with_state(first, "draft"), NOW)
        .await
        .unwrap();
    let after = store.get(&tenant(), id).await.unwrap().overview;
    assert_eq!(
        (after.state, after.due_at),
        (state("edited"), Some(seconds_later(1)))
    );
}

async fn settings_survive_another_version_of_the_plugin(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "old").await;
    let old = store.get(&tenant(), id).await.unwrap();
    let digest = credential_connections::record::Digest::of(b"a newer component");
    let newer = PluginRef { digest, ..plugin() };
    let change = SettingsChange {
        plugin: newer.clone(),
        ..change(old.overview.settings_version, old.settings.clone())
    };
    store
        .replace_settings(&tenant(), id, &change, NOW)
        .await
        .unwrap();
    let new = store.get(&tenant(), id).await.unwrap();
    assert_eq!((new.overview.plugin, new.settings), (newer, old.settings));
}
