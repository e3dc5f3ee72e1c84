//! What whoever mounts the page gives it to show.

use std::collections::BTreeMap;

use credential_runtime::Settings;
use url::Url;

/// Something to try the page with, instead of a real account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// A few words, such as "A sample company runs beside this page".
    pub title: String,
    /// One or two sentences.
    pub detail: String,
    /// Where to look further: labels and addresses.
    pub links: Vec<(String, Url)>,
    /// Accounts to sign in with, one sentence each. They are shown, so they open nothing real.
    pub accounts: Vec<String>,
    /// The name suggested for a new credential.
    pub name: String,
    /// What a new form is filled in with, by plugin id. Secrets among it open nothing real.
    pub prefill: BTreeMap<String, Settings>,
}

/// The way back from the sign-in has a certificate that the embedder made itself, which browsers warn
/// of. Shown beside the button that leads there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateNote {
    /// The certificate's SHA-256, as a browser shows it: `AB:CD:…`.
    pub sha256: String,
}
