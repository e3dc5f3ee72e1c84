//! One authorization through a person's browser (RFC 6749 section 4.1, RFC 7636), from the URL to
//! the code: the part of it that is the host's, whatever the service.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use url::Url;
use zeroize::Zeroizing;

use crate::contract::{Authorization, AuthorizationRefusal, CodeGrant, Grant};
use crate::randomness::Randomness;
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
    verifier: Secret,
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
    pub(crate) fn draw(randomness: &dyn Randomness, redirect_uri: &str) -> Self {
        Self {
            url: String::new(),
            service_url: String::new(),
            redirect_uri: redirect_uri.to_owned(),
            state: draw(randomness),
            verifier: draw(randomness),
        }
    }

    pub(crate) fn with_urls(self, url: String, service_url: String) -> Self {
        Self {
            url,
            service_url,
            ..self
        }
    }

    pub(crate) fn authorization(&self) -> Authorization {
        Authorization {
            redirect_uri: self.redirect_uri.clone(),
            state: self.state.expose().to_owned(),
            code_challenge: Some(challenge(&self.verifier)),
        }
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
            (Some(code), None) if !code.is_empty() => Ok(self.grant(&code)),
            (Some(_), Some(_)) => Err(RedirectError::Contradiction),
            (_, Some(error)) => {
                let description = answer.description;
                Err(RedirectError::Refused(AuthorizationRefusal {
                    error,
                    description,
                }))
            }
            (_, None) => Err(RedirectError::NoCode),
        }
    }

    fn grant(self, code: &str) -> Grant {
        Grant::AuthorizationCode(CodeGrant {
            code: Secret::new(code),
            redirect_uri: self.redirect_uri,
            code_verifier: Some(self.verifier),
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

/// The parameters that count, each of which may stand once (RFC 6749 section 3.1).
#[derive(Default)]
struct Answer {
    state: Option<Zeroizing<String>>,
    code: Option<Zeroizing<String>>,
    error: Option<String>,
    description: Option<String>,
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
                "error_description" => answer.description.replace(value).is_some(),
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
        Pending::draw(&Ones, HERE).complete(redirected)
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
            description: Some("No.".into()),
        };
        let query = with_state("error=access_denied&error_description=No.");
        check_error(&query, RedirectError::Refused(refusal));
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
        let shown = format!("{:?}", Pending::draw(&Ones, HERE));
        assert!(!shown.contains(STATE), "{shown}");
    }
}
