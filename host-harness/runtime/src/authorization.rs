//! One authorization through a person's browser (RFC 6749 section 4.1, RFC 7636), from the URL to
//! the code: the part of it that is the host's, whatever the service.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use url::Url;
use zeroize::Zeroizing;

use crate::authorization_url::{Parameters, UrlError};
use crate::bindings::exports::connector::credential::oauth as wit;
use crate::contract::{AuthorizationRefusal, CodeGrant, Grant};
use crate::randomness::Randomness;
use crate::reading::{Budget, MOST_SEARCHED, SecretSearch, Secrets, is_code};
use crate::secret::Secret;

/// Bytes of randomness in a state and in a verifier: 256 bits, 43 characters (RFC 7636 section 4.1
/// asks for as many at least).
const RANDOM_BYTES: usize = 32;

/// An authorization that a person has yet to give.
#[derive(Debug)]
pub struct Pending {
    url: String,
    service_url: String,
    redirect_uri: String,
    state: Secret,
    /// Absent where the plan has no PKCE.
    verifier: Option<Secret>,
    /// The redirect's further parameters that the plugin's descriptor declares.
    parameters: Vec<String>,
}

/// The browser came back, but not with a code for this authorization. No token request may follow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectError {
    /// The text is no URL.
    #[error("that is no URL; copy the whole address from the browser's address bar")]
    NotAUrl,
    /// It leads somewhere else than to this authorization's redirect URI.
    #[error("that address is not where this sign-in leads back to, which is {0}")]
    OtherPlace(String),
    /// The state is missing, given twice, or not this authorization's.
    #[error(
        "the browser came back from another sign-in than this one (its state is missing or not \
         ours); start again"
    )]
    State,
    /// A parameter that counts is given twice, or code and error stand side by side.
    #[error("the browser came back with an answer that contradicts itself; start again")]
    Contradiction,
    /// Neither a code nor an error.
    #[error("the browser came back without a code; start again")]
    NoCode,
    /// The service says no (RFC 6749 section 4.1.2.1): let the plugin explain it.
    #[error("the service refused: {}", .0.error)]
    Refused(AuthorizationRefusal),
}

impl Pending {
    pub(crate) fn draw(
        randomness: &dyn Randomness,
        redirect_uri: &str,
        pkce: bool,
        parameters: &[String],
    ) -> Self {
        Self {
            url: String::new(),
            service_url: String::new(),
            redirect_uri: redirect_uri.to_owned(),
            state: draw(randomness),
            verifier: pkce.then(|| draw(randomness)),
            parameters: parameters.to_vec(),
        }
    }

    pub(crate) fn with_urls(self, url: String, service_url: String) -> Self {
        Self {
            url,
            service_url,
            ..self
        }
    }

    pub(crate) fn authorization(&self) -> wit::Authorization {
        wit::Authorization {
            redirect_uri: self.redirect_uri.clone(),
            state: self.state.expose().to_owned(),
            code_challenge: self.verifier.as_ref().map(challenge),
        }
    }

    /// Whether a URL asks for what this authorization is: a code, sent back to us, with our state and
    /// challenge, each once and to the letter (RFC 6749 section 4.1.1, RFC 7636 section 4.3). A URL
    /// with another redirect URI would hand the code, and with it the consent, to somebody else.
    pub(crate) fn check_url(&self, url: &str) -> Result<(), UrlError> {
        let url = Url::parse(url).map_err(|_| UrlError {
            parameter: "response_type".to_owned(),
            found: "no",
        })?;
        let url = Parameters::of(&url);
        let challenge = self.verifier.as_ref().map(challenge);
        let method = challenge.as_ref().map(|_| "S256");
        url.check("response_type", Some("code"))?;
        url.check("redirect_uri", Some(&self.redirect_uri))?;
        url.check("state", Some(self.state.expose()))?;
        url.check("code_challenge", challenge.as_deref())?;
        url.check("code_challenge_method", method)?;
        url.without_others()
    }

    /// The URL without the state, which is the host's own: what is left is the plugin's.
    pub(crate) fn without_state(&self, url: &str) -> String {
        url.replace(self.state.expose(), "")
    }

    /// State and verifier: what must never come back from a plugin or a service by another way. For
    /// [`Operation::know`](crate::Operation::know) of other operations on the same credential.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        std::iter::once(&self.state).chain(&self.verifier)
    }

    /// Where to send the person's browser: the place that the policy maps the service's origin to,
    /// where it does. It holds the state and the challenge, so it is for this person's browser
    /// alone.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The same as the plugin built it, at the service's own origin.
    #[must_use]
    pub fn service_url(&self) -> &str {
        &self.service_url
    }

    /// Where the service sends the browser back to.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// The address that the browser was sent back to becomes a grant, once: the state is checked
    /// before anything else is looked at.
    ///
    /// # Errors
    ///
    /// [`RedirectError`]; the authorization is over then, and no token request may follow.
    pub fn complete(self, redirected: &str) -> Result<Grant, RedirectError> {
        let url = Url::parse(redirected).map_err(|_| RedirectError::NotAUrl)?;
        if !self.leads_here(&url) {
            return Err(RedirectError::OtherPlace(self.redirect_uri));
        }
        let answer = Answer::read(&url)?;
        let state = answer.state.ok_or(RedirectError::State)?;
        if !bool::from(state.as_bytes().ct_eq(self.state.expose().as_bytes())) {
            return Err(RedirectError::State);
        }
        match (answer.code, answer.error) {
            (Some(code), None) if !code.is_empty() => Ok(self.grant(&code, &url)),
            (Some(_), Some(_)) => Err(RedirectError::Contradiction),
            (_, Some(error)) => Err(RedirectError::Refused(refusal(error))),
            (_, None) => Err(RedirectError::NoCode),
        }
    }

    fn grant(self, code: &str, redirected: &Url) -> Grant {
        let mut secrets = SecretSearch::default();
        for secret in self.secrets().chain([&Secret::new(code)]) {
            secrets.add(secret);
        }
        let parameters = self
            .parameters
            .iter()
            .filter_map(|name| Some((name.clone(), single_code(redirected, name)?)))
            .filter(|(_, value)| !code.contains(value.as_str()))
            .filter(|(_, value)| {
                let found = secrets.find_within(value, &mut Budget::new(MOST_SEARCHED));
                found.is_some_and(Secrets::is_empty)
            })
            .collect();
        Grant::AuthorizationCode(CodeGrant {
            code: Secret::new(code),
            redirect_uri: self.redirect_uri,
            code_verifier: self.verifier,
            parameters,
        })
    }

    /// Scheme, host, port and path; the query is the answer.
    fn leads_here(&self, url: &Url) -> bool {
        Url::parse(&self.redirect_uri).is_ok_and(|ours| {
            ours.scheme() == url.scheme()
                && ours.host_str() == url.host_str()
                && ours.port_or_known_default() == url.port_or_known_default()
                && ours.path() == url.path()
        })
    }
}

/// A parameter's value where it stands once and is a code.
fn single_code(url: &Url, name: &str) -> Option<String> {
    let mut values = url.query_pairs().filter(|(it, _)| it == name);
    let (_, value) = values.next()?;
    (values.next().is_none() && is_code(&value)).then(|| value.into_owned())
}

/// Only a short identifier is told: anybody can write anything else into a redirect.
fn refusal(error: String) -> AuthorizationRefusal {
    let error = if is_code(&error) {
        error
    } else {
        "unreadable".to_owned()
    };
    AuthorizationRefusal { error }
}

/// The parameters that count, each of which may stand once (RFC 6749 section 3.1).
#[derive(Default)]
struct Answer {
    state: Option<Zeroizing<String>>,
    code: Option<Zeroizing<String>>,
    error: Option<String>,
}

impl Answer {
    fn read(url: &Url) -> Result<Self, RedirectError> {
        let mut answer = Self::default();
        for (name, value) in url.query_pairs() {
            let value = value.into_owned();
            let repeated = match &*name {
                "state" if answer.state.is_some() => return Err(RedirectError::State),
                "state" => answer.state.replace(value.into()).is_some(),
                "code" => answer.code.replace(value.into()).is_some(),
                "error" => answer.error.replace(value).is_some(),
                _ => false,
            };
            if repeated {
                return Err(RedirectError::Contradiction);
            }
        }
        Ok(answer)
    }
}

fn draw(randomness: &dyn Randomness) -> Secret {
    let mut bytes = Zeroizing::new([0; RANDOM_BYTES]);
    randomness.fill(&mut *bytes);
    Secret::new(URL_SAFE_NO_PAD.encode(*bytes))
}

/// `S256` (RFC 7636 section 4.2).
fn challenge(verifier: &Secret) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose()))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ones;

    impl Randomness for Ones {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(1);
        }
    }

    const STATE: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
    const HERE: &str = "https://127.0.0.1:8765/callback";

    fn complete(redirected: &str) -> Result<Grant, RedirectError> {
        Pending::draw(&Ones, HERE, true, &[]).complete(redirected)
    }

    #[track_caller]
    fn check_error(query: &str, expected: RedirectError) {
        let outcome = complete(&format!("{HERE}?{query}"));
        assert_eq!(outcome, Err(expected), "{query}");
    }

    #[test]
    fn the_challenge_is_that_of_a_recorded_vector() {
        let verifier = Secret::new("zWiRBuiUcmnIbPBCoNqA5cWDFuaEZwZ7jLJJGJ4P3NQ");
        assert_eq!(
            challenge(&verifier),
            "manPXpjp75EFeofO-YWtY3gIPp0S6_CJ-ciRJyYIonw"
        );
    }

    #[test]
    fn a_code_with_our_state_becomes_a_grant() {
        let grant = complete(&format!("{HERE}?code=not-a-real-code&state={STATE}")).unwrap();
        let expected = CodeGrant {
            code: Secret::new("not-a-real-code"),
            redirect_uri: HERE.to_owned(),
            code_verifier: Some(Secret::new(STATE)),
            parameters: Vec::new(),
        };
        assert_eq!(grant, Grant::AuthorizationCode(expected));
    }

    #[test]
    fn the_state_is_checked_before_anything_else() {
        check_error("", RedirectError::State);
        check_error("code=c", RedirectError::State);
        check_error("code=c&state=", RedirectError::State);
        check_error("code=c&state=other", RedirectError::State);
        check_error(&format!("code=c&state={STATE}x"), RedirectError::State);
        check_error(
            &format!("code=c&state={STATE}&state={STATE}"),
            RedirectError::State,
        );
        check_error("error=access_denied&state=other", RedirectError::State);
    }

    #[test]
    fn an_answer_that_is_no_code_is_told_apart() {
        let with_state = |query: &str| format!("{query}&state={STATE}");
        check_error(&with_state("x=1"), RedirectError::NoCode);
        check_error(&with_state("code="), RedirectError::NoCode);
        check_error(&with_state("code=c&error=e"), RedirectError::Contradiction);
        check_error(&with_state("code=c&code=d"), RedirectError::Contradiction);
        let refusal = AuthorizationRefusal {
            error: "access_denied".into(),
        };
        let query = with_state("error=access_denied&error_description=No.");
        check_error(&query, RedirectError::Refused(refusal));
    }

    #[test]
    fn only_a_short_identifier_of_a_refusal_is_told() {
        let unreadable = || {
            RedirectError::Refused(AuthorizationRefusal {
                error: "unreadable".into(),
            })
        };
        for error in ["no%20words", "%3Cscript%3E", &"x".repeat(65), ""] {
            check_error(&format!("error={error}&state={STATE}"), unreadable());
        }
    }

    #[test]
    fn declared_parameters_of_the_redirect_are_codes_that_stand_once() {
        let declared = ["realmId", "shop", "twice", "absent"].map(str::to_owned);
        let query = format!(
            "code=not-a-real-code&state={STATE}&realmId=46208&shop=no%20code&twice=1&twice=1&other=2"
        );
        let pending = Pending::draw(&Ones, HERE, false, &declared);
        let Ok(Grant::AuthorizationCode(grant)) = pending.complete(&format!("{HERE}?{query}"))
        else {
            panic!("no code");
        };
        assert_eq!(
            grant.parameters,
            [("realmId".to_owned(), "46208".to_owned())]
        );
        for copy in ["NOT-A-REAL-CODE", "not.a.real", STATE, "edoc-laer-a-ton"] {
            let query = format!("code=not-a-real-code&state={STATE}&realmId={copy}");
            let pending = Pending::draw(&Ones, HERE, true, &declared);
            let Ok(Grant::AuthorizationCode(grant)) = pending.complete(&format!("{HERE}?{query}"))
            else {
                panic!("no code");
            };
            assert_eq!(grant.parameters, [], "{copy}");
        }
        assert_eq!(grant.code_verifier, None);
    }

    #[track_caller]
    fn check_url(pkce: bool, query: &str, expected: Result<(), (&'static str, &'static str)>) {
        let pending = Pending::draw(&Ones, HERE, pkce, &[]);
        let outcome = pending.check_url(&format!("https://api.example.com/authorize?{query}"));
        let outcome = outcome.map_err(|error| (error.parameter, error.found));
        let expected = expected.map_err(|(parameter, found)| (parameter.to_owned(), found));
        assert_eq!(outcome, expected, "{query}");
    }

    const REDIRECT: &str = "redirect_uri=https%3A%2F%2F127.0.0.1%3A8765%2Fcallback";

    #[test]
    fn an_authorization_url_carries_what_is_ours_once_and_to_the_letter() {
        let good = format!("response_type=code&{REDIRECT}&state={STATE}");
        check_url(false, &format!("{good}&client_id=x&scope=a"), Ok(()));
        let cases: [(String, &str, &str); 12] = [
            (format!("{REDIRECT}&state={STATE}"), "response_type", "no"),
            (good.replace("=code", "=token"), "response_type", "another"),
            (
                good.replace("=code", "=code%20token"),
                "response_type",
                "another",
            ),
            (
                format!("{good}&response_type=code"),
                "response_type",
                "more than one",
            ),
            (
                format!("response_type=code&state={STATE}"),
                "redirect_uri",
                "no",
            ),
            (good.replace("8765", "8766"), "redirect_uri", "another"),
            (
                format!("{good}&{REDIRECT}"),
                "redirect_uri",
                "more than one",
            ),
            (
                format!("{good}&Redirect_Uri=https://evil.example"),
                "redirect_uri",
                "more than one",
            ),
            (format!("response_type=code&{REDIRECT}"), "state", "no"),
            (
                format!("response_type=code&{REDIRECT}&state=mine"),
                "state",
                "another",
            ),
            (
                format!("{good}&code_challenge=x"),
                "code_challenge",
                "an unexpected",
            ),
            (
                format!("{good}&request_uri=https://evil.example"),
                "request_uri",
                "an unexpected",
            ),
        ];
        for (query, parameter, found) in cases {
            check_url(false, &query, Err((parameter, found)));
        }
    }

    #[test]
    fn with_pkce_an_authorization_url_carries_the_challenge() {
        let challenge = challenge(&Secret::new(STATE));
        let good = format!("response_type=code&{REDIRECT}&state={STATE}");
        let method = "code_challenge_method=S256";
        check_url(
            true,
            &format!("{good}&code_challenge={challenge}&{method}"),
            Ok(()),
        );
        check_url(true, &good, Err(("code_challenge", "no")));
        let own = format!("{good}&code_challenge=mine&{method}");
        check_url(true, &own, Err(("code_challenge", "another")));
        let plain = format!("{good}&code_challenge={challenge}&code_challenge_method=plain");
        check_url(true, &plain, Err(("code_challenge_method", "another")));
    }

    #[test]
    fn another_address_is_not_taken() {
        assert_eq!(complete("nonsense"), Err(RedirectError::NotAUrl));
        for other in [
            "http://127.0.0.1:8765/callback",
            "https://127.0.0.1:8766/callback",
            "https://127.0.0.1:8765/other",
            "https://evil.example:8765/callback",
        ] {
            let outcome = complete(&format!("{other}?code=c&state={STATE}"));
            assert_eq!(
                outcome,
                Err(RedirectError::OtherPlace(HERE.to_owned())),
                "{other}"
            );
        }
    }

    #[test]
    fn a_pending_authorization_prints_no_secret() {
        let shown = format!("{:?}", Pending::draw(&Ones, HERE, true, &[]));
        assert!(!shown.contains(STATE), "{shown}");
    }
}
