//! Things to store.

use std::time::Duration;

use credential_connections::record::{
    Acquisition, CredentialId, Digest, Document, Generation, Identity, Lease, LeasedRecord, Name,
    NewCredential, NewEvent, NewTokens, Owner, PluginRef, RefreshChange, Secret, Settings, Tenant,
    Timestamp, Transition,
};
use credential_connections::store::{Store, StoreError};

/// A moment in the year 2026.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_780_000_000_000);

/// How long the samples' leases last.
pub(crate) const TTL: Duration = Duration::from_secs(60);

pub(crate) fn seconds_later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

pub(crate) fn tenant() -> Tenant {
    Tenant::default()
}

pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub(crate) fn owner(text: &str) -> Owner {
    Owner::parse(text).unwrap()
}

pub(crate) fn state(text: &str) -> Document {
    Document::of(text).unwrap()
}

pub(crate) fn plugin() -> PluginRef {
    PluginRef {
        id: "sample-service".to_owned(),
        digest: Digest::of(b"a component"),
        bound: None,
    }
}

pub(crate) fn settings() -> Settings {
    Settings::new()
        .with_text("client_id", "sample-client")
        .with_secret("client_secret", Secret::new("not-a-real-secret-client"))
}

pub(crate) fn credential(text: &str) -> NewCredential {
    NewCredential {
        name: name(text),
        plugin: plugin(),
        settings: settings(),
        state: state("draft"),
        due_at: None,
        event: NewEvent::new("created"),
    }
}

/// Distinct tokens for each label.
pub(crate) fn tokens(label: &str) -> NewTokens {
    NewTokens {
        access: Secret::new(format!("not-a-real-secret-access-{label}")),
        refresh: RefreshChange::Replace(Secret::new(format!("not-a-real-secret-refresh-{label}"))),
        identity: None,
        obtained_at: NOW,
        expires_at: Some(seconds_later(43_200)),
        refresh_expires_at: None,
        facts: [("realm".to_owned(), "4620816365".to_owned())].into(),
    }
}

pub(crate) fn identity(user: &str, company: &str) -> Identity {
    Identity {
        user: Some(user.to_owned()),
        company: Some(company.to_owned()),
        entity: None,
    }
}

pub(crate) fn transition(text: &str) -> Transition {
    Transition {
        state: state(text),
        due_at: Some(seconds_later(40_000)),
        diagnosis: None,
        event: NewEvent::new("renewed"),
    }
}

pub(crate) async fn create(store: &dyn Store, text: &str) -> CredentialId {
    store
        .create(&tenant(), &credential(text), NOW)
        .await
        .unwrap()
}

/// Takes a lease that must be free.
pub(crate) async fn acquire(store: &dyn Store, id: CredentialId, by: &str) -> LeasedRecord {
    acquire_at(store, id, by, NOW).await
}

pub(crate) async fn acquire_at(
    store: &dyn Store,
    id: CredentialId,
    by: &str,
    now: Timestamp,
) -> LeasedRecord {
    match store
        .acquire(&tenant(), id, &owner(by), now, TTL)
        .await
        .unwrap()
    {
        Acquisition::Acquired(leased) => *leased,
        Acquisition::Held(holder) => panic!("held by {holder:?}"),
    }
}

/// A credential that is connected, its lease given back.
pub(crate) async fn connected(store: &dyn Store, text: &str) -> CredentialId {
    let id = create(store, text).await;
    renew(store, id, text).await;
    id
}

/// Stores tokens of that label, and gives the lease that they were stored under, which is over.
pub(crate) async fn renew(store: &dyn Store, id: CredentialId, label: &str) -> Lease {
    let LeasedRecord { lease, record } = acquire(store, id, "renewing").await;
    let generation = record.overview.generation;
    commit(store, &lease, generation, label, NOW).await.unwrap();
    store.release(&lease).await.unwrap();
    lease
}

/// Stores tokens of that label under the lease.
pub(crate) async fn commit(
    store: &dyn Store,
    lease: &Lease,
    expected: Generation,
    label: &str,
    now: Timestamp,
) -> Result<Generation, StoreError> {
    let (tokens, transition) = (tokens(label), transition("connected"));
    store
        .commit_tokens(lease, expected, &tokens, &transition, now)
        .await
}
