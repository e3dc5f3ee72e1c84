//! What the history says of a test.

use credential_connections::record::{Event, Name};
use credential_connections::state::State;
use credential_runtime::ErrorKind;
use mock_intacct::{Fault, FaultRule, Wait};

use crate::stage::{World, tenant};

crate::on_both! {
    a_test_that_passes_stands_in_the_history,
    a_check_that_fails_stands_in_the_history_with_its_diagnosis,
    a_test_that_could_not_be_made_stands_in_the_history,
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
}

async fn a_test_that_could_not_be_made_stands_in_the_history(world: World) {
    let dana = world.dana().await;
    let throttled = FaultRule::new(Fault::Throttled(Wait::Seconds));
    world.mock.inject(throttled);
    let tested = world.connections.test(tenant(), &dana).await;
    let event = newest(&world, &dana).await;
    assert_eq!(event.kind.as_str(), "tested");
    let code = event.diagnosis.unwrap().code;
    let Err(credential_connections::service::Error::Plugin(error)) = tested else {
        panic!("{tested:?}")
    };
    let refusal = error.refusal().expect("a refusal");
    assert_eq!(refusal.kind, ErrorKind::Throttled);
    assert_eq!(code, refusal.diagnosis.code);
    assert_eq!(world.status(&dana).await.overview.last_failure, None);
}
