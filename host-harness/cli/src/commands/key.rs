//! `harness key`: the key that the store is encrypted with, and its rotation.

use std::path::Path;

use credential_connections::master_key::{KeyError, KeyFile, KeyId, KeySource as _};
use credential_connections::store::{KeyStatus, Location};
use credential_runtime::SystemRandomness;
use serde::Serialize;
use serde_json::json;

use crate::credential_args::{Key, KeyCommand};
use crate::exit::Exit;
use crate::output::Output;
use crate::report::Report;
use crate::storage::{IfAbsent, Storage};
use crate::text::Page;

/// Credentials encrypted anew in one transaction: short enough that nobody waits for it.
const STEP: u32 = 100;

pub(super) async fn run(args: &Key, output: Output) -> Result<Exit, Report> {
    match &args.command {
        KeyCommand::Create { file } => create(file, output),
        KeyCommand::Add => add(&Storage::open(&args.kept, IfAbsent::Refuse).await?, output),
        KeyCommand::Rotate { forget_old } => {
            rotate(
                &Storage::open(&args.kept, IfAbsent::Refuse).await?,
                *forget_old,
                output,
            )
            .await
        }
        KeyCommand::Status => {
            let storage = Storage::open(&args.kept, IfAbsent::Refuse).await?;
            let keys = storage.store.keys().await?;
            output.data(&page(&storage, "In use", &keys), &keys)?;
            Ok(Exit::Ok)
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
    if forget_old && storage.key.file().is_none() {
        return Err(not_forgotten(storage));
    }
    let before = prepare(storage, forget_old).await?;
    storage.store.begin_rotation().await?;
    while storage.store.rewrap(STEP).await? > 0 {}
    let keys = storage.store.keys().await?;
    let forgotten = match storage.key.file() {
        Some(file) if forget_old => Some(file.forget_old(&keys.current, &keys.retiring)?),
        _ => None,
    };
    let rotation = Rotation {
        rotated: before.current != keys.current || !before.retiring.is_empty(),
        keys,
        forgotten,
    };
    output.data(&rotation.page(storage), &rotation)?;
    Ok(Exit::Ok)
}

fn not_forgotten(storage: &Storage) -> Report {
    let place = storage.key.describe();
    Report::new(
        Exit::Usage,
        format!("the key is read from {place}, where this command cannot delete the old one"),
    )
    .hint("rotate without --forget-old, then take the old key out of every process's environment")
}

/// Sees to it that the source holds a new key, unless a rotation is to be gone on with, and says how
/// things stood. Where other machines use the store, they have to get the key first: that is the
/// operator's to do.
async fn prepare(storage: &Storage, forget_old: bool) -> Result<KeyStatus, Report> {
    let status = storage.store.keys().await?;
    let Some(file) = storage.key.file() else {
        return require_something_to_do(storage, status).await;
    };
    let held = file.load()?.ids();
    let is_rotated = held.first() == Some(&status.current) && status.retiring.is_empty();
    let has_old = held.iter().any(|id| *id != status.current);
    if !is_rotated || forget_old && has_old {
        return Ok(status);
    }
    match storage.location {
        Location::Sqlite(_) => file.add(&SystemRandomness).map(drop)?,
        Location::Postgres(_) if forget_old => {}
        Location::Postgres(_) => return Err(nothing_to_rotate_to()),
    }
    Ok(status)
}

/// What makes a rotation possible where several machines have the file.
const ADD_FIRST: &str =
    "`harness key add`, copy the file to every machine on this store, then rotate";

fn nothing_to_rotate_to() -> Report {
    Report::new(
        Exit::Usage,
        "the first key of the file is the one in use: there is nothing to rotate to",
    )
    .hint(ADD_FIRST)
}

/// A variable cannot be written here, so a new key must be in it already.
async fn require_something_to_do(
    storage: &Storage,
    before: KeyStatus,
) -> Result<KeyStatus, Report> {
    let after = storage.store.begin_rotation().await?;
    if after.current == before.current && before.retiring.is_empty() {
        return Err(no_file(storage));
    }
    Ok(before)
}

/// What came of a rotation.
#[derive(Serialize)]
struct Rotation {
    #[serde(flatten)]
    keys: KeyStatus,
    /// The old keys that left the file; absent where they were to stay.
    forgotten: Option<Vec<KeyId>>,
    /// Whether there was anything to encrypt anew, or a key to change to.
    #[serde(skip)]
    rotated: bool,
}

impl Rotation {
    fn page(&self, storage: &Storage) -> Page {
        let what = if self.rotated { "Rotated" } else { "In use" };
        let page = page(storage, what, &self.keys);
        match self.forgotten.as_deref() {
            None => page,
            Some([]) if self.rotated => item(page, "forgotten", NOTHING_OLD),
            Some([]) => item(item(page, "forgotten", NOTHING_OLD), "to rotate", ADD_FIRST),
            Some(old) => item(page, "forgotten", &list(old)),
        }
    }
}

const NOTHING_OLD: &str = "nothing to forget: no older key stands there";

fn page(storage: &Storage, what: &str, keys: &KeyStatus) -> Page {
    let page = Page::new().line(format!("{what}: the key {}", keys.current));
    let page = item(page, "read from", &storage.key.describe());
    if keys.retiring.is_empty() {
        let none = "none that this store needs; backups made before may need one";
        return item(page, "old keys", none);
    }
    let remaining = format!("{} credentials", keys.remaining);
    item(
        item(page, "old keys", &list(&keys.retiring)),
        "to do",
        &remaining,
    )
}

fn item(page: Page, label: &str, text: &str) -> Page {
    page.item(2, 11, label, text)
}

fn list(keys: &[KeyId]) -> String {
    let names: Vec<&str> = keys.iter().map(KeyId::as_str).collect();
    names.join(", ")
}

impl From<KeyError> for Report {
    fn from(error: KeyError) -> Self {
        Self::machine(error.to_string())
    }
}
