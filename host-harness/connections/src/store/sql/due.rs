//! Finding what something must be done about, through an index that holds nothing else.

use super::sealing::broken;
use super::value::values;
use super::{Access, Operation, Row, Session};
use crate::record::{CLOCK_SKEW, Due, LONGEST_LEASE, Tenant, Timestamp};
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
        AND (lease_until IS NULL OR lease_until <= ?1 OR lease_until > ?6) \
        ORDER BY due_at, tenant, id LIMIT ?5";

    /// Of those that are due last, what was written at a moment that is still to come (`?7`): by a clock that
    /// was ahead.
    const AHEAD: &str = "SELECT tenant, id, due_at FROM (SELECT tenant, id, due_at, obtained_at, \
        intent_at, lease_until FROM credential WHERE due_at IS NOT NULL AND due_at > ?1 \
        ORDER BY due_at DESC, tenant DESC, id DESC LIMIT 256) AS last \
        WHERE (due_at, tenant, id) > (?2, ?3, ?4) AND (obtained_at > ?7 OR intent_at > ?7) \
        AND (lease_until IS NULL OR lease_until <= ?1 OR lease_until > ?6) \
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
        let [longest, ahead] = values![self.now.plus(LONGEST_LEASE), self.now.plus(CLOCK_SKEW)];
        let mut values = vec![now, due_at, tenant, id, limit, longest];
        let mut rows = session.query(Self::SQL, &values).await?;
        let room = u64::from(self.limit).saturating_sub(rows.len() as u64);
        if room > 0 {
            let [room] = values![room];
            values[4] = room;
            values.push(ahead);
            rows.extend(session.query(Self::AHEAD, &values).await?);
        }
        rows.into_iter().map(read_due).collect()
    }
}

fn read_due(mut row: Row) -> Result<Due, StoreError> {
    Ok(Due {
        tenant: Tenant::stored(&row.text()?).map_err(|_| broken("a tenant's name"))?,
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
        let sql = "SELECT min(CASE WHEN lease_until > ?1 AND lease_until <= ?2 THEN lease_until \
                   ELSE due_at END) FROM credential WHERE due_at IS NOT NULL AND due_at <= ?1";
        let longest = self.0.plus(LONGEST_LEASE);
        let due = first_time(session.query(sql, &values![self.0, longest]).await?)?;
        let sql = "SELECT count(*) FROM (SELECT obtained_at, intent_at, lease_until FROM credential \
                   WHERE due_at IS NOT NULL AND due_at > ?1 \
                   ORDER BY due_at DESC, tenant DESC, id DESC LIMIT 256) AS last \
                   WHERE (obtained_at > ?3 OR intent_at > ?3) \
                   AND (lease_until IS NULL OR lease_until <= ?1 OR lease_until > ?2)";
        let ahead = self.0.plus(CLOCK_SKEW);
        let rows = session.query(sql, &values![self.0, longest, ahead]).await?;
        if let Some(mut row) = rows.into_iter().next()
            && row.count()? > 0
        {
            return Ok(Some(due.map_or(self.0, |due| due.min(self.0))));
        }
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
