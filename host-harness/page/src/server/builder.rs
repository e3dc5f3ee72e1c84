//! How to set a page up.

use std::sync::Arc;

use credential_connections::record::Tenant;
use credential_connections::service::Connections;
use credential_runtime::{Origin, Randomness, SystemRandomness};
use url::Url;

use super::app::{App, Page};
use super::health::Health;
use super::invitation::Invitations;
use super::rate::Rates;
use super::redirect::Redirect;
use super::router::is_taken;
use super::session::Sessions;
use super::sheet::Sheet;
use super::terms::PageTerms;
use super::visitor;
use crate::view::{CertificateNote, Trial};

/// What a page is set up with.
pub struct PageBuilder {
    connections: Connections,
    tenant: Tenant,
    origin: Option<Url>,
    redirect_uri: Option<String>,
    certificate: Option<CertificateNote>,
    trial: Option<Trial>,
    randomness: Arc<dyn Randomness>,
    terms: PageTerms,
}

/// Why a page cannot be set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// Requests are held against the address at which browsers reach the page.
    #[error("the page needs the origin at which browsers reach it, such as http://127.0.0.1:8090")]
    NoOrigin,
    /// More than scheme, host and port, or another scheme.
    #[error("`{0}` is no origin of a page; write it like http://127.0.0.1:8090")]
    Origin(String),
    /// No browser can be sent back there.
    #[error(
        "`{0}` is no redirect URI that a page can answer at; write it like https://127.0.0.1:8443/callback"
    )]
    RedirectUri(String),
    /// The redirect's path is one of the page's own.
    #[error("the path of the redirect URI `{0}` is one of the page's own; choose another")]
    PathTaken(String),
    /// A pace without time in it bounds nothing.
    #[error("a pace has to have more than no time in it")]
    Pace,
}

impl PageBuilder {
    pub(super) fn new(connections: Connections) -> Self {
        Self {
            connections,
            tenant: Tenant::default(),
            origin: None,
            redirect_uri: None,
            certificate: None,
            trial: None,
            randomness: Arc::new(SystemRandomness),
            terms: PageTerms::default(),
        }
    }

    /// Whose credentials these are; [`Tenant::default`] otherwise.
    #[must_use]
    pub fn tenant(mut self, tenant: Tenant) -> Self {
        self.tenant = tenant;
        self
    }

    /// Where browsers reach the page. `Host` and `Origin` are held against it.
    #[must_use]
    pub fn origin(mut self, origin: Url) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Where services send browsers back to, to the letter as it is registered with them. Where its
    /// origin is the page's own, [`Page::router`] answers there too; otherwise
    /// [`Page::callback_router`] does. `/callback` at the page's origin, where this is not said.
    #[must_use]
    pub fn redirect_uri(mut self, redirect_uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(redirect_uri.into());
        self
    }

    /// Tells the person of a certificate that browsers will warn of on the way back.
    #[must_use]
    pub fn certificate_note(mut self, note: CertificateNote) -> Self {
        self.certificate = Some(note);
        self
    }

    /// Something to try the page with, instead of a real account.
    #[must_use]
    pub fn trial(mut self, trial: Trial) -> Self {
        self.trial = Some(trial);
        self
    }

    /// Draws links, sessions and tokens from elsewhere than the operating system.
    #[must_use]
    pub fn randomness(mut self, randomness: Arc<dyn Randomness>) -> Self {
        self.randomness = randomness;
        self
    }

    /// How long things last; [`PageTerms::default`] otherwise.
    #[must_use]
    pub fn terms(mut self, terms: PageTerms) -> Self {
        self.terms = terms;
        self
    }

    /// Sets it up.
    ///
    /// # Errors
    ///
    /// [`PageError`].
    pub fn build(self) -> Result<Page, PageError> {
        let origin = bare(self.origin.ok_or(PageError::NoOrigin)?)?;
        let redirect = redirect(self.redirect_uri, &origin)?;
        let rates = Rates::new(&self.terms, &self.connections).ok_or(PageError::Pace)?;
        let descriptors = self
            .connections
            .plugins()
            .map(|it| it.plugin().descriptor());
        let sheets = descriptors
            .map(|it| (it.id.clone(), Sheet::of(it)))
            .collect();
        Ok(Page(Arc::new(App {
            cookie: visitor::name(&origin),
            sheets,
            rates,
            health: Health::default(),
            redirect,
            origin,
            sessions: Sessions::new(self.terms.clone()),
            invitations: Invitations::default(),
            connections: self.connections,
            tenant: self.tenant,
            certificate: self.certificate,
            trial: self.trial,
            randomness: self.randomness,
            terms: self.terms,
        })))
    }
}

fn bare(origin: Url) -> Result<Url, PageError> {
    match origin.as_str().parse::<Origin>() {
        Ok(_) => Ok(origin),
        Err(_) => Err(PageError::Origin(origin.into())),
    }
}

fn redirect(written: Option<String>, origin: &Url) -> Result<Redirect, PageError> {
    let written = written.unwrap_or_else(|| {
        let origin = origin.as_str().trim_end_matches('/');
        format!("{origin}/callback")
    });
    match Redirect::parse(&written) {
        Some(it) if is_taken(it.url.path()) => Err(PageError::PathTaken(written)),
        Some(it) => Ok(it),
        None => Err(PageError::RedirectUri(written)),
    }
}
