//! Where the page is: the address that it listens at, and the one by which browsers reach it.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use credential_page::{AddressError, PublicAddress};
use tokio::net::TcpListener;

use crate::exit::Exit;
use crate::report::Report;
use crate::serve_args::Serve;

/// Where the page is.
pub(super) struct Place {
    pub(super) listener: TcpListener,
    /// Where that is.
    pub(super) address: SocketAddr,
    /// How browsers reach it.
    pub(super) public: PublicAddress,
}

/// Why the page cannot be there.
#[derive(Debug, thiserror::Error)]
pub(super) enum PlaceError {
    #[error("{0} can be reached from other machines, and what goes there is not encrypted")]
    InTheOpen(SocketAddr),
    #[error("--origin cannot be used: {0}")]
    Origin(AddressError),
    #[error("{0} is in use by another program")]
    InUse(SocketAddr),
    #[error("{0} cannot be listened at: {1}")]
    Listen(SocketAddr, io::Error),
}

impl Place {
    /// Begins to listen.
    pub(super) async fn bind(args: &Serve) -> Result<Self, PlaceError> {
        let address = args.listen;
        let given = args.origin.as_deref().map(str::parse::<PublicAddress>);
        let given = given.transpose().map_err(PlaceError::Origin)?;
        let encrypted = given
            .as_ref()
            .is_some_and(|it| it.origin().scheme() == "https");
        if !address.ip().is_loopback() && !encrypted {
            return Err(PlaceError::InTheOpen(address));
        }
        let refused = |error: io::Error| match error.kind() {
            ErrorKind::AddrInUse => PlaceError::InUse(address),
            _ => PlaceError::Listen(address, error),
        };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let bound = listener.local_addr().map_err(refused)?;
        let public = match given {
            Some(public) => public,
            None => own(bound)?,
        };
        Ok(Self {
            listener,
            address: bound,
            public,
        })
    }
}

fn own(bound: SocketAddr) -> Result<PublicAddress, PlaceError> {
    let listen = |error: AddressError| PlaceError::Listen(bound, io::Error::other(error));
    format!("http://{bound}").parse().map_err(listen)
}

impl From<PlaceError> for Report {
    fn from(error: PlaceError) -> Self {
        let message = error.to_string();
        match error {
            PlaceError::InTheOpen(_) => Self::new(Exit::Usage, message).hint(
                "put something before it that speaks TLS, and say how browsers reach it with \
                 --origin https://…",
            ),
            PlaceError::Origin(_) => Self::new(Exit::Usage, message),
            PlaceError::InUse(_) => Self::machine(message).hint(
                "choose another port with --listen, or any that is free with --listen 127.0.0.1:0",
            ),
            PlaceError::Listen(..) => Self::machine(message),
        }
    }
}
