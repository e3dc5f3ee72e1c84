//! Which other credentials may end when one is connected or revoked.

use credential_runtime::{GrantKind, Identity};

use super::confirm::{Confirm, EndsAnother};
use super::{Error, Inner};
use crate::record::{Overview, Record, Tenant};

/// How many of a tenant's credentials are read at a time.
pub(super) const PAGE: u32 = 200;

impl Inner {
    /// Other credentials that connecting this one may end have to be confirmed first. Whether it may
    /// end any is the plugin's word.
    pub(super) async fn ask_first(
        &self,
        record: &Record,
        confirm: Option<&Confirm>,
    ) -> Result<(), Error> {
        let operation = self.operation(record).await?;
        let Some(warning) = operation.connecting_warning().await? else {
            return Ok(());
        };
        let (others, certain) = self.others_at_stake(record).await?;
        let needed = Confirm::to_connect(record.overview.id, &others);
        if others.is_empty() || confirm == Some(&needed) {
            return Ok(());
        }
        Err(Error::EndsAnother(Box::new(EndsAnother {
            confirm: needed,
            warning,
            others: others.into_iter().map(|it| it.name).collect(),
            certain,
        })))
    }

    /// Those that stand for the same user and company; where it is not yet known whom this one will
    /// stand for, those that it may turn out to share them with.
    async fn others_at_stake(&self, record: &Record) -> Result<(Vec<Overview>, bool), Error> {
        if let Some(identity) = &record.overview.identity {
            return Ok((self.same_identity(&record.overview, identity).await?, true));
        }
        let browser = self.plan(record).await?.connect == GrantKind::AuthorizationCode;
        let mut others = Vec::new();
        for other in self.connected_by_same_plugin(record).await? {
            let theirs = self.store.get(&other.tenant, other.id).await?;
            let alike = if browser {
                self.plan(&theirs)
                    .await
                    .is_ok_and(|it| it.connect == GrantKind::AuthorizationCode)
            } else {
                same_texts(record, &theirs)
            };
            others.extend(alike.then_some(other));
        }
        Ok((others, !browser))
    }

    /// Those of the same user and company that this connection may have ended: none where the plugin has
    /// no warning.
    pub(super) async fn may_have_ended(
        &self,
        record: &Record,
        identity: &Identity,
    ) -> Result<Vec<Overview>, Error> {
        let others = self.same_identity(&record.overview, identity).await?;
        if others.is_empty() {
            return Ok(others);
        }
        let operation = self.operation(record).await?;
        let warns = operation.connecting_warning().await?.is_some();
        Ok(if warns { others } else { Vec::new() })
    }

    pub(super) async fn same_identity(
        &self,
        mine: &Overview,
        identity: &Identity,
    ) -> Result<Vec<Overview>, Error> {
        let found = self
            .store
            .find_by_identity(&mine.tenant, &mine.plugin.id, identity)
            .await?;
        let others = found
            .into_iter()
            .filter(|it| it.id != mine.id && it.tokens.is_some());
        Ok(others.collect())
    }

    async fn connected_by_same_plugin(&self, record: &Record) -> Result<Vec<Overview>, Error> {
        let mine = &record.overview;
        let all = self.all(&mine.tenant).await?;
        let others = all
            .into_iter()
            .filter(|it| it.id != mine.id && it.plugin.id == mine.plugin.id && it.tokens.is_some());
        Ok(others.collect())
    }

    /// Every credential of a tenant.
    pub(super) async fn all(&self, tenant: &Tenant) -> Result<Vec<Overview>, Error> {
        let mut all: Vec<Overview> = Vec::new();
        loop {
            let after = all.last().map(|it| it.name.clone());
            let page = self.store.list(tenant, after.as_ref(), PAGE).await?;
            let last = page.len() < PAGE as usize;
            all.extend(page);
            if last {
                return Ok(all);
            }
        }
    }
}

/// Whether two forms say the same wherever they hold text.
fn same_texts(one: &Record, other: &Record) -> bool {
    fn texts(record: &Record) -> impl Iterator<Item = (&str, &str)> {
        let fields = record.settings.iter();
        fields.filter_map(|(field, _)| Some((field, record.settings.text(field)?)))
    }
    texts(one).eq(texts(other))
}
