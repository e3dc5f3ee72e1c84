//! Somebody who can write to the database and has no key.

use credential_connections::record::{Bound, NewCredential, PluginRef};
use credential_connections::store::StoreError;
use credential_runtime::Digest;

use crate::sample::{NOW, credential, plugin, tenant};
use crate::stage::Stage;

crate::on_both! {
    what_a_row_says_of_its_plugin_opens_nothing_once_it_is_changed,
}

/// Bound to these origins and readings, as everything is that is stored today.
fn bound_plugin() -> PluginRef {
    let owned = |texts: &[&str]| texts.iter().map(|it| (*it).to_owned()).collect();
    PluginRef {
        bound: Some(Bound {
            origins: owned(&["https://api.service.example"]),
            reads: owned(&["/access_token as a secret"]),
            sends: Some(owned(&["the request header x-note"])),
        }),
        ..plugin()
    }
}

async fn what_a_row_says_of_its_plugin_opens_nothing_once_it_is_changed(stage: Stage) {
    let store = stage.open().await;
    let new = NewCredential {
        plugin: bound_plugin(),
        ..credential("bound")
    };
    let id = store.create(&tenant(), &new, NOW).await.unwrap();
    let before = store.get(&tenant(), id).await.unwrap();
    assert_eq!(before.overview.plugin, bound_plugin());
    let other_digest = format!("plugin_digest = '{}'", Digest::of(b"another component"));
    let changes = [
        "plugin_id = 'another-service'",
        other_digest.as_str(),
        "plugin_bound = replace(plugin_bound, 'api.service', 'evil')",
        "plugin_bound = replace(plugin_bound, '/access_token', '/refresh_token')",
        "plugin_bound = replace(plugin_bound, 'the request header', 'secrets in the request header')",
        "plugin_bound = replace(plugin_bound, '\"sends\"', '\"then\"')",
        "plugin_bound = NULL",
    ];
    stage
        .execute(
            "CREATE TABLE kept AS SELECT plugin_id, plugin_digest, plugin_bound FROM credential",
        )
        .await;
    for change in changes {
        stage
            .execute(&format!("UPDATE credential SET {change}"))
            .await;
        let opened = stage.open().await.get(&tenant(), id).await;
        assert!(
            matches!(opened, Err(StoreError::Corrupt(_))),
            "{change}: {opened:?}"
        );
        stage
            .execute(
                "UPDATE credential SET plugin_id = (SELECT plugin_id FROM kept), \
                 plugin_digest = (SELECT plugin_digest FROM kept), \
                 plugin_bound = (SELECT plugin_bound FROM kept)",
            )
            .await;
        let healed = stage.open().await.get(&tenant(), id).await;
        assert_eq!(healed.as_ref(), Ok(&before), "{change}");
    }
}
