//! Builds a crate of this workspace into a WebAssembly component, from a build script.
//!
//! In scope: the nested cargo call and the step from core module to component. Not in scope:
//! installing the wasm target (`cargo xtask setup` does), and anything that a component means.
//!
//! The nested build has a target directory and a profile of its own, so that it neither waits for
//! the outer build's lock nor depends on its profile: whoever builds gets the same bytes.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use wit_component::ComponentEncoder;

/// The target that brings no WASI with it.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Builds `package` and writes the component to `$OUT_DIR/<file>`. `sources` are the paths below
/// the workspace's root that it is built from.
///
/// # Errors
///
/// A missing target, a failed build, or a module that is no component of the contract; each says
/// what to do.
#[expect(clippy::print_stdout, reason = "how a build script talks to cargo")]
pub fn build(package: &str, file: &str, sources: &[&str]) -> Result<PathBuf> {
    let root = workspace_root()?;
    for source in sources
        .iter()
        .chain(&["wit", "Cargo.lock", "Cargo.toml", "rust-toolchain.toml"])
    {
        println!("cargo::rerun-if-changed={}", root.join(source).display());
    }
    require_target()?;
    let module = compile(package, &root)?;
    let component =
        encode(&module).with_context(|| format!("turning {package} into a component"))?;
    let path = out_dir()?.join(file);
    std::fs::write(&path, without_names(&component))
        .with_context(|| format!("writing {}", path.display()))?;
    Ok(path)
}

fn encode(module: &Path) -> Result<Vec<u8>> {
    let module = std::fs::read(module).with_context(|| format!("reading {}", module.display()))?;
    ComponentEncoder::default()
        .validate(true)
        .debug_names(false)
        .module(&module)?
        .encode()
}

fn compile(package: &str, root: &Path) -> Result<PathBuf> {
    let target_dir = target_dir()?;
    let status = cargo()
        .args([
            "build",
            "--quiet",
            "--profile",
            "component",
            "--target",
            TARGET,
        ])
        .args(["--package", package])
        .arg("--manifest-path")
        .arg(root.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target_dir)
        .env("CARGO_ENCODED_RUSTFLAGS", rustflags(root))
        .status()
        .context("starting cargo")?;
    if !status.success() {
        bail!("{package} does not build for {TARGET}; its errors stand above");
    }
    let file = format!("{}.wasm", package.replace('-', "_"));
    Ok(target_dir.join(TARGET).join("component").join(file))
}

/// The outer cargo tells a build script much that must not reach the inner one: its flags, its
/// wrappers (clippy is one), its features.
fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os().filter(|(name, _)| is_outer_builds(name)) {
        command.env_remove(name);
    }
    command
}

fn is_outer_builds(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    let cargo = name.starts_with("CARGO")
        && name != "CARGO_HOME"
        && !name.starts_with("CARGO_REGISTR")
        && !name.starts_with("CARGO_NET")
        && !name.starts_with("CARGO_HTTP")
        && !name.starts_with("CARGO_SOURCE");
    cargo || name.starts_with("RUSTC") || name == "RUSTFLAGS" || name == "OUT_DIR"
}

/// The component without its `component-name` section: names for debuggers, which nothing reads. A section
/// is an id, its length in LEB128 and its bytes.
fn without_names(component: &[u8]) -> Vec<u8> {
    const HEAD: usize = 8;
    const CUSTOM: u8 = 0;
    let (head, mut rest) = component.split_at(HEAD.min(component.len()));
    let mut kept = head.to_vec();
    while let Some((id, after_id)) = rest.split_first() {
        let digits = after_id.iter().take_while(|it| **it >= 0x80).count() + 1;
        let length = after_id.iter().take(digits).rev();
        let length = length.fold(0_usize, |all, it| (all << 7) | usize::from(it & 0x7F));
        let (section, next) = rest.split_at((1 + digits + length).min(rest.len()));
        let body = section.get(1 + digits..).unwrap_or_default();
        if *id != CUSTOM || !body.starts_with(b"\x0Ecomponent-name") {
            kept.extend_from_slice(section);
        }
        rest = next;
    }
    kept
}

/// Panic messages name source files: without the paths of the machine that built them, so that two
/// machines build the same bytes.
fn rustflags(root: &Path) -> String {
    let mut flags = vec![format!("--remap-path-prefix={}=", root.display())];
    if let Some(home) = cargo_home() {
        flags.push(format!("--remap-path-prefix={}=cargo", home.display()));
    }
    flags.join("\u{1f}")
}

fn cargo_home() -> Option<PathBuf> {
    let home = || Some(PathBuf::from(env::var_os("HOME")?).join(".cargo"));
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(home)
}

fn require_target() -> Result<()> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let sysroot = Command::new(rustc)
        .args(["--print", "sysroot"])
        .output()?
        .stdout;
    let sysroot = PathBuf::from(String::from_utf8(sysroot)?.trim());
    if sysroot.join("lib/rustlib").join(TARGET).is_dir() {
        return Ok(());
    }
    bail!(
        "the Rust target {TARGET} is not installed. Run `cargo xtask setup`, or `rustup target add {TARGET}`."
    )
}

fn workspace_root() -> Result<PathBuf> {
    let manifest = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let is_root = |dir: &&Path| dir.join("Cargo.lock").exists();
    let root = manifest
        .ancestors()
        .find(is_root)
        .context("no Cargo.lock above the package")?;
    Ok(root.to_owned())
}

/// Beside the outer build's own files: `target/component-build`, shared by every profile.
fn target_dir() -> Result<PathBuf> {
    let out = out_dir()?;
    let build = out
        .ancestors()
        .find(|dir| dir.ends_with("build"))
        .context("OUT_DIR is no build directory")?;
    let target = build
        .ancestors()
        .nth(2)
        .context("OUT_DIR is not in a target directory")?;
    Ok(target.join("component-build"))
}

fn out_dir() -> Result<PathBuf> {
    Ok(PathBuf::from(variable("OUT_DIR")?))
}

fn variable(name: &str) -> Result<OsString> {
    env::var_os(name).with_context(|| format!("{name} is not set; run this from a build script"))
}
