//! The service refuses a token that is thought to be fresh.

use std::time::Duration;

use credential_connections::service::Error;
use credential_runtime::Outcome;
use mock_intacct::{Fault, FaultRule, StaleTokenAnswer, Wait};

use crate::stage::{LIFE, World, tenant};

crate::on_both! {
    who_reports_an_older_token_gets_the_newer_one_without_a_request,
    who_reports_the_stored_token_gets_another,
    a_service_that_refuses_what_it_gives_is_not_asked_again_and_again,
    a_refused_token_is_not_handed_out_again_where_no_other_is_to_be_had,
    a_clock_that_was_put_back_holds_no_renewal_up,
}

/// `a refresh is forced by a caller who saw an older token`.
async fn who_reports_an_older_token_gets_the_newer_one_without_a_request(world: World) {
    let dana = world.dana().await;
    let old = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    world.advance(LIFE);
    let new = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    let reported = world.connections.report_rejected(&old).await.unwrap();
    assert_eq!(reported, new);
    world.renewals().assert_count(1);
}

async fn who_reports_the_stored_token_gets_another(world: World) {
    let dana = world.dana().await;
    let old = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    world.advance(Duration::from_secs(60));
    let new = world.connections.report_rejected(&old).await.unwrap();
    assert!(new.generation() > old.generation());
    let again = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    assert_eq!(again, new);
    world.renewals().assert_count(1);
}

async fn a_service_that_refuses_what_it_gives_is_not_asked_again_and_again(world: World) {
    let dana = world.dana().await;
    let mut token = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    world.advance(Duration::from_secs(60));
    token = world.connections.report_rejected(&token).await.unwrap();
    for _ in 0..50 {
        let error = world.connections.report_rejected(&token).await.unwrap_err();
        assert!(matches!(error, Error::Wait { .. }), "{error:?}");
    }
    world.renewals().assert_count(1);
}

async fn a_refused_token_is_not_handed_out_again_where_no_other_is_to_be_had(world: World) {
    let dana = world.dana().await;
    let token = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    world.advance(Duration::from_secs(60));
    world.inject(FaultRule::new(Fault::Unavailable(Wait::Unsaid)).always());
    let error = world.connections.report_rejected(&token).await.unwrap_err();
    assert!(matches!(error, Error::Wait { .. }), "{error:?}");
    let error = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Wait { .. }), "{error:?}");
    world.renewals().assert_count(1);
    world.mock.clear_faults();
    world.advance(Duration::from_secs(10));
    world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
}

/// Whatever was obtained by the clock of then seems to have been obtained in ten days.
async fn a_clock_that_was_put_back_holds_no_renewal_up(world: World) {
    let dana = world.dana().await;
    let token = || world.connections.access_token(tenant(), &dana);
    let first = token().await.unwrap();
    world.clock.put_back(Duration::from_secs(864_000));
    let second = world.connections.report_rejected(&first).await.unwrap();
    assert!(second.generation() > first.generation());
    world.clock.put_back(Duration::from_secs(864_000));
    let third = token().await.unwrap();
    assert!(third.generation() > second.generation());
    world.clock.put_back(Duration::from_secs(864_000));
    assert_eq!(world.connections.run_due().await.unwrap().fresh, 1);
    assert!(token().await.unwrap().generation() > third.generation());
    // Once each: what was obtained by the clock of now is no longer due.
    assert_eq!(world.connections.run_due().await.unwrap().fresh, 0);
    world.renewals().assert_count(3);
}

/// `expiry told with HTTP 400`, and in the other three ways.
#[rstest::rstest]
#[case::gw_0040(StaleTokenAnswer::Gw0040)]
#[case::rest_1206_with_http_400(StaleTokenAnswer::Rest1206)]
#[case::rest_2102(StaleTokenAnswer::Rest2102)]
#[case::gw_0031(StaleTokenAnswer::Gw0031)]
#[tokio::test]
async fn a_token_that_turns_out_to_be_stale_is_renewed_once_and_the_call_made_once_more(
    #[case] answer: StaleTokenAnswer,
) {
    let world = World::start().await;
    world.change(|company| company.tokens.stale_token_answer = answer);
    let dana = world.dana().await;
    world.clock.advance(Duration::from_secs(60));
    world.mock.clock().advance(LIFE);
    let checks = world.connections.test(tenant(), &dana).await.unwrap();
    assert!(
        checks.iter().all(|check| check.outcome != Outcome::Failed),
        "{checks:?}"
    );
    world.renewals().assert_statuses(&[200]);
    world.mock.ledger().api_calls().assert_count(2);
}
