//! Who has opened the page: sessions, each of one browser.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use credential_connections::record::{CredentialId, Timestamp};
use credential_runtime::Secret;
use subtle::ConstantTimeEq as _;

use super::draft::Drafts;
use super::random::Hash;
use super::rate::SessionRates;
use super::sign_in::SignIns;
use super::terms::PageTerms;
use crate::view::{Notice, Question};

/// Sessions at a time. Each begins with a link that was given out, so there are a few.
const MOST: usize = 64;

/// What a session's requests have to bring besides the cookie.
#[derive(Clone)]
pub(super) struct SessionKeys {
    /// Stands in the path of every page. A browser sends it to this origin alone, unlike the cookie,
    /// which goes to every port of the host (RFC 6265 section 8.5).
    pub(super) path: Secret,
    /// Stands in every form, against forged requests (CSRF).
    pub(super) csrf: Secret,
}

/// What is kept of one browser, in memory alone.
pub(super) struct Session {
    keys: SessionKeys,
    pub(super) rates: SessionRates,
    began: Timestamp,
    seen: Timestamp,
    /// What came of the last thing that was done; shown once.
    pub(super) notice: Option<Notice>,
    /// What was typed and is not stored.
    pub(super) drafts: Drafts,
    /// Its sign-ins at a service.
    pub(super) sign_ins: SignIns,
    /// What has to be confirmed before a credential is connected.
    pub(super) questions: BTreeMap<CredentialId, Question>,
}

impl Session {
    fn new(keys: SessionKeys, rates: SessionRates, now: Timestamp) -> Self {
        Self {
            keys,
            rates,
            began: now,
            seen: now,
            notice: None,
            drafts: Drafts::default(),
            sign_ins: SignIns::default(),
            questions: BTreeMap::new(),
        }
    }

    fn is_over(&self, terms: &PageTerms, now: Timestamp) -> bool {
        now >= self.seen.plus(terms.session_idle) || now >= self.began.plus(terms.session_most)
    }
}

/// The sessions, by the hash of their cookie's value.
pub(super) struct Sessions {
    terms: PageTerms,
    all: Mutex<HashMap<Hash, Session>>,
}

impl Sessions {
    pub(super) fn new(terms: PageTerms) -> Self {
        let all = Mutex::default();
        Self { terms, all }
    }

    /// Begins one. Where there are too many, the one that was idle longest ends.
    pub(super) fn begin(
        &self,
        key: Hash,
        (keys, rates): (SessionKeys, SessionRates),
        now: Timestamp,
    ) {
        let mut all = self.lock();
        all.retain(|_, it| !it.is_over(&self.terms, now));
        if all.len() >= MOST {
            let idle = all.iter().min_by_key(|(_, it)| it.seen);
            let idle = idle.map(|(key, _)| *key);
            idle.and_then(|key| all.remove(&key));
        }
        all.insert(key, Session::new(keys, rates, now));
    }

    /// A request with the cookie and the path of a session: its keys, unless it is over. The cookie
    /// is looked up by its hash, the path is compared in constant time.
    pub(super) fn visit(&self, key: &Hash, path: &str, now: Timestamp) -> Option<SessionKeys> {
        let mut all = self.lock();
        let session = self.alive(&mut all, key, now)?;
        let expected = session.keys.path.expose().as_bytes();
        if !bool::from(path.as_bytes().ct_eq(expected)) {
            return None;
        }
        session.seen = now;
        Some(session.keys.clone())
    }

    /// A request with the cookie alone: good for finding the sign-in that it answers, and for nothing
    /// else. It keeps no session alive.
    pub(super) fn recall(&self, key: &Hash, now: Timestamp) -> Option<SessionKeys> {
        let mut all = self.lock();
        Some(self.alive(&mut all, key, now)?.keys.clone())
    }

    fn alive<'a>(
        &self,
        all: &'a mut HashMap<Hash, Session>,
        key: &Hash,
        now: Timestamp,
    ) -> Option<&'a mut Session> {
        all.retain(|_, it| !it.is_over(&self.terms, now));
        all.get_mut(key)
    }

    /// Ends one.
    pub(super) fn end(&self, key: &Hash) {
        self.lock().remove(key);
    }

    /// Reads or changes a session, unless it has ended meanwhile.
    pub(super) fn with<T>(&self, key: &Hash, act: impl FnOnce(&mut Session) -> T) -> Option<T> {
        self.lock().get_mut(key).map(act)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Hash, Session>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
