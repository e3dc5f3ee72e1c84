//! One browser: a process with a profile of its own, at most two at a time.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::{ParseError, Url};

use super::chromedriver::Chromedriver;

/// Each takes some hundred megabytes, and the machines have two cores.
const MOST: usize = 2;

/// Nothing of its own over the network, nothing that a machine without a screen lacks.
const FLAGS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    // It ends with the driver: the pipe between them closes.
    "--remote-debugging-pipe",
];

/// How long a browser may take to close.
const FAREWELL: Duration = Duration::from_secs(5);

static PLACES: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(MOST)));

/// A browser with a fresh profile. Dropping it ends it.
pub(crate) struct Browser {
    pub(crate) client: Client,
    pub(super) taken: AtomicUsize,
    /// Where the session's pages are that it has opened, without a slash at the end.
    pub(super) home: Mutex<String>,
    session: String,
    _place: OwnedSemaphorePermit,
}

impl Browser {
    /// Opens one, once there is a place for it.
    pub(crate) async fn open() -> Self {
        let place = Arc::clone(&PLACES).acquire_owned().await.unwrap();
        Self::in_place(place).await
    }

    /// Opens two, as two people have them.
    pub(crate) async fn open_two() -> (Self, Self) {
        let mut places = Arc::clone(&PLACES).acquire_many_owned(2).await.unwrap();
        let second = places.split(1).unwrap();
        (Self::in_place(places).await, Self::in_place(second).await)
    }

    async fn in_place(place: OwnedSemaphorePermit) -> Self {
        let driver = tokio::task::spawn_blocking(Chromedriver::shared);
        let port = driver.await.unwrap().port();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a browser opens");
        let session = client.session_id().await.unwrap().unwrap();
        Self {
            client,
            taken: AtomicUsize::new(0),
            home: Mutex::default(),
            session,
            _place: place,
        }
    }

    /// How many clicks and fields it took so far.
    pub(crate) fn steps(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }

    /// Speaks the browser's own protocol.
    pub(crate) async fn cdp(&self, command: &'static str, parameters: Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        self.extension("goog/cdp/execute", Some(body)).await
    }

    /// What stands in a log since it was last asked for: `browser` is the console, `performance`
    /// the network.
    pub(crate) async fn log(&self, kind: &'static str) -> Vec<Value> {
        let entries = self.extension("se/log", Some(json!({"type": kind}))).await;
        entries.as_array().cloned().unwrap_or_default()
    }

    /// What a screen reader calls an element.
    pub(crate) async fn name_of(&self, element: &Element) -> String {
        self.computed(element, "computedlabel").await
    }

    /// What a screen reader says an element is.
    pub(crate) async fn role_of(&self, element: &Element) -> String {
        self.computed(element, "computedrole").await
    }

    async fn computed(&self, element: &Element, what: &str) -> String {
        let path = format!("element/{}/{what}", &*element.element_id());
        let said = self.extension(path, None).await;
        said.as_str().unwrap_or_default().to_owned()
    }

    async fn extension(&self, path: impl Into<String>, body: Option<Value>) -> Value {
        let path = path.into();
        let command = Extension { path, body };
        self.client.issue_cmd(command).await.unwrap()
    }
}

impl Drop for Browser {
    /// Also where a test panics: its runtime is no longer to be had then, so without it.
    fn drop(&mut self) {
        let address = ("127.0.0.1", Chromedriver::shared().port());
        let request = format!(
            "DELETE /session/{} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
            self.session
        );
        let ended = TcpStream::connect(address).and_then(|mut stream| {
            stream.set_read_timeout(Some(FAREWELL))?;
            stream.write_all(request.as_bytes())?;
            stream.read(&mut [0; 256])
        });
        // The watchdog ends what is left.
        drop(ended);
    }
}

fn capabilities() -> Capabilities {
    let capabilities = json!({
        "browserName": "chrome",
        // The way back from the service is a listener with a certificate that it made itself.
        "acceptInsecureCerts": true,
        "goog:chromeOptions": {"args": FLAGS},
        "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
    });
    capabilities.as_object().cloned().unwrap()
}

/// A command that the client has no function for.
#[derive(Debug)]
struct Extension {
    path: String,
    body: Option<Value>,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/{}", self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        match &self.body {
            Some(body) => (Method::POST, Some(body.to_string())),
            None => (Method::GET, None),
        }
    }
}
