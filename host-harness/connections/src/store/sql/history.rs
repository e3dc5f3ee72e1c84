//! A credential's events.

use serde::{Deserialize, Serialize};

use super::row::Key;
use super::sealing::broken;
use super::value::values;
use super::{Access, Operation, Row, Session};
use crate::record::{
    CredentialId, Diagnosis, Event, EventKind, Fingerprint, Generation, NewEvent, Tenant, Timestamp,
};
use crate::store::{HISTORY_BYTES, HISTORY_KEPT, StoreError};

/// What an event has to say beyond its kind, as it is stored, in JSON.
#[derive(Default, Deserialize, Serialize)]
struct Detail {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    diagnosis: Option<Diagnosis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// Adds an event under the number that the credential's row counts up to, and forgets the oldest. Its
/// generation and fingerprints are the row's, so the row is written first.
pub(super) async fn append<S: Session>(
    session: &mut S,
    key: Key<'_>,
    event: &NewEvent,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO credential_event \
               (tenant, credential_id, number, at, kind, generation, access, refresh, detail) \
               SELECT tenant, id, events, ?3, ?4, generation, access_fingerprint, \
               refresh_fingerprint, ?5 FROM credential WHERE tenant = ?1 AND id = ?2";
    let [tenant, id] = key.values();
    let detail = write_detail(event)?;
    let is_long = detail.as_ref().is_some_and(|it| it.len() > LONG);
    let [at, kind, detail] = values![now, event.kind.as_str(), detail];
    session
        .execute(sql, &[tenant, id, at, kind, detail])
        .await?;

    let sql = "DELETE FROM credential_event WHERE tenant = ?1 AND credential_id = ?2 AND number <= \
               (SELECT events - ?3 FROM credential WHERE tenant = ?1 AND id = ?2)";
    let [tenant, id] = key.values();
    session
        .execute(sql, &[tenant, id, HISTORY_KEPT.into()])
        .await?;
    if is_long {
        forget_the_longest(session, key).await?;
    }
    Ok(())
}

/// More than this is a long event.
const LONG: usize = (HISTORY_BYTES / HISTORY_KEPT) as usize;

/// Forgets what is older than the newest [`HISTORY_BYTES`]. The newest event stays in any case.
async fn forget_the_longest<S: Session>(session: &mut S, key: Key<'_>) -> Result<(), StoreError> {
    let sql = "DELETE FROM credential_event WHERE tenant = ?1 AND credential_id = ?2 \
               AND number < (SELECT events FROM credential WHERE tenant = ?1 AND id = ?2) \
               AND number <= (SELECT max(number) FROM \
               (SELECT number, sum(coalesce(octet_length(detail), 0)) OVER (ORDER BY number DESC) AS total \
               FROM credential_event WHERE tenant = ?1 AND credential_id = ?2) AS sums \
               WHERE total > ?3)";
    let [tenant, id] = key.values();
    session
        .execute(sql, &[tenant, id, HISTORY_BYTES.into()])
        .await
        .map(drop)
}

fn write_detail(event: &NewEvent) -> Result<Option<String>, StoreError> {
    if event.diagnosis.is_none() && event.note.is_none() {
        return Ok(None);
    }
    let (diagnosis, note) = (event.diagnosis.clone(), event.note.clone());
    serde_json::to_string(&Detail { diagnosis, note })
        .map(Some)
        .map_err(|_| broken("an event"))
}

/// See [`crate::store::Store::record_event`].
pub(super) struct RecordEvent {
    pub(super) tenant: Tenant,
    pub(super) id: CredentialId,
    pub(super) event: NewEvent,
    pub(super) now: Timestamp,
}

impl Operation for RecordEvent {
    type Output = ();
    const ACCESS: Access = Access::Write;

    async fn run<S: Session>(&self, session: &mut S) -> Result<(), StoreError> {
        let key = Key {
            tenant: &self.tenant,
            id: self.id,
        };
        let sql = "UPDATE credential SET events = events + 1 WHERE tenant = ?1 AND id = ?2";
        match session.execute(sql, &key.values()).await? {
            0 => Err(StoreError::NotFound),
            _ => append(session, key, &self.event, self.now).await,
        }
    }
}

/// See [`crate::store::Store::history`].
pub(super) struct ReadHistory {
    pub(super) tenant: Tenant,
    pub(super) id: CredentialId,
    pub(super) before: Option<u64>,
    pub(super) limit: u32,
}

impl Operation for ReadHistory {
    type Output = Vec<Event>;
    const ACCESS: Access = Access::Read;

    async fn run<S: Session>(&self, session: &mut S) -> Result<Vec<Event>, StoreError> {
        let [tenant, id] = Key {
            tenant: &self.tenant,
            id: self.id,
        }
        .values();
        let sql = "SELECT number, at, kind, generation, access, refresh, detail FROM credential_event \
                   WHERE tenant = ?1 AND credential_id = ?2 AND number < ?3 \
                   ORDER BY number DESC LIMIT ?4";
        let [before, limit] = values![self.before.map_or(i64::MAX, clamp), self.limit];
        let rows = session.query(sql, &[tenant, id, before, limit]).await?;
        if rows.is_empty() {
            self.check_existence(session).await?;
        }
        rows.into_iter().map(read_event).collect()
    }
}

impl ReadHistory {
    async fn check_existence<S: Session>(&self, session: &mut S) -> Result<(), StoreError> {
        let sql = "SELECT 1 FROM credential WHERE tenant = ?1 AND id = ?2";
        let key = Key {
            tenant: &self.tenant,
            id: self.id,
        };
        match session.query(sql, &key.values()).await?.is_empty() {
            true => Err(StoreError::NotFound),
            false => Ok(()),
        }
    }
}

fn clamp(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn read_event(mut row: Row) -> Result<Event, StoreError> {
    let (number, at, kind) = (row.count()?, row.time()?, row.text()?);
    let generation = Generation(row.count()?);
    let (access, refresh) = (row.optional_text()?, row.optional_text()?);
    let Detail { diagnosis, note } = match row.optional_text()? {
        Some(detail) => serde_json::from_str(&detail).map_err(|_| broken("an event"))?,
        None => Detail::default(),
    };
    Ok(Event {
        number,
        at,
        kind: EventKind::stored(kind),
        generation,
        access: access.map(Fingerprint::stored),
        refresh: refresh.map(Fingerprint::stored),
        diagnosis,
        note,
    })
}
