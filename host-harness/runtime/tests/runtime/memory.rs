//! Whatever a service answers: no secret of the operation gets into the plugin's memory.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use credential_runtime::{Policy, Proof, Runtime, Secret, Settings, Witness};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;

use crate::server::Server;
use crate::stage::{SERVICE, Stage};

/// The secrets of an operation, and an answer with them in it, here and there.
#[derive(Clone, Debug)]
struct Case {
    secrets: [String; 3],
    document: Value,
    /// No secret: a text that the answer has in a header, in one of the spellings, and that the search
    /// must find.
    control: String,
    way: usize,
}

/// As it is, percent-encoded, and in base64.
fn spelled(secret: &str, way: usize) -> String {
    match way % 3 {
        0 => secret.to_owned(),
        1 => form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        _ => STANDARD.encode(secret),
    }
}

fn any_secret() -> impl Strategy<Value = String> {
    prop_oneof!["[A-Za-z0-9]{16,40}", "[ -~]{16,40}", "[/~%+\"&=]{12,20}"]
        .prop_map(|secret| format!("Q{secret}Z"))
}

fn any_document(secrets: [String; 3]) -> impl Strategy<Value = Value> {
    let place = (0_usize..3, 0_usize..3, "[ -~]{0,6}")
        .prop_map(move |(which, way, before)| before + &spelled(&secrets[which], way));
    let leaf = prop_oneof![
        any::<i32>().prop_map(Value::from),
        "[ -~]{0,12}".prop_map(Value::from),
        place.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let name = prop_oneof!["[a-z]{1,6}", Just("access_token".to_owned()), place.clone()];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((name, inner), 0..4).prop_map(Value::from_iter),
        ]
    })
}

fn any_case() -> impl Strategy<Value = Case> {
    let secrets = [any_secret(), any_secret(), any_secret()];
    secrets.prop_flat_map(|secrets| {
        let parts = (
            any_document(secrets.clone()),
            "[A-Za-z0-9/+ ]{16,40}",
            0_usize..3,
        );
        parts.prop_map(move |(document, control, way)| Case {
            secrets: secrets.clone(),
            document,
            control: format!("Q{control}Z"),
            way,
        })
    })
}

/// Sends, and repeats whatever it is told of the answer.
async fn run(stage: &Stage, case: &Case) {
    let control = spelled(&case.control, case.way);
    let headers = format!("content-type: application/json\r\nx-control: {control}\r\n");
    let server = Server::says("200 OK", &headers, &case.document.to_string()).await;
    let service = SERVICE.parse().unwrap();
    let policy = Policy::nothing()
        .allow_origin(SERVICE.parse().unwrap())
        .map_origin(service, server.url().parse().unwrap());
    let [field, unknown, access] = &case.secrets;
    let settings = Settings::new()
        .with_text("behaviour", "tell-all")
        .with_text("argument", format!("{SERVICE}/"))
        .with_secret("secret", field.as_str())
        .with_secret("no-field-of-the-form", unknown.as_str());
    let operation = stage.plugin.operation(&settings, &Arc::new(policy));
    operation.test(&Secret::new(access.as_str())).await.unwrap();
    assert_eq!(server.received().len(), 1);
}

#[test]
fn no_answer_brings_a_secret_into_the_plugins_memory() {
    let tasks = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let proof = Arc::new(Proof::default());
    let builder = Runtime::builder().witness(Arc::clone(&proof) as Arc<dyn Witness>);
    let stage = tasks.block_on(Stage::with(builder));
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(64)
    };
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(&any_case(), |case| {
        proof.clear();
        tasks.block_on(run(&stage, &case));
        let needles = case.secrets.each_ref().map(String::as_str);
        prop_assert_eq!(proof.search(&needles).findings, []);
        let control = proof.search(&[&case.control]).findings;
        prop_assert!(
            control.iter().any(|it| it.place == "memory"),
            "{:?}",
            control
        );
        Ok(())
    });
    outcome.unwrap();
}
