//! Creating, finding, listing, renaming and deleting.

use credential_connections::record::{
    CredentialId, NewCredential, NewEvent, Record, Secret, SecretsSince, SettingValue, Settings,
    Tenant,
};
use credential_connections::store::StoreError;
use rstest::rstest;

use crate::sample::{NOW, connected, create, credential, name, plugin, settings, state, tenant};
use crate::stage::Stage;

crate::on_both! {
    a_credential_reads_back_as_it_was_created,
    a_name_is_unique_within_a_tenant,
    what_is_not_there_is_not_found,
    a_list_goes_by_name_and_in_pages,
    a_renamed_credential_is_found_under_its_new_name,
    renaming_to_a_taken_name_changes_nothing,
    a_deleted_credential_leaves_nothing_behind,
    a_call_that_nobody_waits_for_is_carried_out,
    a_name_is_found_in_the_form_in_which_it_was_stored,
    states_are_found_in_all_tenants_and_in_pages,
}

async fn a_credential_reads_back_as_it_was_created(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "Production").await;
    let by_id = store.get(&tenant(), id).await.unwrap();
    let Record {
        overview,
        settings: stored,
        secrets_since,
        tokens,
        facts,
    } = &by_id;
    assert_eq!(overview.id, id);
    assert_eq!(overview.name, name("Production"));
    assert_eq!(overview.plugin, plugin());
    assert_eq!(overview.state, state("draft"));
    assert_eq!(overview.created_at, NOW);
    assert_eq!(overview.settings_version.number(), 1);
    assert_eq!(overview.generation.number(), 0);
    assert_eq!(
        (overview.lease.is_none(), overview.intent.is_none()),
        (true, true)
    );
    assert_eq!(stored, &settings());
    let since = SecretsSince::from([("client_secret".to_owned(), NOW)]);
    assert_eq!(secrets_since, &since);
    assert_eq!(tokens, &None);
    assert!(facts.is_empty());
    assert_eq!(
        store.get_by_name(&tenant(), &name("Production")).await,
        Ok(by_id)
    );
}

async fn a_name_is_unique_within_a_tenant(stage: Stage) {
    let store = stage.open().await;
    create(&*store, "Production").await;
    let again = store
        .create(&tenant(), &credential("Production"), NOW)
        .await;
    assert_eq!(again, Err(StoreError::NameTaken(name("Production"))));
    let elsewhere = "other".parse().unwrap();
    assert!(
        store
            .create(&elsewhere, &credential("Production"), NOW)
            .await
            .is_ok()
    );
    create(&*store, "production").await;
}

async fn what_is_not_there_is_not_found(stage: Stage) {
    let store = stage.open().await;
    let id = "0123456789abcdef0123456789abcdef".parse().unwrap();
    assert_eq!(store.get(&tenant(), id).await, Err(StoreError::NotFound));
    let missing = name("missing");
    assert_eq!(
        store.get_by_name(&tenant(), &missing).await,
        Err(StoreError::NotFound)
    );
    assert_eq!(store.delete(&tenant(), id).await, Err(StoreError::NotFound));
    let event = NewEvent::new("renamed");
    let renamed = store.rename(&tenant(), id, &missing, &event, NOW).await;
    assert_eq!(renamed, Err(StoreError::NotFound));
    assert_eq!(
        store.history(&tenant(), id, None, 10).await,
        Err(StoreError::NotFound)
    );
}

async fn a_list_goes_by_name_and_in_pages(stage: Stage) {
    let store = stage.open().await;
    for text in ["b", "é", "a", "B", "日本"] {
        create(&*store, text).await;
    }
    let (mut names, mut after) = (Vec::new(), None);
    loop {
        let page = store.list(&tenant(), after.as_ref(), 2).await.unwrap();
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 2);
        after = Some(last.name.clone());
        names.extend(page.iter().map(|it| it.name.as_str().to_owned()));
    }
    assert_eq!(names, ["B", "a", "b", "é", "日本"]);
}

async fn a_renamed_credential_is_found_under_its_new_name(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "old").await;
    let event = NewEvent::new("renamed");
    store
        .rename(&tenant(), id, &name("new"), &event, NOW)
        .await
        .unwrap();
    let renamed = store.get_by_name(&tenant(), &name("new")).await.unwrap();
    assert_eq!(renamed.overview.id, id);
    assert!(renamed.tokens.is_some());
    let old = store.get_by_name(&tenant(), &name("old")).await;
    assert_eq!(old, Err(StoreError::NotFound));
}

async fn renaming_to_a_taken_name_changes_nothing(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "one").await;
    create(&*store, "two").await;
    let before = store.get(&tenant(), id).await;
    let event = NewEvent::new("renamed");
    let renamed = store.rename(&tenant(), id, &name("two"), &event, NOW).await;
    assert_eq!(renamed, Err(StoreError::NameTaken(name("two"))));
    assert_eq!(store.get(&tenant(), id).await, before);
    assert_eq!(
        store.history(&tenant(), id, None, 10).await.unwrap().len(),
        1
    );
}

async fn a_deleted_credential_leaves_nothing_behind(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "gone").await;
    store.delete(&tenant(), id).await.unwrap();
    assert_eq!(store.get(&tenant(), id).await, Err(StoreError::NotFound));
    assert_eq!(stage.count("SELECT count(*) FROM credential").await, 0);
    assert_eq!(
        stage.count("SELECT count(*) FROM credential_event").await,
        0
    );
}

async fn a_call_that_nobody_waits_for_is_carried_out(stage: Stage) {
    let store = stage.open().await;
    let (tenant, new) = (tenant(), credential("unattended"));
    {
        let mut call = std::pin::pin!(store.create(&tenant, &new, NOW));
        std::future::poll_fn(|context| {
            assert!(call.as_mut().poll(context).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
    }
    let found = async {
        while store.get_by_name(&tenant, &new.name).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), found)
        .await
        .unwrap();
}

#[rstest]
#[case::empty("")]
#[case::zero_byte("before\0after")]
#[case::quotes("it's \"quoted\" \\ and ; DROP TABLE credential")]
#[case::any_script("Zugangsdaten 日本語 🔑")]
#[case::not_short(&"long ".repeat(40_000))]
#[tokio::test]
async fn any_text_may_stand_in_a_setting(#[case] text: &str) {
    for stage in [Stage::sqlite(), Stage::postgres().await] {
        let store = stage.open().await;
        let settings = Settings::new()
            .with_text(text, text)
            .with_secret("secret", Secret::new(text));
        let new = NewCredential {
            settings: settings.clone(),
            ..credential("odd")
        };
        let id = store.create(&tenant(), &new, NOW).await.unwrap();
        let stored = store.get(&tenant(), id).await.unwrap().settings;
        assert_eq!(
            stored.get("secret"),
            Some(&SettingValue::Secret(Secret::new(text)))
        );
        assert_eq!(stored, settings);
    }
}

/// An earlier version stored names as they were given: composed, decomposed, or half of each.
async fn a_name_is_found_in_the_form_in_which_it_was_stored(stage: Stage) {
    let store = stage.open().await;
    let forms = [
        ("K\u{f6}ln", "Ko\u{308}ln"),
        ("\u{1ec7}", "\u{ea}\u{323}"),
        ("\u{c5}", "\u{212b}"),
    ];
    for (composed, stored) in forms {
        let id = connected(&*store, composed).await;
        let sql = format!("UPDATE credential SET name = '{stored}' WHERE name = '{composed}'");
        stage.execute(&sql).await;
        let found = store.get_by_name(&tenant(), &name(composed)).await.unwrap();
        assert_eq!(found.overview.id, id);
        assert_eq!(found.overview.name.as_str(), stored);
        let again = store.get_by_name(&tenant(), &found.overview.name).await;
        assert_eq!(again.unwrap().overview.id, id);
        let taken = store.create(&tenant(), &credential(composed), NOW).await;
        assert_eq!(taken, Err(StoreError::NameTaken(name(composed))));
        let other = create(&*store, &format!("other {composed}")).await;
        let event = NewEvent::new("renamed");
        let rename = async |id| {
            store
                .rename(&tenant(), id, &name(composed), &event, NOW)
                .await
        };
        let taken = Err(StoreError::NameTaken(name(composed)));
        assert_eq!(rename(other).await, taken);
    }
    // Page by page, none twice and none left out.
    let mut listed = Vec::new();
    while let Some(next) = store.list(&tenant(), listed.last(), 1).await.unwrap().pop() {
        listed.push(next.name);
        assert!(listed.len() <= 6, "{listed:?}");
    }
    assert_eq!(listed.len(), 6, "{listed:?}");
    // Renaming puts it into the form of today.
    let found = store.get_by_name(&tenant(), &name("K\u{f6}ln")).await;
    let id = found.unwrap().overview.id;
    let (new, event) = (name("K\u{f6}ln"), NewEvent::new("renamed"));
    store
        .rename(&tenant(), id, &new, &event, NOW)
        .await
        .unwrap();
    let found = store.get(&tenant(), id).await.unwrap();
    assert_eq!(found.overview.name.as_str(), "K\u{f6}ln");
}

async fn states_are_found_in_all_tenants_and_in_pages(stage: Stage) {
    let store = stage.open().await;
    let mut expected: Vec<(Tenant, CredentialId)> = Vec::new();
    for owner in ["default", "other"].map(|it| Tenant::parse(it).unwrap()) {
        for (number, is) in ["dead", "well", "ill", "dead"].into_iter().enumerate() {
            let new = NewCredential {
                state: state(is),
                ..credential(&format!("{number}"))
            };
            let id = store.create(&owner, &new, NOW).await.unwrap();
            expected.extend((is != "well").then(|| (owner.clone(), id)));
        }
    }
    expected.sort_by_key(|(owner, id)| (owner.to_string(), id.to_string()));
    let texts = ["\"dead\"", "\"ill\"", "\"il\"", "\"gone\""];
    let mut found: Vec<(Tenant, CredentialId)> = Vec::new();
    loop {
        let after = found.last().map(|(owner, id)| (owner, *id));
        let page = store.find_by_state(texts, after, 4).await.unwrap();
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 4);
        found.extend(page.into_iter().map(|it| (it.tenant, it.id)));
    }
    assert_eq!(found, expected);
}
