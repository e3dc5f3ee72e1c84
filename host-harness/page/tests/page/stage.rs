//! A mock of the service, the shipped component, a store, and a page over all three that listens.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use credential_connections::master_key::KeyFile;
use credential_connections::record::{Name, Overview, Tenant, Timestamp};
use credential_connections::service::{Connections, Installed};
use credential_connections::store::{Store, StoreOptions, open};
use credential_page::{CertificateNote, Page, PageBuilder};
use credential_runtime::{
    Plugin, Policy, Randomness, Runtime, Settings, SystemRandomness, occurrences,
};
use intacct_component::COMPONENT;
use mock_intacct::browser::{self, Consent, Person};
use mock_intacct::{Clock, INTACCT_ORIGIN, MockIntacct, Rotation};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::browser::{Answer, Browser, Seen};
use crate::clock::TestClock;
use crate::proxy::{Proxy, tls};

/// The plugin's id.
pub const PLUGIN: &str = "sage-intacct-rest";

/// When a test begins, in seconds since 1970.
pub const START: u64 = 1_800_000_000;

pub const CLIENT_ID: &str = "3f6c1a9e5b7d42d8.app.sage.com";
pub const CLIENT_SECRET: &str = "not-a-real-secret-0123456789abcdef";

/// Repeats itself from test to test, and never within one.
#[derive(Default)]
pub struct Counting(AtomicU64);

impl Randomness for Counting {
    fn fill(&self, buffer: &mut [u8]) {
        let number = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        for (place, byte) in buffer.iter_mut().enumerate() {
            *byte = number[place % number.len()] ^ (place as u8).wrapping_mul(31);
        }
    }
}

pub struct World {
    pub mock: MockIntacct,
    pub clock: TestClock,
    pub store: Arc<dyn Store>,
    pub connections: Connections,
    pub page: Page,
    /// Where browsers find the page.
    pub origin: String,
    /// The base path that the page is under there.
    pub root: &'static str,
    /// Where it listens.
    pub listening: String,
    pub redirect_uri: String,
    pub seen: Seen,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<std::io::Result<()>>>,
    folder: TempDir,
}

/// What is otherwise than usual.
pub struct Setting {
    pub page: fn(PageBuilder) -> PageBuilder,
    /// From the shipped plugin and what it is allowed.
    pub installed: Installing,
    pub tenant: &'static str,
    /// What stands before the page.
    pub proxy: Option<Proxy>,
}

pub type Installing = Box<dyn FnOnce(Plugin, Policy) -> Vec<Installed>>;

impl Default for Setting {
    fn default() -> Self {
        Self {
            page: |it| it,
            installed: Box::new(|plugin, policy| vec![Installed::new(plugin, policy)]),
            tenant: "default",
            proxy: None,
        }
    }
}

impl Setting {
    /// These plugins, and not the shipped one.
    pub fn installed(installed: Vec<Installed>) -> Self {
        Self {
            installed: Box::new(|_, _| installed),
            ..Self::default()
        }
    }
}

impl World {
    /// The store's file is gone from under the page.
    pub fn take_the_store_away(&self) {
        let file = self.folder.path().join("store.sqlite");
        std::fs::rename(&file, file.with_extension("away")).unwrap();
    }

    pub async fn start() -> Self {
        Self::with(Setting::default()).await
    }

    pub async fn with(setting: Setting) -> Self {
        crate::logging::begin();
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("master.key");
        KeyFile::new(&key).create(&SystemRandomness).unwrap();
        let location = folder.path().join("store.sqlite").display().to_string();
        let keys = Arc::new(KeyFile::new(&key));
        let options = StoreOptions::default();
        let location = location.parse().unwrap();
        let store = open(&location, keys, &options).await.unwrap();
        let mock = MockIntacct::builder().seed(7).clock(Clock::fixed_at(START));
        let mock = mock.start().await.unwrap();
        mock.change(|company| company.tokens.rotation = Rotation::ReuseKillsFamily);
        let clock = TestClock::at(Timestamp::from_millis(START as i64 * 1000));
        Self::over(setting, folder, store, mock, clock).await
    }

    async fn over(
        setting: Setting,
        folder: TempDir,
        store: Arc<dyn Store>,
        mock: MockIntacct,
        clock: TestClock,
    ) -> Self {
        let plugin = plugin().await;
        let policy = policy(&plugin, &mock.origin());
        let builder = Connections::builder(Arc::clone(&store)).clock(clock.clone());
        let installed = (setting.installed)(plugin, policy);
        let builder = installed
            .into_iter()
            .fold(builder, |all, it| all.plugin(it));
        let connections = builder.build().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let back = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listening = listener.local_addr().unwrap().to_string();
        let root = setting.proxy.as_ref().map_or("", |it| it.base);
        let builder = Page::builder(connections.clone());
        let (origin, redirect_uri, builder) = match setting.proxy {
            None => {
                let redirect_uri = format!("https://{}/callback", back.local_addr().unwrap());
                let builder = builder.redirect_uri(redirect_uri.clone());
                let builder = builder.certificate_note(CertificateNote {
                    sha256: "AB:CD".to_owned(),
                });
                (format!("http://{listening}"), redirect_uri, builder)
            }
            // The redirect URI is the page's own: derived from its address.
            Some(proxy) => {
                let origin = proxy.start(listening.clone()).await;
                let redirect_uri = format!("{origin}{root}/callback");
                let registered = redirect_uri.parse().unwrap();
                mock.change(|it| it.applications[0].redirect_uris.push(registered));
                (origin, redirect_uri, builder)
            }
        };
        let builder = builder
            .tenant(setting.tenant.parse().unwrap())
            .origin(format!("{origin}{root}").parse().unwrap())
            .randomness(Arc::new(Counting::default()));
        let page = (setting.page)(builder).build().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async {
            let _ = stopped.await;
        };
        let serving = credential_page::serve(page.clone(), listener, Some((back, tls())), stopped);
        let serving = tokio::spawn(serving);
        Self {
            mock,
            clock,
            store,
            connections,
            page,
            origin,
            root,
            listening,
            redirect_uri,
            seen: Seen::default(),
            stop: Some(stop),
            serving: Some(serving),
            folder,
        }
    }

    /// With these plugins, and not the shipped one.
    pub async fn with_plugins(installed: Vec<Installed>) -> Self {
        Self::with(Setting::installed(installed)).await
    }

    /// A browser that has not opened the page.
    pub fn stranger(&self) -> Browser {
        let mut browser = Browser::new(&self.origin, &self.seen);
        self.root.clone_into(&mut browser.root);
        browser
    }

    /// A browser that has.
    pub async fn visitor(&self) -> Browser {
        let mut browser = self.stranger();
        let invitation = self.page.invite();
        browser.open(invitation.url()).await.is(303);
        browser.get("/").await.is(200);
        browser
    }

    /// Moves everyone's time.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.mock.clock().advance(by);
    }

    /// Stops listening, and waits until that is done.
    pub async fn stop(&mut self) {
        drop(self.stop.take());
        self.serving.take().unwrap().await.unwrap().unwrap();
    }

    pub fn tenant(&self) -> Tenant {
        Tenant::default()
    }

    pub async fn only(&self) -> Overview {
        let all = self.connections.list(&self.tenant()).await.unwrap();
        assert_eq!(all.len(), 1);
        all.into_iter().next().unwrap().overview
    }

    pub async fn path_of(&self, name: &str) -> String {
        let all = self.connections.list(&self.tenant()).await.unwrap();
        let found = all.iter().find(|it| it.overview.name.as_str() == name);
        format!("/credentials/{}", found.unwrap().overview.id)
    }

    /// Goes through the service's sign-in, as far as the way back.
    pub async fn walk(&self, url: &str, user: &str, consent: Consent) -> String {
        let company = self.mock.company();
        let person = Person::of(&company, user).unwrap();
        browser::sign_in(url, person, consent).await.unwrap()
    }

    /// A Web Services user's credential, connected on the page. Gives its path.
    pub async fn loader(&self, browser: &mut Browser, name: &str) -> String {
        let fields = [&web_services_user(name)[..], &[("action", "connect")]].concat();
        let answer = browser.post_and_follow("/new", &fields).await;
        assert!(
            answer.notice().starts_with("Connected"),
            "{}",
            answer.words()
        );
        self.path_of(name).await
    }

    /// The same, in place of a session.
    pub async fn by_session(&self, browser: &mut Browser, name: &str) -> String {
        let session = self.session();
        let fields = [&by_session(name, &session)[..], &[("action", "connect")]].concat();
        let answer = browser.post_and_follow("/new", &fields).await;
        assert!(
            answer.notice().starts_with("Connected"),
            "{}",
            answer.words()
        );
        self.path_of(name).await
    }

    /// The id of the sample company's first session.
    pub fn session(&self) -> String {
        self.mock.company().sessions[0].session_id.clone()
    }

    /// A regular user's credential, connected on the page by this user. Gives its path.
    pub async fn signed_in(&self, browser: &mut Browser, name: &str, user: &str) -> String {
        let fields = [&regular_user(name)[..], &[("action", "connect")]].concat();
        let begun = browser.post("/new", &fields).await;
        let answer = self.come_back(browser, &begun, user).await;
        assert!(
            answer.notice().starts_with("Connected"),
            "{}",
            answer.words()
        );
        self.path_of(name).await
    }

    /// Signs in where this answer leads, comes back, and opens the page that follows.
    pub async fn come_back(&self, browser: &mut Browser, begun: &Answer, user: &str) -> Answer {
        let address = browser.leave(begun).await;
        let back = self.walk(&address, user, Consent::Allow).await;
        let answer = browser.get(&back).await;
        assert_eq!(answer.status.as_u16(), 303, "{}", answer.words());
        let location = answer.location().to_owned();
        browser.get(&location).await
    }

    /// No secret that anyone typed or the service gave out stands in anything that a browser was
    /// sent, in any spelling.
    pub fn assert_hides(&self, typed: &[&str]) {
        let given = self.mock.issued().secrets();
        let needles: Vec<&str> = given.iter().map(String::as_str).collect();
        let needles = [needles.as_slice(), typed].concat();
        assert!(!needles.is_empty());
        let everything = self.seen.everything();
        let found = occurrences(everything.as_bytes(), &needles);
        let found: Vec<&str> = found.iter().map(|it| needles[*it]).collect();
        assert_eq!(found, Vec::<&str>::new());
    }
}

/// The form of a Web Services user.
pub fn web_services_user(name: &str) -> [(&str, &str); 6] {
    [
        ("plugin", PLUGIN),
        ("name", name),
        ("f.client_id", CLIENT_ID),
        ("f.client_secret", CLIENT_SECRET),
        ("f.flow_type", "web_services_user"),
        ("f.username", "ws-loader@Nordlicht-DEV"),
    ]
}

/// The form of a credential in place of this session.
pub fn by_session<'a>(name: &'a str, session: &'a str) -> [(&'a str, &'a str); 6] {
    [
        ("plugin", PLUGIN),
        ("name", name),
        ("f.client_id", CLIENT_ID),
        ("f.client_secret", CLIENT_SECRET),
        ("f.flow_type", "web_services_user"),
        ("f.session_id", session),
    ]
}

/// The form of a regular user.
pub fn regular_user(name: &str) -> [(&str, &str); 5] {
    [
        ("plugin", PLUGIN),
        ("name", name),
        ("f.client_id", CLIENT_ID),
        ("f.client_secret", CLIENT_SECRET),
        ("f.flow_type", "regular_user"),
    ]
}

/// The same as settings, to store behind the page's back.
pub fn settings(fields: &[(&str, &str)]) -> Settings {
    let fields: BTreeMap<_, _> = fields.iter().copied().collect();
    let own = fields
        .iter()
        .filter_map(|(name, it)| Some((name.strip_prefix("f.")?, *it)));
    own.fold(Settings::new(), |all, (name, value)| match name {
        "client_secret" | "session_id" => all.with_secret(name, value),
        _ => all.with_text(name, value),
    })
}

pub fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// The shipped component. Compiled once for all tests of a build.
pub async fn plugin() -> Plugin {
    load(COMPONENT).await
}

pub async fn load(component: &[u8]) -> Plugin {
    let cache = concat!(env!("CARGO_TARGET_TMPDIR"), "/page-cache");
    let runtime = Runtime::builder().cache(cache).build().unwrap();
    runtime.load(component).await.unwrap()
}

/// What the plugin asks for, the service's origin leading to the mock.
fn policy(plugin: &Plugin, mock_origin: &str) -> Policy {
    let intacct = || INTACCT_ORIGIN.parse().unwrap();
    let to_mock = mock_origin.parse().unwrap();
    plugin.asked_policy().map_origin(intacct(), to_mock)
}
