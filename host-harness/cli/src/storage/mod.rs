//! The store that a command works on: where it is, and the key that it is encrypted with.

mod key;
mod place;

use std::sync::Arc;

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

impl Storage {
    /// Opens what the command line and the environment name; makes it where there is none.
    pub(crate) async fn open(args: &StoreArgs) -> Result<Self, Report> {
        let location = place::find(args.store.as_deref())?;
        let key = Key::find(args.key_file.as_deref(), &location)?;
        place::prepare(&location)?;
        key.make_if_new(&location)?;
        let opened = open(&location, key.source(), &StoreOptions::default()).await;
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
        StoreError::KeyMissing { .. } => Some(format!(
            "the key is read from {}; name the right one with --key-file or HARNESS_MASTER_KEY",
            key.describe()
        )),
        StoreError::KeySource(_) => Some(
            "if the key's file was moved or lost, bring it back from its copy; a new key cannot \
             read this store"
                .to_owned(),
        ),
        _ => None,
    };
    let mut report = Report::from(error);
    report.message = format!("the store {location}: {}", report.message);
    report.hint = hint.or(report.hint);
    report
}
