//! A certificate for the loopback address, made for one authorization and kept nowhere.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use super::CallbackError;

/// The listener is gone long before; the slack is for a clock that is a little off.
const LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// What speaks TLS for the listener, and the certificate (DER) that it shows.
pub(super) fn acceptor() -> Result<(TlsAcceptor, Vec<u8>), CallbackError> {
    let failed = |error: Box<dyn Error>| CallbackError::Certificate(error.to_string());
    let (certificate, key) = make(SystemTime::now()).map_err(|e| failed(e.into()))?;
    let der = certificate.to_vec();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(vec![certificate], key)
        })
        .map_err(|e| failed(e.into()))?;
    Ok((TlsAcceptor::from(Arc::new(config)), der))
}

fn make(
    now: SystemTime,
) -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), rcgen::Error> {
    let names = ["127.0.0.1", "::1", "localhost"].map(str::to_owned);
    let mut params = CertificateParams::new(names)?;
    params
        .distinguished_name
        .push(DnType::CommonName, "harness, for one sign-in");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.not_before = (now - LIFE).into();
    params.not_after = (now + LIFE).into();
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    Ok((certificate.der().clone(), key.into()))
}
