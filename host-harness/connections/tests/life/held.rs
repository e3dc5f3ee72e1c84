//! Another process holds a credential for longer than anybody waits.

use std::time::Duration;

use credential_connections::record::{Acquisition, LONGEST_LEASE, Owner};
use credential_connections::service::{Error, Terms};
use tokio::time::{Instant, pause};

use crate::stage::{LIFE, World, tenant};

/// What a caller waits beyond a lease: its last look at the store.
const LAST_LOOK: Duration = Duration::from_secs(5);

/// The clock of leases stands still, so this one never ends, as if it were taken again and again.
#[tokio::test]
async fn whoever_waits_in_vain_is_told_who_holds_it() {
    let world = World::start().await;
    let dana = world.dana().await;
    let id = world.status(&dana).await.overview.id;
    world.advance(LIFE);
    let owner = Owner::parse("another-machine-4711").unwrap();
    let taken = world
        .store
        .acquire(tenant(), id, &owner, world.now(), LONGEST_LEASE)
        .await
        .unwrap();
    assert!(matches!(taken, Acquisition::Acquired(_)));
    let until = world.now().plus(LONGEST_LEASE);

    pause();
    let began = Instant::now();
    let error = world.connections.access_token(tenant(), &dana).await;
    let waited = began.elapsed();
    let Err(Error::Held(holder)) = &error else {
        panic!("{error:?}");
    };
    assert_eq!((&holder.owner, holder.until), (&owner, until));
    let said = error.as_ref().unwrap_err().to_string();
    assert!(said.contains("another-machine-4711"), "{said}");
    let lease = Terms::default().lease;
    assert!((lease..=lease + LAST_LOOK).contains(&waited), "{waited:?}");
    world.renewals().assert_count(0);
}
