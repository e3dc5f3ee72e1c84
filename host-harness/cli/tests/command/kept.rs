//! What the tests of stored credentials share.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use mock_intacct::MockIntacct;
use test_stores::{Server, execute};

use crate::stage::{Run, Running, Stage, block_on, mock};

/// The file of a database's master key.
const KEY: &str = "master.key";

/// What credentials are kept in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    Sqlite,
    Postgres,
}

/// A stage with a mock and a store: in the usual place, or on a server of this run's own.
pub struct Kept {
    pub stage: Stage,
    pub mock: MockIntacct,
    /// The database's URL, where it is no file.
    database: Option<String>,
}

impl Kept {
    /// Nothing is stored yet.
    pub fn new() -> Self {
        Self::on(On::Sqlite)
    }

    /// Nothing is stored yet.
    pub fn on(on: On) -> Self {
        Self::at(Stage::with_secret(), on)
    }

    /// The same in this stage.
    pub fn at(stage: Stage, on: On) -> Self {
        let (stage, database) = match on {
            On::Sqlite => (stage, None),
            On::Postgres => {
                let url = block_on(Server::shared().new_database());
                stage.run(&["key", "create", KEY]).ends_with(0);
                (stage.env("HARNESS_STORE", &url), Some(url))
            }
        };
        Self {
            stage,
            mock: mock(),
            database,
        }
    }

    /// With a Web Services User's credential, not connected.
    pub fn added() -> Self {
        Self::added_on(On::Sqlite)
    }

    /// The same.
    pub fn added_on(on: On) -> Self {
        let kept = Self::on(on);
        kept.stage.web_services_user();
        kept.run(&["credentials", "add", "credential.toml"])
            .ends_with(0);
        kept
    }

    /// With a Web Services User's credential, connected.
    pub fn connected() -> Self {
        Self::connected_on(On::Sqlite)
    }

    /// The same.
    pub fn connected_on(on: On) -> Self {
        let kept = Self::added_on(on);
        kept.mocked(&["credentials", "connect", "Sample"])
            .ends_with(0);
        kept
    }

    /// With a credential that a session has connected: it lives by its refresh token.
    pub fn connected_by_session(on: On) -> Self {
        let mock = mock();
        let session = mock.company().sessions[0].session_id.clone();
        let stage = Stage::with_secret().env("SESSION_ID", &session);
        stage
            .credential("flow_type = \"web_services_user\"\nsession_id = { env = \"SESSION_ID\" }");
        let kept = Self {
            mock,
            ..Self::at(stage, on)
        };
        kept.run(&["credentials", "add", "credential.toml"])
            .ends_with(0);
        kept.mocked(&["credentials", "connect", "Sample"])
            .ends_with(0);
        kept
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        self.stage.run(&self.with_key(arguments))
    }

    /// The same, with the mock in the service's place.
    pub fn mocked(&self, arguments: &[&str]) -> Run {
        self.run(&[arguments, &["--mock", &self.mock.origin()]].concat())
    }

    /// The same, and it is not over.
    pub fn start_mocked(&self, arguments: &[&str]) -> Running {
        let origin = self.mock.origin();
        let arguments = [arguments, &["--mock", &origin]].concat();
        self.stage.start(&self.with_key(&arguments))
    }

    /// A database's key has to be named.
    fn with_key<'a>(&self, arguments: &[&'a str]) -> Vec<&'a str> {
        let named = self.database.is_none() || arguments.contains(&"--key-file");
        let key: &[&str] = if named { &[] } else { &["--key-file", KEY] };
        [arguments, key].concat()
    }

    pub fn store(&self) -> PathBuf {
        self.file("credentials.db")
    }

    pub fn key(&self) -> PathBuf {
        match self.database {
            Some(_) => self.stage.path(KEY),
            None => self.file("credentials.key"),
        }
    }

    /// How many keys stand in the key's file.
    pub fn keys_in_file(&self) -> usize {
        fs::read_to_string(self.key()).unwrap().lines().count()
    }

    /// Where the database writes.
    pub fn folder(&self) -> PathBuf {
        match self.database {
            Some(_) => Server::shared().folder().to_owned(),
            None => self.file(""),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.stage
            .path(".local/share/credential-harness")
            .join(name)
    }

    /// Adds a key, where the command does not do so by itself: several machines may have the file.
    pub fn add_key(&self) {
        if self.database.is_some() {
            self.run(&["key", "rotate"])
                .ends_with(2)
                .says("copy the file to every machine");
            self.run(&["key", "add"]).ends_with(0);
        }
    }

    /// Changes the database behind the command's back.
    pub fn sql(&self, sql: &str) {
        match &self.database {
            Some(url) => block_on(execute(url, sql)),
            None => {
                let database = rusqlite::Connection::open(self.store()).unwrap();
                database.execute_batch(sql).unwrap();
            }
        }
    }

    /// Lets the stored token have been obtained a minute ago.
    pub fn age(&self) {
        self.sql("UPDATE credential SET obtained_at = obtained_at - 60000");
    }

    /// The credential's access token, in clear.
    pub fn token(&self) -> String {
        let run = self.run(&["token", "Sample", "--show"]).ends_with(0);
        run.stdout.trim_end().to_owned()
    }

    pub fn state(&self) -> String {
        let json = self
            .run(&["credentials", "status", "Sample", "--json"])
            .json();
        json["state"].as_str().unwrap().to_owned()
    }
}

/// A file is its owner's alone.
#[track_caller]
pub fn check_private(path: &Path) {
    let mode = fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600, "{path:?}");
}
