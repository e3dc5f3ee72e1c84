//! Requests for tokens (RFC 6749 sections 4.1.3, 4.4.2 and 6).
//!
//! The client's credentials stand in the body, never in a Basic header: Basic happens to work for
//! a code and fails for a renewal, twelve hours later (L).

use crate::{
    authorization::other_flow,
    endpoints,
    model::{CodeGrant, Error, Grant, Method, Pair, Request, RequestBody, SecretRef, Setting},
    refusal::Step,
    settings::{Credential, Flow, Principal},
};
use alloc::vec::Vec;

/// Where the tokens of an answer stand. The host seals both without being asked; asking makes it
/// independent of that.
pub(crate) const TOKENS: &[&str] = &["/access_token", "/refresh_token"];

/// The request for tokens.
///
/// # Errors
///
/// [`Error::InvalidSettings`], also where the grant is not one of the flow's; [`Error::Other`] for
/// an extension grant, of which Intacct has none.
pub fn token_request(settings: &[Setting], grant: &Grant) -> Result<Request, Error> {
    let credential = Credential::parse(settings)?;
    let mut form = match grant {
        Grant::AuthorizationCode(code) => by_code(&credential, code)?,
        Grant::ClientCredentials => by_client_credentials(&credential)?,
        Grant::RefreshToken(token) => by_refresh_token(token),
        Grant::Other(_) => return Err(no_such_grant()),
    };
    form.extend(credential.client_pairs());
    Ok(post_form(endpoints::TOKEN, form, TOKENS))
}

/// A form that is posted.
pub(crate) fn post_form(
    url: &'static str,
    form: Vec<Pair>,
    seal: &'static [&'static str],
) -> Request {
    let headers = Vec::from([Pair::text("accept", "application/json")]);
    Request {
        method: Method::Post,
        url: url.into(),
        headers,
        body: RequestBody::Form(form),
        seal,
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
        Flow::RegularUser => return Err(not_by_browser()),
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

fn not_by_browser() -> Error {
    other_flow(
        "A Regular User signs in at the browser, not by client credentials.",
        "Choose Web Services User to connect without a browser.",
    )
}

fn no_such_grant() -> Error {
    Error::Other("Sage Intacct takes an authorization code, client credentials or a refresh token, and no other grant.".into())
}
