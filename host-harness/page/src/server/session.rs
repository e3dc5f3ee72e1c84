//! Who has opened the page: sessions, each of one browser.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use credential_connections::record::{CredentialId, Timestamp};
use credential_runtime::Secret;

use super::draft::Drafts;
use super::random::Hash;
use super::sign_in::SignIns;
use super::terms::PageTerms;
use crate::view::{Notice, Question};

/// Sessions at a time. Each begins with a link that was given out, so there are a few.
const MOST: usize = 64;

/// What is kept of one browser, in memory alone.
pub(super) struct Session {
    csrf: Secret,
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
    fn new(csrf: Secret, now: Timestamp) -> Self {
        Self {
            csrf,
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

/// The sessions, by the hash of their cookie.
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
    pub(super) fn begin(&self, key: Hash, csrf: Secret, now: Timestamp) {
        let mut all = self.lock();
        all.retain(|_, it| !it.is_over(&self.terms, now));
        if all.len() >= MOST {
            let idle = all.iter().min_by_key(|(_, it)| it.seen);
            let idle = idle.map(|(key, _)| *key);
            idle.and_then(|key| all.remove(&key));
        }
        all.insert(key, Session::new(csrf, now));
    }

    /// Something is asked in a session: its token against forgery, unless it is over.
    pub(super) fn visit(&self, key: &Hash, now: Timestamp) -> Option<Secret> {
        let mut all = self.lock();
        all.retain(|_, it| !it.is_over(&self.terms, now));
        let session = all.get_mut(key)?;
        session.seen = now;
        Some(session.csrf.clone())
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
