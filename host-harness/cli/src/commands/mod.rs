//! The commands, one module each.

mod authorization;
mod authorize_url;
mod completions;
mod connect;
mod connected;
mod describe;
mod inspect;
mod mock;
mod policy;
mod template;
mod validate;
pub(crate) mod welcome;

use crate::args::Command;
use crate::exit::Exit;
use crate::output::Output;
use crate::report::Report;

/// Runs a command.
pub(crate) async fn run(command: Command, output: Output) -> Result<Exit, Report> {
    match command {
        Command::Describe(args) => describe::run(&args, output).await,
        Command::Validate(args) => validate::run(&args, output).await,
        Command::AuthorizeUrl(args) => authorize_url::run(&args, output).await,
        Command::Connect(args) => connect::run(&args, output).await,
        Command::Inspect(args) => inspect::run(&args, output).await,
        Command::Policy(args) => policy::run(&args, output),
        Command::Mock(args) => mock::run(&args, output).await,
        Command::Completions { shell } => completions::run(shell, output),
    }
}
