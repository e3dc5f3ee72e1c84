//! Leases: one holder at a time, and a fence against those that were.

use std::sync::Arc;
use std::time::Duration;

use super::columns::record;
use super::keys::Keys;
use super::row::{Key, read_record};
use super::seen::Position;
use super::value::values;
use super::{Access, Operation, Row, Session};
use crate::record::{
    Acquisition, CredentialId, Fence, HeldBy, LONGEST_LEASE, Lease, LeasedRecord, Owner, Tenant,
    Timestamp,
};
use crate::store::StoreError;

/// See [`crate::store::Store::acquire`].
pub(super) struct Acquire {
    pub(super) keys: Arc<Keys>,
    pub(super) tenant: Tenant,
    pub(super) id: CredentialId,
    /// What this process had seen of it before.
    pub(super) seen: Position,
    pub(super) owner: Owner,
    pub(super) now: Timestamp,
    pub(super) ttl: Duration,
}

impl Operation for Acquire {
    type Output = Acquisition;
    const ACCESS: Access = Access::Write;

    async fn run<S: Session>(&self, session: &mut S) -> Result<Acquisition, StoreError> {
        let key = Key {
            tenant: &self.tenant,
            id: self.id,
        };
        let sql = concat!(
            "SELECT ",
            record!(),
            " FROM credential WHERE tenant = ?1 AND id = ?2 /* lock */"
        );
        let rows = session.query(sql, &key.values()).await?;
        let row = rows.into_iter().next().ok_or(StoreError::NotFound)?;
        let (mut record, newest) = read_record(row, &self.keys)?;
        let found = Position::new(newest, record.overview.generation);
        self.seen.check(found, self.id)?;
        if let Some(holder) = record
            .overview
            .lease
            .take_if(|held| held.holds_at(self.now))
        {
            return Ok(Acquisition::Held(holder));
        }
        let lease = self.next_lease(newest);
        self.store(session, key, &lease).await?;
        let (owner, until) = (lease.owner.clone(), lease.until);
        record.overview.lease = Some(HeldBy { owner, until });
        Ok(Acquisition::Acquired(Box::new(LeasedRecord {
            lease,
            record,
        })))
    }
}

impl Acquire {
    fn next_lease(&self, newest: Fence) -> Lease {
        Lease {
            tenant: self.tenant.clone(),
            id: self.id,
            owner: self.owner.clone(),
            fence: Fence(newest.0 + 1),
            until: self.now.plus(self.ttl.min(LONGEST_LEASE)),
        }
    }

    async fn store<S: Session>(
        &self,
        session: &mut S,
        key: Key<'_>,
        lease: &Lease,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE credential SET fence = ?3, lease_owner = ?4, lease_until = ?5 \
                   WHERE tenant = ?1 AND id = ?2";
        let [tenant, id] = key.values();
        let [fence, owner, until] =
            values![lease.fence.number(), lease.owner.as_str(), lease.until];
        session
            .execute(sql, &[tenant, id, fence, owner, until])
            .await
            .map(drop)
    }
}

/// Reads these columns under the lease, and locks the row; refuses where the lease is no longer the
/// caller's. The first two columns must be `fence, lease_owner`.
pub(super) async fn read_under<S: Session>(
    session: &mut S,
    lease: &Lease,
    sql: &'static str,
) -> Result<Row, StoreError> {
    let key = Key::of(lease);
    let rows = session.query(sql, &key.values()).await?;
    let mut row = rows.into_iter().next().ok_or(StoreError::NotFound)?;
    let (held, newest) = (lease.fence, Fence(row.count()?));
    let owner = row.optional_text()?;
    if held == newest && owner.as_deref() == Some(lease.owner.as_str()) {
        Ok(row)
    } else {
        Err(StoreError::Fenced { held, newest })
    }
}

/// Refuses where the lease is no longer the caller's.
pub(super) async fn check<S: Session>(session: &mut S, lease: &Lease) -> Result<(), StoreError> {
    let sql = "SELECT fence, lease_owner FROM credential WHERE tenant = ?1 AND id = ?2 /* lock */";
    read_under(session, lease, sql).await.map(drop)
}

/// See [`crate::store::Store::release`].
pub(super) struct Release(pub(super) Lease);

impl Operation for Release {
    type Output = ();
    const ACCESS: Access = Access::Write;

    async fn run<S: Session>(&self, session: &mut S) -> Result<(), StoreError> {
        check(session, &self.0).await?;
        let sql = "UPDATE credential SET lease_owner = NULL, lease_until = NULL \
                   WHERE tenant = ?1 AND id = ?2";
        let key = Key::of(&self.0);
        session.execute(sql, &key.values()).await.map(drop)
    }
}
