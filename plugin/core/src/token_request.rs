//! Requests for tokens (RFC 6749 sections 4.1.3, 4.4.2 and 6).
//!
//! The client's credentials stand in the body, never in a Basic header: Basic happens to work for
//! a code and fails for a renewal, twelve hours later (L).

use crate::{
    endpoints,
    model::{
        CodeGrant, Error,
        ErrorKind::{Misconfigured, Other},
        Grant, Method, Pair, Request, RequestBody, SecretRef, Setting,
    },
    refusal::{Step, notice},
    settings::{Credential, Flow, Principal},
};
use alloc::vec::Vec;

/// The request for tokens.
///
/// # Errors
///
/// Of the kind [`InvalidSettings`](crate::ErrorKind::InvalidSettings); [`Misconfigured`] where the
/// grant is not one of the flow's; [`Other`] for an extension grant, of which Intacct has none.
pub fn token_request(settings: &[Setting], grant: &Grant) -> Result<Request, Error> {
    let credential = Credential::parse(settings)?;
    let mut form = match grant {
        Grant::AuthorizationCode(code) => by_code(&credential, code)?,
        Grant::ClientCredentials => by_client_credentials(&credential)?,
        Grant::RefreshToken(token) => by_refresh_token(token),
        Grant::Other(_) => return Err(no_such_grant()),
    };
    form.extend(credential.client_pairs());
    Ok(post_form(endpoints::TOKEN, form))
}

/// A form that is posted.
pub(crate) fn post_form(url: &'static str, form: Vec<Pair>) -> Request {
    Request {
        method: Method::Post,
        url,
        bearer: None,
        headers: Vec::from([Pair::text("accept", "application/json")]),
        body: RequestBody::Form(form),
    }
}

fn by_code(credential: &Credential<'_>, grant: &CodeGrant) -> Result<Vec<Pair>, Error> {
    credential.flow.by_browser()?;
    let mut form = Vec::from([
        Pair::text("grant_type", "authorization_code"),
        Pair::secret("code", &grant.code),
        Pair::text("redirect_uri", grant.redirect_uri.as_str()),
    ]);
    form.extend(
        grant
            .code_verifier
            .as_ref()
            .map(|it| Pair::secret("code_verifier", it)),
    );
    Ok(form)
}

fn by_client_credentials(credential: &Credential<'_>) -> Result<Vec<Pair>, Error> {
    let principal = match &credential.flow {
        Flow::RegularUser => return Err(notice::AT_THE_BROWSER_ALONE.error(Misconfigured)),
        Flow::WebServicesUser(principal) => principal,
    };
    Ok(Vec::from([
        Pair::text("grant_type", "client_credentials"),
        principal.pair(),
    ]))
}

fn by_refresh_token(token: &SecretRef) -> Vec<Pair> {
    Vec::from([
        Pair::text("grant_type", "refresh_token"),
        Pair::secret("refresh_token", token),
    ])
}

impl Principal<'_> {
    /// The one thing that Intacct takes: a Username beside a session is left out, for even an empty
    /// one is refused (GW-0036).
    fn pair(&self) -> Pair {
        match self {
            Self::Username(username) => Pair::text("username", username.full),
            Self::Session(session, _) => Pair::secret("session_id", session),
        }
    }
}

impl Credential<'_> {
    /// The client's own credentials.
    pub(crate) fn client_pairs(&self) -> [Pair; 2] {
        [
            Pair::text("client_id", self.client_id),
            Pair::secret("client_secret", self.client_secret),
        ]
    }

    /// Where in a connection's life a grant stands. The same refusal means different things.
    pub(crate) fn step(&self, grant: &Grant) -> Result<Step, Error> {
        let by_session = matches!(self.flow, Flow::WebServicesUser(Principal::Session(..)));
        match grant {
            Grant::AuthorizationCode(_) => Ok(Step::Code),
            Grant::ClientCredentials if by_session => Ok(Step::Session),
            Grant::ClientCredentials => Ok(Step::Username),
            Grant::RefreshToken(_) if by_session => Ok(Step::RefreshOfSession),
            Grant::RefreshToken(_) => Ok(Step::Refresh),
            Grant::Other(_) => Err(no_such_grant()),
        }
    }
}

fn no_such_grant() -> Error {
    notice::NO_SUCH_GRANT.error(Other)
}
