//! The parameters of an authorization URL (RFC 6749 section 4.1.1), as any server may read them.

use unicode_normalization::UnicodeNormalization as _;
use url::Url;

/// What an authorization URL must carry, and how it does not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the authorization URL of the plugin has {found} `{parameter}`; what it asks for and where the answer goes \
     is the host's, once and to the letter"
)]
pub(crate) struct UrlError {
    pub(crate) parameter: String,
    pub(crate) found: &'static str,
}

/// Parameters that say where the answer goes, or that take the place of all others (RFC 9101, OpenID
/// Connect, JARM, SAML, CAS, WS-Federation, and what servers call a page to go on to), by the letters of
/// their names.
const OTHERS: [&str; 23] = [
    "back",
    "backto",
    "continue",
    "dest",
    "destination",
    "forward",
    "forwardto",
    "goto",
    "next",
    "nextpage",
    "origin",
    "relaystate",
    "request",
    "requestobject",
    "responsemode",
    "return",
    "returnpage",
    "returnpath",
    "ru",
    "service",
    "successpage",
    "target",
    "webmessagetarget",
];

/// The same, by what they have in them.
const OTHER_PARTS: [&str; 4] = ["redirect", "callback", "returnto", "wreply"];

/// The same, by how they end: an address.
const OTHER_ENDS: [&str; 3] = ["url", "uri", "href"];

/// Parameters whose value may be an address by their standard: scopes, resources and audiences are named
/// by one (RFC 6749, RFC 8707, RFC 9396), and so are clients and classes of authentication (OpenID Connect).
const ADDRESSES: [&str; 7] = [
    "acrvalues",
    "audience",
    "authorizationdetails",
    "claims",
    "clientid",
    "resource",
    "scope",
];

/// Parameters that are said once (RFC 6749 section 3.1). Others may repeat, as `resource` does.
const ONCE: [&str; 3] = ["clientid", "scope", "clientsecret"];

/// The host's redirect URI, the one address that says where the answer goes.
const REDIRECT_URI: &str = "redirecturi";

/// How often a name or a value is decoded: some servers do it again.
const MOST_ROUNDS: usize = 4;

/// A query, taken apart.
pub(crate) struct Parameters(Vec<Parameter>);

struct Parameter {
    /// To the letter.
    name: String,
    /// The letters of the names that one server or another takes it for.
    names: [String; 2],
    value: String,
}

impl Parameter {
    fn new(name: String, value: String) -> Self {
        Self {
            names: [letters(&up_to_bracket(&name)), letters(&name)],
            name,
            value,
        }
    }

    fn is(&self, letters: &str) -> bool {
        self.names.iter().any(|name| name == letters)
    }

    fn is_any_of(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.is(name))
    }

    /// How it says where the answer goes, or what else is asked for: by its name, or by its value.
    fn other(&self) -> Option<&'static str> {
        let by_name = |name: &String| {
            OTHER_PARTS.iter().any(|part| name.contains(part))
                || OTHER_ENDS.iter().any(|end| name.ends_with(end))
        };
        if self.is(REDIRECT_URI) {
            None
        } else if self.is_any_of(&OTHERS) || self.names.iter().any(by_name) {
            Some("an unexpected")
        } else if is_address(&self.value) && !self.is_any_of(&ADDRESSES) {
            Some("an address in")
        } else {
            None
        }
    }
}

impl Parameters {
    /// Of a URL. Some servers take a semicolon for a separator, so each part behind one is looked at as
    /// a parameter, too; its name begins with the semicolon, so it is never one of the host's.
    pub(crate) fn of(url: &Url) -> Self {
        let query = url.query().unwrap_or_default();
        let own = form_urlencoded::parse(query.as_bytes());
        let own = own.map(|(name, value)| Parameter::new(name.into_owned(), value.into_owned()));
        let parts = query.split('&').flat_map(|part| part.split(';').skip(1));
        let behind = parts.flat_map(|part| form_urlencoded::parse(part.as_bytes()));
        let behind =
            behind.map(|(name, value)| Parameter::new(format!(";{name}"), value.into_owned()));
        Self(own.chain(behind).collect())
    }

    /// Whether a parameter stands once with this value; not at all, where there is none.
    pub(crate) fn check(&self, parameter: &str, expected: Option<&str>) -> Result<(), UrlError> {
        let own = letters(parameter);
        let same: Vec<_> = self.0.iter().filter(|it| it.is(&own)).collect();
        let found = match (same.as_slice(), expected) {
            ([], None) => return Ok(()),
            ([it], Some(expected)) if it.name == parameter && it.value == expected => {
                return Ok(());
            }
            ([], Some(_)) => "no",
            ([_], Some(_)) => "another",
            ([_], None) => "an unexpected",
            (_, _) => "more than one",
        };
        Err(UrlError {
            parameter: parameter.to_owned(),
            found,
        })
    }

    /// Nothing else says where the answer goes, and what identifies the request stands once.
    pub(crate) fn without_others(&self) -> Result<(), UrlError> {
        let error = |it: &Parameter, found| UrlError {
            parameter: it
                .name
                .chars()
                .take(40)
                .flat_map(char::escape_debug)
                .collect(),
            found,
        };
        for parameter in &self.0 {
            if let Some(found) = parameter.other() {
                return Err(error(parameter, found));
            }
        }
        for once in ONCE {
            if let Some(again) = self.0.iter().filter(|it| it.is(once)).nth(1) {
                return Err(error(again, "more than one"));
            }
        }
        Ok(())
    }
}

/// A name's letters and digits without case: `redirect.uri`, `STATE` and `%73tate` are the same to one
/// server or another as what they look like. PHP reads dots, blanks and a bracket that is not closed as an
/// underscore, and nothing behind a null.
pub(crate) fn letters(name: &str) -> String {
    let name = decoded(name);
    let end = name.find('\0').unwrap_or(name.len());
    // By way of capitals: a server that compares so takes a dotless `i` for an `i`.
    let letters = name[..end].nfkd().flat_map(char::to_uppercase);
    letters
        .flat_map(char::to_lowercase)
        .filter(|it| it.is_alphanumeric())
        .collect()
}

/// A name up to its bracket: a list or a member goes by the name before it.
fn up_to_bracket(name: &str) -> String {
    let mut name = decoded(name);
    let end = name.find('[').filter(|at| *at > 0);
    name.truncate(end.unwrap_or(name.len()));
    name
}

/// Whether a text leads somewhere, as a browser or a server may read it: by a scheme of the web, or by an
/// authority alone. Browsers drop tabs and line breaks, and take a backslash for a slash.
fn is_address(value: &str) -> bool {
    let value = decoded(value).to_lowercase().replace('\\', "/");
    let is_seen = |it: &char| !it.is_whitespace() && !it.is_control();
    let value: String = value.chars().filter(is_seen).collect();
    let beginnings = ["//", "http:", "https:", "javascript:", "data:"];
    value.contains("://") || beginnings.iter().any(|it| value.starts_with(it))
}

/// A text without percent-encoding, once and again, and without that of old browsers (`%u0041`).
fn decoded(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..MOST_ROUNDS {
        let once = without_units(&text);
        let once = percent_encoding::percent_decode_str(&once).decode_utf8_lossy();
        if *once == *text {
            break;
        }
        text = once.into_owned();
    }
    text
}

/// `%u0041` is an `A` to ASP.NET: four hexadecimal digits of a UTF-16 unit.
fn without_units(text: &str) -> String {
    let mut pieces = text.split("%u").flat_map(|part| part.split("%U"));
    let mut all = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let digits = piece.get(..4).map(|it| u32::from_str_radix(it, 16));
        let unit = digits.and_then(Result::ok).and_then(char::from_u32);
        match (unit, piece.get(4..)) {
            (Some(unit), Some(rest)) => {
                all.push(unit);
                all.push_str(rest);
            }
            _ => {
                all.push_str("%u");
                all.push_str(piece);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests;
