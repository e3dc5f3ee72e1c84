//! A mock Intacct, and the shipped component in the sandbox, which takes it for the real one.

use std::sync::Arc;

use credential_runtime::{
    Grant, Operation, Plugin, Policy, RedirectError, RuntimeBuilder, Settings, Witness,
};
use intacct_component::COMPONENT;
use mock_intacct::browser::{self, Consent, Person};
use mock_intacct::{Builder, Clock, Company, INTACCT_ORIGIN, MockIntacct};

/// One of the redirect URIs that the sample application has registered.
pub const REDIRECT_URI: &str = "https://127.0.0.1:8443/oauth/callback";

/// Compiled plugins, so that only the first world of a build compiles one.
const CACHE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/test-cache");
/// The mock's time when a world begins, in seconds since 1970; it moves only when a test moves it.
const START: u64 = 1_800_000_000;

/// A mock, a plugin, and the policy that lets the one reach the other.
pub struct World {
    /// The service.
    pub mock: MockIntacct,
    /// The shipped component.
    pub plugin: Plugin,
    /// Allows what the plugin asks for, mapped to the mock.
    pub policy: Arc<Policy>,
}

/// What to start a [`World`] with.
#[derive(Default)]
pub struct WorldBuilder {
    mock: Builder,
    runtime: RuntimeBuilder,
}

impl WorldBuilder {
    /// The mock to start.
    #[must_use]
    pub fn mock(mut self, mock: Builder) -> Self {
        self.mock = mock;
        self
    }

    /// The runtime to load the plugin with.
    #[must_use]
    pub fn runtime(mut self, runtime: RuntimeBuilder) -> Self {
        self.runtime = runtime;
        self
    }

    /// Shows every call's memory to a witness.
    #[must_use]
    pub fn witness(mut self, witness: Arc<dyn Witness>) -> Self {
        self.runtime = self.runtime.witness(witness);
        self
    }

    /// Starts it all.
    ///
    /// # Panics
    ///
    /// Where the machine does not let it: a test that cannot begin has failed.
    #[expect(clippy::expect_used, reason = "a test that cannot begin has failed")]
    pub async fn start(self) -> World {
        let mock = self.mock.start().await.expect("a free port on loopback");
        let runtime = self.runtime.cache(CACHE).build().expect("a runtime");
        let plugin = runtime
            .load(COMPONENT)
            .await
            .expect("the shipped component loads");
        let policy = Arc::new(policy(&plugin, &mock));
        World {
            mock,
            plugin,
            policy,
        }
    }
}

#[expect(clippy::expect_used, reason = "a test that cannot begin has failed")]
fn policy(plugin: &Plugin, mock: &MockIntacct) -> Policy {
    let intacct = || INTACCT_ORIGIN.parse().expect("an origin");
    let to_mock = mock.origin().parse().expect("a base URL");
    plugin.asked_policy().map_origin(intacct(), to_mock)
}

impl World {
    /// The sample company at a mock that always issues the same tokens.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// Begins to set a world up.
    #[must_use]
    pub fn builder() -> WorldBuilder {
        WorldBuilder::default().mock(MockIntacct::builder().seed(7).clock(Clock::fixed_at(START)))
    }

    /// An operation on a credential with these settings.
    #[must_use]
    pub fn operation(&self, settings: &Settings) -> Operation {
        self.plugin.operation(settings, &self.policy)
    }

    /// Goes through the browser as dana, who allows: the grant that the redirect brings.
    ///
    /// # Panics
    ///
    /// Where the mock's pages cannot be walked.
    #[expect(clippy::expect_used, reason = "a test whose set-up fails has failed")]
    pub async fn consent(&self, operation: &Operation) -> Grant {
        let redirected = self.walk(operation, Consent::Allow).await;
        redirected.expect("a code for this authorization")
    }

    /// Goes through the browser as dana.
    ///
    /// # Errors
    ///
    /// What the redirect brought, where it was no code.
    ///
    /// # Panics
    ///
    /// Where the mock's pages cannot be walked.
    #[expect(clippy::expect_used, reason = "a test whose set-up fails has failed")]
    pub async fn walk(
        &self,
        operation: &Operation,
        consent: Consent,
    ) -> Result<Grant, RedirectError> {
        let pending = operation
            .begin_authorization(REDIRECT_URI)
            .await
            .expect("a URL");
        let company = self.mock.company();
        let redirected = browser::sign_in(pending.url(), dana(&company), consent).await;
        pending.complete(&redirected.expect("the pages lead back"))
    }
}

/// A regular user of the sample company.
#[must_use]
pub fn dana(company: &Company) -> Person<'_> {
    let password = "not-a-real-password-dana";
    Person {
        company: &company.id,
        user: "dana",
        password,
    }
}

/// The form, filled in for the sample company's first application and a Web Services user.
#[must_use]
pub fn web_services_user(company: &Company) -> Settings {
    application(company)
        .with_text("flow_type", "web_services_user")
        .with_text("username", format!("ws-loader@{}", company.id))
}

/// The form, filled in for the sample company's first application and whoever signs in.
#[must_use]
pub fn regular_user(company: &Company) -> Settings {
    application(company).with_text("flow_type", "regular_user")
}

fn application(company: &Company) -> Settings {
    company
        .applications
        .first()
        .map_or_else(Settings::new, |application| {
            Settings::new()
                .with_text("client_id", application.client_id.as_str())
                .with_secret("client_secret", application.client_secret.as_str())
        })
}
