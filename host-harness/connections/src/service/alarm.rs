//! Alerting: one warning for each credential that comes to need somebody, and one when it is well
//! again. They go to the log (`tracing`), at the level of warnings.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use credential_runtime::Actor;

use super::{Error, Inner, Standing};
use crate::record::{CredentialId, Overview, Tenant, Timestamp};
use crate::state::State;
use crate::store::StoreError;

/// Between two looks at the whole store for what needs somebody: how late the background tells of what
/// another process has met.
const LOOK_AT_ALL: Duration = Duration::from_secs(5 * 60);

/// How many are read at a time.
const BATCH: u32 = 256;

/// What the states hold of which some need somebody ([`Standing::needs_somebody`] decides).
const TROUBLE: [&str; 4] = [
    "\"is\":\"needs-reconnecting\"",
    "\"is\":\"needs-administrator\"",
    "\"is\":\"settings-refused\"",
    "\"last_test\":",
];

/// What was warned of and is not over yet.
#[derive(Default)]
pub(super) struct Alarms {
    raised: Mutex<HashMap<CredentialId, Alarm>>,
    /// When the whole store was looked at last.
    looked_at: Mutex<Option<Timestamp>>,
}

struct Alarm {
    tenant: Tenant,
    code: String,
    /// Whether the stored state says so. Otherwise it is known to this process alone.
    stored: bool,
}

impl Alarms {
    fn lock(&self) -> MutexGuard<'_, HashMap<CredentialId, Alarm>> {
        self.raised.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn looked_at(&self) -> MutexGuard<'_, Option<Timestamp>> {
        self.looked_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is time to look at the whole store. A clock that was put back says nothing.
    fn is_due(&self, now: Timestamp) -> bool {
        self.looked_at()
            .is_none_or(|at| at > now || now.since(at) >= LOOK_AT_ALL)
    }

    /// Keeps an alarm in mind. False where it is none that is new.
    fn raise(&self, overview: &Overview, code: &str, stored: bool) -> bool {
        let alarm = Alarm {
            tenant: overview.tenant.clone(),
            code: code.to_owned(),
            stored,
        };
        let before = self.lock().insert(overview.id, alarm);
        before.is_none_or(|it| it.code != code)
    }

    fn clear(&self, id: CredentialId) -> bool {
        self.lock().remove(&id).is_some()
    }
}

impl Inner {
    /// A state was stored. `before` is the code for which the credential needed somebody when its
    /// lease was taken: who stored that has warned of it.
    pub(super) fn warn_of_state(
        &self,
        overview: &Overview,
        before: Option<&str>,
        standing: &Standing,
    ) {
        let Some(why) = standing.needs_somebody() else {
            return;
        };
        if before != Some(&*why.code) && self.alarms.raise(overview, &why.code, true) {
            needs_somebody(overview, &why.code, why.actor.into(), standing.meaning());
        }
    }

    /// The background could not renew it, for a reason that no state holds.
    pub(super) fn warn_of_error(&self, overview: &Overview, error: &Error) {
        let Some((code, actor)) = unstored(error) else {
            return;
        };
        if self.alarms.raise(overview, code, false) {
            needs_somebody(overview, code, actor, &error.to_string());
        }
    }

    /// It holds tokens that work, or the background has nothing to complain of.
    pub(super) fn is_well(&self, overview: &Overview, before: Option<&str>) {
        if self.alarms.clear(overview.id) || before.is_some() {
            tracing::warn!(
                credential = ?overview.name.as_str(),
                tenant = ?overview.tenant.as_str(),
                "a credential is well again: it is renewed by itself"
            );
        }
    }

    /// A person has ended it: nothing is to be said of it any more.
    pub(super) fn forget_alarm(&self, id: CredentialId) {
        self.alarms.clear(id);
    }

    /// Looks whether another process has put right what was warned of here, and at times for whatever
    /// needs somebody, which another process may have met, or this one before it was started again.
    pub(super) async fn look_at_alarms(&self) {
        let now = self.clock.now();
        if self.alarms.is_due(now) {
            match self.look_at_all(now).await {
                Ok(()) => *self.alarms.looked_at() = Some(now),
                Err(error) => tracing::debug!(%error, "what needs somebody could not be read"),
            }
        }
        self.look_at_raised().await;
    }

    async fn look_at_all(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut after: Option<Overview> = None;
        loop {
            let last = after.as_ref().map(|it| (&it.tenant, it.id));
            let batch = self.store.find_by_state(TROUBLE, last, BATCH).await?;
            for overview in &batch {
                // What a newer version has written says nothing here.
                if let Ok(standing) = Standing::at(overview, now) {
                    self.warn_of_state(overview, None, &standing);
                }
            }
            if batch.len() < BATCH as usize {
                return Ok(());
            }
            after = batch.into_iter().next_back();
        }
    }

    async fn look_at_raised(&self) {
        let stored: Vec<(CredentialId, Tenant)> = {
            let alarms = self.alarms.lock();
            let stored = alarms.iter().filter(|(_, alarm)| alarm.stored);
            stored.map(|(id, it)| (*id, it.tenant.clone())).collect()
        };
        for (id, tenant) in stored {
            // A store that cannot be read says nothing of it.
            let Ok(record) = self.store.get(&tenant, id).await else {
                continue;
            };
            let Ok(standing) = Standing::of(&record.overview) else {
                continue;
            };
            match standing.state {
                State::Connected if standing.last_test.is_none() => {
                    self.is_well(&record.overview, None);
                }
                State::Draft => self.forget_alarm(id),
                _ => {}
            }
        }
    }
}

/// For what reason that is not passing the background cannot renew, and who has to act; nothing for
/// what the state says, and for what ends by itself.
fn unstored(error: &Error) -> Option<(&'static str, Actor)> {
    match error {
        Error::Store(
            StoreError::NotFound
            | StoreError::StaleGeneration { .. }
            | StoreError::StaleSettings { .. }
            | StoreError::StaleState
            | StoreError::Fenced { .. }
            | StoreError::Busy,
        ) => None,
        Error::Store(_) => Some(("store", Actor::Platform)),
        Error::Document(_) => Some(("stored-by-another-version", Actor::Platform)),
        Error::NoSuchPlugin(_) => Some(("plugin-not-installed", Actor::Platform)),
        Error::PluginChanged(_) => Some(("plugin-changed", Actor::Platform)),
        Error::UnknownGrant(_) => Some(("unknown-grant", Actor::Platform)),
        _ => None,
    }
}

fn needs_somebody(overview: &Overview, code: &str, actor: Actor, what: &str) {
    tracing::warn!(
        credential = ?overview.name.as_str(),
        tenant = ?overview.tenant.as_str(),
        code = ?code,
        who_acts = actor.describe(),
        "a credential needs somebody: {}",
        crate::words::plain(what),
    );
}

/// The code of what a credential needs somebody for.
pub(super) fn code(standing: &Standing) -> Option<String> {
    standing.needs_somebody().map(|why| why.code.clone())
}
