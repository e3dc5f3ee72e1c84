//! PostgreSQL's programs, run as somebody whom a server accepts.

use std::process::Command;

/// Debian's package and the folder of its programs.
pub(crate) const PACKAGE: &str = "postgresql-15";
pub(crate) const PROGRAMS: &str = "/usr/lib/postgresql/15/bin";

/// The user `nobody`: a server refuses to run as root.
pub(crate) const NOBODY: u32 = 65534;

/// Runs one of PostgreSQL's programs and gives what it printed.
pub fn run(program: &str, arguments: &[&str]) -> String {
    let output = as_nobody(&format!("{PROGRAMS}/{program}"))
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{program}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn as_nobody(program: &str) -> Command {
    let words = words_of_nobody(program);
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    anywhere(command)
}

/// How a program is run as somebody whom a server accepts.
pub(crate) fn words_of_nobody(program: &str) -> Vec<String> {
    if !rustix::process::geteuid().is_root() {
        return vec![program.to_owned()];
    }
    let id = NOBODY.to_string();
    let words = [
        "setpriv",
        "--reuid",
        &id,
        "--regid",
        &id,
        "--clear-groups",
        "--",
        program,
    ];
    words.map(str::to_owned).to_vec()
}

/// Wherever the test runs, and whatever it speaks.
pub(crate) fn anywhere(mut command: Command) -> Command {
    command.current_dir("/").env("LC_ALL", "C");
    command
}
