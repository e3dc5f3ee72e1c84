//! The browser's way to Intacct and back (RFC 6749 section 4.1.1 and 4.1.2).

use crate::{
    endpoints,
    model::{Authorization, AuthorizationRefusal, Error, ErrorKind::Misconfigured, Setting},
    refusal::{self, ParsedError, Step, notice},
    settings::{Credential, Flow},
};
use alloc::string::String;
use form_urlencoded::Serializer;

/// Where to send the person's browser.
///
/// # Errors
///
/// Of the kind [`InvalidSettings`](crate::ErrorKind::InvalidSettings); [`Misconfigured`] where the flow
/// is not the Regular User's, or Intacct would refuse the redirect address.
pub fn authorization_url(
    settings: &[Setting],
    authorization: &Authorization,
) -> Result<String, Error> {
    let credential = Credential::parse(settings)?;
    credential.flow.by_browser()?;
    accepted_redirect(&authorization.redirect_uri)?;
    Ok(url(credential.client_id, authorization))
}

fn url(client_id: &str, authorization: &Authorization) -> String {
    let start = [endpoints::AUTHORIZE, "?"].concat();
    let length = start.len();
    let mut query = Serializer::for_suffix(start, length);
    query.append_pair("response_type", "code");
    query.append_pair("client_id", client_id);
    query.append_pair("redirect_uri", &authorization.redirect_uri);
    query.append_pair("state", &authorization.state);
    query.append_pair("scope", &endpoints::SCOPES.join(" "));
    if let Some(challenge) = &authorization.code_challenge {
        query.append_pair("code_challenge", challenge);
        query.append_pair("code_challenge_method", "S256");
    }
    query.finish()
}

/// Intacct registers no `http` address (S) and no `localhost` (T), so it would refuse them on its
/// own page, where the person cannot tell why.
fn accepted_redirect(uri: &str) -> Result<(), Error> {
    let uri = uri.to_ascii_lowercase();
    let host = uri.strip_prefix("https://").unwrap_or_default();
    let host = host.split([':', '/', '?']).next().unwrap_or_default();
    if uri.is_empty() || uri.starts_with("http:") || host == "localhost" {
        return Err(notice::REDIRECT_REFUSED.error(Misconfigured));
    }
    Ok(())
}

/// What to tell the person whose browser came back with an error.
#[must_use]
pub fn authorization_refused(_settings: &[Setting], refusal: &AuthorizationRefusal) -> Error {
    refusal::explain(Step::Consent, &ParsedError::at_consent(&refusal.error))
}

impl Flow<'_> {
    /// Holds for the flow that goes through a browser.
    pub(crate) fn by_browser(&self) -> Result<(), Error> {
        match self {
            Self::RegularUser => Ok(()),
            Self::WebServicesUser(_) => Err(notice::NOT_AT_THE_BROWSER.error(Misconfigured)),
        }
    }
}
