//! What one sees who types `harness` and nothing else.

use crate::exit::Exit;
use crate::help;
use crate::output::Output;
use crate::report::Report;

const WELCOME: &str = "\
harness signs in to a service through a plugin that runs in a sandbox and never sees a secret.
The plugin for Sage Intacct (REST) is built in.

To try it without an account:
  harness serve --mock --open                       in a browser; or at the terminal:
  harness mock                                      in another terminal
  harness describe --template > credential.toml     then fill in what the mock's banner says
  harness connect credential.toml --mock http://127.0.0.1:8080

To sign in to the real service, leave out --mock.

Commands:
  describe       show a plugin's form and its setup guide
  validate       check a credential file without sending anything
  authorize-url  print the address at which a person would sign in
  connect        connect a credential and test the connection
  credentials    keep credentials: list, add, connect, renew and end them
  renew          renew stored credentials; with --watch, for ever
  token          give a fresh access token of a stored credential
  request        make an API request with a stored credential
  serve          show the credential page: fill in, connect and look after credentials in a browser
  key            keep the key that the store is encrypted with
  inspect        show what a component imports, exports and asks to reach
  prove          prove that no secret gets into a plugin, its answers, the log or a file
  policy         show or check what the operator allows
  mock           run a mock Intacct to sign in to
  completions    print a script that completes this command in a shell

`harness COMMAND --help` shows options and examples.
";

pub(crate) fn run(output: Output) -> Result<Exit, Report> {
    if output == Output::Json {
        return Err(Report::new(Exit::Usage, "--json needs a command")
            .hint("such as `harness describe --json`"));
    }
    output.verbatim(WELCOME, &help::COMMAND)?;
    Ok(Exit::Ok)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn every_command_is_listed() {
        for command in crate::args::Args::command().get_subcommands() {
            let line = format!("\n  {} ", command.get_name());
            assert!(WELCOME.contains(&line), "{line}");
        }
    }
}
