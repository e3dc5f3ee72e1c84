//! `harness serve --link`: another one-time link to a page that runs, for its owner.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use rstest::rstest;

use crate::browser::request;
use crate::stage::{Run, Running, Stage};

fn stage() -> Stage {
    let stage = Stage::new();
    let run = stage.path("run");
    fs::create_dir(&run).unwrap();
    fs::set_permissions(&run, fs::Permissions::from_mode(0o700)).unwrap();
    stage.env("XDG_RUNTIME_DIR", &run.display().to_string())
}

/// A page that runs: where it listens.
fn serve(stage: &Stage) -> (Running, String) {
    let back = ["--redirect-uri", "https://127.0.0.1:0/callback"];
    let serve = ["serve", "--mock", "--listen", "127.0.0.1:0"];
    let mut running = stage.start(&[&serve[..], &back].concat());
    let link = running.see(|line| line.contains("/open?key="));
    running.hear(|line| line.contains("Ctrl-C ends it."));
    let address = link.trim().strip_prefix("http://").unwrap();
    let address = address.split('/').next().unwrap().to_owned();
    (running, address)
}

fn ask(stage: &Stage, address: &str) -> Run {
    stage.run(&["serve", "--link", "--listen", address])
}

fn socket(stage: &Stage, address: &str) -> PathBuf {
    stage.path(&format!("run/harness/page-{address}.sock"))
}

#[test]
fn a_page_that_runs_gives_its_owner_another_link() {
    let stage = stage();
    let (running, address) = serve(&stage);
    let origin = format!("http://{address}");
    let heard = running
        .heard
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let told = format!("`harness serve --link --listen {address}` gives another");
    assert!(heard.contains(&told), "{heard}");
    for _ in 0..2 {
        let run = ask(&stage, &address).ends_with(0);
        let link = run.stdout.trim().to_owned();
        assert!(link.starts_with(&format!("{origin}/open?key=")), "{link}");
        let press = || request(reqwest::Method::POST, &link, &[("origin", &origin)]);
        assert_eq!(press().status, 303);
        assert_eq!(press().status, 403);
    }
    let json = stage.run(&["serve", "--link", "--listen", &address, "--json"]);
    assert!(json.json()["url"].as_str().unwrap().contains("/open?key="));
    running.ask_to_end();
    running.end().ends_with(0);
    assert!(!socket(&stage, &address).exists());
    ask(&stage, &address)
        .ends_with(7)
        .says("no credential page of this user runs at")
        .says("--listen");
}

/// A service and a login of one user differ in `XDG_RUNTIME_DIR`; the cache folder is the same.
#[test]
fn a_page_that_was_started_without_the_variable_is_found_with_it() {
    let service = Stage::new();
    let (running, address) = serve(&service);
    let link = ask(&stage(), &address).ends_with(0).stdout;
    assert!(
        link.starts_with(&format!("http://{address}/open?key=")),
        "{link}"
    );
    running.ask_to_end();
    running.end().ends_with(0);
    ask(&stage(), &address).ends_with(7);
}

#[test]
fn nobody_else_can_ask() {
    let stage = stage();
    let (running, address) = serve(&stage);
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(socket(&stage, &address)), 0o600);
    assert_eq!(mode(stage.path("run/harness")), 0o700);
    running.ask_to_end();
    running.end().ends_with(0);
}

/// The page runs all the same; the terminal says why it gives no link.
#[rstest]
#[case::open_to_others(0o755)]
#[case::open_to_a_group(0o710)]
#[case::where_others_write(0o777)]
fn a_folder_that_is_open_to_others_is_not_used(#[case] mode: u32) {
    let stage = stage();
    let folder = stage.path("run/harness");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
    let (running, address) = serve(&stage);
    ask(&stage, &address).ends_with(7);
    running.ask_to_end();
    let run = running.end().ends_with(0);
    run.says("`harness serve --link` cannot be used");
}

#[test]
fn a_socket_of_a_run_that_was_killed_is_replaced() {
    let stage = stage();
    let (running, address) = serve(&stage);
    drop(running);
    assert!(socket(&stage, &address).exists());
    ask(&stage, &address).ends_with(7);
    let listen = ["serve", "--mock", "--listen", &address];
    let back = ["--redirect-uri", "https://127.0.0.1:0/callback"];
    let mut again = stage.start(&[&listen[..], &back].concat());
    again.see(|line| line.contains("/open?key="));
    ask(&stage, &address).ends_with(0);
    again.ask_to_end();
    again.end().ends_with(0);
}
