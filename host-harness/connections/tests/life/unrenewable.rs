//! What a plan, a life or a wait that leaves nothing to do means for a credential that works.

use std::time::Duration;

use credential_connections::record::{Name, Overview};
use credential_connections::service::{Connections, Edit, Error};
use credential_connections::state::{LONGEST_ASKED_WAIT, State};
use test_guests::Version;

use crate::stage::{LIFE, World, name, tenant};
use crate::versions::{ID, accept, connected, settings, with};

crate::on_both! {
    a_person_who_renews_what_nothing_renews_changes_nothing,
    what_nothing_renews_is_to_be_connected_again_once_it_is_over,
    a_life_that_a_plugin_reports_is_stored_within_bounds,
    a_wait_that_a_plugin_reports_ends_within_a_day,
    tokens_of_another_type_are_not_connected,
    a_test_without_a_check_is_the_plugins_fault,
    a_field_that_no_form_has_is_cleared,
    a_field_is_cleared_without_the_plugin,
}

async fn overview(world: &World, name: &Name) -> Overview {
    let record = world.store.get_by_name(tenant(), name).await;
    record.unwrap().overview
}

/// A credential of a plugin in this version, connected.
async fn of(world: &World, version: Version) -> (Connections, Name) {
    let there = with(world, Version::Second).await;
    let name = connected(world, &there, "One").await;
    let there = with(world, version).await;
    accept(&there, &name).await;
    (there, name)
}

async fn a_person_who_renews_what_nothing_renews_changes_nothing(world: World) {
    for version in [Version::RenewsByNothing, Version::RenewsByOther] {
        let (there, name) = of(&world, version).await;
        let before = overview(&world, &name).await;
        let events = world.history(&name).await;
        let renewed = there.renew(tenant(), &name).await;
        let Err(Error::NothingRenews { until }) = renewed else {
            panic!("{version:?}: {renewed:?}");
        };
        assert_eq!(until, Some(world.now().plus(LIFE)));
        let after = overview(&world, &name).await;
        assert_eq!(after.state, before.state, "{version:?}");
        assert_eq!(after.due_at, before.due_at, "{version:?}");
        assert_eq!(after.last_failure, None, "{version:?}");
        assert_eq!(world.history(&name).await, events, "{version:?}");
        there.access_token(tenant(), &name).await.unwrap();
        there.remove(tenant(), &name).await.unwrap();
    }
    // By the contract no plan renews through a person: the plugin is told off, and nothing is changed.
    let (there, name) = of(&world, Version::RenewsByPerson).await;
    let before = overview(&world, &name).await;
    let renewed = there.renew(tenant(), &name).await;
    assert!(matches!(renewed, Err(Error::Plugin(_))), "{renewed:?}");
    let after = overview(&world, &name).await;
    assert_eq!((after.state, after.due_at), (before.state, before.due_at));
}

async fn what_nothing_renews_is_to_be_connected_again_once_it_is_over(world: World) {
    let (there, name) = of(&world, Version::RenewsByNothing).await;
    world.advance(LIFE - Duration::from_secs(600));
    let round = there.run_due().await.unwrap();
    assert_eq!((round.fresh, round.not_fresh), (1, 0));
    there.access_token(tenant(), &name).await.unwrap();
    let stands = there.status(tenant(), &name).await.unwrap();
    assert_eq!(stands.standing.state, State::Connected);
    assert_eq!(
        stands.overview.due_at,
        Some(world.now().plus(Duration::from_secs(600)))
    );
    let round = there.run_due().await.unwrap();
    assert_eq!((round.fresh, round.not_fresh), (0, 0), "once is enough");
    world.advance(Duration::from_secs(600));
    let round = there.run_due().await.unwrap();
    assert_eq!((round.fresh, round.not_fresh), (0, 1));
    let told = there.access_token(tenant(), &name).await;
    assert!(matches!(told, Err(Error::Reconnect(_))), "{told:?}");
}

async fn a_life_that_a_plugin_reports_is_stored_within_bounds(world: World) {
    let ten_years = Duration::from_secs(10 * 365 * 86_400);
    for (version, expected) in [
        (Version::NoLife, None),
        (Version::EternalLife, Some(ten_years)),
    ] {
        let there = with(&world, version).await;
        let name = connected(&world, &there, version.name()).await;
        let tokens = overview(&world, &name).await.tokens.unwrap();
        let life = tokens.expires_at.map(|at| at.since(tokens.obtained_at));
        assert_eq!(life, expected, "{version:?}");
        let refresh = tokens.refresh_expires_at;
        let refresh = refresh.map(|at| at.since(tokens.obtained_at));
        assert_eq!(refresh, expected, "{version:?}");
        there.access_token(tenant(), &name).await.unwrap();
    }
}

async fn a_wait_that_a_plugin_reports_ends_within_a_day(world: World) {
    let (there, name) = of(&world, Version::WaitsForever).await;
    world.advance(LIFE);
    let round = there.run_due().await.unwrap();
    assert_eq!(round.not_fresh, 1);
    let due = overview(&world, &name).await.due_at.unwrap();
    assert!(due.since(world.now()) <= LONGEST_ASKED_WAIT * 11 / 10);
    world.advance(LONGEST_ASKED_WAIT * 11 / 10);
    let first = with(&world, Version::First).await;
    accept(&first, &name).await;
    assert_eq!(first.run_due().await.unwrap().fresh, 1);
}

async fn tokens_of_another_type_are_not_connected(world: World) {
    for version in [Version::MacTokens, Version::UntypedTokens] {
        let there = with(&world, version).await;
        let name = name(version.name());
        there
            .add(tenant(), name.clone(), ID, settings(&world))
            .await
            .unwrap();
        let connected = there.connect(tenant(), &name, None).await;
        assert!(matches!(connected, Err(Error::Plugin(_))), "{connected:?}");
        let stands = there.status(tenant(), &name).await.unwrap();
        assert_eq!(stands.standing.state, State::Draft, "{version:?}");
        assert_eq!(stands.overview.tokens, None, "{version:?}");
    }
}

async fn a_test_without_a_check_is_the_plugins_fault(world: World) {
    let (there, name) = of(&world, Version::NoCheck).await;
    let tested = there.test(tenant(), &name).await;
    let Err(Error::Plugin(error)) = tested else {
        panic!("{tested:?}");
    };
    assert!(error.to_string().contains("at least one check"), "{error}");
    let stands = there.status(tenant(), &name).await.unwrap();
    assert_eq!(stands.standing.state, State::Connected);
}

fn clear() -> Edit {
    Edit::new().clear("spare_key").clear("note")
}

async fn stored(world: &World, name: &Name) -> Vec<String> {
    let record = world.store.get_by_name(tenant(), name).await.unwrap();
    let fields = record.settings.iter().map(|(field, _)| field.to_owned());
    fields.collect()
}

async fn a_field_that_no_form_has_is_cleared(world: World) {
    let (there, name) = of(&world, Version::DropsFields).await;
    let unused = there.status(tenant(), &name).await.unwrap().form.unknown;
    assert_eq!(unused, ["note", "spare_key"]);
    there.edit(tenant(), &name, &clear()).await.unwrap();
    assert_eq!(
        stored(&world, &name).await,
        ["client_id", "client_secret", "username"]
    );
    there.renew(tenant(), &name).await.unwrap();
}

/// Not accepted, not installed, crashing: what is stored can be deleted all the same, and nothing else.
async fn a_field_is_cleared_without_the_plugin(world: World) {
    let first = with(&world, Version::First).await;
    for version in [Version::DropsFields, Version::OtherId] {
        let name = connected(&world, &first, version.name()).await;
        let before = overview(&world, &name).await;
        let there = with(&world, version).await;
        there.edit(tenant(), &name, &clear()).await.unwrap();
        assert_eq!(
            stored(&world, &name).await,
            ["client_id", "client_secret", "username"]
        );
        let after = overview(&world, &name).await;
        assert_eq!(after.plugin, before.plugin, "nothing is taken over");
        let text = credential_runtime::SettingValue::Text("x".to_owned());
        let filled = there
            .edit(tenant(), &name, &clear().set("note", text))
            .await;
        assert!(filled.is_err(), "{filled:?}");
        first.renew(tenant(), &name).await.unwrap();
    }
}
