//! A master key in a keyring that is really there: the Secret Service of a session bus. What goes
//! wrong with a keyring is tested beside the code, on a mock.
//!
//! These need a session bus and an unlocked keyring, so they are run by whoever asks for them. With
//! the packages `gnome-keyring` and `dbus`, and a keyring of their own in a folder that may be
//! deleted:
//!
//! ```sh
//! folder=$(mktemp -d)
//! env -u DISPLAY -u WAYLAND_DISPLAY XDG_DATA_HOME=$folder XDG_RUNTIME_DIR=$folder \
//!   dbus-run-session -- sh -c '
//!     printf not-a-real-secret | gnome-keyring-daemon --unlock --components=secrets &&
//!     tests="cargo test --package credential-connections --features keyring --test store --" &&
//!     $tests --ignored --skip is_locked keyring:: && $tests --ignored keyring::is_locked'
//! ```

use std::process::Command;
use std::sync::Arc;

use credential_connections::master_key::{
    KeyError, KeyId, KeySource as _, KeyringEntry, MasterKey, MasterKeys,
};
use credential_runtime::SystemRandomness;

use crate::sample::{connected, tenant};
use crate::stage::Stage;

/// An entry of one test's own, which is gone when the test is over.
struct Place {
    entry: KeyringEntry,
    raw: keyring::v1::Entry,
}

impl Place {
    fn new() -> Self {
        // A key's name is drawn anew each time, and is no secret.
        let service = format!("credential-connections test {}", new_key().id());
        Self {
            raw: keyring::v1::Entry::new(&service, "tester").unwrap(),
            entry: KeyringEntry::new(service, "tester"),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = self.raw.delete_credential();
    }
}

fn new_key() -> MasterKey {
    MasterKey::draw(&SystemRandomness)
}

#[test]
#[ignore = "needs a session bus and an unlocked keyring"]
fn a_key_is_made_found_again_and_never_overwritten() {
    let place = Place::new();
    let missing = place.entry.load();
    assert!(matches!(missing, Err(KeyError::Missing(_))), "{missing:?}");
    let made = place.entry.create(&SystemRandomness).unwrap();
    assert_eq!(place.entry.load(), Ok(made.clone()));
    let again = place.entry.create(&SystemRandomness).unwrap_err();
    assert!(again.to_string().contains("never overwritten"), "{again}");
    assert_eq!(place.entry.load(), Ok(made));
}

#[test]
#[ignore = "needs a session bus and an unlocked keyring"]
fn what_is_no_key_is_told_by_its_place_and_not_shown() {
    let place = Place::new();
    place.raw.set_password("not-a-real-secret").unwrap();
    let error = place.entry.load().unwrap_err();
    assert!(matches!(error, KeyError::Malformed { .. }), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("not-a-real"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a session bus and an unlocked keyring"]
async fn a_store_takes_its_key_from_there_and_is_rotated() {
    let place = Arc::new(tokio::task::spawn_blocking(Place::new).await.unwrap());
    let old = on_thread(&place, |it| it.create(&SystemRandomness).unwrap()).await;
    let stage = Stage::sqlite();
    let store = stage.try_open(place.entry.clone()).await.unwrap();
    let id = connected(&*store, "kept").await;

    let new = MasterKeys::one(new_key());
    let both = new.clone().and(old.first().clone());
    on_thread(&place, move |it| it.replace(&both).unwrap()).await;
    let status = store.begin_rotation().await.unwrap();
    assert_eq!((status.current, status.remaining), (first(&new), 1));
    while store.rewrap(100).await.unwrap() > 0 {}
    let only = new.clone();
    on_thread(&place, move |it| it.replace(&only).unwrap()).await;

    let store = stage.try_open(place.entry.clone()).await.unwrap();
    assert_eq!(store.keys().await.unwrap().current, first(&new));
    let record = store.get(&tenant(), id).await.unwrap();
    assert!(record.tokens.is_some());
    tokio::task::spawn_blocking(move || drop(place))
        .await
        .unwrap();
}

fn first(keys: &MasterKeys) -> KeyId {
    keys.first().id().clone()
}

/// A keyring is asked over a bus, which blocks.
async fn on_thread<T: Send + 'static>(
    place: &Arc<Place>,
    work: impl FnOnce(&KeyringEntry) -> T + Send + 'static,
) -> T {
    let entry = place.entry.clone();
    tokio::task::spawn_blocking(move || work(&entry))
        .await
        .unwrap()
}

/// Nobody is there to be asked for the password. It stays locked, so this comes after the others.
#[test]
#[ignore = "needs a session bus and an unlocked keyring, and locks it"]
fn is_locked_and_so_is_unusable() {
    let place = Place::new();
    place.entry.create(&SystemRandomness).unwrap();
    lock();
    let error = place.entry.load().unwrap_err();
    assert!(matches!(error, KeyError::Unusable { .. }), "{error:?}");
}

fn lock() {
    let mut command = Command::new("dbus-send");
    command.args([
        "--session",
        "--print-reply",
        "--dest=org.freedesktop.secrets",
    ]);
    command.args([
        "/org/freedesktop/secrets",
        "org.freedesktop.Secret.Service.Lock",
    ]);
    command.arg("array:objpath:/org/freedesktop/secrets/collection/login");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}
