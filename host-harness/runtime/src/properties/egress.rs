//! Whether a request may leave, held against another reading of its URL.

use crate::egress::{Origin, Policy, decide_url};

const ALLOWED: &str = "api.example.com";

/// A text taken for a URL: what may leave leads to the one allowed origin, as a reading that shares
/// nothing with the URL crate finds; and a plain URL that leads there may leave.
pub fn egress(input: &[u8]) {
    let Ok(url) = str::from_utf8(input) else {
        return;
    };
    let origin: Origin = format!("https://{ALLOWED}").parse().unwrap();
    let policy = Policy::nothing().allow_origin(origin.clone());
    let target = decide_url(url, &[origin], &policy).map(|target| String::from(target.url));
    if let Ok(target) = &target {
        assert_eq!(
            authority(target),
            Some(ALLOWED),
            "{url:?} leads to {target:?}"
        );
        assert!(!target.contains(['#', '\\', '\r', '\n']), "{target:?}");
    }
    if let Some(authority) = plain_authority(url) {
        let leads = is_allowed(authority) && !url.contains('#');
        assert_eq!(target.is_ok(), leads, "{url:?}: {target:?}");
    }
}

/// The authority as RFC 3986 (appendix B) cuts it out.
fn authority(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once(':')?;
    let rest = rest.strip_prefix("//")?;
    if !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    rest.split(['/', '?', '#']).next()
}

/// The same where nobody could read it otherwise: a host of letters, digits, dots and hyphens.
fn plain_authority(url: &str) -> Option<&str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-:".contains(c);
    let authority = authority(url)?;
    let is_graphic = url.bytes().all(|it| it.is_ascii_graphic() && it != b'\\');
    let begins = authority.starts_with(|c: char| c.is_ascii_alphanumeric());
    (is_graphic && begins && authority.chars().all(is_plain)).then_some(authority)
}

fn is_allowed(authority: &str) -> bool {
    let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
    let digits = port.bytes().all(|it| it.is_ascii_digit());
    let port = port.trim_start_matches('0');
    host.eq_ignore_ascii_case(ALLOWED)
        && digits
        && (port == "443" || authority.ends_with(':') || !authority.contains(':'))
}
