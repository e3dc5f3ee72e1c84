//! The address of one sign-in in what was pasted: found by its redirect URI, or as a query alone, and
//! known by its state (RFC 6749 section 4.1.2).

use credential_runtime::Secret;
use url::Url;
use zeroize::Zeroizing;

use super::clean::Compact;
use super::query;

/// Why what was pasted is not the address of this sign-in. The sign-in is still open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotAccepted {
    #[error("that is no URL with an answer of the service")]
    NoAddress,
    #[error("that address is not where this sign-in leads back to, which is {0}")]
    OtherPlace(String),
    #[error(
        "that address is from another sign-in than this one (its state is missing, cut off or not ours)"
    )]
    State,
    #[error("that address has neither a code nor an error of the service")]
    NoCode,
    #[error("that address contradicts itself: it has several codes or errors")]
    Contradiction,
    #[error("that address is cut off, or a character in it was replaced")]
    CutOff,
    #[error("a word stands behind the address, which could be a part of it; leave it out")]
    Ambiguous,
    #[error("that is longer than an address")]
    TooLong,
}

/// What tells the address of one sign-in from everything else.
pub(crate) struct Redirect {
    written: String,
    scheme: String,
    /// What stands before the path, in each spelling, in lower case; empty for an application's scheme.
    authorities: Vec<String>,
    path: String,
    pub(super) state: Secret,
}

impl Redirect {
    /// `sign_in` is where the person signs in; absent where it has no state, or one of the two is no URL.
    pub(crate) fn new(sign_in: &str, redirect_uri: &str) -> Option<Self> {
        let sign_in = Url::parse(sign_in).ok()?;
        let mut states = sign_in.query_pairs().filter(|(name, _)| name == "state");
        let state = states.next()?.1;
        if state.is_empty() || states.next().is_some() {
            return None;
        }
        let url = Url::parse(redirect_uri).ok()?;
        let written = redirect_uri.split(['?', '#']).next()?.to_owned();
        Some(Self {
            scheme: url.scheme().to_owned(),
            authorities: authorities(&url),
            path: url.path().to_owned(),
            written,
            state: Secret::new(&*state),
        })
    }

    /// The address, as a browser writes it.
    pub(crate) fn read(&self, pasted: &str) -> Result<Secret, NotAccepted> {
        let refused = match self.find(pasted) {
            Err(
                why @ (NotAccepted::NoAddress | NotAccepted::OtherPlace(_) | NotAccepted::State),
            ) => why,
            found => return found,
        };
        // A link inside another link, and mail as it is sent.
        let unpacked = [query::percent_decoded(pasted), quoted_printable(pasted)];
        let found = unpacked.iter().find_map(|it| self.find(it).ok());
        found.ok_or(refused)
    }

    fn find(&self, pasted: &str) -> Result<Secret, NotAccepted> {
        let compact = Compact::of(pasted);
        let mut refused = None;
        for start in self.starts(&compact) {
            match query::read(&compact, start, &self.state) {
                Ok(query) => return Ok(self.address(&query)),
                Err(why) => refused = Some(why),
            }
        }
        if let Some(why) = refused {
            return Err(why);
        }
        let start = self.start_of_query(&compact)?;
        Ok(self.address(&query::read(&compact, start, &self.state)?))
    }

    fn address(&self, query: &str) -> Secret {
        Secret::new(format!("{}?{query}", self.written))
    }

    /// Where a query begins behind the redirect URI, with its scheme or as an address bar shortens it.
    fn starts(&self, compact: &Compact) -> Vec<usize> {
        let text = &compact.text;
        let forms: Vec<(Vec<char>, Vec<char>)> = match self.authorities.is_empty() {
            true => vec![(format!("{}:", self.scheme), &self.path)],
            false => {
                let all = self.authorities.iter();
                all.map(|it| (it.clone(), &self.path)).collect()
            }
        }
        .into_iter()
        .map(|(authority, path)| (authority.chars().collect(), path.chars().collect()))
        .collect();
        let fits = |at: usize, (authority, path): &(Vec<char>, Vec<char>)| {
            let behind = at + authority.len();
            let end = behind + path.len();
            let is_here = same(text.get(at..behind)?, authority)
                && text.get(behind..end)? == path.as_slice()
                && *text.get(end)? == '?'
                && (self.authorities.is_empty() || self.may_begin(compact, at));
            is_here.then_some(end + 1)
        };
        (0..text.len())
            .filter_map(|at| forms.iter().find_map(|form| fits(at, form)))
            .collect()
    }

    /// Whether an authority may stand there: behind its scheme, or where an address begins.
    fn may_begin(&self, compact: &Compact, at: usize) -> bool {
        let before = &compact.text[..at];
        if before.ends_with(&[':', '/', '/']) {
            let scheme: Vec<char> = self.scheme.chars().collect();
            let before = &before[..at - 3];
            return before.len() >= scheme.len()
                && same(&before[before.len() - scheme.len()..], &scheme);
        }
        let joined = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '-' | '@');
        compact.is_apart(at) || !before.last().is_some_and(joined)
    }

    /// Where a query begins that was pasted without its address, or with the path alone.
    fn start_of_query(&self, compact: &Compact) -> Result<usize, NotAccepted> {
        let elsewhere = || NotAccepted::OtherPlace(self.written.clone());
        let text = &compact.text;
        let named = (0..text.len()).find(|at| query::is_name(compact, *at));
        let named = named.ok_or(NotAccepted::NoAddress)?;
        let mut start = named;
        while start > 0 && !compact.is_apart(start) && query::is_allowed(text[start - 1]) {
            start -= 1;
        }
        let before: String = text[..named].iter().collect();
        if before.contains("://") {
            return Err(elsewhere());
        }
        let Some(mark) = text[start..named].iter().position(|it| *it == '?') else {
            // Further parameters may stand before.
            let joined = text[start..named].contains(&'&');
            return Ok(if joined { start } else { named });
        };
        let place: String = text[start..start + mark].iter().collect();
        let place = place.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '/');
        if place.is_empty() || place == self.path {
            return Ok(start + mark + 1);
        }
        Err(elsewhere())
    }
}

/// The host with its port, as it is written, with the port of the scheme and without.
fn authorities(url: &Url) -> Vec<String> {
    let Some(host) = url.host_str() else {
        return Vec::new();
    };
    let port = url.port_or_known_default();
    let with_port = port.map(|port| format!("{host}:{port}"));
    let without = url.port().is_none().then(|| host.to_owned());
    with_port.into_iter().chain(without).collect()
}

/// Hosts and schemes are the same in upper and in lower case.
fn same(one: &[char], other: &[char]) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .all(|(a, b)| a.eq_ignore_ascii_case(b))
}

/// Mail as it is sent (RFC 2045 section 6.7), as far as addresses go.
fn quoted_printable(text: &str) -> Zeroizing<String> {
    let joined = Zeroizing::new(text.replace("=\r\n", "").replace("=\n", ""));
    Zeroizing::new(
        joined
            .replace("=3D", "=")
            .replace("=3F", "?")
            .replace("=26", "&"),
    )
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
