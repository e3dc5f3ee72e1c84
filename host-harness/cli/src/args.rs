//! The command line. No option takes a secret: what stands there, every process can read.

use std::path::PathBuf;

use clap::{ArgAction, Parser, Subcommand};
use clap_complete::Shell;
use credential_runtime::MappingTarget;
use tracing::Level;
use tracing::metadata::ParseLevelError;

use crate::credential_args::{Credentials, Key, RenewKept, Request, Token};
use crate::folders::parse_path;
use crate::help;
use crate::output::Output;
use crate::serve_args::Serve;

/// Tries credential plugins out: what they ask for, whether a credential is filled in well, and
/// whether it connects. The plugin runs in a sandbox and never sees a secret.
#[derive(Debug, Parser)]
#[command(name = "harness", version, after_help = help::COMMAND, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// Write one JSON document to stdout instead of text
    #[arg(long, global = true)]
    json: bool,
    /// Log to stderr; twice for more. Never a secret
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// The level to log at where -v is not given: error, warn, info, debug or trace
    #[arg(long, global = true, env = "HARNESS_LOG", hide = true, value_parser = parse_level)]
    pub(crate) log: Option<Level>,
}

/// Blanks and line breaks around it are no part of it.
fn parse_level(text: &str) -> Result<Level, ParseLevelError> {
    text.trim().parse()
}

impl Args {
    pub(crate) fn output(&self) -> Output {
        if self.json {
            Output::Json
        } else {
            Output::Human
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show a plugin's form and its setup guide
    #[command(after_help = help::DESCRIBE)]
    Describe(Describe),
    /// Check a credential file without sending anything
    #[command(after_help = help::VALIDATE)]
    Validate(Validate),
    /// Print the address at which a person would sign in
    #[command(after_help = help::AUTHORIZE_URL)]
    AuthorizeUrl(AuthorizeUrl),
    /// Connect a credential and test the connection
    #[command(after_help = help::CONNECT)]
    Connect(Connect),
    /// Keep credentials: list, add, connect, renew and end them
    #[command(after_help = help::CREDENTIALS)]
    Credentials(Credentials),
    /// Renew stored credentials; with --watch, for ever
    #[command(after_help = help::RENEW)]
    Renew(RenewKept),
    /// Give a fresh access token of a stored credential
    #[command(after_help = help::TOKEN)]
    Token(Token),
    /// Make an API request with a stored credential
    #[command(after_help = help::REQUEST)]
    Request(Request),
    /// Show the credential page: fill in, connect and look after credentials in a browser
    #[command(after_help = help::SERVE)]
    Serve(Box<Serve>),
    /// Keep the key that the store is encrypted with
    #[command(after_help = help::KEY)]
    Key(Key),
    /// Show what a component imports, exports and asks to reach
    #[command(after_help = help::INSPECT)]
    Inspect(Inspect),
    /// Prove that no secret gets into a plugin, its answers, the log or a file
    #[command(after_help = help::PROVE)]
    Prove(Prove),
    /// Show or check what the operator allows
    #[command(subcommand, after_help = help::POLICY)]
    Policy(PolicyCommand),
    /// Run a mock Intacct to sign in to, without an account
    #[command(after_help = help::MOCK)]
    Mock(Mock),
    /// Print a script that completes this command in a shell
    #[command(after_help = help::COMPLETIONS)]
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// The plugin, and the policy that it runs under.
#[derive(Debug, clap::Args)]
pub(crate) struct PluginArgs {
    /// A component to use instead of the plugin that is built in
    #[arg(long, value_name = "FILE")]
    pub(crate) plugin: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) under: PolicyArg,
}

/// What the operator decides.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct PolicyArg {
    /// The policy file [default: $XDG_CONFIG_HOME/credential-harness/policy.toml, if there is one]
    #[arg(long, value_name = "FILE", env = "HARNESS_POLICY", value_parser = parse_path)]
    pub(crate) policy: Option<PathBuf>,
}

/// Where the plugin's requests go.
#[derive(Debug, clap::Args)]
pub(crate) struct MockArg {
    /// Send all that the plugin addresses to the service to this address instead, such as that of
    /// `harness mock`; the plugin can then reach nothing else
    #[arg(long, value_name = "URL")]
    pub(crate) mock: Option<MappingTarget>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Describe {
    /// Print a credential file to fill in instead
    #[arg(long)]
    pub(crate) template: bool,
    #[command(flatten)]
    pub(crate) with: PluginArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Validate {
    /// The credential file
    #[arg(value_name = "CREDENTIAL")]
    pub(crate) credential: PathBuf,
    #[command(flatten)]
    pub(crate) with: PluginArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct AuthorizeUrl {
    /// The credential file
    #[arg(value_name = "CREDENTIAL")]
    pub(crate) credential: PathBuf,
    /// Where the service sends the browser back to: as it is registered there, to the letter
    #[arg(long, value_name = "URI", default_value = help::REDIRECT_URI)]
    pub(crate) redirect_uri: String,
    #[command(flatten)]
    pub(crate) with: PluginArgs,
    #[command(flatten)]
    pub(crate) to: MockArg,
}

/// How a person gets to the service and back.
#[derive(Debug, clap::Args)]
pub(crate) struct SignInArgs {
    /// Where the service sends the browser back to: as it is registered there, to the letter. At
    /// https on 127.0.0.1 this command listens itself; a port of 0 takes any that is free
    #[arg(long, value_name = "URI", default_value = help::REDIRECT_URI)]
    pub(crate) redirect_uri: String,
    /// Do not listen; ask for the address that the browser was sent to
    #[arg(long)]
    pub(crate) paste: bool,
    /// Do not open a browser; only print the address
    #[arg(long)]
    pub(crate) no_browser: bool,
    /// How long to wait for the browser to come back
    #[arg(long, value_name = "SECONDS", default_value_t = 300,
          value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) wait: u64,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Connect {
    /// The credential file
    #[arg(value_name = "CREDENTIAL")]
    pub(crate) credential: PathBuf,
    #[command(flatten)]
    pub(crate) sign_in: SignInArgs,
    #[command(flatten)]
    pub(crate) with: PluginArgs,
    #[command(flatten)]
    pub(crate) to: MockArg,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Inspect {
    /// A component; the plugin that is built in, where not given
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Write the plugin that is built in to a file
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    pub(crate) write: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) under: PolicyArg,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Prove {
    /// A component; the plugin that is built in, where not given
    #[arg(value_name = "PLUGIN")]
    pub(crate) file: Option<PathBuf>,
    /// The same, as other commands take it
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    pub(crate) plugin: Option<PathBuf>,
    /// Whose limits hold; nothing else of it counts
    #[command(flatten)]
    pub(crate) under: PolicyArg,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Print a policy file to begin with
    Example,
    /// Verify the policy in force, and show what it says
    Check(Check),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// The policy file; the one in force, where not given
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// A component to hold against it; may be given more than once
    #[arg(long = "plugin", value_name = "FILE")]
    pub(crate) plugins: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) under: PolicyArg,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Mock {
    /// The port to listen on, at 127.0.0.1; 0 takes any that is free
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,
    /// The company to play, instead of the sample
    #[arg(long, value_name = "FILE")]
    pub(crate) company: Option<PathBuf>,
    /// Print the sample company's file to begin with, and end
    #[arg(long, conflicts_with_all = ["company", "port"])]
    pub(crate) print_company: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        Args::command().debug_assert();
    }

    /// A secret on the command line can be read by every process of the machine.
    #[test]
    fn no_option_takes_a_secret() {
        let mut command = Args::command();
        command.build();
        check_options(&command);
    }

    fn check_options(command: &clap::Command) {
        for option in command.get_arguments() {
            let name = option.get_id().as_str();
            let suspicious = ["secret", "token", "password", "code", "session"];
            assert!(!suspicious.iter().any(|it| name.contains(it)), "{name}");
        }
        command.get_subcommands().for_each(check_options);
    }
}
