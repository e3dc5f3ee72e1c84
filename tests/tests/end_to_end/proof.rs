//! The claim that sets this apart: no secret of a credential is ever in the plugin's memory, in
//! what it returned, or in what was logged. And the proof that the search would find one.

use std::io;
use std::sync::{Arc, Mutex};

use credential_runtime::{Grant, HeldTokens, Secret, Sender, Witness};
use end_to_end::{Proof, World, regular_user, web_services_user};
use tracing_subscriber::fmt::MakeWriter;

/// A log that is kept.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Everything that can be asked of the plugin, both flows, both ways of sending, refusals too.
/// Gives every secret that took part, those that the mock has not issued.
async fn exercise(world: &World) -> Vec<String> {
    let mut secrets = Vec::new();
    let company = world.mock.company();
    for sender in [Sender::Plugin, Sender::Host] {
        for settings in [web_services_user(&company), regular_user(&company)] {
            secrets.extend(sign_in(world, &settings, sender).await);
        }
    }
    let wrong = "not-a-real-secret-but-a-wrong-one";
    let settings = web_services_user(&company).with_secret("client_secret", wrong);
    let operation = world.operation(&settings);
    let refused = operation
        .obtain_tokens(&Grant::ClientCredentials, Sender::Plugin)
        .await;
    assert!(refused.is_err());
    secrets.push(wrong.to_owned());
    secrets.push(with_session_id(world).await);
    secrets.extend(
        company
            .applications
            .iter()
            .map(|it| it.client_secret.clone()),
    );
    secrets
}

async fn sign_in(
    world: &World,
    settings: &credential_runtime::Settings,
    sender: Sender,
) -> Vec<String> {
    let operation = world.operation(settings);
    operation.validate().await.unwrap();
    operation.plan().await.unwrap();
    let by_browser = settings.text("flow_type") == Some("regular_user");
    let grant = if by_browser {
        world.consent(&operation).await
    } else {
        Grant::ClientCredentials
    };
    let tokens = operation.obtain_tokens(&grant, sender).await.unwrap();
    operation.authenticate(&tokens.access).await.unwrap();
    operation.test(&tokens.access).await.unwrap();
    operation.revocation_warning().await.unwrap();
    let refresh = tokens.refresh.unwrap();
    operation
        .obtain_tokens(&Grant::RefreshToken(refresh.clone()), sender)
        .await
        .unwrap();
    let held = HeldTokens {
        access: None,
        refresh: Some(refresh.clone()),
    };
    operation.revoke(&held).await.unwrap();
    match grant {
        Grant::AuthorizationCode(code) => vec![
            code.code.expose().to_owned(),
            code.code_verifier.map(|it| it.expose().to_owned()).unwrap(),
        ],
        _ => Vec::new(),
    }
}

async fn with_session_id(world: &World) -> String {
    let company = world.mock.company();
    let session = company.sessions[0].session_id.clone();
    let application = &company.applications[0];
    let settings = credential_runtime::Settings::new()
        .with_text("client_id", application.client_id.as_str())
        .with_secret("client_secret", application.client_secret.as_str())
        .with_text("flow_type", "web_services_user")
        .with_secret("session_id", session.as_str());
    let operation = world.operation(&settings);
    let tokens = operation
        .obtain_tokens(&Grant::ClientCredentials, Sender::Plugin)
        .await
        .unwrap();
    assert_ne!(tokens.access, Secret::new(session.as_str()));
    session
}

#[tokio::test]
async fn no_secret_is_ever_in_the_plugins_memory_or_in_what_it_returns() {
    let proof = Arc::new(Proof::default());
    let witness = Arc::clone(&proof) as Arc<dyn Witness>;
    let world = World::builder().witness(witness).start().await;
    let mut secrets = exercise(&world).await;
    secrets.extend(world.mock.issued().secrets());
    let needles: Vec<&str> = secrets.iter().map(String::as_str).collect();
    let searched = proof.search(&needles);
    assert_eq!(searched.findings, []);
    assert!(
        needles.len() > 20 && searched.bytes > 10 << 20,
        "{searched:?}"
    );
    let mut exports = proof.calls();
    exports.sort();
    exports.dedup();
    assert_eq!(
        exports.len(),
        12 - 1,
        "all but `authorization-refused` were called: {exports:?}"
    );
}

#[tokio::test]
async fn the_search_finds_what_the_plugin_was_told() {
    let proof = Arc::new(Proof::default());
    let witness = Arc::clone(&proof) as Arc<dyn Witness>;
    let world = World::builder().witness(witness).start().await;
    // The same text as a secret and as a username: told apart by the kind of its field alone.
    let canary = "not-a-real-canary@Nordlicht-DEV";
    let settings = web_services_user(&world.mock.company()).with_secret("client_secret", canary);
    let _ = world
        .operation(&settings)
        .obtain_tokens(&Grant::ClientCredentials, Sender::Plugin)
        .await;
    assert_eq!(proof.search(&[canary]).findings, []);
    let settings = settings.with_text("username", canary);
    let _ = world
        .operation(&settings)
        .obtain_tokens(&Grant::ClientCredentials, Sender::Plugin)
        .await;
    let places: Vec<&str> = proof
        .search(&[canary])
        .findings
        .iter()
        .map(|it| it.place)
        .collect();
    assert_eq!(places, ["memory"]);
}

/// The log of the whole process, so that what other tests do at the same time is searched as well.
#[tokio::test]
async fn no_secret_is_ever_logged_at_any_level() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).expect("the only subscriber");
    let world = World::start().await;
    let mut secrets = exercise(&world).await;
    secrets.extend(world.mock.issued().secrets());
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(
        logged.contains("/ia/api/v1/oauth2/token"),
        "the log has something to search"
    );
    for secret in &secrets {
        for spelling in end_to_end::spellings(secret) {
            assert!(!logged.contains(&spelling), "a secret was logged");
        }
    }
}
