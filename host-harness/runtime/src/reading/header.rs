//! The headers of an answer that may be read: an allow-list by kind, and the values that each kind has.

use http::HeaderMap;

use super::{is_code, names};

/// The longest value, in bytes.
const LONGEST: usize = 256;

/// What a header tells, and so what its value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Seconds or a date.
    Time,
    /// Names from a registry: languages, methods.
    Words,
    /// A request id.
    Id,
    /// An address, told as origin and path.
    Location,
}

/// A header that a plugin declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DeclaredHeader {
    /// As it is declared.
    pub(super) name: String,
    kind: Kind,
}

impl DeclaredHeader {
    /// A name of the allow-list; it may hold one `*`, with enough behind it to tell what it is.
    pub(super) fn parse(name: &str) -> Result<Self, String> {
        let is_plain =
            |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || b"-*".contains(&it);
        let stars = name.bytes().filter(|it| *it == b'*').count();
        let refused = |why: &str| Err(format!("the header `{}` {why}", name.escape_debug()));
        if name.is_empty() || name.len() > 64 || stars > 1 || !name.bytes().all(is_plain) {
            return refused("is no name in lower case with at most one `*`");
        }
        let told = name.rsplit('*').next().unwrap_or(name);
        match kind(told, stars == 0) {
            Some(_) if names::is_secret(name) => refused("is named like one that holds a secret"),
            Some(kind) => Ok(Self {
                name: name.to_owned(),
                kind,
            }),
            None => refused(
                "is not among those that may be read: times, limits, request ids, `location`, \
                 `allow`, `content-language`",
            ),
        }
    }

    fn fits(&self, name: &str) -> bool {
        match self.name.split_once('*') {
            Some((before, behind)) => {
                name.len() >= before.len() + behind.len()
                    && name.starts_with(before)
                    && name.ends_with(behind)
            }
            None => name == self.name,
        }
    }

    /// The values of an answer that are what this header may have.
    pub(super) fn values(&self, headers: &HeaderMap) -> Vec<String> {
        let named = headers.iter().filter(|(name, _)| self.fits(name.as_str()));
        let texts = named.filter_map(|(_, value)| value.to_str().ok());
        texts.filter_map(|text| self.value(text.trim())).collect()
    }

    fn value(&self, text: &str) -> Option<String> {
        let fits = match self.kind {
            Kind::Time => is_time(text),
            Kind::Words => text
                .bytes()
                .all(|it| it.is_ascii_alphabetic() || b", -".contains(&it)),
            Kind::Id => is_code(text),
            Kind::Location => return location(text),
        };
        (fits && (1..=LONGEST).contains(&text.len())).then(|| text.to_owned())
    }
}

fn kind(told: &str, whole: bool) -> Option<Kind> {
    let ends = |ends: &[&str]| ends.iter().any(|it| told.ends_with(it));
    match told {
        "date" | "deprecation" | "sunset" if whole => Some(Kind::Time),
        "allow" | "content-language" if whole => Some(Kind::Words),
        "location" if whole => Some(Kind::Location),
        _ if ends(&[
            "retry-after",
            "retryafter",
            "-reset",
            "-limit",
            "-remaining",
        ]) =>
        {
            Some(Kind::Time)
        }
        _ if ends(&["request-id", "requestid", "correlation-id", "trace-id"]) => Some(Kind::Id),
        _ => None,
    }
}

/// A number, perhaps with a fraction or an `@` before it, or a date (RFC 9110 section 5.6.7).
fn is_time(text: &str) -> bool {
    let number = text.strip_prefix(['@', '-']).unwrap_or(text);
    let is_number = number.bytes().all(|it| it.is_ascii_digit() || it == b'.');
    (is_number && number.len() <= 24) || httpdate::parse_http_date(text).is_ok()
}

/// Origin and path; what follows may hold a code or a token, and so may a segment with parameters of its
/// own (`;jsessionid=`, RFC 3986 section 3.3), or one that is no name. A relative one is told as its path.
fn location(text: &str) -> Option<String> {
    let path = text.split(['?', '#', ';']).next().unwrap_or_default();
    let told = if text.starts_with('/') && !text.starts_with("//") {
        names_of(path)
    } else {
        let url = url::Url::parse(path).ok()?;
        let origin = crate::egress::Origin::of(&url)?;
        if url.host_str()?.split('.').any(is_opaque) {
            return None;
        }
        format!("{origin}{}", names_of(url.path()))
    };
    (told.len() <= LONGEST).then_some(told)
}

/// Whether a segment of a path or a label of a host looks drawn rather than named, such as a one-time code
/// or a token: sixteen characters or more, with some digits among them or capitals here and there.
fn is_opaque(segment: &str) -> bool {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    let pairs = segment.as_bytes().windows(2);
    let rises = pairs.filter(|it| it[0].is_ascii_lowercase() && it[1].is_ascii_uppercase());
    segment.len() > 40 || (segment.len() >= 16 && (digits >= 3 || rises.count() >= 4))
}

/// A path up to the first segment that is no name: what is long or opaque, holds signs or escapes of signs,
/// or is a JWT.
fn names_of(path: &str) -> String {
    let is_name = |segment: &&str| {
        segment.is_empty()
            || (is_code(segment) && !segment.contains(['%', ':']) && !is_opaque(segment))
    };
    let segments: Vec<&str> = path.split('/').take_while(is_name).collect();
    if segments.len() < 2 {
        "/".to_owned()
    } else {
        segments.join("/")
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("date")]
    #[case("retry-after")]
    #[case("x-ia-*retry-after")]
    #[case("x-ia-*retryafter")]
    #[case("x-ia-cpu-limit-reset")]
    #[case("x-ratelimit-remaining")]
    #[case("x-request-id")]
    #[case("*-correlation-id")]
    #[case("location")]
    fn times_limits_and_ids_may_be_read(#[case] name: &str) {
        assert!(DeclaredHeader::parse(name).is_ok(), "{name}");
    }

    #[rstest]
    #[case("set-cookie")]
    #[case("set-cookie2")]
    #[case("*")]
    #[case("x-*")]
    #[case("*-*-id")]
    #[case("etag")]
    #[case("content-md5")]
    #[case("digest")]
    #[case("repr-digest")]
    #[case("www-authenticate")]
    #[case("authentication-info")]
    #[case("authorization")]
    #[case("x-auth-token")]
    #[case("x-session-id")]
    #[case("x-api-key")]
    #[case("link")]
    #[case("refresh")]
    #[case("x-auth-token-request-id")]
    #[case("x-session-key-trace-id")]
    #[case("cookie-request-id")]
    #[case("content-location")]
    #[case("content-range")]
    #[case("Date")]
    #[case("")]
    fn no_other_header_may(#[case] name: &str) {
        assert!(DeclaredHeader::parse(name).is_err(), "{name}");
    }

    #[track_caller]
    fn check(declared: &str, name: &'static str, value: &'static str, expected: &[&str]) {
        let mut headers = HeaderMap::new();
        headers.insert(name, http::HeaderValue::from_static(value));
        let declared = DeclaredHeader::parse(declared).unwrap();
        assert_eq!(declared.values(&headers), expected, "{name}: {value}");
    }

    #[test]
    fn a_value_is_what_its_header_tells() {
        check("retry-after", "retry-after", " 30 ", &["30"]);
        check("retry-after", "retry-after", "soon", &[]);
        check(
            "retry-after",
            "retry-after",
            "not-a-real-secret-0123456789",
            &[],
        );
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        check("date", "date", date, &[date]);
        check("x-ia-*retryafter", "x-ia-tenant-retryafter", "7", &["7"]);
        check("x-ia-*retryafter", "x-other-retryafter", "7", &[]);
        check("x-request-id", "x-request-id", "abc-1", &["abc-1"]);
        check("x-request-id", "x-request-id", "no id", &[]);
        check("allow", "allow", "GET, HEAD", &["GET, HEAD"]);
    }

    #[test]
    fn a_location_is_told_as_origin_and_path() {
        let told = "https://elsewhere.example/a/b";
        for tail in [
            "",
            "?code=not-a-real-code",
            "#access_token=not-a-real-token",
        ] {
            let text: &'static str = format!("{told}{tail}").leak();
            check("location", "location", text, &[told]);
        }
        check("location", "location", "/a?x=1", &["/a"]);
        check(
            "location",
            "location",
            "/a/;jsessionid=not-a-real-1",
            &["/a/"],
        );
        check("location", "location", "/a/b;sid=not-a-real-1/c", &["/a/b"]);
        check("location", "location", "/a%3Bsid=not-a-real-1", &["/"]);
        check("location", "location", "/a/b%3Fcode%3Dnot-a-real", &["/a"]);
        check("location", "location", "/a/code=not-a-real", &["/a"]);
        check("location", "location", "/a/b%23token/c", &["/a"]);
        let jwt = "/a/eyJhbGciOiJub25lIn0.e30.bm90LWEtcmVhbA/b";
        check("location", "location", jwt, &["/a"]);
        let long: &'static str = format!("/a/{}", "x".repeat(65)).leak();
        check("location", "location", long, &["/a"]);
        check("location", "location", "//evil.example/", &[]);
        for opaque in [
            "n0tAr3alOneTimeC0de",
            "not-a-real-code-0123456789",
            "7d4e1a90b3c2f586",
            "nOtArEaLoNeTiMeCoDe",
            "not-a-real-code-of-more-than-forty-letters",
        ] {
            let path: &'static str = format!("https://x.example/reset/{opaque}/b").leak();
            check("location", "location", path, &["https://x.example/reset"]);
        }
        // A host has no case.
        for opaque in ["n0tar3al0netimecode", "not-a-real-code-0123456789"] {
            let host: &'static str = format!("https://{opaque}.x.example/a").leak();
            check("location", "location", host, &[]);
        }
        for name in [
            "AccountsPayableBill",
            "system-maintenance-announcement",
            "v1.2024-11",
        ] {
            let path: &'static str = format!("/a/{name}").leak();
            check("location", "location", path, &[path]);
        }
        check(
            "location",
            "location",
            "https://u:p@elsewhere.example/",
            &["https://elsewhere.example/"],
        );
        check("location", "location", "data:text/plain,x", &[]);
    }
}
