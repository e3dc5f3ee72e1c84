//! Where the service sends the browser back to, and who answers there.

use credential_page::{CertificateNote, PageError, PublicAddress};
use credential_runtime::Origin;
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use url::Url;

use crate::callback::{Bound, CallbackError, CertificateError, Life, LoopbackRedirect, read};
use crate::exit::Exit;
use crate::report::Report;
use crate::serve_args::WayBackArgs;

/// The way back from the service.
pub(super) enum WayBack {
    /// The page itself answers: the address is under its own origin.
    Page(String),
    /// A listener of its own, since services take no plain http.
    Listener(Box<Bound>),
}

impl WayBack {
    /// Opens it.
    pub(super) async fn open(args: &WayBackArgs, public: &PublicAddress) -> Result<Self, Report> {
        let uri = &args.redirect_uri;
        if let Ok(url) = Url::parse(uri)
            && Origin::of(&url).as_ref() == Some(public.origin())
        {
            return match public.contains(&url) {
                true => Ok(Self::Page(uri.clone())),
                // Said before anything is made.
                false => Err(PageError::outside(uri, public).into()),
            };
        }
        let redirect = LoopbackRedirect::parse(uri).map_err(nobody_there)?;
        let own = args
            .certificate
            .as_deref()
            .zip(args.certificate_key.as_deref());
        let bound = match own {
            Some((chain, key)) => Bound::with(redirect, read(chain, key)?).await?,
            None => Bound::with_own_certificate(redirect, Life::OneYear).await?,
        };
        Ok(Self::Listener(Box::new(bound)))
    }

    /// As the service has to know it.
    pub(super) fn redirect_uri(&self) -> &str {
        match self {
            Self::Page(uri) => uri,
            Self::Listener(bound) => bound.redirect.as_str(),
        }
    }

    /// What to tell people of a certificate that their browsers will warn of.
    pub(super) fn certificate_note(&self) -> Option<CertificateNote> {
        match self {
            Self::Page(_) => None,
            Self::Listener(bound) => {
                let made = bound.made.as_ref()?;
                Some(CertificateNote {
                    sha256: fingerprint(made),
                })
            }
        }
    }

    /// For the page to answer at.
    pub(super) fn into_listener(self) -> Option<(TcpListener, TlsAcceptor)> {
        match self {
            Self::Page(_) => None,
            Self::Listener(bound) => Some((bound.tcp, bound.tls)),
        }
    }
}

/// A certificate's fingerprint, as browsers show it.
fn fingerprint(certificate: &[u8]) -> String {
    let digest = Sha256::digest(certificate);
    let pairs: Vec<String> = digest.iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

fn nobody_there(error: CallbackError) -> Report {
    Report::new(Exit::Usage, error.to_string()).hint(
        "name an https address on 127.0.0.1; or, where the page stands behind something that \
         speaks TLS, one under its --origin, path included",
    )
}

impl From<CertificateError> for Report {
    fn from(error: CertificateError) -> Self {
        Self::machine(error.to_string())
    }
}
