//! Where credentials are kept.
//!
//! In scope: the [`Store`] trait, which says what each call guarantees; one implementation of it
//! over two databases, SQLite for one machine and PostgreSQL for several; encryption on the way in;
//! migrations. Not in scope: what a state means, when to renew, any request to a service. The
//! schema, the durability settings and the keys are described in `docs/storage.md`.

mod error;
mod location;
mod migration;
mod options;
mod pool;
mod postgres;
mod sql;
mod sqlite;

use std::time::Duration;

use async_trait::async_trait;

use crate::master_key::KeyId;
use crate::record::{
    Acquisition, CredentialId, Due, Event, Generation, Identity, Lease, Name, NewCredential,
    NewEvent, NewIntent, NewTokens, Overview, Owner, PluginRef, Record, SettingsChange,
    SettingsVersion, StateChange, Tenant, Timestamp, Transition,
};

pub use error::{Effect, Replacement, StoreError};
pub use location::{Location, LocationError, PostgresLocation};
pub use options::{StoreOptions, open};

/// Credentials of many tenants.
///
/// What holds for every call:
/// - **Tenants.** A call finds and changes only what belongs to the tenant it names. Another
///   tenant's credential is not found, whatever its id or name.
/// - **All or nothing.** A call takes effect wholly, or it fails and changes nothing. The one
///   exception is said by the error: [`Effect::Unknown`], where the database was lost while it was
///   storing.
/// - **Durable.** What a call has changed when it returns is still so after a power cut
///   (`docs/storage.md` says by which settings).
/// - **To its end.** A call that was begun is carried out even where its future is dropped; only
///   its result is lost then.
/// - **Time** is what the caller says. Callers on several machines need clocks that agree to within
///   the time between a request's deadline and the end of the lease it is made under; where they do
///   not, a lease may be taken over early, and fences still keep the record whole.
/// - **Secrets** are encrypted before they reach the database. No error, event or [`Overview`] holds
///   one.
///
/// Every call fails with [`StoreError::Busy`], [`StoreError::Unavailable`], [`StoreError::Full`],
/// [`StoreError::ReadOnly`] or [`StoreError::Corrupt`] where the database does; one that reads or
/// writes a secret also with [`StoreError::KeyMissing`]. The errors beyond these are said at each.
#[async_trait]
pub trait Store: Send + Sync {
    /// Creates a credential without tokens and gives it an id.
    ///
    /// # Errors
    ///
    /// [`StoreError::NameTaken`].
    async fn create(
        &self,
        tenant: &Tenant,
        credential: &NewCredential,
        now: Timestamp,
    ) -> Result<CredentialId, StoreError>;

    /// The credential of that id, with its secrets.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`].
    async fn get(&self, tenant: &Tenant, id: CredentialId) -> Result<Record, StoreError>;

    /// The credential of that name, with its secrets.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`].
    async fn get_by_name(&self, tenant: &Tenant, name: &Name) -> Result<Record, StoreError>;

    /// A tenant's credentials without their secrets, by name (compared byte by byte): at most
    /// `limit` of them, from the first name after `after`. Reads no secret, so it needs no key.
    async fn list(
        &self,
        tenant: &Tenant,
        after: Option<&Name>,
        limit: u32,
    ) -> Result<Vec<Overview>, StoreError>;

    /// A tenant's credentials of that plugin whose tokens speak for that user and company, by name.
    /// The entity is not compared. Where user or company is not known, there is nothing to find.
    async fn find_by_identity(
        &self,
        tenant: &Tenant,
        plugin_id: &str,
        identity: &Identity,
    ) -> Result<Vec<Overview>, StoreError>;

    /// Replaces all settings, if they are still those that the caller has read, and the state with
    /// them, if that too is still the one that was read. Needs no lease: a renewal under way goes
    /// on with the settings it was begun with.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`], [`StoreError::StaleSettings`], [`StoreError::StaleState`].
    async fn replace_settings(
        &self,
        tenant: &Tenant,
        id: CredentialId,
        change: &SettingsChange,
        now: Timestamp,
    ) -> Result<SettingsVersion, StoreError>;

    /// Binds a credential to another plugin, or to another version of it, or to other origins, if it is
    /// still bound to what the caller has read, and changes the state with that, if that too is still the
    /// one that was read. The data key is wrapped anew; secrets stay as they are.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`], [`StoreError::StaleState`].
    async fn accept_plugin(
        &self,
        tenant: &Tenant,
        id: CredentialId,
        (from, to): (&PluginRef, &PluginRef),
        change: (Option<&StateChange>, &NewEvent),
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Gives a credential another name.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`], [`StoreError::NameTaken`].
    async fn rename(
        &self,
        tenant: &Tenant,
        id: CredentialId,
        name: &Name,
        event: &NewEvent,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Deletes a credential with its secrets, its data key and its history. Needs no lease: whoever
    /// holds one finds nothing to write to.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`].
    async fn delete(&self, tenant: &Tenant, id: CredentialId) -> Result<(), StoreError>;

    /// Takes the lease on a credential until `now` + `ttl`, at most [`LONGEST_LEASE`](crate::record::LONGEST_LEASE),
    /// if nobody holds it, or the one who does has let it run out, or it ends further ahead than a lease can
    /// last (a clock was wrong), and reads the record in the same transaction. Each lease has a higher
    /// fence than the one before, so whoever held it before can no longer write. An owner does not
    /// get a lease twice: one name, one lease at a time.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`]. That another holds it is no error.
    async fn acquire(
        &self,
        tenant: &Tenant,
        id: CredentialId,
        owner: &Owner,
        now: Timestamp,
        ttl: Duration,
    ) -> Result<Acquisition, StoreError>;

    /// Gives the lease back. The record stays as it is, an intent included.
    ///
    /// # Errors
    ///
    /// [`StoreError::Fenced`] where another has taken it over, which harms nobody;
    /// [`StoreError::NotFound`] where the credential is gone.
    async fn release(&self, lease: &Lease) -> Result<(), StoreError>;

    /// Writes down, durably, that a request is about to leave, and the state that goes with it.
    /// When this has returned, the request may be sent. [`Store::commit_tokens`] and
    /// [`Store::commit_state`] take the intent away; one that is found after
    /// [`Store::acquire`] was left behind by someone who died or lost the lease.
    ///
    /// # Errors
    ///
    /// [`StoreError::Fenced`], [`StoreError::NotFound`].
    async fn record_intent(
        &self,
        lease: &Lease,
        intent: &NewIntent,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Stores new tokens and the state that goes with them in one transaction, if the lease is
    /// still the newest and the tokens are still those of generation `expected`. The last success
    /// is `now`, unless the transition has a diagnosis. When this has returned, the tokens may be used.
    ///
    /// May be repeated after [`Effect::Unknown`] with the same arguments: where the first attempt
    /// did take effect, the second sees its own tokens and says the same.
    ///
    /// A lease that has run out and that nobody has taken over still counts: tokens in hand are
    /// worth more than the rule.
    ///
    /// # Errors
    ///
    /// [`StoreError::Fenced`], [`StoreError::StaleGeneration`], [`StoreError::NotFound`]; nothing is
    /// changed then.
    async fn commit_tokens(
        &self,
        lease: &Lease,
        expected: Generation,
        tokens: &NewTokens,
        transition: &Transition,
        now: Timestamp,
    ) -> Result<Generation, StoreError>;

    /// Stores a state, and takes the intent away. The tokens stay.
    ///
    /// # Errors
    ///
    /// [`StoreError::Fenced`], [`StoreError::NotFound`].
    async fn commit_state(
        &self,
        lease: &Lease,
        transition: &Transition,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Deletes the tokens and stores the state that goes with that. Settings and identity stay. The
    /// generation goes up, so that nobody who read the old tokens can store new ones.
    ///
    /// # Errors
    ///
    /// [`StoreError::Fenced`], [`StoreError::NotFound`].
    async fn discard_tokens(
        &self,
        lease: &Lease,
        transition: &Transition,
        now: Timestamp,
    ) -> Result<Generation, StoreError>;

    /// Credentials of all tenants that something must be done about by `now` and that nobody holds
    /// a lease on, longest due first: at most `limit` of them, from the first after `after`. Its cost
    /// does not grow with the number of credentials that are not due. What was written by a clock that was
    /// ahead, and so would be due far too late, is due as well: of the few hundred that are due last.
    async fn due(
        &self,
        now: Timestamp,
        after: Option<&Due>,
        limit: u32,
    ) -> Result<Vec<Due>, StoreError>;

    /// When [`Store::due`] will next find something, as things stand; `now` or earlier where it
    /// would already. A background task may sleep until then, but not longer than others may take
    /// to add something that is due sooner.
    async fn next_due(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError>;

    /// Credentials of all tenants whose state holds one of these texts, by tenant and id, without their
    /// secrets: at most `limit` of them, from the first after `after`. Its cost grows with the number of
    /// credentials, so it is for alerting, every few minutes.
    async fn find_by_state(
        &self,
        texts: [&'static str; 4],
        after: Option<(&Tenant, CredentialId)>,
        limit: u32,
    ) -> Result<Vec<Overview>, StoreError>;

    /// A credential's history, newest first: at most `limit` events, from the one before number
    /// `before`. The newest [`HISTORY_KEPT`] are kept, or fewer where they say more
    /// than [`HISTORY_BYTES`].
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`].
    async fn history(
        &self,
        tenant: &Tenant,
        id: CredentialId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Event>, StoreError>;

    /// Adds an event to a credential's history. Nothing else changes, so it needs no lease.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`].
    async fn record_event(
        &self,
        tenant: &Tenant,
        id: CredentialId,
        event: &NewEvent,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Where the rotation of the master key stands.
    async fn keys(&self) -> Result<KeyStatus, StoreError>;

    /// Makes the first key of the source the current one: new credentials get it at once, the others
    /// when [`Store::rewrap`] comes to them. Every process on this store must be able to read the new
    /// key from its source by then; each reads its source again when it meets a key it does not
    /// hold. Nothing happens where it is the current key already.
    ///
    /// # Errors
    ///
    /// [`StoreError::KeyMissing`] where the source does not hold the key that was current, too.
    async fn begin_rotation(&self) -> Result<KeyStatus, StoreError>;

    /// Wraps the data keys of up to `limit` credentials of all tenants with the current master key,
    /// and says how many it did. Repeat until that is none: then the old keys are forgotten and may
    /// leave the source. May be stopped and gone on with at any time, by any process, and by several
    /// at once.
    async fn rewrap(&self, limit: u32) -> Result<u64, StoreError>;

    /// Whether the store can be reached and takes writes: writes as much as a renewal does (32 KiB), takes it
    /// away again in the same transaction, and commits that. For health checks; it holds no credential up, and
    /// no other call sees anything of it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] and whatever else a write meets.
    async fn check_writable(&self) -> Result<(), StoreError>;

    /// The settings that decide what survives a power cut, as the database itself tells them, by
    /// name.
    async fn durability(&self) -> Result<Vec<(String, String)>, StoreError>;
}

/// Events of a credential that are kept: more than a year of renewals twice a day.
pub const HISTORY_KEPT: u64 = 1_000;

/// Bytes that the long ones among a credential's events take together: what was said with the oldest of them is
/// forgotten with all that is older. An event is long where it has more than a thousandth of this to say, which is
/// more than any of the host's own; a plugin that refuses at length, again and again, fills no database with it.
pub const HISTORY_BYTES: u64 = 1 << 20;

/// Where the rotation of the master key stands.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct KeyStatus {
    /// The key that new credentials get.
    pub current: KeyId,
    /// Keys that some credentials are still wrapped with; empty where no rotation is under way.
    pub retiring: Vec<KeyId>,
    /// Credentials still wrapped with a key that is not the current one.
    pub remaining: u64,
}
