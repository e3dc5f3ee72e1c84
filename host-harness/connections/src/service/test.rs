//! Testing a connection: whether the service accepts it, told and written down.

use credential_runtime::{Check, Error as PluginError, ErrorKind, Outcome};

use super::want::Want;
use super::{AccessToken, Connections, Error};
use crate::record::{Name, NewEvent, Tenant};
use crate::state::{Asker, Diagnosis, Failure};

/// What the history calls it.
const TESTED: &str = "tested";

impl Connections {
    /// Asks the service whether it accepts the credential. An access token that turns out to be
    /// stale is renewed once, and the test made once more. A person asks for it, so that a renewal which
    /// it needs overrules a wait. The history says that it was tested, and what failed; the state stays as
    /// it is.
    ///
    /// # Errors
    ///
    /// As [`Connections::access_token`]; [`Error::Plugin`] where no test could be made.
    pub async fn test(&self, tenant: &Tenant, name: &Name) -> Result<Vec<Check>, Error> {
        let record = self.0.store.get_by_name(tenant, name).await?;
        let token = self.0.token_of(&record, Want::Tested).await?;
        let result = match self.test_with(&token).await {
            Err(Error::Plugin(error)) if is_stale(&error) => {
                let newer = self.0.instead_of(&token, Asker::Person).await?;
                self.test_with(&newer).await
            }
            result => result,
        };
        self.write_down(&token, &result).await;
        result
    }

    async fn test_with(&self, token: &AccessToken) -> Result<Vec<Check>, Error> {
        let record = self.0.store.get(&token.tenant, token.id).await?;
        let operation = self.0.operation(&record).await?;
        Ok(operation.test(token.secret()).await?)
    }

    /// Where it cannot be written, the test was made all the same.
    async fn write_down(&self, token: &AccessToken, result: &Result<Vec<Check>, Error>) {
        let Some(event) = event_of(result) else {
            return;
        };
        let store = &self.0.store;
        let written = store.record_event(&token.tenant, token.id, &event, self.now());
        if let Err(error) = written.await {
            tracing::warn!(%error, "the history does not say that a connection was tested");
        }
    }
}

fn is_stale(error: &PluginError) -> bool {
    error
        .refusal()
        .is_some_and(|it| it.kind == ErrorKind::StaleToken)
}

/// What the history says of a test; nothing where none was made.
fn event_of(result: &Result<Vec<Check>, Error>) -> Option<NewEvent> {
    match result {
        Ok(checks) => Some(of_checks(checks)),
        Err(Error::Plugin(error)) => {
            let diagnosis = Failure::of(error).diagnosis().clone();
            Some(NewEvent::new(TESTED).with_diagnosis(diagnosis))
        }
        Err(_) => None,
    }
}

/// The first check that failed says why; the others are named.
fn of_checks(checks: &[Check]) -> NewEvent {
    let failed = || checks.iter().filter(|it| it.outcome == Outcome::Failed);
    let titles: Vec<&str> = failed().map(|it| it.title.as_str()).collect();
    if titles.is_empty() {
        return NewEvent::new(TESTED);
    }
    let event = NewEvent::new(TESTED).with_note(format!("Failed: {}.", titles.join(", ")));
    match failed().find_map(|it| it.diagnosis.as_ref()) {
        Some(diagnosis) => event.with_diagnosis(Diagnosis::from(diagnosis)),
        None => event,
    }
}
