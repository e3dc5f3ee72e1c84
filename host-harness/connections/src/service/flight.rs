//! One renewal per credential within this process: who comes while one is under way waits for its
//! result.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::renewal;
use super::token::AccessToken;
use super::want::{Renewed, Want};
use super::{Error, Inner};
use crate::record::{CredentialId, Tenant};

type Landing = Option<Renewed>;

/// A renewal that is under way.
#[derive(Clone)]
struct Flight {
    want: Want,
    landing: watch::Receiver<Landing>,
}

/// Renewals that are under way in this process.
#[derive(Default)]
pub(super) struct Flights(Mutex<HashMap<CredentialId, Flight>>);

/// Ends a flight, also where its task panics.
struct Departure {
    inner: Arc<Inner>,
    id: CredentialId,
}

impl Drop for Departure {
    fn drop(&mut self) {
        self.inner.flights.lock().remove(&self.id);
    }
}

impl Flights {
    fn lock(&self) -> MutexGuard<'_, HashMap<CredentialId, Flight>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Renews, or waits for whoever is renewing already; one who waited for something else than it
    /// wanted then renews itself.
    pub(super) async fn fly(
        self: &Arc<Self>,
        tenant: &Tenant,
        id: CredentialId,
        want: Want,
    ) -> Result<AccessToken, Error> {
        loop {
            let flight = self.join_or_start(tenant, id, want);
            let result = landed(flight.landing).await;
            if flight.want == want || want.is_answered_by(&result) {
                return result.or_else(|setback| setback.make_do(want));
            }
        }
    }

    fn join_or_start(self: &Arc<Self>, tenant: &Tenant, id: CredentialId, want: Want) -> Flight {
        let mut flights = self.flights.lock();
        if let Some(flight) = flights.get(&id) {
            return flight.clone();
        }
        let (sender, landing) = watch::channel(None);
        let flight = Flight { want, landing };
        flights.insert(id, flight.clone());
        let departure = Departure {
            inner: Arc::clone(self),
            id,
        };
        let tenant = tenant.clone();
        self.begun.spawn(async move {
            let result = renewal::renew(&departure.inner, &tenant, id, want).await;
            // First off the list, then heard of: whoever comes from now on starts anew.
            drop(departure);
            sender.send_replace(Some(result));
        });
        flight
    }
}

async fn landed(mut landing: watch::Receiver<Landing>) -> Renewed {
    let result = landing.wait_for(Option::is_some).await;
    let result = result.ok().and_then(|landed| landed.clone());
    result.unwrap_or_else(|| Err(Error::Busy.into()))
}
