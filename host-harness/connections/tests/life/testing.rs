//! What the history and the state say of a test, and of a token that the service's API refuses.

use credential_connections::record::{Event, Name};
use credential_connections::service::Error;
use credential_connections::state::{Actor, Diagnosis, State};
use credential_runtime::ErrorKind;
use mock_intacct::{Fault, FaultRule, ListsChecked, Wait};

use crate::stage::{LIFE, World, tenant};

crate::on_both! {
    a_test_that_passes_stands_in_the_history,
    a_check_that_fails_stands_in_the_history_with_its_diagnosis,
    a_test_that_could_not_be_made_stands_in_the_history,
    a_fresh_token_that_the_api_refuses_shows_in_the_state,
    connecting_and_disconnecting_end_what_the_last_test_said,
    a_caller_whose_new_token_is_refused_leaves_what_it_saw,
    a_caller_who_saw_nothing_leaves_that_it_was_refused,
}

async fn newest(world: &World, name: &Name) -> Event {
    let history = world.connections.history(tenant(), name, 1).await;
    history.unwrap().remove(0)
}

async fn a_test_that_passes_stands_in_the_history(world: World) {
    let dana = world.dana().await;
    world.connections.test(tenant(), &dana).await.unwrap();
    let event = newest(&world, &dana).await;
    assert_eq!(event.kind.as_str(), "tested");
    assert_eq!((event.diagnosis, event.note), (None, None));
    assert!(event.access.is_some());
}

async fn a_check_that_fails_stands_in_the_history_with_its_diagnosis(world: World) {
    let loader = world.loader().await;
    world.change(|company| {
        let users = company.users.iter_mut();
        users.for_each(|user| user.may_read = false);
    });
    world.connections.test(tenant(), &loader).await.unwrap();
    let event = newest(&world, &loader).await;
    assert_eq!(event.kind.as_str(), "tested");
    assert_eq!(event.note.as_deref(), Some("Failed: Permission to read."));
    let step = event.diagnosis.unwrap().setup_step;
    assert_eq!(step.as_deref(), Some("user-permissions"));
    // Nothing else is said of the credential: it was looked at, and nothing was done.
    let status = world.status(&loader).await;
    assert_eq!(status.standing.state, State::Connected);
    assert_eq!(status.overview.last_failure, None);
    assert_eq!(status.standing.last_test.unwrap().setup_step, step);
}

async fn a_test_that_could_not_be_made_stands_in_the_history(world: World) {
    let dana = world.dana().await;
    let throttled = FaultRule::new(Fault::Throttled(Wait::Seconds));
    world.mock.inject(throttled);
    let tested = world.connections.test(tenant(), &dana).await;
    let event = newest(&world, &dana).await;
    assert_eq!(event.kind.as_str(), "tested");
    let code = event.diagnosis.unwrap().code;
    let Err(Error::Plugin(error)) = tested else {
        panic!("{tested:?}")
    };
    let refusal = error.refusal().expect("a refusal");
    assert_eq!(refusal.kind, ErrorKind::Throttled);
    assert_eq!(code, refusal.diagnosis.code);
    let status = world.status(&dana).await;
    assert_eq!(status.overview.last_failure, None);
    assert_eq!(status.standing.last_test, None);
}

/// The company's two lists lack the application, which shows at a call alone.
fn take_off_the_lists(world: &World) {
    world.change(|company| {
        company.tokens.lists_checked = ListsChecked::Call;
        company.authorized_clients.clear();
        company.web_services_authorizations.clear();
    });
}

async fn last_test(world: &World, name: &Name) -> Option<Diagnosis> {
    world.status(name).await.standing.last_test
}

/// It stands in the state until a test passes: neither a renewal nor a test that found nothing out ends
/// it.
async fn a_fresh_token_that_the_api_refuses_shows_in_the_state(world: World) {
    let lists = world.mock.company();
    take_off_the_lists(&world);
    let loader = world.loader().await;
    assert_eq!(last_test(&world, &loader).await, None);
    world.connections.test(tenant(), &loader).await.unwrap();
    let status = world.status(&loader).await;
    let why = status.standing.needs_somebody().cloned().unwrap();
    assert_eq!(why.actor, Actor::Administrator);
    assert!(why.message.contains("just given"), "{why:?}");
    assert!(why.support_id.is_some(), "{why:?}");
    assert_ne!(why.code, "rejected-when-new");
    assert_eq!(status.standing.state, State::Connected);
    assert_eq!(status.overview.last_failure, None);
    assert_eq!(status.standing.label(), "test failed");
    let listed = world.connections.list(tenant()).await.unwrap();
    assert_eq!(listed[0].standing.needs_somebody(), Some(&why));

    world.advance(LIFE);
    world.connections.renew(tenant(), &loader).await.unwrap();
    assert_eq!(last_test(&world, &loader).await, Some(why.clone()));
    world
        .mock
        .inject(FaultRule::new(Fault::Throttled(Wait::Seconds)));
    world.connections.test(tenant(), &loader).await.unwrap_err();
    assert_eq!(last_test(&world, &loader).await, Some(why));

    world.change(|company| *company = lists);
    world.connections.test(tenant(), &loader).await.unwrap();
    let standing = world.status(&loader).await.standing;
    assert_eq!(
        (&standing.last_test, standing.needs_somebody()),
        (&None, None)
    );
    assert_eq!(standing.label(), "connected");
}

async fn connecting_and_disconnecting_end_what_the_last_test_said(world: World) {
    take_off_the_lists(&world);
    let loader = world.loader().await;
    let test = || world.connections.test(tenant(), &loader);
    test().await.unwrap();
    assert!(last_test(&world, &loader).await.is_some());
    world
        .connections
        .connect(tenant(), &loader, None)
        .await
        .unwrap();
    assert_eq!(last_test(&world, &loader).await, None);
    test().await.unwrap();
    assert!(last_test(&world, &loader).await.is_some());
    world
        .connections
        .disconnect(tenant(), &loader)
        .await
        .unwrap();
    assert_eq!(last_test(&world, &loader).await, None);
    assert_eq!(world.state(&loader).await, State::Draft);
}

/// What the caller saw stays, and is what the next one is told who saw nothing.
async fn a_caller_whose_new_token_is_refused_leaves_what_it_saw(world: World) {
    let dana = world.dana().await;
    let token = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    let seen = Diagnosis {
        code: "GW-0040".to_owned(),
        message: "The token has expired.".to_owned(),
        hint: None,
        actor: Actor::Service,
        setup_step: None,
        support_id: Some("Zx8-1Mw".to_owned()),
    };
    let connections = &world.connections;
    for _ in 0..3 {
        let error = connections
            .report_rejected_with(&token, &seen)
            .await
            .unwrap_err();
        let Error::Wait { why, .. } = error else {
            panic!("{error:?}")
        };
        assert_eq!(
            (why.code.as_str(), why.support_id.as_deref()),
            ("GW-0040", Some("Zx8-1Mw"))
        );
        assert_eq!(why.actor, Actor::Administrator);
        assert_eq!(last_test(&world, &dana).await, Some(*why.clone()));
        let again = connections.report_rejected(&token).await.unwrap_err();
        assert_eq!(again.diagnosis(), Some(&*why));
    }
    let history = world.history(&dana).await;
    let rejected = history.iter().filter(|kind| *kind == "rejected");
    assert_eq!(rejected.count(), 1, "{history:?}");
    world.renewals().assert_count(0);
    world.connections.test(tenant(), &dana).await.unwrap();
    assert_eq!(last_test(&world, &dana).await, None);
}

async fn a_caller_who_saw_nothing_leaves_that_it_was_refused(world: World) {
    let dana = world.dana().await;
    let token = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    world.connections.report_rejected(&token).await.unwrap_err();
    let why = last_test(&world, &dana).await.unwrap();
    assert_eq!(why.code, "rejected-when-new");
}
