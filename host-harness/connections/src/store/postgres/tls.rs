//! TLS to the server: its certificate and its name are always verified.

use std::path::Path;
use std::sync::Arc;

use private_files::Privacy;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};
use rustls_platform_verifier::BuilderVerifierExt as _;

use crate::store::StoreError;

/// Several times what a system's whole list of authorities takes, in bytes.
const LARGEST_ROOTS: u64 = 1 << 20;

/// Trusts these authorities, or the machine's.
pub(super) fn client_config(roots: Option<&Path>) -> Result<ClientConfig, StoreError> {
    let builder = builder()?;
    let builder = match roots {
        Some(path) => builder.with_root_certificates(read_roots(path)?),
        None => builder
            .with_platform_verifier()
            .map_err(|error| unusable(&error))?,
    };
    Ok(builder.with_no_client_auth())
}

fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, StoreError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(&error))
}

fn unusable(error: &rustls::Error) -> StoreError {
    StoreError::Misconfigured(format!("TLS cannot be used: {error}"))
}

fn read_roots(path: &Path) -> Result<RootCertStore, StoreError> {
    let refuse = |error: &dyn std::fmt::Display| {
        StoreError::Misconfigured(format!("the authorities in {}: {error}", path.display()))
    };
    let mut roots = RootCertStore::empty();
    let pem = private_files::read(path, Privacy::ReadByOthers, LARGEST_ROOTS)
        .map_err(|error| refuse(&error.with_hint()))?;
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| refuse(&error))?;
        roots.add(certificate).map_err(|error| refuse(&error))?;
    }
    if roots.is_empty() {
        return Err(refuse(&"there is no certificate in it"));
    }
    Ok(roots)
}
