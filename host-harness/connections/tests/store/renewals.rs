//! Intents, tokens and states.

use credential_connections::record::{
    CredentialId, Diagnosis, LeasedRecord, NewIntent, NewTokens, RefreshChange, Secret, TokenPair,
    Transition,
};
use credential_connections::store::{Store, StoreError};

use crate::sample::{
    NOW, acquire, acquire_at, commit, connected, create, identity, plugin, renew, seconds_later,
    state, tenant, tokens, transition,
};
use crate::stage::Stage;

crate::on_both! {
    stored_tokens_read_back_with_what_is_known_of_them,
    tokens_of_an_older_generation_are_refused,
    a_refresh_token_is_kept_replaced_or_dropped,
    the_end_of_a_refresh_token_is_its_own,
    a_commit_may_be_repeated,
    an_intent_is_found_by_whoever_comes_next,
    a_commit_takes_the_intent_away,
    a_failure_is_kept_until_the_next_one,
    discarded_tokens_are_gone_and_cannot_come_back,
    an_identity_stays_until_another_is_told,
    credentials_of_one_user_and_company_are_found,
}

fn diagnosis(code: &str) -> Diagnosis {
    let json = format!(r#"{{"code":"{code}","message":"It failed.","actor":"user"}}"#);
    serde_json::from_str(&json).unwrap()
}

fn failed(code: &str) -> Transition {
    Transition {
        diagnosis: Some(diagnosis(code)),
        ..transition("failed")
    }
}

async fn tokens_of(store: &dyn Store, id: CredentialId) -> Option<TokenPair> {
    store.get(&tenant(), id).await.unwrap().tokens
}

fn pair(access: &str, refresh: Option<&str>) -> Option<TokenPair> {
    Some(TokenPair {
        access: Secret::new(format!("not-a-real-secret-access-{access}")),
        refresh: refresh.map(|it| Secret::new(format!("not-a-real-secret-refresh-{it}"))),
    })
}

/// Stores these tokens, whatever the generation.
async fn store_tokens(store: &dyn Store, id: CredentialId, tokens: &NewTokens) {
    let LeasedRecord { lease, record } = acquire(store, id, "me").await;
    let generation = record.overview.generation;
    store
        .commit_tokens(&lease, generation, tokens, &transition("ok"), NOW)
        .await
        .unwrap();
    store.release(&lease).await.unwrap();
}

async fn stored_tokens_read_back_with_what_is_known_of_them(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "a").await;
    renew(&*store, id, "a").await;
    let record = store.get(&tenant(), id).await.unwrap();
    assert_eq!(record.tokens, pair("a", Some("a")));
    let overview = record.overview;
    let facts = overview.tokens.unwrap();
    assert_eq!(
        (facts.obtained_at, facts.expires_at),
        (NOW, Some(seconds_later(43_200)))
    );
    assert_ne!(Some(facts.access), facts.refresh);
    assert_eq!(overview.generation.number(), 1);
    assert_eq!(overview.state, state("connected"));
    assert_eq!(overview.due_at, Some(seconds_later(40_000)));
    assert_eq!(
        (overview.last_success, overview.last_failure),
        (Some(NOW), None)
    );
}

async fn tokens_of_an_older_generation_are_refused(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "a").await;
    let LeasedRecord { lease, record } = acquire(&*store, id, "me").await;
    let expected = record.overview.generation;
    let (first, second) = (tokens("first"), tokens("second"));
    let found = store
        .commit_tokens(&lease, expected, &first, &transition("ok"), NOW)
        .await
        .unwrap();
    let stale = store
        .commit_tokens(&lease, expected, &second, &transition("no"), NOW)
        .await;
    assert_eq!(stale, Err(StoreError::StaleGeneration { expected, found }));
    assert_eq!(tokens_of(&*store, id).await, pair("first", Some("first")));
    assert_eq!(
        store.get(&tenant(), id).await.unwrap().overview.state,
        state("ok")
    );
}

async fn a_refresh_token_is_kept_replaced_or_dropped(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "a").await;
    let kept = NewTokens {
        refresh: RefreshChange::Keep,
        ..tokens("b")
    };
    store_tokens(&*store, id, &kept).await;
    assert_eq!(tokens_of(&*store, id).await, pair("b", Some("a")));
    store_tokens(&*store, id, &tokens("c")).await;
    assert_eq!(tokens_of(&*store, id).await, pair("c", Some("c")));
    let dropped = NewTokens {
        refresh: RefreshChange::Drop,
        ..tokens("d")
    };
    store_tokens(&*store, id, &dropped).await;
    assert_eq!(tokens_of(&*store, id).await, pair("d", None));
    store_tokens(
        &*store,
        id,
        &NewTokens {
            refresh: RefreshChange::Keep,
            ..tokens("e")
        },
    )
    .await;
    assert_eq!(tokens_of(&*store, id).await, pair("e", None));
}

async fn the_end_of_a_refresh_token_is_its_own(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "a").await;
    let same = || RefreshChange::Replace(Secret::new("not-a-real-secret-refresh-a"));
    let (early, late) = (seconds_later(1_000), seconds_later(2_000));
    for (case, refresh, told, expected) in [
        ("told", same(), Some(early), Some(early)),
        (
            "kept, and not told again",
            RefreshChange::Keep,
            None,
            Some(early),
        ),
        ("given again, and not told again", same(), None, Some(early)),
        ("told anew", RefreshChange::Keep, Some(late), Some(late)),
        ("another", tokens("b").refresh, None, None),
        (
            "told of another",
            tokens("c").refresh,
            Some(early),
            Some(early),
        ),
        ("none", RefreshChange::Drop, None, None),
    ] {
        let new = NewTokens {
            refresh,
            refresh_expires_at: told,
            ..tokens(case)
        };
        store_tokens(&*store, id, &new).await;
        let stored = store.get(&tenant(), id).await.unwrap().overview.tokens;
        assert_eq!(stored.unwrap().refresh_expires_at, expected, "{case}");
    }
}

async fn a_commit_may_be_repeated(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "a").await;
    let LeasedRecord { lease, record } = acquire(&*store, id, "me").await;
    let expected = record.overview.generation;
    let commit = || commit(&*store, &lease, expected, "a", NOW);
    let first = commit().await.unwrap();
    let before = store.get(&tenant(), id).await;
    assert_eq!(commit().await, Ok(first));
    assert_eq!(store.get(&tenant(), id).await, before);
    assert_eq!(
        store.history(&tenant(), id, None, 10).await.unwrap().len(),
        2
    );
}

async fn an_intent_is_found_by_whoever_comes_next(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "a").await;
    let lease = acquire(&*store, id, "died").await.lease;
    let intent = NewIntent {
        document: state("refresh"),
        state: state("renewing"),
        due_at: Some(lease.until()),
    };
    store
        .record_intent(&lease, &intent, seconds_later(1))
        .await
        .unwrap();
    // Another process, after this one is gone.
    drop(store);
    let store = stage.open().await;
    let next = acquire_at(&*store, id, "next", lease.until())
        .await
        .record
        .overview;
    let found = next.intent.unwrap();
    assert_eq!(
        (found.document, found.at),
        (state("refresh"), seconds_later(1))
    );
    assert_eq!(found.fence, lease.fence());
    assert_eq!(
        (next.state, next.due_at),
        (state("renewing"), Some(lease.until()))
    );
}

async fn a_commit_takes_the_intent_away(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "a").await;
    let LeasedRecord { lease, record } = acquire(&*store, id, "me").await;
    let intent = NewIntent {
        document: state("x"),
        state: state("renewing"),
        due_at: None,
    };
    let has_intent = async || {
        store
            .get(&tenant(), id)
            .await
            .unwrap()
            .overview
            .intent
            .is_some()
    };

    store.record_intent(&lease, &intent, NOW).await.unwrap();
    assert!(has_intent().await);
    store
        .commit_state(&lease, &transition("throttled"), NOW)
        .await
        .unwrap();
    assert!(!has_intent().await);
    store.record_intent(&lease, &intent, NOW).await.unwrap();
    commit(&*store, &lease, record.overview.generation, "b", NOW)
        .await
        .unwrap();
    assert!(!has_intent().await);
}

async fn a_failure_is_kept_until_the_next_one(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "a").await;
    let lease = acquire(&*store, id, "me").await.lease;
    store
        .commit_state(&lease, &failed("GW-0010"), seconds_later(1))
        .await
        .unwrap();
    store
        .commit_state(&lease, &transition("ok"), seconds_later(2))
        .await
        .unwrap();
    let failure = store
        .get(&tenant(), id)
        .await
        .unwrap()
        .overview
        .last_failure
        .unwrap();
    assert_eq!(
        (failure.at, failure.diagnosis),
        (seconds_later(1), diagnosis("GW-0010"))
    );
    store
        .commit_state(&lease, &failed("GW-0011"), seconds_later(3))
        .await
        .unwrap();
    let overview = store.get(&tenant(), id).await.unwrap().overview;
    assert_eq!(overview.last_failure.unwrap().diagnosis.code, "GW-0011");
    assert_eq!(overview.last_success, Some(NOW));
}

async fn discarded_tokens_are_gone_and_cannot_come_back(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "a").await;
    let LeasedRecord { lease, record } = acquire(&*store, id, "me").await;
    let expected = record.overview.generation;
    let found = store
        .discard_tokens(&lease, &transition("draft"), NOW)
        .await
        .unwrap();
    let after = store.get(&tenant(), id).await.unwrap();
    assert_eq!((after.tokens, after.overview.tokens), (None, None));
    assert_eq!(after.settings, record.settings);
    let late = store
        .commit_tokens(&lease, expected, &tokens("a"), &transition("ok"), NOW)
        .await;
    assert_eq!(late, Err(StoreError::StaleGeneration { expected, found }));
    let sealed = "SELECT count(*) FROM credential WHERE access IS NOT NULL OR refresh IS NOT NULL";
    assert_eq!(stage.count(sealed).await, 0);
}

async fn an_identity_stays_until_another_is_told(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "a").await;
    let known = async || store.get(&tenant(), id).await.unwrap().overview.identity;
    let told = |user| NewTokens {
        identity: Some(identity(user, "company")),
        ..tokens(user)
    };
    store_tokens(&*store, id, &told("first")).await;
    store_tokens(&*store, id, &tokens("nothing said")).await;
    assert_eq!(known().await, Some(identity("first", "company")));
    store_tokens(&*store, id, &told("second")).await;
    assert_eq!(known().await, Some(identity("second", "company")));
}

async fn credentials_of_one_user_and_company_are_found(stage: Stage) {
    let store = stage.open().await;
    for (text, user, company) in [("one", "u", "c"), ("two", "u", "c"), ("three", "u", "d")] {
        let id = create(&*store, text).await;
        let identity = Some(identity(user, company));
        store_tokens(
            &*store,
            id,
            &NewTokens {
                identity,
                ..tokens(text)
            },
        )
        .await;
    }
    create(&*store, "never connected").await;
    let find = async |plugin_id: &str, identity| {
        let found = store
            .find_by_identity(&tenant(), plugin_id, &identity)
            .await
            .unwrap();
        found
            .iter()
            .map(|it| it.name.as_str().to_owned())
            .collect::<Vec<_>>()
    };
    let mut entity = identity("u", "c");
    entity.entity = Some("any".to_owned());
    assert_eq!(find(&plugin().id, entity).await, ["one", "two"]);
    assert_eq!(find(&plugin().id, identity("u", "d")).await, ["three"]);
    assert!(find(&plugin().id, identity("uc", "")).await.is_empty());
    assert!(find("another-service", identity("u", "c")).await.is_empty());
    assert!(find(&plugin().id, Default::default()).await.is_empty());
}
