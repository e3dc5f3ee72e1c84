//! The public address of a page: an origin (RFC 6454), and a base path where a reverse proxy serves other
//! tools under the same host name.

use std::fmt;
use std::str::FromStr;

use credential_runtime::Origin;
use url::Url;

/// A path longer than this is a mistake. It stands in the name of a cookie, too.
const MAX_BASE_BYTES: usize = 200;

/// First segments of the page's own paths. A base path that began with one could not be told from them
/// where a reverse proxy strips the prefix.
const OWN: [&str; 4] = ["open", "s", "assets", "healthz"];

/// Where browsers reach the page: scheme, host, port, and the path that everything of the page is under.
/// `https://connect.example.com/intacct/` and `https://connect.example.com/intacct` are one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicAddress {
    origin: Origin,
    /// Empty, or `/` and segments without a `/` at the end.
    base: String,
}

/// Why a text is no address of a page. No message repeats the text: it may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It begins with neither `http://` nor `https://`.
    #[error("the address of the page begins with neither https:// nor http://; {EXAMPLE}")]
    Scheme,
    /// No host, no port that can be, a wildcard.
    #[error("the address of the page names no host that browsers can reach; {EXAMPLE}")]
    Host,
    /// A user or a password before the host.
    #[error("the address of the page has a user or a password before its host; {EXAMPLE}")]
    User,
    /// `?` and what follows it.
    #[error("the address of the page has a query (`?`); {EXAMPLE}")]
    Query,
    /// `#` and what follows it.
    #[error("the address of the page has a fragment (`#`); {EXAMPLE}")]
    Fragment,
    /// A percent-encoded character, which proxies read in different ways.
    #[error("the path of the page's address has a percent sign; {EXAMPLE}")]
    Percent,
    /// `.` or `..`, which browsers take out of a path.
    #[error("the path of the page's address has a segment `.` or `..`; {EXAMPLE}")]
    DotSegment,
    /// Two slashes in a row.
    #[error("the path of the page's address has two slashes in a row; {EXAMPLE}")]
    EmptySegment,
    /// Another character than letters, digits, `-`, `.`, `_` and `~`.
    #[error(
        "the path of the page's address has the character {0:?}; segments are letters, digits, `-`, `.`, \
         `_` and `~`: {EXAMPLE}"
    )]
    Character(char),
    /// The path begins with a name that the page needs itself.
    #[error(
        "the path of the page's address begins with `/{0}`, which is one of the page's own paths; {EXAMPLE}"
    )]
    Taken(&'static str),
    /// A path that is no path of a tool.
    #[error("the path of the page's address is longer than {MAX_BASE_BYTES} characters; {EXAMPLE}")]
    TooLong,
}

const EXAMPLE: &str = "write it like https://connect.example.com, or https://connect.example.com/intacct for a page under a path";

impl PublicAddress {
    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The base path, such as `/intacct`; empty where the page has the origin to itself.
    #[must_use]
    pub fn base_path(&self) -> &str {
        &self.base
    }

    /// Whether a URL is at the page's origin and under its base path.
    #[must_use]
    pub fn contains(&self, url: &Url) -> bool {
        Origin::of(url).as_ref() == Some(&self.origin) && self.strip(url.path()).is_some()
    }

    /// The URL of a path of the page.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{self}{path}")
    }

    /// A path as the page's router knows it: without the base path. Absent where it is not under it.
    pub(super) fn strip<'a>(&self, path: &'a str) -> Option<&'a str> {
        let rest = path.strip_prefix(&self.base)?;
        match rest {
            "" => Some("/"),
            _ => rest.starts_with('/').then_some(rest),
        }
    }
}

impl fmt::Display for PublicAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.base)
    }
}

impl FromStr for PublicAddress {
    type Err = AddressError;

    /// Read from the text, and not from a parsed URL: a URL parser takes out `..`, line breaks and empty users
    /// without a word.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let (scheme, rest) = text.split_once("://").ok_or(AddressError::Scheme)?;
        if !["http", "https"]
            .iter()
            .any(|it| it.eq_ignore_ascii_case(scheme))
        {
            return Err(AddressError::Scheme);
        }
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err(AddressError::User);
        }
        let origin = format!("{scheme}://{authority}").parse();
        let origin = origin.map_err(|_| AddressError::Host)?;
        Ok(Self {
            origin,
            base: base(path)?,
        })
    }
}

/// The base path, of all that follows the host.
fn base(path: &str) -> Result<String, AddressError> {
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return Ok(String::new());
    }
    if path.len() > MAX_BASE_BYTES {
        return Err(AddressError::TooLong);
    }
    let refused = |c: char| !(c.is_ascii_alphanumeric() || "/-._~".contains(c));
    match path.chars().find(|c| refused(*c)) {
        Some('?') => return Err(AddressError::Query),
        Some('#') => return Err(AddressError::Fragment),
        Some('%') => return Err(AddressError::Percent),
        Some(other) => return Err(AddressError::Character(other)),
        None => {}
    }
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    if segments.contains(&"") {
        return Err(AddressError::EmptySegment);
    }
    if segments.iter().any(|it| matches!(*it, "." | "..")) {
        return Err(AddressError::DotSegment);
    }
    match OWN.into_iter().find(|it| segments.first() == Some(it)) {
        Some(own) => Err(AddressError::Taken(own)),
        None => Ok(path.to_owned()),
    }
}
