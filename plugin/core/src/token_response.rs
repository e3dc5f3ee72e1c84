//! Token responses (RFC 6749 sections 5.1 and 5.2).
//!
//! The host has taken the tokens out. What is left says what kind they are and how long they last;
//! the claims that the host lets through say whom they speak for.

use crate::{
    failure, http_date,
    model::{
        Answer, BodyKind, Error,
        ErrorKind::{Misconfigured, Protocol, Unavailable},
        Grant, Identity, Request, Response, Sealed, Setting, Tokens, Value,
    },
    number,
    reading::{Meaning, values},
    refusal::{self, Notice, ParsedError, notice},
    settings::{Credential, Flow},
    token_request::token_request,
    waiting,
};
use alloc::{borrow::ToOwned, string::String};

/// What became of a request for tokens.
///
/// # Errors
///
/// Of every kind. A connection that only a refresh token could keep alive and that got
/// none is refused here, not when its access token ends.
pub fn parse_token_response(
    settings: &[Setting],
    grant: &Grant,
    answer: &Answer,
) -> Result<Tokens, Error> {
    let credential = Credential::parse(settings)?;
    let step = credential.step(grant)?;
    let response = answer.as_ref().map_err(failure::of_request)?;
    if let Some(refused) = ParsedError::of(response, credential.names_entity()) {
        return Err(refusal::explain_response(step, response, &refused));
    }
    match response.body {
        BodyKind::Json => {}
        BodyKind::Html | BodyKind::Xml => return Err(notice::MAINTENANCE.error(Unavailable)),
        // It may be Intacct's own, cut off or in another coding: then tokens were given.
        BodyKind::Empty | BodyKind::Other => return Err(notice::MAINTENANCE.error(Protocol)),
    }
    let tokens = tokens(response)?;
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
    send: impl FnOnce(Request) -> Answer,
) -> Result<Tokens, Error> {
    let answer = send(token_request(settings, grant)?);
    parse_token_response(settings, grant, &answer)
}

fn tokens(response: &Response) -> Result<Tokens, Error> {
    let token_type = token_type(response)?;
    let access = token(response, Meaning::AccessToken);
    let access = access.ok_or_else(|| protocol(&notice::NO_ACCESS_TOKEN))?;
    let refresh = token(response, Meaning::RefreshToken);
    Ok(Tokens {
        token_type,
        access: access.secret.clone(),
        refresh: refresh.map(|sealed| sealed.secret.clone()),
        expires_in_seconds: life(response, access),
        refresh_expires_in_seconds: refresh.and_then(|it| life_by_claims(response, it)),
        identity: identity(access),
    })
}

/// A token that holds anything.
fn token(response: &Response, meaning: Meaning) -> Option<&Sealed> {
    let mut tokens = values(response, meaning).filter_map(|value| match value {
        Value::Secret(sealed) => Some(sealed),
        _ => None,
    });
    tokens.find(|sealed| sealed.length > 0)
}

/// `Bearer` in any case. Where it is absent, it is taken for that: Intacct knows no other kind, and
/// to drop a good token for a missing word would lose the grant.
fn token_type(response: &Response) -> Result<String, Error> {
    match values(response, Meaning::TokenType).next() {
        None => Ok("Bearer".into()),
        Some(Value::Code(kind)) if kind.eq_ignore_ascii_case("bearer") => Ok(kind.clone()),
        Some(_) => Err(protocol(&notice::NOT_BEARER)),
    }
}

/// `expires_in` is believed, then the token's own `exp`. Zero and less say nothing: a token that
/// has ended when it comes would be renewed for ever. The host bounds it.
fn life(response: &Response, access: &Sealed) -> Option<u64> {
    let said = values(response, Meaning::ExpiresIn).find_map(|value| match value {
        Value::Number(life) => u64::try_from(*life).ok().filter(|life| *life > 0),
        _ => None,
    });
    said.or_else(|| life_by_claims(response, access))
}

/// From the token's issue to its end; where it does not say when it was issued, from the answer's
/// own date.
fn life_by_claims(response: &Response, token: &Sealed) -> Option<u64> {
    let end = moment(token, "exp")?;
    let answered = || http_date::parse(response.header(waiting::DATE)?);
    let start = moment(token, "iat").or_else(answered)?;
    end.checked_sub(start).filter(|life| *life > 0)
}

fn moment(token: &Sealed, claim: &str) -> Option<u64> {
    number::rounded_down(token.claim(claim)?)
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
        Err(notice.error(Misconfigured))
    }
}

fn protocol(notice: &Notice) -> Error {
    notice.error(Protocol)
}
