//! Opening the file, and the settings of each connection.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use private_files::{FileError, Privacy};
use rusqlite::{Connection, OpenFlags};

use super::fault::fault;
use super::identity::{Files, OpenFile};
use crate::store::{StoreError, StoreOptions};

/// Only the owner reads and writes. SQLite gives the same rights to the files beside it.
const OWNER_ONLY: u32 = 0o600;

/// Between two attempts to switch a new file to WAL, for which SQLite does not wait by itself.
const PAUSE: Duration = Duration::from_millis(10);

/// Opens connections to one file.
pub(super) struct Opener {
    path: PathBuf,
    busy_timeout: Duration,
    largest_file: Option<u64>,
}

impl Opener {
    pub(super) fn new(path: PathBuf, options: &StoreOptions) -> Self {
        let StoreOptions {
            busy_timeout,
            largest_file,
            ..
        } = *options;
        Self {
            path,
            busy_timeout,
            largest_file,
        }
    }

    /// Makes the file where there is none.
    pub(super) fn make_file(&self) -> Result<(), StoreError> {
        make_file(&trusted(&self.path)?)
    }

    /// Nothing is left of a store that a full disk did not take. Where another process was first, the
    /// file is empty no more.
    pub(super) fn remove_empty_file(&self) {
        let empty = std::fs::metadata(&self.path).is_ok_and(|it| it.len() == 0);
        if empty {
            let _ = std::fs::remove_file(&self.path);
        }
    }

    /// The first connection.
    pub(super) fn create(&self) -> Result<OpenFile, StoreError> {
        let (connection, before) = self.connect()?;
        self.switch_to_wal(&connection)
            .map_err(|error| without_log(&connection, error))?;
        self.set_up(connection, &before)
    }

    /// A further connection.
    pub(super) fn open(&self) -> Result<OpenFile, StoreError> {
        let (connection, before) = self.connect()?;
        self.set_up(connection, &before)
    }

    /// And what stood at the path before it was opened.
    fn connect(&self) -> Result<(Connection, Files), StoreError> {
        // A connection is used by one thread at a time, so SQLite need not lock it.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let path = trusted(&self.path)?;
        let before = Files::at(&path);
        let connection = Connection::open_with_flags(path, flags).map_err(fault)?;
        connection.busy_timeout(self.busy_timeout).map_err(fault)?;
        Ok((connection, before))
    }

    /// Kept in the file. WAL lets readers read beside a writer.
    fn switch_to_wal(&self, connection: &Connection) -> Result<(), StoreError> {
        let deadline = Instant::now() + self.busy_timeout;
        loop {
            match set(connection, "journal_mode", "WAL").map_err(fault) {
                Ok(mode) if mode == "wal" => return Ok(()),
                Ok(mode) => {
                    return Err(StoreError::NotDurable {
                        setting: "journal_mode".to_owned(),
                        value: mode,
                    });
                }
                Err(StoreError::Busy) if Instant::now() < deadline => std::thread::sleep(PAUSE),
                Err(error) => return Err(error),
            }
        }
    }

    fn set_up(&self, connection: Connection, before: &Files) -> Result<OpenFile, StoreError> {
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.execute_batch(SETTINGS).map_err(fault)?;
        if let Some(bytes) = self.largest_file {
            let page: u32 = read(&connection, "page_size").map_err(fault)?;
            set(
                &connection,
                "max_page_count",
                &(bytes / u64::from(page.max(1))).to_string(),
            )
            .map_err(fault)?;
        }
        // The first read opens the log and its index.
        let _: i64 = read(&connection, "schema_version").map_err(fault)?;
        OpenFile::new(connection, before)
    }
}

/// A log is needed for reading, too: where it is missing and the disk is read-only, a file does not
/// open.
fn without_log(connection: &Connection, error: StoreError) -> StoreError {
    match (error, connection.is_readonly("main")) {
        (StoreError::Misconfigured(_), Ok(true)) => StoreError::ReadOnly(
            "its log is not beside it, and without one it cannot be read either; open it once where \
             it can be written, or copy it there"
                .to_owned(),
        ),
        (error, _) => error,
    }
}

/// Room for every statement that there is.
const STATEMENTS: usize = 64;

/// With WAL and `synchronous = FULL`, a commit returns when the log is on the disk. `secure_delete`
/// overwrites what is deleted; in the log, which is overwritten in its own time, it lies encrypted.
const SETTINGS: &str = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
    PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;";

/// What SQLite makes beside the file, and reads whoever made it.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The file's path without links, where nobody else can change the file, those beside it, or make one
/// there: whoever could would decide which plugin is given which secrets.
fn trusted(path: &Path) -> Result<PathBuf, StoreError> {
    let refuse = |error: &FileError| {
        StoreError::Misconfigured(format!("{}: {}", path.display(), error.with_hint()))
    };
    let resolved =
        private_files::check_file(path, Privacy::ReadByOthers).map_err(|e| refuse(&e))?;
    if let Some(folder) = resolved.parent() {
        private_files::check_folder(folder).map_err(|error| refuse(&error))?;
    }
    for suffix in BESIDE {
        let mut beside = resolved.clone().into_os_string();
        beside.push(suffix);
        private_files::check_file(Path::new(&beside), Privacy::ReadByOthers)
            .map_err(|error| refuse(&error))?;
    }
    Ok(resolved)
}

/// Nobody else may have the file open while it is made: closing a file drops all locks that a process
/// holds on it.
static MAKING: Mutex<()> = Mutex::new(());

fn make_file(path: &Path) -> Result<(), StoreError> {
    let _alone = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(OWNER_ONLY);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) if error.kind() == ErrorKind::ReadOnlyFilesystem => {
            Err(StoreError::ReadOnly(error.to_string()))
        }
        Err(error) => Err(StoreError::Misconfigured(format!(
            "{}: {error}",
            path.display()
        ))),
    }
}

/// Sets a pragma that answers with what it is now.
fn set(connection: &Connection, name: &str, value: &str) -> rusqlite::Result<String> {
    connection.pragma_update_and_check(None, name, value, |row| {
        row.get::<_, rusqlite::types::Value>(0)
            .map(|value| match value {
                rusqlite::types::Value::Text(text) => text,
                other => format!("{other:?}"),
            })
    })
}

fn read<T: rusqlite::types::FromSql>(connection: &Connection, name: &str) -> rusqlite::Result<T> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}

/// What the connection says of itself.
pub(super) fn durability(connection: &Connection) -> Result<Vec<(String, String)>, StoreError> {
    let mode: String = read(connection, "journal_mode").map_err(fault)?;
    let mut settings = vec![("journal_mode".to_owned(), mode)];
    for name in ["synchronous", "foreign_keys", "secure_delete"] {
        let value: i64 = read(connection, name).map_err(fault)?;
        settings.push((name.to_owned(), value.to_string()));
    }
    Ok(settings)
}
