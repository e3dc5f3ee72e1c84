//! An address that is listened at, with what speaks TLS there.

use std::io::ErrorKind;

use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::certificate::{self, Life};
use super::{CallbackError, LoopbackRedirect};

/// A redirect URI on this machine, bound; nobody is answered yet.
pub(crate) struct Bound {
    pub(crate) tcp: TcpListener,
    pub(crate) tls: TlsAcceptor,
    /// The certificate that is shown, in DER, where it was made here.
    pub(crate) made: Option<Vec<u8>>,
    pub(crate) redirect: LoopbackRedirect,
}

impl Bound {
    /// Binds it, with a certificate made for the occasion.
    pub(crate) async fn with_own_certificate(
        redirect: LoopbackRedirect,
        life: Life,
    ) -> Result<Self, CallbackError> {
        let (tcp, redirect) = listen(redirect).await?;
        let (tls, certificate) = certificate::made(life)?;
        Ok(Self {
            tcp,
            tls,
            made: Some(certificate),
            redirect,
        })
    }

    /// Binds it, with a certificate of the operator's.
    pub(crate) async fn with(
        redirect: LoopbackRedirect,
        tls: TlsAcceptor,
    ) -> Result<Self, CallbackError> {
        let (tcp, redirect) = listen(redirect).await?;
        Ok(Self {
            tcp,
            tls,
            made: None,
            redirect,
        })
    }
}

async fn listen(
    redirect: LoopbackRedirect,
) -> Result<(TcpListener, LoopbackRedirect), CallbackError> {
    let address = redirect.address();
    let refused = |error: std::io::Error| match error.kind() {
        ErrorKind::AddrInUse => CallbackError::InUse(address),
        _ => CallbackError::Listen(address, error),
    };
    let tcp = TcpListener::bind(address).await.map_err(refused)?;
    let port = tcp.local_addr().map_err(refused)?.port();
    Ok((tcp, redirect.bound_to(port)))
}
