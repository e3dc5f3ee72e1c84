//! What the machine's toolchain has to have.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::run::step;

/// The target that brings no WASI with it.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Installs the wasm target where it is missing.
pub(crate) fn require_wasm_target() -> Result<()> {
    if has_wasm_target()? {
        return Ok(());
    }
    step(&format!("Adding the Rust target {WASM_TARGET}"));
    let added = Command::new("rustup")
        .args(["target", "add", WASM_TARGET])
        .status();
    if added.is_ok_and(|status| status.success()) && has_wasm_target()? {
        return Ok(());
    }
    bail!(
        "the Rust target {WASM_TARGET} is missing and could not be added.\n\
         hint: with rustup and a network, run `rustup target add {WASM_TARGET}`;\n\
         hint: with a distribution's Rust, install its package for that target \
         (Debian: libstd-rust-dev-wasm32), of the version of your `rustc`."
    )
}

/// Installs PostgreSQL's programs where they are missing: tests start a server of their own.
pub(crate) fn require_postgresql() -> Result<()> {
    require_packages(
        "PostgreSQL, which tests start on a port of its own",
        &[POSTGRESQL],
        has_postgresql,
    )
}

/// Installs PgBouncer where it is missing: tests put one before their server.
pub(crate) fn require_pgbouncer() -> Result<()> {
    require_packages(
        "PgBouncer, which tests put before their server",
        &["pgbouncer"],
        || Path::new("/usr/sbin/pgbouncer").exists(),
    )
}

/// Installs Chromium and its WebDriver server where they are missing, and axe-core, which looks for
/// barriers in a page.
pub(crate) fn require_browser() -> Result<()> {
    require_packages(
        "Chromium, which tests drive",
        &["chromium", "chromium-driver", "fonts-liberation"],
        has_browser,
    )?;
    require_axe()
}

/// Installs Debian's packages unless they are there.
fn require_packages(what: &str, packages: &[&str], there: fn() -> bool) -> Result<()> {
    if there() {
        return Ok(());
    }
    step(&format!("Installing {what}"));
    let install = ["install", "--yes", "--no-install-recommends"];
    for arguments in [&["update"][..], &[&install, packages].concat()] {
        let installed = Command::new("apt-get").args(arguments).status();
        if !installed.is_ok_and(|status| status.success()) {
            break;
        }
    }
    if there() {
        return Ok(());
    }
    let packages = packages.join(" ");
    bail!(
        "{what}: missing, and could not be installed.\n\
         hint: on Debian, as root, run `apt-get install {packages}`"
    )
}

/// Where the browser tests have their packages from npm: pinned, with their digests.
const BROWSER_TESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/browser");

fn require_axe() -> Result<()> {
    if has_axe() {
        return Ok(());
    }
    require_packages("npm, which brings axe-core", &["npm"], || {
        has_program("npm")
    })?;
    step("Installing axe-core, which looks for barriers in a page");
    let installed = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(BROWSER_TESTS)
        .status();
    if installed.is_ok_and(|status| status.success()) && has_axe() {
        return Ok(());
    }
    bail!(
        "axe-core is missing and could not be installed.\n\
         hint: with a network, run `npm ci --ignore-scripts` in tests/browser"
    )
}

/// Whether it is there, by the digest that the lock file asks for.
fn has_axe() -> bool {
    let read = |file: &str| std::fs::read_to_string(Path::new(BROWSER_TESTS).join(file));
    let locked = read("package-lock.json").unwrap_or_default();
    let installed = read("node_modules/.package-lock.json").unwrap_or_default();
    let mut digests = locked.lines().filter(|line| line.contains("\"integrity\""));
    digests.next().is_some_and(|line| installed.contains(line))
}

/// With a font: without any, a page has no text.
fn has_browser() -> bool {
    let has_font = Path::new("/usr/share/fonts/truetype/liberation").is_dir();
    has_font && has_program("chromium") && has_program("chromedriver")
}

fn has_program(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

/// Debian's package of the server programs.
const POSTGRESQL: &str = "postgresql-15";

fn has_postgresql() -> bool {
    Path::new("/usr/lib/postgresql/15/bin/initdb").exists()
}

fn has_wasm_target() -> Result<bool> {
    Ok(sysroot()?.join("lib/rustlib").join(WASM_TARGET).is_dir())
}

fn sysroot() -> Result<PathBuf> {
    let output = Command::new("rustc")
        .args(["--print", "sysroot"])
        .output()
        .context("rustc cannot be started; install Rust 1.95 (https://rustup.rs)")?;
    Ok(PathBuf::from(String::from_utf8(output.stdout)?.trim()))
}
