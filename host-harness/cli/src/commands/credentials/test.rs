//! `harness credentials test`: whether the service accepts one.

use serde_json::json;

use crate::commands::checks;
use crate::credential_args::{OnOne, StoreArgs};
use crate::exit::Exit;
use crate::output::{Output, talk};
use crate::report::Report;
use crate::stored::Stored;
use crate::text::Page;

pub(super) async fn run(kept: &StoreArgs, args: &OnOne, output: Output) -> Result<Exit, Report> {
    let stored = Stored::with_plugins(kept, &args.with).await?;
    let name = &args.of.name;
    let tested = stored.connections.test(&stored.tenant, name).await;
    let tested = stored.told(name, tested).await?;
    let plugin = stored.plugin_id(name).await?;
    let page = Page::new().line(name.as_str());
    let page = match stored.descriptor(&plugin) {
        Some(plugin) => checks::add(page, &tested, plugin),
        None => page,
    };
    output.data(&page, &json!({ "name": name, "checks": tested }))?;
    Ok(checks::shortcoming(&tested).map_or(Exit::Ok, |report| {
        talk(&report.page());
        report.exit
    }))
}
