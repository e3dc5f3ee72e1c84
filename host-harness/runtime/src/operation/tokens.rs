//! The tokens that a plugin reports, held against what the host knows.

use std::collections::HashSet;
use std::sync::PoisonError;

use super::Operation;
use crate::bindings::connector::credential::types::SettingValue;
use crate::bindings::exports::connector::credential::oauth as wit;
use crate::contract::{FieldKind, Identity, Tokens};
use crate::convert;
use crate::redact::{MOST, Redactor};
use crate::secret::Secret;
use crate::vault::SecretKind;

/// The longest life that is believed, in seconds: ten years. It keeps sums and dates within bounds.
const LONGEST_LIFE: u64 = 10 * 365 * 86_400;

/// The longest name of a scope, in bytes (RFC 6749 section 3.3 has no bound).
const LONGEST_SCOPE: usize = 256;

impl Operation {
    /// The tokens that the plugin reports; or how that breaks the contract.
    pub(super) fn tokens(&self, it: wit::Tokens, granted: &wit::Grant) -> Result<Tokens, String> {
        if !it.token_type.eq_ignore_ascii_case("bearer") {
            return Err("it took tokens of a type other than Bearer".to_owned());
        }
        if it.refresh.as_ref() == Some(&it.access) {
            return Err("access and refresh token are one secret".to_owned());
        }
        let access = self.answered(&it.access)?;
        let refresh = it
            .refresh
            .map(|name| self.new_refresh_token(&name, granted));
        let refresh = refresh.transpose()?;
        if refresh.as_ref() == Some(&access) || self.is_refresh_token(&access) {
            return Err("access and refresh token are one secret".to_owned());
        }
        Ok(Tokens {
            token_type: it.token_type,
            access,
            refresh,
            expires_in_seconds: life(it.expires_in_seconds),
            refresh_expires_in_seconds: life(it.refresh_expires_in_seconds),
            scopes: it.scopes.map(|scopes| self.scopes(scopes)),
            identity: it
                .identity
                .and_then(|it| self.identity(convert::identity(it))),
            facts: self.facts(it.facts)?,
        })
    }

    /// A token was taken out of an answer of this operation, whatever the plugin says.
    fn answered(&self, name: &str) -> Result<Secret, String> {
        let secret =
            self.exchange
                .with_vault(|vault| match (vault.kind(name), vault.get(name)) {
                    (Some(SecretKind::Answered), Some(secret)) => Ok(secret.clone()),
                    (Some(_), _) => {
                        Err("it reported a secret as a token that no answer brought".to_owned())
                    }
                    (None, _) => {
                        Err("it named a secret that this operation does not have".to_owned())
                    }
                })?;
        if self
            .settings_of(|kind| !is_token(kind))
            .any(|it| it == secret)
        {
            return Err(
                "it reported a secret of the form as a token, which the service repeated"
                    .to_owned(),
            );
        }
        Ok(secret)
    }

    /// Whether a secret is a refresh token that the credential has already: it was used, is kept, or
    /// stands among the settings. Without another one, it stays the credential's.
    fn is_refresh_token(&self, secret: &Secret) -> bool {
        let kept = &self.refresh_tokens;
        let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        let is_refresh = |kind: Option<&FieldKind>| kind == Some(&FieldKind::RefreshToken);
        kept.contains(secret) || self.settings_of(is_refresh).any(|it| it == *secret)
    }

    /// The settings that the plugin has as secrets, by what their fields are: also a text that the policy
    /// keeps from it, and what has no field. A kind is absent where the descriptor has no such field.
    fn settings_of(
        &self,
        wanted: impl Fn(Option<&FieldKind>) -> bool,
    ) -> impl Iterator<Item = Secret> {
        let descriptor = self.loaded.descriptor();
        self.settings.iter().filter_map(move |it| match &it.value {
            SettingValue::Secret(sealed)
                if wanted(descriptor.field(&it.field).map(|it| &it.kind)) =>
            {
                self.exchange
                    .with_vault(|vault| vault.get(&sealed.secret).cloned())
            }
            SettingValue::Secret(_) | SettingValue::Text(_) => None,
        })
    }

    /// A refresh token may also be the one that was used.
    fn new_refresh_token(&self, name: &str, granted: &wit::Grant) -> Result<Secret, String> {
        match granted {
            wit::Grant::RefreshToken(used) if used == name => self
                .exchange
                .with_vault(|vault| vault.get(name).cloned())
                .ok_or_else(|| "it named a secret that this operation does not have".to_owned()),
            _ => self.answered(name),
        }
    }

    fn identity(&self, it: Identity) -> Option<Identity> {
        let identity = self
            .exchange
            .with_vault(|vault| Redactor(vault).identity(it));
        (identity != Identity::default()).then_some(identity)
    }

    fn scopes(&self, mut scopes: Vec<String>) -> Vec<String> {
        scopes.truncate(MOST);
        scopes.retain(|it| it.len() <= LONGEST_SCOPE);
        self.exchange.with_vault(|vault| {
            let mut redactor = Redactor(vault);
            let shown = scopes
                .into_iter()
                .filter_map(|it| redactor.identity_part(it));
            shown.collect()
        })
    }

    fn facts(&self, facts: Vec<wit::Fact>) -> Result<Vec<(String, String)>, String> {
        if facts.len() > MOST {
            return Err(format!("it learnt more than {MOST} facts"));
        }
        let fields: HashSet<&str> = facts.iter().map(|it| it.field.as_str()).collect();
        if fields.len() < facts.len() {
            return Err("it learnt two facts for one field".to_owned());
        }
        let descriptor = self.loaded.descriptor();
        facts
            .into_iter()
            .map(|wit::Fact { field, value }| {
                let learned = descriptor.field(&field);
                if !learned.is_some_and(|it| it.kind == FieldKind::Learned) {
                    return Err(
                        "it learnt a fact for a field that is not of kind `learned`".to_owned()
                    );
                }
                let value = self
                    .exchange
                    .with_vault(|vault| Redactor(vault).identity_part(value));
                let value = value.ok_or("it learnt a fact that is empty or holds a secret")?;
                Ok((field, value))
            })
            .collect()
    }
}

/// Whether a field holds a token of the credential, whose value an answer may well bring again.
fn is_token(kind: Option<&FieldKind>) -> bool {
    matches!(kind, Some(FieldKind::AccessToken | FieldKind::RefreshToken))
}

/// Bounded; zero says nothing, and a token that was issued is not thrown away for it.
fn life(seconds: Option<u64>) -> Option<u64> {
    seconds.filter(|it| *it > 0).map(|it| it.min(LONGEST_LIFE))
}
