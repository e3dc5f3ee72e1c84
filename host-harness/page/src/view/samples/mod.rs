//! Sample values, as the store and a plugin give them.

mod credentials;
mod plugin;
mod shown;

use std::time::Duration;

use credential_connections::record::Timestamp;

pub(super) use credentials::*;
pub(super) use plugin::*;
pub(super) use shown::*;

/// 24 November 2026, 14:17 UTC.
pub(super) const NOW: Timestamp = Timestamp::from_millis(1_795_529_820_000);

pub(super) const REDIRECT: &str = "https://127.0.0.1:8443/callback";

pub(super) fn ago(minutes: u64) -> Timestamp {
    NOW.minus(Duration::from_secs(minutes * 60))
}

pub(super) fn ahead(minutes: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(minutes * 60))
}

fn text(text: &str) -> String {
    text.to_owned()
}
