//! A stored credential's whole life through the command, as talkative as it gets: no secret of it is
//! printed, written by the database, or in the list of processes.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use credential_runtime::occurrences;
use mock_intacct::{Fault, FaultRule};
use rstest::rstest;
use test_stores::read_all;

use crate::browser::{come_back, sign_in};
use crate::kept::{Kept, On};
use crate::stage::{CLIENT_ID, CLIENT_SECRET, Run, Running, Stage, block_on};

/// No secret: the credential's name and its tenant's.
const CONTROL: &str = "canary-that-may-be-found";

/// What was said, by place.
#[derive(Default)]
struct Heard(Vec<(String, Vec<u8>)>);

impl Heard {
    fn hear(&mut self, place: &str, bytes: &[u8]) {
        match self.0.iter_mut().find(|(known, _)| known == place) {
            Some((_, heard)) => heard.extend_from_slice(bytes),
            None => self.0.push((place.to_owned(), bytes.to_vec())),
        }
    }

    fn run(&mut self, run: &Run) {
        self.hear("stdout", run.stdout.as_bytes());
        self.hear("stderr", run.stderr.as_bytes());
    }

    /// What the list of processes shows, and what its own user may read.
    fn process(&mut self, running: &Running) {
        for file in ["cmdline", "environ"] {
            let bytes = fs::read(format!("/proc/{}/{file}", running.id())).unwrap();
            self.hear(file, &bytes);
        }
    }

    /// All that the database has written.
    fn files(&mut self, folder: &Path, key: &Path) {
        for (_, bytes) in read_all(folder).iter().filter(|(path, _)| path != key) {
            self.hear("database", bytes);
        }
    }

    fn search(&self, secrets: &[String]) {
        let needles: Vec<&str> = secrets.iter().map(String::as_str).collect();
        for (place, bytes) in &self.0 {
            assert_eq!(occurrences(bytes, &needles), [] as [usize; 0], "in {place}");
            // The same search finds what may be found.
            assert_eq!(occurrences(bytes, &[CONTROL]), [0], "in {place}");
        }
        let places: Vec<&str> = self.0.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(
            places,
            ["stdout", "stderr", "cmdline", "environ", "database"]
        );
    }
}

fn credential(stage: &Stage) {
    stage.file("secret.txt", CLIENT_SECRET);
    let text = format!(
        "name = \"{CONTROL}\"\n[settings]\nclient_id = \"{CLIENT_ID}\"\n\
         client_secret = {{ file = \"secret.txt\" }}\nflow_type = \"regular_user\"\n"
    );
    stage.file("credential.toml", text);
}

/// Connects through the browser, and gives the state.
fn connect(kept: &Kept, heard: &mut Heard) -> String {
    let mut connect = kept.start_mocked(&[
        "credentials",
        "connect",
        CONTROL,
        "--no-browser",
        "--redirect-uri",
        "https://127.0.0.1:0/callback",
        "-vvv",
    ]);
    let address = connect.address();
    let returning = sign_in(&address);
    come_back(&returning);
    let run = connect.end().ends_with(0);
    // The address is for the person's browser, and on the terminal on purpose.
    heard.hear("stdout", run.stdout.as_bytes());
    heard.hear("stderr", run.stderr.replace(&address, "").as_bytes());
    let state = returning
        .service
        .split(['?', '&'])
        .find_map(|it| it.strip_prefix("state="));
    state.unwrap().to_owned()
}

/// Renews in the background, and is looked at while the service does not answer.
fn watch(kept: &Kept, heard: &mut Heard) {
    kept.sql("UPDATE credential SET due_at = 0, expires_at = obtained_at");
    let rule = FaultRule::new(Fault::SlowHead).on_path("/oauth2/token");
    let held = kept.mock.inject(rule);
    let watching = kept.start_mocked(&["renew", "--watch", "-vvv", "--tenant", CONTROL]);
    block_on(held.reached(1));
    heard.process(&watching);
    watching.ask_to_end();
    held.release();
    heard.run(&watching.end().ends_with(0));
}

fn live(kept: &Kept, heard: &mut Heard) -> String {
    let say = |heard: &mut Heard, arguments: &[&str], code: i32| {
        heard.run(
            &kept
                .mocked(&[arguments, &["-vvv"]].concat())
                .ends_with(code),
        );
    };
    let on_store = |heard: &mut Heard, arguments: &[&str], code: i32| {
        heard.run(&kept.run(&[arguments, &["-vvv"]].concat()).ends_with(code));
    };
    say(heard, &["credentials", "add", "credential.toml"], 0);
    let state = connect(kept, heard);
    say(heard, &["credentials", "test", CONTROL], 0);
    say(heard, &["renew", CONTROL], 0);
    watch(kept, heard);
    say(heard, &["token", CONTROL], 0);
    let users = "/ia/api/v1/objects/company-config/user";
    say(heard, &["request", CONTROL, "GET", users], 0);
    on_store(heard, &["credentials", "list", "--json"], 0);
    on_store(heard, &["credentials", "history", CONTROL], 0);
    on_store(heard, &["credentials", "export"], 0);
    on_store(
        heard,
        &["credentials", "status", &format!("{CONTROL}-not")],
        3,
    );
    kept.add_key();
    on_store(heard, &["key", "rotate"], 0);
    say(heard, &["credentials", "revoke", CONTROL, "--yes"], 0);
    state
}

#[rstest]
fn no_secret_is_told_in_a_whole_life(#[values(On::Sqlite, On::Postgres)] on: On) {
    let stage = Stage::new()
        .env("HARNESS_LOG", "trace")
        .env("HARNESS_TENANT", CONTROL);
    let kept = Kept::at(stage, on);
    credential(&kept.stage);
    let mut heard = Heard::default();
    let state = live(&kept, &mut heard);
    if on == On::Postgres {
        kept.sql("CHECKPOINT");
    }
    heard.files(&kept.folder(), &kept.key());
    let mut secrets = kept.mock.issued().secrets();
    secrets.extend([CLIENT_SECRET.to_owned(), state]);
    for key in fs::read_to_string(kept.key()).unwrap().lines() {
        let bytes = STANDARD.decode(key).unwrap();
        secrets.push(bytes.iter().map(|byte| format!("{byte:02x}")).collect());
        secrets.push(key.to_owned());
    }
    assert!(
        secrets.len() > 12,
        "codes, tokens and two keys: {}",
        secrets.len()
    );
    heard.search(&secrets);
}
