//! How to set a page up.

use std::sync::Arc;

use credential_connections::record::Tenant;
use credential_connections::service::Connections;
use credential_runtime::{Randomness, SystemRandomness};

use super::address::PublicAddress;
use super::app::{App, Page};
use super::health::Health;
use super::invitation::Invitations;
use super::rate::Rates;
use super::redirect::Redirect;
use super::router::is_taken;
use super::session::Sessions;
use super::session_cookie::SessionCookie;
use super::sheet::Sheet;
use super::terms::PageTerms;
use crate::view::{CertificateNote, Trial};

/// What a page is set up with.
pub struct PageBuilder {
    connections: Connections,
    tenant: Tenant,
    address: Option<PublicAddress>,
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
    /// No browser can be sent back there.
    #[error(
        "`{0}` is no redirect URI that a page can answer at; write it like https://127.0.0.1:8443/callback"
    )]
    RedirectUri(String),
    /// The redirect's path is one of the page's own.
    #[error("the path of the redirect URI `{0}` is one of the page's own; choose another")]
    PathTaken(String),
    /// The redirect is at the page's origin, but not under its base path: another tool would get the code.
    #[error(
        "the redirect URI `{redirect_uri}` is outside of the page's path, where other tools answer; register and \
         use one under {address}, such as {address}/callback"
    )]
    RedirectOutside {
        /// As it was written.
        redirect_uri: String,
        /// Where the page is.
        address: String,
    },
    /// A pace without time in it bounds nothing.
    #[error("a pace has to have more than no time in it")]
    Pace,
}

impl PageError {
    /// Of a redirect URI at the page's origin that is not under its base path.
    #[must_use]
    pub fn outside(redirect_uri: &str, address: &PublicAddress) -> Self {
        Self::RedirectOutside {
            redirect_uri: redirect_uri.to_owned(),
            address: address.to_string(),
        }
    }
}

impl PageBuilder {
    pub(super) fn new(connections: Connections) -> Self {
        Self {
            connections,
            tenant: Tenant::default(),
            address: None,
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

    /// Where browsers reach the page: its origin, and its base path where other tools are served under the same
    /// origin. `Host` and `Origin` are held against the origin; every URL of the page begins with both.
    #[must_use]
    pub fn origin(mut self, address: PublicAddress) -> Self {
        self.address = Some(address);
        self
    }

    /// Where services send browsers back to, to the letter as it is registered with them. Where its
    /// origin is the page's own, [`Page::router`] answers there too, and it has to be under the base path;
    /// otherwise [`Page::callback_router`] does. `/callback` under the page's address, where this is not said.
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
        let address = self.address.ok_or(PageError::NoOrigin)?;
        let redirect = redirect(self.redirect_uri, &address)?;
        let rates = Rates::new(&self.terms, &self.connections).ok_or(PageError::Pace)?;
        let descriptors = self
            .connections
            .plugins()
            .map(|it| it.plugin().descriptor());
        let sheets = descriptors
            .map(|it| (it.id.clone(), Sheet::of(it)))
            .collect();
        Ok(Page(Arc::new(App {
            cookie: SessionCookie::new(&address, redirect.url.path()),
            sheets,
            rates,
            health: Health::default(),
            redirect,
            address,
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

fn redirect(written: Option<String>, address: &PublicAddress) -> Result<Redirect, PageError> {
    let written = written.unwrap_or_else(|| address.url("/callback"));
    let Some(redirect) = Redirect::parse(&written, address) else {
        return Err(PageError::RedirectUri(written));
    };
    if redirect.is_at(address) && !address.contains(&redirect.url) {
        return Err(PageError::outside(&written, address));
    }
    let base = address.base_path();
    // Where a proxy strips the base path, a second one like it would be taken for the first.
    let looks_like_base = !base.is_empty() && address.strip(redirect.path()).is_some();
    if is_taken(redirect.path()) || looks_like_base {
        return Err(PageError::PathTaken(written));
    }
    Ok(redirect)
}
