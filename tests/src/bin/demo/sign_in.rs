//! The steps: both flows, and a refusal. Each gives the secrets that took part in it.

use anyhow::{Context as _, Result, anyhow, ensure};
use credential_runtime::{
    Grant, Operation, Outcome, Secret, Sender, SettingValue, Settings, Severity, Tokens,
};
use end_to_end::World;

use crate::browser;
use crate::screen::Screen;

pub async fn web_services_user(world: &World, screen: &mut Screen) -> Result<Vec<Secret>> {
    screen.step("As a Web Services User: client credentials, the plugin sends");
    let settings = end_to_end::web_services_user(&world.mock.company());
    let operation = world.operation(&settings);
    validate(&operation, screen).await?;
    let tokens = operation
        .obtain_tokens(&Grant::ClientCredentials, Sender::Plugin)
        .await?;
    screen.tokens("signed in", &tokens);
    let mut secrets = secrets_in(&settings);
    secrets.extend(use_and_renew(&operation, tokens, Sender::Plugin, screen).await?);
    Ok(secrets)
}

pub async fn regular_user(world: &World, screen: &mut Screen) -> Result<Vec<Secret>> {
    screen.step("As a Regular User: authorization code with PKCE and state, the host sends");
    let settings = end_to_end::regular_user(&world.mock.company());
    let operation = world.operation(&settings);
    validate(&operation, screen).await?;
    let grant = browser::authorize(world, &operation, screen).await?;
    let tokens = operation.obtain_tokens(&grant, Sender::Host).await?;
    screen.tokens("exchanged the code; signed in", &tokens);
    let mut secrets = secrets_in(&settings);
    secrets.extend(secrets_of(grant));
    secrets.extend(use_and_renew(&operation, tokens, Sender::Host, screen).await?);
    Ok(secrets)
}

/// The refusal is what is to be shown, so anything else is the failure.
pub async fn wrong_secret(world: &World, screen: &mut Screen) -> Result<Vec<Secret>> {
    screen.step("A refusal: a wrong Client Secret");
    let wrong = Secret::new("not-a-real-secret-and-not-the-right-one");
    let settings = end_to_end::web_services_user(&world.mock.company())
        .with_secret("client_secret", wrong.clone());
    let operation = world.operation(&settings);
    let outcome = operation
        .obtain_tokens(&Grant::ClientCredentials, Sender::Plugin)
        .await;
    let error = outcome
        .err()
        .ok_or_else(|| anyhow!("a wrong secret was accepted"))?;
    let diagnosis = &error.refusal().context("no refusal")?.diagnosis;
    let setup = diagnosis.setup_step.as_deref();
    let setup = setup.and_then(|it| world.plugin.descriptor().setup_step(it));
    screen.refusal(diagnosis, setup.map(|it| it.title.as_str()));
    ensure!(
        diagnosis.code == "invalid_client",
        "another refusal than the expected one"
    );
    Ok(vec![wrong])
}

async fn validate(operation: &Operation, screen: &mut Screen) -> Result<()> {
    let problems = operation.validate().await?;
    let errors = problems.iter().filter(|it| it.severity == Severity::Error);
    let messages: Vec<&str> = errors.map(|it| it.message.as_str()).collect();
    ensure!(
        messages.is_empty(),
        "the form is not right: {}",
        messages.join(" ")
    );
    screen.worked("the form is right");
    Ok(())
}

async fn use_and_renew(
    operation: &Operation,
    tokens: Tokens,
    sender: Sender,
    screen: &mut Screen,
) -> Result<Vec<Secret>> {
    test(operation, &tokens, screen).await?;
    let refresh = tokens.refresh.clone().context("no refresh token came")?;
    let renewed = operation
        .obtain_tokens(&Grant::RefreshToken(refresh.clone()), sender)
        .await?;
    ensure!(
        renewed.access != tokens.access,
        "the renewed token is the old one"
    );
    screen.tokens("renewed", &renewed);
    test(operation, &renewed, screen).await?;
    let kept = [
        Some(tokens.access),
        Some(refresh),
        Some(renewed.access),
        renewed.refresh,
    ];
    Ok(kept.into_iter().flatten().collect())
}

async fn test(operation: &Operation, tokens: &Tokens, screen: &mut Screen) -> Result<()> {
    let checks = operation.test(&tokens.access).await?;
    screen.checks(&checks);
    ensure!(!checks.is_empty(), "the test looked at nothing");
    ensure!(
        checks.iter().all(|it| it.outcome != Outcome::Failed),
        "a check failed"
    );
    Ok(())
}

fn secrets_in(settings: &Settings) -> Vec<Secret> {
    let secret = |value: &SettingValue| match value {
        SettingValue::Secret(secret) => Some(secret.clone()),
        SettingValue::Text(_) => None,
    };
    settings
        .iter()
        .filter_map(|(_, value)| secret(value))
        .collect()
}

fn secrets_of(grant: Grant) -> Vec<Secret> {
    match grant {
        Grant::AuthorizationCode(it) => [Some(it.code), it.code_verifier]
            .into_iter()
            .flatten()
            .collect(),
        Grant::RefreshToken(token) => vec![token],
        Grant::ClientCredentials | Grant::Other(_) => Vec::new(),
    }
}
