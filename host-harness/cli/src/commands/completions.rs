//! `harness completions`

use clap::CommandFactory as _;
use clap_complete::Shell;
use serde_json::json;

use crate::args::Args;
use crate::exit::Exit;
use crate::output::Output;
use crate::report::Report;

pub(super) fn run(shell: Shell, output: Output) -> Result<Exit, Report> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "harness", &mut script);
    let script = String::from_utf8_lossy(&script);
    let json = json!({ "shell": shell.to_string(), "script": script });
    output.verbatim(&script, &json)?;
    Ok(Exit::Ok)
}
