//! Names and tenants that an earlier version stored in another form than Unicode's normal form C, such as the
//! decomposed one that macOS gives.

use super::value::values;
use super::{Access, Operation, Session, sealing::broken};
use crate::record::{CredentialId, Name, Tenant};
use crate::store::StoreError;

/// Finds the form in which a tenant is stored: the first in which it has a credential.
pub(super) struct FindTenant(pub(super) Tenant);

impl Operation for FindTenant {
    type Output = Tenant;
    const ACCESS: Access = Access::Read;

    async fn run<S: Session>(&self, session: &mut S) -> Result<Tenant, StoreError> {
        let sql = "SELECT id FROM credential WHERE tenant = ?1 LIMIT 1";
        for form in self.0.forms() {
            if !session
                .query(sql, &values![form.as_str()])
                .await?
                .is_empty()
            {
                return Ok(form);
            }
        }
        Ok(self.0.clone())
    }
}

/// The tenant's credential of that name in whatever form. In ASCII there is one form alone.
pub(super) async fn find_name<S: Session>(
    session: &mut S,
    tenant: &Tenant,
    name: &Name,
) -> Result<Option<CredentialId>, StoreError> {
    if name.as_str().is_ascii() {
        return Ok(None);
    }
    let sql = "SELECT id, name FROM credential WHERE tenant = ?1";
    for mut row in session.query(sql, &values![tenant.as_str()]).await? {
        let (id, stored) = (row.text()?, row.text()?);
        if name.is_spelt(&stored) {
            let id = id.parse().map_err(|_| broken("a credential's id"))?;
            return Ok(Some(id));
        }
    }
    Ok(None)
}
