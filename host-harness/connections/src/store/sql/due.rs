//! Finding what something must be done about, through an index that holds nothing else.

use super::sealing::broken;
use super::value::values;
use super::{Access, Operation, Row, Session};
use crate::record::{Due, Tenant, Timestamp};
use crate::store::StoreError;

/// See [`crate::store::Store::due`].
pub(in crate::store) struct FindDue {
    pub(super) now: Timestamp,
    pub(super) after: Option<Due>,
    pub(super) limit: u32,
}

impl FindDue {
    /// The three columns of the index are compared as one, so a page begins where the last ended.
    pub(in crate::store) const SQL: &str = "SELECT tenant, id, due_at FROM credential \
        WHERE due_at IS NOT NULL AND due_at <= ?1 AND (due_at, tenant, id) > (?2, ?3, ?4) \
        AND (lease_until IS NULL OR lease_until <= ?1) \
        ORDER BY due_at, tenant, id LIMIT ?5";
}

impl Operation for FindDue {
    type Output = Vec<Due>;
    const ACCESS: Access = Access::Read;

    async fn run<S: Session>(&self, session: &mut S) -> Result<Vec<Due>, StoreError> {
        let [due_at, tenant, id] = match &self.after {
            Some(after) => values![after.due_at, after.tenant.as_str(), after.id.to_string()],
            None => values![i64::MIN, "", ""],
        };
        let [now, limit] = values![self.now, self.limit];
        let rows = session
            .query(Self::SQL, &[now, due_at, tenant, id, limit])
            .await?;
        rows.into_iter().map(read_due).collect()
    }
}

fn read_due(mut row: Row) -> Result<Due, StoreError> {
    Ok(Due {
        tenant: Tenant::parse(&row.text()?).map_err(|_| broken("a tenant's name"))?,
        id: row
            .text()?
            .parse()
            .map_err(|_| broken("a credential's id"))?,
        due_at: row.time()?,
    })
}

/// See [`crate::store::Store::next_due`].
pub(super) struct NextDue(pub(super) Timestamp);

impl Operation for NextDue {
    type Output = Option<Timestamp>;
    const ACCESS: Access = Access::Read;

    async fn run<S: Session>(&self, session: &mut S) -> Result<Option<Timestamp>, StoreError> {
        // What is due and held comes up when its lease runs out.
        let sql = "SELECT min(CASE WHEN lease_until > ?1 THEN lease_until ELSE due_at END) \
                   FROM credential WHERE due_at IS NOT NULL AND due_at <= ?1";
        let due = first_time(session.query(sql, &values![self.0]).await?)?;
        let sql = "SELECT due_at FROM credential WHERE due_at IS NOT NULL AND due_at > ?1 \
                   ORDER BY due_at LIMIT 1";
        let coming = first_time(session.query(sql, &values![self.0]).await?)?;
        Ok(due.into_iter().chain(coming).min())
    }
}

fn first_time(rows: Vec<Row>) -> Result<Option<Timestamp>, StoreError> {
    match rows.into_iter().next() {
        Some(mut row) => row.optional_time(),
        None => Ok(None),
    }
}
