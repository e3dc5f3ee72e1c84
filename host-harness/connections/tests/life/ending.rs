//! Disconnecting, revoking, removing.

use credential_connections::service::{Confirm, Error};
use credential_connections::state::State;
use credential_connections::store::StoreError;
use mock_intacct::{Fault, FaultRule, TokenState, Wait};

use crate::stage::{World, tenant};

crate::on_both! {
    disconnecting_deletes_here_and_leaves_the_service_alone,
    revoking_says_first_what_else_it_ends,
    a_revocation_that_fails_keeps_the_tokens,
    a_draft_has_nothing_to_revoke,
    a_removed_credential_is_gone,
    a_renewal_of_what_was_removed_ends_quietly,
}

async fn disconnecting_deletes_here_and_leaves_the_service_alone(world: World) {
    let dana = world.dana().await;
    let requests = world.mock.ledger().len();
    world.connections.disconnect(tenant(), &dana).await.unwrap();
    world.mock.ledger().assert_count(requests);
    let status = world.status(&dana).await;
    assert_eq!(status.standing.state, State::Draft);
    assert_eq!(
        (status.overview.tokens, status.overview.due_at),
        (None, None)
    );
    let error = world.connections.access_token(tenant(), &dana).await;
    assert_eq!(error, Err(Error::NotConnected));
    world.sign_in(&dana, "dana").await.unwrap();
}

async fn revoking_says_first_what_else_it_ends(world: World) {
    world.change(|company| company.tokens.second_consent_kills_first = false);
    let first = world.by_session("First").await;
    let second = world.add_by_session("Second").await;
    let Err(Error::EndsAnother(warned)) = world.connections.connect(tenant(), &second, None).await
    else {
        panic!("no warning");
    };
    world
        .connections
        .connect(tenant(), &second, Some(&warned.confirm))
        .await
        .unwrap();
    let revocation = world
        .connections
        .revocation(tenant(), &first)
        .await
        .unwrap();
    assert!(revocation.warning.unwrap().contains("every connection"));
    assert_eq!(revocation.others, [second]);
    let unconfirmed = world
        .connections
        .revoke(tenant(), &first, &Confirm::from_text("yes"))
        .await;
    assert_eq!(unconfirmed, Err(Error::WrongConfirmation));
    world.mock.ledger().revocations().assert_count(0);
    world
        .connections
        .revoke(tenant(), &first, &revocation.confirm)
        .await
        .unwrap();
    world.mock.ledger().revocations().assert_statuses(&[200]);
    assert!(
        world
            .mock
            .issued()
            .all()
            .iter()
            .all(|token| token.state != TokenState::Live)
    );
    assert_eq!(world.state(&first).await, State::Draft);
}

async fn a_revocation_that_fails_keeps_the_tokens(world: World) {
    let dana = world.dana().await;
    let revocation = world.connections.revocation(tenant(), &dana).await.unwrap();
    let away = FaultRule::new(Fault::Unavailable(Wait::Unsaid)).on_path("/oauth2/revoke");
    world.mock.inject(away);
    let error = world
        .connections
        .revoke(tenant(), &dana, &revocation.confirm)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Plugin(_)), "{error:?}");
    world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    assert_eq!(
        world.history(&dana).await.last().unwrap(),
        "revoking-failed"
    );
    world
        .connections
        .revoke(tenant(), &dana, &revocation.confirm)
        .await
        .unwrap();
}

async fn a_draft_has_nothing_to_revoke(world: World) {
    let draft = world.add_loader("Draft").await;
    let error = world.connections.revocation(tenant(), &draft).await;
    assert_eq!(error, Err(Error::NotConnected));
}

async fn a_removed_credential_is_gone(world: World) {
    let dana = world.dana().await;
    world.connections.remove(tenant(), &dana).await.unwrap();
    let gone = world.connections.access_token(tenant(), &dana).await;
    assert_eq!(gone, Err(Error::Store(StoreError::NotFound)));
    assert!(world.connections.list(tenant()).await.unwrap().is_empty());
}

/// A credential that is removed while it is renewed: its tokens have nowhere to go.
async fn a_renewal_of_what_was_removed_ends_quietly(world: World) {
    let dana = world.dana().await;
    world.advance(crate::stage::LIFE);
    let held = world.inject(FaultRule::new(Fault::SlowHead));
    let (connections, name) = (world.connections.clone(), dana.clone());
    let caller = tokio::spawn(async move { connections.access_token(tenant(), &name).await });
    held.reached(1).await;
    world.connections.remove(tenant(), &dana).await.unwrap();
    held.release();
    let gone = caller.await.unwrap();
    assert_eq!(gone, Err(Error::Store(StoreError::NotFound)));
    let again = world.connections.access_token(tenant(), &dana).await;
    assert_eq!(again, Err(Error::Store(StoreError::NotFound)));
}
