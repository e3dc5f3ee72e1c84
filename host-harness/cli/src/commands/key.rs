//! `harness key`: the key that the store is encrypted with, and its rotation.

use std::path::Path;

use credential_connections::master_key::{KeyError, KeyFile, KeyId, KeySource as _};
use credential_connections::store::{KeyStatus, Location};
use credential_runtime::SystemRandomness;
use serde_json::json;

use crate::credential_args::{Key, KeyCommand};
use crate::exit::Exit;
use crate::output::Output;
use crate::report::Report;
use crate::storage::Storage;
use crate::text::Page;

/// Credentials encrypted anew in one transaction: short enough that nobody waits for it.
const STEP: u32 = 100;

pub(super) async fn run(args: &Key, output: Output) -> Result<Exit, Report> {
    match &args.command {
        KeyCommand::Create { file } => create(file, output),
        KeyCommand::Add => add(&Storage::open(&args.kept).await?, output),
        KeyCommand::Rotate { forget_old } => {
            rotate(&Storage::open(&args.kept).await?, *forget_old, output).await
        }
        KeyCommand::Status => {
            let storage = Storage::open(&args.kept).await?;
            let keys = storage.store.keys().await?;
            show(&storage, "In use", &keys, output)
        }
    }
}

fn create(path: &Path, output: Output) -> Result<Exit, Report> {
    let keys = KeyFile::new(path).create(&SystemRandomness)?;
    let id = keys.first().id();
    let page = Page::new()
        .line(format!("Made {} with the key {id}.", path.display()))
        .line("Keep a copy of it apart from the store: without it, what is stored cannot be read.");
    output.data(&page, &json!({ "file": path, "key": id }))?;
    Ok(Exit::Ok)
}

fn add(storage: &Storage, output: Output) -> Result<Exit, Report> {
    let file = storage.key.file().ok_or_else(|| no_file(storage))?;
    let keys = file.add(&SystemRandomness)?;
    let id = keys.first().id();
    let page = Page::new()
        .line(format!("Added the key {id} to {}.", file.path().display()))
        .line("Copy the file to every machine on this store, then run `harness key rotate`.");
    output.data(&page, &json!({ "file": file.path(), "key": id }))?;
    Ok(Exit::Ok)
}

fn no_file(storage: &Storage) -> Report {
    Report::new(
        Exit::Usage,
        format!(
            "the key is read from {}, which this command cannot write",
            storage.key.describe()
        ),
    )
    .hint("put a new key before the old one there, in every process's environment, then rotate")
}

/// May be interrupted at any moment, and goes on where it was.
async fn rotate(storage: &Storage, forget_old: bool, output: Output) -> Result<Exit, Report> {
    prepare(storage).await?;
    storage.store.begin_rotation().await?;
    while storage.store.rewrap(STEP).await? > 0 {}
    let keys = storage.store.keys().await?;
    if forget_old {
        let file = storage.key.file().ok_or_else(|| no_file(storage))?;
        file.keep_only(&keys.current)?;
    }
    show(storage, "Rotated", &keys, output)
}

/// Sees to it that the source holds a new key, unless a rotation is to be gone on with. Where other
/// machines use the store, they have to get the key first: that is the operator's to do.
async fn prepare(storage: &Storage) -> Result<(), Report> {
    let status = storage.store.keys().await?;
    let Some(file) = storage.key.file() else {
        return require_something_to_do(storage, &status).await;
    };
    let first = first_key(file)?;
    if first != status.current || !status.retiring.is_empty() {
        return Ok(());
    }
    match storage.location {
        Location::Sqlite(_) => {
            file.add(&SystemRandomness)?;
            Ok(())
        }
        Location::Postgres(_) => Err(Report::new(
            Exit::Usage,
            "the first key of the file is the one in use: there is nothing to rotate to",
        )
        .hint("`harness key add`, copy the file to every machine on this store, then rotate")),
    }
}

fn first_key(file: &KeyFile) -> Result<KeyId, Report> {
    Ok(file.load()?.first().id().clone())
}

/// A variable cannot be written here, so a new key must be in it already.
async fn require_something_to_do(storage: &Storage, before: &KeyStatus) -> Result<(), Report> {
    let after = storage.store.begin_rotation().await?;
    if after.current == before.current && before.retiring.is_empty() {
        return Err(no_file(storage));
    }
    Ok(())
}

fn show(storage: &Storage, what: &str, keys: &KeyStatus, output: Output) -> Result<Exit, Report> {
    let retiring: Vec<&str> = keys.retiring.iter().map(KeyId::as_str).collect();
    let page = Page::new().line(format!("{what}: the key {}", keys.current));
    let page = page.item(2, 11, "read from", &storage.key.describe());
    let page = if retiring.is_empty() {
        page.item(
            2,
            11,
            "old keys",
            "none that this store needs; backups made before may need one",
        )
    } else {
        page.item(2, 11, "old keys", &retiring.join(", ")).item(
            2,
            11,
            "to do",
            &format!("{} credentials", keys.remaining),
        )
    };
    output.data(&page, keys)?;
    Ok(Exit::Ok)
}

impl From<KeyError> for Report {
    fn from(error: KeyError) -> Self {
        Self::machine(error.to_string())
    }
}
