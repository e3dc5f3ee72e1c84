//! Certificates for the loopback address: made here and kept nowhere, or an operator's own.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use super::CallbackError;

/// How long a certificate is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// The listener is gone long before it ends.
    OneSignIn,
    /// For a page that runs for months; browsers take none that lasts longer than 398 days.
    OneYear,
}

/// For a clock that is a little off.
const SLACK: Duration = Duration::from_secs(24 * 60 * 60);

impl Life {
    fn duration(self) -> Duration {
        match self {
            Self::OneSignIn => SLACK,
            Self::OneYear => Duration::from_secs(365 * 24 * 60 * 60),
        }
    }
}

/// Why an operator's certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CertificateError {
    #[error("{} cannot be read as PEM: {source}", path.display())]
    Unreadable { path: PathBuf, source: pem::Error },
    #[error("{} holds no certificate", .0.display())]
    Empty(PathBuf),
    #[error("the certificate and its key cannot be used: {0}")]
    Unfit(#[from] rustls::Error),
}

/// What speaks TLS with the certificates and the key of these PEM files.
pub(crate) fn read(chain: &Path, key: &Path) -> Result<TlsAcceptor, CertificateError> {
    let unreadable = |path: &Path, source| CertificateError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let certificates = CertificateDer::pem_file_iter(chain)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unreadable(chain, error))?;
    if certificates.is_empty() {
        return Err(CertificateError::Empty(chain.to_owned()));
    }
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, error))?;
    Ok(acceptor(certificates, key)?)
}

/// What speaks TLS with a certificate made here, and the certificate (DER).
pub(super) fn made(life: Life) -> Result<(TlsAcceptor, Vec<u8>), CallbackError> {
    let failed = |error: Box<dyn Error>| CallbackError::Certificate(error.to_string());
    let (certificate, key) = make(SystemTime::now(), life).map_err(|e| failed(e.into()))?;
    let der = certificate.to_vec();
    let acceptor = acceptor(vec![certificate], key).map_err(|e| failed(e.into()))?;
    Ok((acceptor, der))
}

fn acceptor(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<TlsAcceptor, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn make(
    now: SystemTime,
    life: Life,
) -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), rcgen::Error> {
    let names = ["127.0.0.1", "::1", "localhost"].map(str::to_owned);
    let mut params = CertificateParams::new(names)?;
    params
        .distinguished_name
        .push(DnType::CommonName, "harness, on this machine");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.not_before = (now - SLACK).into();
    params.not_after = (now + life.duration()).into();
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    Ok((certificate.der().clone(), key.into()))
}
