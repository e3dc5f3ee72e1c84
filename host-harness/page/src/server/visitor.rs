//! Whose browser it is: the session that a request proves.
//!
//! A session needs two things: its cookie, and its key in the path of every page (`/s/<key>/…`). A
//! browser sends a cookie to every port of the host; the path it sends to this origin alone. So
//! neither another program on this machine, which can get the cookie, nor somebody who saw an
//! address has the session.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use credential_runtime::Secret;

use super::app::Page;
use super::failure::Failure;
use super::random::Hash;
use super::session::SessionKeys;

/// What every path of a session begins with.
const PREFIX: &str = "/s/";

/// Someone who has opened the page.
#[derive(Clone)]
pub(super) struct Visitor {
    /// Which session it is.
    pub(super) key: Hash,
    /// Goes into every form, and comes back with it.
    pub(super) csrf: Secret,
    /// The base path of the page and `/s/<key>`: what the paths of its pages begin with.
    base: Secret,
    /// How much of that is the base path, in bytes.
    root: usize,
}

impl Visitor {
    pub(super) fn new(key: Hash, keys: SessionKeys, root: &str) -> Self {
        Self {
            key,
            csrf: keys.csrf,
            base: Secret::new(format!("{root}{PREFIX}{}", keys.path.expose())),
            root: root.len(),
        }
    }

    /// What the paths of its pages begin with, as browsers know them.
    pub(super) fn base(&self) -> &str {
        self.base.expose()
    }

    /// A path that a browser names, as a session knows it: without base path and key.
    pub(super) fn inside<'a>(&self, path: &'a str) -> Option<&'a str> {
        path.strip_prefix(self.base())
    }

    /// A path that the router was asked for, which is without the base path, as a session knows it.
    pub(super) fn routed<'a>(&self, path: &'a str) -> Option<&'a str> {
        path.strip_prefix(self.base().get(self.root..)?)
    }
}

impl FromRequestParts<Page> for Visitor {
    type Rejection = Failure;

    /// The guard has looked already.
    async fn from_request_parts(head: &mut Parts, _: &Page) -> Result<Self, Failure> {
        let visitor = head.extensions.get::<Self>().cloned();
        visitor.ok_or_else(Failure::no_session)
    }
}

/// The id in the path of a credential.
pub(super) struct Id(pub(super) String);

impl FromRequestParts<Page> for Id {
    type Rejection = Failure;

    async fn from_request_parts(head: &mut Parts, page: &Page) -> Result<Self, Failure> {
        let parameters = RawPathParams::from_request_parts(head, page).await;
        let parameters = parameters.map_err(|_| Failure::not_found())?;
        let mut parameters = parameters.iter();
        let id = parameters.find(|(name, _)| *name == "id");
        id.map(|(_, value)| Self(value.to_owned()))
            .ok_or_else(Failure::not_found)
    }
}

/// The session key in a path, as it is written there.
pub(super) fn key_in(path: &str) -> Option<&str> {
    path.strip_prefix(PREFIX)?.split('/').next()
}
