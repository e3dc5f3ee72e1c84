//! From a filled-in form to the first tokens.

use credential_connections::service::Error;
use credential_connections::state::State;
use credential_runtime::{ErrorKind, RedirectError};
use mock_intacct::browser::Consent;

use crate::stage::{REDIRECT_URI, SESSION, World, name, session, tenant};

#[tokio::test]
async fn a_web_services_user_is_connected_without_a_browser() {
    let world = World::start().await;
    let loader = world.add_loader("Loader").await;
    assert_eq!(world.state(&loader).await, State::Draft);
    let connected = world
        .connections
        .connect(tenant(), &loader, None)
        .await
        .unwrap();
    let identity = connected.identity.unwrap();
    assert_eq!(identity.user.as_deref(), Some("ws-loader"));
    assert_eq!(identity.company.as_deref(), Some("Nordlicht-DEV"));
    assert_eq!(world.state(&loader).await, State::Connected);
    assert_eq!(world.history(&loader).await, ["added", "connected"]);
}

#[tokio::test]
async fn a_regular_user_is_connected_through_the_browser() {
    let world = World::start().await;
    let dana = world.add_regular("Dana's").await;
    let redirected = world.walk(&dana, "dana", Consent::Allow).await.unwrap();
    assert!(world.status(&dana).await.sign_in_until.is_some());
    let connected = world
        .connections
        .finish_connect(SESSION, &redirected)
        .await
        .unwrap();
    assert_eq!(connected.identity.unwrap().user.as_deref(), Some("dana"));
    assert_eq!(world.state(&dana).await, State::Connected);
    assert_eq!(world.status(&dana).await.sign_in_until, None);
}

#[tokio::test]
async fn each_flow_says_so_where_the_other_is_meant() {
    let world = World::start().await;
    let dana = world.add_regular("Dana's").await;
    let loader = world.add_loader("Loader").await;
    let connect = world.connections.connect(tenant(), &dana, None).await;
    assert_eq!(connect, Err(Error::NeedsBrowser));
    let begin = world
        .connections
        .begin_connect(tenant(), &loader, REDIRECT_URI, SESSION, None);
    assert_eq!(begin.await, Err(Error::NoBrowser));
    world.mock.ledger().assert_count(0);
}

#[tokio::test]
async fn a_half_filled_form_is_kept_and_not_connected() {
    let world = World::start().await;
    let settings = credential_runtime::Settings::new().with_text("flow_type", "web_services_user");
    let added = world
        .connections
        .add(tenant(), name("Begun"), "sage-intacct-rest", settings);
    assert!(!added.await.unwrap().problems.is_empty());
    let missing = world.status(&name("Begun")).await.form.missing;
    assert_eq!(missing, ["client_id", "client_secret", "username"]);
    let connect = world
        .connections
        .connect(tenant(), &name("Begun"), None)
        .await;
    assert!(matches!(connect, Err(Error::Problems(_))), "{connect:?}");
    world.mock.ledger().assert_count(0);
}

#[tokio::test]
async fn a_refusal_is_told_and_leaves_a_draft_a_draft() {
    let world = World::start().await;
    world.change(|company| {
        company.applications[0].client_secret = "not-a-real-secret-changed".into();
    });
    let settings = crate::stage::web_services_user(&world.mock.company(), "ws-loader")
        .with_secret("client_secret", "not-a-real-secret-0123456789abcdef");
    let loader = world.add("Loader", settings).await;
    let error = world
        .connections
        .connect(tenant(), &loader, None)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Plugin(_)), "{error:?}");
    let status = world.status(&loader).await;
    assert!(matches!(
        status.standing.state,
        State::Draft | State::NeedsAdministrator { .. }
    ));
    assert_eq!(
        status.overview.last_failure.unwrap().diagnosis.code,
        "invalid_client"
    );
    assert_eq!(world.history(&loader).await, ["added", "connecting-failed"]);
}

#[tokio::test]
async fn what_an_administrator_has_to_switch_on_stands_in_the_state() {
    let world = World::start().await;
    world.change(|company| company.web_services_subscription = false);
    let loader = world.add_loader("Loader").await;
    world
        .connections
        .connect(tenant(), &loader, None)
        .await
        .unwrap_err();
    let state = world.state(&loader).await;
    assert!(
        matches!(state, State::NeedsAdministrator { retry_at: None, .. }),
        "{state:?}"
    );
    world.change(|company| company.web_services_subscription = true);
    world
        .connections
        .connect(tenant(), &loader, None)
        .await
        .unwrap();
}

/// `expired, no refresh token, and reported as fresh`: what could not be kept alive is refused when
/// it is connected, not when it ends.
#[tokio::test]
async fn connecting_without_a_refresh_token_fails_at_once_where_nothing_else_renews() {
    let world = World::start().await;
    world.change(|company| company.tokens.refresh_token_with_client_credentials = false);
    let by_session = world
        .add("By session", session(&world.mock.company()))
        .await;
    let error = world
        .connections
        .connect(tenant(), &by_session, None)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::Plugin(it) if it.refusal().is_some_and(|it| it.kind == ErrorKind::Misconfigured)),
        "{error:?}"
    );
    assert_eq!(world.status(&by_session).await.overview.tokens, None);
}

#[tokio::test]
async fn a_person_who_says_no_is_told_what_that_means() {
    let world = World::start().await;
    let dana = world.add_regular("Dana's").await;
    let redirected = world.walk(&dana, "dana", Consent::Deny).await.unwrap();
    let error = world
        .connections
        .finish_connect(SESSION, &redirected)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Plugin(_)), "{error:?}");
    world.mock.ledger().token_requests().assert_count(0);
}

/// `state missing, tampered, replayed, another's`.
#[rstest::rstest]
#[case::missing(|url: &str| without_state(url), SESSION, Error::Redirect(RedirectError::State))]
#[case::tampered(|url: &str| format!("{url}x"), SESSION, Error::Redirect(RedirectError::State))]
#[case::code_and_error(
    |url: &str| format!("{url}&error=access_denied"), SESSION,
    Error::Redirect(RedirectError::Contradiction)
)]
#[case::another_persons(str::to_owned, "not-a-real-session-of-another", Error::NoSignIn)]
#[tokio::test]
async fn a_redirect_that_is_not_this_sign_ins_leads_to_no_token_request(
    #[case] change: impl Fn(&str) -> String,
    #[case] session: &str,
    #[case] expected: Error,
) {
    let world = World::start().await;
    let dana = world.add_regular("Dana's").await;
    let redirected = world.walk(&dana, "dana", Consent::Allow).await.unwrap();
    let finished = world
        .connections
        .finish_connect(session, &change(&redirected))
        .await;
    assert_eq!(finished, Err(expected));
    world.mock.ledger().token_requests().assert_count(0);
}

/// Whoever makes a redirect up does not stop the person who is signing in.
#[rstest::rstest]
#[case::no_address("not an address")]
#[case::no_state("https://127.0.0.1:8443/oauth/callback?code=made-up")]
#[case::another_state("https://127.0.0.1:8443/oauth/callback?code=made-up&state=made-up")]
#[case::refused("https://127.0.0.1:8443/oauth/callback?error=access_denied")]
#[tokio::test]
async fn a_redirect_of_no_sign_in_ends_none(#[case] made_up: &str) {
    let world = World::start().await;
    let dana = world.add_regular("Dana's").await;
    let redirected = world.walk(&dana, "dana", Consent::Allow).await.unwrap();
    let refused = world.connections.finish_connect(SESSION, made_up).await;
    assert_eq!(refused, Err(Error::Redirect(RedirectError::State)));
    let finished = world.connections.finish_connect(SESSION, &redirected).await;
    assert_eq!(finished.unwrap().name, dana);
}

fn without_state(url: &str) -> String {
    let (before, after) = url.split_once("state=").unwrap();
    let rest = after.split_once('&').map_or("", |(_, rest)| rest);
    format!("{before}{rest}")
}

#[tokio::test]
async fn a_redirect_that_comes_twice_is_taken_once() {
    let world = World::start().await;
    let dana = world.add_regular("Dana's").await;
    let redirected = world.walk(&dana, "dana", Consent::Allow).await.unwrap();
    world
        .connections
        .finish_connect(SESSION, &redirected)
        .await
        .unwrap();
    let again = world.connections.finish_connect(SESSION, &redirected).await;
    assert_eq!(again, Err(Error::NoSignIn));
    world.mock.ledger().token_requests().assert_count(1);
}

#[tokio::test]
async fn a_sign_in_that_is_cancelled_is_over() {
    let world = World::start().await;
    let dana = world.add_regular("Dana's").await;
    let redirected = world.walk(&dana, "dana", Consent::Allow).await.unwrap();
    world.connections.cancel_connect("another session");
    world.connections.cancel_connect(SESSION);
    let finished = world.connections.finish_connect(SESSION, &redirected).await;
    assert_eq!(finished, Err(Error::NoSignIn));
    world.mock.ledger().token_requests().assert_count(0);
}

#[tokio::test]
async fn a_sign_in_that_takes_too_long_is_over() {
    let world = World::start().await;
    let dana = world.add_regular("Dana's").await;
    let redirected = world.walk(&dana, "dana", Consent::Allow).await.unwrap();
    world.advance(std::time::Duration::from_secs(600));
    let finished = world.connections.finish_connect(SESSION, &redirected).await;
    assert_eq!(finished, Err(Error::NoSignIn));
}

#[tokio::test]
async fn two_tabs_of_one_person_do_not_disturb_each_other() {
    let world = World::start().await;
    world.change(|company| company.tokens.second_consent_kills_first = false);
    let (one, two) = (
        world.add_regular("One").await,
        world.add_regular("Two").await,
    );
    let first = world.walk(&one, "dana", Consent::Allow).await.unwrap();
    let second = world.walk(&two, "admin", Consent::Allow).await.unwrap();
    let connected = world
        .connections
        .finish_connect(SESSION, &first)
        .await
        .unwrap();
    assert_eq!(connected.name, one);
    let connected = world
        .connections
        .finish_connect(SESSION, &second)
        .await
        .unwrap();
    assert_eq!(connected.name, two);
}

#[tokio::test]
async fn settings_that_change_during_a_sign_in_end_it() {
    let world = World::start().await;
    let dana = world.add_regular("Dana's").await;
    let redirected = world.walk(&dana, "dana", Consent::Allow).await.unwrap();
    let edit = credential_connections::service::Edit::new().clear("username");
    world
        .connections
        .edit(tenant(), &dana, &edit)
        .await
        .unwrap();
    let finished = world.connections.finish_connect(SESSION, &redirected).await;
    assert_eq!(finished, Err(Error::SettingsChanged));
    world.mock.ledger().token_requests().assert_count(0);
}
