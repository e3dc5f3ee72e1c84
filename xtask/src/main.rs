//! What cargo cannot say by itself: `cargo xtask demo`, `cargo xtask test` and their like, each
//! doing all of its own set-up.
//!
//! In scope: the order of steps and what a machine lacks. Not in scope: anything that is built. It
//! depends on nothing that needs the wasm target, since it is what installs that.

mod one_build;
mod run;
mod toolchain;

use std::process::ExitCode;

use anyhow::{Result, bail};

use run::{announce, cargo, step};

const HELP: &str = "\
cargo xtask <task>

  demo [-- ARGS]  sign in to a mock Intacct through the sandboxed plugin, and show it all
  demo --page     the credential page in the browser, with a mock Intacct beside it
  test [-- ARGS]  every test (ARGS go to cargo test)
  check           formatting, one build of wasmtime, clippy for native and wasm, documentation,
                  every crate builds, the fuzzing workspace's lock file
  bench [-- ARGS] the benchmark (ARGS go to cargo bench)
  component       the plugin's component as a file
  setup           only what the others do first: the wasm target, PostgreSQL, PgBouncer, Chromium,
                  axe-core

Each does all of its own set-up. The first build compiles wasmtime, which takes some minutes; after
that a run takes seconds.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            announce(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<()> {
    let (task, rest) = match arguments.split_first() {
        Some((task, rest)) => (task.as_str(), rest),
        None => ("help", [].as_slice()),
    };
    let rest: Vec<&str> = rest
        .iter()
        .map(String::as_str)
        .filter(|it| *it != "--")
        .collect();
    match task {
        "demo" => demo(&rest),
        "test" => test(&rest),
        "check" => check(),
        "bench" => bench(&rest),
        "component" => component(),
        "setup" => setup(),
        "help" | "-h" | "--help" => {
            announce(HELP);
            Ok(())
        }
        other => bail!("there is no task `{other}`\n\n{HELP}"),
    }
}

/// The main job: builds everything, then shows it at work.
fn demo(arguments: &[&str]) -> Result<()> {
    toolchain::require_wasm_target()?;
    if let Some((&"--page", arguments)) = arguments.split_first() {
        return page(arguments);
    }
    step("Building the plugin as a component, the host and the mock");
    cargo(&["build", "--workspace", "--bin", "demo"])?;
    run::built("demo", arguments)
}

/// The credential page and a mock to try it with, until Ctrl-C.
fn page(arguments: &[&str]) -> Result<()> {
    step("Building the plugin as a component, the host, the mock and the page");
    cargo(&["build", "--workspace", "--bin", "harness"])?;
    step("The credential page");
    run::built(
        "harness",
        &[&["serve", "--mock", "--open"], arguments].concat(),
    )
}

/// What tests need, and so what everything needs.
fn setup() -> Result<()> {
    toolchain::require_wasm_target()?;
    toolchain::require_postgresql()?;
    toolchain::require_pgbouncer()?;
    toolchain::require_browser()
}

fn test(arguments: &[&str]) -> Result<()> {
    setup()?;
    step("Building and running every test");
    cargo(&[&["test", "--workspace"], arguments].concat())
}

fn check() -> Result<()> {
    toolchain::require_wasm_target()?;
    step("Formatting");
    cargo(&["fmt", "--all", "--check"])?;
    step("Every command shares one build of wasmtime");
    one_build::check()?;
    step("Clippy, native");
    cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "--deny",
        "warnings",
    ])?;
    step("Clippy, WebAssembly");
    let wasm = [
        "--target",
        toolchain::WASM_TARGET,
        "--",
        "--deny",
        "warnings",
    ];
    let packages = [
        "clippy",
        "-p",
        "intacct-core",
        "-p",
        "intacct-plugin",
        "-p",
        "misbehaving",
        "-p",
        "versions",
    ];
    cargo(&[&packages[..], &wasm[..]].concat())?;
    step("Documentation");
    run::cargo_with(
        &["doc", "--workspace", "--no-deps"],
        &[("RUSTDOCFLAGS", "--deny warnings")],
    )?;
    step("Every crate builds");
    cargo(&["build", "--workspace"])?;
    step("The fuzzing workspace follows this one's dependencies");
    cargo(&[
        "update",
        "--workspace",
        "--locked",
        "--manifest-path",
        "fuzz/Cargo.toml",
    ])
}

fn bench(arguments: &[&str]) -> Result<()> {
    toolchain::require_wasm_target()?;
    step("Building the benchmark, optimized");
    let benches = ["bench", "--package", "end-to-end", "--features", "reading"];
    cargo(&[&benches[..], arguments].concat())
}

fn component() -> Result<()> {
    toolchain::require_wasm_target()?;
    step("Building the plugin as a component");
    cargo(&[
        "run",
        "--quiet",
        "--package",
        "intacct-component",
        "--example",
        "write",
    ])
}
