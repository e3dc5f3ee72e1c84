//! The `harness` command: a terminal for credential plugins.
//!
//! In scope: the command line; credential files and policy files; where secrets come from; the
//! listener that a browser comes back to ([`callback`]); what a person and a program are told, and
//! the exit code. Not in scope: running a plugin, which is `credential_runtime`'s; what a plugin
//! knows; how credentials are kept and renewed, which is `credential_connections`'. Nothing here knows a word of any service, the command that runs the mock
//! apart.
//!
//! The commands, files, exit codes and JSON shapes are in `docs/command.md`.

mod api_url;
mod args;
mod browser;
pub mod callback;
mod commands;
mod confirmation;
mod credential_args;
mod credential_file;
mod document;
mod ending;
mod exit;
mod explain;
mod folders;
mod help;
mod host;
mod logging;
mod moments;
mod output;
mod pasted;
mod policy;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod properties;
mod proving;
mod reads;
mod report;
mod runtime_folder;
mod secret_source;
mod serve_args;
mod settings;
mod signals;
mod storage;
mod stored;
mod text;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Args, Command};
use crate::exit::Exit;
use crate::output::Output;
use crate::report::Report;

/// Runs the command that the process was started with, and says how it ended.
#[must_use]
pub fn main() -> ExitCode {
    // Before a secret is read. Where the system refuses, the command works all the same.
    let dumps = credential_runtime::forbid_memory_dumps();
    if let Some(code) = credential_runtime::compile_as_child() {
        return code;
    }
    let args = Args::parse();
    let proving = matches!(args.command, Some(Command::Prove(_)));
    let kept = proving.then(proving::Log::of_this_process);
    logging::begin(args.verbose, args.log, kept);
    let output = args.output();
    if let Err(error) = dumps {
        tracing::warn!(%error, "this process's memory may be dumped");
    }
    let exit = run(args.command, output).unwrap_or_else(|report| {
        let report = report.with_unused_proxy();
        output.report(&report);
        report.exit
    });
    ExitCode::from(exit.code())
}

fn run(command: Option<Command>, output: Output) -> Result<Exit, Report> {
    let Some(command) = command else {
        return commands::welcome::run(output);
    };
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Report::machine(format!("no thread can be had: {error}")))?;
    let outcome = runtime.block_on(ending::run(commands::run(command, output)));
    // A thread may still wait for a person to type; the process does not.
    runtime.shutdown_background();
    outcome
}
