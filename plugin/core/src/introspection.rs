//! Whether a token that a call refuses is good after all.
//!
//! Two things tell: how old it is by Intacct's own clock (the claim `iat` against the answer's `Date`),
//! and introspection (RFC 7662), which costs one more request. A token that was only just given has not
//! ended, unless Intacct says so; a company whose lists lack the application refuses it all the same (T).

use crate::{
    endpoints, http_date,
    model::{Answer, Pair, Request, Response, Sealed, Value},
    number,
    reading::{Meaning, values},
    token_request::post_form,
    waiting,
};
use alloc::vec::Vec;

/// A token younger than this has only just been given. Long enough for a test right after connecting;
/// one that is older is renewed first, and then the new one is refused.
pub const NEW_SECONDS: u64 = 60;

/// How old a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Age {
    /// Only just given, and not at its end.
    New,
    /// Given some time ago, or at its end.
    Old,
    /// Neither token nor answer says.
    Unknown,
}

/// The token's age at the moment of the answer.
pub(crate) fn age(response: &Response, access: &Sealed) -> Age {
    let moment = |claim| number::rounded_down(access.claim(claim)?);
    let answered = response.header(waiting::DATE).and_then(http_date::parse);
    let Some(answered) = answered else {
        return Age::Unknown;
    };
    let has_ended = moment("exp").is_some_and(|end| end <= answered);
    match moment("iat") {
        _ if has_ended => Age::Old,
        None => Age::Unknown,
        Some(given) if answered.saturating_sub(given) < NEW_SECONDS => Age::New,
        Some(_) => Age::Old,
    }
}

/// Asks about the token, with the token itself (T).
pub(crate) fn request(access: &Sealed) -> Request {
    let form = Vec::from([Pair::secret("token", &access.secret)]);
    Request {
        bearer: Some(access.secret.clone()),
        ..post_form(endpoints::INTROSPECT, form)
    }
}

/// What the answer says; absent where it is no answer to that question.
pub(crate) fn is_active(answer: &Answer) -> Option<bool> {
    let response = answer.as_ref().ok().filter(|it| it.succeeded())?;
    values(response, Meaning::Active).find_map(|value| match value {
        Value::Boolean(active) => Some(*active),
        _ => None,
    })
}
