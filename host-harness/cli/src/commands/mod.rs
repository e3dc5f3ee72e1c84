//! The commands, one module each.

mod authorization;
mod authorize_url;
mod checks;
mod completions;
mod connect;
mod connected;
mod credentials;
mod describe;
mod inspect;
mod key;
mod mock;
mod policy;
mod prove;
mod request;
mod serve;
mod template;
mod token;
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
        Command::Credentials(args) => credentials::run(&args, output).await,
        Command::Renew(args) => credentials::renew(&args.kept, &args.renew, output).await,
        Command::Token(args) => token::run(&args, output).await,
        Command::Request(args) => request::run(&args, output).await,
        Command::Key(args) => key::run(&args, output).await,
        Command::Serve(args) => serve::run(*args, output).await,
        Command::Inspect(args) => inspect::run(&args, output).await,
        Command::Prove(args) => prove::run(args, output).await,
        Command::Policy(args) => policy::run(&args, output).await,
        Command::Mock(args) => mock::run(&args, output).await,
        Command::Completions { shell } => completions::run(shell, output),
    }
}
