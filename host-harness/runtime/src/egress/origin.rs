//! An origin: scheme, host and port (RFC 6454). Never less than all three.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// Scheme, host and port. `https://api.example.com` and `https://api.example.com:443` are one
/// origin; another scheme or port makes another.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    scheme: String,
    host: Host<String>,
    port: u16,
}

/// Why a text is no origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// It does not begin with a scheme and a host.
    #[error("`{0}` is no origin; write it like https://api.example.com")]
    Syntax(String),
    /// Its scheme has no place here.
    #[error("`{0}` is neither http nor https")]
    Scheme(String),
    /// More than scheme, host and port is written.
    #[error("`{0}` is more than an origin: leave out user, path, query and fragment")]
    More(String),
    /// It has a wildcard, and would match nothing.
    #[error("`{0}` has a wildcard, which matches nothing: write each host in full")]
    Wildcard(String),
    /// Its host is no name that one can look up, and no address.
    #[error("`{0}` names no host: write it like https://api.example.com")]
    Host(String),
}

impl Origin {
    /// The origin of a URL; absent where its scheme is neither `http` nor `https`.
    #[must_use]
    pub fn of(url: &Url) -> Option<Self> {
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        Some(Self {
            scheme: url.scheme().to_owned(),
            host: url.host()?.to_owned(),
            port: url.port_or_known_default()?,
        })
    }

    /// `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The host, normalized: an internationalized name in its ASCII form, an address parsed.
    #[must_use]
    pub fn host(&self) -> &Host<String> {
        &self.host
    }

    /// The port, the scheme's own where none was written.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    fn has_default_port(&self) -> bool {
        matches!(
            (self.scheme.as_str(), self.port),
            ("https", 443) | ("http", 80)
        )
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        if self.has_default_port() {
            Ok(())
        } else {
            write!(f, ":{}", self.port)
        }
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let url = Url::parse(text).map_err(|_| OriginError::Syntax(text.to_owned()))?;
        let origin = Self::of(&url).ok_or_else(|| OriginError::Scheme(text.to_owned()))?;
        let (_, rest) = text
            .split_once("://")
            .ok_or_else(|| OriginError::Syntax(text.to_owned()))?;
        if !is_bare(&url) || !is_written_bare(rest) {
            return Err(OriginError::More(text.to_owned()));
        }
        match &origin.host {
            Host::Domain(name) if name.contains('*') => Err(OriginError::Wildcard(text.to_owned())),
            Host::Domain(name) if !is_name(name) => Err(OriginError::Host(text.to_owned())),
            Host::Domain(_) | Host::Ipv4(_) | Host::Ipv6(_) => Ok(origin),
        }
    }
}

fn is_bare(url: &Url) -> bool {
    url.username().is_empty()
        && url.password().is_none()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
}

/// What a URL parser drops without a word, such as `@`, `/.` or a line break, is more than an origin
/// all the same: whoever wrote it meant something by it.
fn is_written_bare(after_scheme: &str) -> bool {
    let rest = after_scheme.strip_suffix('/').unwrap_or(after_scheme);
    !rest.contains(|c: char| c.is_whitespace() || "/\\@?#".contains(c))
}

/// Whether a name has nothing in it that no host's name has (RFC 1123 section 2.1; `_` is in use).
/// Internationalized names are in their ASCII form here.
fn is_name(host: &str) -> bool {
    let is_label = |label: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        !label.is_empty() && label.chars().all(allowed)
    };
    host.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, OriginError>) {
        let origin = text.parse::<Origin>().map(|it| it.to_string());
        assert_eq!(origin, expected.map(str::to_owned), "{text}");
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        check("https://api.example.com", Ok("https://api.example.com"));
        check("https://api.example.com/", Ok("https://api.example.com"));
        check("https://API.example.com:443", Ok("https://api.example.com"));
        check(
            "https://api.example.com:8443",
            Ok("https://api.example.com:8443"),
        );
        check("http://127.0.0.1:80", Ok("http://127.0.0.1"));
        check("http://[::1]:8080", Ok("http://[::1]:8080"));
        check(
            "https://bücher.example",
            Ok("https://xn--bcher-kva.example"),
        );
    }

    #[test]
    fn whatever_is_more_or_less_is_refused() {
        let more = |text: &str| Err(OriginError::More(text.to_owned()));
        check(
            "https://api.example.com/v1",
            more("https://api.example.com/v1"),
        );
        check(
            "https://u@api.example.com",
            more("https://u@api.example.com"),
        );
        check(
            "https://api.example.com?x",
            more("https://api.example.com?x"),
        );
        check(
            "api.example.com",
            Err(OriginError::Syntax("api.example.com".into())),
        );
        check("", Err(OriginError::Syntax(String::new())));
        check(
            "ftp://example.com",
            Err(OriginError::Scheme("ftp://example.com".into())),
        );
        check("data:text", Err(OriginError::Scheme("data:text".into())));
    }

    #[test]
    fn what_a_parser_drops_without_a_word_is_refused() {
        for text in [
            "https://@api.example.com",
            "https://:@api.example.com",
            "https://api.example.com/.",
            "https://api.example.com/x/..",
            "https://api.example.com//",
            "https://api.example.com/%2e",
            "https://api.example.com\\",
            "https://api.example.com?",
            "https://api.example.com#",
            "https://api.example.com/?",
            "https://api.exam\nple.com",
            "https://api.example.com\t",
            " https://api.example.com x",
            "https://user:secret@api.example.com",
        ] {
            let outcome = text.parse::<Origin>();
            assert!(
                matches!(outcome, Err(OriginError::More(_) | OriginError::Syntax(_))),
                "{text:?}: {outcome:?}"
            );
        }
        let syntax = |text: &str| Err(OriginError::Syntax(text.to_owned()));
        check("https:api.example.com", syntax("https:api.example.com"));
    }

    #[test]
    fn a_wildcard_would_match_nothing_and_is_refused() {
        for text in [
            "https://*",
            "https://*.example.com",
            "https://api.*.com",
            "https://a*.example.com",
            "https://%2a.example.com",
            "https://*.example.com:8443",
            "http://*.example.com",
        ] {
            check(text, Err(OriginError::Wildcard(text.to_owned())));
        }
    }

    #[test]
    fn a_host_that_nobody_can_look_up_is_refused() {
        for text in [
            "https://.example.com",
            "https://api..example.com",
            "https://api.example.com.",
            "https://{a,b}.example.com",
            "https://$host",
            "https://a,b",
            "https://(a).example.com",
        ] {
            check(text, Err(OriginError::Host(text.to_owned())));
        }
    }

    #[test]
    fn scheme_and_port_tell_origins_apart() {
        let parse = |text: &str| text.parse::<Origin>().unwrap();
        assert_ne!(parse("https://example.com"), parse("http://example.com"));
        assert_ne!(
            parse("https://example.com"),
            parse("https://example.com:444")
        );
        assert_eq!(
            parse("https://example.com"),
            parse("https://EXAMPLE.com:443/")
        );
    }
}
