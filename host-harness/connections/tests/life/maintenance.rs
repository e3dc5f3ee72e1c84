//! The service is in maintenance: whatever answers in its place is no word of it about a grant.

use std::time::Duration;

use credential_connections::service::Error;
use credential_connections::state::{LONGEST_WAIT, State};
use mock_intacct::{Fault, FaultRule, Maintenance, Wait};

use crate::stage::{LIFE, World, tenant};

crate::on_both! {
    three_hours_of_maintenance_lose_nothing_and_ask_nobody_to_reconnect,
    a_403_that_says_nothing_keeps_nobody_from_a_token_for_an_hour,
    maintenance_after_a_lost_answer_leaves_the_refresh_token_to_the_service,
}

const HOURS: Duration = Duration::from_secs(3 * 3_600);

/// What the service's edge does meanwhile; none of it reaches the service.
const IN_MAINTENANCE: [Fault; 14] = [
    Fault::Maintenance(Maintenance::Page),
    Fault::Maintenance(Maintenance::Redirect),
    Fault::Maintenance(Maintenance::Forbidden),
    Fault::Maintenance(Maintenance::Silent),
    Fault::Maintenance(Maintenance::NotFound),
    Fault::Maintenance(Maintenance::Unavailable),
    Fault::Maintenance(Maintenance::Xml),
    Fault::Maintenance(Maintenance::Broken),
    Fault::HtmlErrorPage,
    Fault::EmptyErrorPage,
    Fault::RedirectElsewhere,
    Fault::Unavailable(Wait::Unsaid),
    Fault::InternalError,
    Fault::DropBeforeReading,
];

/// A service that is back after a quarter of an hour is asked soon after it, whatever answered meanwhile.
async fn a_403_that_says_nothing_keeps_nobody_from_a_token_for_an_hour(world: World) {
    let dana = world.dana().await;
    for silent in [Maintenance::Forbidden, Maintenance::Silent] {
        world.advance(LIFE);
        let maintenance = world.inject(FaultRule::new(Fault::Maintenance(silent)).always());
        let over = world.now().plus(Duration::from_secs(900));
        while world.now() < over {
            world.connections.run_due().await.unwrap();
            let status = world.status(&dana).await;
            let why = status.standing.state.diagnosis().cloned().unwrap();
            assert_eq!(why.code, "network-refused");
            assert!(why.hint.unwrap().contains("firewall"));
            let pause = status.overview.due_at.unwrap().since(world.now());
            assert!(pause <= LONGEST_WAIT, "{silent:?}: {pause:?}");
            world.advance(pause);
        }
        maintenance.remove();
        world.connections.run_due().await.unwrap();
        assert_eq!(world.state(&dana).await, State::Connected, "{silent:?}");
    }
}

async fn three_hours_of_maintenance_lose_nothing_and_ask_nobody_to_reconnect(world: World) {
    let dana = world.dana().await;
    for fault in IN_MAINTENANCE {
        world.advance(LIFE - Duration::from_secs(600));
        let end = world.now().plus(HOURS);
        let maintenance = world.inject(FaultRule::new(fault).always());
        let mut pauses = Vec::new();
        while world.now() < end {
            world.connections.run_due().await.unwrap();
            let status = world.status(&dana).await;
            let state = status.standing.state;
            assert!(state.needs_somebody().is_none(), "{fault}: {state:?}");
            assert!(state.meaning().contains("tried again by itself"), "{fault}");
            assert_ne!(state.name(), "connected", "{fault}");
            let pause = status.overview.due_at.unwrap().since(world.now());
            assert!(pause <= LONGEST_WAIT, "{fault}: {pause:?}");
            pauses.push(pause);
            world.advance(pause);
        }
        assert!(pauses.len() < 60, "{fault}: {}", pauses.len());
        assert_eq!(pauses.last(), Some(&LONGEST_WAIT), "{fault}");
        let error = world.connections.access_token(tenant(), &dana).await;
        assert!(
            matches!(error, Err(Error::Wait { .. })),
            "{fault}: {error:?}"
        );
        maintenance.remove();
        world.advance(LONGEST_WAIT);
        let token = world.connections.access_token(tenant(), &dana).await;
        assert!(
            token.unwrap().expires_at().unwrap() > world.now(),
            "{fault}"
        );
        assert_eq!(world.state(&dana).await, State::Connected, "{fault}");
    }
    let connects = world.history(&dana).await;
    let connects = connects.iter().filter(|kind| *kind == "connected").count();
    assert_eq!(connects, 1);
}

/// The one answer that was lost had spent it, so the service refuses it in the end; and until the
/// service does, nobody is asked to connect again.
async fn maintenance_after_a_lost_answer_leaves_the_refresh_token_to_the_service(world: World) {
    let dana = world.dana().await;
    world.advance(LIFE);
    world.inject(FaultRule::new(Fault::DropAfterActing));
    let maintenance = world.inject(FaultRule::new(Fault::DropBeforeReading).always());
    for _ in 0..20 {
        world.connections.run_due().await.unwrap();
        let state = world.state(&dana).await;
        let State::OutcomeUnknown {
            single_use: true,
            answered: false,
            ..
        } = state
        else {
            panic!("{state:?}");
        };
        assert!(state.meaning().contains("its answer was lost"));
        world.advance(LONGEST_WAIT);
    }
    maintenance.remove();
    let error = world.connections.access_token(tenant(), &dana).await;
    assert!(
        matches!(&error, Err(Error::Reconnect(why)) if why.code == "answer-lost"),
        "{error:?}"
    );
    world.renewals().assert_count(2);
}
