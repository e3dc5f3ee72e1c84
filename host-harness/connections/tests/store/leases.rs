//! One holder at a time, and a fence against those that were.

use credential_connections::record::{Acquisition, HeldBy, LONGEST_LEASE, LeasedRecord, NewIntent};
use credential_connections::store::StoreError;

use crate::sample::{
    NOW, TTL, acquire, acquire_at, commit, connected, create, owner, renew, seconds_later, state,
    tenant, transition,
};
use crate::stage::Stage;

crate::on_both! {
    a_held_lease_is_not_given_to_another,
    an_owner_does_not_get_a_lease_twice,
    a_lease_of_a_clock_that_was_ahead_is_nobodys,
    a_lease_lasts_no_longer_than_a_lease_can,
    a_lease_that_was_given_back_is_free,
    a_lease_that_has_run_out_is_taken_over_under_a_higher_fence,
    a_fenced_writer_is_refused_everything,
    a_lease_that_was_given_back_is_good_for_nothing,
    a_lease_that_nobody_took_over_still_counts,
    the_record_is_read_under_the_lease,
    of_many_who_ask_at_once_one_gets_it,
    one_credentials_lease_is_not_anothers,
    a_deleted_credentials_lease_finds_nothing,
}

async fn a_held_lease_is_not_given_to_another(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "one").await;
    acquire(&*store, id, "first").await;
    let second = store
        .acquire(&tenant(), id, &owner("second"), seconds_later(59), TTL)
        .await;
    let holder = HeldBy {
        owner: owner("first"),
        until: seconds_later(60),
    };
    assert_eq!(second, Ok(Acquisition::Held(holder.clone())));
    let overview = store.get(&tenant(), id).await.unwrap().overview;
    assert_eq!(overview.lease, Some(holder));
}

async fn an_owner_does_not_get_a_lease_twice(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "one").await;
    acquire(&*store, id, "me").await;
    let again = store
        .acquire(&tenant(), id, &owner("me"), NOW, TTL)
        .await
        .unwrap();
    assert!(matches!(again, Acquisition::Held(_)), "{again:?}");
}

async fn a_lease_that_was_given_back_is_free(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "one").await;
    let first = acquire(&*store, id, "first").await.lease;
    store.release(&first).await.unwrap();
    assert_eq!(store.get(&tenant(), id).await.unwrap().overview.lease, None);
    let second = acquire(&*store, id, "second").await.lease;
    assert!(second.fence() > first.fence());
}

async fn a_lease_that_has_run_out_is_taken_over_under_a_higher_fence(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "one").await;
    let first = acquire(&*store, id, "first").await.lease;
    let second = acquire_at(&*store, id, "second", first.until()).await.lease;
    assert!(second.fence() > first.fence());
    assert_eq!(
        (second.owner(), second.until()),
        (&owner("second"), seconds_later(120))
    );
}

async fn a_fenced_writer_is_refused_everything(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "one").await;
    let LeasedRecord { lease: old, record } = acquire(&*store, id, "first").await;
    let newest = acquire_at(&*store, id, "second", old.until()).await.lease;
    let before = store.get(&tenant(), id).await.unwrap();

    let refused = StoreError::Fenced {
        held: old.fence(),
        newest: newest.fence(),
    };
    let (generation, late) = (record.overview.generation, seconds_later(61));
    let commit = commit(&*store, &old, generation, "late", late).await;
    assert_eq!(commit, Err(refused.clone()));
    let committed = store.commit_state(&old, &transition("late"), late).await;
    assert_eq!(committed, Err(refused.clone()));
    let discard = store.discard_tokens(&old, &transition("late"), late).await;
    assert_eq!(discard, Err(refused.clone()));
    let intent = NewIntent {
        document: state("late"),
        state: state("late"),
        due_at: None,
    };
    assert_eq!(
        store.record_intent(&old, &intent, late).await,
        Err(refused.clone())
    );
    assert_eq!(store.release(&old).await, Err(refused));

    assert_eq!(store.get(&tenant(), id).await, Ok(before));
    assert!(
        store
            .commit_state(&newest, &transition("connected"), late)
            .await
            .is_ok()
    );
}

async fn a_lease_that_was_given_back_is_good_for_nothing(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "one").await;
    let lease = acquire(&*store, id, "me").await.lease;
    store.release(&lease).await.unwrap();
    let fence = lease.fence();
    let refused = Err(StoreError::Fenced {
        held: fence,
        newest: fence,
    });
    assert_eq!(
        store.commit_state(&lease, &transition("late"), NOW).await,
        refused
    );
    assert_eq!(store.release(&lease).await, refused);
}

async fn a_lease_that_nobody_took_over_still_counts(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "slow").await;
    let LeasedRecord { lease, record } = acquire(&*store, id, "slow").await;
    let (generation, late) = (record.overview.generation, seconds_later(3_600));
    assert!(
        commit(&*store, &lease, generation, "late", late)
            .await
            .is_ok()
    );
}

async fn the_record_is_read_under_the_lease(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "first").await;
    let before = store.get(&tenant(), id).await.unwrap();
    renew(&*store, id, "second").await;
    let LeasedRecord { lease, record } = acquire(&*store, id, "third").await;
    assert_ne!(record.tokens, before.tokens);
    assert_eq!(store.get(&tenant(), id).await, Ok(record));
    assert_eq!((lease.tenant(), lease.id()), (&tenant(), id));
}

async fn of_many_who_ask_at_once_one_gets_it(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "contended").await;
    let asking = (0..16).map(|number| {
        // Every other one is another process, as far as the database can tell.
        let (store, stage) = (store.clone(), &stage);
        async move {
            let store = if number % 2 == 0 {
                store
            } else {
                stage.open().await
            };
            let owner = owner(&format!("owner {number}"));
            store
                .acquire(&tenant(), id, &owner, NOW, TTL)
                .await
                .unwrap()
        }
    });
    let results = crate::stage::all(asking).await;
    let acquired = results
        .iter()
        .filter(|it| matches!(it, Acquisition::Acquired(_)))
        .count();
    assert_eq!((results.len(), acquired), (16, 1));
}

async fn one_credentials_lease_is_not_anothers(stage: Stage) {
    let store = stage.open().await;
    let (one, two) = (create(&*store, "one").await, create(&*store, "two").await);
    acquire(&*store, one, "me").await;
    acquire(&*store, two, "me").await;
}

async fn a_deleted_credentials_lease_finds_nothing(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "gone").await;
    let LeasedRecord { lease, record } = acquire(&*store, id, "me").await;
    store.delete(&tenant(), id).await.unwrap();
    let generation = record.overview.generation;
    let commit = commit(&*store, &lease, generation, "late", NOW).await;
    assert_eq!(commit, Err(StoreError::NotFound));
    assert_eq!(store.release(&lease).await, Err(StoreError::NotFound));
}

async fn a_lease_of_a_clock_that_was_ahead_is_nobodys(stage: Stage) {
    for ahead in [400, 3_600, 86_400, 315_360_000] {
        let store = stage.open().await;
        let id = create(&*store, &format!("ahead by {ahead} s")).await;
        let theirs = acquire_at(&*store, id, "ahead", seconds_later(ahead)).await;
        let mine = acquire(&*store, id, "right").await.lease;
        assert!(mine.fence() > theirs.lease.fence());
        // Whoever has the wrong clock may live on: they are fenced off.
        let generation = theirs.record.overview.generation;
        let late = commit(
            &*store,
            &theirs.lease,
            generation,
            "late",
            seconds_later(ahead),
        )
        .await;
        assert!(matches!(late, Err(StoreError::Fenced { .. })), "{late:?}");
        commit(&*store, &mine, generation, "mine", NOW)
            .await
            .unwrap();
    }
}

async fn a_lease_lasts_no_longer_than_a_lease_can(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "one").await;
    let day = std::time::Duration::from_secs(86_400);
    let taken = store.acquire(&tenant(), id, &owner("me"), NOW, day).await;
    let Ok(Acquisition::Acquired(leased)) = taken else {
        panic!("{taken:?}")
    };
    assert_eq!(leased.lease.until(), NOW.plus(LONGEST_LEASE));
    let again = store
        .acquire(&tenant(), id, &owner("other"), NOW, TTL)
        .await;
    assert!(matches!(again, Ok(Acquisition::Held(_))), "{again:?}");
}
