//! Whatever a service answers: no secret gets into a plugin's memory, be it one that repeats all that it
//! is told or the one that ships.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use credential_runtime::{
    Error, Grant, HeldTokens, Operation, Plugin, Policy, Proof, Runtime, RuntimeBuilder, Secret,
    Sender, Settings, Witness,
};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::server::Server;
use crate::stage::{SERVICE, Stage};

const INTACCT: &str = "https://api.intacct.com";

/// Names that the shipped plugin reads, and some that are sealed.
const READ: &[&str] = &[
    "access_token",
    "code",
    "details",
    "error",
    "error_description",
    "expires_in",
    "ia::error",
    "ia::result",
    "message",
    "refresh_token",
    "supportId",
    "token_type",
];

/// The secrets of an operation, and an answer with them in it, here and there.
#[derive(Clone, Debug)]
struct Case {
    /// Three that the host knows, or two that it knows and two that only the answer brings.
    secrets: Vec<String>,
    status: &'static str,
    document: Value,
    /// No secret: a code that the answer has in a declared member, and that the search must find where
    /// the answer is told.
    control: String,
}

impl Case {
    /// A service that answers so, and a policy that lets requests to `origin` get there.
    async fn service(&self, origin: &str) -> (Server, Arc<Policy>) {
        let headers = "content-type: application/json\r\n";
        let mut document = self.document.clone();
        if let Value::Object(members) = &mut document {
            // One is declared by the guest, one by the plugin that ships.
            members.insert("m".to_owned(), self.control.as_str().into());
            members.insert("request_id".to_owned(), self.control.as_str().into());
        }
        let server = Server::says(self.status, headers, &document.to_string()).await;
        let texts = ["behaviour", "argument", "client_id", "username"];
        let policy = texts
            .into_iter()
            .fold(Policy::nothing(), Policy::allow_text)
            .allow_origin(origin.parse().unwrap())
            .map_origin(origin.parse().unwrap(), server.url().parse().unwrap());
        (server, Arc::new(policy))
    }

    fn is_kept_from(&self, proof: &Proof) -> Result<(), TestCaseError> {
        let needles: Vec<&str> = self.secrets.iter().map(String::as_str).collect();
        prop_assert_eq!(proof.search(&needles).findings, []);
        Ok(())
    }

    /// The calls in whose memory the control stands.
    fn calls_told(&self, proof: &Proof) -> BTreeSet<String> {
        let found = proof.search(&[&self.control]).findings.into_iter();
        found
            .filter(|it| it.place == "memory")
            .map(|it| it.export)
            .collect()
    }
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

/// A document with any of the secrets anywhere.
fn any_document(secrets: &[String]) -> impl Strategy<Value = Value> + use<> {
    let place = (select(secrets.to_vec()), 0_usize..3, "[ -~]{0,6}")
        .prop_map(|(secret, way, before)| before + &spelled(&secret, way));
    let leaf = prop_oneof![
        any::<i32>().prop_map(Value::from),
        "[ -~]{0,12}".prop_map(Value::from),
        place.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let read = select(READ).prop_map(str::to_owned);
        let name = prop_oneof!["[a-z]{1,6}", read, place.clone()];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((name, inner), 0..4).prop_map(Value::from_iter),
        ]
    })
}

/// A token answer (RFC 6749 section 5.1) with tokens of its own, and a member more.
fn any_token_answer(secrets: &[String]) -> impl Strategy<Value = Value> + use<> {
    let (access, refresh) = (secrets[2].clone(), secrets[3].clone());
    // Where a token of its own is repeated, the whole body is withheld.
    let more = prop_oneof![
        3 => any_document(&secrets[..2]),
        1 => any_document(secrets)
    ];
    (select(READ), more).prop_map(move |(name, more)| {
        let mut answer = json!({ name: more, "token_type": "Bearer", "expires_in": 3600 });
        answer["access_token"] = access.clone().into();
        answer["refresh_token"] = refresh.clone().into();
        answer
    })
}

fn case_of(
    secrets: Vec<String>,
    document: impl Strategy<Value = Value>,
) -> impl Strategy<Value = Case> {
    let status = select(&["200 OK", "400 Bad Request", "401 Unauthorized", "429 Slow"][..]);
    let parts = (status, document, "[A-Za-z0-9]{16,40}");
    parts.prop_map(move |(status, document, control)| Case {
        secrets: secrets.clone(),
        status,
        document,
        control: format!("Q{control}Z"),
    })
}

fn any_case() -> impl Strategy<Value = Case> {
    let secrets = proptest::collection::vec(any_secret(), 3);
    secrets.prop_flat_map(|secrets| {
        let document = any_document(&secrets);
        case_of(secrets, document)
    })
}

/// An answer of the token endpoint or of any other.
fn any_case_of_the_shipped_plugin() -> impl Strategy<Value = Case> {
    let secrets = proptest::collection::vec(any_secret(), 4);
    secrets.prop_flat_map(|secrets| {
        let document = prop_oneof![any_token_answer(&secrets), any_document(&secrets[..2])];
        case_of(secrets, document)
    })
}

fn for_all<C: Debug>(
    cases: u32,
    any: &impl Strategy<Value = C>,
    holds: impl Fn(C) -> Result<(), TestCaseError>,
) {
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    };
    TestRunner::new(config).run(any, holds).unwrap();
}

fn tasks() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

fn witnessed(proof: &Arc<Proof>) -> RuntimeBuilder {
    Runtime::builder().witness(Arc::clone(proof) as Arc<dyn Witness>)
}

/// Sends, and repeats whatever it is told of the answer.
async fn run(stage: &Stage, case: &Case) {
    let (server, policy) = case.service(SERVICE).await;
    let settings = Settings::new()
        .with_text("behaviour", "tell-all")
        .with_text("argument", format!("{SERVICE}/"))
        .with_secret("secret", case.secrets[0].as_str())
        .with_secret("no-field-of-the-form", case.secrets[1].as_str());
    let operation = stage.plugin.operation(&settings, &policy);
    let held = HeldTokens {
        access: Some(Secret::new(case.secrets[2].as_str())),
        refresh: None,
    };
    // In the call that may send anything; what the plugin was told is what it says.
    let told = operation.revoke(&held).await;
    assert!(matches!(told, Err(Error::Refused(_))), "{told:?}");
    assert_eq!(server.received().len(), 1);
}

#[test]
fn no_answer_brings_a_secret_into_the_plugins_memory() {
    let (tasks, proof) = (tasks(), Arc::new(Proof::default()));
    let stage = tasks.block_on(Stage::with(witnessed(&proof)));
    let told = Cell::new(0);
    for_all(64, &any_case(), |case| {
        proof.clear();
        tasks.block_on(run(&stage, &case));
        case.is_kept_from(&proof)?;
        told.set(told.get() + case.calls_told(&proof).len());
        Ok(())
    });
    assert!(
        told.get() > 4,
        "the search finds what is there: {}",
        told.get()
    );
}

/// Every call that the shipped plugin makes of an answer; what it makes of it does not matter.
async fn run_shipped(plugin: &Plugin, case: &Case) {
    let (server, policy) = case.service(INTACCT).await;
    let settings = Settings::new()
        .with_text("client_id", "0123456789abcdef0123.app.sage.com")
        .with_text("flow_type", "web_services_user")
        .with_text("username", "ws-reader@ACME")
        .with_secret("client_secret", case.secrets[0].as_str());
    let operation = plugin.operation(&settings, &policy);
    ask_everything(&operation, &Secret::new(case.secrets[1].as_str())).await;
    // Two for tokens, two for a test, one to revoke. After an answer with a secret that its request had not
    // carried, nothing more is sent.
    assert!((1..=5).contains(&server.received().len()));
}

async fn ask_everything(operation: &Operation, token: &Secret) {
    let grant = Grant::RefreshToken(token.clone());
    for sender in [Sender::Plugin, Sender::Host] {
        let _ = operation.obtain_tokens(&grant, sender).await;
    }
    let _ = operation.test(token).await;
    let held = HeldTokens {
        access: None,
        refresh: Some(token.clone()),
    };
    let _ = operation.revoke(&held).await;
}

#[test]
fn no_answer_brings_a_secret_into_the_memory_of_the_plugin_that_ships() {
    let (tasks, proof) = (tasks(), Arc::new(Proof::default()));
    let runtime = witnessed(&proof).build().unwrap();
    let plugin = tasks
        .block_on(runtime.load(intacct_component::COMPONENT))
        .unwrap();
    let told = std::cell::RefCell::new(BTreeSet::new());
    for_all(48, &any_case_of_the_shipped_plugin(), |case| {
        proof.clear();
        tasks.block_on(run_shipped(&plugin, &case));
        case.is_kept_from(&proof)?;
        told.borrow_mut().extend(case.calls_told(&proof));
        Ok(())
    });
    let all = [
        "connection/revoke",
        "connection/test",
        "oauth/obtain-tokens",
        "oauth/parse-token-response",
    ];
    assert_eq!(
        told.into_inner(),
        all.map(str::to_owned).into(),
        "the search finds what is there"
    );
}
