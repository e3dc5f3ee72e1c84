//! A page that was set up: what its handlers share.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, Uri};
use credential_connections::record::{CredentialId, Name, Tenant, Timestamp};
use credential_connections::service::{Connections, Error, Installed, Status};
use credential_connections::store::StoreError;
use credential_runtime::{Descriptor, Randomness};

use super::address::PublicAddress;
use super::answer::see_other;
use super::builder::PageBuilder;
use super::explain;
use super::failure::Failure;
use super::health::Health;
use super::invitation::{Invitation, Invitations};
use super::random::{Hash, draw, hash};
use super::rate::Rates;
use super::redirect::Redirect;
use super::session::{Session, SessionKeys, Sessions};
use super::session_cookie::SessionCookie;
use super::sheet::Sheet;
use super::terms::PageTerms;
use super::visitor::{self, Visitor};
use crate::view::{CertificateNote, Frame, Notice, Trial};

/// The credentials of one tenant, as a page. Cheap to clone; every clone is the same.
#[derive(Clone)]
pub struct Page(pub(super) Arc<App>);

pub(super) struct App {
    pub(super) connections: Connections,
    pub(super) tenant: Tenant,
    pub(super) address: PublicAddress,
    pub(super) redirect: Redirect,
    pub(super) certificate: Option<CertificateNote>,
    pub(super) trial: Option<Trial>,
    pub(super) randomness: Arc<dyn Randomness>,
    pub(super) terms: PageTerms,
    pub(super) cookie: SessionCookie,
    pub(super) sheets: BTreeMap<String, Sheet>,
    pub(super) sessions: Sessions,
    pub(super) invitations: Invitations,
    pub(super) rates: Rates,
    pub(super) health: Health,
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("address", &self.0.address.to_string())
            .finish_non_exhaustive()
    }
}

impl Page {
    /// Begins to set a page up on connections.
    #[must_use]
    pub fn builder(connections: Connections) -> PageBuilder {
        PageBuilder::new(connections)
    }

    /// A new one-time link. Give it to the person who is to use the page, and to nobody else.
    #[must_use]
    pub fn invite(&self) -> Invitation {
        let key = draw(&*self.0.randomness);
        let until = self.now().plus(self.0.terms.invitation);
        let opened = self.0.invitations.give(&key, until);
        Invitation::new(&self.0.address, &key, until, opened)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.0.connections.now()
    }

    pub(super) fn rates(&self) -> &Rates {
        &self.0.rates
    }

    /// Takes a place for something that the service is asked.
    pub(super) fn may_send(&self, visitor: &Visitor) -> Result<(), Failure> {
        let taken = self.session(visitor, |it| it.rates.sendings.take())?;
        taken.map_err(Failure::too_many)
    }

    /// Whoever has a session, by its cookie and by its key in the path, which is without the base path.
    pub(super) fn visitor(&self, headers: &HeaderMap, uri: &Uri) -> Option<Visitor> {
        let path = visitor::key_in(uri.path())?;
        let key = self.0.cookie.key(headers)?;
        let keys = self.0.sessions.visit(&key, path, self.now())?;
        Some(self.as_visitor(key, keys))
    }

    /// Whose cookie a request brings. Until it brings the state of one of that session's sign-ins as
    /// well, it is nobody: every program on this host can get the cookie.
    pub(super) fn bearer(&self, headers: &HeaderMap) -> Option<Visitor> {
        let key = self.0.cookie.key(headers)?;
        let keys = self.0.sessions.recall(&key, self.now())?;
        Some(self.as_visitor(key, keys))
    }

    fn as_visitor(&self, key: Hash, keys: SessionKeys) -> Visitor {
        Visitor::new(key, keys, self.0.address.base_path())
    }

    /// Begins a session: what tells the browser so, and where its pages begin.
    pub(super) fn welcome(&self) -> Option<(HeaderValue, String)> {
        let app = &*self.0;
        let draw = || draw(&*app.randomness);
        let (cookie, path, csrf) = (draw(), draw(), draw());
        let (key, keys) = (hash(cookie.expose()), SessionKeys { path, csrf });
        let home = self.address(&self.as_visitor(key, keys.clone()), "/");
        let rates = app.rates.session();
        app.sessions.begin(key, (keys, rates), self.now());
        let given = app.cookie.given(&cookie)?;
        Some((given, home))
    }

    /// Reads or changes a session.
    pub(super) fn session<T>(
        &self,
        visitor: &Visitor,
        act: impl FnOnce(&mut Session) -> T,
    ) -> Result<T, Failure> {
        let done = self.0.sessions.with(&visitor.key, act);
        done.ok_or_else(Failure::no_session)
    }

    /// The address of a page of a session, from anywhere.
    pub(super) fn address(&self, visitor: &Visitor, path: &str) -> String {
        format!("{}{}{path}", self.0.address.origin(), visitor.base())
    }

    /// The address of what is outside every session, from anywhere.
    pub(super) fn outside(&self, path: &str) -> String {
        self.0.address.url(path)
    }

    /// Goes on to a page of this site, which says what came of it.
    pub(super) fn tell(
        &self,
        visitor: &Visitor,
        path: &str,
        notice: Notice,
    ) -> Result<axum::response::Response, Failure> {
        self.session(visitor, |it| it.notice = Some(notice))?;
        Ok(see_other(&self.address(visitor, path)))
    }

    /// What there is to tell, once.
    pub(super) fn notice(&self, visitor: &Visitor) -> Result<Option<Notice>, Failure> {
        self.session(visitor, |it| it.notice.take())
    }

    pub(super) fn frame<'a>(
        &'a self,
        visitor: &'a Visitor,
        notice: Option<&'a Notice>,
        plugin: Option<&str>,
    ) -> Frame<'a> {
        let sheet = plugin.and_then(|id| self.0.sheets.get(id));
        Frame {
            root: self.0.address.base_path(),
            base: visitor.base(),
            csrf: visitor.csrf.expose(),
            notice,
            trial: self.0.trial.as_ref(),
            tenant: &self.0.tenant,
            now: self.now(),
            conditions: sheet.map(|it| it.path.as_str()),
        }
    }

    pub(super) fn descriptors(&self) -> Vec<&Descriptor> {
        let plugins = self.0.connections.plugins();
        plugins.map(|it| it.plugin().descriptor()).collect()
    }

    pub(super) fn installed(&self, plugin: &str) -> Option<&Installed> {
        self.0.connections.plugin(plugin).ok()
    }

    /// All that may be known of a credential. Where its plugin cannot say what is wrong with the
    /// settings, it can still be removed.
    pub(super) async fn status(&self, of: &Named) -> Result<Status, Failure> {
        let status = self.0.connections.status(&self.0.tenant, &of.name).await;
        status.map_err(|error| {
            let is_plugins = matches!(error, Error::Plugin(_));
            let failure = Failure::from(error);
            match is_plugins {
                true => failure.back("Remove this credential", format!("{}/remove", of.path())),
                false => failure,
            }
        })
    }

    /// The form and the guide of a credential's plugin, where it is installed.
    pub(super) fn form(&self, of: &Named) -> Option<&Descriptor> {
        let installed = self.installed(&of.plugin)?;
        Some(installed.plugin().descriptor())
    }

    /// What a credential is called, and the plugin that it was made with.
    pub(super) async fn named(&self, id: &str) -> Result<Named, Failure> {
        let id: CredentialId = id.parse().map_err(|_| Failure::not_found())?;
        let found = self.0.connections.store().get(&self.0.tenant, id).await;
        let overview = found.map_err(Failure::of_store)?.overview;
        Ok(Named {
            id,
            name: overview.name,
            plugin: overview.plugin.id,
        })
    }
}

/// A credential that a request is about.
pub(super) struct Named {
    pub(super) id: CredentialId,
    pub(super) name: Name,
    pub(super) plugin: String,
}

impl Named {
    pub(super) fn path(&self) -> String {
        path(self.id)
    }
}

/// The path of a credential's page, within a session.
pub(super) fn path(id: CredentialId) -> String {
    format!("/credentials/{id}")
}

impl Failure {
    pub(super) fn of_store(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::not_found(),
            error => explain::store(&error).into(),
        }
    }
}
