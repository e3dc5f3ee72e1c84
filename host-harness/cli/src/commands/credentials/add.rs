//! `harness credentials add`: what a file describes, stored.

use credential_connections::record::Name;
use credential_connections::service::{Added, Installed};
use credential_runtime::{Problem, Severity};
use serde_json::json;

use crate::credential_args::{Add, StoreArgs};
use crate::credential_file::CredentialFile;
use crate::exit::Exit;
use crate::output::Output;
use crate::report::{Report, problem};
use crate::secret_source::Terminal;
use crate::settings::fill_in;
use crate::stored::Stored;
use crate::text::Page;

pub(super) async fn run(kept: &StoreArgs, args: &Add, output: Output) -> Result<Exit, Report> {
    let file = CredentialFile::open(&args.credential).map_err(Report::of_credential_file)?;
    let name = Name::parse(&file.name)
        .map_err(|error| Report::new(Exit::Settings, format!("its name: {error}")))?;
    let stored = Stored::with_plugins_or_make(kept, &args.with).await?;
    let installed = plugin_for(&stored, &file)?;
    // The platform's part is not stored: it is filled in when the credential is used.
    let settings = fill_in(&file, &Stored::form(installed), &[], &Terminal)?;
    let plugin = installed.reference().id;
    let adding = stored
        .connections
        .add(&stored.tenant, name.clone(), &plugin, settings);
    let added = stored.told(&name, adding.await).await?;
    let json = json!({
        "name": name,
        "id": added.id,
        "plugin": plugin,
        "problems": added.problems,
    });
    output.data(&page(&stored, &name, &added), &json)?;
    Ok(Exit::Ok)
}

/// The one that the file names, else the one of the command line, else the one that is built in.
fn plugin_for<'a>(stored: &'a Stored, file: &CredentialFile) -> Result<&'a Installed, Report> {
    let named = file.plugin.as_ref();
    let named = named.and_then(|it| stored.connections.plugin(&it.value).ok());
    let preferred = named.or_else(|| stored.preferred());
    preferred.ok_or_else(|| Report::new(Exit::Plugin, "no plugin is installed"))
}

fn page(stored: &Stored, name: &Name, added: &Added) -> Page {
    let page = Page::new().line(format!("Added: {name}"));
    let page = page.each(&added.problems, problem);
    next(stored, page, name, &added.problems)
}

/// What is to be done next about a form with these problems.
pub(super) fn next(stored: &Stored, page: Page, name: &Name, problems: &[Problem]) -> Page {
    let wrong = problems.iter().any(|it| it.severity == Severity::Error);
    let command = if wrong { "edit" } else { "connect" };
    page.item(
        0,
        5,
        "next:",
        &stored.suggest(&format!("credentials {command}"), name),
    )
}
