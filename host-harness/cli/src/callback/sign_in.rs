//! The one sign-in that a listener waits for, and how its browser is recognized.
//!
//! The browser begins at the listener, at an address that nobody can guess, and gets a cookie there.
//! It comes back with that cookie and with the `state` (RFC 6749 section 10.12) of the sign-in. A
//! program on another port can get the cookie and knows no state; somebody who saw the state somewhere
//! has no cookie.

use std::borrow::Cow;

use credential_runtime::{Randomness, Secret, SystemRandomness};
use hyper::header::{COOKIE, HeaderMap, HeaderValue};
use url::Url;

use super::redirect::LoopbackRedirect;

/// A sign-in that was begun.
pub(super) struct SignIn {
    /// Where the person signs in. It holds the state.
    pub(super) destination: Secret,
    state: Secret,
    /// The path at which the browser begins.
    start: Secret,
    cookie_name: String,
    cookie: Secret,
}

/// Why a browser that came back is not the one that left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stray {
    /// No state, or another one: it answers another sign-in, or none.
    State,
    /// The state of this sign-in, without the cookie that its browser was given.
    Browser,
}

impl SignIn {
    /// Absent where the address has no state of its own.
    pub(super) fn new(destination: &str, redirect: &LoopbackRedirect) -> Option<Self> {
        let state = state_in(Url::parse(destination).ok()?.query()?)?;
        Some(Self {
            destination: Secret::new(destination),
            state,
            start: Secret::new(format!("/sign-in/{}", random().expose())),
            // The prefix lets nothing but this address set it (RFC 6265bis section 4.1.3.2).
            cookie_name: format!("__Host-harness-{}", redirect.address().port()),
            cookie: random(),
        })
    }

    /// Where the browser begins.
    pub(super) fn start(&self) -> &str {
        self.start.expose()
    }

    /// Whether a request is for the beginning.
    pub(super) fn begins_at(&self, path: &str) -> bool {
        self.start == Secret::new(path)
    }

    /// What gives the browser its cookie. `Lax`, because the way back comes from another site.
    pub(super) fn set_cookie(&self) -> Option<HeaderValue> {
        let (name, value) = (&self.cookie_name, self.cookie.expose());
        let cookie = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax");
        let mut header = HeaderValue::from_str(&cookie).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    /// Whether a browser that came back answers this sign-in.
    pub(super) fn check(&self, query: Option<&str>, headers: &HeaderMap) -> Result<(), Stray> {
        if state_in(query.unwrap_or_default()).as_ref() != Some(&self.state) {
            return Err(Stray::State);
        }
        if self.cookie_of(headers).as_ref() != Some(&self.cookie) {
            return Err(Stray::Browser);
        }
        Ok(())
    }

    /// The one cookie of that name; absent where there are two, since somebody else set one.
    fn cookie_of(&self, headers: &HeaderMap) -> Option<Secret> {
        let texts = headers.get_all(COOKIE).iter();
        let pairs = texts
            .filter_map(|it| it.to_str().ok())
            .flat_map(|it| it.split(';'))
            .filter_map(|it| it.trim().split_once('='));
        only(pairs.filter(|it| it.0 == self.cookie_name).map(|it| it.1))
    }
}

/// The one state in a query.
fn state_in(query: &str) -> Option<Secret> {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let states: Vec<Cow<'_, str>> = pairs.filter(|it| it.0 == "state").map(|it| it.1).collect();
    let state = only(states.iter().map(AsRef::as_ref))?;
    (state.length() > 0).then_some(state)
}

/// Absent where there is none, or more than one.
fn only<'a>(mut values: impl Iterator<Item = &'a str>) -> Option<Secret> {
    let first = values.next()?;
    values.next().is_none().then(|| Secret::new(first))
}

/// 128 bits: not to be guessed.
fn random() -> Secret {
    let mut bytes = [0; 16];
    SystemRandomness.fill(&mut bytes);
    Secret::new(format!("{:032x}", u128::from_be_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn sign_in() -> SignIn {
        let redirect = LoopbackRedirect::parse("https://127.0.0.1:8765/callback").unwrap();
        SignIn::new(
            "https://service.example/authorize?state=a%20b&x=y",
            &redirect,
        )
        .unwrap()
    }

    fn with_cookie(cookie: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, cookie.parse().unwrap());
        headers
    }

    #[rstest]
    #[case::its_own("code=c&state=a%20b", "OURS", Ok(()))]
    #[case::among_others("state=a+b", "x=y; OURS; z=", Ok(()))]
    #[case::a_refusal("error=access_denied&state=a%20b", "OURS", Ok(()))]
    #[case::another_state("code=c&state=ab", "OURS", Err(Stray::State))]
    #[case::no_state("code=c", "OURS", Err(Stray::State))]
    #[case::an_empty_state("code=c&state=", "OURS", Err(Stray::State))]
    #[case::two_states("state=a%20b&state=a%20b", "OURS", Err(Stray::State))]
    #[case::no_query("", "OURS", Err(Stray::State))]
    #[case::no_cookie("state=a%20b", "x=y", Err(Stray::Browser))]
    #[case::another_cookie("state=a%20b", "__Host-harness-8765=x", Err(Stray::Browser))]
    #[case::two_cookies("state=a%20b", "OURS; OURS", Err(Stray::Browser))]
    #[case::a_cookie_of_another_port(
        "state=a%20b",
        "__Host-harness-8766=VALUE",
        Err(Stray::Browser)
    )]
    fn only_the_browser_that_left_comes_back(
        #[case] query: &str,
        #[case] cookie: &str,
        #[case] expected: Result<(), Stray>,
    ) {
        let sign_in = sign_in();
        let value = sign_in.cookie.expose();
        let ours = format!("__Host-harness-8765={value}");
        let cookie = cookie.replace("OURS", &ours).replace("VALUE", value);
        assert_eq!(sign_in.check(Some(query), &with_cookie(&cookie)), expected);
    }

    #[rstest]
    #[case::none("https://service.example/authorize")]
    #[case::empty("https://service.example/authorize?state=")]
    #[case::two("https://service.example/authorize?state=a&state=b")]
    #[case::no_url("authorize?state=a")]
    fn an_address_without_a_state_of_its_own_begins_nothing(#[case] destination: &str) {
        let redirect = LoopbackRedirect::parse("https://127.0.0.1:8765/callback").unwrap();
        assert!(SignIn::new(destination, &redirect).is_none());
    }

    #[test]
    fn the_beginning_cannot_be_guessed() {
        let (one, other) = (sign_in(), sign_in());
        assert!(one.begins_at(one.start()) && !one.begins_at(other.start()));
        assert!(!one.begins_at("/sign-in/") && !one.begins_at("/sign-in"));
    }
}
