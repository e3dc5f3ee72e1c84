//! The right to act on a credential, for a while.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::{CredentialId, NameError, Record, Tenant, Timestamp};

/// Who holds a lease: a name for logs and for people, such as a host name, a process id and a
/// number. What keeps two holders apart is the [`Fence`], not this.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Owner(super::Name);

impl Owner {
    /// # Errors
    ///
    /// [`NameError`], by the rules of a credential's name.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        super::Name::parse(text).map(Self)
    }

    /// As it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A lease's number: each lease on a credential has a higher one than the lease before. A write
/// under a lower one than the newest is refused, however late it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Fence(pub(crate) u64);

impl Fence {
    /// The number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// The right to act on one credential, until it ends or another takes it over. It cannot be made
/// but by [`Store::acquire`](crate::store::Store::acquire).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub(crate) tenant: Tenant,
    pub(crate) id: CredentialId,
    pub(crate) owner: Owner,
    pub(crate) fence: Fence,
    pub(crate) until: Timestamp,
}

impl Lease {
    /// Whose credential it is.
    #[must_use]
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// Which credential it is.
    #[must_use]
    pub fn id(&self) -> CredentialId {
        self.id
    }

    /// Who holds it.
    #[must_use]
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// Its number.
    #[must_use]
    pub fn fence(&self) -> Fence {
        self.fence
    }

    /// From when on another may take it over. A request must be over by then.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        self.until
    }
}

/// A lease, and the record as it was read in the same transaction. After taking a lease, nothing
/// that was read before it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeasedRecord {
    /// The right to act.
    pub lease: Lease,
    /// What to act on.
    pub record: Record,
}

/// Another holds the lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldBy {
    /// Who.
    pub owner: Owner,
    /// Until when, unless it is released before.
    pub until: Timestamp,
}

/// The longest that a lease can last. One that ends further ahead was taken by a clock that was wrong, and is
/// nobody's: its fence keeps whoever holds it from writing once another has taken it over.
pub const LONGEST_LEASE: Duration = Duration::from_secs(300);

impl HeldBy {
    /// Whether others have to wait for the holder at this moment.
    #[must_use]
    pub fn holds_at(&self, now: Timestamp) -> bool {
        self.until > now && self.until <= now.plus(LONGEST_LEASE)
    }
}

/// What came of asking for a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acquisition {
    /// It is the caller's.
    Acquired(Box<LeasedRecord>),
    /// It is another's: wait, then read what they stored.
    Held(HeldBy),
}

/// A credential that something must be done about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Due {
    /// Whose it is.
    pub tenant: Tenant,
    /// Which it is.
    pub id: CredentialId,
    /// Since when.
    pub due_at: Timestamp,
}
