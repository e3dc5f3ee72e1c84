//! A running mock, as a test or a command holds it.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::task::JoinHandle;

use crate::builder::Builder;
use crate::clock::Clock;
use crate::company::Company;
use crate::fault::{FaultRule, InjectedFault};
use crate::grants::{IssuedToken, TokenKind};
use crate::ledger::Ledger;
use crate::server::Shared;
use crate::switches::{Switch, SwitchError};
use crate::{API_PATH, INTACCT_ORIGIN, banner};

/// What serves.
pub(crate) enum Running {
    Task(JoinHandle<()>),
    Thread(std::thread::JoinHandle<()>),
}

/// A running mock. Dropping it stops it: no further connection is taken, and what is being answered
/// is answered, unless a fault holds it.
pub struct MockIntacct {
    shared: Arc<Shared>,
    address: SocketAddr,
    running: Option<Running>,
}

impl MockIntacct {
    pub(crate) fn new(shared: Arc<Shared>, address: SocketAddr, running: Running) -> Self {
        Self {
            shared,
            address,
            running: Some(running),
        }
    }

    /// What to start with.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`: what to map `https://api.intacct.com` to.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The origin and `/ia/api/v1`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("{}{API_PATH}", self.origin())
    }

    /// A URL of the real service, at the mock; any other as it is.
    #[must_use]
    pub fn map(&self, url: &str) -> String {
        match url.strip_prefix(INTACCT_ORIGIN) {
            Some(rest) if rest.is_empty() || rest.starts_with(['/', '?', '#']) => {
                format!("{}{rest}", self.origin())
            }
            _ => url.to_owned(),
        }
    }

    /// Its time, to move.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.shared.world().clock.clone()
    }

    /// Changes the company; the next request meets the new one.
    pub fn change<R>(&self, change: impl FnOnce(&mut Company) -> R) -> R {
        change(&mut self.shared.world().company)
    }

    /// The company as it is now.
    #[must_use]
    pub fn company(&self) -> Company {
        self.shared.world().company.clone()
    }

    /// Every switch and how it stands.
    #[must_use]
    pub fn switches(&self) -> Vec<Switch> {
        self.shared.world().company.switches()
    }

    /// Sets a switch by name, as the control API does.
    ///
    /// # Errors
    /// Where there is no such switch, or it takes no such value.
    pub fn set_switch(&self, name: &str, value: &str) -> Result<(), SwitchError> {
        self.shared.world().company.set_switch(name, value)
    }

    /// Puts a fault in force.
    pub fn inject(&self, rule: FaultRule) -> InjectedFault {
        self.shared.world().script.inject(rule)
    }

    /// Ends every fault and lets go of what they hold.
    pub fn clear_faults(&self) {
        self.shared.world().script.clear();
    }

    /// What has arrived so far, secrets masked.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        Ledger::new(self.shared.world().journal.entries().to_vec())
    }

    /// What was issued so far, in plain: for tests that search for it where it must not be.
    #[must_use]
    pub fn issued(&self) -> Issued {
        Issued(self.shared.world().grants.all().to_vec())
    }

    /// What a person needs to begin with: addresses, the company, credentials, a switch to flip.
    #[must_use]
    pub fn banner(&self) -> String {
        banner::banner(&self.origin(), &self.company())
    }

    /// Stops it and waits until it has.
    pub async fn shutdown(mut self) {
        self.shared.stop();
        match self.running.take() {
            Some(Running::Task(task)) => drop(task.await),
            Some(Running::Thread(thread)) => {
                drop(tokio::task::spawn_blocking(move || thread.join()).await);
            }
            None => {}
        }
    }
}

impl Drop for MockIntacct {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

/// The codes and tokens that were issued, in the order in which they were.
#[derive(Clone, Debug)]
pub struct Issued(Vec<IssuedToken>);

impl Issued {
    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[IssuedToken] {
        &self.0
    }

    /// Those of one kind.
    pub fn of_kind(&self, kind: TokenKind) -> impl Iterator<Item = &IssuedToken> {
        self.0.iter().filter(move |token| token.kind == kind)
    }

    /// The newest of a kind.
    #[must_use]
    pub fn last(&self, kind: TokenKind) -> Option<&IssuedToken> {
        self.0.iter().rfind(|token| token.kind == kind)
    }

    /// Every value that must not be seen elsewhere: codes, tokens and the sessions in their claims.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        let mut secrets: Vec<String> = self
            .0
            .iter()
            .flat_map(|token| [token.value.clone(), token.session_id.clone()])
            .collect();
        secrets.sort_unstable();
        secrets.dedup();
        secrets
    }
}
