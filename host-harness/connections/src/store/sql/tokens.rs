//! New tokens, and the end of old ones.

use std::sync::Arc;

use super::commit::store_transition;
use super::keys::Keys;
use super::lease::read_under;
use super::row::{Key, subject, write_facts, write_identity};
use super::sealing::{Sealer, WrappedKey};
use super::value::values;
use super::{Access, Operation, Row, Session, Value};
use crate::crypto::Place;
use crate::record::{
    Fence, Fingerprint, Generation, Lease, NewTokens, RefreshChange, Timestamp, Transition,
};
use crate::store::StoreError;

/// See [`crate::store::Store::commit_tokens`].
pub(super) struct CommitTokens {
    pub(super) keys: Arc<Keys>,
    pub(super) lease: Lease,
    pub(super) expected: Generation,
    pub(super) tokens: NewTokens,
    pub(super) transition: Transition,
    pub(super) now: Timestamp,
}

/// What is stored, read under the lease.
struct Stored {
    generation: Generation,
    tokens_fence: Option<Fence>,
    access: Option<Fingerprint>,
    refresh: Option<Fingerprint>,
    sealed_refresh: Option<Vec<u8>>,
    data_key: WrappedKey,
}

impl Stored {
    const SQL: &str = "SELECT fence, lease_owner, generation, tokens_fence, access_fingerprint, \
        refresh_fingerprint, refresh, plugin_id, plugin_digest, plugin_bound, key_id, data_key \
        FROM credential \
        WHERE tenant = ?1 AND id = ?2 /* lock */";

    fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            generation: Generation(row.count()?),
            tokens_fence: row.optional_count()?.map(Fence),
            access: row.optional_text()?.map(Fingerprint::stored),
            refresh: row.optional_text()?.map(Fingerprint::stored),
            sealed_refresh: row.optional_blob()?,
            data_key: WrappedKey::read(&mut row)?,
        })
    }
}

/// The identity stays where the answer says nothing of it, the last success where this is none, and the
/// end of a refresh token that is the same as before.
const STORE: &str = "UPDATE credential SET generation = ?3, obtained_at = ?4, expires_at = ?5, \
    access = ?6, access_fingerprint = ?7, refresh = ?8, refresh_fingerprint = ?9, \
    tokens_fence = ?10, last_success = coalesce(?11, last_success), identity = coalesce(?12, identity), \
    subject = CASE WHEN ?12 IS NULL THEN subject ELSE ?13 END, \
    refresh_expires_at = CASE WHEN refresh_fingerprint = ?9 \
        THEN coalesce(?14, refresh_expires_at) ELSE ?14 END, facts = coalesce(?15, facts) \
    WHERE tenant = ?1 AND id = ?2";

impl Operation for CommitTokens {
    type Output = Generation;
    const ACCESS: Access = Access::Write;

    async fn run<S: Session>(&self, session: &mut S) -> Result<Generation, StoreError> {
        let stored = Stored::read(read_under(session, &self.lease, Stored::SQL).await?)?;
        let (expected, found) = (self.expected, stored.generation);
        if found == expected.next() && self.is_stored(&stored) {
            return Ok(found);
        }
        if found != expected {
            return Err(StoreError::StaleGeneration { expected, found });
        }
        self.store(session, &stored).await?;
        store_transition(session, &self.lease, &self.transition, self.now).await?;
        Ok(expected.next())
    }
}

impl CommitTokens {
    /// Whether an earlier attempt at this very commit did take effect.
    fn is_stored(&self, stored: &Stored) -> bool {
        stored.tokens_fence == Some(self.lease.fence)
            && stored.access == Some(Fingerprint::of(&self.tokens.access))
    }

    async fn store<S: Session>(&self, session: &mut S, stored: &Stored) -> Result<(), StoreError> {
        let parameters = self.parameters(stored)?;
        session.execute(STORE, &parameters).await.map(drop)
    }

    /// In the order of [`STORE`].
    fn parameters(&self, stored: &Stored) -> Result<[Value; 15], StoreError> {
        let (access, refresh) = self.seal(stored)?;
        let tokens = &self.tokens;
        let refresh_fingerprint = self.refresh_fingerprint(stored);
        let [tenant, id] = Key::of(&self.lease).values();
        let identity = tokens.identity.as_ref();
        let succeeded = self.transition.diagnosis.is_none().then_some(self.now);
        Ok(values![
            tenant,
            id,
            self.expected.next().number(),
            tokens.obtained_at,
            tokens.expires_at,
            access,
            Fingerprint::of(&tokens.access).as_str(),
            refresh,
            refresh_fingerprint.as_ref().map(Fingerprint::as_str),
            self.lease.fence.number(),
            succeeded,
            identity.map(write_identity).transpose()?,
            identity.and_then(subject),
            tokens.refresh_expires_at,
            write_facts(&tokens.facts)?,
        ])
    }

    fn seal(&self, stored: &Stored) -> Result<(Vec<u8>, Option<Vec<u8>>), StoreError> {
        let place = Place {
            tenant: &self.lease.tenant,
            id: self.lease.id,
        };
        let key = stored.data_key.unwrap(&self.keys, place)?;
        let sealer = Sealer {
            place,
            key,
            randomness: self.keys.randomness(),
        };
        let access = sealer.seal_access(&self.tokens.access, self.expected.next())?;
        let old = stored.sealed_refresh.as_deref();
        let refresh = sealer.seal_refresh(&self.tokens.refresh, old, self.expected)?;
        Ok((access, refresh))
    }

    fn refresh_fingerprint(&self, stored: &Stored) -> Option<Fingerprint> {
        match &self.tokens.refresh {
            RefreshChange::Replace(refresh) => Some(Fingerprint::of(refresh)),
            RefreshChange::Keep => stored.refresh.clone(),
            RefreshChange::Drop => None,
        }
    }
}

/// See [`crate::store::Store::discard_tokens`].
pub(super) struct DiscardTokens {
    pub(super) lease: Lease,
    pub(super) transition: Transition,
    pub(super) now: Timestamp,
}

impl Operation for DiscardTokens {
    type Output = Generation;
    const ACCESS: Access = Access::Write;

    async fn run<S: Session>(&self, session: &mut S) -> Result<Generation, StoreError> {
        let stored = Stored::read(read_under(session, &self.lease, Stored::SQL).await?)?;
        let generation = stored.generation.next();
        let sql = "UPDATE credential SET generation = ?3, obtained_at = NULL, expires_at = NULL, \
                   access = NULL, access_fingerprint = NULL, refresh = NULL, \
                   refresh_fingerprint = NULL, refresh_expires_at = NULL, tokens_fence = NULL WHERE tenant = ?1 AND id = ?2";
        let [tenant, id] = Key::of(&self.lease).values();
        session
            .execute(sql, &[tenant, id, generation.number().into()])
            .await?;
        store_transition(session, &self.lease, &self.transition, self.now).await?;
        Ok(generation)
    }
}
