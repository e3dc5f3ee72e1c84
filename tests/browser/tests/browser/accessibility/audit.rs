//! Looks at whatever page the browser is at.

use std::sync::LazyLock;

use fantoccini::error::CmdError;
use serde_json::Value;

use crate::driver::{Browser, Scheme};

const AXE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/node_modules/axe-core/axe.min.js"
);

/// The widths of a desk's window and of a phone.
const WIDTHS: [u32; 2] = [1280, 390];
const HEIGHT: u32 = 900;
/// A small phone; WCAG 2.2, 1.4.10 asks for 320.
const SMALL: u32 = 320;

/// Each violation as its rule, what it says, and where.
const RUN: &str = "\
return axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.flatMap(
    it => it.nodes.map(node => `${it.id}: ${it.help}: ${node.target} ${node.html}`)))";

/// What stands out to the right.
const WIDER: &str = "\
const wide = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth <= wide) return [];
return [...document.querySelectorAll('body *')]
    .filter(it => it.getBoundingClientRect().right > wide + 1)
    .map(it => it.outerHTML.slice(0, 120)).slice(0, 5).concat('wider than the window');";

/// A script that stands in the page itself, which no policy here allows.
const INLINE: &str = "\
document.body.append(Object.assign(document.createElement('script'), {textContent: 'void 0'}))";

pub(super) struct Audit {
    pub(super) browser: Browser,
}

impl Audit {
    pub(super) fn of(browser: Browser) -> Self {
        Self { browser }
    }

    /// In every width and both colour schemes.
    pub(super) async fn look(&self, screen: &str) {
        for scheme in Scheme::ALL {
            self.browser.prefer(scheme).await;
            for width in WIDTHS {
                self.browser.resize(width, HEIGHT, 1).await;
                let found = self.violations().await;
                assert!(
                    found.is_empty(),
                    "{screen}, {scheme:?}, {width}: {found:#?}"
                );
            }
        }
        self.browser.resize(SMALL, HEIGHT, 1).await;
        let wider = self.list(WIDER).await.unwrap();
        assert!(wider.is_empty(), "{screen}: {wider:#?}");
        self.browser.resize(WIDTHS[0], HEIGHT, 1).await;
    }

    async fn violations(&self) -> Vec<String> {
        static SCRIPT: LazyLock<String> = LazyLock::new(|| {
            std::fs::read_to_string(AXE).expect("axe-core; `cargo xtask setup` installs it")
        });
        if let Ok(found) = self.list(RUN).await {
            return found;
        }
        self.browser
            .client
            .execute(&SCRIPT, Vec::new())
            .await
            .unwrap();
        self.list(RUN).await.unwrap()
    }

    async fn list(&self, script: &str) -> Result<Vec<String>, CmdError> {
        let found = self.browser.client.execute(script, Vec::new()).await?;
        let texts = found.as_array().unwrap().iter().filter_map(Value::as_str);
        Ok(texts.map(str::to_owned).collect())
    }

    /// No page broke its policy; one that does is seen to.
    pub(super) async fn end(self) {
        assert_eq!(self.broken_policies().await, Vec::<String>::new());
        self.browser
            .client
            .execute(INLINE, Vec::new())
            .await
            .unwrap();
        assert_eq!(
            self.broken_policies().await.len(),
            1,
            "a violation is not seen"
        );
    }

    async fn broken_policies(&self) -> Vec<String> {
        let log = self.browser.log("browser").await;
        let messages = log.iter().filter_map(|entry| entry["message"].as_str());
        let broken = messages.filter(|it| it.contains("Content Security Policy"));
        broken.map(str::to_owned).collect()
    }
}
