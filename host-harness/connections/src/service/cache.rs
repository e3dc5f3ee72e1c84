//! Fresh tokens in memory, so that handing one out touches neither disk nor network.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use super::token::AccessToken;
use crate::record::{CredentialId, Name, Tenant, Timestamp};

/// Tokens that were stored not long ago, by tenant and name.
#[derive(Default)]
pub(super) struct Cache(RwLock<HashMap<Tenant, HashMap<Name, Kept>>>);

struct Kept {
    token: AccessToken,
    /// When it was last seen in the store.
    seen_at: Timestamp,
    /// From when on it is no longer handed out from here.
    until: Option<Timestamp>,
}

impl Cache {
    /// A token that is fresh and was seen in the store within `recheck`.
    pub(super) fn fresh(
        &self,
        tenant: &Tenant,
        name: &Name,
        now: Timestamp,
        recheck: Duration,
    ) -> Option<AccessToken> {
        let kept = self.read();
        let kept = kept.get(tenant)?.get(name)?;
        let fresh = kept.until.is_none_or(|until| now < until);
        // A clock that was put back proves nothing.
        let seen = kept.seen_at <= now && now.since(kept.seen_at) < recheck;
        (fresh && seen).then(|| kept.token.clone())
    }

    /// Keeps a token that stands in the store, unless a newer one of the same credential is kept.
    pub(super) fn keep(
        &self,
        name: &Name,
        token: &AccessToken,
        seen_at: Timestamp,
        until: Option<Timestamp>,
    ) {
        let mut all = self.write();
        let names = all.entry((*token.tenant).clone()).or_default();
        names.retain(|_, kept| kept.until.is_none_or(|until| seen_at < until));
        let newer = names.get(name).is_some_and(|kept| {
            kept.token.id == token.id && kept.token.generation > token.generation
        });
        if !newer {
            let token = token.clone();
            names.insert(
                name.clone(),
                Kept {
                    token,
                    seen_at,
                    until,
                },
            );
        }
    }

    /// Forgets every token of a credential, whatever it is called by now.
    pub(super) fn forget(&self, tenant: &Tenant, id: CredentialId) {
        let mut all = self.write();
        if let Some(names) = all.get_mut(tenant) {
            names.retain(|_, kept| kept.token.id != id);
            if names.is_empty() {
                all.remove(tenant);
            }
        }
    }

    // The map is whole after every statement, so a panic elsewhere has not broken it.
    fn read(&self) -> RwLockReadGuard<'_, HashMap<Tenant, HashMap<Name, Kept>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<Tenant, HashMap<Name, Kept>>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
