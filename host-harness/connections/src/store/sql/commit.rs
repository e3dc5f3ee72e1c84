//! Writes of whoever holds the lease, tokens apart.

use super::history::append;
use super::lease::check;
use super::row::{Key, write_failure};
use super::value::values;
use super::{Access, Operation, Session};
use crate::record::{Lease, NewIntent, Timestamp, Transition};
use crate::store::StoreError;

/// See [`crate::store::Store::record_intent`].
pub(super) struct RecordIntent {
    pub(super) lease: Lease,
    pub(super) intent: NewIntent,
    pub(super) now: Timestamp,
}

impl Operation for RecordIntent {
    type Output = ();
    const ACCESS: Access = Access::Write;

    async fn run<S: Session>(&self, session: &mut S) -> Result<(), StoreError> {
        check(session, &self.lease).await?;
        let sql = "UPDATE credential SET intent = ?3, intent_at = ?4, intent_fence = ?5, \
                   state = ?6, due_at = ?7 WHERE tenant = ?1 AND id = ?2";
        let NewIntent {
            document,
            state,
            due_at,
        } = &self.intent;
        let [tenant, id] = Key::of(&self.lease).values();
        let [intent, at, fence] = values![document.as_str(), self.now, self.lease.fence.number()];
        let [state, due_at] = values![state.as_str(), *due_at];
        let parameters = [tenant, id, intent, at, fence, state, due_at];
        session.execute(sql, &parameters).await.map(drop)
    }
}

/// See [`crate::store::Store::commit_state`].
pub(super) struct CommitState {
    pub(super) lease: Lease,
    pub(super) transition: Transition,
    pub(super) now: Timestamp,
}

impl Operation for CommitState {
    type Output = ();
    const ACCESS: Access = Access::Write;

    async fn run<S: Session>(&self, session: &mut S) -> Result<(), StoreError> {
        check(session, &self.lease).await?;
        store_transition(session, &self.lease, &self.transition, self.now).await
    }
}

/// The state, what went wrong, the end of the intent, and the event. The moment of the intent becomes
/// that of the state.
pub(super) async fn store_transition<S: Session>(
    session: &mut S,
    lease: &Lease,
    transition: &Transition,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE credential SET state = ?3, due_at = ?4, \
               last_failure = coalesce(?5, last_failure), intent = NULL, intent_at = ?6, \
               intent_fence = NULL, events = events + 1 WHERE tenant = ?1 AND id = ?2";
    let Transition {
        state,
        due_at,
        diagnosis,
        event,
    } = transition;
    let failure = diagnosis
        .as_ref()
        .map(|it| write_failure(it, now))
        .transpose()?;
    let key = Key::of(lease);
    let [tenant, id] = key.values();
    let [state, due_at, failure] = values![state.as_str(), *due_at, failure];
    session
        .execute(sql, &[tenant, id, state, due_at, failure, now.into()])
        .await?;
    append(session, key, event, now).await
}
