//! The proof, and the proof that the proof could fail.

use std::sync::{Arc, Mutex};

use credential_runtime::{Runtime, Sender, Testimony, Witness};

use crate::server::Server;
use crate::stage::{SECRET, Stage};

/// Keeps everything it is shown.
#[derive(Default)]
struct Keeper(Mutex<Vec<(String, Vec<u8>)>>);

impl Witness for Keeper {
    fn observe(&self, testimony: &Testimony<'_>) {
        let mut all = testimony.memories.concat();
        all.extend_from_slice(testimony.returned.as_bytes());
        self.0
            .lock()
            .unwrap()
            .push((testimony.export.to_owned(), all));
    }
}

impl Keeper {
    fn holds(&self, text: &str) -> bool {
        let shown = self.0.lock().unwrap();
        shown
            .iter()
            .any(|(_, bytes)| bytes.windows(text.len()).any(|it| it == text.as_bytes()))
    }

    fn exports(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap()
            .iter()
            .map(|(export, _)| export.clone())
            .collect()
    }
}

#[tokio::test]
async fn no_secret_is_in_the_plugins_memory_and_the_search_finds_what_is() {
    let keeper = Arc::new(Keeper::default());
    let server = Server::says_json(r#"{"access_token": "not-a-real-token-0815"}"#).await;
    let builder = Runtime::builder().witness(Arc::clone(&keeper) as Arc<dyn Witness>);
    let stage = Stage::with(builder).await.mapped_to(&server);
    for sender in [Sender::Plugin, Sender::Host] {
        stage.obtain("secret-in-form", sender).await.unwrap();
    }
    assert_eq!(
        keeper.exports(),
        [
            "credential/describe",
            "oauth/obtain-tokens",
            "oauth/token-request",
            "oauth/parse-token-response"
        ]
    );
    assert!(!keeper.holds(SECRET));
    assert!(!keeper.holds("not-a-real-token-0815"));
    assert!(
        keeper.holds("secret-in-form"),
        "the search finds what the plugin was told"
    );
}

#[tokio::test]
async fn a_recorded_memory_grows_and_ends_within_its_bound() {
    let keeper = Arc::new(Keeper::default());
    let builder = Runtime::builder().witness(Arc::clone(&keeper) as Arc<dyn Witness>);
    let stage = Stage::with(builder).await;
    Stage::assert_limit(
        stage.compute("allocate", "").await,
        credential_runtime::Limit::Memory,
    );
    stage.assert_works().await;
}
