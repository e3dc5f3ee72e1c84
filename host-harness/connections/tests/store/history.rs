//! What happened, without secrets.

use credential_connections::record::{
    Diagnosis, Fingerprint, NewEvent, Secret, Tenant, Transition,
};
use credential_connections::store::{HISTORY_BYTES, HISTORY_KEPT, StoreError};

use crate::sample::{
    NOW, acquire, connected, create, name, renew, seconds_later, tenant, transition,
};
use crate::stage::Stage;

crate::on_both! {
    events_are_numbered_and_read_newest_first,
    an_event_tells_which_tokens_there_were,
    an_event_keeps_what_went_wrong,
    an_event_can_be_added_and_changes_nothing_else,
    the_oldest_events_are_forgotten,
    what_long_events_say_is_forgotten_beyond_a_number_of_bytes,
}

async fn events_are_numbered_and_read_newest_first(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "a").await;
    let event = NewEvent::new("renamed");
    store
        .rename(&tenant(), id, &name("b"), &event, seconds_later(1))
        .await
        .unwrap();
    let read = async |before, limit| {
        let events = store.history(&tenant(), id, before, limit).await.unwrap();
        let told =
            |it: &credential_connections::record::Event| (it.number, it.kind.as_str().to_owned());
        events.iter().map(told).collect::<Vec<_>>()
    };
    let told = |number, kind: &str| (number, kind.to_owned());
    assert_eq!(
        read(None, 2).await,
        [told(3, "renamed"), told(2, "renewed")]
    );
    assert_eq!(read(Some(2), 10).await, [told(1, "created")]);
    assert_eq!(read(Some(1), 10).await, []);
}

async fn an_event_tells_which_tokens_there_were(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "a").await;
    renew(&*store, id, "b").await;
    let events = store.history(&tenant(), id, None, 10).await.unwrap();
    let fingerprint = |text: &str| Some(Fingerprint::of(&Secret::new(text)));
    assert_eq!(events[0].access, fingerprint("not-a-real-secret-access-b"));
    assert_eq!(
        events[0].refresh,
        fingerprint("not-a-real-secret-refresh-b")
    );
    assert_eq!(events[0].generation.number(), 2);
    assert_eq!(events[1].access, fingerprint("not-a-real-secret-access-a"));
    assert_eq!((&events[2].access, &events[2].refresh), (&None, &None));
}

async fn an_event_keeps_what_went_wrong(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "a").await;
    let json = r#"{"code":"GW-0011","message":"It is off.","actor":"administrator"}"#;
    let diagnosis: Diagnosis = serde_json::from_str(json).unwrap();
    let event = NewEvent::new("failed")
        .with_diagnosis(diagnosis.clone())
        .with_note("a note\0with anything in it");
    let lease = acquire(&*store, id, "me").await.lease;
    let failed = Transition {
        event: event.clone(),
        ..transition("failed")
    };
    store
        .commit_state(&lease, &failed, seconds_later(5))
        .await
        .unwrap();
    let newest = store
        .history(&tenant(), id, None, 1)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(
        (newest.at, newest.diagnosis),
        (seconds_later(5), Some(diagnosis))
    );
    assert_eq!(newest.note, event.note);
}

async fn the_oldest_events_are_forgotten(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "a").await;
    // As if as many things had happened as are kept.
    stage
        .execute(&format!("UPDATE credential SET events = {HISTORY_KEPT}"))
        .await;
    let event = NewEvent::new("renamed");
    store
        .rename(&tenant(), id, &name("b"), &event, NOW)
        .await
        .unwrap();
    let events = store.history(&tenant(), id, None, 10).await.unwrap();
    let numbers: Vec<u64> = events.iter().map(|it| it.number).collect();
    assert_eq!(numbers, [HISTORY_KEPT + 1]);
    assert_eq!(
        stage.count("SELECT count(*) FROM credential_event").await,
        1
    );
}

async fn what_long_events_say_is_forgotten_beyond_a_number_of_bytes(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "a").await;
    let others = create(&*store, "b").await;
    let (ours, long) = (tenant(), "\u{1}".repeat(4096));
    let bytes = "SELECT coalesce(sum(octet_length(detail)), 0) FROM credential_event";
    for number in 0..100 {
        let event = NewEvent::new("failed").with_note(long.as_str());
        store.record_event(&ours, id, &event, NOW).await.unwrap();
        let event = NewEvent::new("tested").with_note("Short.");
        store.record_event(&ours, id, &event, NOW).await.unwrap();
        let bytes = u64::try_from(stage.count(bytes).await).unwrap();
        assert!(bytes <= HISTORY_BYTES + 1024, "{number}: {bytes}");
    }
    let kept = stage.count(bytes).await;
    assert!(
        u64::try_from(kept).unwrap() > HISTORY_BYTES - 50_000,
        "{kept}"
    );
    // The newest stay, the short ones between them too; of another credential nothing is lost.
    let events = store.history(&ours, id, None, 1_000).await.unwrap();
    assert_eq!(events[0].number, 201);
    assert_eq!(events[1].note.as_deref(), Some(long.as_str()));
    let numbers = events.iter().map(|it| it.number);
    assert!(
        numbers
            .zip((0..=201).rev())
            .all(|(number, expected)| number == expected)
    );
    assert_eq!(
        store.history(&ours, others, None, 10).await.unwrap().len(),
        1
    );

    // One that is longer than all that is kept stays as well, alone.
    let event = NewEvent::new("failed").with_note("x".repeat(2 << 20));
    store.record_event(&ours, id, &event, NOW).await.unwrap();
    let events = store.history(&ours, id, None, 1_000).await.unwrap();
    assert_eq!(events.len(), 1);
}

async fn an_event_can_be_added_and_changes_nothing_else(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "a").await;
    let before = store.get(&tenant(), id).await.unwrap();
    let event = NewEvent::new("tested").with_note("Failed: one thing.");
    let (ours, at) = (tenant(), seconds_later(5));
    store.record_event(&ours, id, &event, at).await.unwrap();
    assert_eq!(store.get(&ours, id).await.unwrap(), before);
    let newest = store.history(&ours, id, None, 1).await.unwrap().remove(0);
    assert_eq!(
        (newest.kind.as_str(), newest.at, newest.note),
        ("tested", at, event.note.clone())
    );
    let tokens = before.overview.tokens.unwrap();
    assert_eq!(
        (newest.access, newest.refresh),
        (Some(tokens.access), tokens.refresh)
    );
    let theirs = Tenant::parse("theirs").unwrap();
    let recorded = store.record_event(&theirs, id, &event, at).await;
    assert_eq!(recorded, Err(StoreError::NotFound));
}
