//! What a browser does, by hand.

use std::sync::{Arc, Mutex};

use reqwest::header::{COOKIE, HeaderMap, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder, StatusCode};

/// Everything that any browser of a test was sent.
#[derive(Clone, Default)]
pub struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    /// All of it, one answer after the other.
    pub fn everything(&self) -> String {
        self.0.lock().unwrap().join("\n")
    }

    fn add(&self, answer: &Answer) {
        let headers = answer.headers.iter();
        let headers = headers.filter(|(name, _)| *name != SET_COOKIE);
        let headers = headers.map(|(name, value)| format!("{name}: {value:?}\n"));
        let head: String = headers.collect();
        self.0.lock().unwrap().push(head + &answer.text);
    }
}

/// One person's browser.
#[derive(Clone)]
pub struct Browser {
    http: Client,
    origin: String,
    /// The base path of the page; empty where it has none.
    pub root: String,
    pub cookie: Option<String>,
    /// What the paths of its session begin with; empty before it has one.
    pub base: String,
    pub csrf: String,
    seen: Seen,
}

/// An answer, as it came.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |it| it.to_str().unwrap())
    }

    /// Where it leads.
    pub fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    /// The token of its forms.
    pub fn csrf(&self) -> Option<&str> {
        between(&self.text, "name=\"csrf\" value=\"", "\"")
    }

    /// What the notice says: all its text.
    pub fn notice(&self) -> String {
        let notice = between(&self.text, "id=\"notice\"", "</section>");
        words(
            notice
                .unwrap_or_default()
                .split_once('>')
                .map_or("", |it| it.1),
        )
    }

    /// All its text, without markup.
    pub fn words(&self) -> String {
        words(&self.text)
    }

    /// The value of an input.
    pub fn value(&self, name: &str) -> Option<String> {
        let input = self.text.split("<input").skip(1);
        let mut input = input.filter_map(|it| it.split('>').next());
        let input = input.find(|it| it.contains(&format!("name=\"{name}\"")))?;
        between(input, "value=\"", "\"").map(str::to_owned)
    }

    /// Whether there is something to discard.
    pub fn can_discard(&self) -> bool {
        let button = self
            .text
            .split("<button")
            .find(|it| it.contains("value=\"discard\""));
        let tag = button.and_then(|it| it.split('>').next());
        !tag.unwrap().contains(" hidden")
    }

    #[track_caller]
    pub fn says(&self, expected: &str) -> &Self {
        let words = self.words();
        assert!(words.contains(expected), "{expected:?} is not in: {words}");
        self
    }

    #[track_caller]
    pub fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.words());
        self
    }

    /// The problem beside a field.
    pub fn problem(&self, field: &str) -> String {
        let place = format!("data-problems-of=\"{field}\"");
        words(between(&self.text, &place, "</div>").unwrap_or_default())
    }
}

pub fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let rest = text.split_once(before)?.1;
    Some(rest.split_once(after)?.0)
}

/// What stands between the tags, a blank for each of them.
fn words(html: &str) -> String {
    let pieces = html
        .split('<')
        .map(|it| it.split_once('>').map_or(it, |it| it.1));
    let text = pieces.collect::<Vec<_>>().join(" ");
    let text = text
        .replace("&#39;", "'")
        .replace("&quot;", "\"")
        .replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Browser {
    pub fn new(origin: &str, seen: &Seen) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // As a person who goes on past the warning.
            .danger_accept_invalid_certs(true)
            .build()
            .unwrap();
        Self {
            http,
            origin: origin.to_owned(),
            root: String::new(),
            cookie: None,
            base: String::new(),
            csrf: String::new(),
            seen: seen.clone(),
        }
    }

    /// A request with this browser's cookie and nothing else. A path is one of its session, unless it
    /// is one that no session has.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let outside = ["/open", "/assets/"];
        let session = format!("{}/s/", self.root);
        let base = match path {
            it if it.starts_with(&session) => "",
            it if outside.iter().any(|one| it.starts_with(one)) => &self.root,
            _ => &self.base,
        };
        let url = match path.starts_with('/') {
            true => format!("{}{base}{path}", self.origin),
            false => path.to_owned(),
        };
        let request = self.http.request(method, url);
        match &self.cookie {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        }
    }

    /// Sends it, and keeps the cookie and the token that come back.
    pub async fn send(&mut self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        let answer = Answer {
            status,
            headers,
            text,
        };
        self.seen.add(&answer);
        if let Some(cookie) = answer.headers.get(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
            self.cookie = (!cookie.ends_with('=')).then(|| cookie.to_owned());
        }
        if let Some(csrf) = answer.csrf() {
            self.csrf = csrf.to_owned();
        }
        answer
    }

    /// Opens a one-time link as a person does: follows it, and presses the one button. What comes of
    /// the button is the answer; what comes of the link, where there is no button.
    pub async fn open(&mut self, link: &str) -> Answer {
        let asked = self.get(link).await;
        if !asked.text.contains("<form method=\"post\"><button") {
            return asked;
        }
        let request = self.request(Method::POST, link);
        let opened = self.send(request.header(ORIGIN, self.origin.clone())).await;
        let home = opened.location().strip_prefix(&self.origin);
        if let Some(home) = home {
            self.base = home.strip_suffix('/').unwrap().to_owned();
        }
        opened
    }

    /// The address of a page of its session.
    pub fn address(&self, path: &str) -> String {
        format!("{}{}{path}", self.origin, self.base)
    }

    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// Sends a form, as this page's own forms are sent.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf.clone();
        let fields = [&[("csrf", csrf.as_str())], fields].concat();
        self.send(self.form(path, &fields).header(ORIGIN, self.origin.clone()))
            .await
    }

    /// Goes where an answer leads to sign in, as a browser does by itself; gives the address at the
    /// service.
    pub async fn leave(&mut self, begun: &Answer) -> String {
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.words());
        let leaving = self.get(begun.location()).await;
        let refresh = leaving.is(200).header("refresh").to_owned();
        let on = refresh.strip_prefix("0; url=").unwrap();
        self.get(on).await.is(303).location().to_owned()
    }

    /// What this page's script sends while someone is typing on the page of this path.
    pub async fn validate(&mut self, on: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf.clone();
        let fields = [&[("csrf", csrf.as_str())], fields].concat();
        let request = self.form("/validate", &fields);
        let request = request.header(ORIGIN, self.origin.clone());
        let referer = self.address(on);
        self.send(request.header("referer", referer)).await
    }

    /// A form, without what a browser adds.
    pub fn form(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let body: String = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self.request(Method::POST, path);
        request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
    }

    /// Sends a form and opens the page that answers.
    pub async fn post_and_follow(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.post(path, fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
        let location = answer.location().to_owned();
        self.get(&location).await
    }
}
