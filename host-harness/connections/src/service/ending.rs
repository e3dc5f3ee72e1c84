//! Ending a connection, here or at the service.

use std::sync::Arc;

use credential_runtime::HeldTokens;

use super::patience::{Patience, may_mend, retry_write};
use super::work::{Wait, Work};
use super::{Confirm, Connections, Error, Inner};
use crate::record::{CredentialId, Name, NewEvent, Overview, Record, Tenant};
use crate::state::Event;

/// What revoking would do, for the person who decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// To be passed back.
    pub confirm: Confirm,
    /// What else it ends, as the plugin says it.
    pub warning: Option<String>,
    /// Other credentials of this tenant that stand for the same user and company.
    pub others: Vec<Name>,
}

impl Connections {
    /// Deletes the tokens here. At the service nothing is changed, because revoking may end other
    /// connections too; settings and history stay.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`]; the store's.
    pub async fn disconnect(&self, tenant: &Tenant, name: &Name) -> Result<(), Error> {
        let inner = Arc::clone(&self.0);
        let tenant = tenant.clone();
        let id = inner.store.get_by_name(&tenant, name).await?.overview.id;
        let whole = Arc::clone(&inner);
        whole
            .to_its_end(async move {
                let mut work = inner
                    .take_for_person(&tenant, id, Wait::WhileRunning)
                    .await?;
                let result = work.discard("disconnected").await;
                work.release().await;
                result
            })
            .await
    }

    /// Deletes the credential: tokens, settings, history. At the service nothing is changed.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn remove(&self, tenant: &Tenant, name: &Name) -> Result<(), Error> {
        let id = self.0.store.get_by_name(tenant, name).await?.overview.id;
        self.0.store.delete(tenant, id).await?;
        self.0.cache.forget(tenant, id);
        self.0.forget_alarm(id);
        Ok(())
    }

    /// What revoking would end. Sends nothing.
    ///
    /// # Errors
    ///
    /// [`Error::NotConnected`]; the plugin's; the store's.
    pub async fn revocation(&self, tenant: &Tenant, name: &Name) -> Result<Revocation, Error> {
        let record = self.0.store.get_by_name(tenant, name).await?;
        held_tokens(&record)?;
        let warning = self
            .0
            .operation(&record)
            .await?
            .revocation_warning()
            .await?;
        let others = self.0.others_of_identity(&record.overview).await?;
        Ok(Revocation {
            confirm: Confirm::to_revoke(record.overview.id, &others),
            warning,
            others: others.into_iter().map(|it| it.name).collect(),
        })
    }

    /// Ends the grant at the service (RFC 7009), then deletes the tokens here.
    ///
    /// # Errors
    ///
    /// [`Error::WrongConfirmation`] unless `confirm` is that of [`Connections::revocation`];
    /// [`Error::Plugin`] and [`Error::TooSlow`], where the tokens are kept and it may be tried again;
    /// the store's.
    pub async fn revoke(
        &self,
        tenant: &Tenant,
        name: &Name,
        confirm: &Confirm,
    ) -> Result<(), Error> {
        let inner = Arc::clone(&self.0);
        let overview = inner.store.get_by_name(tenant, name).await?.overview;
        let others = inner.others_of_identity(&overview).await?;
        if *confirm != Confirm::to_revoke(overview.id, &others) {
            return Err(Error::WrongConfirmation);
        }
        let tenant = tenant.clone();
        let whole = Arc::clone(&inner);
        whole
            .to_its_end(async move { inner.revoke(&tenant, overview.id).await })
            .await
    }
}

impl Inner {
    async fn others_of_identity(&self, mine: &Overview) -> Result<Vec<Overview>, Error> {
        match &mine.identity {
            Some(identity) => self.same_identity(mine, identity).await,
            None => Ok(Vec::new()),
        }
    }

    async fn revoke(self: &Arc<Self>, tenant: &Tenant, id: CredentialId) -> Result<(), Error> {
        let mut work = self.take_for_person(tenant, id, Wait::WhileRunning).await?;
        let result = work.revoke().await;
        work.release().await;
        result
    }
}

/// What the plugin may revoke with.
fn held_tokens(record: &Record) -> Result<HeldTokens, Error> {
    let pair = record.tokens.as_ref().ok_or(Error::NotConnected)?;
    Ok(HeldTokens {
        access: Some(pair.access.clone()),
        refresh: pair.refresh.clone(),
    })
}

impl Work {
    async fn revoke(&mut self) -> Result<(), Error> {
        let operation = self.operation().await?;
        let held = held_tokens(&self.record)?;
        let revoking = operation.revoke(&held);
        let result = match tokio::time::timeout(self.inner.terms.request_deadline, revoking).await {
            Ok(result) => result.map_err(Error::from),
            Err(_) => Err(Error::TooSlow),
        };
        match result {
            Ok(()) => self.discard("revoked").await,
            Err(error) => {
                self.note_refusal(&error).await?;
                Err(error)
            }
        }
    }

    async fn note_refusal(&mut self, error: &Error) -> Result<(), Error> {
        let diagnosis = match error {
            Error::Plugin(error) => error.refusal().map(|it| &it.diagnosis),
            _ => None,
        };
        let mut entry = NewEvent::new("revoking-failed");
        entry.diagnosis = diagnosis.map(Into::into);
        self.settle(&[], entry).await
    }

    async fn discard(&mut self, kind: &'static str) -> Result<(), Error> {
        let at = self.inner.at(None);
        let mut standing = self.standing.after(&Event::Disconnected, &at);
        standing.renew_at = None;
        standing.dead = None;
        standing.last_test = None;
        let transition = standing.transition(None, at.jitter, NewEvent::new(kind))?;
        let store = &self.inner.store;
        let write = || store.discard_tokens(&self.lease, &transition, at.now);
        let mut patience = Patience::of(self.inner.terms.store_patience);
        retry_write(&mut patience, may_mend, write).await?;
        self.inner
            .cache
            .forget(self.lease.tenant(), self.lease.id());
        self.inner.forget_alarm(self.lease.id());
        self.record.tokens = None;
        self.standing = standing;
        Ok(())
    }
}
