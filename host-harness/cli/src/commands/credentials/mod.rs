//! `harness credentials`: those that are kept.

mod accept;
mod add;
mod connect;
mod edit;
mod ending;
mod history;
mod list;
mod portable;
mod renew;
mod row;
mod status;
mod test;
mod words;

use crate::credential_args::{Credentials, CredentialsCommand as Command, List};
use crate::exit::Exit;
use crate::output::Output;
use crate::report::Report;

pub(super) use renew::run as renew;

pub(super) async fn run(args: &Credentials, output: Output) -> Result<Exit, Report> {
    let kept = &args.kept;
    let Some(command) = &args.command else {
        return list::run(kept, args.list, output).await;
    };
    match command {
        Command::List(which) => {
            let check = which.check || args.list.check;
            list::run(kept, List { check }, output).await
        }
        _ if args.list.check => Err(Report::new(
            Exit::Usage,
            "--check is of the list: `harness credentials --check`",
        )),
        Command::Add(args) => add::run(kept, args, output).await,
        Command::Edit(args) => edit::run(kept, args, output).await,
        Command::Connect(args) => connect::run(kept, args, output).await,
        Command::Status(args) => status::run(kept, args, output).await,
        Command::Test(args) => test::run(kept, args, output).await,
        Command::Accept(args) => accept::run(kept, args, output).await,
        Command::Renew(args) => renew::run(kept, args, output).await,
        Command::Disconnect(args) => ending::disconnect(kept, args, output).await,
        Command::Revoke(args) => ending::revoke(kept, args, output).await,
        Command::Remove(args) => ending::remove(kept, args, output).await,
        Command::History(args) => history::run(kept, args, output).await,
        Command::Export { file } => portable::export(kept, file.as_deref(), output).await,
        Command::Import { file } => portable::import(kept, file, output).await,
    }
}
