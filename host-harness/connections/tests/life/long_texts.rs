//! A plugin that says all that it can, again and again: the database does not grow with it.

use credential_connections::record::Event;
use credential_connections::service::Error;
use credential_connections::store::HISTORY_BYTES;
use test_guests::Version;

use crate::stage::{World, tenant};
use crate::versions::{accept, connected, with};

crate::on_both! {
    refusals_at_length_keep_the_history_bounded,
}

/// A text for people at its longest, and its hint; names at theirs. JSON writes six bytes for each.
const LONGEST_DIAGNOSIS: usize = 6 * (2 * 4096 + 3 * 256) + 1024;

fn bytes(events: &[Event]) -> usize {
    let details = events.iter().filter_map(|it| it.diagnosis.as_ref());
    let bytes = details.map(|it| serde_json::to_string(it).unwrap().len());
    bytes.sum()
}

/// Attack 13: each of a few failed renewals wrote five megabytes.
async fn refusals_at_length_keep_the_history_bounded(world: World) {
    let first = with(&world, Version::First).await;
    let name = connected(&world, &first, "One").await;
    let long = with(&world, Version::RefusesAtLength).await;
    accept(&long, &name).await;
    let history = async || {
        world
            .connections
            .history(tenant(), &name, 1_000)
            .await
            .unwrap()
    };
    let mut most = 0;
    for refusal in 0..60 {
        let renewed = long.renew(tenant(), &name).await;
        assert!(matches!(renewed, Err(Error::Settings(_))), "{renewed:?}");
        let events = history().await;
        assert_eq!(events[0].kind.as_str(), "renewal-failed", "{refusal}");
        assert!(bytes(&events) <= HISTORY_BYTES as usize, "{refusal}");
        most = most.max(events.len());
    }
    let events = history().await;
    // More was said than is kept, so that the oldest are gone; what is kept is the newest.
    assert!(events.len() < most, "{} of {most}", events.len());
    assert!(bytes(&events) > HISTORY_BYTES as usize / 2);
    let numbers: Vec<u64> = events.iter().map(|it| it.number).collect();
    let newest = numbers[0];
    let expected: Vec<u64> = (0..numbers.len() as u64).map(|it| newest - it).collect();
    assert_eq!(numbers, expected);

    // What the row itself says of it is one diagnosis, twice.
    let overview = world.status(&name).await.overview;
    let failure = overview.last_failure.unwrap().diagnosis;
    let failure = serde_json::to_string(&failure).unwrap().len();
    assert!((20_000..=LONGEST_DIAGNOSIS).contains(&failure), "{failure}");
    assert!(overview.state.as_str().len() <= LONGEST_DIAGNOSIS + 1024);
}
