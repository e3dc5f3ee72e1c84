//! A place for one test: an empty database of its own, a key, and ways around the store.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use credential_connections::master_key::{KeySource, MasterKey, MasterKeys};
use credential_connections::store::{Location, Store, StoreError, StoreOptions, open};
use credential_runtime::SystemRandomness;
use tempfile::TempDir;

use test_stores::{Server, connect, execute, read_all, run};

/// One test's database.
pub(crate) struct Stage {
    pub(crate) database: Database,
    pub(crate) key: MasterKey,
    pub(crate) options: StoreOptions,
    folder: TempDir,
}

pub(crate) enum Database {
    Sqlite(PathBuf),
    Postgres { url: String, server: Arc<Server> },
}

impl Stage {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials.db");
        Self::new(folder, Database::Sqlite(path))
    }

    pub(crate) async fn postgres() -> Self {
        let server = tokio::task::spawn_blocking(Server::shared).await.unwrap();
        Self::on(server).await
    }

    /// On a server that the test may stop.
    pub(crate) async fn on(server: Arc<Server>) -> Self {
        let url = server.new_database().await;
        Self::at(url, server)
    }

    /// On a server that has a small disk.
    pub(crate) async fn on_small_disk(server: Arc<Server>) -> Self {
        let url = server.new_database_on_small_disk().await;
        Self::at(url, server)
    }

    fn at(url: String, server: Arc<Server>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::new(folder, Database::Postgres { url, server })
    }

    fn new(folder: TempDir, database: Database) -> Self {
        let options = StoreOptions {
            busy_timeout: Duration::from_secs(30),
            call_timeout: Duration::from_secs(60),
            ..StoreOptions::default()
        };
        Self {
            database,
            key: MasterKey::draw(&SystemRandomness),
            options,
            folder,
        }
    }

    pub(crate) fn location(&self) -> Location {
        match &self.database {
            Database::Sqlite(path) => Location::Sqlite(path.clone()),
            Database::Postgres { url, .. } => url.parse().unwrap(),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Opens the store with this test's key.
    pub(crate) async fn open(&self) -> Arc<dyn Store> {
        self.try_open(MasterKeys::one(self.key.clone()))
            .await
            .unwrap()
    }

    pub(crate) async fn try_open(
        &self,
        keys: impl KeySource + 'static,
    ) -> Result<Arc<dyn Store>, StoreError> {
        open(&self.location(), Arc::new(keys), &self.options).await
    }

    /// Runs SQL beside the store.
    pub(crate) async fn execute(&self, sql: &str) {
        match &self.database {
            Database::Sqlite(path) => {
                rusqlite::Connection::open(path)
                    .unwrap()
                    .execute_batch(sql)
                    .unwrap();
            }
            Database::Postgres { url, .. } => execute(url, sql).await,
        }
    }

    /// Reads one number beside the store.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        match &self.database {
            Database::Sqlite(path) => {
                let connection = rusqlite::Connection::open(path).unwrap();
                connection.query_row(sql, (), |row| row.get(0)).unwrap()
            }
            Database::Postgres { url, .. } => {
                connect(url).await.query_one(sql, &[]).await.unwrap().get(0)
            }
        }
    }

    /// How the database would run a statement.
    pub(crate) async fn plan(&self, sql: &str) -> String {
        match &self.database {
            Database::Sqlite(path) => {
                let connection = rusqlite::Connection::open(path).unwrap();
                let sql = format!("EXPLAIN QUERY PLAN {sql}");
                let mut statement = connection.prepare(&sql).unwrap();
                let lines = statement
                    .query_map((), |row| row.get::<_, String>(3))
                    .unwrap();
                lines.collect::<Result<Vec<_>, _>>().unwrap().join("\n")
            }
            Database::Postgres { url, .. } => {
                let sql = format!("EXPLAIN (ANALYZE, BUFFERS) {sql}");
                let rows = connect(url).await.query(&sql, &[]).await.unwrap();
                let lines: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
                lines.join("\n")
            }
        }
    }

    /// Everything that the database has written: its files, its log, and a backup.
    pub(crate) async fn everything_written(&self) -> Vec<(String, Vec<u8>)> {
        match &self.database {
            Database::Sqlite(path) => {
                // Into the file, and the log keeps it as well.
                self.execute("PRAGMA wal_checkpoint(PASSIVE)").await;
                let backup = self.folder().join("backup.db");
                self.execute(&format!("VACUUM INTO '{}'", backup.display()))
                    .await;
                let beside = |suffix: &str| PathBuf::from(format!("{}{suffix}", path.display()));
                let files = [path.clone(), beside("-wal"), beside("-shm"), backup];
                files.iter().map(|file| read(file)).collect()
            }
            Database::Postgres { url, server } => {
                self.execute("CHECKPOINT").await;
                let found = read_all(server.folder()).into_iter();
                let named = found.map(|(path, bytes)| (path.display().to_string(), bytes));
                let mut files: Vec<_> = named.collect();
                files.push(("a dump".to_owned(), run("pg_dump", &[url]).into_bytes()));
                files
            }
        }
    }
}

fn read(file: &Path) -> (String, Vec<u8>) {
    let bytes = std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    (file.display().to_string(), bytes)
}

/// Runs all of these at the same time, and gives what they gave.
pub(crate) async fn all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.into_iter().map(|it| (Box::pin(it), None)).collect();
    std::future::poll_fn(|context| {
        let mut pending = false;
        for (future, output) in running.iter_mut().filter(|(_, output)| output.is_none()) {
            match future.as_mut().poll(context) {
                std::task::Poll::Ready(value) => *output = Some(value),
                std::task::Poll::Pending => pending = true,
            }
        }
        if pending {
            std::task::Poll::Pending
        } else {
            std::task::Poll::Ready(())
        }
    })
    .await;
    running
        .into_iter()
        .filter_map(|(_, output)| output)
        .collect()
}
