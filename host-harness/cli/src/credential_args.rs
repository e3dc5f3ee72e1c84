//! The command line of stored credentials. As everywhere, no option takes a secret.

use std::path::PathBuf;

use clap::Subcommand;
use credential_connections::record::{Name, Tenant};

use crate::args::{MockArg, PolicyArg, SignInArgs};
use crate::help;

/// Where credentials are kept, and whose they are.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct StoreArgs {
    /// A file, or a postgres:// URL without a password; HARNESS_STORE may hold one with a password
    /// [default: $XDG_DATA_HOME/credential-harness/credentials.db]
    #[arg(long, global = true, value_name = "FILE|URL")]
    pub(crate) store: Option<String>,
    /// The file of the master key [default: $HARNESS_MASTER_KEY, else a file beside the store]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// Whose credentials
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "HARNESS_TENANT",
        default_value = "default"
    )]
    pub(crate) tenant: Tenant,
}

/// The plugins that are installed, the policy that they run under, and where requests go.
#[derive(Debug, clap::Args)]
pub(crate) struct InstalledArgs {
    /// A component besides the plugin that is built in; may be given more than once
    #[arg(long = "plugin", value_name = "FILE")]
    pub(crate) plugins: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) under: PolicyArg,
    #[command(flatten)]
    pub(crate) to: MockArg,
}

/// Answers to what would be asked at the terminal.
#[derive(Debug, clap::Args)]
pub(crate) struct Consenting {
    /// Do it without asking
    #[arg(short, long)]
    pub(crate) yes: bool,
}

/// Which to list.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(crate) struct List {
    /// List only those that need somebody: connect again, or put something right; exit with 1 if
    /// there are any
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Credentials {
    #[command(subcommand)]
    pub(crate) command: Option<CredentialsCommand>,
    #[command(flatten)]
    pub(crate) list: List,
    #[command(flatten)]
    pub(crate) kept: StoreArgs,
}

/// What to do with stored credentials.
#[derive(Debug, Subcommand)]
pub(crate) enum CredentialsCommand {
    /// List them, with state, expiry and last renewal
    List(List),
    /// Store the credential that a file describes; its secrets are read once, and encrypted
    Add(Add),
    /// Change fields or the name
    Edit(Edit),
    /// Connect one, through the browser where a person has to sign in, and test it
    Connect(ConnectStored),
    /// Show where one stands, and what to do
    Status(OnOne),
    /// Ask the service whether it accepts one
    Test(OnOne),
    /// Accept the plugin that is installed now, for one credential or for all that wait for it
    Accept(Accept),
    /// Renew one now, or all that are due
    Renew(Renew),
    /// Delete the tokens of one here; nothing changes at the service
    Disconnect(Named),
    /// End the connection of one at the service, then delete its tokens here
    Revoke(Revoke),
    /// Delete one: settings, secrets, tokens, history
    Remove(Remove),
    /// Show what happened to one
    History(History),
    /// Write all of them to a file, without secrets
    Export {
        /// The file, which must not exist; stdout, where not given or `-`
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Add those of an exported file, none of them connected
    Import {
        /// The file; `-` is stdin
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct Named {
    /// The credential's name
    #[arg(value_name = "NAME")]
    pub(crate) name: Name,
}

#[derive(Debug, clap::Args)]
pub(crate) struct OnOne {
    #[command(flatten)]
    pub(crate) of: Named,
    #[command(flatten)]
    pub(crate) with: InstalledArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// The credential file
    #[arg(value_name = "CREDENTIAL")]
    pub(crate) credential: PathBuf,
    #[command(flatten)]
    pub(crate) with: InstalledArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Edit {
    #[command(flatten)]
    pub(crate) of: Named,
    /// A credential file; its fields replace the stored ones, an empty text clears one, and what it
    /// does not name stays
    #[arg(value_name = "CREDENTIAL")]
    pub(crate) credential: Option<PathBuf>,
    /// Give it another name
    #[arg(long, value_name = "NAME")]
    pub(crate) rename: Option<Name>,
    /// Fill in a field that is no secret; may be given more than once
    #[arg(long, value_name = "FIELD=TEXT")]
    pub(crate) set: Vec<String>,
    /// Type a field in at the terminal, without echo; may be given more than once
    #[arg(long, value_name = "FIELD")]
    pub(crate) prompt: Vec<String>,
    /// Leave a field blank; may be given more than once
    #[arg(long, value_name = "FIELD")]
    pub(crate) clear: Vec<String>,
    #[command(flatten)]
    pub(crate) with: InstalledArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ConnectStored {
    #[command(flatten)]
    pub(crate) of: Named,
    #[command(flatten)]
    pub(crate) sign_in: SignInArgs,
    #[command(flatten)]
    pub(crate) consent: Consenting,
    #[command(flatten)]
    pub(crate) with: InstalledArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Renew {
    /// The credential's name; all that are due, of every tenant, where not given
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<Name>,
    /// Go on renewing what becomes due, of every tenant, until Ctrl-C
    #[arg(long, conflicts_with = "name")]
    pub(crate) watch: bool,
    /// With --watch: write this file anew after each look at the store that found it well
    #[arg(long, value_name = "FILE", requires = "watch")]
    pub(crate) heartbeat: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) with: InstalledArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Revoke {
    #[command(flatten)]
    pub(crate) of: Named,
    #[command(flatten)]
    pub(crate) consent: Consenting,
    #[command(flatten)]
    pub(crate) with: InstalledArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Accept {
    /// The credential's name; all that wait, where not given
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<Name>,
    #[command(flatten)]
    pub(crate) consent: Consenting,
    #[command(flatten)]
    pub(crate) with: InstalledArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Remove {
    #[command(flatten)]
    pub(crate) of: Named,
    #[command(flatten)]
    pub(crate) consent: Consenting,
}

#[derive(Debug, clap::Args)]
pub(crate) struct History {
    #[command(flatten)]
    pub(crate) of: Named,
    /// How many events, the newest first
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    pub(crate) limit: u32,
}

/// `harness renew`, as a service runs it.
#[derive(Debug, clap::Args)]
pub(crate) struct RenewKept {
    #[command(flatten)]
    pub(crate) renew: Renew,
    #[command(flatten)]
    pub(crate) kept: StoreArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Token {
    #[command(flatten)]
    pub(crate) of: Named,
    /// Print the token itself, and nothing else; it is masked otherwise
    #[arg(long)]
    pub(crate) show: bool,
    #[command(flatten)]
    pub(crate) kept: StoreArgs,
    #[command(flatten)]
    pub(crate) with: InstalledArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Request {
    #[command(flatten)]
    pub(crate) of: Named,
    /// Such as GET or POST
    #[arg(value_name = "METHOD")]
    pub(crate) method: String,
    /// The path at the service, with its query; or a URL at an origin that the policy allows
    #[arg(value_name = "PATH")]
    pub(crate) path: String,
    /// What to send: a file, or `-` for stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) body: Option<PathBuf>,
    /// A header that is no secret; may be given more than once
    #[arg(long, value_name = "NAME: VALUE")]
    pub(crate) header: Vec<String>,
    #[command(flatten)]
    pub(crate) kept: StoreArgs,
    #[command(flatten)]
    pub(crate) with: InstalledArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Key {
    #[command(subcommand)]
    pub(crate) command: KeyCommand,
    #[command(flatten)]
    pub(crate) kept: StoreArgs,
}

/// What to do with the master key.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a file with a new key
    #[command(after_help = help::KEY)]
    Create {
        /// The file, which must not exist
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Put a new key before those in the key file, for the next rotation
    Add,
    /// Encrypt everything under the first key, a new one where there is none yet
    Rotate {
        /// Delete the old keys from the key file afterwards: backups made before cannot be read then
        #[arg(long)]
        forget_old: bool,
    },
    /// Show which key is in use, and what a rotation has still to do
    Status,
}
