//! A credential that is connected: how a call is authenticated, what another connection would end, how
//! a grant is ended.

use crate::{
    endpoints, failure,
    model::{
        Answer, ApiAuthentication, BodyKind, Error,
        ErrorKind::{Misconfigured, Other, Unavailable},
        HeldTokens, Pair, Request, Response, SecretRef, Setting, Value,
    },
    reading::{Meaning, values},
    refusal::{self, ParsedError, Step, notice},
    settings::{Credential, Username},
    token_request::post_form,
};
use alloc::vec::Vec;

/// What to add to an API request.
///
/// Where the Username names an entity, the entity header goes along. The token is confined to that
/// entity already (T), but if it were not, the answer would be the whole company's without a word.
///
/// # Errors
///
/// Of the kind [`InvalidSettings`](crate::ErrorKind::InvalidSettings).
pub fn authenticate(settings: &[Setting], access: &SecretRef) -> Result<ApiAuthentication, Error> {
    Ok(ApiAuthentication {
        bearer: access.clone(),
        headers: Credential::parse(settings)?.headers(),
    })
}

impl Credential<'_> {
    pub(crate) fn headers(&self) -> Vec<Pair> {
        let entity = self.username().and_then(Username::entity_for_header);
        let header = entity.map(|entity| Pair::text(endpoints::ENTITY_HEADER, entity));
        header.into_iter().collect()
    }

    /// Whether the Username names an entity.
    pub(crate) fn names_entity(&self) -> bool {
        self.username()
            .is_some_and(|it| it.entity.is_some() || it.through_console)
    }
}

/// What connecting may end: a second consent for the same user and company ends the refresh token of
/// the first (L). Absent where no refresh token is needed, and so none is missed.
#[must_use]
pub fn connecting_warning(settings: &[Setting]) -> Option<&'static str> {
    let credential = Credential::parse(settings).ok()?;
    credential.lives_by_refresh_token().then_some(
        "If the same user of the same company is connected to Sage Intacct already, here or in \
         another program, connecting now may end that connection.",
    )
}

/// What revoking would end besides this connection (T, quoting Sage: every token of that user and
/// company). It holds for every credential.
#[must_use]
pub fn revocation_warning(_settings: &[Setting]) -> Option<&'static str> {
    Some(
        "Revoking ends every connection that this user of this company has with Sage Intacct, \
         those of other programs included, and not only this one.",
    )
}

/// The request that ends a grant (RFC 7009 section 2.1). It names the refresh token, which outlives
/// the access token.
///
/// # Errors
///
/// Of the kind [`InvalidSettings`](crate::ErrorKind::InvalidSettings); [`Other`] where there is no
/// token.
pub fn revoke_request(settings: &[Setting], tokens: &HeldTokens) -> Result<Request, Error> {
    let credential = Credential::parse(settings)?;
    let token = tokens.refresh.as_ref().or(tokens.access.as_ref());
    let token = token.ok_or_else(|| notice::NO_TOKEN.error(Other))?;
    let mut form = Vec::from([Pair::secret("token", token)]);
    form.extend(credential.client_pairs());
    Ok(post_form(endpoints::REVOKE, form))
}

/// What became of such a request. Intacct says `{"revoked": true}` (T); by RFC 7009 section 2.2 any
/// other success means it too, unless it says the contrary.
///
/// # Errors
///
/// Of every kind but [`InvalidSettings`](crate::ErrorKind::InvalidSettings).
pub fn parse_revoke_answer(answer: &Answer) -> Result<(), Error> {
    let response = answer.as_ref().map_err(failure::of_request)?;
    if let Some(refused) = ParsedError::of(response, false) {
        return Err(refusal::explain_response(
            Step::Revocation,
            response,
            &refused,
        ));
    }
    revoked(response)
}

fn revoked(response: &Response) -> Result<(), Error> {
    let denied = values(response, Meaning::Revoked).any(|value| *value == Value::Boolean(false));
    match response.body {
        BodyKind::Json if denied => Err(notice::NOT_REVOKED.error(Misconfigured)),
        BodyKind::Json | BodyKind::Empty => Ok(()),
        BodyKind::Xml | BodyKind::Html | BodyKind::Other => {
            Err(notice::MAINTENANCE.error(Unavailable))
        }
    }
}

/// [`revoke_request`], sending, and [`parse_revoke_answer`] in one.
///
/// # Errors
///
/// Those of both.
pub fn revoke(
    settings: &[Setting],
    tokens: &HeldTokens,
    send: impl FnOnce(Request) -> Answer,
) -> Result<(), Error> {
    let answer = send(revoke_request(settings, tokens)?);
    parse_revoke_answer(&answer)
}
