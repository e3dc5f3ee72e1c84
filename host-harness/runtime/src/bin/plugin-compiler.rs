//! The child process that compiles components, as a program of its own: for an embedder whose own program cannot be
//! started as that child.
//!
//! `Compiler::Child("plugin-compiler".into(), vec![CHILD_ARGUMENT.into()])`

use std::process::ExitCode;

fn main() -> ExitCode {
    credential_runtime::compile_as_child().unwrap_or(ExitCode::from(2))
}
