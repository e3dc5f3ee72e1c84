//! A credential that is connected: how a call is signed, how a grant is ended.

use crate::{
    endpoints, failure,
    json::Json,
    model::{Answer, Error, Pair, Request, Response, SecretRef, Segment, Setting},
    refusal::{self, Said, Step, notice},
    settings::Credential,
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
/// [`Error::InvalidSettings`].
pub fn authenticate(settings: &[Setting], access: &SecretRef) -> Result<Vec<Pair>, Error> {
    Ok(Credential::parse(settings)?.headers(access))
}

impl Credential<'_> {
    pub(crate) fn headers(&self, access: &SecretRef) -> Vec<Pair> {
        let bearer = [
            Segment::Text("Bearer ".into()),
            Segment::Secret(access.clone()),
        ];
        let mut headers = Vec::from([Pair {
            name: "Authorization",
            value: bearer.into(),
        }]);
        if let Some(entity) = self.username().and_then(|username| username.entity) {
            headers.push(Pair::text(endpoints::ENTITY_HEADER, entity));
        }
        headers
    }
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

/// The request that ends a grant (RFC 7009 section 2.1).
///
/// # Errors
///
/// [`Error::InvalidSettings`].
pub fn revoke_request(settings: &[Setting], token: &SecretRef) -> Result<Request, Error> {
    let credential = Credential::parse(settings)?;
    let mut form = Vec::from([Pair::secret("token", token)]);
    form.extend(credential.client_pairs());
    Ok(post_form(endpoints::REVOKE, form, &[]))
}

/// What became of such a request. Intacct says `{"revoked": true}` (T); by RFC 7009 section 2.2 any
/// other success means it too, unless it says the contrary.
///
/// # Errors
///
/// Every case of [`Error`] but `InvalidSettings`.
pub fn parse_revoke_answer(answer: &Answer) -> Result<(), Error> {
    let response = answer.as_ref().map_err(failure::of_request)?;
    let document = refusal::document(&response.body);
    if let Some(said) = Said::refusal(response, document.as_ref()) {
        return Err(refusal::explain_response(Step::Revocation, response, said));
    }
    revoked(response, document.as_ref())
}

fn revoked(response: &Response, document: Option<&Json<'_>>) -> Result<(), Error> {
    match document.map(|members| members.get("revoked")) {
        Some(Some(Json::Bool(false))) => Err(Error::Misconfigured(notice::NOT_REVOKED.diagnosis())),
        Some(_) => Ok(()),
        None if response.body.is_empty() => Ok(()),
        None => Err(Error::Protocol(notice::NOT_JSON.diagnosis())),
    }
}

/// [`revoke_request`], sending, and [`parse_revoke_answer`] in one.
///
/// # Errors
///
/// Those of both.
pub fn revoke(
    settings: &[Setting],
    token: &SecretRef,
    send: impl FnOnce(&Request) -> Answer,
) -> Result<(), Error> {
    let answer = send(&revoke_request(settings, token)?);
    parse_revoke_answer(&answer)
}
