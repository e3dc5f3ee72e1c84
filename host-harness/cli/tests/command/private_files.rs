//! Files that others could change or read, and names at which a command must not wait.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;

use rstest::rstest;

use crate::kept::Kept;
use crate::stage::{Run, Stage};

const POLICY: &str = "[[plugin]]\nbuiltin = true\norigins = [\"https://api.intacct.com\"]\n";

const IRREGULAR: &str = "it is a folder, a pipe or a device";

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn make_pipe(path: &Path) {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
}

fn checked(stage: &Stage) -> Run {
    stage.run(&["policy", "check", "policy.toml"])
}

#[rstest]
#[case::the_group_writes(0o620)]
#[case::everybody_writes(0o602)]
#[case::the_group_reads_and_writes(0o660)]
fn a_policy_that_others_can_change_is_not_in_force(#[case] mode: u32) {
    let stage = Stage::new();
    stage.file_with_mode("policy.toml", POLICY, mode);
    checked(&stage)
        .ends_with(4)
        .says("can be changed by others")
        .says("hint: chmod go-w ")
        .says("who acts: whoever runs this platform");
}

#[rstest]
#[case::read_by_all(0o644)]
#[case::read_by_the_group(0o440)]
fn a_policy_that_others_can_read_is_in_force(#[case] mode: u32) {
    let stage = Stage::new();
    stage.file_with_mode("policy.toml", POLICY, mode);
    checked(&stage).ends_with(0);
}

#[test]
fn a_policy_of_another_user_is_not_in_force() {
    if !is_root() {
        return; // Only root can give a file away.
    }
    let stage = Stage::new();
    let path = stage.file("policy.toml", POLICY);
    chown(path, Some(12_345), None).unwrap();
    checked(&stage)
        .ends_with(4)
        .says("belongs to another user (user ID 12345)");
}

#[test]
fn a_policy_in_a_folder_that_others_write_to_is_not_in_force() {
    let stage = Stage::new();
    let path = stage.file("open/policy.toml", POLICY);
    set_mode(path.parent().unwrap(), 0o777);
    stage
        .run(&["policy", "check", "open/policy.toml"])
        .ends_with(4)
        .says("open can be changed by others (mode 0777)");
}

#[test]
fn authorities_that_others_can_change_are_not_trusted() {
    let stage = Stage::new();
    stage.file_with_mode("ca.pem", "x", 0o666);
    stage.file("policy.toml", "trust = [\"ca.pem\"]\n");
    checked(&stage)
        .ends_with(4)
        .says("1:10")
        .says("ca.pem can be changed by others");
}

#[rstest]
#[case::everybody_writes(0o666)]
#[case::the_group_writes(0o660)]
fn a_store_that_others_can_change_is_refused(#[case] mode: u32) {
    let kept = Kept::added();
    set_mode(&kept.store(), mode);
    kept.run(&["credentials"])
        .ends_with(7)
        .says("credentials.db can be changed by others")
        .says("chmod go-w");
}

#[test]
fn a_store_of_another_user_is_refused() {
    if !is_root() {
        return; // Only root can give a file away.
    }
    let kept = Kept::added();
    chown(kept.store(), Some(12_345), None).unwrap();
    kept.run(&["credentials"])
        .ends_with(7)
        .says("belongs to another user");
}

#[rstest]
#[case::open_to_all(0o777)]
#[case::as_the_temporary_folder_is(0o1777)]
fn a_store_in_a_folder_that_others_write_to_is_refused(#[case] mode: u32) {
    let kept = Kept::added();
    // A key beside the store would be refused first.
    fs::copy(kept.key(), kept.stage.path("apart.key")).unwrap();
    set_mode(kept.store().parent().unwrap(), mode);
    kept.run(&["credentials", "--key-file", "apart.key"])
        .ends_with(7)
        .says("can be changed by others");
}

/// Whoever could put a log there would write to the store.
#[test]
fn a_log_beside_the_store_that_others_can_change_is_refused() {
    let kept = Kept::added();
    let mut log = kept.store().into_os_string();
    log.push("-journal");
    fs::write(&log, "x").unwrap();
    set_mode(Path::new(&log), 0o666);
    kept.run(&["credentials"])
        .ends_with(7)
        .says("-journal can be changed by others");
}

#[test]
fn a_new_store_is_its_owners_alone() {
    let kept = Kept::added();
    for path in [kept.store(), kept.key()] {
        let mode = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let folder = fs::metadata(kept.store().parent().unwrap()).unwrap();
    assert_eq!(folder.permissions().mode() & 0o777, 0o700);
}

/// Each command, with a pipe in the place of a file that it reads: it ends, and says why.
#[rstest]
#[case::a_secret(&["validate", "pipe-secret.toml"], 3)]
#[case::a_credential(&["validate", "pipe"], 3)]
#[case::a_policy(&["policy", "check", "pipe"], 4)]
#[case::authorities(&["policy", "check", "pipe-trust.toml"], 4)]
#[case::a_plugin(&["describe", "--plugin", "pipe"], 5)]
#[case::a_plugin_to_inspect(&["inspect", "pipe"], 5)]
#[case::a_plugin_to_prove(&["prove", "pipe"], 5)]
#[case::a_key(&["credentials", "--key-file", "pipe"], 7)]
#[case::a_store(&["credentials", "--store", "pipe", "--key-file", "one.key"], 7)]
#[case::an_export(&["credentials", "import", "pipe"], 3)]
#[case::a_company(&["mock", "--port", "0", "--company", "pipe"], 3)]
fn a_pipe_that_nobody_writes_to_holds_no_command_up(#[case] command: &[&str], #[case] exit: i32) {
    let stage = Stage::new();
    make_pipe(&stage.path("pipe"));
    stage.file("pipe-trust.toml", "trust = [\"pipe\"]\n");
    stage.file(
        "pipe-secret.toml",
        "name = \"x\"\n[settings]\nclient_secret = { file = \"pipe\" }\n",
    );
    stage.run(&["key", "create", "one.key"]).ends_with(0);
    let run = stage.run(command);
    assert_eq!(run.status.code(), Some(exit), "{run:#?}");
    run.says(IRREGULAR);
}

#[test]
fn a_body_that_is_a_pipe_or_a_device_holds_no_request_up() {
    let kept = Kept::connected();
    make_pipe(&kept.stage.path("pipe"));
    for body in ["pipe", "/dev/zero", "."] {
        let request = ["request", "Sample", "POST", "/x", "--body", body];
        kept.mocked(&request).ends_with(7).says(IRREGULAR);
    }
}

/// Memory that is dumped holds secrets.
#[cfg(target_os = "linux")]
#[test]
fn no_core_of_the_command_is_dumped() {
    let stage = Stage::new();
    let mut running = stage.start(&["mock", "--port", "0"]);
    running.see(|line| line.contains("http"));
    let limits = fs::read_to_string(format!("/proc/{}/limits", running.id())).unwrap();
    let cores = limits
        .lines()
        .find(|it| it.starts_with("Max core file size"));
    let words: Vec<&str> = cores.unwrap().split_whitespace().collect();
    assert_eq!(words[4..6], ["0", "0"], "{words:?}");
    // What cannot be dumped belongs to root in /proc (proc(5)).
    use std::os::unix::fs::MetadataExt as _;
    let environment = fs::metadata(format!("/proc/{}/environ", running.id())).unwrap();
    assert_eq!(environment.uid(), 0);
}

/// As a volume with `fsGroup` is mounted: the hint is one that can be followed.
#[test]
fn a_store_on_a_volume_that_a_group_shares_says_what_to_do() {
    let stage = Stage::with_secret();
    stage.web_services_user();
    let volume = stage.path("volume");
    fs::create_dir(&volume).unwrap();
    let mode = |bits| fs::set_permissions(&volume, fs::Permissions::from_mode(bits)).unwrap();
    mode(0o2775);
    let store = ["--store", "volume/credentials.db"];
    let add = [&["credentials", "add", "credential.toml"], &store[..]].concat();
    stage
        .run(&add)
        .ends_with(7)
        .says("fsGroup")
        .says("chmod 700 ");
    mode(0o700);
    stage.run(&add).ends_with(0);
}
