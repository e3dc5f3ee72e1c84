//! The wrong master key, and from one to the next.

use std::sync::{Arc, Mutex};

use credential_connections::master_key::{KeyError, KeySource, MasterKey, MasterKeys};
use credential_connections::record::CredentialId;
use credential_connections::store::{KeyStatus, Store, StoreError};
use credential_runtime::SystemRandomness;

use crate::sample::{NOW, connected, create, credential, renew, tenant};
use crate::stage::Stage;

crate::on_both! {
    a_wrong_key_is_refused_and_changes_nothing,
    a_rotation_wraps_every_credential_and_forgets_the_old_key,
    a_rotation_that_was_interrupted_goes_on,
    a_running_process_finds_the_new_key_at_its_source,
    a_process_without_the_new_key_is_told_so,
    a_rotation_without_the_old_key_does_not_begin,
    a_rotation_to_the_same_key_does_nothing,
    a_damaged_check_value_is_noticed,
    everything_goes_on_while_keys_are_rotated,
}

fn new_key() -> MasterKey {
    MasterKey::draw(&SystemRandomness)
}

/// A source whose keys a test can change.
#[derive(Clone)]
struct Changing(Arc<Mutex<MasterKeys>>);

impl Changing {
    fn new(keys: MasterKeys) -> Self {
        Self(Arc::new(Mutex::new(keys)))
    }

    fn set(&self, keys: MasterKeys) {
        *self.0.lock().unwrap() = keys;
    }
}

impl KeySource for Changing {
    fn load(&self) -> Result<MasterKeys, KeyError> {
        Ok(self.0.lock().unwrap().clone())
    }
}

async fn create_many(store: &dyn Store, count: usize) -> Vec<CredentialId> {
    let mut ids = Vec::new();
    for number in 0..count {
        ids.push(connected(store, &format!("credential {number}")).await);
    }
    ids
}

async fn assert_all_read(store: &dyn Store, ids: &[CredentialId]) {
    for id in ids {
        assert!(store.get(&tenant(), *id).await.unwrap().tokens.is_some());
    }
}

async fn a_wrong_key_is_refused_and_changes_nothing(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "a").await;
    let before = store.get(&tenant(), id).await;
    let (right, wrong) = (stage.key.id().clone(), new_key());
    let Err(error) = stage.try_open(MasterKeys::one(wrong.clone())).await else {
        panic!("the wrong key was accepted");
    };
    let held = vec![wrong.id().clone()];
    assert_eq!(
        error,
        StoreError::KeyMissing {
            needed: right.clone(),
            held
        }
    );
    assert!(error.to_string().contains("wrong master key"), "{error}");
    let status = KeyStatus {
        current: right,
        retiring: Vec::new(),
        remaining: 0,
    };
    assert_eq!(stage.open().await.keys().await, Ok(status));
    assert_eq!(store.get(&tenant(), id).await, before);
}

async fn a_rotation_wraps_every_credential_and_forgets_the_old_key(stage: Stage) {
    let ids = create_many(&*stage.open().await, 3).await;
    let (old, new) = (stage.key.clone(), new_key());
    let both = MasterKeys::one(new.clone()).and(old.clone());
    let store = stage.try_open(both).await.unwrap();
    let status = store.begin_rotation().await.unwrap();
    let under_way = KeyStatus {
        current: new.id().clone(),
        retiring: vec![old.id().clone()],
        remaining: 3,
    };
    assert_eq!(status, under_way);
    assert_eq!(store.rewrap(2).await, Ok(2));
    assert_eq!(store.rewrap(2).await, Ok(1));
    assert_eq!(store.rewrap(2).await, Ok(0));
    let done = KeyStatus {
        current: new.id().clone(),
        retiring: Vec::new(),
        remaining: 0,
    };
    assert_eq!(store.keys().await, Ok(done));
    // The old key is of no more use, and of no more need.
    let store = stage.try_open(MasterKeys::one(new)).await.unwrap();
    assert_all_read(&*store, &ids).await;
    assert!(stage.try_open(MasterKeys::one(old)).await.is_err());
}

async fn a_rotation_that_was_interrupted_goes_on(stage: Stage) {
    let ids = create_many(&*stage.open().await, 3).await;
    let new = new_key();
    let both = MasterKeys::one(new.clone()).and(stage.key.clone());
    let store = stage.try_open(both.clone()).await.unwrap();
    store.begin_rotation().await.unwrap();
    store.rewrap(1).await.unwrap();
    // The process is gone; the next one finds some credentials under each key.
    drop(store);
    let store = stage.try_open(both).await.unwrap();
    assert_all_read(&*store, &ids).await;
    assert_eq!(store.begin_rotation().await.unwrap().remaining, 2);
    while store.rewrap(1).await.unwrap() > 0 {}
    let store = stage.try_open(MasterKeys::one(new)).await.unwrap();
    assert_all_read(&*store, &ids).await;
}

async fn a_running_process_finds_the_new_key_at_its_source(stage: Stage) {
    let source = Changing::new(MasterKeys::one(stage.key.clone()));
    let running = stage.try_open(source.clone()).await.unwrap();
    let ids = create_many(&*running, 2).await;
    let new = new_key();
    source.set(MasterKeys::one(new.clone()).and(stage.key.clone()));
    let rotating = stage.try_open(source.clone()).await.unwrap();
    rotating.begin_rotation().await.unwrap();
    while rotating.rewrap(1).await.unwrap() > 0 {}
    source.set(MasterKeys::one(new));
    assert_all_read(&*running, &ids).await;
    create(&*running, "made by the running process").await;
    assert_eq!(running.keys().await.unwrap().remaining, 0);
}

async fn a_process_without_the_new_key_is_told_so(stage: Stage) {
    let running = stage.open().await;
    let ids = create_many(&*running, 1).await;
    let new = new_key();
    let both = MasterKeys::one(new.clone()).and(stage.key.clone());
    let rotating = stage.try_open(both).await.unwrap();
    rotating.begin_rotation().await.unwrap();
    rotating.rewrap(10).await.unwrap();
    let missing = StoreError::KeyMissing {
        needed: new.id().clone(),
        held: vec![stage.key.id().clone()],
    };
    assert_eq!(running.get(&tenant(), ids[0]).await, Err(missing.clone()));
    let new = credential("b");
    assert_eq!(running.create(&tenant(), &new, NOW).await, Err(missing));
    // What is no secret can be seen without any key.
    assert_eq!(running.list(&tenant(), None, 10).await.unwrap().len(), 1);
}

async fn a_rotation_without_the_old_key_does_not_begin(stage: Stage) {
    let source = Changing::new(MasterKeys::one(stage.key.clone()));
    let store = stage.try_open(source.clone()).await.unwrap();
    let ids = create_many(&*store, 1).await;
    let before = store.keys().await;
    source.set(MasterKeys::one(new_key()));
    let refused = store.begin_rotation().await;
    assert!(
        matches!(refused, Err(StoreError::KeyMissing { .. })),
        "{refused:?}"
    );
    source.set(MasterKeys::one(stage.key.clone()));
    assert_eq!(store.keys().await, before);
    assert_all_read(&*store, &ids).await;
}

async fn a_rotation_to_the_same_key_does_nothing(stage: Stage) {
    let store = stage.open().await;
    create_many(&*store, 1).await;
    let before = store.keys().await;
    assert_eq!(store.begin_rotation().await, before);
    assert_eq!(store.rewrap(10).await, Ok(0));
}

async fn a_damaged_check_value_is_noticed(stage: Stage) {
    stage.open().await;
    stage
        .execute("UPDATE credential_master_key SET check_value = substr(check_value, 2)")
        .await;
    let opened = stage.try_open(MasterKeys::one(stage.key.clone())).await;
    assert!(matches!(opened.err(), Some(StoreError::Corrupt(_))));
}

async fn everything_goes_on_while_keys_are_rotated(stage: Stage) {
    let new = new_key();
    let both = MasterKeys::one(new.clone()).and(stage.key.clone());
    let store = stage.open().await;
    let ids = create_many(&*store, 8).await;
    let rotating = stage.try_open(both.clone()).await.unwrap();
    rotating.begin_rotation().await.unwrap();
    let working = stage.try_open(both).await.unwrap();
    let rotate = async { while rotating.rewrap(1).await.unwrap() > 0 {} };
    let work = async {
        for id in &ids {
            renew(&*working, *id, "again").await;
        }
        connected(&*working, "added meanwhile").await;
    };
    tokio::join!(rotate, work);
    let store = stage.try_open(MasterKeys::one(new)).await.unwrap();
    assert_all_read(&*store, &ids).await;
    assert_eq!(store.keys().await.unwrap().remaining, 0);
}
