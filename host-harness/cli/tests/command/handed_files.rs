//! Secrets in files that root or the service manager hands to a process by its group: a Secret volume of
//! Kubernetes with `fsGroup`, `LoadCredential=` of systemd.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::PathBuf;
use std::process::Command;

use rstest::rstest;

use crate::stage::{CLIENT_SECRET, Run, Stage};
use crate::stores::run;

/// A folder that another user works in, and the command run as that user.
struct Service {
    stage: Stage,
}

const USER: u32 = 1_000;
const GROUP: u32 = 2_000;

impl Service {
    fn new() -> Self {
        let stage = Stage::new();
        stage.web_services_user();
        let text = fs::read_to_string(stage.path("credential.toml")).unwrap();
        let text = text.replace("env = \"CLIENT_SECRET\"", "file = \"secrets/cs\"");
        stage.file_with_mode("credential.toml", text, 0o644);
        stage.file("secrets/cs", CLIENT_SECRET);
        stage.file(
            "secrets/key",
            "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n",
        );
        fs::copy(env!("CARGO_BIN_EXE_harness"), stage.path("harness")).unwrap();
        for folder in ["", "secrets"] {
            fs::set_permissions(stage.path(folder), Permissions::from_mode(0o755)).unwrap();
        }
        fs::create_dir(stage.path("own")).unwrap();
        chown(stage.path("own"), Some(USER), Some(USER)).unwrap();
        Self { stage }
    }

    fn secrets(&self) -> [PathBuf; 2] {
        ["secrets/cs", "secrets/key"].map(|it| self.stage.path(it))
    }

    fn hand_over(&self, owner: u32, mode: u32) {
        for path in self.secrets() {
            chown(&path, Some(owner), Some(GROUP)).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        }
    }

    fn add(&self, variables: &[(&str, &str)]) -> Run {
        let (user, group) = (USER.to_string(), GROUP.to_string());
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid", &user, "--regid", &group, "--clear-groups", "--"])
            .arg(self.stage.path("harness"))
            .args(["credentials", "add", "credential.toml"])
            .args(["--store", "own/c.db", "--key-file", "secrets/key"])
            .current_dir(self.stage.path(""))
            .env_clear()
            .env("HOME", self.stage.path("own"))
            .envs(variables.iter().copied());
        run(command)
    }
}

/// As a Secret volume with `fsGroup` shows them, and `LoadCredential=` of a service with `User=`.
#[rstest]
#[case::a_secret_volume(0, 0o440, true)]
#[case::writable_by_root(0, 0o640, true)]
#[case::the_users_own(USER, 0o400, true)]
#[case::the_users_own_for_a_group(USER, 0o440, false)]
#[case::for_all(0, 0o444, false)]
#[case::written_by_the_group(0, 0o460, false)]
fn a_secret_that_root_hands_to_the_group_is_taken(
    #[case] owner: u32,
    #[case] mode: u32,
    #[case] taken: bool,
) {
    if !rustix::process::geteuid().is_root() {
        return; // Only root can hand something over.
    }
    let service = Service::new();
    service.hand_over(owner, mode);
    let run = service.add(&[]);
    match taken {
        true => drop(run.ends_with(0)),
        false => assert!(matches!(run.status.code(), Some(3 | 7)), "{run:#?}"),
    }
}

#[test]
fn a_secret_of_the_service_manager_is_taken_from_its_folder_alone() {
    if !rustix::process::geteuid().is_root() {
        return; // Only root can hand something over.
    }
    let service = Service::new();
    service.hand_over(USER, 0o440);
    let folder = service.stage.path("secrets").display().to_string();
    let elsewhere = service.stage.path("own").display().to_string();
    service
        .add(&[("CREDENTIALS_DIRECTORY", &elsewhere)])
        .ends_with(7)
        .says("can be read by others");
    service
        .add(&[("CREDENTIALS_DIRECTORY", &folder)])
        .ends_with(0);
}
