//! A store around which a test does something at every call: it counts steps, or lets a call fail.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use credential_connections::record::{
    Acquisition, CredentialId, Due, Event, Generation, Identity, Lease, Name, NewCredential,
    NewEvent, NewIntent, NewTokens, Overview, Owner, PluginRef, Record, SettingsChange,
    SettingsVersion, StateChange, Tenant, Timestamp, Transition,
};
use credential_connections::store::{KeyStatus, Store, StoreError};

use crate::steps::Steps;

/// What happens around the calls of a store.
pub trait Around: Send + Sync {
    /// Before a call is passed on; with an error it is not.
    fn before(&self, call: &'static str) -> Result<(), StoreError>;

    /// After it has ended.
    fn after(&self, _call: &'static str) {}
}

/// Each call is two steps.
impl Around for Steps {
    fn before(&self, call: &'static str) -> Result<(), StoreError> {
        self.reach(&format!("before {call}"));
        Ok(())
    }

    fn after(&self, call: &'static str) {
        self.reach(&format!("after {call}"));
    }
}

/// Lets the calls of one name fail.
#[derive(Default)]
pub struct Failing(Mutex<(Option<&'static str>, usize)>);

impl Failing {
    /// From now on, every call of this name; none where there is no name.
    pub fn fail(&self, call: Option<&'static str>) {
        *self.0.lock().unwrap() = (call, 0);
    }

    /// How many have failed since.
    pub fn failed(&self) -> usize {
        self.0.lock().unwrap().1
    }
}

impl Around for Failing {
    fn before(&self, call: &'static str) -> Result<(), StoreError> {
        let mut failing = self.0.lock().unwrap();
        if failing.0 != Some(call) {
            return Ok(());
        }
        failing.1 += 1;
        Err(StoreError::Full)
    }
}

/// A store, and what happens around its calls.
pub struct WrappedStore {
    pub store: Arc<dyn Store>,
    pub around: Arc<dyn Around>,
}

/// Passes every call on.
macro_rules! pass_on {
    ($(fn $call:ident($($argument:ident: $type:ty),*) -> $output:ty;)*) => {
        #[async_trait]
        impl Store for WrappedStore {
            $(async fn $call(&self, $($argument: $type),*) -> Result<$output, StoreError> {
                self.around.before(stringify!($call))?;
                let result = self.store.$call($($argument),*).await;
                self.around.after(stringify!($call));
                result
            })*
        }
    };
}

pass_on! {
    fn create(tenant: &Tenant, new: &NewCredential, now: Timestamp) -> CredentialId;
    fn get(tenant: &Tenant, id: CredentialId) -> Record;
    fn get_by_name(tenant: &Tenant, name: &Name) -> Record;
    fn list(tenant: &Tenant, after: Option<&Name>, limit: u32) -> Vec<Overview>;
    fn find_by_identity(tenant: &Tenant, plugin: &str, of: &Identity) -> Vec<Overview>;
    fn find_by_state(
        texts: [&'static str; 4], after: Option<(&Tenant, CredentialId)>, limit: u32
    ) -> Vec<Overview>;
    fn replace_settings(
        tenant: &Tenant, id: CredentialId, change: &SettingsChange, now: Timestamp
    ) -> SettingsVersion;
    fn accept_plugin(
        tenant: &Tenant, id: CredentialId, plugins: (&PluginRef, &PluginRef),
        change: (Option<&StateChange>, &NewEvent), now: Timestamp
    ) -> ();
    fn rename(
        tenant: &Tenant, id: CredentialId, name: &Name, event: &NewEvent, now: Timestamp
    ) -> ();
    fn check_writable() -> ();
    fn delete(tenant: &Tenant, id: CredentialId) -> ();
    fn acquire(
        tenant: &Tenant, id: CredentialId, owner: &Owner, now: Timestamp, ttl: Duration
    ) -> Acquisition;
    fn release(lease: &Lease) -> ();
    fn record_intent(lease: &Lease, intent: &NewIntent, now: Timestamp) -> ();
    fn commit_tokens(
        lease: &Lease, expected: Generation, tokens: &NewTokens, to: &Transition, now: Timestamp
    ) -> Generation;
    fn commit_state(lease: &Lease, transition: &Transition, now: Timestamp) -> ();
    fn discard_tokens(lease: &Lease, transition: &Transition, now: Timestamp) -> Generation;
    fn due(now: Timestamp, after: Option<&Due>, limit: u32) -> Vec<Due>;
    fn next_due(now: Timestamp) -> Option<Timestamp>;
    fn history(
        tenant: &Tenant, id: CredentialId, before: Option<u64>, limit: u32
    ) -> Vec<Event>;
    fn record_event(
        tenant: &Tenant, id: CredentialId, event: &NewEvent, now: Timestamp
    ) -> ();
    fn keys() -> KeyStatus;
    fn begin_rotation() -> KeyStatus;
    fn rewrap(limit: u32) -> u64;
    fn durability() -> Vec<(String, String)>;
}
