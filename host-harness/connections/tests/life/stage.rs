//! A mock Intacct, the shipped component in the sandbox, a store, and connections over all three.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use credential_connections::master_key::KeyFile;
use credential_connections::record::{Name, Tenant, Timestamp};
use credential_connections::service::{
    Clock as _, Connected, Connections, ConnectionsBuilder, Error, Installed, Status,
};
use credential_connections::state::State;
use credential_connections::store::{Store, StoreOptions, open};
use credential_runtime::{Plugin, Policy, Randomness, Runtime, Settings, SystemRandomness};
use intacct_component::COMPONENT;
use mock_intacct::browser::{self, Consent, Person};
use mock_intacct::{Clock, Company, FaultRule, INTACCT_ORIGIN, Ledger, MockIntacct, Rotation};

use tempfile::TempDir;

use crate::clock::TestClock;
use test_stores::Server;

/// One of the redirect URIs that the sample application has registered.
pub const REDIRECT_URI: &str = "https://127.0.0.1:8443/oauth/callback";

/// The plugin's id.
pub const PLUGIN: &str = "sage-intacct-rest";

/// When a test begins, in seconds since 1970.
pub const START: u64 = 1_800_000_000;

/// Longer than any access token lives here.
pub const LIFE: Duration = Duration::from_secs(43_200);

/// Longer than a lease, and than the pause before the last try of a refresh token.
pub const LEASE: Duration = Duration::from_secs(121);

/// What stands for the value that a web page holds for one person.
pub const SESSION: &str = "not-a-real-session-cookie";

/// No jitter, and ids that do not matter.
pub struct Zeros;

impl Randomness for Zeros {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

pub struct World {
    pub mock: MockIntacct,
    pub clock: TestClock,
    pub store: Arc<dyn Store>,
    pub connections: Connections,
    /// Where the store is, as a worker is told.
    pub location: String,
    folder: TempDir,
}

impl World {
    /// On SQLite.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = folder.path().join("store.sqlite").display().to_string();
        Self::on(location, folder).await
    }

    /// On a PostgreSQL database of its own.
    pub async fn start_on_postgres() -> Self {
        let server = tokio::task::spawn_blocking(Server::shared).await.unwrap();
        Self::start_on(&server).await
    }

    /// On a database of its own on this server.
    pub(crate) async fn start_on(server: &Server) -> Self {
        Self::on(server.new_database().await, tempfile::tempdir().unwrap()).await
    }

    /// On this store, which is new.
    pub(crate) async fn on(location: String, folder: TempDir) -> Self {
        KeyFile::new(key_path(&folder))
            .create(&SystemRandomness)
            .unwrap();
        let store = open_store(&location, &key_path(&folder)).await;
        let mock = MockIntacct::builder().seed(7).clock(Clock::fixed_at(START));
        let mock = mock.start().await.unwrap();
        mock.change(|company| company.tokens.rotation = Rotation::ReuseKillsFamily);
        let clock = TestClock::at(Timestamp::from_millis(START as i64 * 1000));
        let connections = connections(&store, &mock.origin(), &clock, "first").await;
        Self {
            mock,
            clock,
            store,
            connections,
            location,
            folder,
        }
    }

    /// Where the master key is.
    pub fn key(&self) -> PathBuf {
        key_path(&self.folder)
    }

    /// Runs SQL on the store, as its administrator does.
    pub async fn execute(&self, sql: &str) {
        if self.is_postgres() {
            test_stores::execute(&self.location, sql).await;
        } else {
            let other = rusqlite::Connection::open(&self.location).unwrap();
            other.execute_batch(sql).unwrap();
        }
    }

    pub fn is_postgres(&self) -> bool {
        self.location.starts_with("postgres:")
    }

    /// Another worker on the same store, as another process has it.
    pub async fn another(&self, name: &str) -> Connections {
        connections(&self.store, &self.mock.origin(), &self.clock, name).await
    }

    /// Moves everyone's time.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.mock.clock().advance(by);
    }

    pub fn change(&self, change: impl FnOnce(&mut Company)) {
        self.mock.change(change);
    }

    pub fn inject(&self, rule: FaultRule) -> mock_intacct::InjectedFault {
        self.mock.inject(rule.on_path("/oauth2/token"))
    }

    pub fn renewals(&self) -> Ledger {
        self.mock.ledger().token_requests_with("refresh_token")
    }

    /// Adds a regular user's credential.
    pub async fn add_regular(&self, credential: &str) -> Name {
        self.add(credential, regular_user(&self.mock.company()))
            .await
    }

    /// Adds a Web Services user's credential.
    pub async fn add_loader(&self, credential: &str) -> Name {
        self.add(
            credential,
            web_services_user(&self.mock.company(), "ws-loader"),
        )
        .await
    }

    pub async fn add(&self, credential: &str, settings: Settings) -> Name {
        let name = name(credential);
        let added = self
            .connections
            .add(tenant(), name.clone(), PLUGIN, settings)
            .await
            .unwrap();
        assert_eq!(added.problems, [], "{credential}");
        name
    }

    /// A regular user's credential, connected as dana.
    pub async fn dana(&self) -> Name {
        let name = self.add_regular("Dana's").await;
        self.sign_in(&name, "dana").await.unwrap();
        name
    }

    /// A Web Services user's credential, connected.
    pub async fn loader(&self) -> Name {
        let name = self.add_loader("Loader").await;
        self.connections
            .connect(tenant(), &name, None)
            .await
            .unwrap();
        name
    }

    /// A Web Services user's credential, connected in place of a session.
    pub async fn by_session(&self, credential: &str) -> Name {
        let name = self.add_by_session(credential).await;
        self.connections
            .connect(tenant(), &name, None)
            .await
            .unwrap();
        name
    }

    /// Adds a credential that connects in place of a session.
    pub async fn add_by_session(&self, credential: &str) -> Name {
        self.add(credential, session(&self.mock.company())).await
    }

    /// Goes through the browser as this user, who allows.
    pub async fn sign_in(&self, name: &Name, user: &str) -> Result<Connected, Error> {
        let redirected = self.walk(name, user, Consent::Allow).await?;
        self.connections.finish_connect(SESSION, &redirected).await
    }

    /// As far as the redirect.
    pub async fn walk(&self, name: &Name, user: &str, consent: Consent) -> Result<String, Error> {
        let begun = self
            .connections
            .begin_connect(tenant(), name, REDIRECT_URI, SESSION, None);
        let url = begun.await?.url;
        Ok(self.browse(&url, user, consent).await)
    }

    /// This user consents once more, at another platform.
    pub async fn consent_elsewhere(&self, user: &str) {
        let settings = regular_user(&self.mock.company());
        let plugin = plugin().await;
        let policy = Arc::new(policy(&plugin, &self.mock.origin()));
        let operation = plugin.operation(&settings, &policy);
        let pending = operation.begin_authorization(REDIRECT_URI).await.unwrap();
        self.browse(pending.url(), user, Consent::Allow).await;
    }

    pub async fn browse(&self, url: &str, user: &str, consent: Consent) -> String {
        let company = self.mock.company();
        let person = Person::of(&company, user).unwrap();
        browser::sign_in(&self.mock.map(url), person, consent)
            .await
            .unwrap()
    }

    pub async fn status(&self, name: &Name) -> Status {
        self.connections.status(tenant(), name).await.unwrap()
    }

    pub async fn state(&self, name: &Name) -> State {
        self.status(name).await.standing.state
    }

    /// The kinds of the events in the history, oldest first.
    pub async fn history(&self, name: &Name) -> Vec<String> {
        let events = self
            .connections
            .history(tenant(), name, 1_000)
            .await
            .unwrap();
        events
            .iter()
            .rev()
            .map(|event| event.kind.as_str().to_owned())
            .collect()
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

fn key_path(folder: &TempDir) -> PathBuf {
    folder.path().join("master.key")
}

/// A store, and the key that is in this file.
pub async fn open_store(location: &str, key: &Path) -> Arc<dyn Store> {
    let options = StoreOptions {
        busy_timeout: Duration::from_secs(30),
        ..StoreOptions::default()
    };
    let keys = Arc::new(KeyFile::new(key));
    open(&location.parse().unwrap(), keys, &options)
        .await
        .unwrap()
}

/// One worker's connections.
async fn connections(
    store: &Arc<dyn Store>,
    mock_origin: &str,
    clock: &TestClock,
    worker: &str,
) -> Connections {
    let builder = builder(store, mock_origin, clock, worker).await;
    builder.build().unwrap()
}

/// As one worker's connections are set up.
pub async fn builder(
    store: &Arc<dyn Store>,
    mock_origin: &str,
    clock: &TestClock,
    worker: &str,
) -> ConnectionsBuilder {
    let plugin = plugin().await;
    let policy = policy(&plugin, mock_origin);
    without_plugins(store, clock, worker).plugin(Installed::new(plugin, policy))
}

/// The same, where a test brings the plugins.
pub fn without_plugins(
    store: &Arc<dyn Store>,
    clock: &TestClock,
    worker: &str,
) -> ConnectionsBuilder {
    Connections::builder(Arc::clone(store))
        .clock(clock.clone())
        .randomness(Zeros)
        .worker(worker)
}

/// The shipped component. Compiled once for all tests of a build.
pub async fn plugin() -> Plugin {
    let cache = concat!(env!("CARGO_TARGET_TMPDIR"), "/life-cache");
    let runtime = Runtime::builder().cache(cache).build().unwrap();
    runtime.load(COMPONENT).await.unwrap()
}

/// What the plugin asks for, Intacct's origin leading to a mock.
pub fn policy(plugin: &Plugin, mock_origin: &str) -> Policy {
    let intacct = || INTACCT_ORIGIN.parse().unwrap();
    let to_mock = mock_origin.parse().unwrap();
    plugin.asked_policy().map_origin(intacct(), to_mock)
}

/// The one of someone who has no others.
pub fn tenant() -> &'static Tenant {
    static DEFAULT: LazyLock<Tenant> = LazyLock::new(Tenant::default);
    &DEFAULT
}

pub fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// The form, filled in for the sample company's first application and whoever signs in.
pub fn regular_user(company: &Company) -> Settings {
    application(company).with_text("flow_type", "regular_user")
}

/// The form, filled in for the sample company's first application and a Web Services user.
pub fn web_services_user(company: &Company, user: &str) -> Settings {
    application(company)
        .with_text("flow_type", "web_services_user")
        .with_text("username", format!("{user}@{}", company.id))
}

/// The form, filled in for a session that stands in for a user.
pub fn session(company: &Company) -> Settings {
    application(company)
        .with_text("flow_type", "web_services_user")
        .with_secret("session_id", company.sessions[0].session_id.as_str())
}

fn application(company: &Company) -> Settings {
    let application = &company.applications[0];
    Settings::new()
        .with_text("client_id", application.client_id.as_str())
        .with_secret("client_secret", application.client_secret.as_str())
}
