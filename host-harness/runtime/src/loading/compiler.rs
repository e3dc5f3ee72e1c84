//! Where a component is compiled: in this process, or in a child with limits of its own.
//!
//! Cranelift takes time and memory that nobody can tell from a component's size, and its faults are panics. A
//! child process bounds both by the operating system (`setrlimit`); what it gives back is machine code that
//! this host's own program has made.

use std::any::Any;
use std::cell::Cell;
use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Once, mpsc};
use std::thread;
use std::time::Duration;

use rayon::ThreadPoolBuilder;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use wasmtime::Engine;

use super::child::{CHILD_ARGUMENT, Order, PANICKED, REFUSED};
use crate::engine::Recorded;
use crate::error::{LoadError, one_line};
use crate::limits::CompileLimits;

/// Where components are compiled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Compiler {
    /// In this process. The scan of the component is then all that bounds it: no limit of time or memory holds.
    /// A panic of the compiler is caught and becomes an error, except where the program is built with
    /// `panic = "abort"`; for that, the process gets a panic hook that keeps quiet on the compiler's threads
    /// and calls the one that was there on all others.
    #[default]
    InProcess,
    /// In a child process: this program with these arguments, without environment. It must call
    /// [`compile_as_child`](crate::compile_as_child) first thing; it gets the component on stdin and gives
    /// machine code on stdout, which this process runs: so it must be this very program, or one built with it.
    Child(PathBuf, Vec<OsString>),
}

impl Compiler {
    /// A child process of the program that is running, whose `main` begins with
    /// [`compile_as_child`](crate::compile_as_child).
    ///
    /// # Errors
    ///
    /// Where the operating system does not say which program this is.
    pub fn this_program() -> io::Result<Self> {
        // The program that runs, also where its file was replaced meanwhile.
        const RUNNING: &str = "/proc/self/exe";
        let program = match Path::new(RUNNING).exists() {
            true => PathBuf::from(RUNNING),
            false => std::env::current_exe()?,
        };
        Ok(Self::Child(program, vec![CHILD_ARGUMENT.into()]))
    }
}

/// Why a component was not compiled though nothing is wrong with it that the scan or the validator knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompilerError {
    /// More than [`CompileLimits::cpu_time`].
    #[error("compiling it takes more than the {} s of processor time that are allowed", .0.as_secs())]
    CpuTime(Duration),
    /// More than [`CompileLimits::deadline`].
    #[error("compiling it takes more than the {} s that are allowed", .0.as_secs())]
    Deadline(Duration),
    /// More than [`CompileLimits::memory_bytes`].
    #[error("compiling it takes more than the {0} bytes of memory that are allowed")]
    Memory(u64),
    /// More than [`CompileLimits::compiled_bytes`].
    #[error("compiled, it is more than the {0} bytes that are allowed")]
    Size(u64),
    /// A fault of the compiler: this component is one that it cannot deal with.
    #[error("the compiler fails on it ({0})")]
    Panicked(String),
    /// The child process ended without a result.
    #[error("the compiler's process ended without a result ({0})")]
    Ended(String),
    /// The child process cannot be had: nothing is said of the component.
    #[error("the compiler cannot be run on this machine ({0})")]
    Start(String),
}

impl Compiler {
    /// Compiles a component that was scanned.
    pub(crate) fn compile(
        &self,
        engine: &Engine,
        recorded: Recorded,
        limits: &CompileLimits,
        component: &[u8],
    ) -> Result<Vec<u8>, LoadError> {
        match self {
            Self::InProcess => in_process(engine, component),
            Self::Child(program, arguments) => {
                let order = Order::new(recorded, limits);
                let mut command = Command::new(program);
                command.args(arguments);
                in_child(&mut command, &order, limits, component)
            }
        }
    }
}

/// Threads that compile at a time, at most. More would take more memory.
const MOST_THREADS: usize = 4;

/// The stack of each: what recursion there is in the compiler stays far below it.
const STACK_BYTES: usize = 8 << 20;

thread_local! {
    /// Whether panics on this thread are caught and told of otherwise.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

fn in_process(engine: &Engine, component: &[u8]) -> Result<Vec<u8>, LoadError> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                before(info);
            }
        }));
    });
    compile(engine, component)
}

/// Compiles on threads of its own, which end with it.
pub(super) fn compile(engine: &Engine, component: &[u8]) -> Result<Vec<u8>, LoadError> {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let pool = ThreadPoolBuilder::new()
        .num_threads(processors.min(MOST_THREADS))
        .stack_size(STACK_BYTES)
        .thread_name(|_| "plugin-compiler".to_owned())
        .start_handler(|_| QUIET.set(true))
        .build()
        .map_err(|error| CompilerError::Start(error.to_string()))?;
    let work = AssertUnwindSafe(|| pool.install(|| engine.precompile_component(component)));
    let outcome = panic::catch_unwind(work);
    let compiled = outcome.map_err(|panic| CompilerError::Panicked(said(&*panic)))?;
    compiled.map_err(|error| LoadError::Invalid(one_line(&format!("{error:#}"))))
}

/// What a panic said, on one line.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    one_line(text.unwrap_or("no reason given"))
}

/// What a child says on stderr, as far as it is read.
const MOST_SAID_BYTES: u64 = 4096;

fn in_child(
    command: &mut Command,
    order: &Order,
    limits: &CompileLimits,
    component: &[u8],
) -> Result<Vec<u8>, LoadError> {
    let ended = run(command, &order.line(), component, limits)
        .map_err(|error| CompilerError::Start(error.to_string()))?;
    ended.outcome(limits)
}

/// A child that has ended.
struct Ended {
    status: ExitStatus,
    in_time: bool,
    output: Vec<u8>,
    said: String,
}

/// Runs a child: an order and a component in, whatever it gives out, until its end or the deadline.
fn run(
    command: &mut Command,
    order: &str,
    component: &[u8],
    limits: &CompileLimits,
) -> io::Result<Ended> {
    let mut child = command
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let id = Pid::from_child(&child);
    thread::scope(|scope| {
        scope.spawn(move || {
            // A child that ends early does not read all: its end says why.
            let Some(mut stdin) = stdin else { return };
            let _ = stdin
                .write_all(order.as_bytes())
                .and_then(|()| stdin.write_all(component));
        });
        let output = scope.spawn(move || read(stdout, limits.compiled_bytes.saturating_add(1)));
        let said = scope.spawn(move || read(stderr, MOST_SAID_BYTES));
        let (ended, end) = mpsc::channel();
        let watchdog = scope.spawn(move || kill_after(limits.deadline, &end, id));
        // The child stays a zombie until the watchdog has ended, so that its number is not another's.
        let waited = waitid(
            WaitId::Pid(id),
            WaitIdOptions::EXITED | WaitIdOptions::NOWAIT,
        );
        let _ = ended.send(());
        let in_time = watchdog.join().unwrap_or(false);
        let status = child.wait()?;
        waited?;
        let said = said.join().unwrap_or_default();
        Ok(Ended {
            status,
            in_time,
            output: output.join().unwrap_or_default(),
            said: String::from_utf8_lossy(&said).into_owned(),
        })
    })
}

/// Kills the child where its end is not told of in time; whether it was.
fn kill_after(deadline: Duration, end: &mpsc::Receiver<()>, id: Pid) -> bool {
    let in_time = end.recv_timeout(deadline) != Err(mpsc::RecvTimeoutError::Timeout);
    if !in_time {
        let _ = kill_process(id, Signal::KILL);
    }
    in_time
}

/// What there is to read, up to a bound; the rest is not waited for.
fn read(from: Option<impl io::Read>, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        let _ = from.take(most).read_to_end(&mut bytes);
    }
    bytes
}

impl Ended {
    fn outcome(self, limits: &CompileLimits) -> Result<Vec<u8>, LoadError> {
        if !self.in_time {
            return Err(CompilerError::Deadline(limits.deadline).into());
        }
        if self.output.len() as u64 > limits.compiled_bytes {
            return Err(CompilerError::Size(limits.compiled_bytes).into());
        }
        let said = one_line(&self.said);
        let error = match (self.status.code(), self.status.signal()) {
            (Some(0), _) => return Ok(self.output),
            (Some(REFUSED), _) => return Err(LoadError::Invalid(said)),
            (Some(PANICKED), _) => CompilerError::Panicked(said),
            (_, Some(signal)) if signal == Signal::XCPU.as_raw() => {
                CompilerError::CpuTime(limits.cpu_time)
            }
            // The standard library's words where an allocation fails; it then aborts.
            _ if self.said.contains("memory allocation of") => {
                CompilerError::Memory(limits.memory_bytes)
            }
            _ => CompilerError::Ended(ending(self.status, &said)),
        };
        Err(error.into())
    }
}

fn ending(status: ExitStatus, said: &str) -> String {
    match said {
        "" => status.to_string(),
        said => format!("{status}: {said}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine;

    /// Two components that pass a string: wasmtime 48 generates an adapter with two memories and panics where
    /// these are off. The scan refuses it; this is what holds if the scan knows a kind of component not yet.
    const TWO_COMPONENTS: &str = include_str!("two_components.wat");

    #[test]
    fn a_panic_of_the_compiler_is_an_error() {
        let engine = engine::for_compiling(Recorded::No).unwrap();
        let component = wat::parse_str(TWO_COMPONENTS).unwrap();
        let error = in_process(&engine, &component).unwrap_err();
        match error {
            LoadError::Compiler(CompilerError::Panicked(said)) => {
                assert!(said.contains("multiple memories"), "{said}");
            }
            other => panic!("{other}"),
        }
    }
}
