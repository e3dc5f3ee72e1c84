//! A runtime with the misbehaving plugin, and one line for each thing to ask of it.

use std::sync::Arc;

use credential_runtime::{
    CallFailure, Cause, Error, ErrorKind, Grant, HeldTokens, Limit, Limits, LoadError, Operation,
    Plugin, Policy, Runtime, RuntimeBuilder, Secret, Sender, Settings, Tokens,
};

use tokio::sync::Notify;

use crate::log::Log;
use crate::server::Server;

pub const SERVICE: &str = "https://service.example";
pub const SECRET: &str = "not-a-real-secret-4711/+x";

pub struct Stage {
    pub plugin: Plugin,
    policy: Policy,
    settings: Settings,
}

impl Stage {
    pub async fn new() -> Self {
        Self::with(Runtime::builder()).await
    }

    pub async fn with_limits(limits: Limits) -> Self {
        Self::with(Runtime::builder().limits(limits)).await
    }

    pub async fn with(builder: RuntimeBuilder) -> Self {
        Self::on(&builder.build().expect("a runtime")).await
    }

    pub async fn on(runtime: &Runtime) -> Self {
        let plugin = runtime
            .load(test_guests::MISBEHAVING)
            .await
            .expect("the guest loads");
        Self::of(plugin)
    }

    fn of(plugin: Plugin) -> Self {
        Self {
            policy: texts(&plugin)
                .allow_origin(SERVICE.parse().unwrap())
                .allow_header("x-note")
                .allow_secret_header("x-api-key"),
            plugin,
            settings: Settings::new().with_secret("secret", SECRET),
        }
    }

    /// What the plugin addresses to the service goes to this server.
    pub fn mapped_to(self, server: &Server) -> Self {
        self.mapping(SERVICE, server)
    }

    /// The same of another origin.
    pub fn mapping(mut self, origin: &str, server: &Server) -> Self {
        let origin: credential_runtime::Origin = origin.parse().unwrap();
        let to = server.url().parse().unwrap();
        self.policy = self.policy.allow_origin(origin.clone());
        self.policy = self.policy.map_origin(origin, to);
        self
    }

    /// What the behaviour needs besides a URL.
    pub fn with_extra(mut self, extra: &str) -> Self {
        self.settings = self.settings.with_text("extra", extra);
        self
    }

    pub fn with_secret(mut self, secret: &str) -> Self {
        self.settings = self.settings.with_secret("secret", secret);
        self
    }

    pub fn allowing_claims(mut self, claims: &[&str]) -> Self {
        self.policy = claims
            .iter()
            .fold(self.policy, |policy, it| policy.allow_claim(*it));
        self
    }

    pub fn allowing_nothing(mut self) -> Self {
        self.policy = texts(&self.plugin);
        self
    }

    pub fn allowing(mut self, origin: &str) -> Self {
        self.policy = self.policy.allow_origin(origin.parse().unwrap());
        self
    }

    pub fn operation(&self, behaviour: &str, argument: &str) -> Operation {
        let settings = self
            .settings
            .clone()
            .with_text("behaviour", behaviour)
            .with_text("argument", argument);
        self.plugin
            .operation(&settings, &Arc::new(self.policy.clone()))
    }

    /// Misbehaves without the network; what the plugin says of it.
    pub async fn compute(&self, behaviour: &str, argument: &str) -> Result<String, CallFailure> {
        match self.operation(behaviour, argument).plan().await {
            Err(Error::Refused(refusal)) => {
                assert_eq!(refusal.kind, ErrorKind::Other, "{refusal:?}");
                Ok(refusal.diagnosis.message)
            }
            Err(Error::Failed(failure)) => Err(failure),
            Ok(plan) => panic!("the guest has no plan: {plan:?}"),
        }
    }

    /// Sends to a path at the service, in the call that may send anything; what the plugin was told of the
    /// answer.
    pub async fn send(&self, behaviour: &str, path: &str) -> Result<String, Error> {
        self.send_to(behaviour, &format!("{SERVICE}{path}")).await
    }

    pub async fn send_to(&self, behaviour: &str, url: &str) -> Result<String, Error> {
        let held = HeldTokens {
            access: Some(Secret::new("not-a-real-access")),
            refresh: None,
        };
        match self.operation(behaviour, url).revoke(&held).await {
            Err(Error::Refused(refusal)) => {
                assert_eq!(refusal.kind, ErrorKind::Other, "{refusal:?}");
                Ok(refusal.diagnosis.message)
            }
            Err(error) => Err(error),
            Ok(()) => panic!("the guest revokes nothing"),
        }
    }

    pub async fn obtain(&self, behaviour: &str, sender: Sender) -> Result<Secret, Error> {
        Ok(self.tokens(behaviour, sender).await?.access)
    }

    pub async fn tokens(&self, behaviour: &str, sender: Sender) -> Result<Tokens, Error> {
        let operation = self.operation(behaviour, &format!("{SERVICE}/token"));
        operation
            .obtain_tokens(&Grant::ClientCredentials, sender)
            .await
    }

    #[track_caller]
    pub fn assert_limit<T: std::fmt::Debug>(outcome: Result<T, CallFailure>, limit: Limit) {
        match outcome {
            Err(CallFailure {
                cause: Cause::Limit(hit),
                ..
            }) if hit == limit => {}
            other => panic!("expected {limit:?}, got {other:?}"),
        }
    }

    /// Runs an attack with others' calls in flight on the same runtime: one that had sent before it
    /// began and is answered while it runs, and one that begins and ends meanwhile. Neither takes
    /// notice, and the next call works.
    pub async fn withstands<T>(&self, attack: impl Future<Output = T>) -> T {
        let release = Arc::new(Notify::new());
        let server = Server::held(&release).await;
        let other = Self::of(self.plugin.clone()).mapped_to(&server);
        let in_flight = async {
            let answer = other.send("get", "/").await;
            assert_eq!(answer.as_deref(), Ok("200 BodyKind::Json /held=true"));
        };
        let attack = async {
            server.request_arrived().await;
            let meanwhile = async {
                other.assert_works().await;
                release.notify_one();
            };
            tokio::join!(attack, meanwhile).0
        };
        let (outcome, ()) = tokio::join!(attack, in_flight);
        other.assert_works().await;
        outcome
    }

    /// Why a component is not loaded, with others' calls in flight; the operator is told once.
    pub async fn refuses(runtime: &Runtime, bytes: &[u8]) -> LoadError {
        let stage = Self::on(runtime).await;
        let log = Log::keep();
        let outcome = stage.withstands(runtime.load(bytes)).await;
        let error = outcome.expect_err("no plugin");
        assert_eq!(log.lines().len(), 1, "told of once: {:#?}", log.lines());
        error
    }

    /// Whatever happened before, the next call works.
    pub async fn assert_works(&self) {
        assert_eq!(self.compute("count-calls", "").await.as_deref(), Ok("1"));
    }
}

/// Allows what the plugin asks to be told as text, and nothing else.
fn texts(plugin: &Plugin) -> Policy {
    let texts = plugin.descriptor().text_fields();
    texts.fold(Policy::nothing(), Policy::allow_text)
}
