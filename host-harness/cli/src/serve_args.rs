//! The command line of the credential page.

use std::net::SocketAddr;
use std::path::PathBuf;

use credential_runtime::MappingTarget;

use crate::args::{MockArg, PolicyArg};
use crate::credential_args::{InstalledArgs, StoreArgs};
use crate::help;

#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    /// Where to listen. Elsewhere than on the loopback address only behind something that speaks
    /// TLS: see --origin
    #[arg(long, value_name = "ADDRESS", default_value = help::PAGE_ADDRESS, value_parser = address)]
    pub(crate) listen: SocketAddr,
    /// How browsers reach the page, where that is not the address that it listens at, such as
    /// https://connect.example.com; with a path where a reverse proxy serves other tools under the same
    /// host name, such as https://connect.example.com/intacct
    #[arg(long, value_name = "URL")]
    pub(crate) origin: Option<String>,
    /// Open it in the browser
    #[arg(long)]
    pub(crate) open: bool,
    /// Print another link to the page of yours that runs at --listen already, and end
    #[arg(long, conflicts_with_all = ["open", "mock", "origin"])]
    pub(crate) link: bool,
    /// Try it without an account: start a mock Intacct beside it, with the form filled in, and keep
    /// nothing. With a URL, send all that is meant for the service there instead
    #[arg(long, value_name = "URL", num_args = 0..=1)]
    pub(crate) mock: Option<Option<MappingTarget>>,
    #[command(flatten)]
    pub(crate) back: WayBackArgs,
    /// A component besides the plugin that is built in; may be given more than once
    #[arg(long = "plugin", value_name = "FILE")]
    pub(crate) plugins: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) under: PolicyArg,
    #[command(flatten)]
    pub(crate) kept: StoreArgs,
}

/// How a browser comes back from the service.
#[derive(Debug, clap::Args)]
pub(crate) struct WayBackArgs {
    /// Where the service sends the browser back to: as it is registered there, to the letter. At
    /// https on 127.0.0.1 this command listens itself; under --origin the page answers it
    #[arg(long, value_name = "URI", default_value = help::REDIRECT_URI)]
    pub(crate) redirect_uri: String,
    /// Certificates (PEM) to show there, so that browsers do not warn
    #[arg(long, value_name = "FILE", requires = "certificate_key")]
    pub(crate) certificate: Option<PathBuf>,
    /// Their key (PEM)
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub(crate) certificate_key: Option<PathBuf>,
}

/// An IP address and a port. A name is not looked up: it may lead to several addresses.
fn address(text: &str) -> Result<SocketAddr, String> {
    let hint = format!(
        "write an IP address and a port, such as {}",
        help::PAGE_ADDRESS
    );
    text.parse().map_err(|_| hint)
}

impl Serve {
    /// The plugins, their policy, and where their requests go.
    pub(crate) fn installed(&self, mock: Option<MappingTarget>) -> InstalledArgs {
        InstalledArgs {
            plugins: self.plugins.clone(),
            under: self.under.clone(),
            to: MockArg { mock },
        }
    }
}
