//! Another version of a plugin: whatever it says, no credential is harmed, and going back heals all.

use std::time::Duration;

use credential_connections::record::Name;
use credential_connections::service::{Connections, Edit, Error};
use credential_connections::state::State;
use credential_runtime::{SettingValue, Settings};
use mock_intacct::Rotation;
use test_guests::Version;

use crate::stage::{LIFE, World, tenant};
use crate::versions::{accept, connected, supplied, with};

crate::on_both! {
    a_further_required_field_disconnects_nobody_and_going_back_heals,
    a_further_required_field_is_filled_in_and_the_next_renewal_renews,
    a_further_required_field_that_the_platform_fills_in_heals_without_a_person,
    refused_settings_are_not_asked_about_again_by_programs,
    whatever_a_version_does_going_back_heals,
    a_rotated_refresh_token_survives_a_plugin_that_cannot_read_the_answer,
    before_anybody_accepts_an_upgrade_the_token_is_handed_out_to_its_end,
    a_plugin_that_is_called_otherwise_now_is_counted,
}

async fn state(there: &Connections, name: &Name) -> State {
    there.status(tenant(), name).await.unwrap().standing.state
}

fn is_refused(state: &State) -> bool {
    matches!(state, State::SettingsRefused { retry_at: None, .. })
}

/// Accepted the upgrade, and renewed in the background: the settings are refused.
async fn upgraded_to(world: &World, of: Version, name: &Name) -> Connections {
    let there = with(world, of).await;
    accept(&there, name).await;
    world.advance(LIFE);
    there.run_due().await.unwrap();
    there
}

async fn a_further_required_field_disconnects_nobody_and_going_back_heals(world: World) {
    let first = with(&world, Version::First).await;
    let name = connected(&world, &first, "One").await;
    let before = world.store.get_by_name(tenant(), &name).await.unwrap();
    let second = upgraded_to(&world, Version::RequiresRegion, &name).await;
    let after = world.store.get_by_name(tenant(), &name).await.unwrap();
    assert!(is_refused(&state(&second, &name).await));
    assert_eq!(after.tokens, before.tokens, "the tokens are kept");
    assert_eq!(
        after.overview.due_at, None,
        "the background leaves it alone"
    );
    let told = second.access_token(tenant(), &name).await;
    let Err(Error::Settings(why)) = &told else {
        panic!("{told:?}");
    };
    assert!(why.message.contains("Tax region is missing"), "{why:?}");
    world.renewals().assert_count(0);

    accept(&first, &name).await;
    assert_eq!(first.run_due().await.unwrap().fresh, 1);
    assert_eq!(state(&first, &name).await, State::Connected);
    world.renewals().assert_statuses(&[200]);
}

async fn a_further_required_field_is_filled_in_and_the_next_renewal_renews(world: World) {
    let first = with(&world, Version::First).await;
    let name = connected(&world, &first, "One").await;
    let second = upgraded_to(&world, Version::RequiresRegion, &name).await;
    let edit = Edit::new().set("region", SettingValue::Text("EU".to_owned()));
    assert_eq!(second.edit(tenant(), &name, &edit).await, Ok(vec![]));
    assert_eq!(second.run_due().await.unwrap().fresh, 1);
    assert_eq!(state(&second, &name).await, State::Connected);
}

async fn a_further_required_field_that_the_platform_fills_in_heals_without_a_person(world: World) {
    let first = with(&world, Version::First).await;
    let name = connected(&world, &first, "One").await;
    let second = upgraded_to(&world, Version::RequiresRegion, &name).await;
    assert!(is_refused(&state(&second, &name).await));
    let region = Settings::new().with_text("region", "EU");
    let supplied = supplied(&world, Version::RequiresRegion, region).await;
    supplied.access_token(tenant(), &name).await.unwrap();
    assert_eq!(state(&supplied, &name).await, State::Connected);
}

async fn refused_settings_are_not_asked_about_again_by_programs(world: World) {
    let first = with(&world, Version::First).await;
    let name = connected(&world, &first, "One").await;
    let second = upgraded_to(&world, Version::RequiresRegion, &name).await;
    let events = world.history(&name).await.len();
    for _ in 0..5 {
        world.advance(LIFE);
        second.access_token(tenant(), &name).await.unwrap_err();
        let round = second.run_due().await.unwrap();
        assert_eq!((round.fresh, round.not_fresh), (0, 0));
    }
    assert_eq!(world.history(&name).await.len(), events);
    // A person may have a reason.
    let told = second.renew(tenant(), &name).await;
    assert!(matches!(told, Err(Error::Settings(_))), "{told:?}");
    assert_eq!(world.history(&name).await.len(), events + 1);
    world.renewals().assert_count(0);
}

/// What the plugin decides, and no service: by refusing, by a crash, by breaking the contract, before
/// anything was sent and after it was answered.
async fn whatever_a_version_does_going_back_heals(world: World) {
    let first = with(&world, Version::First).await;
    for (number, of) in [
        Version::RefusesInPlan,
        Version::RefusesInRequest,
        Version::TrapsInPlan,
        Version::TrapsInRequest,
        Version::BreaksPlan,
        Version::RenewsByPerson,
        Version::DeadUnasked,
        Version::TrapsOnAnswer,
        Version::BreaksAnswer,
        Version::MacTokens,
        Version::DeadOnAnswer,
        Version::WaitsForever,
    ]
    .into_iter()
    .enumerate()
    {
        let name = connected(&world, &first, &format!("{number}")).await;
        let second = upgraded_to(&world, of, &name).await;
        second.access_token(tenant(), &name).await.unwrap_err();
        // It tries as often as it would by itself.
        for _ in 0..3 {
            world.advance(Duration::from_secs(2 * 3_600));
            second.run_due().await.unwrap();
        }
        accept(&first, &name).await;
        let renewed = first.renew(tenant(), &name).await;
        assert!(renewed.is_ok(), "{of:?}: {renewed:?}");
        assert_eq!(state(&first, &name).await, State::Connected, "{of:?}");
        first.remove(tenant(), &name).await.unwrap();
    }
}

/// The service rotates, and ends everything where an old refresh token comes again.
async fn a_rotated_refresh_token_survives_a_plugin_that_cannot_read_the_answer(world: World) {
    world.change(|company| company.tokens.rotation = Rotation::ReuseKillsFamily);
    let first = with(&world, Version::First).await;
    let name = connected(&world, &first, "One").await;
    let before = world.store.get_by_name(tenant(), &name).await.unwrap();
    let second = upgraded_to(&world, Version::TrapsOnAnswer, &name).await;
    let after = world.store.get_by_name(tenant(), &name).await.unwrap();
    let pair = |record: &credential_connections::record::Record| record.tokens.clone().unwrap();
    assert_eq!(pair(&after).access, pair(&before).access);
    assert_ne!(pair(&after).refresh, pair(&before).refresh);
    assert_eq!(after.overview.last_success, before.overview.last_success);
    let stands = state(&second, &name).await;
    assert!(
        matches!(&stands, State::NeedsAdministrator { what, .. } if what.code == "plugin-failed"),
        "{stands:?}"
    );
    world.renewals().assert_statuses(&[200]);
    accept(&first, &name).await;
    assert_eq!(first.run_due().await.unwrap().fresh, 1);
    world.renewals().assert_statuses(&[200, 200]);
}

async fn before_anybody_accepts_an_upgrade_the_token_is_handed_out_to_its_end(world: World) {
    let first = with(&world, Version::First).await;
    let name = connected(&world, &first, "One").await;
    let second = with(&world, Version::Second).await;
    world.advance(LIFE - Duration::from_secs(60));
    second.access_token(tenant(), &name).await.unwrap();
    let round = second.run_due().await.unwrap();
    assert_eq!((round.not_accepted, round.not_fresh), (1, 0));
    assert_eq!(state(&second, &name).await, State::Connected);
    world.advance(Duration::from_secs(60));
    let over = second.access_token(tenant(), &name).await;
    assert!(matches!(over, Err(Error::PluginChanged(_))), "{over:?}");
    assert_eq!(first.run_due().await.unwrap().fresh, 1, "nothing to heal");
    world.renewals().assert_statuses(&[200]);
}

async fn a_plugin_that_is_called_otherwise_now_is_counted(world: World) {
    let first = with(&world, Version::First).await;
    let name = connected(&world, &first, "One").await;
    let other = with(&world, Version::OtherId).await;
    world.advance(LIFE);
    let round = other.run_due().await.unwrap();
    assert_eq!((round.not_installed, round.not_fresh), (1, 0));
    assert_eq!(first.run_due().await.unwrap().fresh, 1);
    assert_eq!(state(&first, &name).await, State::Connected);
}
