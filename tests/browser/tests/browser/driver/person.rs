//! What a person does with a page: things are found by what they are called, as a screen reader
//! calls them.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use fantoccini::Locator;
use fantoccini::elements::Element;
use url::Url;

use super::Browser;

/// For what the browser does by itself. Ends as soon as it is done.
const PATIENCE: Duration = Duration::from_secs(15);
const GLANCE: Duration = Duration::from_millis(15);

const FIELDS: &str =
    "input:not([type=hidden]):not([type=radio]):not([type=checkbox]), select, textarea";
const CHOICES: &str = "input[type=radio], input[type=checkbox]";
const BUTTONS: &str = "button, input[type=submit]";
const LINKS: &str = "a[href]";

impl Browser {
    /// Where the browser is.
    pub(crate) async fn address(&self) -> Url {
        self.client.current_url().await.unwrap()
    }

    /// Opens an address; a path is one of the session that the browser has.
    pub(crate) async fn visit(&self, address: &str) {
        let url = match address.starts_with('/') {
            true => format!("{}{address}", self.home.lock().unwrap()),
            false => address.to_owned(),
        };
        self.client.goto(&url).await.unwrap();
    }

    /// Remembers where it is as the first page of its session.
    pub(crate) async fn is_at_home(&self) {
        let home = self.address().await;
        let home = home.as_str().trim_end_matches('/').to_owned();
        *self.home.lock().unwrap() = home;
    }

    /// Types into the field of this label, instead of what is there.
    pub(crate) async fn fill(&self, label: &str, text: &str) {
        let field = self.named(FIELDS, label).await;
        self.step();
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// What stands in the field of this label.
    pub(crate) async fn filled(&self, label: &str) -> String {
        let field = self.named(FIELDS, label).await;
        field.prop("value").await.unwrap().unwrap_or_default()
    }

    /// Picks the choice of this label.
    pub(crate) async fn choose(&self, label: &str) {
        let choice = self.named(CHOICES, label).await;
        let id = choice.attr("id").await.unwrap().unwrap_or_default();
        // The label is the larger target, and may lie over the button.
        self.click(&self.element(&format!("label[for='{id}']")).await)
            .await;
    }

    /// Whether the choice of this label is picked.
    pub(crate) async fn chosen(&self, label: &str) -> bool {
        self.named(CHOICES, label)
            .await
            .is_selected()
            .await
            .unwrap()
    }

    /// Clicks a button that leads to another page.
    pub(crate) async fn press(&self, name: &str) {
        let button = self.named(BUTTONS, name).await;
        self.leave(button).await;
    }

    /// Clicks a link.
    pub(crate) async fn follow(&self, name: &str) {
        let link = self.named(LINKS, name).await;
        self.leave(link).await;
    }

    /// Opens what is folded under these words. What stands between them is not looked at.
    pub(crate) async fn unfold(&self, words: &str) {
        for summary in self.all("summary").await {
            if words_of(&self.name_of(&summary).await) == words {
                return self.click(&summary).await;
            }
        }
        panic!(
            "nothing is folded under `{words}` on {}",
            self.whereabouts().await
        );
    }

    /// Whether the page shows a field of this label.
    pub(crate) async fn asks_for(&self, label: &str) -> bool {
        self.find_named(FIELDS, label).await.is_some()
    }

    /// Whether the page shows a button of this name.
    pub(crate) async fn offers(&self, name: &str) -> bool {
        self.find_named(BUTTONS, name).await.is_some()
    }

    /// What a person reads of the first element that fits; fails where there is none.
    pub(crate) async fn text(&self, css: &str) -> String {
        let element = self.element(css).await;
        element.text().await.unwrap()
    }

    /// An attribute of the first element that fits.
    pub(crate) async fn attribute(&self, css: &str, name: &str) -> Option<String> {
        self.element(css).await.attr(name).await.unwrap()
    }

    /// Whether anything fits, shown or not.
    pub(crate) async fn has(&self, css: &str) -> bool {
        !self.all(css).await.is_empty()
    }

    /// Everything that fits, shown or not.
    pub(crate) async fn all(&self, css: &str) -> Vec<Element> {
        self.client.find_all(Locator::Css(css)).await.unwrap()
    }

    /// The first element that fits.
    pub(crate) async fn element(&self, css: &str) -> Element {
        match self.client.find(Locator::Css(css)).await {
            Ok(element) => element,
            Err(_) => panic!("nothing fits `{css}` on {}", self.whereabouts().await),
        }
    }

    /// Waits until it holds, as long as the browser is at work.
    pub(crate) async fn until(&self, what: &str, mut holds: impl AsyncFnMut() -> bool) {
        let begun = Instant::now();
        while !holds().await {
            assert!(
                begun.elapsed() < PATIENCE,
                "{what} is waited for in vain on {}",
                self.whereabouts().await
            );
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Does something that leads to another page, and waits for it.
    pub(crate) async fn turn(&self, act: impl AsyncFnOnce()) {
        let page = self.element("html").await;
        act().await;
        self.until("another page", async || page.tag_name().await.is_err())
            .await;
    }

    async fn leave(&self, by: Element) {
        self.turn(async || self.click(&by).await).await;
    }

    async fn click(&self, element: &Element) {
        self.step();
        element.click().await.unwrap();
    }

    fn step(&self) {
        self.taken.fetch_add(1, Ordering::Relaxed);
    }

    async fn named(&self, css: &str, name: &str) -> Element {
        match self.find_named(css, name).await {
            Some(element) => element,
            None => {
                let names = self.names(css).await;
                panic!(
                    "nothing is called `{name}` but {names:?} on {}",
                    self.whereabouts().await
                )
            }
        }
    }

    async fn names(&self, css: &str) -> Vec<String> {
        let mut names = Vec::new();
        for element in self.all(css).await {
            names.push(self.name_of(&element).await);
        }
        names
    }

    /// The first that is shown and has this name.
    async fn find_named(&self, css: &str, name: &str) -> Option<Element> {
        for element in self.all(css).await {
            if self.name_of(&element).await == name && element.is_displayed().await.unwrap() {
                return Some(element);
            }
        }
        None
    }

    /// For a message of a test that fails: where the browser is, and what a person reads there.
    pub(crate) async fn whereabouts(&self) -> String {
        let url = self.client.current_url().await;
        let text = match self.client.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(error) => error.to_string(),
        };
        format!("{}:\n{text}", url.map(String::from).unwrap_or_default())
    }
}

fn words_of(name: &str) -> String {
    let words = name.split(|it: char| !it.is_alphanumeric());
    let words: Vec<&str> = words.filter(|it| !it.is_empty()).collect();
    words.join(" ")
}
