//! What a person has to be told before it happens.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credential_runtime::{Identity, Operation, Randomness};
use sha2::{Digest as _, Sha256};

use super::binding::PluginDifference;
use super::connect::Obtained;
use crate::record::{CredentialId, Name, Overview, Tenant, Timestamp};

/// Says that a person has been told. It is good for the one thing that it was given out for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Confirm(String);

impl Confirm {
    /// As a page or a command carries it from the question to the answer. It is no secret: it opens
    /// nothing that its bearer could not do anyway.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it came back.
    #[must_use]
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// For doing something to this credential that ends these others: another set is another
    /// question.
    fn of(what: &str, id: CredentialId, others: &[Overview]) -> Self {
        let mut ids: Vec<CredentialId> = others.iter().map(|it| it.id).collect();
        ids.sort_unstable();
        let mut hash = Sha256::new();
        hash.update(what);
        hash.update(id.as_bytes());
        ids.iter().for_each(|id| hash.update(id.as_bytes()));
        Self(URL_SAFE_NO_PAD.encode(&hash.finalize()[..16]))
    }

    pub(super) fn to_connect(id: CredentialId, others: &[Overview]) -> Self {
        Self::of("connect", id, others)
    }

    pub(super) fn to_revoke(id: CredentialId, others: &[Overview]) -> Self {
        Self::of("revoke", id, others)
    }

    /// For accepting a plugin: another difference is another question.
    pub(super) fn to_accept(difference: &PluginDifference) -> Self {
        let hash = Sha256::digest(format!("accept {difference:?}"));
        Self(URL_SAFE_NO_PAD.encode(&hash[..16]))
    }

    fn draw(randomness: &dyn Randomness) -> Self {
        let mut bytes = [0; 16];
        randomness.fill(&mut bytes);
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// Other credentials stand for the same user and company, or may: the plugin says that the service
/// may end them when this one connects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndsAnother {
    /// To be passed back.
    pub confirm: Confirm,
    /// What may end, in the plugin's words.
    pub warning: String,
    /// The names of those that stand for the same user and company, or may do so.
    pub others: Vec<Name>,
    /// Whether they are known to stand for the same. Otherwise it depends on whom the person signs
    /// in as.
    pub certain: bool,
}

/// The service signed in somebody else than this credential stood for. The tokens are held for a
/// while, and nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherIdentity {
    /// To be passed to [`Connections::confirm_identity`](super::Connections::confirm_identity).
    pub confirm: Confirm,
    /// Whom it stood for.
    pub was: Identity,
    /// Whom the service signed in.
    pub is: Identity,
    /// Until when it can be confirmed.
    pub until: Timestamp,
}

/// Whether two identities are known to be different users or companies. The entity is a part of the
/// same company.
pub(super) fn differ(one: Option<&Identity>, other: Option<&Identity>) -> bool {
    let (Some(one), Some(other)) = (one, other) else {
        return false;
    };
    let differ = |one: &Option<String>, other: &Option<String>| matches!((one, other), (Some(one), Some(other)) if one != other);
    differ(&one.user, &other.user) || differ(&one.company, &other.company)
}

/// Tokens that wait for a person's word, in memory alone.
#[derive(Default)]
pub(super) struct Unconfirmed(Mutex<HashMap<Confirm, Waiting>>);

struct Waiting {
    tenant: Tenant,
    id: CredentialId,
    obtained: Obtained,
    until: Timestamp,
}

impl Unconfirmed {
    /// Holds tokens until someone confirms, or the time is over.
    pub(super) fn hold(
        &self,
        randomness: &dyn Randomness,
        (tenant, id): (&Tenant, CredentialId),
        obtained: Obtained,
        (now, until): (Timestamp, Timestamp),
    ) -> Confirm {
        let confirm = Confirm::draw(randomness);
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, it| it.until > now);
        let tenant = tenant.clone();
        let it = Waiting {
            tenant,
            id,
            obtained,
            until,
        };
        waiting.insert(confirm.clone(), it);
        confirm
    }

    /// Tells an operation on a credential the tokens that wait for it.
    pub(super) fn tell_secrets(&self, id: CredentialId, operation: &Operation) {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_credential = waiting.values().filter(|it| it.id == id);
        operation.know(of_credential.flat_map(|it| it.obtained.secrets()));
    }

    /// Gives the tokens out, once.
    pub(super) fn take(
        &self,
        confirm: &Confirm,
        (tenant, id): (&Tenant, CredentialId),
        now: Timestamp,
    ) -> Option<Obtained> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = waiting
            .get(confirm)
            .is_some_and(|it| it.until > now && it.id == id && it.tenant == *tenant);
        let it = fits.then(|| waiting.remove(confirm)).flatten()?;
        Some(it.obtained)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(user: Option<&str>, company: Option<&str>, entity: Option<&str>) -> Identity {
        Identity {
            user: user.map(str::to_owned),
            company: company.map(str::to_owned),
            entity: entity.map(str::to_owned),
        }
    }

    #[track_caller]
    fn check(other: &Identity, expected: bool) {
        let dana = identity(Some("dana"), Some("Nordlicht-DEV"), None);
        assert_eq!(differ(Some(&dana), Some(other)), expected, "{other:?}");
    }

    #[test]
    fn another_user_or_company_is_another_identity() {
        check(&identity(Some("dana"), Some("Nordlicht-DEV"), None), false);
        check(
            &identity(Some("dana"), Some("Nordlicht-DEV"), Some("100")),
            false,
        );
        check(&identity(Some("Dana"), Some("Nordlicht-DEV"), None), true);
        check(&identity(Some("dana"), Some("Nordlicht"), None), true);
        check(&identity(None, Some("Nordlicht-DEV"), None), false);
        check(&identity(None, None, None), false);
    }

    #[test]
    fn what_is_not_known_is_not_another() {
        let dana = identity(Some("dana"), None, None);
        assert!(!differ(None, Some(&dana)));
        assert!(!differ(Some(&dana), None));
    }
}
