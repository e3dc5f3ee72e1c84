//! Where a service sends the browser back to (RFC 6749 section 3.1.2).

use credential_runtime::Origin;
use url::Url;

use super::address::PublicAddress;

/// A redirect URI that a page answers at.
#[derive(Clone, Debug)]
pub(super) struct Redirect {
    written: String,
    pub(super) url: Url,
    /// The path as the page's router knows it: without the base path, where it is under it.
    path: String,
}

impl Redirect {
    /// Absent where no browser can come back there: no `http` or `https`, or more than a path.
    pub(super) fn parse(written: &str, address: &PublicAddress) -> Option<Self> {
        let url = Url::parse(written).ok()?;
        let plain = matches!(url.scheme(), "http" | "https")
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        let written = written.to_owned();
        let path = address.strip(url.path()).unwrap_or(url.path()).to_owned();
        plain.then_some(Self { written, url, path })
    }

    /// The path as the page's router knows it.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Whether it is at the page's origin.
    pub(super) fn is_at(&self, address: &PublicAddress) -> bool {
        Origin::of(&self.url).as_ref() == Some(address.origin())
    }

    /// To the letter as it was written: a service compares it with the registered one.
    pub(super) fn as_str(&self) -> &str {
        &self.written
    }

    /// The address that a browser was sent back to, by the query that it came with.
    pub(super) fn with_query(&self, query: Option<&str>) -> String {
        match query {
            Some(query) => format!("{}?{query}", self.written),
            None => self.written.clone(),
        }
    }
}
