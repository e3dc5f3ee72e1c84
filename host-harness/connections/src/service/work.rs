//! One credential under its lease: what was read under it, and the writes that it allows.

use std::sync::Arc;
use std::time::Duration;

use credential_runtime::{Grant, Operation, Secret, Sender, Tokens};
use serde::Serialize;

use super::patience::{Patience, lease_may_be_had, may_mend, may_mend_for_tokens, retry_write};
use super::standing::Standing;
use super::{Error, Inner, alarm};
use crate::record::{
    Acquisition, CredentialId, Document, Generation, Lease, LeasedRecord, NewEvent, NewIntent,
    NewTokens, Record, Tenant, Timestamp,
};
use crate::state::{ASSUMED_REFRESH_LIFE, Diagnosis, Event, Failure, Lifetime, due_at};
use crate::store::StoreError;
use crate::words::from_now;

/// How often a waiter looks whether the holder of a lease has come to an end: soon at first, then
/// at the second of these intervals.
const LOOK_AGAIN: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(250));

/// For which a state that no tokens depend on is tried to be stored. Where it cannot be, the intent
/// stands, and says that the outcome is not known.
const STATE_PATIENCE: Duration = Duration::from_secs(20);

/// After which somebody who waits for the holder of a lease is told whom they wait for.
const TOLD_AFTER: Duration = Duration::from_secs(2);

/// Whether to wait where another holds the lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// No.
    No,
    /// While this process is not about to end.
    WhileRunning,
    /// In any case: something is in hand that would be lost.
    Always,
}

/// Waiting for the holder of a lease.
struct Waiting {
    since: tokio::time::Instant,
    pause: Duration,
    told: bool,
}

/// What a lease was wanted for turned out.
pub(super) enum Turn<T> {
    /// Another has done it; this is what they stored.
    Stored(T),
    /// It is the caller's to do.
    Mine(Box<Work>),
}

/// A credential under its lease.
pub(super) struct Work {
    pub(super) inner: Arc<Inner>,
    pub(super) lease: Lease,
    pub(super) record: Record,
    pub(super) standing: Standing,
    /// The code for which it needed somebody when the lease was taken.
    pub(super) needed: Option<String>,
}

/// What an intent says of the request.
#[derive(Serialize)]
pub(super) struct Asked {
    /// `refresh-token`, `client-credentials`, `authorization-code`.
    pub(super) grant: &'static str,
    /// Whether it is the last try of a refresh token that may be spent.
    pub(super) probe: bool,
}

/// What becomes of what the last test said, where new tokens come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TestMark {
    /// A renewal changes nothing of what the service accepts.
    Kept,
    /// A person has connected it anew.
    Forgotten,
}

/// What came of a request for tokens.
pub(super) enum Answer {
    /// Tokens, and when they were asked for.
    Tokens(Tokens, Timestamp),
    /// None.
    None(Failure, Error),
    /// The service gave tokens, and the plugin did not take them; the refresh token among them.
    Unread(Failure, Error, Option<Secret>),
}

impl Inner {
    /// Takes the lease, or whatever another stores meanwhile that the caller accepts. Waits no
    /// longer than a lease can last.
    pub(super) async fn take<T>(
        self: &Arc<Self>,
        tenant: &Tenant,
        id: CredentialId,
        wait: Wait,
        accept: impl Fn(&Record) -> Result<Option<T>, Error>,
    ) -> Result<Turn<T>, Error> {
        let mut waiting = Waiting {
            since: tokio::time::Instant::now(),
            pause: LOOK_AGAIN.0,
            told: false,
        };
        loop {
            if wait != Wait::Always && self.begun.is_stopping() {
                return Err(Error::Stopping);
            }
            if let Some(leased) = self.try_take(tenant, id).await? {
                return Ok(Turn::Mine(Box::new(self.open(leased).await?)));
            }
            if wait == Wait::No {
                return Err(Error::Busy);
            }
            if waiting.since.elapsed() > self.terms.lease {
                return Err(self.held_by(tenant, id).await);
            }
            let holder = self.wait_for_holder(tenant, id, &mut waiting, &accept);
            let stored = if wait == Wait::Always {
                holder.await?
            } else {
                tokio::select! {
                    () = self.begun.stopping() => return Err(Error::Stopping),
                    stored = holder => stored?,
                }
            };
            if let Some(stored) = stored {
                return Ok(Turn::Stored(stored));
            }
        }
    }

    /// Takes the lease for tokens that are in hand, whoever holds it now and whatever the store says.
    pub(super) async fn take_to_store(
        self: &Arc<Self>,
        tenant: &Tenant,
        id: CredentialId,
        patience: &mut Patience,
    ) -> Result<Box<Work>, Error> {
        loop {
            let taken = self.take_for_person(tenant, id, Wait::Always).await;
            let error = match taken {
                Err(error) if lease_may_be_had(&error) => error,
                result => return result,
            };
            tracing::warn!(%error, "a result cannot be stored yet; it is tried again");
            if !patience.pause().await {
                return Err(error);
            }
        }
    }

    /// Who holds the lease, for a person who has waited for it.
    async fn held_by(&self, tenant: &Tenant, id: CredentialId) -> Error {
        let holder = self.store.get(tenant, id).await.ok();
        let holder = holder.and_then(|record| record.overview.lease);
        holder.map_or(Error::Busy, |holder| Error::Held(Box::new(holder)))
    }

    async fn try_take(
        &self,
        tenant: &Tenant,
        id: CredentialId,
    ) -> Result<Option<LeasedRecord>, Error> {
        let owner = self.owner().map_err(|_| Error::Busy)?;
        let (now, ttl) = (self.clock.now(), self.terms.lease);
        match self.store.acquire(tenant, id, &owner, now, ttl).await {
            Ok(Acquisition::Acquired(leased)) => Ok(Some(*leased)),
            Ok(Acquisition::Held(_)) | Err(StoreError::Busy) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A lease that cannot be used is given back.
    async fn open(self: &Arc<Self>, leased: LeasedRecord) -> Result<Work, Error> {
        let LeasedRecord { lease, record } = leased;
        let mut work = Work {
            inner: Arc::clone(self),
            lease,
            record,
            standing: Standing::default(),
            needed: None,
        };
        match work.recover().await {
            Ok(()) => Ok(work),
            Err(error) => {
                work.release().await;
                Err(error)
            }
        }
    }

    /// Looks, without a lease, until there is something to accept or the lease is free.
    async fn wait_for_holder<T>(
        &self,
        tenant: &Tenant,
        id: CredentialId,
        waiting: &mut Waiting,
        accept: impl Fn(&Record) -> Result<Option<T>, Error>,
    ) -> Result<Option<T>, Error> {
        let started = tokio::time::Instant::now();
        loop {
            tokio::time::sleep(waiting.pause).await;
            waiting.pause = (waiting.pause * 2).min(LOOK_AGAIN.1);
            let record = self.store.get(tenant, id).await?;
            if let Some(accepted) = accept(&record)? {
                return Ok(Some(accepted));
            }
            let lease = record.overview.lease.as_ref();
            let free = lease.is_none_or(|held| !held.holds_at(self.clock.now()));
            if free || started.elapsed() > self.terms.lease {
                return Ok(None);
            }
            waiting.tell(&record, self.clock.now());
        }
    }
}

impl Waiting {
    /// Says once whom one waits for, and how long at the most.
    fn tell(&mut self, record: &Record, now: Timestamp) {
        let Some(held) = &record.overview.lease else {
            return;
        };
        if self.told || self.since.elapsed() < TOLD_AFTER {
            return;
        }
        self.told = true;
        tracing::warn!(
            credential = ?record.overview.name.as_str(),
            holder = ?held.owner.as_str(),
            "waiting for another process that works on this credential, or was killed while it did; \
             its lease ends {} at the latest",
            from_now(held.until, now),
        );
    }
}

impl Work {
    /// Looks whether the holder before came to an end.
    async fn recover(&mut self) -> Result<(), Error> {
        let now = self.inner.clock.now();
        self.standing = Standing::at(&self.record.overview, now)?;
        self.needed = alarm::code(&self.standing);
        if !self.standing.state.is_under_way() {
            return Ok(());
        }
        let entry = NewEvent::new("interrupted")
            .with_note("Whoever held the lease before did not come to an end.");
        self.settle(&[Event::Interrupted], entry).await
    }

    pub(super) fn generation(&self) -> Generation {
        self.record.overview.generation
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.record
            .overview
            .tokens
            .as_ref()
            .and_then(|it| it.expires_at)
    }

    /// When the refresh token ends, by the service's word or by assumption.
    fn refresh_ends_at(&self) -> Option<Timestamp> {
        let tokens = self.record.overview.tokens.clone()?;
        let now = self.inner.clock.now();
        let tokens = tokens.by_the_clock_of(now);
        tokens.refresh.as_ref()?;
        let assumed = || now.min(tokens.obtained_at).plus(ASSUMED_REFRESH_LIFE);
        Some(tokens.refresh_expires_at.unwrap_or_else(assumed))
    }

    pub(super) async fn operation(&self) -> Result<Operation, Error> {
        self.inner.operation(&self.record).await
    }

    /// Records that a request is about to leave. Once this has returned, it may.
    pub(super) async fn begin(&mut self, event: &Event, asked: &Asked) -> Result<(), Error> {
        let at = self.inner.at(self.expires_at());
        let standing = self.standing.after(event, &at);
        let intent = NewIntent {
            document: Document::of(asked)?,
            state: Document::of(&standing)?,
            due_at: due_at(&standing.state, None, at.jitter),
        };
        self.inner
            .store
            .record_intent(&self.lease, &intent, at.now)
            .await?;
        self.standing = standing;
        Ok(())
    }

    /// Sends, and waits no longer than the lease allows. A process that was stopped for so long that
    /// another may hold the lease by now does not send.
    pub(super) async fn ask(&self, operation: &Operation, grant: &Grant) -> Answer {
        let sent_at = self.inner.clock.now();
        if sent_at.plus(self.inner.terms.request_deadline) > self.lease.until() {
            let failure = Failure::Unavailable(Diagnosis::overslept());
            return Answer::None(failure, Error::Busy);
        }
        let obtaining = operation.obtain_tokens(grant, Sender::Host);
        match tokio::time::timeout(self.inner.terms.request_deadline, obtaining).await {
            Ok(Ok(tokens)) => Answer::Tokens(tokens, sent_at),
            Ok(Err(error)) => match operation.unread_tokens() {
                Some(unread) => {
                    Answer::Unread(Failure::of_unread(&error), error.into(), unread.refresh)
                }
                None => Answer::None(Failure::of(&error), error.into()),
            },
            Err(_) => Answer::None(Failure::too_slow(), Error::TooSlow),
        }
    }

    /// Stores the state that follows events; the tokens stay.
    pub(super) async fn settle(&mut self, events: &[Event], entry: NewEvent) -> Result<(), Error> {
        let mut at = self.inner.at(self.expires_at());
        at.refresh_ends_at = self.refresh_ends_at();
        let standing = events
            .iter()
            .fold(self.standing.clone(), |standing, event| {
                standing.after(event, &at)
            });
        let lifetime = standing.lifetime(&self.record.overview);
        let transition = standing.transition(lifetime.as_ref(), at.jitter, entry)?;
        let store = &self.inner.store;
        let write = || store.commit_state(&self.lease, &transition, at.now);
        retry_write(&mut Patience::of(STATE_PATIENCE), may_mend, write).await?;
        self.standing = standing;
        self.tell_alarms();
        Ok(())
    }

    /// Says that it comes to need somebody, or is well again, after a state was stored.
    pub(super) fn tell_alarms(&self) {
        let (overview, before) = (&self.record.overview, self.needed.as_deref());
        self.inner.warn_of_state(overview, before, &self.standing);
    }

    /// The same after something that makes a credential well, as far as its state says so.
    pub(super) fn tell_alarms_of_success(&self) {
        if self.standing.needs_somebody().is_some() {
            self.tell_alarms();
        } else {
            let (overview, before) = (&self.record.overview, self.needed.as_deref());
            self.inner.is_well(overview, before);
        }
    }

    /// Stores new tokens, with the state that follows an event. They exist nowhere else, so it goes on
    /// while the store does not take them, for whatever reason, and takes a new lease where the old one
    /// was lost.
    pub(super) async fn store_tokens(
        &mut self,
        tokens: &NewTokens,
        lifetime: &Lifetime,
        (event, entry): (&Event, NewEvent),
        test: TestMark,
    ) -> Result<Generation, Error> {
        let expected = self.generation();
        let mut patience = Patience::of(self.inner.terms.store_patience);
        loop {
            let at = self.inner.at(tokens.expires_at);
            let mut standing = self.standing.with_tokens(event, &at, lifetime);
            if test == TestMark::Forgotten {
                standing.last_test = None;
            }
            let transition = standing.transition(Some(lifetime), at.jitter, entry.clone())?;
            let store = &self.inner.store;
            let write = || store.commit_tokens(&self.lease, expected, tokens, &transition, at.now);
            match retry_write(&mut patience, may_mend_for_tokens, write).await {
                Err(StoreError::Fenced { .. }) => self.retake(expected, &mut patience).await?,
                Ok(generation) => {
                    self.standing = standing;
                    self.tell_alarms_of_success();
                    return Ok(generation);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Another has taken the lease over. Unless they have stored newer tokens, those in hand are
    /// still the ones to store.
    async fn retake(&mut self, expected: Generation, patience: &mut Patience) -> Result<(), Error> {
        let (tenant, id) = (self.lease.tenant().clone(), self.lease.id());
        let work = self.inner.take_to_store(&tenant, id, patience).await?;
        let found = work.generation();
        *self = *work;
        if found == expected {
            return Ok(());
        }
        self.release().await;
        Err(StoreError::StaleGeneration { expected, found }.into())
    }

    /// Makes sure that the lease outlives one more request.
    pub(super) async fn extend(&mut self) -> Result<(), Error> {
        let end = self
            .inner
            .clock
            .now()
            .plus(self.inner.terms.request_deadline);
        if end.plus(super::LEASE_MARGIN) <= self.lease.until() {
            return Ok(());
        }
        self.release().await;
        let mut none = Patience::of(Duration::ZERO);
        self.retake(self.generation(), &mut none).await
    }

    /// Gives the lease back. Where that fails, it runs out by itself.
    pub(super) async fn release(&self) {
        if let Err(error) = self.inner.store.release(&self.lease).await {
            tracing::debug!(%error, "a lease could not be given back; it runs out by itself");
        }
    }
}
