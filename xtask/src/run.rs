//! Runs cargo, and says what it does.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// Says something to the person at the terminal.
#[expect(clippy::print_stderr, reason = "the one place where xtask talks")]
pub(crate) fn announce(text: &str) {
    eprintln!("{text}");
}

/// Says which step begins.
pub(crate) fn step(title: &str) {
    announce(&format!("\n── {title}"));
}

/// Runs cargo with these arguments, its output going where ours goes.
pub(crate) fn cargo(arguments: &[&str]) -> Result<()> {
    cargo_with(arguments, &[])
}

/// Likewise, with additional environment variables.
pub(crate) fn cargo_with(arguments: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    let status = command()
        .args(arguments)
        .envs(environment.iter().copied())
        .status()
        .context("cargo cannot be started")?;
    if !status.success() {
        bail!("`cargo {}` failed", arguments.join(" "));
    }
    Ok(())
}

/// cargo as it is when a person calls it: without what the cargo that runs this program says of this
/// program's package. Build scripts (ring's) look at that, and would run again with all that follows
/// whenever the one comes after the other.
pub(crate) fn command() -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    for (name, _) in std::env::vars_os() {
        if is_of_this_package(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    command
}

fn is_of_this_package(variable: &str) -> bool {
    let prefixes = [
        "CARGO_PKG_",
        "CARGO_MANIFEST_",
        "CARGO_BIN_",
        "CARGO_CRATE_",
        "CARGO_PRIMARY_",
    ];
    variable == "CARGO"
        || variable == "OUT_DIR"
        || prefixes.iter().any(|it| variable.starts_with(it))
}

/// Runs a program that was built beside this one.
pub(crate) fn built(program: &str, arguments: &[&str]) -> Result<()> {
    let here = std::env::current_exe().context("this program's own path is not known")?;
    let status = Command::new(here.with_file_name(program))
        .args(arguments)
        .status()
        .with_context(|| format!("{program} cannot be started"))?;
    if !status.success() {
        bail!("{program} failed");
    }
    Ok(())
}
