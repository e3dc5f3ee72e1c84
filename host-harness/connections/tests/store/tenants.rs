//! Nothing of one tenant's through another's.

use credential_connections::record::{Acquisition, NewEvent, NewTokens, SettingsChange, Tenant};
use credential_connections::store::StoreError;

use crate::sample::{
    NOW, TTL, acquire, connected, credential, identity, name, owner, plugin, settings, tenant,
    tokens, transition,
};
use crate::stage::Stage;

crate::on_both! {
    another_tenants_credential_is_not_found_by_any_call,
    another_tenants_credentials_are_not_listed,
    a_lease_on_one_is_none_on_a_namesake,
    a_row_that_was_moved_to_another_tenant_does_not_open,
    a_secret_that_was_moved_does_not_open,
    a_tenant_is_found_in_the_form_in_which_it_was_stored,
}

fn other() -> Tenant {
    Tenant::parse("other").unwrap()
}

async fn another_tenants_credential_is_not_found_by_any_call(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "mine").await;
    let before = store.get(&tenant(), id).await.unwrap();
    let (event, not_found) = (NewEvent::new("stolen"), StoreError::NotFound);
    let change = SettingsChange {
        expected: before.overview.settings_version,
        plugin: plugin(),
        settings: settings(),
        state: None,
        event: event.clone(),
    };
    let other = other();
    assert_eq!(store.get(&other, id).await, Err(not_found.clone()));
    assert_eq!(
        store.get_by_name(&other, &name("mine")).await,
        Err(not_found.clone())
    );
    assert_eq!(
        store.history(&other, id, None, 10).await,
        Err(not_found.clone())
    );
    let replaced = store.replace_settings(&other, id, &change, NOW).await;
    assert_eq!(replaced, Err(not_found.clone()));
    let renamed = store.rename(&other, id, &name("theirs"), &event, NOW).await;
    assert_eq!(renamed, Err(not_found.clone()));
    let acquired = store.acquire(&other, id, &owner("them"), NOW, TTL).await;
    assert_eq!(acquired, Err(not_found.clone()));
    assert_eq!(store.delete(&other, id).await, Err(not_found));
    assert_eq!(store.get(&tenant(), id).await, Ok(before));
}

async fn another_tenants_credentials_are_not_listed(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "mine").await;
    let lease = acquire(&*store, id, "me").await;
    let generation = lease.record.overview.generation;
    let told = NewTokens {
        identity: Some(identity("u", "c")),
        ..tokens("a")
    };
    let transition = transition("connected");
    store
        .commit_tokens(&lease.lease, generation, &told, &transition, NOW)
        .await
        .unwrap();
    assert!(store.list(&other(), None, 10).await.unwrap().is_empty());
    let find = async |tenant| {
        store
            .find_by_identity(&tenant, &plugin().id, &identity("u", "c"))
            .await
            .unwrap()
            .len()
    };
    assert_eq!(find(other()).await, 0);
    assert_eq!(find(tenant()).await, 1);
}

async fn a_lease_on_one_is_none_on_a_namesake(stage: Stage) {
    let store = stage.open().await;
    let mine = connected(&*store, "same").await;
    let theirs = store
        .create(&other(), &crate::sample::credential("same"), NOW)
        .await
        .unwrap();
    acquire(&*store, mine, "me").await;
    let acquired = store
        .acquire(&other(), theirs, &owner("them"), NOW, TTL)
        .await
        .unwrap();
    assert!(matches!(
        acquired,
        credential_connections::record::Acquisition::Acquired(_)
    ));
}

async fn a_row_that_was_moved_to_another_tenant_does_not_open(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "mine").await;
    stage
        .execute("DELETE FROM credential_event; UPDATE credential SET tenant = 'other'")
        .await;
    let read = store.get(&other(), id).await;
    assert!(matches!(read, Err(StoreError::Corrupt(_))), "{read:?}");
}

async fn a_secret_that_was_moved_does_not_open(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "mine").await;
    for (moved, field) in [
        ("access = refresh", "access token"),
        ("generation = generation + 1", "access token"),
        ("settings_version = settings_version + 1", "client_secret"),
    ] {
        let back = stage.open().await.get(&tenant(), id).await;
        assert!(back.is_ok(), "{back:?}");
        stage
            .execute("CREATE TABLE kept AS SELECT * FROM credential")
            .await;
        stage
            .execute(&format!("UPDATE credential SET {moved}"))
            .await;
        let Err(StoreError::Corrupt(what)) = store.get(&tenant(), id).await else {
            panic!("{moved} went unnoticed");
        };
        assert!(what.contains(field), "{moved}: {what}");
        let put_back = "UPDATE credential SET access = (SELECT access FROM kept), \
                        generation = (SELECT generation FROM kept), \
                        settings_version = (SELECT settings_version FROM kept); DROP TABLE kept";
        stage.execute(put_back).await;
    }
}

/// An earlier version stored tenants as they were given, and bound the secrets to that.
async fn a_tenant_is_found_in_the_form_in_which_it_was_stored(stage: Stage) {
    let store = stage.open().await;
    let old = Tenant::stored("Zoe\u{308}").unwrap();
    let id = store.create(&old, &credential("kept"), NOW).await.unwrap();
    for given in ["Zo\u{eb}", "Zoe\u{308}"] {
        let tenant = Tenant::parse(given).unwrap();
        let record = store.get_by_name(&tenant, &name("kept")).await.unwrap();
        assert_eq!((record.overview.id, &record.overview.tenant), (id, &old));
        assert_eq!(record.settings, settings());
        assert_eq!(store.list(&tenant, None, 10).await.unwrap().len(), 1);
        assert_eq!(store.history(&tenant, id, None, 10).await.unwrap().len(), 1);
        let acquired = store.acquire(&tenant, id, &owner("me"), NOW, TTL).await;
        let Ok(Acquisition::Acquired(leased)) = acquired else {
            panic!("{acquired:?}");
        };
        store.release(&leased.lease).await.unwrap();
    }
    let tenant = Tenant::parse("Zo\u{eb}").unwrap();
    let again = store.create(&tenant, &credential("kept"), NOW).await;
    assert_eq!(again, Err(StoreError::NameTaken(name("kept"))));
    store.delete(&tenant, id).await.unwrap();
    assert_eq!(store.list(&old, None, 10).await.unwrap(), []);
}
