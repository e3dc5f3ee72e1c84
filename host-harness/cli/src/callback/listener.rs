//! The listener: takes connections until a browser comes back, or time is up.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use credential_runtime::Secret;
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use super::connection::{Returned, Shared, serve};
use super::page::Ending;
use super::redirect::LoopbackRedirect;
use super::sign_in::SignIn;
use super::{Bound, CallbackError, Life};

/// Connections at a time; a browser opens a few, and nobody else should be there.
const MOST_CONNECTIONS: usize = 64;
/// Between attempts where no connection can be taken.
const BREATHER: Duration = Duration::from_millis(50);
/// How long to wait until the browser has the last page.
const FAREWELL: Duration = Duration::from_secs(2);

/// Listens at a redirect URI, for one authorization.
pub struct Listener {
    bound: Bound,
}

/// A listener that waits for one sign-in.
pub struct Waiting {
    tcp: TcpListener,
    tls: TlsAcceptor,
    returned: oneshot::Receiver<Returned>,
    shared: Arc<Shared>,
}

/// A browser came back. It waits for a page: see [`Arrival::answer`].
pub struct Arrival {
    returned: Returned,
    connections: JoinSet<bool>,
}

impl Listener {
    /// Begins to listen.
    ///
    /// # Errors
    ///
    /// [`CallbackError::InUse`], [`CallbackError::Listen`], [`CallbackError::Certificate`].
    pub async fn bind(redirect: LoopbackRedirect) -> Result<Self, CallbackError> {
        let bound = Bound::with_own_certificate(redirect, Life::OneSignIn).await?;
        Ok(Self { bound })
    }

    /// What to tell the service: the redirect URI, with the port that is listened at.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        self.bound.redirect.as_str()
    }

    /// The certificate that is shown, in DER: nobody has reason to trust it but who made it.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        self.bound.made.as_deref().unwrap_or_default()
    }

    /// Gets ready for one sign-in, which leads to `destination`.
    ///
    /// # Errors
    ///
    /// [`CallbackError::Stateless`].
    pub fn expect(self, destination: &str) -> Result<Waiting, CallbackError> {
        let sign_in = SignIn::new(destination, &self.bound.redirect);
        let sign_in = sign_in.ok_or(CallbackError::Stateless)?;
        let (first, returned) = oneshot::channel();
        Ok(Waiting {
            tcp: self.bound.tcp,
            tls: self.bound.tls,
            returned,
            shared: Arc::new(Shared {
                redirect: self.bound.redirect,
                sign_in,
                left: Arc::default(),
                waiting: Mutex::new(Some(first)),
            }),
        })
    }
}

impl Waiting {
    /// Where the person's browser is to begin: it gets a cookie there, and is sent on to sign in. For
    /// that person alone.
    #[must_use]
    pub fn start(&self) -> Secret {
        let shared = &self.shared;
        Secret::new(shared.redirect.resolve(shared.sign_in.start()))
    }

    /// What is notified once a browser has begun.
    #[must_use]
    pub fn left(&self) -> Arc<Notify> {
        Arc::clone(&self.shared.left)
    }

    /// Waits until the browser that left comes back. Everything else is answered, and changes nothing.
    ///
    /// # Errors
    ///
    /// [`CallbackError::TimedOut`].
    pub async fn wait(self, within: Duration) -> Result<Arrival, CallbackError> {
        tokio::time::timeout(within, self.arrival())
            .await
            .map_err(|_| CallbackError::TimedOut(within))
    }

    async fn arrival(mut self) -> Arrival {
        let mut connections = JoinSet::new();
        let mut open = VecDeque::new();
        loop {
            tokio::select! {
                Ok(returned) = &mut self.returned => return Arrival { returned, connections },
                Some(_) = connections.join_next() => {}
                accepted = self.tcp.accept() => match accepted {
                    Ok((tcp, _)) => {
                        give_way(&mut open);
                        let serving = serve(tcp, self.tls.clone(), Arc::clone(&self.shared));
                        open.push_back(connections.spawn(serving));
                    }
                    // Out of file descriptors, perhaps: no use in asking at full speed.
                    Err(_) => tokio::time::sleep(BREATHER).await,
                }
            }
        }
    }
}

/// The oldest connection gives way: whoever opens many and says nothing shuts nobody out.
fn give_way(open: &mut VecDeque<AbortHandle>) {
    open.retain(|it| !it.is_finished());
    if open.len() >= MOST_CONNECTIONS
        && let Some(oldest) = open.pop_front()
    {
        oldest.abort();
    }
}

impl Arrival {
    /// The address that the browser was sent to. It holds the code.
    #[must_use]
    pub fn redirected(&self) -> &Secret {
        &self.returned.redirected
    }

    /// Shows the browser how it ended, and ends every connection.
    pub async fn answer(mut self, ending: Ending) {
        if self.returned.reply.send(ending).is_err() {
            return; // The browser did not wait.
        }
        let shown = async {
            while let Some(ended) = self.connections.join_next().await {
                if ended.unwrap_or(false) {
                    break;
                }
            }
        };
        // Past this, a browser that does not read is left alone.
        let _ = tokio::time::timeout(FAREWELL, shown).await;
    }
}
