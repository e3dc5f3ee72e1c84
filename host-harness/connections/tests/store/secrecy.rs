//! Nothing secret in the clear, wherever a database writes.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use credential_connections::master_key::{MasterKey, MasterKeys};
use credential_connections::record::{
    LeasedRecord, NewCredential, NewTokens, RefreshChange, Secret, Settings, SettingsChange,
};
use credential_connections::store::Store;
use credential_runtime::SystemRandomness;
use memchr::memmem;

use crate::sample::{NOW, acquire, credential, name, plugin, tenant, tokens, transition};
use crate::stage::Stage;

crate::on_both! {
    no_secret_is_in_any_file,
    no_secret_is_in_a_debug_print,
}

/// Every secret that the test below stores, replaces or deletes.
const SECRETS: [&str; 6] = [
    "not-a-real-secret-canary-client",
    "not-a-real-secret-canary-session",
    "not-a-real-secret-canary-access-1",
    "not-a-real-secret-canary-refresh-1",
    "not-a-real-secret-canary-access-2",
    "not-a-real-secret-canary-refresh-2",
];

/// Not secret, so stored in the clear: it shows that the search below finds what is there.
const CONTROL: &str = "canary-that-may-be-found";

fn settings(field: &str, secret: &str) -> Settings {
    Settings::new()
        .with_text("username", CONTROL)
        .with_secret(field, Secret::new(secret))
}

fn pair(number: usize) -> NewTokens {
    NewTokens {
        access: Secret::new(SECRETS[2 * number]),
        refresh: RefreshChange::Replace(Secret::new(SECRETS[2 * number + 1])),
        ..tokens("")
    }
}

/// Goes through a credential's life up to just before its end.
async fn live(stage: &Stage) -> Arc<dyn Store> {
    let store = stage.open().await;
    let new = NewCredential {
        settings: settings("client_secret", SECRETS[0]),
        ..credential("canary")
    };
    let id = store.create(&tenant(), &new, NOW).await.unwrap();
    let LeasedRecord { lease, record } = acquire(&*store, id, "me").await;
    let mut generation = record.overview.generation;
    for number in [1, 2] {
        let (tokens, transition) = (pair(number), transition("connected"));
        let commit = store.commit_tokens(&lease, generation, &tokens, &transition, NOW);
        generation = commit.await.unwrap();
    }
    let change = SettingsChange {
        expected: record.overview.settings_version,
        plugin: plugin(),
        settings: settings("session_id", SECRETS[1]),
        state: None,
        event: credential_connections::record::NewEvent::new("edited"),
    };
    store
        .replace_settings(&tenant(), id, &change, NOW)
        .await
        .unwrap();
    let stored = store.get_by_name(&tenant(), &name("canary")).await.unwrap();
    assert_eq!(stored.tokens.unwrap().access, Secret::new(SECRETS[4]));
    store
}

async fn no_secret_is_in_any_file(stage: Stage) {
    let _open = live(&stage).await;
    let written = stage.everything_written().await;
    let found_in = |text: &str| {
        let files = written
            .iter()
            .filter(|(_, bytes)| memmem::find(bytes, text.as_bytes()).is_some());
        files.map(|(file, _)| file.as_str()).collect::<Vec<_>>()
    };
    // In the database, in its log, and in the backup.
    assert!(found_in(CONTROL).len() >= 3, "{:?}", found_in(CONTROL));
    for secret in SECRETS {
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        for spelling in [secret.to_owned(), hex, STANDARD.encode(secret)] {
            assert_eq!(found_in(&spelling), Vec::<&str>::new(), "{spelling}");
        }
    }
}

async fn no_secret_is_in_a_debug_print(stage: Stage) {
    let store = live(&stage).await;
    let record = store.get_by_name(&tenant(), &name("canary")).await.unwrap();
    let id = record.overview.id;
    let history = store.history(&tenant(), id, None, 100).await.unwrap();
    let wrong = stage
        .try_open(MasterKeys::one(MasterKey::draw(&SystemRandomness)))
        .await;
    let printed = format!(
        "{record:?} {history:?} {:?} {}",
        wrong.err(),
        serde_json::to_string(&(&record.overview, &history)).unwrap()
    );
    assert!(printed.contains(CONTROL));
    assert!(!printed.contains("not-a-real-secret"), "{printed}");
}
