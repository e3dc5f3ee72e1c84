//! Everything that a browser meets: a mock Intacct, the shipped component in the sandbox, a store,
//! connections over all three, the page, and the way back from the sign-in, on loopback.

mod certificate;
#[path = "../../../../../host-harness/connections/tests/life/clock.rs"]
#[allow(dead_code, reason = "the connections' own tests need more of it")]
mod clock;
mod drawn;
mod trial;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use credential_connections::master_key::KeyFile;
use credential_connections::record::{Name, Tenant, Timestamp};
use credential_connections::service::{Connections, Installed, Status};
use credential_connections::store::{StoreOptions, open};
use credential_page::{Pace, Page, PageTerms};
use credential_runtime::{Plugin, Policy, Runtime, Settings, SystemRandomness};
use intacct_component::COMPONENT;
use mock_intacct::{Clock, Company, INTACCT_ORIGIN, MockIntacct};
use tempfile::TempDir;
use tokio::net::TcpListener;

use clock::TestClock;
use drawn::Drawn;

pub(crate) use trial::{regular_user, session, web_services_user};

/// The plugin's id.
pub(crate) const PLUGIN: &str = "sage-intacct-rest";

/// When a test begins, in seconds since 1970.
const START: u64 = 1_800_000_000;

/// Time stands still, so nothing makes room again: as much as any test asks for.
const UNHURRIED: Pace = Pace::new(1_000_000, Duration::from_secs(1));

pub(crate) struct Stage {
    pub(crate) mock: MockIntacct,
    pub(crate) connections: Connections,
    pub(crate) drawn: Drawn,
    /// Where the page is, without a slash at the end.
    pub(crate) origin: String,
    /// Where the service sends the browser back to.
    pub(crate) redirect_uri: String,
    clock: TestClock,
    page: Page,
    _folder: TempDir,
}

impl Stage {
    /// Nothing in the store, nothing filled in.
    pub(crate) async fn start() -> Self {
        Self::with(false, "").await
    }

    /// With a sample company to try it with, as `harness serve --mock` has it.
    pub(crate) async fn start_trial() -> Self {
        Self::with(true, "").await
    }

    /// Under a base path, as behind a reverse proxy that keeps it.
    pub(crate) async fn start_under(base: &str) -> Self {
        Self::with(false, base).await
    }

    async fn with(trial: bool, base: &str) -> Self {
        let mock = MockIntacct::builder().seed(7).clock(Clock::fixed_at(START));
        let mock = mock.start().await.unwrap();
        let clock = TestClock::at(Timestamp::from_millis(START as i64 * 1000));
        let (drawn, folder) = (Drawn::default(), tempfile::tempdir().unwrap());
        let connections = connections(&mock, &clock, &drawn, &folder).await;
        let (listener, origin) = listen("http").await;
        let (callback, back) = listen("https").await;
        let redirect_uri = format!("{back}/callback");
        let (acceptor, note) = certificate::acceptor();
        let mut builder = Page::builder(connections.clone())
            .origin(format!("{origin}{base}").parse().unwrap())
            .redirect_uri(&redirect_uri)
            .certificate_note(note)
            .terms(PageTerms {
                requests: UNHURRIED,
                sendings: UNHURRIED,
                strangers: UNHURRIED,
                ..PageTerms::default()
            });
        if trial {
            builder = builder.trial(trial::trial(&mock));
        }
        let page = builder.build().unwrap();
        let way_back = Some((callback, acceptor));
        tokio::spawn(credential_page::serve(
            page.clone(),
            listener,
            way_back,
            std::future::pending(),
        ));
        Self {
            mock,
            connections,
            drawn,
            origin,
            redirect_uri,
            clock,
            page,
            _folder: folder,
        }
    }

    /// A one-time link to the page.
    pub(crate) fn link(&self) -> String {
        self.page.invite().url().to_owned()
    }

    /// Moves everyone's time.
    pub(crate) fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.mock.clock().advance(by);
    }

    /// Stores a credential with these settings; gives the path of its page within a session.
    pub(crate) async fn add(&self, name: &str, settings: Settings) -> String {
        let name: Name = name.parse().unwrap();
        let added = self
            .connections
            .add(tenant(), name, PLUGIN, settings)
            .await
            .unwrap();
        assert_eq!(added.problems, []);
        format!("/credentials/{}", added.id)
    }

    /// Likewise, for the sample company's Web Services user.
    pub(crate) async fn add_loader(&self, name: &str) -> String {
        self.add(name, web_services_user(&self.mock.company()))
            .await
    }

    /// Likewise, for whoever signs in.
    pub(crate) async fn add_regular(&self, name: &str) -> String {
        self.add(name, regular_user(&self.mock.company())).await
    }

    /// Deletes a credential.
    pub(crate) async fn remove(&self, name: &str) {
        let name = name.parse().unwrap();
        self.connections.remove(tenant(), &name).await.unwrap();
    }

    /// What the library says of a credential.
    pub(crate) async fn status(&self, name: &str) -> Status {
        let name = name.parse().unwrap();
        self.connections.status(tenant(), &name).await.unwrap()
    }

    pub(crate) fn company(&self) -> Company {
        self.mock.company()
    }
}

async fn listen(scheme: &str) -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("{scheme}://{}", listener.local_addr().unwrap());
    (listener, origin)
}

async fn connections(
    mock: &MockIntacct,
    clock: &TestClock,
    drawn: &Drawn,
    folder: &TempDir,
) -> Connections {
    let keys = KeyFile::new(folder.path().join("master.key"));
    keys.create(&SystemRandomness).unwrap();
    let location = folder.path().join("store.sqlite").display().to_string();
    let location = location.parse().unwrap();
    let store = open(&location, Arc::new(keys), &StoreOptions::default())
        .await
        .unwrap();
    let plugin = plugin(drawn).await;
    let policy = policy(&plugin, &mock.origin());
    Connections::builder(store)
        .plugin(Installed::new(plugin, policy))
        .clock(clock.clone())
        .build()
        .unwrap()
}

/// The shipped component. Compiled once for all tests of a build.
async fn plugin(drawn: &Drawn) -> Plugin {
    let cache = concat!(env!("CARGO_TARGET_TMPDIR"), "/browser-cache");
    let runtime = Runtime::builder()
        .cache(cache)
        .randomness(drawn.clone())
        .build()
        .unwrap();
    runtime.load(COMPONENT).await.unwrap()
}

/// What the plugin asks for, Intacct's origin leading to the mock.
fn policy(plugin: &Plugin, mock_origin: &str) -> Policy {
    let intacct = || INTACCT_ORIGIN.parse().unwrap();
    let to_mock = mock_origin.parse().unwrap();
    plugin.asked_policy().map_origin(intacct(), to_mock)
}

fn tenant() -> &'static Tenant {
    static DEFAULT: LazyLock<Tenant> = LazyLock::new(Tenant::default);
    &DEFAULT
}
