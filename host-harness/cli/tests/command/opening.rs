//! Opening the person's browser: what stands on its command line, and the file that it is handed
//! (attack 10).

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rstest::rstest;

use crate::browser::{come_back, sign_in};
use crate::stage::{Running, Stage, mock};

/// What the browser was started with, and what it was handed.
struct Opened {
    arguments: String,
    file: PathBuf,
    address: String,
}

/// A stage whose browser says how it was started, and does nothing.
fn stage() -> Stage {
    let stage = Stage::with_secret();
    let script = "#!/bin/sh\nprintf '%s\\n' \"$@\" > \"$HOME/opened\"\n";
    let bin = stage.file_with_mode("bin/xdg-open", script, 0o700);
    let made = Command::new("mkfifo").arg(stage.path("opened")).status();
    assert!(made.unwrap().success());
    fs::create_dir(stage.path("run")).unwrap();
    fs::set_permissions(stage.path("run"), fs::Permissions::from_mode(0o700)).unwrap();
    let path = format!("{}:/usr/bin:/bin", bin.parent().unwrap().display());
    let run = stage.path("run").display().to_string();
    stage.env("PATH", &path).env("XDG_RUNTIME_DIR", &run)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Waits until the browser is started.
fn opened(stage: &Stage) -> Opened {
    let arguments = fs::read_to_string(stage.path("opened")).unwrap();
    let file = PathBuf::from(arguments.trim_end());
    assert_eq!(mode(&file), 0o600, "{arguments}");
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    assert!(file.starts_with(stage.path("run")), "{arguments}");
    let page = fs::read_to_string(&file).unwrap();
    let address = page.split("content=\"0; url=").nth(1).unwrap();
    let address = address.split('"').next().unwrap().replace("&amp;", "&");
    Opened {
        arguments,
        file,
        address,
    }
}

impl Opened {
    #[track_caller]
    fn assert_on_no_command_line(&self, running: &Running) {
        let own = fs::read(format!("/proc/{}/cmdline", running.id())).unwrap();
        let lines = format!("{}{}", self.arguments, String::from_utf8_lossy(&own));
        for part in ["http", "key=", "state=", "/sign-in/"] {
            let found = lines.replace("https://127.0.0.1:0/callback", "");
            let found = found.split(['\0', '\n']).filter(|it| it.starts_with(part));
            let found: Vec<_> = found
                .filter(|it| !it.starts_with("http://127.0.0.1"))
                .collect();
            assert_eq!(found, [""; 0], "{part}");
        }
        let secret = self.address.rsplit(['=', '/']).next().unwrap();
        assert!(secret.len() > 20 && !lines.contains(secret), "{lines}");
    }

    /// Soon: the command learns of the browser's arrival while it answers it.
    #[track_caller]
    fn assert_removed(&self) {
        let begun = Instant::now();
        while self.file.exists() || self.file.parent().unwrap().exists() {
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "it is still there"
            );
            std::thread::yield_now();
        }
    }
}

#[rstest]
#[case::of_a_file(&["connect", "credential.toml"])]
#[case::of_a_stored_credential(&["credentials", "connect", "Sample"])]
fn a_sign_in_stands_on_no_command_line_and_begins_at_the_listener(#[case] command: &[&str]) {
    let (stage, mock) = (stage(), mock());
    stage.regular_user();
    let key = stage.path("master.key").display().to_string();
    let kept = ["--store", "kept.db", "--key-file", &key];
    let stored = command[0] == "credentials";
    if stored {
        stage.run(&["key", "create", &key]).ends_with(0);
        let add = ["credentials", "add", "credential.toml"];
        stage.run(&[&add[..], &kept].concat()).ends_with(0);
    }
    let (origin, back) = (mock.origin(), "https://127.0.0.1:0/callback");
    let more = ["--mock", &origin, "--redirect-uri", back];
    let kept = if stored { &kept[..] } else { &[] };
    let mut connect = stage.start(&[command, &more, kept].concat());
    let opened = opened(&stage);
    opened.assert_on_no_command_line(&connect);
    assert_eq!(opened.address, connect.address());
    let returning = sign_in(&opened.address);
    opened.assert_removed();
    come_back(&returning);
    connect.end().ends_with(0).shows("user dana");
}

#[test]
fn a_sign_in_that_is_pasted_stands_on_no_command_line_either() {
    let (stage, mock) = (stage(), mock());
    stage.regular_user();
    let origin = mock.origin();
    let arguments = ["connect", "credential.toml", "--paste", "--mock", &origin];
    let mut connect = stage.start_with_input(&arguments);
    let opened = opened(&stage);
    let own = fs::read(format!("/proc/{}/cmdline", connect.id())).unwrap();
    let lines = format!("{}{}", opened.arguments, String::from_utf8_lossy(&own));
    assert!(!lines.contains("state="), "{lines}");
    assert!(opened.address.starts_with(&origin), "{}", opened.address);
    let redirected = sign_in(&opened.address).url;
    connect.type_in(&format!("{redirected}\n"));
    connect.end().ends_with(0);
    opened.assert_removed();
}

#[test]
fn the_link_of_the_page_stands_on_no_command_line() {
    let stage = stage();
    let arguments = ["--listen", "127.0.0.1:0", "--redirect-uri"];
    let arguments = [&["serve", "--mock", "--open"], &arguments[..]].concat();
    let arguments = [&arguments[..], &["https://127.0.0.1:0/callback"]].concat();
    let mut serve = stage.start(&arguments);
    let opened = opened(&stage);
    opened.assert_on_no_command_line(&serve);
    let link = serve.see(|line| line.contains("/open?key="));
    assert_eq!(opened.address, link.trim());
    let origin = opened.address.split("/open").next().unwrap();
    let press = |method| crate::browser::request(method, &opened.address, &[("origin", origin)]);
    assert_eq!(press(reqwest::Method::GET).status, 200);
    assert!(opened.file.exists(), "nobody has pressed the button");
    assert_eq!(press(reqwest::Method::POST).status, 303);
    opened.assert_removed();
    serve.ask_to_end();
    serve.end().ends_with(0);
}

#[test]
fn what_nobody_opened_is_removed_with_the_run() {
    let (stage, mock) = (stage(), mock());
    stage.regular_user();
    let origin = mock.origin();
    let back = "https://127.0.0.1:0/callback";
    let more = ["--redirect-uri", back, "--mock", &origin, "--wait", "1"];
    let connect = stage.start(&[&["connect", "credential.toml"], &more[..]].concat());
    let opened = opened(&stage);
    connect.end().ends_with(1).says("nobody came back");
    assert!(!opened.file.exists() && !opened.file.parent().unwrap().exists());
}
