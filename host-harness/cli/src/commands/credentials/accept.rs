//! `harness credentials accept`: a credential is bound to the plugin that is installed now, by somebody
//! who saw what it would reach and read.

use credential_connections::record::Name;
use credential_connections::service::PluginDifference;
use serde_json::json;

use crate::confirmation::confirm;
use crate::credential_args::{Accept, StoreArgs};
use crate::exit::Exit;
use crate::output::Output;
use crate::report::Report;
use crate::stored::Stored;
use crate::text::Page;

pub(super) async fn run(kept: &StoreArgs, args: &Accept, output: Output) -> Result<Exit, Report> {
    let stored = Stored::with_plugins(kept, &args.with).await?;
    let changed = changed(&stored, args).await?;
    if changed.is_empty() {
        let page =
            Page::new().line("Nothing to accept: no plugin differs from what was entered for.");
        output.data(&page, &json!({ "accepted": [] }))?;
        return Ok(Exit::Ok);
    }
    confirm(&question(&changed), args.consent.yes)?;
    let mut accepted = Vec::new();
    for (name, difference) in &changed {
        let connections = &stored.connections;
        let done = connections
            .accept_plugin(&stored.tenant, name, difference)
            .await;
        stored.told(name, done).await?;
        accepted.push(name.as_str());
    }
    let page = Page::new().line(format!("Accepted for: {}", accepted.join(", ")));
    output.data(&page, &json!({ "accepted": accepted }))?;
    Ok(Exit::Ok)
}

/// The credentials that wait, each with how its plugin differs.
async fn changed(stored: &Stored, args: &Accept) -> Result<Vec<(Name, PluginDifference)>, Report> {
    let names = match &args.name {
        Some(name) => vec![name.clone()],
        None => {
            let listed = stored.connections.list(&stored.tenant).await;
            let listed = listed.map_err(|error| stored.explain_in_general(error))?;
            listed.into_iter().map(|it| it.overview.name).collect()
        }
    };
    let mut changed = Vec::new();
    for name in names {
        let connections = &stored.connections;
        let difference = connections.plugin_difference(&stored.tenant, &name).await;
        match difference {
            Ok(difference) => changed.extend(difference.map(|it| (name, it))),
            // One whose plugin is not installed waits for that, and stops no other.
            Err(_) if args.name.is_none() => {}
            Err(error) => return stored.told(&name, Err(error)).await,
        }
    }
    Ok(changed)
}

/// Each difference once, with the credentials that it is about.
fn question(changed: &[(Name, PluginDifference)]) -> Page {
    let mut seen: Vec<&PluginDifference> = Vec::new();
    for (_, difference) in changed {
        if !seen.contains(&difference) {
            seen.push(difference);
        }
    }
    seen.into_iter().fold(Page::new(), |page, difference| {
        let about: Vec<&str> = changed
            .iter()
            .filter(|(_, it)| it == difference)
            .map(|(name, _)| name.as_str())
            .collect();
        page.line(format!(
            "Plugin {}, for {}",
            difference.plugin,
            about.join(", ")
        ))
        .item(2, 12, "was", &difference.accepted.to_string())
        .item(2, 12, "is", &difference.installed.to_string())
        .each(&difference.reaches_more, |page, it| {
            page.item(2, 12, "reaches", it)
        })
        .each(&difference.reads_more, |page, it| {
            page.item(2, 12, "reads", it)
        })
        .each(&difference.sends_more, |page, it| {
            page.item(2, 12, "sends", it)
        })
        .each(&difference.no_longer, |page, it| {
            page.item(2, 12, "no longer", it)
        })
    })
}
