//! What the tests of stored credentials share.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use mock_intacct::MockIntacct;

use crate::stage::{Run, Stage, mock};

/// A stage with a mock and a store in the usual place.
pub struct Kept {
    pub stage: Stage,
    pub mock: MockIntacct,
}

impl Kept {
    /// Nothing is stored yet.
    pub fn new() -> Self {
        let (stage, mock) = (Stage::with_secret(), mock());
        Self { stage, mock }
    }

    /// With a Web Services User's credential, not connected.
    pub fn added() -> Self {
        let kept = Self::new();
        kept.stage.web_services_user();
        kept.run(&["credentials", "add", "credential.toml"])
            .ends_with(0);
        kept
    }

    /// With a Web Services User's credential, connected.
    pub fn connected() -> Self {
        let kept = Self::added();
        kept.mocked(&["credentials", "connect", "Sample"])
            .ends_with(0);
        kept
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        self.stage.run(arguments)
    }

    /// The same, with the mock in the service's place.
    pub fn mocked(&self, arguments: &[&str]) -> Run {
        self.stage
            .run(&[arguments, &["--mock", &self.mock.origin()]].concat())
    }

    pub fn store(&self) -> PathBuf {
        self.file("credentials.db")
    }

    pub fn key(&self) -> PathBuf {
        self.file("credentials.key")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.stage
            .path(".local/share/credential-harness")
            .join(name)
    }

    /// Changes the database behind the command's back.
    pub fn sql(&self, sql: &str) {
        let database = rusqlite::Connection::open(self.store()).unwrap();
        database.execute_batch(sql).unwrap();
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
