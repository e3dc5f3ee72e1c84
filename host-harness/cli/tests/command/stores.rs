//! Which store a command works on: texts that name none, stores that are not there, disks that are full.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use rstest::rstest;
use test_stores::Server;
use test_stores::disk::{SmallDisk, may_mount};

use crate::kept::{Kept, On};
use crate::stage::{CLIENT_SECRET, Run, Stage, block_on};

const PASSWORD: &str = "not-a-real-db-password";

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<String> = entries
        .map(|it| it.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A text that is a database's in another spelling becomes no file, and no password is repeated.
#[rstest]
#[case::keywords("host=db.example.com user=app password=not-a-real-db-password dbname=harness")]
#[case::keywords_without_a_password("host=db.example.com dbname=harness")]
#[case::jdbc("jdbc:postgresql://db/harness")]
#[case::jdbc_with_a_password("jdbc:postgresql://db/harness?password=not-a-real-db-password")]
#[case::another_database("mysql://app:not-a-real-db-password@db/harness")]
#[case::a_driver("postgresql+psycopg://app:not-a-real-db-password@db/harness")]
#[case::no_scheme("app:not-a-real-db-password@db.example.com/harness")]
#[case::odbc("Driver=PostgreSQL;Server=db;Pwd=not-a-real-db-password")]
fn a_database_in_another_spelling_is_refused(
    #[case] text: &str,
    #[values(true, false)] by_variable: bool,
) {
    let stage = Stage::with_secret();
    stage.web_services_user();
    let before = names(&stage.path(""));
    let (stage, arguments) = match by_variable {
        true => (stage.env("HARNESS_STORE", text), vec![]),
        false => (stage, vec!["--store", text]),
    };
    let run = stage.run(&[&["credentials", "add", "credential.toml"], &arguments[..]].concat());
    assert!(matches!(run.status.code(), Some(2 | 7)), "{run:#?}");
    assert!(!run.everything().contains(PASSWORD), "{run:#?}");
    assert_eq!(names(&stage.path("")), before);
}

#[rstest]
#[case::list(&["credentials"])]
#[case::history(&["credentials", "history", "Sample"])]
#[case::status(&["credentials", "status", "Sample"])]
#[case::export(&["credentials", "export"])]
#[case::token(&["token", "Sample"])]
#[case::request(&["request", "Sample", "GET", "/"])]
#[case::renew(&["renew", "Sample"])]
#[case::renew_all(&["renew"])]
#[case::watch(&["renew", "--watch"])]
#[case::disconnect(&["credentials", "disconnect", "Sample"])]
#[case::key_status(&["key", "status"])]
#[case::key_rotate(&["key", "rotate"])]
fn a_command_that_looks_for_a_store_makes_none(#[case] arguments: &[&str]) {
    let stage = Stage::new();
    for store in ["elsewhere/credentials.db", "credentials.db"] {
        stage
            .run(&[arguments, &["--store", store]].concat())
            .ends_with(7)
            .says(&format!("the store {store}: there is none yet"))
            .says("is its disk mounted");
    }
    stage.run(arguments).ends_with(7);
    assert_eq!(names(&stage.path("")), Vec::<String>::new());
}

#[test]
fn a_database_without_tables_is_no_store_and_stays_without() {
    let kept = Kept::on(On::Postgres);
    kept.run(&["credentials"])
        .ends_with(7)
        .says("there is none yet");
    kept.stage.web_services_user();
    kept.run(&["credentials", "add", "credential.toml"])
        .ends_with(0);
    kept.run(&["credentials"]).ends_with(0).shows("Sample");
}

/// As a Secret's values have them that were made with `echo`.
#[rstest]
#[case::a_line_break("\n")]
#[case::of_windows("\r\n")]
fn a_line_break_behind_a_variables_value_is_no_part_of_it(
    #[case] end: &str,
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let stage = Stage::new();
    let store = match on {
        On::Sqlite => "credentials.db".to_owned(),
        On::Postgres => block_on(Server::shared().new_database()),
    };
    stage.file(
        "policy.toml",
        "[[plugin]]\nbuiltin = true\norigins = [\"https://api.intacct.com\"]\n",
    );
    stage.web_services_user();
    let key = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    let stage = [
        ("HARNESS_STORE", store.as_str()),
        ("HARNESS_MASTER_KEY", key),
        ("HARNESS_TENANT", "mine"),
        ("HARNESS_LOG", "info"),
        ("HARNESS_POLICY", "policy.toml"),
        ("CLIENT_SECRET", CLIENT_SECRET),
    ]
    .into_iter()
    .fold(stage, |stage, (name, value)| {
        stage.env(name, &format!("{value}{end}"))
    });
    let mock = crate::stage::mock();
    stage
        .run(&["credentials", "add", "credential.toml"])
        .ends_with(0);
    stage
        .run(&["credentials", "connect", "Sample", "--mock", &mock.origin()])
        .ends_with(0);
    stage
        .run(&["credentials", "--tenant", "mine"])
        .ends_with(0)
        .shows("Sample connected");
    if on == On::Sqlite {
        assert!(stage.path("credentials.db").exists());
    }
}

/// The command on a small disk at `d`.
struct Full {
    stage: Stage,
    disk: SmallDisk,
}

impl Full {
    fn new() -> Self {
        let stage = Stage::with_secret();
        stage.web_services_user();
        let folder = stage.path("d");
        fs::create_dir(&folder).unwrap();
        let disk = SmallDisk::new(&folder, 1 << 20);
        fill(&disk.folder());
        Self { stage, disk }
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let mut command = self.disk.command();
        command
            .arg("env")
            .arg("-C")
            .arg(self.stage.path(""))
            .arg(format!("CLIENT_SECRET={CLIENT_SECRET}"))
            .arg(env!("CARGO_BIN_EXE_harness"))
            .args(arguments);
        run(command)
    }
}

pub fn run(mut command: Command) -> Run {
    let output = command.output().unwrap();
    Run {
        status: output.status,
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn fill(folder: &Path) {
    let _ = fs::write(folder.join("filling"), vec![0; 2 << 20]);
}

#[rstest]
#[case::a_store(&["credentials", "add", "credential.toml", "--store", "d/c.db"])]
#[case::a_key(&["key", "create", "d/k"])]
fn a_full_disk_leaves_nothing_behind_and_the_same_command_works_once_there_is_room(
    #[case] arguments: &[&str],
) {
    if !may_mount() {
        return;
    }
    let full = Full::new();
    full.run(arguments).ends_with(7);
    assert_eq!(names(&full.disk.folder()), ["filling"]);
    fs::remove_file(full.disk.folder().join("filling")).unwrap();
    full.run(arguments).ends_with(0);
}

/// What an earlier version left on a full disk.
#[test]
fn an_empty_key_beside_no_store_is_made_anew() {
    let stage = Stage::with_secret();
    stage.web_services_user();
    stage.file("c.key", "");
    stage.file("c.db", "");
    stage
        .run(&["credentials", "add", "credential.toml", "--store", "c.db"])
        .ends_with(0)
        .says("A new master key was made in");
    stage.file("k", "");
    stage.run(&["key", "create", "k"]).ends_with(0);
    stage
        .run(&["key", "create", "k"])
        .ends_with(7)
        .says("never overwritten");
}

#[test]
fn an_empty_key_beside_a_store_is_not_made_anew() {
    let kept = Kept::added();
    fs::write(kept.key(), "").unwrap();
    kept.run(&["credentials", "add", "credential.toml"])
        .ends_with(7)
        .says("bring it back from its copy");
    assert_eq!(fs::metadata(kept.key()).unwrap().len(), 0);
}

#[test]
fn a_store_in_the_place_of_its_key_is_refused() {
    let stage = Stage::with_secret();
    stage.web_services_user();
    stage
        .run(&["credentials", "add", "credential.toml", "--store", "c.key"])
        .ends_with(2)
        .says("give the store another name");
    assert!(!stage.path("c.key").exists());
}

/// Each trouble with a key has its own way out.
#[rstest]
#[case::missing(|path: &Path| fs::remove_file(path).unwrap(), "bring it back from its copy")]
#[case::empty(|path: &Path| fs::write(path, "").unwrap(), "bring it back from its copy")]
#[case::cut(|path: &Path| fs::write(path, "AQEB").unwrap(), "compare it with its copy")]
#[case::readable(
    |path: &Path| fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap(),
    "`harness key rotate` takes a new one"
)]
#[case::a_folder(
    |path: &Path| { fs::remove_file(path).unwrap(); fs::create_dir(path).unwrap(); },
    "nothing is wrong with the store"
)]
fn a_key_that_cannot_be_read_is_told_by_its_trouble(#[case] spoil: fn(&Path), #[case] hint: &str) {
    let kept = Kept::added();
    spoil(&kept.key());
    kept.run(&["credentials"]).ends_with(7).says(hint);
}

#[test]
fn an_export_to_a_dash_goes_to_stdout_and_comes_back_from_stdin() {
    let kept = Kept::added();
    let exported = kept.run(&["credentials", "export", "-"]).ends_with(0);
    assert!(exported.stdout.contains("\"Sample\""), "{exported:#?}");
    assert!(!kept.stage.path("-").exists());
    let import = ["credentials", "import", "-", "--store", "other.db"];
    let imported = kept.stage.run_with_input(&import, &exported.stdout);
    imported.ends_with(0).shows("Imported: 1");
}

#[rstest]
fn who_holds_a_credential_and_until_when_is_shown(#[values(On::Sqlite, On::Postgres)] on: On) {
    let kept = Kept::connected_on(on);
    let hold = |seconds: u64| {
        let now = std::time::SystemTime::now();
        let now = now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        kept.sql(&format!(
            "UPDATE credential SET fence = fence + 1, lease_owner = 'machine-7/4711/3', \
             lease_until = {}",
            (now + seconds) * 1_000
        ));
    };
    hold(100);
    kept.run(&["credentials", "status", "Sample"])
        .ends_with(0)
        .shows("held by machine-7/4711/3; its lease ends in 1 min");
    let status = kept
        .run(&["credentials", "status", "Sample", "--json"])
        .json();
    assert_eq!(status["lease"]["owner"], "machine-7/4711/3");
    // A clock that was a day ahead: nobody has to wait for it.
    hold(86_400);
    let status = kept
        .run(&["credentials", "status", "Sample", "--json"])
        .json();
    assert_eq!(status["lease"], serde_json::Value::Null);
    kept.mocked(&["renew", "Sample"]).ends_with(0);
}

/// The clock was ten days ahead when the token was obtained.
#[rstest]
fn a_clock_that_was_put_back_makes_a_renewal_due(#[values(On::Sqlite, On::Postgres)] on: On) {
    let kept = Kept::connected_on(on);
    let ahead = "UPDATE credential SET obtained_at = obtained_at + 864000000, \
                 expires_at = expires_at + 864000000, due_at = due_at + 864000000";
    kept.sql(ahead);
    let round = kept.mocked(&["renew", "--json"]).ends_with(0).json();
    assert_eq!(round["fresh"], 1);
    kept.sql(ahead);
    let token = kept.mocked(&["token", "Sample", "--json"]).ends_with(0);
    assert_eq!(token.json()["generation"], 3);
    kept.sql(ahead);
    kept.mocked(&["credentials", "test", "Sample"]).ends_with(0);
}
