//! The child process that compiles: an order and a component on stdin, machine code on stdout.
//!
//! It limits itself before it reads a byte of the component. It gets no environment and no secret, opens no file
//! and no connection.

use std::io::{self, BufRead as _, Read as _, Write as _};
use std::panic;
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};

use super::compiler::{self, CompilerError};
use crate::engine::{self, Recorded};
use crate::error::LoadError;
use crate::limits::CompileLimits;

/// The argument by which a program knows that it is to compile.
pub const CHILD_ARGUMENT: &str = "compile-component";

/// The child's exit code where the component is not valid; the reason is on stderr.
pub(super) const REFUSED: i32 = 3;

/// The child's exit code where the compiler panicked; what it said is on stderr.
pub(super) const PANICKED: i32 = 101;

/// Any other failure.
const FAILED: u8 = 1;

/// How the child compiles, and what it may take: the first line of its stdin, as JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    recorded: Recorded,
    cpu_seconds: u64,
    memory_bytes: u64,
}

impl Order {
    pub(super) fn new(recorded: Recorded, limits: &CompileLimits) -> Self {
        Self {
            recorded,
            cpu_seconds: limits.cpu_time.as_secs().max(1),
            memory_bytes: limits.memory_bytes,
        }
    }

    pub(super) fn line(&self) -> String {
        // Numbers alone: nothing in it can fail to be written.
        let json = serde_json::to_string(self).unwrap_or_default();
        format!("{json}\n")
    }
}

/// To be called first thing in `main` by a program that is its own compiler
/// ([`Compiler::this_program`](crate::Compiler::this_program)): where the process was started as that child,
/// compiles and returns the exit code to end with. Otherwise returns nothing, and does nothing.
///
/// ```no_run
/// use std::process::ExitCode;
///
/// fn main() -> ExitCode {
///     if let Some(code) = credential_runtime::compile_as_child() {
///         return code;
///     }
///     // The program's own work.
///     ExitCode::SUCCESS
/// }
/// ```
#[must_use]
pub fn compile_as_child() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    let is_child = arguments.next().is_some_and(|it| it == CHILD_ARGUMENT);
    (is_child && arguments.next().is_none()).then(child)
}

fn child() -> ExitCode {
    // What a panic says is told by whoever catches it.
    panic::set_hook(Box::new(|_| {}));
    match compile() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let (code, text) = told(&error);
            let _ = io::stderr().write_all(text.as_bytes());
            ExitCode::from(code)
        }
    }
}

/// Why there is no machine code.
enum Failure {
    Io(io::Error),
    Load(LoadError),
}

impl<T: Into<io::Error>> From<T> for Failure {
    fn from(error: T) -> Self {
        Self::Io(error.into())
    }
}

fn told(failure: &Failure) -> (u8, String) {
    match failure {
        Failure::Load(LoadError::Invalid(reason)) => (code(REFUSED), reason.clone()),
        Failure::Load(LoadError::Compiler(CompilerError::Panicked(said))) => {
            (code(PANICKED), said.clone())
        }
        Failure::Load(other) => (FAILED, other.to_string()),
        Failure::Io(error) => (FAILED, error.to_string()),
    }
}

fn code(code: i32) -> u8 {
    u8::try_from(code).unwrap_or(FAILED)
}

fn compile() -> Result<(), Failure> {
    let mut stdin = io::stdin().lock();
    let mut line = String::new();
    stdin.read_line(&mut line)?;
    let order: Order = serde_json::from_str(&line)?;
    limit(&order)?;
    let mut component = Vec::new();
    stdin.read_to_end(&mut component)?;
    let engine = engine::for_compiling(order.recorded)
        .map_err(|error| io::Error::other(format!("{error:#}")))?;
    let compiled = compiler::compile(&engine, &component).map_err(Failure::Load)?;
    io::stdout().write_all(&compiled)?;
    Ok(())
}

/// Beyond the soft limit of processor time the process is sent `SIGXCPU`, beyond the hard one `SIGKILL`. No file
/// can be written, a core dump among them; pipes do not count.
fn limit(order: &Order) -> rustix::io::Result<()> {
    let cpu = order.cpu_seconds;
    set(Resource::Cpu, cpu, cpu.saturating_add(1))?;
    set(Resource::As, order.memory_bytes, order.memory_bytes)?;
    set(Resource::Fsize, 0, 0)?;
    set(Resource::Core, 0, 0)
}

/// A limit that was lower before stays.
fn set(resource: Resource, soft: u64, hard: u64) -> rustix::io::Result<()> {
    let before = rustix::process::getrlimit(resource);
    let lower = |wished: u64, now: Option<u64>| Some(now.map_or(wished, |it| it.min(wished)));
    setrlimit(
        resource,
        Rlimit {
            current: lower(soft, before.maximum),
            maximum: lower(hard, before.maximum),
        },
    )
}
