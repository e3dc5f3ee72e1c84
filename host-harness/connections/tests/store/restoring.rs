//! Restoring a backup as `docs/storage.md` says, by its own commands: what was stored after the backup is
//! gone, and what was in it is there.

use std::fs;
use std::path::Path;
use std::process::Command;

use credential_connections::store::Store;

use crate::sample::{connected, create, tenant};
use crate::stage::{Database, Stage};
use test_stores::run;

/// The commands of the section of that name, in the block of that language.
fn commands(section: &str, language: &str) -> String {
    let text = include_str!("../../../../docs/storage.md");
    let (_, section) = text.split_once(&format!("\n### {section}\n")).unwrap();
    let (_, block) = section.split_once(&format!("```{language}\n")).unwrap();
    block.split_once("```").unwrap().0.to_owned()
}

fn shell(script: &str, folder: &Path, variables: &[(&str, &str)]) {
    let output = Command::new("sh")
        .args(["-e", "-c", script])
        .current_dir(folder)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

async fn names(store: &dyn Store) -> Vec<String> {
    let listed = store.list(&tenant(), None, 100).await.unwrap();
    listed.iter().map(|it| it.name.to_string()).collect()
}

/// What a process leaves that is killed: its log, with commits that the file does not have.
async fn killed_after_a_backup() -> Stage {
    let running = Stage::sqlite();
    let store = running.open().await;
    connected(&*store, "in the backup").await;
    let backup = running.folder().join("backup.db");
    running
        .execute(&format!("VACUUM INTO '{}'", backup.display()))
        .await;
    create(&*store, "after the backup").await;

    let mut killed = Stage::sqlite();
    killed.key = running.key.clone();
    for name in ["credentials.db", "credentials.db-wal", "backup.db"] {
        fs::copy(running.folder().join(name), killed.folder().join(name)).unwrap();
    }
    killed
}

#[tokio::test]
async fn an_sqlite_store_is_restored_beside_the_log_of_a_killed_process() {
    let stage = killed_after_a_backup().await;
    let variables = [("STORE", "credentials.db"), ("BACKUP", "backup.db")];
    shell(
        &commands("Restore SQLite", "sh"),
        stage.folder(),
        &variables,
    );
    let store = stage.open().await;
    assert_eq!(names(&*store).await, ["in the backup"]);
    let id = store.list(&tenant(), None, 1).await.unwrap()[0].id;
    let tokens = store.get(&tenant(), id).await.unwrap().tokens.unwrap();
    assert_eq!(
        tokens.access.expose(),
        "not-a-real-secret-access-in the backup"
    );
    create(&*store, "after").await;
}

/// Why the log has to go: this is what happens where it stays.
#[tokio::test]
async fn a_log_that_stays_is_played_over_the_restored_file() {
    let stage = killed_after_a_backup().await;
    let backup = stage.folder().join("backup.db");
    fs::copy(backup, stage.folder().join("credentials.db")).unwrap();
    assert_eq!(names(&*stage.open().await).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgresql_store_is_restored() {
    let stage = Stage::postgres().await;
    let Database::Postgres { url, server } = &stage.database else {
        unreachable!()
    };
    let store = stage.open().await;
    let id = connected(&*store, "in the backup").await;
    let backup = server.folder().join("backup.dump");
    let path = backup.display().to_string();
    run("pg_dump", &["--format=custom", "--file", &path, url]);
    create(&*store, "after the backup").await;
    drop(store);

    let programs = format!(
        "/usr/lib/postgresql/15/bin:{}",
        std::env::var("PATH").unwrap()
    );
    let (server_url, database) = url.rsplit_once('/').unwrap();
    let variables = [
        ("PATH", programs.as_str()),
        ("STORE", url.as_str()),
        ("SERVER", &format!("{server_url}/postgres")),
        ("DATABASE", database),
        ("BACKUP", &path),
    ];
    shell(
        &commands("Restore PostgreSQL", "sh"),
        stage.folder(),
        &variables,
    );
    let store = stage.open().await;
    assert_eq!(names(&*store).await, ["in the backup"]);
    assert!(store.get(&tenant(), id).await.unwrap().tokens.is_some());
    create(&*store, "after").await;
}
