//! The WebDriver server: one for all tests of this process, gone with it.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::LazyLock;

/// What it says of itself once it listens, before the port.
const STARTED: &str = "started successfully on port ";

/// Ends the group of processes and deletes the folder when the standard input ends, which is when
/// the process that holds it does, however it ends.
const WATCHDOG: &str = "cat >/dev/null; kill -9 \"-$1\"; rm -rf \"$2\"";

/// A chromedriver that runs.
pub(crate) struct Chromedriver {
    port: u16,
    /// It stops where it can print no more.
    _output: BufReader<ChildStdout>,
    _process: Child,
    _watchdog: Child,
}

impl Chromedriver {
    /// The one of this process.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: LazyLock<Chromedriver> = LazyLock::new(Chromedriver::start);
        &SHARED
    }

    fn start() -> Self {
        // Profiles go where the watchdog deletes them.
        let folder = tempfile::tempdir().unwrap().keep();
        let mut process = Command::new("chromedriver")
            .args(["--port=0", "--log-level=SEVERE"])
            .env("TMPDIR", &folder)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts; `cargo xtask setup` installs it");
        let watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "watchdog", &process.id().to_string()])
            .arg(&folder)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        Self {
            port: port(&mut output),
            _output: output,
            _process: process,
            _watchdog: watchdog,
        }
    }

    /// Where it listens, on loopback.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

fn port(output: &mut impl BufRead) -> u16 {
    let lines = output.lines().map_while(Result::ok);
    let told = lines.filter_map(|line| Some(line.split_once(STARTED)?.1.to_owned()));
    let told = told.map(|rest| rest.trim_end_matches('.').parse().unwrap());
    told.take(1).last().expect("chromedriver says its port")
}
