//! Handing out access tokens.

use std::sync::Arc;
use std::time::Duration;

use credential_runtime::{ApiClient, AuthHeader};

use super::test::Tested;
use super::token::AccessToken;
use super::want::Want;
use super::{Connections, Error, Inner, Standing};
use crate::record::{Name, NewEvent, Record, Tenant};
use crate::state::{Asker, Diagnosis, Freshness};

/// A token that is refused although it is younger than this is not renewed again: the service
/// refuses what it gives, and another token would not change that.
const SETTLING: Duration = Duration::from_secs(30);

impl Connections {
    /// An access token that is fresh. At once from memory or from the store; where it is due, after
    /// it was renewed. Where it cannot be renewed just now, one that still works is handed out.
    ///
    /// # Errors
    ///
    /// [`Error::Wait`], [`Error::Reconnect`], [`Error::Settings`], [`Error::PutRight`],
    /// [`Error::NotConnected`], [`Error::NoSuchPlugin`], [`Error::PluginChanged`], [`Error::Busy`], or the
    /// store's.
    pub async fn access_token(&self, tenant: &Tenant, name: &Name) -> Result<AccessToken, Error> {
        let inner = &self.0;
        let now = inner.clock.now();
        match inner.cache.fresh(tenant, name, now, inner.terms.recheck) {
            Some(token) => Ok(token),
            None => {
                let record = inner.store.get_by_name(tenant, name).await?;
                inner.token_of(&record, Want::Fresh).await
            }
        }
    }

    /// The service has refused this token: another one. Only where it is still the stored one is
    /// the service asked; otherwise the caller simply had an older one.
    ///
    /// # Errors
    ///
    /// As [`Connections::access_token`]. [`Error::Wait`] also where the token was only just given:
    /// the service then refuses whatever it gives. The state says so ([`Standing::last_test`]) until a test
    /// passes or the credential is connected again.
    pub async fn report_rejected(&self, token: &AccessToken) -> Result<AccessToken, Error> {
        self.0.rejected(token, None).await
    }

    /// The same, where the caller knows what the service said: its code and support ID are then in the
    /// error and in the state.
    ///
    /// # Errors
    ///
    /// As [`Connections::report_rejected`].
    pub async fn report_rejected_with(
        &self,
        token: &AccessToken,
        seen: &Diagnosis,
    ) -> Result<AccessToken, Error> {
        self.0.rejected(token, Some(seen)).await
    }

    /// Renews now, because a person says so, however fresh the token is. A person overrules every wait but
    /// the minute that a request without an answer is given.
    ///
    /// # Errors
    ///
    /// As [`Connections::access_token`]; a token that still works is no answer here.
    /// [`Error::NothingRenews`] where it works and there is nothing to renew it with: nothing is changed.
    pub async fn renew(&self, tenant: &Tenant, name: &Name) -> Result<AccessToken, Error> {
        let inner = &self.0;
        let record = inner.store.get_by_name(tenant, name).await?;
        let overview = &record.overview;
        let want = Want::NewerThan(overview.generation);
        inner.fly(tenant, overview.id, want).await
    }

    /// The way to the service's API with this token. What is sent by it goes where plugin and policy
    /// both allow, and nowhere else.
    ///
    /// # Errors
    ///
    /// The store's, or the plugin's.
    pub async fn api(&self, token: &AccessToken) -> Result<ApiClient, Error> {
        let record = self.0.store.get(&token.tenant, token.id).await?;
        let operation = self.0.operation(&record).await?;
        Ok(operation.api(token.secret()).await?)
    }

    /// What to add to an API request so that it is made with this token, for an HTTP client of one's own.
    ///
    /// # Errors
    ///
    /// The store's, or the plugin's.
    pub async fn headers(&self, token: &AccessToken) -> Result<Vec<AuthHeader>, Error> {
        let record = self.0.store.get(&token.tenant, token.id).await?;
        let operation = self.0.operation(&record).await?;
        Ok(operation.authenticate(token.secret()).await?)
    }
}

impl Inner {
    async fn rejected(
        self: &Arc<Self>,
        token: &AccessToken,
        seen: Option<&Diagnosis>,
    ) -> Result<AccessToken, Error> {
        let note = "The service refused the access token that it had only just given.";
        let event = NewEvent::new("rejected").with_note(note);
        self.instead_of(token, Asker::Program, (seen, event)).await
    }

    /// Another token than this one, which the service has refused, as this asker saw. Where the service
    /// refuses what it gives, that is written down as `event`.
    pub(super) async fn instead_of(
        self: &Arc<Self>,
        token: &AccessToken,
        asker: Asker,
        (seen, event): (Option<&Diagnosis>, NewEvent),
    ) -> Result<AccessToken, Error> {
        let record = self.store.get(&token.tenant, token.id).await?;
        if record.overview.generation != token.generation {
            return self.token_of(&record, Want::Fresh).await;
        }
        let standing = Standing::of(&record.overview)?;
        let settled = token.obtained_at.plus(SETTLING);
        let now = self.clock.now();
        let is_new = now < settled && !token.obtained_at.is_impossible_at(now);
        if is_new && !standing.state.token_rejected() {
            let why = match (seen, standing.last_test) {
                (None, Some(known)) => known,
                (seen, _) => Diagnosis::rejected_when_new(seen),
            };
            let event = event.with_diagnosis(why.clone());
            self.write_down(token, Tested::Failed(why.clone()), event)
                .await;
            return Err(Error::wait(settled, why));
        }
        let want = Want::InsteadOf(token.generation, asker);
        self.fly(&token.tenant, token.id, want).await
    }

    /// The stored token while it is fresh, otherwise a renewed one. While the stored one still works,
    /// a renewal that takes long is not waited for; it goes on.
    pub(super) async fn token_of(
        self: &Arc<Self>,
        record: &Record,
        want: Want,
    ) -> Result<AccessToken, Error> {
        let overview = &record.overview;
        let now = self.clock.now();
        let fresh = Standing::of(overview)?.freshness(overview, now);
        let stored = AccessToken::stored(record, now).filter(|_| fresh.is_usable());
        let renewed = self.fly(&overview.tenant, overview.id, want);
        match stored {
            Some(token) if fresh == Freshness::Fresh => Ok(self.keep(record)?.unwrap_or(token)),
            Some(token) => {
                let mut renewed = std::pin::pin!(renewed);
                match tokio::time::timeout(self.terms.patience, &mut renewed).await {
                    Ok(result) => result,
                    // It worked when it was read; that was a while ago.
                    Err(_) if token.is_over(self.clock.now()) => renewed.await,
                    Err(_) => Ok(token),
                }
            }
            None => renewed.await,
        }
    }
}
