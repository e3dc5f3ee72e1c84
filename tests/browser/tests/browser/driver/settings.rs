//! How a browser is set up: its size, its colours, whether it runs scripts.

use serde_json::json;

use super::Browser;

/// What a person has chosen for all pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Light,
    Dark,
}

impl Scheme {
    pub(crate) const ALL: [Self; 2] = [Self::Light, Self::Dark];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl Browser {
    /// The part of the window that shows the page, in CSS pixels; `scale` of the screen's to one.
    pub(crate) async fn resize(&self, width: u32, height: u32, scale: u32) {
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": scale, "mobile": false,
        });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics)
            .await;
    }

    /// Light or dark, and nothing that moves.
    pub(crate) async fn prefer(&self, scheme: Scheme) {
        let features = json!({"features": [
            {"name": "prefers-color-scheme", "value": scheme.name()},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]});
        self.cdp("Emulation.setEmulatedMedia", features).await;
    }

    /// Runs no script of any page from now on.
    pub(crate) async fn without_javascript(&self) {
        let off = json!({"value": true});
        self.cdp("Emulation.setScriptExecutionDisabled", off).await;
    }
}
