//! `harness renew`: one now, all that are due, or whatever becomes due.

use std::path::Path;

use credential_connections::record::{Name, Timestamp};
use credential_connections::service::{AccessToken, Round};
use serde_json::{Value, json};

use crate::credential_args::{Renew, StoreArgs};
use crate::exit::Exit;
use crate::moments::{dated, unix_seconds};
use crate::output::{Output, talk};
use crate::report::Report;
use crate::signals::stopped;
use crate::stored::Stored;
use crate::text::Page;

/// Runs it.
pub(crate) async fn run(kept: &StoreArgs, args: &Renew, output: Output) -> Result<Exit, Report> {
    let stored = Stored::with_plugins(kept, &args.with).await?;
    match &args.name {
        Some(name) => one(&stored, name, output).await,
        None if args.watch => {
            // Before anybody is told that it runs, so that no signal comes too early.
            let stop = stopped()?;
            announce(&stored, output)?;
            let connections = &stored.connections;
            let file = args.heartbeat.as_deref();
            let heartbeat = file.map(|file| || beat(file, connections.now()));
            connections.watch_with_heartbeat(stop, heartbeat).await;
            Ok(Exit::Ok)
        }
        None => due(&stored, output).await,
    }
}

/// Writes the heartbeat: a file of the user alone, exchanged as a whole, whose time of change a probe
/// compares. Where it cannot be written, renewal goes on.
fn beat(file: &Path, now: Timestamp) {
    let text = format!("{}\n", unix_seconds(now));
    if let Err(error) = private_files::replace(file, text.as_bytes()) {
        tracing::warn!(%error, file = %file.display(), "the heartbeat could not be written");
    }
}

async fn one(stored: &Stored, name: &Name, output: Output) -> Result<Exit, Report> {
    let renewed = stored.connections.renew(&stored.tenant, name).await;
    let token = stored.told(name, renewed).await?;
    output.data(
        &renewed_page(stored, name, &token),
        &renewed_json(name, &token),
    )?;
    Ok(Exit::Ok)
}

fn renewed_page(stored: &Stored, name: &Name, token: &AccessToken) -> Page {
    let page = Page::new().line(format!("Renewed: {name}"));
    match token.expires_at() {
        Some(at) => page.item(2, 7, "expires", &dated(at, stored.connections.now())),
        None => page,
    }
}

fn renewed_json(name: &Name, token: &AccessToken) -> Value {
    json!({
        "name": name,
        "generation": token.generation(),
        "expires_at": token.expires_at().map(unix_seconds),
    })
}

async fn due(stored: &Stored, output: Output) -> Result<Exit, Report> {
    let round = stored.connections.run_due().await;
    let round = round.map_err(|error| stored.explain_in_general(error))?;
    let Round {
        fresh,
        not_fresh,
        busy,
        not_installed,
        not_accepted,
    } = round;
    let page = Page::new().line(format!(
        "{fresh} fresh, {not_fresh} not renewed, {busy} being renewed by somebody else."
    ));
    let page = left_alone(page, not_installed, "their plugin is not installed here");
    let page = left_alone(page, not_accepted, "their plugin has changed");
    let json = json!({
        "fresh": fresh,
        "not_fresh": not_fresh,
        "busy": busy,
        "not_installed": not_installed,
        "not_accepted": not_accepted,
    });
    output.data(&page, &json)?;
    let hints = [
        (not_fresh, "`harness credentials` says why, for each tenant"),
        (not_installed, "name the plugin's component with --plugin"),
        (
            not_accepted,
            "`harness credentials accept` shows the difference and takes it",
        ),
    ];
    let open: Vec<&str> = hints
        .into_iter()
        .filter_map(|(count, hint)| (count > 0).then_some(hint))
        .collect();
    if open.is_empty() {
        return Ok(Exit::Ok);
    }
    talk(&Page::new().each(open, |page, hint| page.line(format!("hint: {hint}"))));
    Ok(Exit::Refused)
}

/// What the background cannot do anything about.
fn left_alone(page: Page, count: usize, why: &str) -> Page {
    match count {
        0 => page,
        count => page.line(format!("{count} left alone: {why}.")),
    }
}

fn announce(stored: &Stored, output: Output) -> Result<(), Report> {
    let store = stored.storage.location.to_string();
    let page = Page::new().line(format!("Renewing what becomes due in {store}."));
    output.data(&page, &json!({ "store": store, "watching": true }))?;
    talk(&Page::new().line("Ctrl-C ends it; what is under way then is brought to its end."));
    Ok(())
}
