//! Signing in, testing, renewing and ending, by either way of sending: the outcome is one.

use std::time::Duration;

use credential_runtime::{
    Actor, Check, CodeGrant, Error, ErrorKind, Grant, GrantKind, HeldTokens, Outcome,
    RedirectError, Refusal, Secret, Sender, Settings, Tokens,
};
use end_to_end::{World, regular_user, web_services_user};
use mock_intacct::TokenKind;
use mock_intacct::browser::Consent;

const SENDERS: [Sender; 2] = [Sender::Plugin, Sender::Host];

fn assert_tokens(world: &World, tokens: &Tokens, user: &str) {
    let issued = world.mock.issued();
    let last = |kind| Secret::new(issued.last(kind).expect("one was issued").value.as_str());
    assert_eq!(tokens.access, last(TokenKind::Access));
    assert_eq!(tokens.refresh, Some(last(TokenKind::Refresh)));
    assert_eq!(tokens.expires_in_seconds, Some(43_200));
    let identity = tokens.identity.clone().expect("an identity");
    assert_eq!(identity.user.as_deref(), Some(user));
    assert_eq!(
        identity.company.as_deref(),
        Some(world.mock.company().id.as_str())
    );
}

#[track_caller]
fn assert_all_pass(checks: &[Check]) {
    let failed: Vec<&Check> = checks
        .iter()
        .filter(|it| it.outcome == Outcome::Failed)
        .collect();
    assert!(failed.is_empty(), "{failed:?}");
    assert!(
        checks.iter().any(|it| it.outcome == Outcome::Passed),
        "{checks:?}"
    );
}

#[tokio::test]
async fn a_web_services_user_signs_in_tests_and_renews() {
    for sender in SENDERS {
        let world = World::start().await;
        let operation = world.operation(&web_services_user(&world.mock.company()));
        assert_eq!(operation.validate().await.unwrap(), []);
        let plan = operation.plan().await.unwrap();
        assert_eq!(plan.connect, GrantKind::ClientCredentials);
        let tokens = operation
            .obtain_tokens(&Grant::ClientCredentials, sender)
            .await
            .unwrap();
        assert_tokens(&world, &tokens, "ws-loader");
        assert_all_pass(&operation.test(&tokens.access).await.unwrap());
        let grant = Grant::RefreshToken(tokens.refresh.unwrap());
        let renewed = operation.obtain_tokens(&grant, sender).await.unwrap();
        assert_ne!(renewed.access, tokens.access);
        assert_all_pass(&operation.test(&renewed.access).await.unwrap());
    }
}

#[tokio::test]
async fn a_regular_user_signs_in_tests_and_renews() {
    for sender in SENDERS {
        let world = World::start().await;
        let operation = world.operation(&regular_user(&world.mock.company()));
        let plan = operation.plan().await.unwrap();
        assert_eq!(plan.connect, GrantKind::AuthorizationCode);
        assert_eq!(plan.renew, [GrantKind::RefreshToken]);
        let grant = world.consent(&operation).await;
        let tokens = operation.obtain_tokens(&grant, sender).await.unwrap();
        assert_tokens(&world, &tokens, "dana");
        assert_all_pass(&operation.test(&tokens.access).await.unwrap());
        let grant = Grant::RefreshToken(tokens.refresh.unwrap());
        let renewed = operation.obtain_tokens(&grant, sender).await.unwrap();
        assert_all_pass(&operation.test(&renewed.access).await.unwrap());
    }
}

#[tokio::test]
async fn the_authorization_url_is_as_intacct_asks() {
    let world = World::start().await;
    let operation = world.operation(&regular_user(&world.mock.company()));
    let pending = operation
        .begin_authorization(end_to_end::REDIRECT_URI)
        .await
        .unwrap();
    let (address, query) = pending.service_url().split_once('?').unwrap();
    assert_eq!(
        address,
        "https://api.intacct.com/ia/api/v1/oauth2/authorize"
    );
    let value = |name: &str| {
        form_urlencoded::parse(query.as_bytes())
            .find(|it| it.0 == name)
            .map(|it| it.1.into_owned())
    };
    assert_eq!(value("response_type").as_deref(), Some("code"));
    assert_eq!(value("scope").as_deref(), Some("offline_access"));
    assert_eq!(
        value("redirect_uri").as_deref(),
        Some(end_to_end::REDIRECT_URI)
    );
    assert_eq!(value("code_challenge_method").as_deref(), Some("S256"));
    assert_eq!(value("code_challenge").map(|it| it.len()), Some(43));
    assert_eq!(value("state").map(|it| it.len()), Some(43));
    assert_eq!(value("client_secret"), None);
}

#[tokio::test]
async fn a_refused_consent_is_explained_and_no_token_is_asked_for() {
    let world = World::start().await;
    let operation = world.operation(&regular_user(&world.mock.company()));
    let refusal = match world.walk(&operation, Consent::Deny).await {
        Err(RedirectError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    };
    let Error::Refused(told) = operation.authorization_refused(refusal).await else {
        panic!()
    };
    assert!(told.diagnosis.hint.is_some(), "{told:?}");
    world.mock.ledger().token_requests().assert_count(0);
}

#[tokio::test]
async fn a_code_works_once_and_only_with_its_verifier() {
    for sender in SENDERS {
        let world = World::start().await;
        let operation = world.operation(&regular_user(&world.mock.company()));
        let grant = world.consent(&operation).await;
        operation.obtain_tokens(&grant, sender).await.unwrap();
        assert!(operation.obtain_tokens(&grant, sender).await.is_err());
        let Grant::AuthorizationCode(code) = world.consent(&operation).await else {
            panic!()
        };
        let other = Some(Secret::new("not-a-real-verifier-0123456789-0123456789-0"));
        let stolen = Grant::AuthorizationCode(CodeGrant {
            code_verifier: other,
            ..code
        });
        assert!(operation.obtain_tokens(&stolen, sender).await.is_err());
    }
}

async fn refusal(world: &World, settings: &Settings, sender: Sender) -> Refusal {
    let operation = world.operation(settings);
    let outcome = operation
        .obtain_tokens(&Grant::ClientCredentials, sender)
        .await;
    outcome
        .expect_err("a refusal")
        .refusal()
        .expect("said by the plugin")
        .clone()
}

#[tokio::test]
async fn a_wrong_client_secret_names_who_must_act_and_what_to_do() {
    let world = World::start().await;
    let settings = web_services_user(&world.mock.company())
        .with_secret("client_secret", "not-a-real-secret-but-a-wrong-one");
    let [one, other] = [
        refusal(&world, &settings, Sender::Plugin).await,
        refusal(&world, &settings, Sender::Host).await,
    ];
    assert_eq!(one, other);
    let diagnosis = &one.diagnosis;
    assert_eq!(
        (diagnosis.code.as_str(), diagnosis.actor),
        ("invalid_client", Actor::User)
    );
    assert!(diagnosis.message.contains("Client Secret"), "{diagnosis:?}");
    assert!(
        diagnosis
            .hint
            .as_ref()
            .is_some_and(|it| it.contains("developer portal"))
    );
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_before_anything_is_sent() {
    let world = World::start().await;
    let settings = web_services_user(&world.mock.company()).with_text("username", "nobody");
    for sender in SENDERS {
        let refusal = refusal(&world, &settings, sender).await;
        assert_eq!(refusal.kind, ErrorKind::InvalidSettings);
        assert_eq!(refusal.problems[0].field, "username");
    }
    world.mock.ledger().token_requests().assert_count(0);
}

#[tokio::test]
async fn an_expired_token_is_stale_and_a_renewed_one_works() {
    let world = World::start().await;
    let operation = world.operation(&web_services_user(&world.mock.company()));
    let tokens = operation
        .obtain_tokens(&Grant::ClientCredentials, Sender::Host)
        .await
        .unwrap();
    world.mock.clock().advance(Duration::from_secs(43_201));
    let error = operation.test(&tokens.access).await.unwrap_err();
    assert!(
        error
            .refusal()
            .is_some_and(|it| it.kind == ErrorKind::StaleToken),
        "{error:?}"
    );
    let grant = Grant::RefreshToken(tokens.refresh.unwrap());
    let renewed = operation.obtain_tokens(&grant, Sender::Host).await.unwrap();
    assert_all_pass(&operation.test(&renewed.access).await.unwrap());
}

#[tokio::test]
async fn revoking_warns_first_and_ends_the_grant() {
    let world = World::start().await;
    let operation = world.operation(&web_services_user(&world.mock.company()));
    let tokens = operation
        .obtain_tokens(&Grant::ClientCredentials, Sender::Host)
        .await
        .unwrap();
    assert!(operation.revocation_warning().await.unwrap().is_some());
    operation
        .revoke(&HeldTokens {
            access: Some(tokens.access.clone()),
            refresh: tokens.refresh.clone(),
        })
        .await
        .unwrap();
    world.mock.ledger().revocations().assert_count(1);
    let grant = Grant::RefreshToken(tokens.refresh.unwrap());
    assert!(operation.obtain_tokens(&grant, Sender::Host).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tasks_use_one_plugin_at_once() {
    let world = std::sync::Arc::new(World::start().await);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let world = std::sync::Arc::clone(&world);
        tasks.spawn(async move {
            let operation = world.operation(&web_services_user(&world.mock.company()));
            operation
                .obtain_tokens(&Grant::ClientCredentials, Sender::Plugin)
                .await
        });
    }
    let mut seen = std::collections::HashSet::new();
    while let Some(task) = tasks.join_next().await {
        seen.insert(task.unwrap().unwrap().access.expose().to_owned());
    }
    assert_eq!(seen.len(), 64, "every task got a token of its own");
}
