//! Takes the secrets out of an answer before a plugin sees it.
//!
//! What is sealed without being asked, in any JSON answer: every string or number in a member that
//! is named like a token (RFC 6749, 7009, OpenID Connect) or a session, every string that is a JWT,
//! and every occurrence of a secret that the host knows, as it is, percent-encoded or in base64.
//! A plugin can ask for more by JSON Pointers, never for less. What is no JSON is withheld.

mod body;
mod headers;
mod jwt;
mod known;
mod names;

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use crate::contract::{Response, ResponseBody, Sealed, SealedMember};
use crate::secret::Secret;
use crate::vault::Vault;

pub(crate) use known::Known;

/// An answer as it came.
pub(crate) struct RawAnswer {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Zeroizing<Vec<u8>>,
}

impl From<http::Response<Vec<u8>>> for RawAnswer {
    fn from(response: http::Response<Vec<u8>>) -> Self {
        let (parts, body) = response.into_parts();
        Self {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: Zeroizing::new(body),
        }
    }
}

/// Names secrets and says what may be known of them.
pub(crate) struct Sealer<'a> {
    pub(crate) vault: &'a mut Vault,
    /// The claims that both descriptor and policy name.
    pub(crate) claims: &'a BTreeSet<String>,
}

impl Sealer<'_> {
    /// Takes a value into the vault; the summary is all that a plugin gets.
    pub(crate) fn seal(&mut self, hint: &str, secret: Secret) -> Sealed {
        let claims = self.claims(&secret);
        Sealed {
            length: secret.length(),
            blemishes: secret.blemishes(),
            claims,
            name: self.vault.keep(hint, secret),
        }
    }

    /// The claims that may be told, less those in which the service repeats a secret.
    fn claims(&self, token: &Secret) -> Vec<(String, String)> {
        let mut claims = jwt::claims(token.expose(), self.claims);
        if !claims.is_empty() {
            let known = Known::of(self.vault.values());
            claims.retain(|(_, value)| !known.is(value) && !known.occurs_in(value));
        }
        claims
    }

    /// The answer, sealed. `pointers` are those that the request asked for beyond the rules.
    pub(crate) fn seal_answer(&mut self, answer: &RawAnswer, pointers: &[String]) -> Response {
        let known = Known::of(self.vault.values());
        let (body, sealed) = self.seal_body(answer, pointers, &known);
        // By now the body's own secrets are known too.
        let known = Known::of(self.vault.values());
        Response {
            status: answer.status,
            headers: headers::seal(&answer.headers, &known),
            body,
            sealed,
        }
    }

    fn seal_body(
        &mut self,
        answer: &RawAnswer,
        pointers: &[String],
        known: &Known,
    ) -> (ResponseBody, Vec<SealedMember>) {
        if answer.body.is_empty() {
            return (ResponseBody::Empty, Vec::new());
        }
        if known.may_be_rounded_in(&answer.body) {
            return (withhold(answer, known), Vec::new());
        }
        let Ok(document) = serde_json::from_slice(&answer.body) else {
            return (withhold(answer, known), Vec::new());
        };
        let Some((text, mut sealed)) = body::seal(document, pointers, known, self) else {
            return (withhold(answer, known), Vec::new());
        };
        // The net under the rules: whatever they missed is not shown at all. By now the answer's
        // own secrets are known too.
        let known = Known::of(self.vault.values());
        sealed
            .iter_mut()
            .for_each(|member| forget_what_repeats(&known, member));
        if known.occurs_in(&text) {
            return (withhold(answer, &known), sealed);
        }
        (ResponseBody::Json(text), sealed)
    }
}

/// Where an answer's own secret stands in a member's name or in a claim, that is not told either.
fn forget_what_repeats(known: &Known, member: &mut SealedMember) {
    if known.occurs_in(&member.pointer) {
        "/[sealed]".clone_into(&mut member.pointer);
    }
    let claims = &mut member.value.claims;
    claims.retain(|(_, value)| !known.is(value) && !known.occurs_in(value));
}

fn withhold(answer: &RawAnswer, known: &Known) -> ResponseBody {
    let content_type = answer
        .headers
        .get(http::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(|value| known.redact(value).into_owned());
    ResponseBody::Withheld {
        content_type,
        length: answer.body.len() as u64,
    }
}

#[cfg(test)]
mod tests;
