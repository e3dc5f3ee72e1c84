//! A renewal that is not made, or whose tokens the plugin did not take: what of the credential stays.

use std::collections::BTreeMap;

use credential_runtime::{Error as PluginError, Secret};

use super::Error;
use super::want::{Renewed, Want};
use super::work::{TestMark, Work};
use crate::record::{NewEvent, NewTokens, RefreshChange, Timestamp, Transition};
use crate::state::{Asker, Diagnosis, Event, Failure, Freshness, Jitter};
use crate::store::StoreError;

impl Work {
    /// What the plugin once refused is asked again where the plugin, what it may do or what the platform
    /// fills in is another now.
    pub(super) fn look_at_the_plugin(&mut self) -> Result<(), Error> {
        if let Some(mark) = &self.standing.refused_by
            && *mark != self.mark()?
        {
            let at = self.inner.at(None);
            self.standing = self.standing.after(&Event::PluginChanged, &at);
        }
        Ok(())
    }

    pub(super) fn mark(&self) -> Result<String, Error> {
        let plugins = &self.inner.plugins;
        Ok(plugins.get(&self.record.overview.plugin.id)?.mark())
    }

    /// A plugin that fails where nothing was sent, while the token is fresh and a person wants another,
    /// says nothing of the credential.
    pub(super) async fn not_planned(&mut self, error: PluginError, want: Want) -> Renewed {
        let is_fresh = self.freshness() == Freshness::Fresh;
        match error {
            PluginError::Failed(_) if is_fresh && want.asker() == Asker::Person => {
                Err(self.setback_with(error.into()))
            }
            error => self.fail(&Failure::of(&error), want).await,
        }
    }

    /// A token that is good stays so until its end, though nothing renews it.
    pub(super) async fn nothing_renews(&mut self, want: Want) -> Renewed {
        if !self.freshness().is_usable() || want.rejects() {
            let failure = Failure::Dead(Diagnosis::nothing_renews());
            return self.fail(&failure, want).await;
        }
        let tokens = self.record.overview.tokens.clone();
        let until = tokens.and_then(|it| it.by_the_clock_of(self.now()).expires_at);
        if want == Want::Ahead {
            self.leave_until(until).await?;
        }
        Err(self.setback_with(Error::NothingRenews { until }))
    }

    /// The background comes back when it is over.
    async fn leave_until(&mut self, end: Option<Timestamp>) -> Result<(), Error> {
        let entry = NewEvent::new("not-renewed")
            .with_note("There is nothing to renew it with. Connect it again before it ends.");
        let transition = Transition {
            due_at: end,
            ..self.standing.transition(None, Jitter::NONE, entry)?
        };
        let (store, now) = (&self.inner.store, self.now());
        Ok(store.commit_state(&self.lease, &transition, now).await?)
    }

    /// The plugin took none of the tokens that the service gave. The refresh token among them counts from
    /// now on, whatever the plugin says; the access token stays as it was.
    pub(super) async fn keep_refresh(
        &mut self,
        refresh: Secret,
        failure: &Failure,
        want: Want,
    ) -> Renewed {
        let overview = &self.record.overview;
        let lifetime = self.standing.lifetime(overview);
        let (Some(pair), Some(lifetime)) = (&self.record.tokens, lifetime) else {
            return self.fail(failure, want).await;
        };
        let new = NewTokens {
            access: pair.access.clone(),
            refresh: RefreshChange::Replace(refresh),
            identity: None,
            obtained_at: lifetime.obtained_at,
            expires_at: lifetime.expires_at,
            refresh_expires_at: None,
            facts: BTreeMap::new(),
        };
        let entry = NewEvent::new("renewal-failed")
            .with_diagnosis(failure.diagnosis().clone())
            .with_note("The refresh token that the service gave is kept.");
        let failed = (&Event::Failed(failure.clone()), entry);
        let stored = self.store_tokens(&new, &lifetime, failed, TestMark::Kept);
        match stored.await {
            Ok(generation) => {
                self.record.overview.generation = generation;
                Err(self.setback())
            }
            Err(Error::Store(StoreError::StaleGeneration { .. })) => self.use_stored(want).await,
            Err(error) => Err(error.into()),
        }
    }
}
