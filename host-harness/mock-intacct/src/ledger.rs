//! Everything that arrived, with secrets masked, and what was answered.

mod entry;
mod mask;

use std::fmt;

pub(crate) use entry::Journal;
pub use entry::{Entry, Outcome};
pub(crate) use mask::Mask;

/// What had arrived when it was asked for. Filters give smaller ledgers; assertions print what
/// arrived where they fail.
#[derive(Clone, Debug, Default)]
pub struct Ledger(Vec<Entry>);

impl Ledger {
    pub(crate) fn new(entries: Vec<Entry>) -> Self {
        Self(entries)
    }

    /// In the order in which they arrived.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// How many arrived.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none arrived.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The last one.
    #[must_use]
    pub fn last(&self) -> Option<&Entry> {
        self.0.last()
    }

    /// Those that fit.
    #[must_use]
    pub fn filter(&self, fits: impl Fn(&Entry) -> bool) -> Self {
        Self(self.0.iter().filter(|entry| fits(entry)).cloned().collect())
    }

    /// Those to a path, given with or without `/ia/api/v1`.
    #[must_use]
    pub fn to_path(&self, path: &str) -> Self {
        self.filter(|entry| {
            entry.path == path || entry.path.strip_prefix(crate::API_PATH) == Some(path)
        })
    }

    /// Those to the token endpoint.
    #[must_use]
    pub fn token_requests(&self) -> Self {
        self.to_path("/oauth2/token")
    }

    /// Those to the token endpoint with this `grant_type`.
    #[must_use]
    pub fn token_requests_with(&self, grant_type: &str) -> Self {
        self.token_requests()
            .filter(|entry| entry.form_field("grant_type") == Some(grant_type))
    }

    /// Those to the authorization endpoint, its forms included.
    #[must_use]
    pub fn authorization_requests(&self) -> Self {
        self.to_path("/oauth2/authorize")
    }

    /// Those to the revocation endpoint.
    #[must_use]
    pub fn revocations(&self) -> Self {
        self.to_path("/oauth2/revoke")
    }

    /// Those to the API: whatever is not OAuth.
    #[must_use]
    pub fn api_calls(&self) -> Self {
        self.filter(|entry| {
            !entry
                .path
                .starts_with(&format!("{}/oauth2/", crate::API_PATH))
        })
    }

    /// Fails unless so many arrived, and prints what did.
    ///
    /// # Panics
    /// Where the number differs.
    #[track_caller]
    pub fn assert_count(&self, expected: usize) -> &Self {
        assert!(
            self.len() == expected,
            "expected {expected} requests, {} arrived:\n{self}",
            self.len()
        );
        self
    }

    /// Fails unless these statuses were answered, in this order, and prints what arrived.
    ///
    /// # Panics
    /// Where they differ.
    #[track_caller]
    pub fn assert_statuses(&self, expected: &[u16]) -> &Self {
        let answered: Vec<u16> = self
            .0
            .iter()
            .filter_map(|entry| entry.outcome.status())
            .collect();
        assert!(
            answered == expected,
            "expected the statuses {expected:?}, answered were {answered:?}:\n{self}"
        );
        self
    }

    /// Fails unless the last one was refused by this name, and prints what arrived.
    ///
    /// # Panics
    /// Where it was answered otherwise, or nothing arrived.
    #[track_caller]
    pub fn assert_refused(&self, name: &str) -> &Self {
        let refusal = self.last().and_then(|entry| entry.outcome.refusal());
        assert!(
            refusal == Some(name),
            "expected the refusal {name}, the last was {refusal:?}:\n{self}"
        );
        self
    }

    /// Fails if any of it shows this text, and prints where. The text itself is not printed.
    ///
    /// # Panics
    /// Where it stands anywhere.
    #[track_caller]
    pub fn assert_hides(&self, secret: &str) -> &Self {
        let shown = self
            .0
            .iter()
            .position(|entry| format!("{entry:?}").contains(secret));
        assert!(
            shown.is_none(),
            "entry {shown:?} shows a secret of {} characters",
            secret.chars().count()
        );
        self
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("  (nothing)\n");
        }
        self.0.iter().try_for_each(|entry| write!(f, "{entry}"))
    }
}
