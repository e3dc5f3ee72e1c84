//! Connecting through a person's browser (RFC 6749 section 4.1).

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use credential_runtime::{GrantKind, Operation, Pending, RedirectError};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::connect::Exchange;
use super::{Confirm, Connected, Connections, Error};
use crate::record::{CredentialId, Name, SettingsVersion, Tenant, Timestamp};

/// Sign-ins of one session that may be open at a time: a person with several tabs.
const MOST_PER_SESSION: usize = 8;

/// Sign-ins that may be open at a time in all. Each takes a few kilobytes.
const MOST: usize = 10_000;

/// A sign-in that a person is to go through.
#[derive(Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Where to send this person's browser, and no other.
    pub url: String,
    /// Until when they have to be back.
    pub until: Timestamp,
}

impl fmt::Debug for SignIn {
    /// Without the URL: its state is for this person's browser alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn")
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

struct Open {
    tenant: Tenant,
    id: CredentialId,
    settings: SettingsVersion,
    pending: Pending,
    until: Timestamp,
}

/// Open sign-ins by the caller's session, in memory alone: state and verifier are of no use to
/// anyone later.
#[derive(Default)]
pub(super) struct SignIns(Mutex<HashMap<[u8; 32], Vec<Open>>>);

impl Connections {
    /// Begins to connect a credential through a person's browser. `session` is a value that the
    /// caller holds for this person alone and that others cannot guess, such as a session cookie:
    /// only with the same value can the sign-in be finished. Of it only a hash is kept.
    ///
    /// # Errors
    ///
    /// [`Error::NoBrowser`]; [`Error::Problems`]; [`Error::EndsAnother`], unless `confirm` is the
    /// confirmation it gave; the store's.
    pub async fn begin_connect(
        &self,
        tenant: &Tenant,
        name: &Name,
        redirect_uri: &str,
        session: &str,
        confirm: Option<&Confirm>,
    ) -> Result<SignIn, Error> {
        let inner = &self.0;
        let record = inner.store.get_by_name(tenant, name).await?;
        let operation = inner.operation(&record).await?;
        if operation.plan().await?.connect != GrantKind::AuthorizationCode {
            return Err(Error::NoBrowser);
        }
        inner.ask_first(&record, confirm).await?;
        let pending = operation.begin_authorization(redirect_uri).await?;
        let now = inner.clock.now();
        let until = now.plus(inner.terms.sign_in);
        let url = pending.url().to_owned();
        let open = Open {
            tenant: tenant.clone(),
            id: record.overview.id,
            settings: record.overview.settings_version,
            pending,
            until,
        };
        inner.sign_ins.open(session, open, now);
        Ok(SignIn { url, until })
    }

    /// The browser came back to the redirect URI, with this address. An address with the state of an
    /// open sign-in ends that sign-in, whatever comes of it; any other ends none.
    ///
    /// # Errors
    ///
    /// [`Error::NoSignIn`] and [`Error::Redirect`], where no token is asked for; otherwise as
    /// [`Connections::connect`].
    pub async fn finish_connect(
        &self,
        session: &str,
        redirected: &str,
    ) -> Result<Connected, Error> {
        let inner = &self.0;
        let open = inner
            .sign_ins
            .take(session, redirected, inner.clock.now())?;
        let grant = match open.pending.complete(redirected) {
            Ok(grant) => grant,
            Err(RedirectError::Refused(refusal)) => {
                let record = inner.store.get(&open.tenant, open.id).await?;
                let operation = inner.operation(&record).await?;
                return Err(operation.authorization_refused(refusal).await.into());
            }
            Err(error) => return Err(error.into()),
        };
        let exchange = Exchange {
            tenant: open.tenant,
            id: open.id,
            settings: open.settings,
            grant,
        };
        inner.exchange(exchange).await
    }

    /// Ends the open sign-ins of a session: nobody waits for them any longer. A browser that comes back
    /// from one of them is told [`Error::NoSignIn`].
    pub fn cancel_connect(&self, session: &str) {
        self.0.sign_ins.cancel(session);
    }
}

impl SignIns {
    fn open(&self, session: &str, open: Open, now: Timestamp) {
        let mut sessions = self.lock();
        forget_expired(&mut sessions, now);
        if sessions.values().map(Vec::len).sum::<usize>() >= MOST {
            forget_oldest(&mut sessions);
        }
        let of_session = sessions.entry(key(session)).or_default();
        if of_session.len() >= MOST_PER_SESSION {
            of_session.remove(0);
        }
        of_session.push(open);
    }

    /// The session's sign-in that the redirect belongs to by its state. A redirect of no sign-in ends
    /// none: whoever makes one up must not stop a person who is signing in.
    fn take(&self, session: &str, redirected: &str, now: Timestamp) -> Result<Open, Error> {
        let mut sessions = self.lock();
        forget_expired(&mut sessions, now);
        let of_session = sessions.get_mut(&key(session)).ok_or(Error::NoSignIn)?;
        let state = state_of(redirected);
        let fits = |open: &Open| state.is_some() && state_of(open.pending.url()) == state;
        let fitting = of_session.iter().position(fits);
        let open = of_session.remove(fitting.ok_or(RedirectError::State)?);
        sessions.retain(|_, of_session| !of_session.is_empty());
        Ok(open)
    }

    fn cancel(&self, session: &str) {
        self.lock().remove(&key(session));
    }

    /// Tells an operation on a credential the state and the verifier of each open sign-in for it.
    pub(super) fn tell_secrets(&self, id: CredentialId, operation: &Operation) {
        let sessions = self.lock();
        let of_credential = sessions.values().flatten().filter(|open| open.id == id);
        operation.know(of_credential.flat_map(|open| open.pending.secrets()));
    }

    /// Until when someone may still come back for this credential.
    pub(super) fn open_until(&self, id: CredentialId, now: Timestamp) -> Option<Timestamp> {
        let sessions = self.lock();
        let all = sessions.values().flatten();
        all.filter(|open| open.id == id && open.until > now)
            .map(|open| open.until)
            .max()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], Vec<Open>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn forget_expired(sessions: &mut HashMap<[u8; 32], Vec<Open>>, now: Timestamp) {
    sessions.retain(|_, of_session| {
        of_session.retain(|open| open.until > now);
        !of_session.is_empty()
    });
}

fn forget_oldest(sessions: &mut HashMap<[u8; 32], Vec<Open>>) {
    let oldest = sessions
        .iter()
        .filter_map(|(session, open)| Some((open.first()?.until, *session)))
        .min();
    if let Some((_, session)) = oldest {
        sessions.remove(&session);
    }
}

fn key(session: &str) -> [u8; 32] {
    Sha256::digest(session.as_bytes()).into()
}

/// Which of several open sign-ins is meant. That it is the right one is checked in constant time
/// when it is completed.
fn state_of(url: &str) -> Option<[u8; 32]> {
    let url = Url::parse(url).ok()?;
    let state = url.query_pairs().find(|(name, _)| name == "state")?.1;
    Some(key(&state))
}
