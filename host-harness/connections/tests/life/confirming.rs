//! What a person is told before it happens.

use std::time::Duration;

use credential_connections::record::Fingerprint;
use credential_connections::service::{Confirm, Edit, Error};
use credential_connections::state::State;
use credential_runtime::SettingValue;
use mock_intacct::browser::Consent;

use crate::stage::{LIFE, REDIRECT_URI, SESSION, World, tenant};

crate::on_both! {
    a_second_consent_warns_before_the_browser_is_opened,
    a_second_connection_by_the_same_session_warns_before_a_request,
    a_second_credential_of_the_same_web_services_user_asks_nothing,
    a_confirmation_is_good_for_what_was_asked_and_nothing_else,
    connecting_the_same_credential_again_asks_nothing,
    somebody_else_at_the_browser_changes_nothing_until_it_is_confirmed,
    a_confirmed_change_of_identity_needs_no_second_sign_in,
    a_confirmation_that_comes_too_late_is_refused,
    a_renewal_that_brings_somebody_elses_token_is_refused,
}

/// `a second connection silently kills the first`.
async fn a_second_consent_warns_before_the_browser_is_opened(world: World) {
    let first = world.dana().await;
    let second = world.add_regular("Second").await;
    let before = world.mock.ledger().len();
    let error = world
        .walk(&second, "dana", Consent::Allow)
        .await
        .unwrap_err();
    let Error::EndsAnother(warned) = error else {
        panic!("{error:?}");
    };
    assert_eq!(warned.others, std::slice::from_ref(&first));
    assert!(!warned.certain, "it depends on who signs in");
    world.mock.ledger().assert_count(before);
    let begun = world.connections.begin_connect(
        tenant(),
        &second,
        REDIRECT_URI,
        SESSION,
        Some(&warned.confirm),
    );
    let redirected = world
        .browse(&begun.await.unwrap().url, "dana", Consent::Allow)
        .await;
    let connected = world
        .connections
        .finish_connect(SESSION, &redirected)
        .await
        .unwrap();
    assert_eq!(connected.others, std::slice::from_ref(&first));
    // Intacct has ended the first, as was said.
    world.advance(LIFE);
    let error = world
        .connections
        .access_token(tenant(), &first)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Reconnect(_)), "{error:?}");
}

async fn a_second_connection_by_the_same_session_warns_before_a_request(world: World) {
    let first = world.by_session("First").await;
    let second = world.add_by_session("Second").await;
    let error = world
        .connections
        .connect(tenant(), &second, None)
        .await
        .unwrap_err();
    let Error::EndsAnother(warned) = error else {
        panic!("{error:?}");
    };
    assert!(warned.certain);
    assert_eq!(warned.others, [first]);
    world.mock.ledger().token_requests().assert_count(1);
    world
        .connections
        .connect(tenant(), &second, Some(&warned.confirm))
        .await
        .unwrap();
}

async fn a_confirmation_is_good_for_what_was_asked_and_nothing_else(world: World) {
    world.by_session("First").await;
    let second = world.add_by_session("Second").await;
    let error = world
        .connections
        .connect(tenant(), &second, None)
        .await
        .unwrap_err();
    let Error::EndsAnother(warned) = error else {
        panic!("{error:?}");
    };
    for confirm in [Confirm::from_text("yes"), Confirm::from_text("")] {
        let refused = world
            .connections
            .connect(tenant(), &second, Some(&confirm))
            .await;
        assert!(matches!(refused, Err(Error::EndsAnother(_))), "{confirm:?}");
    }
    let third = world.add_by_session("Third").await;
    let refused = world
        .connections
        .connect(tenant(), &third, Some(&warned.confirm))
        .await;
    assert!(
        matches!(refused, Err(Error::EndsAnother(_))),
        "another credential's"
    );
}

/// No refresh token is missed where the client's own credentials do, so the plugin has no warning.
async fn a_second_credential_of_the_same_web_services_user_asks_nothing(world: World) {
    world.loader().await;
    let second = world.add_loader("Second").await;
    let connected = world.connections.connect(tenant(), &second, None).await;
    assert!(connected.unwrap().others.is_empty());
}

async fn connecting_the_same_credential_again_asks_nothing(world: World) {
    let dana = world.dana().await;
    let connected = world.sign_in(&dana, "dana").await.unwrap();
    assert!(connected.others.is_empty());
}

/// `reconnecting as somebody else goes unnoticed`.
async fn somebody_else_at_the_browser_changes_nothing_until_it_is_confirmed(world: World) {
    let dana = world.dana().await;
    let before = world.status(&dana).await;
    let error = world.sign_in(&dana, "admin").await.unwrap_err();
    let Error::OtherIdentity(other) = error else {
        panic!("{error:?}");
    };
    assert_eq!(other.was.user.as_deref(), Some("dana"));
    assert_eq!(other.is.user.as_deref(), Some("admin"));
    let after = world.status(&dana).await;
    assert_eq!(after.overview.tokens, before.overview.tokens);
    assert_eq!(after.standing.state, State::Connected);
    // Dana's own connection goes on.
    world.advance(LIFE);
    world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
}

async fn a_confirmed_change_of_identity_needs_no_second_sign_in(world: World) {
    let dana = world.dana().await;
    let error = world.sign_in(&dana, "admin").await.unwrap_err();
    let Error::OtherIdentity(other) = error else {
        panic!("{error:?}");
    };
    let wrong = Confirm::from_text("yes");
    let refused = world
        .connections
        .confirm_identity(tenant(), &dana, &wrong)
        .await;
    assert_eq!(refused, Err(Error::WrongConfirmation));
    let requests = world.mock.ledger().len();
    let connected = world
        .connections
        .confirm_identity(tenant(), &dana, &other.confirm);
    assert_eq!(
        connected.await.unwrap().identity.unwrap().user.as_deref(),
        Some("admin")
    );
    world.mock.ledger().assert_count(requests);
    let again = world
        .connections
        .confirm_identity(tenant(), &dana, &other.confirm)
        .await;
    assert_eq!(again, Err(Error::WrongConfirmation));
    world.advance(LIFE);
    world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
}

async fn a_confirmation_that_comes_too_late_is_refused(world: World) {
    let dana = world.dana().await;
    let error = world.sign_in(&dana, "admin").await.unwrap_err();
    let Error::OtherIdentity(other) = error else {
        panic!("{error:?}");
    };
    world.advance(Duration::from_secs(600));
    let late = world
        .connections
        .confirm_identity(tenant(), &dana, &other.confirm)
        .await;
    assert_eq!(late, Err(Error::WrongConfirmation));
}

/// An edited Username must not turn into somebody else's token by a renewal in the night.
async fn a_renewal_that_brings_somebody_elses_token_is_refused(world: World) {
    let loader = world.loader().await;
    let stored = world.status(&loader).await.overview.tokens.unwrap().access;
    let username = SettingValue::Text("ws-locked-out@Nordlicht-DEV".to_owned());
    let edit = Edit::new().set("username", username);
    world
        .connections
        .edit(tenant(), &loader, &edit)
        .await
        .unwrap();
    world.advance(LIFE);
    let error = world
        .connections
        .access_token(tenant(), &loader)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::Reconnect(why) if why.code == "identity-differs"),
        "{error:?}"
    );
    assert_eq!(
        world.status(&loader).await.overview.tokens.unwrap().access,
        stored
    );
    let newest = world.mock.issued().all().last().unwrap().value.clone();
    assert_ne!(stored, Fingerprint::of(&newest.into()));
}
