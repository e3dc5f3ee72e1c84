//! What stands around every screen: the head, the bar, what came of the last thing that was done.

use credential_connections::record::Tenant;
use credential_runtime::Descriptor;

use super::told::Announcement;
use super::{Frame, Trial};

/// The frame of a screen.
pub(super) struct Shell<'a> {
    /// What the window is called.
    pub(super) title: String,
    /// What every path of the page begins with; empty where it has its origin to itself.
    pub(super) root: &'a str,
    /// What every path of the session begins with; `root` without one.
    pub(super) base: &'a str,
    /// Absent without a session.
    pub(super) session: Option<Session<'a>>,
    pub(super) notice: Option<Announcement<'a>>,
    pub(super) trial: Option<&'a Trial>,
    pub(super) conditions: Option<&'a str>,
}

/// What belongs to a session.
pub(super) struct Session<'a> {
    pub(super) csrf: &'a str,
    /// Absent where there is one tenant alone.
    pub(super) tenant: Option<&'a str>,
}

impl<'a> Shell<'a> {
    pub(super) fn new(
        frame: &Frame<'a>,
        title: impl Into<String>,
        form: Option<&Descriptor>,
    ) -> Self {
        let tenant = (*frame.tenant != Tenant::default()).then(|| frame.tenant.as_str());
        Self {
            title: title.into(),
            root: frame.root,
            base: frame.base,
            session: Some(Session {
                csrf: frame.csrf,
                tenant,
            }),
            notice: frame.notice.map(|it| Announcement::of(it, form)),
            trial: frame.trial,
            conditions: frame.conditions,
        }
    }

    /// For whoever may have no session.
    pub(super) fn bare(title: impl Into<String>, root: &'a str, base: &'a str) -> Self {
        Self {
            title: title.into(),
            root,
            base,
            session: None,
            notice: None,
            trial: None,
            conditions: None,
        }
    }

    /// What every form of the screen carries.
    pub(super) fn csrf(&self) -> &str {
        self.session.as_ref().map_or("", |it| it.csrf)
    }
}
