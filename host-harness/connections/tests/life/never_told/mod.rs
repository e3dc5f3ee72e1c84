//! Secrets are told to nobody: not in a log at any level or from any thread, not in an error, a
//! panic or what is printed of a value, not in a history or an export, not in what a database
//! writes, not in the list of processes.
//!
//! Who listens to a whole process needs one of its own: this test binary, started again. There it
//! lives a whole life on one store, keeps all that is said, and searches it for every secret in every
//! spelling. On purpose it also says [`CONTROL`] everywhere; where that is not found, nothing was
//! listened to.

mod heard;
mod living;
mod panicking;
mod running;
mod secrets;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::stage::World;
use heard::Heard;
use secrets::Drawn;

/// The order to listen: on which store.
const VARIABLE: &str = "CREDENTIAL_TEST_CANARY";

/// Said everywhere, and no secret.
const CONTROL: &str = "canary-that-may-be-found";

#[tokio::test]
async fn no_secret_is_told_in_a_whole_life_on_sqlite() {
    in_a_process_of_its_own("sqlite").await;
}

#[tokio::test]
async fn no_secret_is_told_in_a_whole_life_on_postgres() {
    in_a_process_of_its_own("postgres").await;
}

async fn in_a_process_of_its_own(store: &'static str) {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| std::fs::File::create(folder.path().join(name)).unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--ignored", "--exact", "never_told::listen", "--nocapture"])
        .env(VARIABLE, format!("{store}\n{}", folder.path().display()))
        .stdin(Stdio::null())
        .stdout(file("stdout"))
        .stderr(file("stderr"));
    let status = tokio::task::spawn_blocking(move || command.status());
    let status = status.await.unwrap().unwrap();
    let said = std::fs::read_to_string(folder.path().join("stdout")).unwrap();
    let errors = || std::fs::read_to_string(folder.path().join("stderr")).unwrap();
    assert!(status.success(), "{said}\n{}", errors());
    let count = said.lines().find(|line| line.starts_with(store));
    println!("{}", count.expect("it searched"));
}

/// Lives and listens where it was started for it, and is nothing otherwise.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a process of its own, which other tests start"]
async fn listen() {
    let Ok(order) = std::env::var(VARIABLE) else {
        return;
    };
    let (store, folder) = order.split_once('\n').unwrap();
    living::compile().await;
    let heard = Heard::begin(&PathBuf::from(folder));
    let drawn = Drawn::default();
    let world = match store {
        "sqlite" => World::start().await,
        _ => World::start_on_postgres().await,
    };
    let world = living::remembering(world, &drawn).await;
    let mut secrets = living::live(&world, &heard).await;
    panicking::panic_at_every_step(&world, &heard).await;
    running::look_at_processes(&world, &heard).await;
    secrets.add_all_of(&world, &drawn);
    heard.keep_files(&world).await;
    println!("{store}: {}", secrets.search(&heard));
}
