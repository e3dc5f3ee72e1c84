//! `harness token`: a fresh access token, for a script.

use serde_json::json;

use crate::credential_args::Token;
use crate::exit::Exit;
use crate::moments::{dated, unix_seconds};
use crate::output::{Output, talk};
use crate::report::Report;
use crate::stored::Stored;
use crate::text::Page;

pub(super) async fn run(args: &Token, output: Output) -> Result<Exit, Report> {
    let stored = Stored::with_plugins(&args.kept, &args.with).await?;
    let name = &args.of.name;
    let token = stored.connections.access_token(&stored.tenant, name).await;
    let token = stored.told(name, token).await?;
    let needed = stored.needs_somebody(name).await?;
    if let Some(needed) = &needed {
        stored.warn(name, needed);
    }
    let secret = token.secret();
    let json = json!({
        "name": name,
        "access_token": args.show.then(|| secret.expose()),
        "access_token_masked": secret.masked(),
        "expires_at": token.expires_at().map(unix_seconds),
        "generation": token.generation(),
        "needs_somebody": needed.map(|it| it.why),
    });
    if args.show {
        output.verbatim(&format!("{}\n", secret.expose()), &json)?;
        return Ok(Exit::Ok);
    }
    let expires = token.expires_at();
    let expires = expires.map(|at| dated(at, stored.connections.now()));
    let page = Page::new()
        .item(0, 12, "access token", &secret.masked())
        .each(expires, |page, it| page.item(0, 12, "expires", &it));
    output.data(&page, &json)?;
    talk(&Page::new().line("--show prints the token itself."));
    Ok(Exit::Ok)
}
