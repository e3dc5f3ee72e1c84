//! What is particular about Intacct, through the component and the mock: sessions, entities, where
//! credentials stand in a request.

use std::time::Duration;

use credential_runtime::{
    Actor, Error, Grant, HeldTokens, Operation, Outcome, Secret, Sender, Settings, Tokens,
};
use end_to_end::{World, regular_user, web_services_user};
use mock_intacct::{Company, Entry};
use serde_json::Value;

use crate::raw_http;

fn by_session(company: &Company) -> Settings {
    let application = &company.applications[0];
    Settings::new()
        .with_text("client_id", application.client_id.as_str())
        .with_secret("client_secret", application.client_secret.as_str())
        .with_text("flow_type", "web_services_user")
        .with_secret("session_id", company.sessions[0].session_id.as_str())
}

fn in_entity(company: &Company, entity: &str) -> Settings {
    web_services_user(company).with_text("username", format!("ws-loader@{}|{entity}", company.id))
}

async fn connect(operation: &Operation) -> Result<Tokens, Error> {
    operation
        .obtain_tokens(&Grant::ClientCredentials, Sender::Plugin)
        .await
}

async fn renew(operation: &Operation, tokens: &Tokens) -> Result<Tokens, Error> {
    let refresh = tokens.refresh.clone().expect("a refresh token");
    operation
        .obtain_tokens(&Grant::RefreshToken(refresh), Sender::Plugin)
        .await
}

fn form_fields(entry: &Entry) -> Vec<&str> {
    let mut names: Vec<&str> = entry.form.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn client_credentials_stand_in_the_body_and_never_in_a_header() {
    let world = World::start().await;
    let operation = world.operation(&web_services_user(&world.mock.company()));
    let tokens = connect(&operation).await.unwrap();
    renew(&operation, &tokens).await.unwrap();
    let ledger = world.mock.ledger().token_requests();
    let fields: Vec<Vec<&str>> = ledger.entries().iter().map(form_fields).collect();
    assert_eq!(
        fields,
        [
            ["client_id", "client_secret", "grant_type", "username"],
            ["client_id", "client_secret", "grant_type", "refresh_token"],
        ]
    );
    for entry in ledger.entries() {
        assert!(
            entry
                .headers
                .iter()
                .all(|(name, _)| name != "authorization"),
            "{entry}"
        );
    }
}

#[tokio::test]
async fn a_session_signs_in_without_a_username_and_then_the_refresh_token_renews() {
    let world = World::start().await;
    let operation = world.operation(&by_session(&world.mock.company()));
    let tokens = connect(&operation).await.unwrap();
    let first = world.mock.ledger().token_requests();
    let names = ["client_id", "client_secret", "grant_type", "session_id"];
    assert_eq!(form_fields(&first.entries()[0]), names);
    world.mock.clock().advance(Duration::from_secs(3_601));
    renew(&operation, &tokens)
        .await
        .expect("the refresh token outlives the session");
}

#[tokio::test]
async fn a_session_goes_before_a_username_and_only_one_is_sent() {
    let world = World::start().await;
    let company = world.mock.company();
    let settings = by_session(&company).with_text("username", format!("ws-loader@{}", company.id));
    connect(&world.operation(&settings)).await.unwrap();
    let ledger = world.mock.ledger().token_requests();
    assert!(
        !form_fields(&ledger.entries()[0]).contains(&"username"),
        "{ledger}"
    );
}

#[tokio::test]
async fn a_session_that_has_ended_asks_for_a_fresh_one() {
    let world = World::start().await;
    let operation = world.operation(&by_session(&world.mock.company()));
    world.mock.clock().advance(Duration::from_secs(3_601));
    let error = connect(&operation).await.unwrap_err();
    let told = error.refusal().unwrap();
    assert_eq!(told.kind.name(), "reauthorize");
    let hint = told.diagnosis.hint.as_deref().unwrap();
    assert!(hint.contains("fresh Session ID"), "{hint}");
}

async fn customers(world: &World, headers: &[(String, Secret)]) -> Vec<String> {
    let url = format!(
        "{}/objects/accounts-receivable/customer",
        world.mock.base_url()
    );
    let mut request = http::Request::get(url);
    for (name, value) in headers {
        request = request.header(name, value.expose());
    }
    let answer = raw_http::send(&request.body(Vec::new()).unwrap())
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let document: Value = serde_json::from_slice(answer.body()).unwrap();
    let rows = document["ia::result"].as_array().expect("rows");
    rows.iter()
        .map(|row| row["id"].as_str().unwrap_or_default().to_owned())
        .collect()
}

async fn headers(operation: &Operation) -> Vec<(String, Secret)> {
    let tokens = connect(operation).await.unwrap();
    let headers = operation.authenticate(&tokens.access).await.unwrap();
    headers.into_iter().map(|it| (it.name, it.value)).collect()
}

#[tokio::test]
async fn an_entity_in_the_username_confines_what_is_seen() {
    let world = World::start().await;
    let company = world.mock.company();
    let whole = headers(&world.operation(&web_services_user(&company))).await;
    let one = headers(&world.operation(&in_entity(&company, "100"))).await;
    assert_eq!(
        customers(&world, &whole).await,
        ["C-1001", "C-1002", "C-1003"]
    );
    assert_eq!(customers(&world, &one).await, ["C-1001", "C-1002"]);
}

#[tokio::test]
async fn the_entity_header_is_spelled_as_intacct_reads_it() {
    let world = World::start().await;
    let company = world.mock.company();
    let mut whole = headers(&world.operation(&web_services_user(&company))).await;
    whole.push(("X-IA-API-Param-Entity".to_owned(), Secret::new("100")));
    let ours = headers(&world.operation(&in_entity(&company, "100"))).await;
    let name = |headers: &[(String, Secret)]| headers.last().map(|it| it.0.to_ascii_lowercase());
    assert_eq!(name(&ours), name(&whole));
    assert_eq!(customers(&world, &whole).await, ["C-1001", "C-1002"]);
    whole.pop();
    whole.push(("X-IA-API-Params-Entity".to_owned(), Secret::new("100")));
    assert_eq!(
        customers(&world, &whole).await.len(),
        3,
        "a misspelt header is ignored"
    );
}

#[tokio::test]
async fn ids_with_blanks_sign_in_and_confine() {
    let world = World::start().await;
    world
        .mock
        .change(|company| company.id = "Zzyzz Delivery".to_owned());
    let settings = web_services_user(&world.mock.company())
        .with_text("username", "Jane Doe@Zzyzz Delivery|Central Region");
    let operation = world.operation(&settings);
    assert_eq!(operation.validate().await.unwrap(), Vec::new());
    let tokens = connect(&operation).await.unwrap();
    let checks = operation.test(&tokens.access).await.unwrap();
    assert!(
        checks.iter().all(|it| it.outcome == Outcome::Passed),
        "{checks:?}"
    );
    let headers = headers(&operation).await;
    let entity = headers
        .iter()
        .find(|it| it.0.eq_ignore_ascii_case("x-ia-api-param-entity"));
    assert_eq!(entity.unwrap().1.expose(), "Central Region");
}

#[tokio::test]
async fn a_user_id_may_hold_an_at() {
    let world = World::start().await;
    world.mock.change(|company| {
        let user = company.user_mut("Jane Doe").unwrap();
        user.id = "jane@example.com".to_owned();
    });
    let settings = web_services_user(&world.mock.company())
        .with_text("username", "jane@example.com@Nordlicht-DEV");
    let operation = world.operation(&settings);
    let tokens = connect(&operation).await.unwrap();
    let checks = operation.test(&tokens.access).await.unwrap();
    assert!(
        checks.iter().all(|it| it.outcome == Outcome::Passed),
        "{checks:?}"
    );
}

#[tokio::test]
async fn an_entity_that_is_not_there_is_told_to_the_person_who_typed_it() {
    let world = World::start().await;
    let operation = world.operation(&in_entity(&world.mock.company(), "Central"));
    let error = connect(&operation).await.unwrap_err();
    let told = error.refusal().unwrap();
    let seen = (told.kind.name(), told.diagnosis.actor);
    assert_eq!(seen, ("misconfigured", Actor::User));
    let hint = told.diagnosis.hint.as_deref().unwrap();
    assert!(hint.contains("In Username"), "{hint}");
}

/// What people paste around a Session ID; the plugin sees no character of it.
#[tokio::test]
async fn a_session_pasted_with_the_browsers_address_is_noticed() {
    let world = World::start().await;
    let company = world.mock.company();
    let session = company.sessions[0].session_id.clone();
    for (pasted, noticed) in [
        (
            format!("https://www.intacct.com/ia/acct/frame.phtml?.sess={session}&.uid=1"),
            true,
        ),
        (format!(".sess={session}"), true),
        (format!("{session}&.uid=1"), true),
        (session.clone(), false),
    ] {
        let settings = by_session(&company).with_secret("session_id", pasted.as_str());
        let problems = world.operation(&settings).validate().await.unwrap();
        let codes: Vec<&str> = problems.iter().map(|it| it.code.as_str()).collect();
        assert_eq!(codes == ["web-address"], noticed, "{problems:?}");
    }
}

#[tokio::test]
async fn every_request_asks_for_json_and_for_no_coding() {
    let world = World::start().await;
    let operation = world.operation(&web_services_user(&world.mock.company()));
    world.mock.set_switch("lists-checked", "call").unwrap();
    world
        .mock
        .change(|company| company.authorized_clients.clear());
    let tokens = connect(&operation).await.unwrap();
    renew(&operation, &tokens).await.unwrap();
    operation.test(&tokens.access).await.unwrap();
    let held = HeldTokens {
        access: None,
        refresh: tokens.refresh,
    };
    operation.revoke(&held).await.unwrap();
    let ledger = world.mock.ledger();
    assert_eq!(ledger.entries().len(), 5, "{ledger}");
    for entry in ledger.entries() {
        let header = |name: &str| {
            entry
                .headers
                .iter()
                .find(|it| it.0 == name)
                .map(|it| &*it.1)
        };
        assert_eq!(header("accept"), Some("application/json"), "{entry}");
        assert_eq!(header("accept-encoding"), Some("identity"), "{entry}");
    }
}

#[tokio::test]
async fn the_identity_comes_from_the_tokens_claims() {
    let world = World::start().await;
    let operation = world.operation(&in_entity(&world.mock.company(), "100"));
    let identity = connect(&operation).await.unwrap().identity.unwrap();
    let seen = [identity.user, identity.company, identity.entity].map(Option::unwrap_or_default);
    assert_eq!(seen, ["ws-loader", "Nordlicht-DEV", "100"]);
}

#[tokio::test]
async fn case_is_the_persons_own_and_counts() {
    let world = World::start().await;
    let company = world.mock.company();
    let settings =
        web_services_user(&company).with_text("username", format!("WS-Loader@{}", company.id));
    let error = connect(&world.operation(&settings)).await.unwrap_err();
    assert_eq!(error.refusal().unwrap().kind.name(), "misconfigured");
}

#[tokio::test]
async fn a_redirect_address_that_intacct_refuses_is_refused_before_the_browser_opens() {
    let world = World::start().await;
    let operation = world.operation(&regular_user(&world.mock.company()));
    for address in [
        "http://127.0.0.1:8443/callback",
        "https://localhost:8443/callback",
    ] {
        let error = operation.begin_authorization(address).await.unwrap_err();
        let told = error.refusal().unwrap();
        assert_eq!(told.diagnosis.code, "redirect-address", "{told:?}");
    }
}

#[tokio::test]
async fn revoking_ends_every_connection_of_that_user_and_company() {
    let world = World::start().await;
    let operation = world.operation(&web_services_user(&world.mock.company()));
    let one = connect(&operation).await.unwrap();
    let other = connect(&operation).await.unwrap();
    let warning = operation.revocation_warning().await.unwrap().unwrap();
    assert!(warning.contains("every connection"), "{warning}");
    assert!(
        renew(&operation, &other).await.is_ok(),
        "the warning revokes nothing"
    );
    operation
        .revoke(&HeldTokens {
            access: None,
            refresh: one.refresh.clone(),
        })
        .await
        .unwrap();
    for tokens in [one, other] {
        assert!(operation.test(&tokens.access).await.is_err());
    }
}
