//! Connecting: the first tokens, or new ones by a person's wish.

use std::sync::Arc;

use credential_runtime::{Grant, GrantKind, GrantPlan, Identity, Operation, Secret, Tokens};

use super::confirm::{Confirm, OtherIdentity, differ};
use super::patience::Patience;
use super::renewal::{lifetime, new_tokens};
use super::work::{Answer, Asked, TestMark, Turn, Wait, Work};
use super::{Connections, Error, Inner};
use crate::record::{
    CredentialId, Generation, Name, NewEvent, Record, RefreshChange, SettingsVersion, Tenant,
    Timestamp,
};
use crate::state::{Diagnosis, Event, Failure};

/// A credential that has been connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// Whose it is.
    pub tenant: Tenant,
    /// What people call it.
    pub name: Name,
    /// Whom it speaks for, as far as the service says.
    pub identity: Option<Identity>,
    /// When its access token ends; absent where the service did not say.
    pub expires_at: Option<Timestamp>,
    /// Which tokens these are.
    pub generation: Generation,
    /// Other credentials of this tenant that stand for the same user and company. The service may
    /// have ended them.
    pub others: Vec<Name>,
}

/// Tokens that connecting brought, not yet stored.
pub(super) struct Obtained {
    tokens: Tokens,
    sent_at: Timestamp,
    plan: GrantPlan,
    settings: SettingsVersion,
}

impl Obtained {
    pub(super) fn secrets(&self) -> impl Iterator<Item = &Secret> {
        std::iter::once(&self.tokens.access).chain(&self.tokens.refresh)
    }
}

/// What a connection is made with.
pub(super) struct Exchange {
    pub(super) tenant: Tenant,
    pub(super) id: CredentialId,
    /// The settings that the person, or the sign-in, has seen.
    pub(super) settings: SettingsVersion,
    pub(super) grant: Grant,
}

impl Connections {
    /// Connects a credential that needs no browser.
    ///
    /// # Errors
    ///
    /// [`Error::NeedsBrowser`]; [`Error::Problems`]; [`Error::EndsAnother`], unless `confirm` is the
    /// confirmation it gave; [`Error::OtherIdentity`]; [`Error::Plugin`] where the service refuses;
    /// the store's.
    pub async fn connect(
        &self,
        tenant: &Tenant,
        name: &Name,
        confirm: Option<&Confirm>,
    ) -> Result<Connected, Error> {
        let inner = &self.0;
        let record = inner.store.get_by_name(tenant, name).await?;
        let grant = match inner.plan(&record).await?.connect {
            GrantKind::ClientCredentials => Grant::ClientCredentials,
            GrantKind::AuthorizationCode => return Err(Error::NeedsBrowser),
            GrantKind::RefreshToken => return Err(Error::UnknownGrant("refresh_token".to_owned())),
            GrantKind::Other(name) => return Err(Error::UnknownGrant(name)),
        };
        inner.ask_first(&record, confirm).await?;
        let exchange = Exchange {
            tenant: tenant.clone(),
            id: record.overview.id,
            settings: record.overview.settings_version,
            grant,
        };
        inner.exchange(exchange).await
    }

    /// A person has confirmed that the credential shall from now on stand for whom the service
    /// signed in. No further request is made.
    ///
    /// # Errors
    ///
    /// [`Error::WrongConfirmation`]; [`Error::SettingsChanged`]; the store's.
    pub async fn confirm_identity(
        &self,
        tenant: &Tenant,
        name: &Name,
        confirm: &Confirm,
    ) -> Result<Connected, Error> {
        let inner = Arc::clone(&self.0);
        let id = inner.store.get_by_name(tenant, name).await?.overview.id;
        let whose = (tenant, id);
        let obtained = inner.unconfirmed.take(confirm, whose, inner.clock.now());
        let obtained = obtained.ok_or(Error::WrongConfirmation)?;
        let tenant = tenant.clone();
        let whole = Arc::clone(&inner);
        whole
            .to_its_end(async move {
                let mut patience = Patience::of(inner.terms.store_patience);
                let mut work = inner.take_to_store(&tenant, id, &mut patience).await?;
                let result = work.store_confirmed(obtained).await;
                work.release().await;
                result
            })
            .await
    }
}

impl Inner {
    pub(super) async fn plan(&self, record: &Record) -> Result<GrantPlan, Error> {
        Ok(self.operation(record).await?.plan().await?)
    }

    /// Takes the lease for something that a person asked for, after whoever holds it.
    pub(super) async fn take_for_person(
        self: &Arc<Self>,
        tenant: &Tenant,
        id: CredentialId,
        wait: Wait,
    ) -> Result<Box<Work>, Error> {
        match self.take(tenant, id, wait, |_| Ok(None::<()>)).await? {
            Turn::Mine(work) => Ok(work),
            Turn::Stored(()) => Err(Error::Busy),
        }
    }

    /// Asks for tokens with a grant and stores them, to its end.
    pub(super) async fn exchange(self: &Arc<Self>, exchange: Exchange) -> Result<Connected, Error> {
        let inner = Arc::clone(self);
        self.to_its_end(async move {
            // A code is a person's consent, which may have ended the connection before.
            let wait = match exchange.grant {
                Grant::AuthorizationCode(_) => Wait::Always,
                _ => Wait::WhileRunning,
            };
            let (tenant, id) = (&exchange.tenant, exchange.id);
            let mut work = inner.take_for_person(tenant, id, wait).await?;
            let result = work.connect(&exchange).await;
            work.release().await;
            result
        })
        .await
    }
}

impl Work {
    async fn connect(&mut self, exchange: &Exchange) -> Result<Connected, Error> {
        if self.record.overview.settings_version != exchange.settings {
            return Err(Error::SettingsChanged);
        }
        let operation = self.operation().await?;
        let plan = operation.plan().await?;
        match self.ask_for_first(&operation, &exchange.grant).await? {
            Answer::None(failure, error) | Answer::Unread(failure, error, _) => {
                self.connecting_failed(&failure).await?;
                Err(error)
            }
            Answer::Tokens(tokens, sent_at) => {
                let settings = exchange.settings;
                self.receive(Obtained {
                    tokens,
                    sent_at,
                    plan,
                    settings,
                })
                .await
            }
        }
    }

    async fn ask_for_first(
        &mut self,
        operation: &Operation,
        grant: &Grant,
    ) -> Result<Answer, Error> {
        let grant_name = match grant {
            Grant::AuthorizationCode(_) => "authorization-code",
            Grant::ClientCredentials => "client-credentials",
            Grant::RefreshToken(_) => "refresh-token",
            Grant::Other(_) => "other",
        };
        let asked = Asked {
            grant: grant_name,
            probe: false,
        };
        self.begin(&Event::ConnectBegun, &asked).await?;
        Ok(self.ask(operation, grant).await)
    }

    async fn connecting_failed(&mut self, failure: &Failure) -> Result<(), Error> {
        let entry = NewEvent::new("connecting-failed").with_diagnosis(failure.diagnosis().clone());
        self.settle(&[Event::Failed(failure.clone())], entry).await
    }

    async fn receive(&mut self, obtained: Obtained) -> Result<Connected, Error> {
        let only_refresh = obtained.plan.renew == [GrantKind::RefreshToken];
        if only_refresh && obtained.tokens.refresh.is_none() {
            let why = Diagnosis::no_refresh_token();
            self.connecting_failed(&Failure::Misconfigured(why.clone()))
                .await?;
            return Err(Error::PutRight(Box::new(why)));
        }
        let was = self.record.overview.identity.clone();
        let is = obtained.tokens.identity.clone();
        match (was, is) {
            (Some(was), Some(is)) if differ(Some(&was), Some(&is)) => {
                Err(self.hold(obtained, was, is).await?)
            }
            _ => self.store_connected(obtained).await,
        }
    }

    /// Somebody else signed in: nothing changes until a person says that it shall.
    async fn hold(
        &mut self,
        obtained: Obtained,
        was: Identity,
        is: Identity,
    ) -> Result<Error, Error> {
        let failure = Failure::Dead(Diagnosis::speaks_for_another());
        if let Err(error) = self.connecting_failed(&failure).await {
            // The tokens are in hand all the same; the intent says what the state does not.
            tracing::warn!(%error, "the state of a credential cannot be stored");
        }
        let inner = &self.inner;
        let now = inner.clock.now();
        let until = now.plus(inner.terms.sign_in);
        let whose = (self.lease.tenant(), self.lease.id());
        let times = (now, until);
        let confirm = inner
            .unconfirmed
            .hold(&*inner.randomness, whose, obtained, times);
        Ok(Error::OtherIdentity(Box::new(OtherIdentity {
            confirm,
            was,
            is,
            until,
        })))
    }

    async fn store_confirmed(&mut self, obtained: Obtained) -> Result<Connected, Error> {
        if self.record.overview.settings_version != obtained.settings {
            return Err(Error::SettingsChanged);
        }
        self.store_connected(obtained).await
    }

    async fn store_connected(&mut self, obtained: Obtained) -> Result<Connected, Error> {
        let Obtained {
            tokens,
            sent_at,
            plan,
            ..
        } = obtained;
        let lifetime = lifetime(&tokens, sent_at, &plan);
        // What was there before belongs to another grant.
        let new = new_tokens(&tokens, &lifetime, RefreshChange::Drop);
        let generation = self
            .store_tokens(
                &new,
                &lifetime,
                (&Event::Obtained, NewEvent::new("connected")),
                TestMark::Forgotten,
            )
            .await?;
        self.hand_out(&new, generation);
        let overview = &self.record.overview;
        let identity = tokens.identity.or_else(|| overview.identity.clone());
        let others = match &identity {
            // It is connected, whether or not the store says who else is.
            Some(it) => self
                .inner
                .may_have_ended(&self.record, it)
                .await
                .unwrap_or_default(),
            None => Vec::new(),
        };
        Ok(Connected {
            tenant: overview.tenant.clone(),
            name: overview.name.clone(),
            identity,
            expires_at: lifetime.expires_at,
            generation,
            others: others.into_iter().map(|it| it.name).collect(),
        })
    }
}
