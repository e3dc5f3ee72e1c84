//! The store that a command works on: where it is, and the key that it is encrypted with.

mod key;
mod place;

use std::sync::Arc;

use credential_connections::master_key::KeyError;
use credential_connections::store::{Location, Store, StoreError, StoreOptions, open};

use crate::credential_args::StoreArgs;
use crate::report::Report;

pub(crate) use key::Key;
pub(crate) use place::PlaceError;

/// A store that is open.
pub(crate) struct Storage {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) location: Location,
    pub(crate) key: Key,
}

/// What to do where there is no store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IfAbsent {
    /// Make one, its folder and its key: the command stores something.
    Make,
    /// Say so: a store that is looked for is one that was named wrongly, or is not mounted.
    Refuse,
}

impl Storage {
    /// Opens what the command line and the environment name.
    pub(crate) async fn open(args: &StoreArgs, absent: IfAbsent) -> Result<Self, Report> {
        let location = place::find(args.store.as_deref())?;
        let key = Key::find(args.key_file.as_deref(), &location)?;
        if absent == IfAbsent::Make {
            place::prepare(&location)?;
            key.make_if_new(&location)?;
        }
        let options = StoreOptions {
            create: absent == IfAbsent::Make,
            ..StoreOptions::default()
        };
        let opened = open(&location, key.source(), &options).await;
        let store = opened.map_err(|error| refused(error, &location, &key))?;
        tracing::info!(%location, key = key.describe(), "store opened");
        Ok(Self {
            store,
            location,
            key,
        })
    }
}

/// Which store, and what to do.
fn refused(error: StoreError, location: &Location, key: &Key) -> Report {
    let hint = match &error {
        StoreError::Absent => Some(
            "`harness credentials add FILE` makes one. If there was one: is its disk mounted, and do \
             --store, HARNESS_STORE, XDG_DATA_HOME or HOME name it?"
                .to_owned(),
        ),
        StoreError::KeyMissing { .. } => Some(format!(
            "the key is read from {}; name the right one with --key-file or HARNESS_MASTER_KEY",
            key.describe()
        )),
        StoreError::KeySource(error) => Some(of_key(error, key)),
        _ => None,
    };
    let mut report = Report::from(error);
    report.message = format!("the store {location}: {}", report.message);
    report.hint = hint.or(report.hint);
    report
}

/// What to do about a key that cannot be read, by what is wrong with it.
fn of_key(error: &KeyError, key: &Key) -> String {
    match error {
        KeyError::Missing(_) if *key == Key::Variable => {
            "put the store's key into HARNESS_MASTER_KEY, from its copy; a new key cannot read what is \
             stored"
                .to_owned()
        }
        KeyError::Missing(_) => "if the key's file was moved or lost, bring it back from its copy; a new key \
             cannot read what is stored"
            .to_owned(),
        KeyError::Exposed { .. } => {
            "take the rights away first; whoever else could read the key may have it, and `harness key \
             rotate` takes a new one"
                .to_owned()
        }
        KeyError::Foreign { .. } => {
            "run this as the user whose the file is, or give the file to this user (chown)".to_owned()
        }
        KeyError::Malformed { .. } => {
            "it was cut, changed, or is another file; compare it with its copy".to_owned()
        }
        KeyError::Exists(_) | KeyError::Unusable { .. } => {
            "nothing is wrong with the store; put right what is said about the key's place".to_owned()
        }
    }
}
