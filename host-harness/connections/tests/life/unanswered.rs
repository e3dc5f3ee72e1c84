//! A request went out, and its answer was not seen.

use credential_connections::service::Error;
use credential_connections::state::{LONGEST_WAIT, PROBE_DELAY, State};
use mock_intacct::{Fault, FaultRule, Rotation, Wait};

use crate::stage::{LIFE, World, tenant};

crate::on_both! {
    after_a_lost_answer_the_refresh_token_is_sent_once_more_and_once_refused_never,
    a_service_that_is_away_after_a_lost_answer_has_not_refused_the_token,
    client_credentials_are_simply_asked_for_again_after_a_lost_answer,
}

/// `the answer is lost after the service rotated`.
async fn after_a_lost_answer_the_refresh_token_is_sent_once_more_and_once_refused_never(
    world: World,
) {
    let dana = world.dana().await;
    world.advance(LIFE);
    world.inject(FaultRule::new(Fault::DropAfterActing));
    let error = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap_err();
    let again_at = world.now().plus(PROBE_DELAY);
    assert!(
        matches!(error, Error::Wait { until, .. } if until == again_at),
        "{error:?}"
    );
    assert!(matches!(
        world.state(&dana).await,
        State::OutcomeUnknown {
            single_use: true,
            ..
        }
    ));
    // The service may still be working on the first: nobody asks yet, a person neither.
    world.connections.renew(tenant(), &dana).await.unwrap_err();
    world.renewals().assert_count(1);
    for _ in 0..20 {
        world.advance(PROBE_DELAY);
        let error = world
            .connections
            .access_token(tenant(), &dana)
            .await
            .unwrap_err();
        assert!(
            matches!(&error, Error::Reconnect(why) if why.code == "answer-lost"),
            "{error:?}"
        );
        world.connections.run_due().await.unwrap();
    }
    world.renewals().assert_count(2);
}

/// A service that is away has not refused it.
async fn a_service_that_is_away_after_a_lost_answer_has_not_refused_the_token(world: World) {
    world.change(|company| company.tokens.rotation = Rotation::Off);
    let dana = world.dana().await;
    world.advance(LIFE);
    world.inject(FaultRule::new(Fault::DropAfterActing));
    world.inject(FaultRule::new(Fault::Unavailable(Wait::Unsaid)).times(3));
    world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap_err();
    for _ in 0..3 {
        world.advance(LONGEST_WAIT);
        world
            .connections
            .access_token(tenant(), &dana)
            .await
            .unwrap_err();
        assert!(matches!(
            world.state(&dana).await,
            State::OutcomeUnknown { .. }
        ));
    }
    world.advance(LONGEST_WAIT);
    world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
}

async fn client_credentials_are_simply_asked_for_again_after_a_lost_answer(world: World) {
    let loader = world.loader().await;
    world.advance(LIFE);
    world.inject(FaultRule::new(Fault::DropAfterActing).times(3));
    for _ in 0..3 {
        world
            .connections
            .access_token(tenant(), &loader)
            .await
            .unwrap_err();
        let state = world.state(&loader).await;
        assert!(
            matches!(
                state,
                State::OutcomeUnknown {
                    single_use: false,
                    ..
                }
            ),
            "{state:?}"
        );
        world.advance(LONGEST_WAIT);
    }
    world
        .connections
        .access_token(tenant(), &loader)
        .await
        .unwrap();
}

/// The answers that say nothing about what the service did.
#[rstest::rstest]
#[case::nothing_at_all(Fault::DropAfterActing, 2)]
#[case::half_of_it(Fault::TruncatedBody, 2)]
#[case::too_much_of_it(Fault::OversizedBody, 2)]
#[case::nearly_json(Fault::InvalidJson, 2)]
#[case::not_even_read(Fault::DropBeforeReading, 1)]
#[tokio::test]
async fn an_answer_that_was_not_understood_is_no_verdict(
    #[case] fault: Fault,
    #[case] requests_that_were_read: usize,
) {
    let world = World::start().await;
    world.change(|company| company.tokens.rotation = Rotation::Off);
    let dana = world.dana().await;
    world.advance(LIFE);
    world.inject(FaultRule::new(fault));
    world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap_err();
    let state = world.state(&dana).await;
    assert!(matches!(state, State::OutcomeUnknown { .. }), "{state:?}");
    world.advance(PROBE_DELAY);
    world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    assert_eq!(world.state(&dana).await, State::Connected);
    world.renewals().assert_count(requests_that_were_read);
}
