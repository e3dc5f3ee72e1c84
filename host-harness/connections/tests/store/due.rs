//! Finding what something must be done about, whoever's it is and however much else there is.

use std::time::Duration;

use credential_connections::record::{
    CredentialId, Due, NewCredential, NewIntent, Tenant, Timestamp, Transition,
};
use credential_connections::store::Store;

use crate::sample::{
    NOW, TTL, acquire, acquire_at, connected, credential, owner, seconds_later, state, tenant,
    transition,
};
use crate::stage::{Database, Stage};

crate::on_both! {
    what_is_due_is_found_in_order_for_all_tenants,
    a_page_begins_where_the_last_ended,
    what_someone_holds_is_left_out_until_the_lease_has_run_out,
    the_next_moment_is_when_something_will_be_found,
    finding_what_is_due_among_100_000_uses_the_index,
    what_a_clock_wrote_that_was_ahead_is_due,
    what_the_lease_of_such_a_clock_holds_is_due,
    a_state_that_such_a_clock_stored_is_due,
}

async fn create_due(
    store: &dyn Store,
    tenant: &Tenant,
    name: &str,
    due_at: Option<Timestamp>,
) -> CredentialId {
    let new = NewCredential {
        due_at,
        ..credential(name)
    };
    store.create(tenant, &new, NOW).await.unwrap()
}

async fn what_is_due_is_found_in_order_for_all_tenants(stage: Stage) {
    let store = stage.open().await;
    let other = Tenant::parse("other").unwrap();
    let late = create_due(&*store, &tenant(), "late", Some(seconds_later(2))).await;
    let early = create_due(&*store, &other, "early", Some(seconds_later(1))).await;
    create_due(&*store, &tenant(), "not yet", Some(seconds_later(4))).await;
    create_due(&*store, &tenant(), "never", None).await;
    let due = store.due(seconds_later(3), None, 10).await.unwrap();
    let expected = [
        Due {
            tenant: other,
            id: early,
            due_at: seconds_later(1),
        },
        Due {
            tenant: tenant(),
            id: late,
            due_at: seconds_later(2),
        },
    ];
    assert_eq!(due, expected);
    assert_eq!(store.due(NOW, None, 10).await, Ok(Vec::new()));
    assert_eq!(
        store.due(seconds_later(4), None, 10).await.unwrap().len(),
        3
    );
}

async fn a_page_begins_where_the_last_ended(stage: Stage) {
    let store = stage.open().await;
    for number in 0..7 {
        // Most of them at the very same moment.
        let due_at = Some(seconds_later(number / 5));
        create_due(&*store, &tenant(), &format!("{number}"), due_at).await;
    }
    let all = store.due(seconds_later(9), None, 100).await.unwrap();
    let mut paged: Vec<Due> = Vec::new();
    loop {
        let page = store.due(seconds_later(9), paged.last(), 2).await.unwrap();
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!((all.len(), &paged), (7, &all));
}

async fn what_someone_holds_is_left_out_until_the_lease_has_run_out(stage: Stage) {
    let store = stage.open().await;
    let held = create_due(&*store, &tenant(), "held", Some(NOW)).await;
    let free = create_due(&*store, &tenant(), "free", Some(NOW)).await;
    let lease = acquire(&*store, held, "me").await.lease;
    let due = async |now| {
        let due = store.due(now, None, 10).await.unwrap();
        due.iter().map(|it| it.id).collect::<Vec<_>>()
    };
    assert_eq!(due(NOW).await, [free]);
    assert_eq!(due(lease.until()).await.len(), 2);
    store.release(&lease).await.unwrap();
    assert_eq!(due(NOW).await.len(), 2);
}

async fn the_next_moment_is_when_something_will_be_found(stage: Stage) {
    let store = stage.open().await;
    assert_eq!(store.next_due(NOW).await, Ok(None));
    create_due(&*store, &tenant(), "far", Some(seconds_later(500))).await;
    assert_eq!(store.next_due(NOW).await, Ok(Some(seconds_later(500))));
    let id = create_due(&*store, &tenant(), "near", Some(seconds_later(5))).await;
    assert_eq!(store.next_due(NOW).await, Ok(Some(seconds_later(5))));
    assert_eq!(
        store.next_due(seconds_later(7)).await,
        Ok(Some(seconds_later(5)))
    );
    store
        .acquire(&tenant(), id, &owner("me"), seconds_later(7), TTL)
        .await
        .unwrap();
    assert_eq!(
        store.next_due(seconds_later(7)).await,
        Ok(Some(seconds_later(67)))
    );
}

/// Its tokens were obtained ten days from now, and are renewed half a day later: the clock was put back.
async fn what_a_clock_wrote_that_was_ahead_is_due(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "ahead").await;
    connected(&*store, "right").await;
    create_due(&*store, &tenant(), "later", Some(seconds_later(50_000_000))).await;
    let ahead = "UPDATE credential SET obtained_at = obtained_at + 864000000, \
                 due_at = due_at + 864000000 WHERE name = 'ahead'";
    stage.execute(ahead).await;
    let due = store.due(NOW, None, 10).await.unwrap();
    assert_eq!(due.iter().map(|it| it.id).collect::<Vec<_>>(), [id]);
    assert_eq!(store.due(NOW, due.last(), 10).await, Ok(Vec::new()));
    assert_eq!(store.next_due(NOW).await, Ok(Some(NOW)));
    // Clocks of two machines are never quite the same.
    stage
        .execute("UPDATE credential SET obtained_at = 1780000030000 WHERE name = 'ahead'")
        .await;
    assert_eq!(store.due(NOW, None, 10).await, Ok(Vec::new()));
}

/// Whoever died in the middle of a request, by a clock that was a day ahead.
async fn what_the_lease_of_such_a_clock_holds_is_due(stage: Stage) {
    let store = stage.open().await;
    let id = create_due(&*store, &tenant(), "one", Some(seconds_later(90_000))).await;
    let day = seconds_later(86_400);
    let leased = acquire_at(&*store, id, "ahead", day).await;
    let intent = NewIntent {
        document: state("asked"),
        state: state("renewing"),
        due_at: Some(seconds_later(86_500)),
    };
    store
        .record_intent(&leased.lease, &intent, day)
        .await
        .unwrap();
    let due = store.due(NOW, None, 10).await.unwrap();
    assert_eq!(due.iter().map(|it| it.id).collect::<Vec<_>>(), [id]);
    assert_eq!(store.next_due(NOW).await, Ok(Some(NOW)));
}

/// Its renewal failed by a clock that was six hours ahead, and its tokens are of a clock that was right.
async fn a_state_that_such_a_clock_stored_is_due(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "one").await;
    let settle = async |now: Timestamp| {
        let lease = acquire_at(&*store, id, "me", now).await.lease;
        let failed = Transition {
            due_at: Some(now.plus(Duration::from_secs(300))),
            ..transition("throttled")
        };
        store.commit_state(&lease, &failed, now).await.unwrap();
        store.release(&lease).await.unwrap();
        let stored = store.get(&tenant(), id).await.unwrap().overview;
        assert_eq!((stored.state_at, stored.intent), (Some(now), None));
    };
    settle(seconds_later(21_600)).await;
    let due = store.due(NOW, None, 10).await.unwrap();
    assert_eq!(due.iter().map(|it| it.id).collect::<Vec<_>>(), [id]);
    assert_eq!(store.next_due(NOW).await, Ok(Some(NOW)));
    settle(NOW).await;
    assert_eq!(store.due(NOW, None, 10).await, Ok(Vec::new()));
    let next = store.next_due(NOW).await;
    assert_eq!(next, Ok(Some(seconds_later(300))));
}

/// 100,000 rows, of which seven are due: copies of one that the store made, which nobody reads.
async fn finding_what_is_due_among_100_000_uses_the_index(stage: Stage) {
    let store = stage.open().await;
    create_due(&*store, &tenant(), "first", Some(seconds_later(1))).await;
    stage.execute(COPIES).await;
    // What PostgreSQL does by itself now and then; SQLite gets by without.
    if let Database::Postgres { .. } = stage.database {
        stage.execute("ANALYZE").await;
    }
    let due = store.due(seconds_later(7), None, 100).await.unwrap();
    assert_eq!(due.len(), 7);

    let statement = "SELECT tenant, id, due_at FROM credential \
        WHERE due_at IS NOT NULL AND due_at <= 1780000007000 \
        AND (due_at, tenant, id) > (-9223372036854775808, '', '') \
        AND (lease_until IS NULL OR lease_until <= 1780000007000) \
        ORDER BY due_at, tenant, id LIMIT 100";
    let plan = stage.plan(statement).await;
    match stage.database {
        Database::Sqlite(_) => {
            assert!(
                plan.contains("SEARCH credential USING INDEX credential_due"),
                "{plan}"
            );
            assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        }
        Database::Postgres { .. } => {
            assert!(plan.contains("Index Scan using credential_due"), "{plan}");
            assert!(
                plan.contains("(actual time") && plan.contains("rows=7"),
                "{plan}"
            );
            assert!(!plan.contains("Sort"), "{plan}");
        }
    }
}

const COPIES: &str = "INSERT INTO credential \
    (tenant, id, name, plugin_id, plugin_digest, settings_version, state, generation, due_at, fence, \
     created_at, events, key_id, data_key, settings) \
    WITH RECURSIVE copy (number) AS \
    (SELECT 2 UNION ALL SELECT number + 1 FROM copy WHERE number < 100000) \
    SELECT tenant, substr('00000000000000000000000000' || (100000 + number), \
     length('00000000000000000000000000' || (100000 + number)) - 31), \
     'copy ' || number, plugin_id, plugin_digest, settings_version, state, generation, \
     created_at + 1000 * number, fence, created_at, events, key_id, data_key, settings \
    FROM credential CROSS JOIN copy";
