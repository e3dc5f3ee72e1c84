//! Where the page is: the address that it listens at, and the one by which browsers reach it.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use tokio::net::TcpListener;
use url::Url;

use crate::exit::Exit;
use crate::report::Report;
use crate::serve_args::Serve;

/// Where the page is.
pub(super) struct Place {
    pub(super) listener: TcpListener,
    /// Where that is.
    pub(super) address: SocketAddr,
    /// Scheme, host and port as browsers know them.
    pub(super) origin: Url,
}

/// Why the page cannot be there.
#[derive(Debug, thiserror::Error)]
pub(super) enum PlaceError {
    #[error("{0} can be reached from other machines, and what goes there is not encrypted")]
    InTheOpen(SocketAddr),
    #[error("{0} is no address of a page: it needs http or https and a host, and nothing after it")]
    NoOrigin(Url),
    #[error("{0} is in use by another program")]
    InUse(SocketAddr),
    #[error("{0} cannot be listened at: {1}")]
    Listen(SocketAddr, io::Error),
}

impl Place {
    /// Begins to listen.
    pub(super) async fn bind(args: &Serve) -> Result<Self, PlaceError> {
        let address = args.listen;
        let given = args.origin.clone().map(checked).transpose()?;
        let encrypted = given.as_ref().is_some_and(|it| it.scheme() == "https");
        if !address.ip().is_loopback() && !encrypted {
            return Err(PlaceError::InTheOpen(address));
        }
        let refused = |error: io::Error| match error.kind() {
            ErrorKind::AddrInUse => PlaceError::InUse(address),
            _ => PlaceError::Listen(address, error),
        };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let bound = listener.local_addr().map_err(refused)?;
        let origin = match given {
            Some(origin) => origin,
            None => own(bound)?,
        };
        Ok(Self {
            listener,
            address: bound,
            origin,
        })
    }
}

fn own(bound: SocketAddr) -> Result<Url, PlaceError> {
    let listen = |error: url::ParseError| PlaceError::Listen(bound, io::Error::other(error));
    Url::parse(&format!("http://{bound}")).map_err(listen)
}

fn checked(origin: Url) -> Result<Url, PlaceError> {
    let bare = origin.path() == "/" && origin.query().is_none() && origin.fragment().is_none();
    let anonymous = origin.username().is_empty() && origin.password().is_none();
    let web = matches!(origin.scheme(), "http" | "https") && origin.has_host();
    if bare && anonymous && web {
        Ok(origin)
    } else {
        Err(PlaceError::NoOrigin(origin))
    }
}

impl From<PlaceError> for Report {
    fn from(error: PlaceError) -> Self {
        let message = error.to_string();
        match error {
            PlaceError::InTheOpen(_) => Self::new(Exit::Usage, message).hint(
                "put something before it that speaks TLS, and say how browsers reach it with \
                 --origin https://…",
            ),
            PlaceError::NoOrigin(_) => Self::new(Exit::Usage, message),
            PlaceError::InUse(_) => Self::machine(message).hint(
                "choose another port with --listen, or any that is free with --listen 127.0.0.1:0",
            ),
            PlaceError::Listen(..) => Self::machine(message),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::behind_a_proxy("https://connect.example.com", true)]
    #[case::with_a_port("http://127.0.0.1:8090/", true)]
    #[case::with_a_path("https://connect.example.com/page", false)]
    #[case::with_a_query("https://connect.example.com/?a=b", false)]
    #[case::with_a_user("https://dana@connect.example.com", false)]
    #[case::no_web_page("mailto:dana@example.com", false)]
    fn an_origin_is_scheme_host_and_port(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(checked(text.parse().unwrap()).is_ok(), fits);
    }
}
