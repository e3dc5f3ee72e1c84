//! `harness authorize-url`: where a person would sign in.

use serde_json::json;

use super::validate::require_valid;
use crate::args::AuthorizeUrl;
use crate::exit::Exit;
use crate::host::{Props, Stage};
use crate::output::{Output, talk};
use crate::report::Report;
use crate::text::Page;

pub(super) async fn run(args: &AuthorizeUrl, output: Output) -> Result<Exit, Report> {
    let stage = Stage::set(Props {
        policy: args.with.under.policy.as_deref(),
        plugin: args.with.plugin.as_deref(),
        mock: args.to.mock.as_ref(),
        credential: &args.credential,
        needs_reach: true,
    })
    .await?;
    require_valid(&stage).await?;
    let pending = stage
        .operation()
        .begin_authorization(&args.redirect_uri)
        .await;
    let pending = pending.map_err(|error| stage.explain(error))?;
    let url = pending.url();
    talk(&Page::new().line(
        "The state and the challenge in this address end with this run: a code that it brings \
         cannot be exchanged. To connect, use `harness connect`.",
    ));
    let json = json!({ "authorization_url": url, "redirect_uri": args.redirect_uri });
    output.verbatim(&format!("{url}\n"), &json)?;
    Ok(Exit::Ok)
}
