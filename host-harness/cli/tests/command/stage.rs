//! A folder of one's own, the command run in it, and what came of it.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

use mock_intacct::MockIntacct;
use serde_json::Value;
use tempfile::TempDir;

pub const CLIENT_ID: &str = "3f6c1a9e5b7d42d8.app.sage.com";
pub const CLIENT_SECRET: &str = "not-a-real-secret-0123456789abcdef";

/// A folder for one test, and the environment that the command runs in.
pub struct Stage {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

/// How a run ended.
#[derive(Debug)]
pub struct Run {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

/// A run that is not over.
pub struct Running {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
    stderr: BufReader<std::process::ChildStderr>,
    /// What was read of stdout so far.
    shown: String,
    /// What was read of stderr so far.
    pub heard: String,
}

impl Stage {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Compiled plugins are shared among tests, as they are among a person's runs.
        let cache = concat!(env!("CARGO_TARGET_TMPDIR"), "/command-cache");
        let environment = vec![
            ("HOME".to_owned(), folder.path().display().to_string()),
            ("XDG_CACHE_HOME".to_owned(), cache.to_owned()),
        ];
        Self {
            folder,
            environment,
        }
    }

    /// With the sample application's secret where the credential files below look for it.
    pub fn with_secret() -> Self {
        Self::new().env("CLIENT_SECRET", CLIENT_SECRET)
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn file(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        self.file_with_mode(name, contents, 0o600)
    }

    pub fn file_with_mode(&self, name: &str, contents: impl AsRef<[u8]>, mode: u32) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, contents).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path
    }

    /// A credential of the sample company: `web_services_user` or `regular_user`.
    pub fn credential(&self, settings: &str) {
        let text = format!(
            "name = \"Sample\"\n[settings]\nclient_id = \"{CLIENT_ID}\"\n\
             client_secret = {{ env = \"CLIENT_SECRET\" }}\n{settings}\n"
        );
        self.file("credential.toml", text);
    }

    pub fn web_services_user(&self) {
        self.credential(
            "flow_type = \"web_services_user\"\nusername = \"ws-loader@Nordlicht-DEV\"",
        );
    }

    pub fn regular_user(&self) {
        self.credential("flow_type = \"regular_user\"");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_harness"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        let output = self.command(arguments).output().unwrap();
        Run {
            status: output.status,
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs it with a line on stdin.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Run {
        let mut running = self.start_with(arguments, Stdio::piped());
        running.type_in(input);
        running.end()
    }

    pub fn start(&self, arguments: &[&str]) -> Running {
        self.start_with(arguments, Stdio::null())
    }

    pub fn start_with_input(&self, arguments: &[&str]) -> Running {
        self.start_with(arguments, Stdio::piped())
    }

    pub fn start_with(&self, arguments: &[&str], stdin: Stdio) -> Running {
        let mut child = self.command(arguments).stdin(stdin).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Running {
            child,
            stdout,
            stderr,
            shown: String::new(),
            heard: String::new(),
        }
    }
}

impl Run {
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.status.code(), Some(code), "{self:#?}");
        self
    }

    /// What it says on stderr, line breaks as blanks, so that a sentence can be looked for.
    pub fn talk(&self) -> String {
        words(&self.stderr)
    }

    #[track_caller]
    pub fn says(self, expected: &str) -> Self {
        assert!(self.talk().contains(expected), "{expected:?} in {self:#?}");
        self
    }

    #[track_caller]
    pub fn shows(self, expected: &str) -> Self {
        assert!(
            words(&self.stdout).contains(expected),
            "{expected:?} in {self:#?}"
        );
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    pub fn everything(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

impl Running {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end, as a service manager does.
    pub fn ask_to_end(&self) {
        self.signal(rustix::process::Signal::TERM);
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_raw(self.id().cast_signed()).unwrap();
        rustix::process::kill_process(id, signal).unwrap();
    }

    /// Until it is gone.
    pub fn wait(&mut self) {
        self.child.wait().unwrap();
    }

    /// Reads its talk up to a line that fits, and returns that line.
    #[track_caller]
    pub fn hear(&mut self, fits: impl Fn(&str) -> bool) -> String {
        line_of(&mut self.stderr, &mut self.heard, fits)
    }

    /// Reads its data up to a line that fits, and returns that line.
    #[track_caller]
    pub fn see(&mut self, fits: impl Fn(&str) -> bool) -> String {
        line_of(&mut self.stdout, &mut self.shown, fits)
    }

    /// The address at which to sign in.
    #[track_caller]
    pub fn address(&mut self) -> String {
        self.hear(|line| line.starts_with("http"))
    }

    pub fn type_in(&mut self, text: &str) {
        let mut stdin = self.child.stdin.take().unwrap();
        stdin.write_all(text.as_bytes()).unwrap();
    }

    pub fn end(mut self) -> Run {
        drop(self.child.stdin.take());
        self.stderr.read_to_string(&mut self.heard).unwrap();
        self.stdout.read_to_string(&mut self.shown).unwrap();
        Run {
            status: self.child.wait().unwrap(),
            stdout: std::mem::take(&mut self.shown),
            stderr: std::mem::take(&mut self.heard),
        }
    }
}

impl Drop for Running {
    /// A test that fails leaves nothing running.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[track_caller]
fn line_of(from: &mut impl BufRead, read: &mut String, fits: impl Fn(&str) -> bool) -> String {
    loop {
        let mut line = String::new();
        let count = from.read_line(&mut line).unwrap();
        assert_ne!(count, 0, "it ended; before that:\n{read}");
        read.push_str(&line);
        if fits(line.trim_end()) {
            return line.trim_end().to_owned();
        }
    }
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A mock on a free port, apart from the test's own thread.
pub fn mock() -> MockIntacct {
    MockIntacct::builder().start_on_own_thread().unwrap()
}

pub fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}
