//! Tokens that the service gave and the plugin did not take (RFC 6749 section 5.1).

use std::sync::PoisonError;

use super::Operation;
use crate::bindings::connector::credential::http::{Answer, Response, Value};
use crate::secret::Secret;

/// What a token endpoint answered with success, and the plugin refused or could not read. The grant was
/// used, so that a refresh token that came with the answer is the one that counts from now on, by the names
/// that RFC 6749 section 5.1 gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadTokens {
    /// The refresh token, where the answer brought one.
    pub refresh: Option<Secret>,
}

impl Operation {
    /// What the last answer to a token request of this operation brought, where it brought tokens and no
    /// tokens were reported: the host sent it, and the plugin refused it, crashed over it or broke the
    /// contract. Of a plugin that sends by itself ([`Sender::Plugin`](super::Sender::Plugin)) it is never
    /// known.
    #[must_use]
    pub fn unread_tokens(&self) -> Option<UnreadTokens> {
        let unread = self.unread.lock().unwrap_or_else(PoisonError::into_inner);
        unread.clone()
    }

    pub(super) fn note_unread(&self, unread: Option<UnreadTokens>) {
        *self.unread.lock().unwrap_or_else(PoisonError::into_inner) = unread;
    }

    /// The tokens in an answer, as far as the plugin declares them.
    pub(super) fn tokens_in(&self, answer: &Answer) -> Option<UnreadTokens> {
        let response = answer.as_ref().ok()?;
        if !(200..300).contains(&response.status) {
            return None;
        }
        secret_at(response, "/access_token")?;
        let refresh = secret_at(response, "/refresh_token");
        let refresh =
            refresh.and_then(|name| self.exchange.with_vault(|vault| vault.get(name).cloned()));
        Some(UnreadTokens { refresh })
    }
}

/// The name of the secret that a member of the answer is.
fn secret_at<'a>(response: &'a Response, pointer: &str) -> Option<&'a str> {
    response.members.iter().find_map(|it| match &it.value {
        Value::Secret(sealed) if it.pointer == pointer => Some(sealed.secret.as_str()),
        _ => None,
    })
}
