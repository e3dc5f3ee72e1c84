//! What a browser still has of the pages it has seen.

use credential_runtime::occurrences;
use serde_json::Value;

use crate::driver::Browser;

/// Storage of every kind, what scripts see of cookies, and what stands in inputs.
const STORED: &str = "\
return (async () => JSON.stringify({
    local: {...localStorage}, session: {...sessionStorage}, cookie: document.cookie,
    history: history.state, name: window.name,
    databases: await indexedDB.databases(), caches: await caches.keys(),
    values: [...document.querySelectorAll('input, textarea, select')].map(it => it.value),
}))()";

/// What was seen, each with what it is.
#[derive(Clone, Default)]
pub(super) struct Traces {
    pages: Vec<(String, String)>,
    logs: Vec<(String, String)>,
    /// Bodies of forms, and the address on which the service sends the browser back.
    passing: String,
}

impl Traces {
    /// Keeps the page at which the browser is, as it stands, and what is stored for it.
    pub(super) async fn take(&mut self, what: &str, browser: &Browser) {
        let html = browser.client.source().await.unwrap();
        let stored = browser.client.execute(STORED, Vec::new()).await.unwrap();
        let stored = stored.as_str().unwrap();
        assert!(stored.contains("\"cookie\":\"\""), "{what}: {stored}");
        self.pages.push((what.to_owned(), html));
        self.pages
            .push((format!("{what}, stored"), stored.to_owned()));
    }

    /// Keeps everything that the browser has logged.
    pub(super) async fn take_logs(&mut self, browser: &Browser, redirect_uri: &str) {
        let console = Value::from(browser.log("browser").await);
        self.logs
            .push(("the console".to_owned(), console.to_string()));
        for entry in browser.log("performance").await {
            let message = entry["message"].as_str().unwrap();
            self.take_event(message.parse().unwrap(), redirect_uri);
        }
    }

    fn take_event(&mut self, mut event: Value, redirect_uri: &str) {
        let inner = &mut event["message"];
        let method = inner["method"].as_str().unwrap_or_default().to_owned();
        self.set_aside(&mut inner["params"], redirect_uri);
        self.logs.push((method, event.to_string()));
    }

    /// Takes out what has to pass, wherever it stands in an event.
    fn set_aside(&mut self, value: &mut Value, redirect_uri: &str) {
        match value {
            Value::Array(items) => items
                .iter_mut()
                .for_each(|it| self.set_aside(it, redirect_uri)),
            Value::Object(members) => {
                for (name, member) in members {
                    match name.as_str() {
                        "postData" | "postDataEntries" => self.pass(member),
                        // It tells the next page where the browser came from.
                        "referer" | "Referer" | "referrer" => {}
                        _ => self.set_aside(member, redirect_uri),
                    }
                }
            }
            Value::String(text) if is_way_back(text, redirect_uri) => self.pass(value),
            _ => {}
        }
    }

    fn pass(&mut self, value: &mut Value) {
        self.passing.push_str(&value.take().to_string());
    }

    /// Puts a text where it must not be.
    pub(super) fn plant(&mut self, what: &str, text: &str) {
        self.pages.push((what.to_owned(), format!("<p>{text}</p>")));
    }

    /// Where any of these stands, in any spelling.
    pub(super) fn find(&self, canaries: &[String]) -> Vec<String> {
        let needles: Vec<&str> = canaries.iter().map(String::as_str).collect();
        let all = self.pages.iter().chain(&self.logs);
        let found = all.filter(|(_, text)| !occurrences(text.as_bytes(), &needles).is_empty());
        found.map(|(what, _)| what.clone()).collect()
    }

    /// Where this stands, the network apart.
    pub(super) fn find_in_pages(&self, text: &str) -> Vec<String> {
        let pages = Self {
            logs: Vec::new(),
            ..self.clone()
        };
        pages.find(&[text.to_owned()])
    }

    /// How many of these passed where they have to.
    pub(super) fn find_in_what_passes(&self, canaries: &[String]) -> usize {
        let needles: Vec<&str> = canaries.iter().map(String::as_str).collect();
        occurrences(self.passing.as_bytes(), &needles).len()
    }
}

/// The address itself, or an answer's headers that lead there, or a request's that ask for it.
fn is_way_back(text: &str, redirect_uri: &str) -> bool {
    let path = redirect_uri.rsplit('/').next().unwrap_or_default();
    text.starts_with(&format!("{redirect_uri}?"))
        || text.contains(&format!("ocation: {redirect_uri}?"))
        || text.starts_with(&format!("GET /{path}?"))
}
