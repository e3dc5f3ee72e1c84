//! Finding credentials.

use std::sync::Arc;

use super::columns::{overview, record};
use super::keys::Keys;
use super::row::{Key, read_overview, read_record, subject};
use super::seen::Position;
use super::spelling::find_name;
use super::value::values;
use super::{Access, Operation, Row, Session};
use crate::record::{CredentialId, Identity, Name, Overview, Record, Tenant};
use crate::store::StoreError;

/// What a credential is found by.
pub(super) enum By {
    Id(CredentialId),
    Name(Name),
}

/// See [`crate::store::Store::get`] and [`crate::store::Store::get_by_name`].
pub(super) struct Get {
    pub(super) keys: Arc<Keys>,
    pub(super) tenant: Tenant,
    pub(super) by: By,
}

/// What [`Get`] found.
pub(super) struct Found {
    pub(super) record: Record,
    pub(super) position: Position,
    /// See [`Session::is_replica`].
    pub(super) is_replica: bool,
}

impl Operation for Get {
    type Output = Found;
    const ACCESS: Access = Access::Read;

    async fn run<S: Session>(&self, session: &mut S) -> Result<Found, StoreError> {
        let row = match &self.by {
            By::Id(id) => self.by_id(session, *id).await?,
            By::Name(name) => self.by_name(session, name).await?,
        };
        let row = row.ok_or(StoreError::NotFound)?;
        let (record, fence) = read_record(row, &self.keys)?;
        Ok(Found {
            position: Position::new(fence, record.overview.generation),
            is_replica: session.is_replica(),
            record,
        })
    }
}

impl Get {
    async fn by_id<S: Session>(
        &self,
        session: &mut S,
        id: CredentialId,
    ) -> Result<Option<Row>, StoreError> {
        let sql = concat!(
            "SELECT ",
            record!(),
            " FROM credential WHERE tenant = ?1 AND id = ?2"
        );
        let tenant = &self.tenant;
        let rows = session.query(sql, &Key { tenant, id }.values()).await?;
        Ok(rows.into_iter().next())
    }

    async fn by_name<S: Session>(
        &self,
        session: &mut S,
        name: &Name,
    ) -> Result<Option<Row>, StoreError> {
        let sql = concat!(
            "SELECT ",
            record!(),
            " FROM credential WHERE tenant = ?1 AND name = ?2"
        );
        let parameters = values![self.tenant.as_str(), name.as_str()];
        let rows = session.query(sql, &parameters).await?;
        if let Some(row) = rows.into_iter().next() {
            return Ok(Some(row));
        }
        match find_name(session, &self.tenant, name).await? {
            Some(id) => self.by_id(session, id).await,
            None => Ok(None),
        }
    }
}

/// See [`crate::store::Store::list`].
pub(super) struct List {
    pub(super) tenant: Tenant,
    pub(super) after: Option<Name>,
    pub(super) limit: u32,
}

impl Operation for List {
    type Output = Vec<Overview>;
    const ACCESS: Access = Access::Read;

    async fn run<S: Session>(&self, session: &mut S) -> Result<Vec<Overview>, StoreError> {
        let sql = concat!(
            "SELECT ",
            overview!(),
            " FROM credential WHERE tenant = ?1 AND name > ?2 ORDER BY name LIMIT ?3"
        );
        // No name is empty.
        let after = self.after.as_ref().map_or("", Name::as_str);
        let parameters = values![self.tenant.as_str(), after, self.limit];
        let rows = session.query(sql, &parameters).await?;
        rows.into_iter()
            .map(|mut row| read_overview(&mut row))
            .collect()
    }
}

/// See [`crate::store::Store::find_by_state`].
pub(super) struct FindByState {
    pub(super) texts: [&'static str; 4],
    pub(super) after: Option<(Tenant, CredentialId)>,
    pub(super) limit: u32,
}

impl Operation for FindByState {
    type Output = Vec<Overview>;
    const ACCESS: Access = Access::Read;

    async fn run<S: Session>(&self, session: &mut S) -> Result<Vec<Overview>, StoreError> {
        let sql = concat!(
            "SELECT ",
            overview!(),
            " FROM credential WHERE (tenant, id) > (?1, ?2) \
             AND (state LIKE ?3 OR state LIKE ?4 OR state LIKE ?5 OR state LIKE ?6) \
             ORDER BY tenant, id LIMIT ?7"
        );
        let [tenant, id] = match &self.after {
            Some((tenant, id)) => values![tenant.as_str(), id.to_string()],
            None => values!["", ""],
        };
        let [a, b, c, d] = self.texts.map(|text| format!("%{text}%"));
        let parameters = values![tenant, id, a, b, c, d, self.limit];
        let rows = session.query(sql, &parameters).await?;
        rows.into_iter()
            .map(|mut row| read_overview(&mut row))
            .collect()
    }
}

/// See [`crate::store::Store::find_by_identity`].
pub(super) struct FindByIdentity {
    pub(super) tenant: Tenant,
    pub(super) plugin_id: String,
    pub(super) identity: Identity,
}

impl Operation for FindByIdentity {
    type Output = Vec<Overview>;
    const ACCESS: Access = Access::Read;

    async fn run<S: Session>(&self, session: &mut S) -> Result<Vec<Overview>, StoreError> {
        let Some(subject) = subject(&self.identity) else {
            return Ok(Vec::new());
        };
        let sql = concat!(
            "SELECT ",
            overview!(),
            " FROM credential WHERE tenant = ?1 AND plugin_id = ?2 AND subject = ?3 ORDER BY name"
        );
        let parameters = values![self.tenant.as_str(), self.plugin_id.as_str(), subject];
        let rows = session.query(sql, &parameters).await?;
        rows.into_iter()
            .map(|mut row| read_overview(&mut row))
            .collect()
    }
}
