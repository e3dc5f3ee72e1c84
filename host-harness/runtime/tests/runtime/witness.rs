//! The proof, and the proof that the proof could fail.

use std::sync::{Arc, Mutex};

use credential_runtime::{Account, Runtime, Sender, Testimony, Witness};

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

/// Keeps what is given of answers: place, reading and whether it is given; and answers withheld whole.
#[derive(Default)]
struct Accounts(Mutex<Vec<String>>);

impl Witness for Accounts {
    fn observe(&self, _testimony: &Testimony<'_>) {}

    fn read(&self, account: &Account<'_>) {
        let mut kept = self.0.lock().unwrap();
        if account.withheld {
            kept.push("withheld".to_owned());
        }
        kept.extend(account.places.iter().map(|it| {
            let given = if it.given { "given" } else { "unreadable" };
            format!("{} {} {given}", it.pointer, it.reading.name())
        }));
    }
}

#[tokio::test]
async fn a_witness_is_told_what_is_given_of_an_answer_and_what_is_not() {
    let body = format!(
        r#"{{"access_token": "not-a-real-token-0815", "m": "{SECRET}", "list": [{{"token": {{}}}}]}}"#
    );
    let accounts = Arc::new(Accounts::default());
    let server = Server::says_json(&body).await;
    let builder = Runtime::builder().witness(Arc::clone(&accounts) as Arc<dyn Witness>);
    let stage = Stage::with(builder).await.mapped_to(&server);
    for sender in [Sender::Plugin, Sender::Host] {
        stage.obtain("secret-in-form", sender).await.unwrap();
        let kept = std::mem::take(&mut *accounts.0.lock().unwrap());
        for expected in [
            "/m code unreadable",
            "/m presence given",
            "/m phrases unreadable",
            "/access_token secret given",
            "/list/0/token secret unreadable",
        ] {
            assert!(kept.contains(&expected.to_owned()), "{expected}: {kept:#?}");
        }
    }
    // The request did not carry the secret.
    let _ = stage.obtain("", Sender::Plugin).await;
    assert_eq!(*accounts.0.lock().unwrap(), ["withheld"]);
}
