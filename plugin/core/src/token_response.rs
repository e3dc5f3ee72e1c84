//! Token responses (RFC 6749 sections 5.1 and 5.2).
//!
//! The host has taken the tokens out. What is left says what kind they are and how long they last;
//! the claims that the host lets through say whom they speak for.

use crate::{
    failure, http_date,
    json::Json,
    model::{Answer, Error, Grant, Identity, Request, Response, Sealed, Setting, Tokens},
    number,
    refusal::{self, Notice, Said, notice},
    settings::{Credential, Flow},
    token_request::token_request,
};
use alloc::{borrow::ToOwned, string::String};

/// The longest life that is believed, in seconds: 68 years, as elsewhere (Go's `oauth2` caps it
/// there too). It keeps a host's sums from overflowing.
pub const LONGEST_LIFE_SECONDS: u64 = i32::MAX as u64;

/// What became of a request for tokens.
///
/// # Errors
///
/// Every case of [`Error`]. A connection that only a refresh token could keep alive and that got
/// none is refused here, not when its access token ends.
pub fn parse_token_response(
    settings: &[Setting],
    grant: &Grant,
    answer: &Answer,
) -> Result<Tokens, Error> {
    let credential = Credential::parse(settings)?;
    let step = credential.step(grant)?;
    let response = answer.as_ref().map_err(failure::of_request)?;
    let document = refusal::document(&response.body);
    if let Some(said) = Said::refusal(response, document.as_ref()) {
        return Err(refusal::explain_response(step, response, said));
    }
    let members = document
        .as_ref()
        .ok_or_else(|| protocol(&notice::NOT_JSON))?;
    let tokens = tokens(response, members)?;
    credential.can_be_renewed(grant, &tokens)?;
    Ok(tokens)
}

/// [`token_request`], sending, and [`parse_token_response`] in one.
///
/// # Errors
///
/// Those of both.
pub fn obtain_tokens(
    settings: &[Setting],
    grant: &Grant,
    send: impl FnOnce(&Request) -> Answer,
) -> Result<Tokens, Error> {
    let answer = send(&token_request(settings, grant)?);
    parse_token_response(settings, grant, &answer)
}

fn tokens(response: &Response, members: &Json<'_>) -> Result<Tokens, Error> {
    let token_type = token_type(members.get("token_type"))?;
    let access = response.sealed_at("/access_token");
    let access = access.ok_or_else(|| protocol(&notice::NO_ACCESS_TOKEN))?;
    let refresh = response.sealed_at("/refresh_token");
    Ok(Tokens {
        token_type,
        access: access.secret.clone(),
        refresh: refresh.map(|sealed| sealed.secret.clone()),
        expires_in_seconds: life(response, members, access),
        identity: identity(access),
    })
}

/// `Bearer` in any case. Where it is absent, it is taken for that: Intacct knows no other kind, and
/// to drop a good token for a missing word would lose the grant.
fn token_type(member: Option<&Json<'_>>) -> Result<String, Error> {
    match member {
        None | Some(Json::Null) => Ok("Bearer".into()),
        Some(Json::Text(kind)) if kind.eq_ignore_ascii_case("bearer") => Ok(kind.clone()),
        Some(_) => Err(protocol(&notice::NOT_BEARER)),
    }
}

/// `expires_in` is believed, then the token's own `exp`. Zero and less say nothing: a token that
/// has ended when it comes would be renewed for ever.
fn life(response: &Response, members: &Json<'_>, access: &Sealed) -> Option<u64> {
    let said = members.get("expires_in").and_then(seconds);
    let said = said.or_else(|| life_by_claims(response, access));
    said.map(|life| life.min(LONGEST_LIFE_SECONDS))
}

fn seconds(member: &Json<'_>) -> Option<u64> {
    let life = match member {
        Json::Number(number) => number::rounded_down(number),
        Json::Text(text) => number::rounded_down(text.trim()),
        Json::Null | Json::Bool(_) | Json::List(_) | Json::Members(_) => None,
    };
    life.filter(|life| *life > 0)
}

/// From the token's issue to its end; where it does not say when it was issued, from the answer's
/// own date.
fn life_by_claims(response: &Response, access: &Sealed) -> Option<u64> {
    let end = moment(access, "exp")?;
    let start = moment(access, "iat").or_else(|| http_date::parse(response.header("date")?))?;
    end.checked_sub(start).filter(|life| *life > 0)
}

fn moment(access: &Sealed, claim: &str) -> Option<u64> {
    number::rounded_down(access.claim(claim)?)
}

/// Whom a token speaks for, as far as its claims say.
pub(crate) fn identity(access: &Sealed) -> Option<Identity> {
    let claim = |name| access.claim(name).map(ToOwned::to_owned);
    let identity = Identity {
        user: claim("userId"),
        company: claim("cnyId"),
        entity: claim("entityId"),
    };
    let says_nothing =
        identity.user.is_none() && identity.company.is_none() && identity.entity.is_none();
    (!says_nothing).then_some(identity)
}

impl Credential<'_> {
    /// When connecting, a refresh token must come where nothing else renews. When renewing, the one
    /// that there was is still good.
    fn can_be_renewed(&self, grant: &Grant, tokens: &Tokens) -> Result<(), Error> {
        let renewing = matches!(grant, Grant::RefreshToken(_));
        if renewing || tokens.refresh.is_some() || !self.lives_by_refresh_token() {
            return Ok(());
        }
        let notice = match self.flow {
            Flow::RegularUser => &notice::NO_REFRESH_TOKEN,
            Flow::WebServicesUser(_) => &notice::NO_REFRESH_TOKEN_FOR_SESSION,
        };
        Err(Error::Misconfigured(notice.diagnosis()))
    }
}

fn protocol(notice: &Notice) -> Error {
    Error::Protocol(notice.diagnosis())
}
