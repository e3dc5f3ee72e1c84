//! TLS to a service (RFC 8446): which certificates are trusted, and why one is not.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, SignatureScheme,
};
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

/// Of a name that a certificate gives, in characters.
const LONGEST_NAME: usize = 128;

/// Of the names that a certificate is for.
const MOST_NAMES: usize = 3;

/// The machine's trust store and the given roots. Where the machine has none, nothing is trusted:
/// every https request fails as untrusted, and plain http to a mapped origin still works.
pub(super) fn client_config(roots: &[CertificateDer<'static>]) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = rustls_platform_verifier::Verifier::new_with_extra_roots(
        roots.iter().cloned(),
        Arc::clone(&provider),
    );
    #[expect(
        clippy::expect_used,
        reason = "ring has TLS 1.2 and 1.3, as this crate's features ask"
    )]
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows the default protocol versions");
    match verifier {
        Ok(verifier) => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Explaining(Arc::new(verifier))))
            .with_no_client_auth(),
        Err(error) => {
            tracing::warn!(%error, "no trust store on this machine; install its CA certificates");
            builder
                .with_root_certificates(rustls::RootCertStore::empty())
                .with_no_client_auth()
        }
    }
}

/// Why a certificate is not trusted. It quotes what the other side presented, so it is for people, and
/// no plugin is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Untrusted {
    reason: String,
    issuer: Option<String>,
}

impl std::error::Error for Untrusted {}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The service's certificate {}", self.reason)?;
        if let Some(issuer) = &self.issuer {
            write!(f, "; it was issued by {issuer}")?;
        }
        f.write_str(
            ". If the issuer is your company's own authority, or that of a proxy that looks into \
             connections, add its certificate to what is trusted (`trust`)",
        )
    }
}

/// Verifies as another does, and adds to a refusal what the certificate says.
#[derive(Debug)]
struct Explaining(Arc<dyn ServerCertVerifier>);

impl ServerCertVerifier for Explaining {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.0
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            .map_err(|error| explained(error, end_entity))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }

    fn requires_raw_public_keys(&self) -> bool {
        self.0.requires_raw_public_keys()
    }

    fn root_hint_subjects(&self) -> Option<&[rustls::DistinguishedName]> {
        self.0.root_hint_subjects()
    }
}

fn explained(error: Error, end_entity: &CertificateDer<'_>) -> Error {
    let Error::InvalidCertificate(why) = &error else {
        return error;
    };
    let certificate = Certificate::from_der(end_entity).ok();
    let issuer = certificate.map(|it| plain(&it.tbs_certificate.issuer.to_string()));
    let why = Untrusted {
        reason: reason(why),
        issuer: issuer.filter(|it| !it.is_empty()),
    };
    Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(why))))
}

fn reason(why: &CertificateError) -> String {
    use CertificateError as E;
    match why {
        E::UnknownIssuer => "has an issuer that this machine does not trust".to_owned(),
        E::ExpiredContext { not_after, .. } => format!("has expired, on {}", date(*not_after)),
        E::Expired => "has expired".to_owned(),
        E::NotValidYetContext { not_before, .. } => format!(
            "is good from {} on only; is this machine's clock right?",
            date(*not_before)
        ),
        E::NotValidYet => "is not good yet; is this machine's clock right?".to_owned(),
        E::NotValidForNameContext {
            expected,
            presented,
        } => {
            let names = presented.iter().take(MOST_NAMES);
            let names: Vec<String> = names.map(|it| plain(presented_name(it))).collect();
            let expected = plain(&expected.to_str());
            format!("is not for {expected}, but for {}", names.join(", "))
        }
        E::NotValidForName => "is for another name".to_owned(),
        E::Revoked => "was revoked".to_owned(),
        E::BadEncoding => "cannot be read".to_owned(),
        E::BadSignature => "is not signed as it says".to_owned(),
        _ => "is not to be trusted".to_owned(),
    }
}

/// The name in `DnsName("a.example")`, as the library writes it.
fn presented_name(text: &str) -> &str {
    text.split('"').nth(1).unwrap_or(text)
}

fn date(at: UnixTime) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(at.as_secs()))
}

/// A name of the other side's making: printable ASCII, and short.
fn plain(name: &str) -> String {
    let printable = |it: char| {
        if it.is_ascii_graphic() || it == ' ' {
            it
        } else {
            '?'
        }
    };
    name.chars().take(LONGEST_NAME).map(printable).collect()
}
