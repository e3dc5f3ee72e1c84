//! SQLite: one file on one machine, for any number of processes.
//!
//! Calls run on blocking threads, reads beside each other and beside a write, writes one after the
//! other.

mod connection;
mod fault;
mod identity;
mod schema;
mod session;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::pool::{Pool, Turn};
use super::sql::{Access, Driver, Operation};
use super::{Effect, StoreError, StoreOptions};
use connection::Opener;
use identity::OpenFile;
use session::SqliteSession;

/// An SQLite file.
pub(super) struct Sqlite {
    opener: Arc<Opener>,
    readers: Pool<OpenFile>,
    /// One connection: in this process, writers wait in line instead of trying again and again.
    writer: Pool<OpenFile>,
}

pub(super) async fn open(path: &Path, options: &StoreOptions) -> Result<Sqlite, StoreError> {
    let (path, create) = (PathBuf::from(path), options.create);
    let opener = Arc::new(Opener::new(path, options));
    let first = Arc::clone(&opener);
    let file = on_thread(move || {
        if create {
            first.make_file()?;
        }
        let opened = first.create().and_then(|mut file| {
            schema::bring_up_to_date(&mut file.connection, create)?;
            Ok(file)
        });
        opened.inspect_err(|error| {
            if create && *error == StoreError::Full {
                first.remove_empty_file();
            }
        })
    })
    .await?;
    let sqlite = Sqlite {
        opener,
        readers: Pool::new(options.connections),
        writer: Pool::new(1),
    };
    if let Some(turn) = sqlite.writer.turn().await {
        turn.give_back(file);
    }
    Ok(sqlite)
}

/// Refuses where there is no file, or an empty one.
pub(super) fn require(path: &Path) -> Result<(), StoreError> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_file() && found.len() == 0 => Err(StoreError::Absent),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(StoreError::Absent),
        _ => Ok(()),
    }
}

impl Driver for Sqlite {
    async fn run<O: Operation>(&self, operation: &Arc<O>) -> Result<O::Output, StoreError> {
        let turn = self.turn(O::ACCESS).await?;
        let (opener, operation) = (Arc::clone(&self.opener), Arc::clone(operation));
        on_thread(move || {
            let file = turn.take_idle().map_or_else(|| opener.open(), Ok)?;
            let checked = file.check();
            let mut session = SqliteSession::new(file, O::ACCESS);
            let begun = checked.and_then(|()| session.begin());
            let result = begun.and_then(|()| ready(operation.run(&mut session)).flatten());
            let (file, result) = session.end(result);
            turn.give_back(file);
            result
        })
        .await
    }

    async fn durability(&self) -> Result<Vec<(String, String)>, StoreError> {
        let turn = self.turn(Access::Read).await?;
        let opener = Arc::clone(&self.opener);
        on_thread(move || {
            let file = turn.take_idle().map_or_else(|| opener.open(), Ok)?;
            let settings = connection::durability(&file.connection);
            turn.give_back(file);
            settings
        })
        .await
    }
}

impl Sqlite {
    async fn turn(&self, access: Access) -> Result<Turn<OpenFile>, StoreError> {
        let pool = match access {
            Access::Read => &self.readers,
            Access::Write => &self.writer,
        };
        pool.turn()
            .await
            .ok_or_else(|| stopped("the store is closed"))
    }
}

/// SQLite waits inside the call, so what an operation awaits is there when it returns.
fn ready<T>(future: impl Future<Output = T>) -> Result<T, StoreError> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => Ok(value),
        std::task::Poll::Pending => Err(stopped("a call to SQLite waited for something else")),
    }
}

async fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(stopped("the call did not come to its end")))
}

fn stopped(reason: &str) -> StoreError {
    StoreError::Unavailable {
        reason: reason.to_owned(),
        effect: Effect::Unknown,
    }
}
