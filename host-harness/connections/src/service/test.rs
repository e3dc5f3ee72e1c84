//! Testing a connection: whether the service accepts it, told and written down.

use std::sync::Arc;

use credential_runtime::{Check, Error as PluginError, ErrorKind, Outcome};

use super::want::Want;
use super::work::{Wait, Work};
use super::{AccessToken, Connections, Error, Inner, Standing};
use crate::record::{CredentialId, Generation, Name, NewEvent, Tenant, Transition};
use crate::state::{Asker, Diagnosis, Failure};

/// What the history calls it.
const TESTED: &str = "tested";

/// What a test says of the credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tested {
    /// The service accepts it.
    Passed,
    /// It does not, or does not do what it is for.
    Failed(Diagnosis),
    /// Nothing: the service was not reached, asks for a pause, or was not understood.
    Unknown,
}

impl Connections {
    /// Asks the service whether it accepts the credential. An access token that turns out to be
    /// stale is renewed once, and the test made once more. A person asks for it, so that a renewal which
    /// it needs overrules a wait. The history says that it was tested, and what failed; so does
    /// [`Standing::last_test`], until a test passes or it is connected again. The state and the last failure
    /// stay as they are.
    ///
    /// # Errors
    ///
    /// As [`Connections::access_token`]; [`Error::Plugin`] where no test could be made.
    pub async fn test(&self, tenant: &Tenant, name: &Name) -> Result<Vec<Check>, Error> {
        let record = self.0.store.get_by_name(tenant, name).await?;
        let mut token = self.0.token_of(&record, Want::Tested).await?;
        let result = match self.test_with(&token).await {
            Err(Error::Plugin(error)) if is_stale(&error) => {
                let seen = Failure::of(&error);
                let refused = (Some(seen.diagnosis()), NewEvent::new(TESTED));
                token = self.0.instead_of(&token, Asker::Person, refused).await?;
                self.test_with(&token).await
            }
            result => result,
        };
        if let Some((tested, event)) = outcome(&result) {
            self.0.write_down(&token, tested, event).await;
        }
        result
    }

    async fn test_with(&self, token: &AccessToken) -> Result<Vec<Check>, Error> {
        let record = self.0.store.get(&token.tenant, token.id).await?;
        let operation = self.0.operation(&record).await?;
        Ok(operation.test(token.secret()).await?)
    }
}

impl Inner {
    /// Where it cannot be written, the test was made all the same.
    pub(super) async fn write_down(
        self: &Arc<Self>,
        token: &AccessToken,
        tested: Tested,
        event: NewEvent,
    ) {
        let inner = Arc::clone(self);
        let (tenant, id, generation) = (Arc::clone(&token.tenant), token.id, token.generation);
        let written = self.to_its_end(async move {
            inner
                .write_test((&tenant, id), generation, tested, &event)
                .await
        });
        if let Err(error) = written.await {
            tracing::warn!(%error, "what a test of a connection came to could not be stored");
        }
    }

    /// Of tokens that are no longer the stored ones, a test says nothing that lasts.
    async fn write_test(
        self: &Arc<Self>,
        (tenant, id): (&Tenant, CredentialId),
        generation: Generation,
        tested: Tested,
        event: &NewEvent,
    ) -> Result<(), Error> {
        let overview = self.store.get(tenant, id).await?.overview;
        let standing = Standing::of(&overview)?;
        // Who reports a token again and again says nothing new.
        if event.kind.as_str() != TESTED && tested.is_alike(&standing) {
            return Ok(());
        }
        let is_known = tested.is_known(&standing);
        if is_known || overview.generation != generation {
            let now = self.clock.now();
            return Ok(self.store.record_event(tenant, id, event, now).await?);
        }
        let mut work = self.take_for_person(tenant, id, Wait::WhileRunning).await?;
        let result = work.write_test(generation, tested, event).await;
        work.release().await;
        result
    }
}

impl Work {
    async fn write_test(
        &mut self,
        generation: Generation,
        tested: Tested,
        event: &NewEvent,
    ) -> Result<(), Error> {
        let at = self.inner.at(None);
        let mut standing = self.standing.clone();
        if self.generation() == generation {
            standing.last_test = match tested {
                Tested::Failed(why) => Some(why),
                Tested::Passed => None,
                Tested::Unknown => standing.last_test,
            };
        }
        let lifetime = standing.lifetime(&self.record.overview);
        let transition = Transition {
            // The last failure is that of a renewal.
            diagnosis: None,
            ..standing.transition(lifetime.as_ref(), at.jitter, event.clone())?
        };
        let store = &self.inner.store;
        store.commit_state(&self.lease, &transition, at.now).await?;
        self.standing = standing;
        self.tell_alarms_of_success();
        Ok(())
    }
}

impl Tested {
    /// Whether it changes nothing of what is stored.
    fn is_known(&self, standing: &Standing) -> bool {
        match self {
            Self::Passed => standing.last_test.is_none(),
            Self::Failed(why) => standing.last_test.as_ref() == Some(why),
            Self::Unknown => true,
        }
    }

    /// Whether the same is stored, support IDs apart.
    fn is_alike(&self, standing: &Standing) -> bool {
        let known = standing.last_test.as_ref().map(|it| &it.code);
        matches!(self, Self::Failed(why) if known == Some(&why.code))
    }
}

fn is_stale(error: &PluginError) -> bool {
    error
        .refusal()
        .is_some_and(|it| it.kind == ErrorKind::StaleToken)
}

/// What is stored of a test; nothing where none was made.
fn outcome(result: &Result<Vec<Check>, Error>) -> Option<(Tested, NewEvent)> {
    match result {
        Ok(checks) => Some(of_checks(checks)),
        Err(Error::Plugin(error)) => Some(of_error(error)),
        Err(_) => None,
    }
}

fn of_error(error: &PluginError) -> (Tested, NewEvent) {
    let failure = Failure::of(error);
    let why = failure.diagnosis().clone();
    let event = NewEvent::new(TESTED).with_diagnosis(why.clone());
    let tested = match failure {
        Failure::Dead(_) | Failure::Misconfigured(_) => Tested::Failed(why),
        // A new one is refused as stale, too: another token does not help.
        _ if is_stale(error) => Tested::Failed(Diagnosis::rejected_when_new(Some(&why))),
        _ => Tested::Unknown,
    };
    (tested, event)
}

/// The first check that failed says why; the others are named.
fn of_checks(checks: &[Check]) -> (Tested, NewEvent) {
    let failed = || checks.iter().filter(|it| it.outcome == Outcome::Failed);
    let titles: Vec<&str> = failed().map(|it| it.title.as_str()).collect();
    if titles.is_empty() {
        let passed = checks.iter().any(|it| it.outcome == Outcome::Passed);
        let tested = if passed {
            Tested::Passed
        } else {
            Tested::Unknown
        };
        return (tested, NewEvent::new(TESTED));
    }
    let titles = titles.join(", ");
    let event = NewEvent::new(TESTED).with_note(format!("Failed: {titles}."));
    match failed().find_map(|it| it.diagnosis.as_ref()) {
        Some(diagnosis) => {
            let why = Diagnosis::from(diagnosis);
            (Tested::Failed(why.clone()), event.with_diagnosis(why))
        }
        None => (Tested::Failed(Diagnosis::test_failed(&titles)), event),
    }
}
