//! The listener: takes connections until a browser comes back, or time is up.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use credential_runtime::Secret;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::connection::{Returned, Shared, serve};
use super::page::Ending;
use super::redirect::LoopbackRedirect;
use super::{Bound, CallbackError, Life};

/// Connections at a time; a browser opens a few, and nobody else should be there.
const MOST_CONNECTIONS: usize = 16;
/// Between attempts where no connection can be taken.
const BREATHER: Duration = Duration::from_millis(50);
/// How long to wait until the browser has the last page.
const FAREWELL: Duration = Duration::from_secs(2);

/// Listens at a redirect URI, for one authorization.
pub struct Listener {
    bound: Bound,
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

    /// Waits until a browser comes back. Other paths are answered with 404 and change nothing.
    ///
    /// # Errors
    ///
    /// [`CallbackError::TimedOut`].
    pub async fn wait(self, within: Duration) -> Result<Arrival, CallbackError> {
        tokio::time::timeout(within, self.arrival())
            .await
            .map_err(|_| CallbackError::TimedOut(within))
    }

    async fn arrival(self) -> Arrival {
        let (first, mut returned) = oneshot::channel();
        let shared = Arc::new(Shared {
            redirect: self.bound.redirect,
            waiting: Mutex::new(Some(first)),
        });
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                Ok(returned) = &mut returned => return Arrival { returned, connections },
                Some(_) = connections.join_next() => {}
                accepted = self.bound.tcp.accept(), if connections.len() < MOST_CONNECTIONS => {
                    match accepted {
                        Ok((tcp, _)) => {
                            let serving = serve(tcp, self.bound.tls.clone(), Arc::clone(&shared));
                            connections.spawn(serving);
                        }
                        // Out of file descriptors, perhaps: no use in asking at full speed.
                        Err(_) => tokio::time::sleep(BREATHER).await,
                    }
                }
            }
        }
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
