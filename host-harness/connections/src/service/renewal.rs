//! A renewal, from the lease to the stored tokens.

use std::sync::Arc;
use std::time::Duration;

use credential_runtime::{Grant, GrantKind, GrantPlan, Operation, Tokens};

use super::confirm::differ;
use super::token::AccessToken;
use super::want::{Renewed, Setback, Want};
use super::work::{Answer, Asked, TestMark, Turn, Wait, Work};
use super::{Error, Inner};
use crate::record::{
    CredentialId, Generation, NewEvent, NewTokens, Record, RefreshChange, Tenant, Timestamp,
};
use crate::service::standing::Standing;
use crate::state::{
    Decision, Diagnosis, Event, Failure, Freshness, GrantUse, Lifetime, Refrain, decide, refrain,
};
use crate::store::StoreError;

/// Renews a credential, unless someone has by the time that its lease is had.
pub(super) async fn renew(
    inner: &Arc<Inner>,
    tenant: &Tenant,
    id: CredentialId,
    want: Want,
) -> Renewed {
    let wait = match want {
        Want::Ahead => Wait::No,
        Want::Fresh | Want::Tested | Want::InsteadOf(..) | Want::NewerThan(_) => Wait::WhileRunning,
    };
    let accept = |record: &Record| inner.met(record, want);
    match inner.take(tenant, id, wait, accept).await? {
        Turn::Stored(token) => Ok(token),
        Turn::Mine(mut work) => {
            let result = work.renew(want).await;
            work.release().await;
            result
        }
    }
}

impl Inner {
    /// The stored token, where it is what is wanted.
    fn met(&self, record: &Record, want: Want) -> Result<Option<AccessToken>, Error> {
        let now = self.clock.now();
        let fresh = Standing::of(&record.overview)?.freshness(&record.overview, now);
        let overview = &record.overview;
        let due = overview.due_at.is_some_and(|at| at <= now)
            || overview.state_at.is_some_and(|at| at.is_impossible_at(now));
        let met = fresh == Freshness::Fresh
            && want.is_newer(record.overview.generation)
            && !(want == Want::Ahead && due);
        Ok(met.then(|| self.keep(record)).transpose()?.flatten())
    }

    /// Keeps a stored token in memory, as long as it is fresh, and hands it out.
    pub(super) fn keep(&self, record: &Record) -> Result<Option<AccessToken>, Error> {
        let standing = Standing::of(&record.overview)?;
        let now = self.clock.now();
        let token = AccessToken::stored(record, now);
        if let Some(token) = &token {
            let name = &record.overview.name;
            self.cache.keep(name, token, now, standing.renew_at);
        }
        Ok(token)
    }
}

impl Work {
    async fn renew(&mut self, want: Want) -> Renewed {
        if let Some(token) = self.inner.met(&self.record, want)? {
            return Ok(token);
        }
        let operation = match self.operation().await {
            Ok(operation) => operation,
            Err(error) => return Err(self.setback_with(error)),
        };
        self.look_at_the_plugin()?;
        // Not even the plugin is asked where nothing may be sent anyway.
        if refrain(&self.standing.state, want.asker(), self.now()).is_some() {
            return Err(self.refrain(want).await?);
        }
        let plan = match operation.plan().await {
            Ok(plan) => plan,
            Err(error) => return self.not_planned(error, want).await,
        };
        match self.decide(&plan, want) {
            Decision::Ask(grants) => self.ask_with(&grants, &operation, &plan, want).await,
            Decision::Refrain(Refrain::NothingRenews) => self.nothing_renews(want).await,
            Decision::Refrain(_) => Err(self.refrain(want).await?),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    pub(super) fn freshness(&self) -> Freshness {
        self.standing.freshness(&self.record.overview, self.now())
    }

    fn decide(&self, plan: &GrantPlan, want: Want) -> Decision {
        let facts = self.record.overview.tokens.as_ref();
        let refresh = facts.and_then(|it| it.refresh.as_ref());
        let has_refresh = refresh.is_some() && !self.standing.is_dead(refresh);
        let asker = want.asker();
        let now = self.now();
        decide(&self.standing.state, &plan.renew, has_refresh, asker, now)
    }

    async fn refrain(&mut self, want: Want) -> Result<Box<Setback>, Error> {
        if want.rejects() && !self.standing.state.token_rejected() {
            let entry =
                NewEvent::new("rejected").with_note("The service refused the access token.");
            self.settle(&[Event::Rejected], entry).await?;
            self.inner
                .cache
                .forget(self.lease.tenant(), self.lease.id());
        }
        Ok(self.setback())
    }

    pub(super) fn setback(&self) -> Box<Setback> {
        self.setback_with(Error::of_state(&self.standing.state))
    }

    pub(super) fn setback_with(&self, error: Error) -> Box<Setback> {
        let usable = self.freshness().is_usable();
        let token = AccessToken::stored(&self.record, self.now());
        Box::new(Setback {
            error,
            usable: token.filter(|_| usable),
        })
    }

    /// One grant after the other, while the service calls them dead.
    async fn ask_with(
        &mut self,
        grants: &[GrantKind],
        operation: &Operation,
        plan: &GrantPlan,
        want: Want,
    ) -> Renewed {
        let mut last = Failure::Dead(Diagnosis::nothing_renews());
        for (position, kind) in grants.iter().enumerate() {
            let Some((grant, used)) = self.grant(kind) else {
                continue;
            };
            self.extend().await?;
            match self.attempt(operation, &grant, used, want).await? {
                Answer::Tokens(tokens, sent_at) => {
                    return self.adopt(&tokens, sent_at, plan, want).await;
                }
                Answer::None(failure, _) | Answer::Unread(failure, _, None) => last = failure,
                Answer::Unread(failure, _, Some(refresh)) => {
                    return self.keep_refresh(refresh, &failure, want).await;
                }
            }
            let more = position + 1 < grants.len();
            if !more || !matches!(last, Failure::Dead(_)) {
                break;
            }
            self.bury(used);
        }
        self.fail(&last, want).await
    }

    fn grant(&self, kind: &GrantKind) -> Option<(Grant, GrantUse)> {
        match kind {
            GrantKind::ClientCredentials => Some((Grant::ClientCredentials, GrantUse::Repeatable)),
            GrantKind::RefreshToken => {
                let token = self.record.tokens.as_ref()?.refresh.clone()?;
                Some((Grant::RefreshToken(token), GrantUse::SingleUse))
            }
            GrantKind::AuthorizationCode | GrantKind::Other(_) => None,
        }
    }

    async fn attempt(
        &mut self,
        operation: &Operation,
        grant: &Grant,
        used: GrantUse,
        want: Want,
    ) -> Result<Answer, Error> {
        let begun = Event::RenewalBegun {
            grant: used,
            rejected: want.rejects(),
        };
        let asked = Asked {
            grant: match used {
                GrantUse::Repeatable => "client-credentials",
                GrantUse::SingleUse => "refresh-token",
            },
            probe: self.standing.state.probes_with(used),
        };
        self.begin(&begun, &asked).await?;
        Ok(self.ask(operation, grant).await)
    }

    /// A refresh token that was called dead is not tried again, whatever else renews.
    fn bury(&mut self, used: GrantUse) {
        let refresh = self
            .record
            .overview
            .tokens
            .as_ref()
            .and_then(|it| it.refresh.as_ref());
        if let (GrantUse::SingleUse, Some(refresh)) = (used, refresh) {
            self.standing.dead = Some(refresh.as_str().to_owned());
        }
    }

    /// Stores what came, and only then hands it out.
    async fn adopt(
        &mut self,
        tokens: &Tokens,
        sent_at: Timestamp,
        plan: &GrantPlan,
        want: Want,
    ) -> Renewed {
        let known = self.record.overview.identity.as_ref();
        if differ(known, tokens.identity.as_ref()) {
            let failure = Failure::Dead(Diagnosis::speaks_for_another());
            return self.fail(&failure, want).await;
        }
        let lifetime = lifetime(tokens, sent_at, plan);
        let absent = if self.standing.dead.is_some() {
            RefreshChange::Drop
        } else {
            RefreshChange::Keep
        };
        let new = new_tokens(tokens, &lifetime, absent);
        let renewed = (&Event::Obtained, NewEvent::new("renewed"));
        let stored = self.store_tokens(&new, &lifetime, renewed, TestMark::Kept);
        match stored.await {
            Ok(generation) => {
                let token = self.hand_out(&new, generation);
                let now = self.inner.clock.now();
                if token.is_over(now) {
                    return Err(Error::wait(now, Diagnosis::over_on_arrival()).into());
                }
                Ok(token)
            }
            Err(Error::Store(StoreError::StaleGeneration { .. })) => self.use_stored(want).await,
            Err(error) => Err(error.into()),
        }
    }

    /// The tokens that were just stored.
    pub(super) fn hand_out(&self, tokens: &NewTokens, generation: Generation) -> AccessToken {
        let token = AccessToken {
            tenant: Arc::new(self.lease.tenant().clone()),
            id: self.lease.id(),
            secret: Arc::new(tokens.access.clone()),
            generation,
            obtained_at: tokens.obtained_at,
            expires_at: tokens.expires_at,
        };
        let (name, now) = (&self.record.overview.name, self.inner.clock.now());
        self.inner
            .cache
            .keep(name, &token, now, self.standing.renew_at);
        token
    }

    /// Records why there are no new tokens. The write is refused where another has held the lease
    /// since, and so may have stored newer ones: a grant is not believed dead before that is known.
    pub(super) async fn fail(&mut self, failure: &Failure, want: Want) -> Renewed {
        match self.settle_failure(failure, want).await {
            Ok(()) => Err(self.setback()),
            Err(Error::Store(StoreError::Fenced { .. })) => self.use_stored(want).await,
            Err(error) => Err(error.into()),
        }
    }

    async fn settle_failure(&mut self, failure: &Failure, want: Want) -> Result<(), Error> {
        if matches!(failure, Failure::Settings(_)) {
            self.standing.refused_by = Some(self.mark()?);
        }
        let mut events = vec![Event::Failed(failure.clone())];
        events.extend(want.rejects().then_some(Event::Rejected));
        let entry = NewEvent::new("renewal-failed").with_diagnosis(failure.diagnosis().clone());
        self.settle(&events, entry).await?;
        if want.rejects() {
            self.inner
                .cache
                .forget(self.lease.tenant(), self.lease.id());
        }
        Ok(())
    }

    /// Another has written since: what they stored counts.
    pub(super) async fn use_stored(&mut self, want: Want) -> Renewed {
        let (tenant, id) = (self.lease.tenant(), self.lease.id());
        let record = self
            .inner
            .store
            .get(tenant, id)
            .await
            .map_err(Error::from)?;
        self.record = record;
        self.standing = Standing::at(&self.record.overview, self.now())?;
        let met = self.inner.met(&self.record, want)?;
        met.ok_or_else(|| self.setback())
    }
}

/// How long new tokens live and when they are to be renewed.
pub(super) fn lifetime(tokens: &Tokens, sent_at: Timestamp, plan: &GrantPlan) -> Lifetime {
    let life = tokens.expires_in_seconds.map(Duration::from_secs);
    Lifetime::new(
        sent_at,
        life,
        Duration::from_secs(plan.margin_seconds.into()),
    )
}

/// As they are stored; `absent` says what becomes of the old refresh token where no new one came.
pub(super) fn new_tokens(tokens: &Tokens, lifetime: &Lifetime, absent: RefreshChange) -> NewTokens {
    NewTokens {
        access: tokens.access.clone(),
        refresh: tokens
            .refresh
            .clone()
            .map_or(absent, RefreshChange::Replace),
        identity: tokens.identity.clone(),
        obtained_at: lifetime.obtained_at,
        expires_at: lifetime.expires_at,
        refresh_expires_at: tokens
            .refresh_expires_in_seconds
            .map(|life| lifetime.obtained_at.plus(Duration::from_secs(life))),
        facts: tokens.facts.iter().cloned().collect(),
    }
}
