//! What the operator allows a plugin: a plain value whose default is nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use url::Url;

use super::origin::Origin;

/// What the operator allows one plugin. The default allows nothing: no origin, no claim, no text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    pub(super) allowed: BTreeSet<Origin>,
    pub(super) mappings: BTreeMap<Origin, MappingTarget>,
    pub(crate) claims: BTreeSet<String>,
    pub(crate) labels: BTreeSet<String>,
    pub(crate) headers: BTreeSet<String>,
    pub(crate) secret_headers: BTreeSet<String>,
    texts: BTreeSet<String>,
}

impl Policy {
    /// Allows nothing.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Lets the plugin reach an origin, if its descriptor asks for it too.
    #[must_use]
    pub fn allow_origin(mut self, origin: Origin) -> Self {
        self.allowed.insert(origin);
        self
    }

    /// Sends what the plugin addresses to `from` to another place instead: a mock of the service,
    /// a proxy. The place is the operator's word, so it may be plain http, private or loopback.
    /// The origin must still be allowed.
    #[must_use]
    pub fn map_origin(mut self, from: Origin, to: MappingTarget) -> Self {
        self.mappings.insert(from, to);
        self
    }

    /// Lets the plugin read a claim of a JWT, if its descriptor asks for it too. A claim that is a
    /// session's name is never told, whatever stands here.
    #[must_use]
    pub fn allow_claim(mut self, claim: impl Into<String>) -> Self {
        self.claims.insert(claim.into());
        self
    }

    /// Lets the plugin read a member of an answer as a label, by its pointer, if its descriptor
    /// declares it.
    #[must_use]
    pub fn allow_label(mut self, pointer: impl Into<String>) -> Self {
        self.labels.insert(pointer.into());
        self
    }

    /// Lets the plugin's requests carry a header beyond the usual ones, if its descriptor asks for it
    /// too. Headers that concern the connection are refused, whatever stands here.
    #[must_use]
    pub fn allow_header(mut self, name: &str) -> Self {
        self.headers.insert(name.to_ascii_lowercase());
        self
    }

    /// Lets a secret stand in a header other than `authorization`, if the plugin's descriptor asks for
    /// it too.
    #[must_use]
    pub fn allow_secret_header(mut self, name: &str) -> Self {
        self.secret_headers.insert(name.to_ascii_lowercase());
        self
    }

    /// Lets the plugin be told as text what stands in a field of its form, if its descriptor says that
    /// the field holds text. What is not allowed is kept as a secret ([`Policy::form`]).
    #[must_use]
    pub fn allow_text(mut self, field: impl Into<String>) -> Self {
        self.texts.insert(field.into());
        self
    }

    /// The fields that may be told as text.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(String::as_str)
    }

    pub(crate) fn allows_text(&self, field: &str) -> bool {
        self.texts.contains(field)
    }

    /// The pointers whose members may be read as labels.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.labels.iter().map(String::as_str)
    }

    /// The headers beyond the usual ones.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(String::as_str)
    }

    /// The headers in which a secret may stand.
    pub fn secret_headers(&self) -> impl Iterator<Item = &str> {
        self.secret_headers.iter().map(String::as_str)
    }

    /// The origins that are allowed.
    pub fn origins(&self) -> impl Iterator<Item = &Origin> {
        self.allowed.iter()
    }

    /// The claims that are allowed.
    pub fn claims(&self) -> impl Iterator<Item = &str> {
        self.claims.iter().map(String::as_str)
    }

    /// The mappings, by the origin they replace.
    pub fn mapped(&self) -> impl Iterator<Item = (&Origin, &MappingTarget)> {
        self.mappings.iter()
    }
}

/// Where a mapped origin leads: a base URL, under whose path the request's own path is put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingTarget(Url);

/// Why a text is no target of a mapping.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no base URL; write it like http://127.0.0.1:8080, without user, query or fragment"
)]
pub struct MappingTargetError(String);

impl FromStr for MappingTarget {
    type Err = MappingTargetError;

    fn from_str(text: &str) -> Result<Self, MappingTargetError> {
        let url = Url::parse(text).ok().filter(is_base);
        url.map(Self)
            .ok_or_else(|| MappingTargetError(text.to_owned()))
    }
}

fn is_base(url: &Url) -> bool {
    Origin::of(url).is_some()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
}

impl fmt::Display for MappingTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl MappingTarget {
    /// The same path and query, at this base.
    #[must_use]
    pub fn apply(&self, url: &Url) -> Url {
        let mut mapped = self.0.clone();
        let path = format!("{}{}", self.0.path().trim_end_matches('/'), url.path());
        mapped.set_path(&path);
        mapped.set_query(url.query());
        mapped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_apply(base: &str, url: &str, expected: &str) {
        let target: MappingTarget = base.parse().unwrap();
        assert_eq!(target.apply(&Url::parse(url).unwrap()).as_str(), expected);
    }

    #[test]
    fn a_mapping_keeps_path_and_query() {
        let url = "https://api.example.com/v1/token?a=b%20c";
        check_apply(
            "http://127.0.0.1:9",
            url,
            "http://127.0.0.1:9/v1/token?a=b%20c",
        );
        check_apply(
            "http://127.0.0.1:9/",
            url,
            "http://127.0.0.1:9/v1/token?a=b%20c",
        );
        check_apply(
            "https://proxy.example/x",
            url,
            "https://proxy.example/x/v1/token?a=b%20c",
        );
    }

    #[test]
    fn a_target_is_a_base_url() {
        for text in [
            "",
            "127.0.0.1:9",
            "ftp://example.com",
            "http://u@h",
            "http://h/?q",
            "http://h/#f",
        ] {
            assert!(text.parse::<MappingTarget>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_default_allows_nothing() {
        let policy = Policy::default();
        assert_eq!(
            policy.origins().count() + policy.mapped().count() + policy.claims.len(),
            0
        );
    }
}
