//! Facts that connecting teaches: kept, and given back in every later call. What somebody gives for such a
//! field is none.

use credential_connections::record::Name;
use credential_connections::service::{Connections, Edit, Error, Exported};
use credential_runtime::{SettingValue, Settings};
use test_guests::Version;

use crate::stage::{LIFE, World, name, tenant};
use crate::versions::{ID, accept, connected, settings, with};

crate::on_both! {
    what_connecting_taught_is_given_back_in_every_later_call,
    what_was_given_for_a_field_that_is_learnt_now_is_told_as_a_secret,
    what_was_learnt_stands_in_no_field_that_somebody_types,
    a_value_for_a_field_that_connecting_fills_in_is_refused,
    a_text_that_is_none_of_a_choice_is_kept_as_a_secret,
}

/// What connecting teaches.
const FACT: &str = "realm-4620816365";

/// The form of the version that learns, filled in.
fn without_note(world: &World) -> Settings {
    let mut all = Settings::new();
    for (field, value) in settings(world).iter() {
        if field != "note" {
            all.set(field, value.clone());
        }
    }
    all
}

async fn learnt(world: &World, there: &Connections) -> Name {
    let name = name("Learnt");
    there
        .add(tenant(), name.clone(), ID, without_note(world))
        .await
        .unwrap();
    there.connect(tenant(), &name, None).await.unwrap();
    name
}

/// What the plugin is told of the field, by a test.
async fn told(there: &Connections, name: &Name) -> String {
    let checks = there.test(tenant(), name).await.unwrap();
    checks[0].detail.clone().unwrap()
}

async fn what_connecting_taught_is_given_back_in_every_later_call(world: World) {
    let first = with(&world, Version::Learns).await;
    let name = learnt(&world, &first).await;
    let record = world.store.get_by_name(tenant(), &name).await.unwrap();
    assert_eq!(record.facts.get("note").map(String::as_str), Some(FACT));
    assert_eq!(record.settings.get("note"), None, "no setting");

    // Another process, which has learnt nothing by itself.
    let second = with(&world, Version::Learns).await;
    for there in [&first, &second] {
        assert!(told(there, &name).await.ends_with(&format!("note {FACT}")));
        let token = there.access_token(tenant(), &name).await.unwrap();
        assert!(!there.headers(&token).await.unwrap().is_empty());
        there.api(&token).await.unwrap();
        let revocation = there.revocation(tenant(), &name).await.unwrap();
        assert_eq!(revocation.warning, Some(format!("note {FACT}")));
    }
    // A renewal needs it, and teaches nothing: the fact stays.
    second.renew(tenant(), &name).await.unwrap();
    world.advance(LIFE);
    assert_eq!(first.run_due().await.unwrap().fresh, 1);
    world.renewals().assert_statuses(&[200, 200]);
    assert!(told(&first, &name).await.ends_with(FACT));
}

async fn what_was_given_for_a_field_that_is_learnt_now_is_told_as_a_secret(world: World) {
    let first = with(&world, Version::First).await;
    let name = connected(&world, &first, "One").await;
    assert!(told(&first, &name).await.ends_with("note a note"));
    let learns = with(&world, Version::Learns).await;
    accept(&learns, &name).await;
    assert!(told(&learns, &name).await.ends_with("note is a secret"));
    // Connecting teaches it.
    learns.connect(tenant(), &name, None).await.unwrap();
    assert!(told(&learns, &name).await.ends_with(FACT));
}

async fn what_was_learnt_stands_in_no_field_that_somebody_types(world: World) {
    let first = with(&world, Version::First).await;
    let name = connected(&world, &first, "One").await;
    let learns = with(&world, Version::Learns).await;
    accept(&learns, &name).await;
    learns.connect(tenant(), &name, None).await.unwrap();
    accept(&first, &name).await;
    assert!(told(&first, &name).await.ends_with("note a note"));
}

/// A plugin could call its secret a fact, to be told it.
async fn a_value_for_a_field_that_connecting_fills_in_is_refused(world: World) {
    let there = with(&world, Version::Learns).await;
    let given = "not-a-real-secret-for-a-fact";
    let values = [
        SettingValue::Text(given.to_owned()),
        SettingValue::Secret(given.into()),
    ];
    let connected = learnt(&world, &there).await;
    for value in values {
        let mut all = without_note(&world);
        all.set("note", value.clone());
        let added = there.add(tenant(), name("Given"), ID, all).await;
        let edit = Edit::new().set("note", value);
        let edited = there.edit(tenant(), &connected, &edit).await;
        let checked = there.check(tenant(), &connected, &edit).await;
        for outcome in [added.map(|_| ()), edited.map(|_| ()), checked.map(|_| ())] {
            let Err(Error::Problems(problems)) = outcome else {
                panic!("{outcome:?}");
            };
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert_eq!(problems[0].field, "note");
            assert_eq!(problems[0].code, "filled-by-connecting");
        }
    }
    let mut export = there.export(tenant()).await.unwrap();
    let note = ("note".to_owned(), given.to_owned());
    let exported: &mut Exported = &mut export.credentials[0];
    exported.name = "Imported".to_owned();
    exported.settings.extend([note]);
    let imported = there.import(tenant(), &export).await;
    assert!(imported.added.is_empty());
    assert!(
        imported.refused[0]
            .reason
            .contains("Connecting fills in `note`"),
        "{imported:?}"
    );
    // Nothing was stored, and clearing it is no value.
    assert_eq!(there.list(tenant()).await.unwrap().len(), 1);
    let clear = Edit::new().clear("note");
    there.edit(tenant(), &connected, &clear).await.unwrap();
    assert!(told(&there, &connected).await.ends_with(FACT));
}

/// What stands there may be anything, a secret too.
async fn a_text_that_is_none_of_a_choice_is_kept_as_a_secret(world: World) {
    let given = "not-a-real-secret-for-a-choice";
    let there = &world.connections;
    let settings = || crate::stage::web_services_user(&world.mock.company(), "ws-loader");
    let flow = |name: Name| async move {
        let record = world_record(there, &name).await;
        record.get("flow_type").cloned()
    };
    let chosen = Some(SettingValue::Text("web_services_user".to_owned()));
    let secret = Some(SettingValue::Secret(given.into()));

    let one_of_it = world.add("Chosen", settings()).await;
    assert_eq!(flow(one_of_it.clone()).await, chosen);
    let other = settings().with_text("flow_type", given);
    let added = there
        .add(tenant(), name("Other"), crate::stage::PLUGIN, other)
        .await
        .unwrap();
    assert_ne!(added.problems, [], "it is no flow");
    assert_eq!(flow(name("Other")).await, secret);
    let edit = Edit::new().set("flow_type", SettingValue::Text(given.to_owned()));
    there.edit(tenant(), &one_of_it, &edit).await.unwrap();
    assert_eq!(flow(one_of_it).await, secret);
    let exported = there.export(tenant()).await.unwrap();
    let exported = serde_json::to_string(&exported).unwrap();
    assert!(exported.contains("ws-loader"), "{exported}");
    assert!(!exported.contains(given), "{exported}");
}

async fn world_record(there: &Connections, name: &Name) -> Settings {
    let record = there.store().get_by_name(tenant(), name).await;
    record.unwrap().settings
}
