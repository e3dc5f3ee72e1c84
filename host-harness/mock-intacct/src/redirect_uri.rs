//! Redirect URIs as the developer portal registers them: `http` is refused, and what is registered
//! is compared to the letter.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A registered redirect URI.
///
/// A port of `*` on a loopback address matches any port. The real service knows no such thing; a
/// test's listener gets a free port and cannot register it beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUri(String);

/// Why a redirect URI cannot be registered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    /// Intacct refuses `http` when an application is registered (S).
    #[error("`{0}` is http, which Intacct refuses to register; use https, or an app's own scheme")]
    PlainHttp(String),
    /// Intacct refuses `localhost`; the address works (T).
    #[error(
        "`{0}` says localhost, which Intacct refuses to register; write https://127.0.0.1:<port> instead"
    )]
    Localhost(String),
    /// No scheme.
    #[error(
        "`{0}` is no absolute URI; begin it with https:// or with an app's own scheme, such as com.example.app:/"
    )]
    NotAbsolute(String),
    /// RFC 6749 section 3.1.2.
    #[error(
        "`{0}` has a fragment, which a redirect URI must not have; remove the # and what follows"
    )]
    Fragment(String),
    /// A wildcard elsewhere than in a loopback port.
    #[error("`{0}` has a *; only the port of https://127.0.0.1 or https://[::1] may be *")]
    Wildcard(String),
}

/// Where any port may be written as `*`.
const LOOPBACK: [&str; 2] = ["https://127.0.0.1:", "https://[::1]:"];

impl RedirectUri {
    /// Checks what the portal would.
    ///
    /// # Errors
    /// See [`RedirectUriError`].
    pub fn parse(uri: &str) -> Result<Self, RedirectUriError> {
        let owned = || uri.to_owned();
        let (scheme, rest) = uri
            .split_once(':')
            .ok_or_else(|| RedirectUriError::NotAbsolute(owned()))?;
        if !is_scheme(scheme) || rest.is_empty() {
            return Err(RedirectUriError::NotAbsolute(owned()));
        }
        if scheme.eq_ignore_ascii_case("http") {
            return Err(RedirectUriError::PlainHttp(owned()));
        }
        if host(rest).eq_ignore_ascii_case("localhost") {
            return Err(RedirectUriError::Localhost(owned()));
        }
        if uri.contains('#') {
            return Err(RedirectUriError::Fragment(owned()));
        }
        if uri.contains('*') && !has_port_wildcard(uri) {
            return Err(RedirectUriError::Wildcard(owned()));
        }
        Ok(Self(owned()))
    }

    /// One that is known to be right: the sample company's.
    pub(crate) fn known(uri: &str) -> Self {
        Self(uri.to_owned())
    }

    /// As it was registered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `uri` is this one, to the letter, a wildcard port apart.
    #[must_use]
    pub fn matches(&self, uri: &str) -> bool {
        self.0 == uri || self.matches_with_port(uri)
    }

    fn matches_with_port(&self, uri: &str) -> bool {
        let Some((before, after)) = self.0.split_once(":*") else {
            return false;
        };
        let port = uri
            .strip_prefix(before)
            .and_then(|rest| rest.strip_prefix(':'))
            .and_then(|rest| rest.strip_suffix(after));
        port.is_some_and(|port| {
            port.parse::<u16>()
                .is_ok_and(|number| number != 0 && number.to_string() == port)
        })
    }
}

fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

fn host(after_scheme: &str) -> &str {
    let authority = after_scheme.strip_prefix("//").unwrap_or_default();
    authority
        .split(['/', '?', ':', '#'])
        .next()
        .unwrap_or_default()
}

fn has_port_wildcard(uri: &str) -> bool {
    LOOPBACK.iter().any(|prefix| {
        uri.strip_prefix(prefix)
            .and_then(|rest| rest.strip_prefix('*'))
            .is_some_and(|rest| {
                !rest.contains('*') && (rest.is_empty() || rest.starts_with(['/', '?']))
            })
    })
}

impl TryFrom<String> for RedirectUri {
    type Error = RedirectUriError;

    fn try_from(uri: String) -> Result<Self, Self::Error> {
        Self::parse(&uri)
    }
}

impl FromStr for RedirectUri {
    type Err = RedirectUriError;

    fn from_str(uri: &str) -> Result<Self, Self::Err> {
        Self::parse(uri)
    }
}

impl From<RedirectUri> for String {
    fn from(uri: RedirectUri) -> Self {
        uri.0
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::https("https://app.example.com/callback", true)]
    #[case::an_app_scheme("com.example.app:/callback", true)]
    #[case::loopback_with_any_port("https://127.0.0.1:*/callback", true)]
    #[case::loopback_v6_with_any_port("https://[::1]:*/callback", true)]
    #[case::http("http://app.example.com/callback", false)]
    #[case::http_on_loopback("http://127.0.0.1:8080/callback", false)]
    #[case::http_in_capitals("HTTP://127.0.0.1/callback", false)]
    #[case::localhost("https://localhost:8443/callback", false)]
    #[case::relative("/callback", false)]
    #[case::empty("", false)]
    #[case::scheme_alone("https:", false)]
    #[case::with_a_fragment("https://app.example.com/#here", false)]
    #[case::any_host("https://*.example.com/callback", false)]
    #[case::any_port_of_a_public_host("https://example.com:*/callback", false)]
    #[case::any_path("https://127.0.0.1:8443/*", false)]
    fn what_may_be_registered(#[case] uri: &str, #[case] accepted: bool) {
        assert_eq!(
            RedirectUri::parse(uri).is_ok(),
            accepted,
            "{:?}",
            RedirectUri::parse(uri)
        );
    }

    #[rstest]
    #[case::to_the_letter("https://a.example/cb", "https://a.example/cb", true)]
    #[case::another_case("https://a.example/cb", "https://a.example/CB", false)]
    #[case::a_slash_more("https://a.example/cb", "https://a.example/cb/", false)]
    #[case::a_query_more("https://a.example/cb", "https://a.example/cb?x=1", false)]
    #[case::any_port("https://127.0.0.1:*/cb", "https://127.0.0.1:49152/cb", true)]
    #[case::any_port_but_none("https://127.0.0.1:*/cb", "https://127.0.0.1/cb", false)]
    #[case::any_port_but_zero("https://127.0.0.1:*/cb", "https://127.0.0.1:0/cb", false)]
    #[case::any_port_but_too_large("https://127.0.0.1:*/cb", "https://127.0.0.1:65536/cb", false)]
    #[case::any_port_with_a_zero_before_it(
        "https://127.0.0.1:*/cb",
        "https://127.0.0.1:08443/cb",
        false
    )]
    #[case::another_path("https://127.0.0.1:*/cb", "https://127.0.0.1:49152/other", false)]
    #[case::a_host_behind_the_port(
        "https://127.0.0.1:*/cb",
        "https://127.0.0.1:1@evil.example/cb",
        false
    )]
    fn what_matches_what_is_registered(
        #[case] registered: &str,
        #[case] asked: &str,
        #[case] matches: bool,
    ) {
        assert_eq!(
            RedirectUri::parse(registered).unwrap().matches(asked),
            matches
        );
    }
}
