//! `harness connect`: obtains tokens, tests them, and shows what came of it.

use std::time::SystemTime;

use credential_runtime::{Grant, GrantKind, GrantPlan, Operation, Sender};

use super::authorization::{Consent, close, not_connected};
use super::checks::is_failed;
use super::connected::Connected;
use super::validate::require_valid;
use crate::args::Connect;
use crate::callback::{Arrival, Ending};
use crate::exit::Exit;
use crate::host::{Props, Stage};
use crate::output::{Output, talk};
use crate::report::Report;

pub(super) async fn run(args: &Connect, output: Output) -> Result<Exit, Report> {
    let stage = Stage::set(Props {
        policy: args.with.under.policy.as_deref(),
        plugin: args.with.plugin.as_deref(),
        mock: args.to.mock.as_ref(),
        credential: &args.credential,
        needs_reach: true,
    })
    .await?;
    let warnings = require_valid(&stage).await?;
    let operation = stage.operation();
    let plan = operation.plan().await.map_err(|it| stage.explain(it))?;
    let (grant, browser) = grant(&stage, &operation, &plan, args).await?;
    let outcome = connect(&stage, &operation, &plan, &grant).await;
    close(browser, ending(&stage, &outcome)).await;
    let connected = Connected {
        warnings,
        ..outcome?
    };
    output.data(&connected.page(), &connected.json())?;
    if let Some(report) = connected.shortcoming() {
        talk(&report.page());
    }
    Ok(connected.exit())
}

/// What to obtain tokens with, as the plugin plans it.
async fn grant(
    stage: &Stage,
    operation: &Operation,
    plan: &GrantPlan,
    args: &Connect,
) -> Result<(Grant, Option<Arrival>), Report> {
    match &plan.connect {
        GrantKind::ClientCredentials => Ok((Grant::ClientCredentials, None)),
        GrantKind::AuthorizationCode => {
            let consent = Consent::obtain(stage, operation, &args.sign_in).await?;
            Ok(consent.into_parts())
        }
        GrantKind::RefreshToken => Err(cannot("with a refresh token alone")),
        GrantKind::Other(name) => Err(cannot(&format!("by `{name}`"))),
    }
}

fn cannot(how: &str) -> Report {
    Report::new(
        Exit::Plugin,
        format!("the plugin wants to connect {how}, which this command does not know"),
    )
}

/// Obtains tokens, then asks the service whether it accepts them.
async fn connect(
    stage: &Stage,
    operation: &Operation,
    plan: &GrantPlan,
    grant: &Grant,
) -> Result<Connected, Report> {
    // Before the request leaves: a token's life counts from there.
    let asked_at = SystemTime::now();
    let tokens = operation.obtain_tokens(grant, Sender::Host).await;
    let tokens = tokens.map_err(|error| stage.explain(error))?;
    tracing::info!("tokens obtained");
    let test = operation.test(&tokens.access).await;
    let test = test.map_err(|error| stage.explain(error));
    Ok(Connected {
        name: stage.name.clone(),
        plugin: stage.plugin.descriptor().clone(),
        plan: plan.clone(),
        asked_at,
        tokens,
        test,
        warnings: Vec::new(),
    })
}

/// What the browser shows.
fn ending(stage: &Stage, outcome: &Result<Connected, Report>) -> Ending {
    let service = &stage.plugin.descriptor().title;
    match outcome {
        Err(report) => not_connected(report),
        Ok(connected) => match connected.test.as_deref() {
            Err(_) => Ending::failure(
                "Connected, but not tested",
                format!(
                    "{} is connected, but the test could not be made.",
                    stage.name
                ),
            ),
            Ok(checks) if checks.iter().any(is_failed) => Ending::failure(
                "Connected, but a check failed",
                format!("{} is connected, but cannot work yet.", stage.name),
            ),
            Ok(_) => Ending::success(
                "Connected",
                format!("{} is connected ({service}).", stage.name),
            ),
        },
    }
}
