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
    if has_postgresql() {
        return Ok(());
    }
    step("Installing PostgreSQL, which tests start on a port of its own");
    for arguments in [
        &["update"][..],
        &["install", "--yes", "--no-install-recommends", POSTGRESQL],
    ] {
        let installed = Command::new("apt-get").args(arguments).status();
        if !installed.is_ok_and(|status| status.success()) {
            break;
        }
    }
    if has_postgresql() {
        return Ok(());
    }
    bail!(
        "PostgreSQL's server programs are missing and could not be installed.\n\
         hint: on Debian, as root, run `apt-get install {POSTGRESQL}`"
    )
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
