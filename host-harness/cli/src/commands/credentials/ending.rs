//! `harness credentials disconnect`, `revoke` and `remove`: three ways to end one.

use credential_connections::record::Name;
use credential_connections::service::Revocation;
use serde_json::json;

use crate::confirmation::confirm;
use crate::credential_args::{Named, Remove, Revoke, StoreArgs};
use crate::exit::Exit;
use crate::output::Output;
use crate::report::Report;
use crate::stored::Stored;
use crate::text::Page;

/// Deletes the tokens here.
pub(super) async fn disconnect(
    kept: &StoreArgs,
    args: &Named,
    output: Output,
) -> Result<Exit, Report> {
    let stored = Stored::open(kept).await?;
    let done = stored
        .connections
        .disconnect(&stored.tenant, &args.name)
        .await;
    stored.told(&args.name, done).await?;
    let page = Page::new()
        .line(format!("Disconnected: {}", args.name))
        .indented(
            2,
            "Its tokens are deleted here. The service was told nothing, so it may still take them.",
        );
    say(&page, "disconnected", &args.name, output)
}

/// Ends the grant at the service.
pub(super) async fn revoke(
    kept: &StoreArgs,
    args: &Revoke,
    output: Output,
) -> Result<Exit, Report> {
    let stored = Stored::with_plugins(kept, &args.with).await?;
    let name = &args.of.name;
    let would = stored.connections.revocation(&stored.tenant, name).await;
    let would = stored.told(name, would).await?;
    confirm(&warning(name, &would), args.consent.yes)?;
    let done = stored
        .connections
        .revoke(&stored.tenant, name, &would.confirm)
        .await;
    stored.told(name, done).await?;
    say(
        &Page::new().line(format!("Revoked: {name}")),
        "revoked",
        name,
        output,
    )
}

fn warning(name: &Name, would: &Revocation) -> Page {
    let page = Page::new().line(format!(
        "This ends the connection of {name} at the service."
    ));
    let page = page.each(&would.warning, |page, it| page.line(it));
    if would.others.is_empty() {
        return page;
    }
    let others: Vec<&str> = would.others.iter().map(Name::as_str).collect();
    page.line(format!(
        "Stored here for the same user and company: {}.",
        others.join(", ")
    ))
}

/// Deletes everything of it.
pub(super) async fn remove(
    kept: &StoreArgs,
    args: &Remove,
    output: Output,
) -> Result<Exit, Report> {
    let stored = Stored::open(kept).await?;
    let name = &args.of.name;
    // Nobody is asked about one that is not there.
    stored.plugin_id(name).await?;
    let what = format!(
        "This deletes {name} for good: settings, secrets, tokens and history. The service is told \
         nothing; `harness credentials revoke` ends the connection there first."
    );
    confirm(&Page::new().line(what), args.consent.yes)?;
    let done = stored.connections.remove(&stored.tenant, name).await;
    stored.told(name, done).await?;
    say(
        &Page::new().line(format!("Removed: {name}")),
        "removed",
        name,
        output,
    )
}

fn say(page: &Page, what: &str, name: &Name, output: Output) -> Result<Exit, Report> {
    output.data(page, &json!({ what: name }))?;
    Ok(Exit::Ok)
}
