//! `harness credentials edit`: other settings, another name.

use credential_connections::record::Name;
use credential_connections::service::{Edit as Changes, Error, Installed};
use credential_runtime::{Descriptor, Field, Problem, SettingValue, Settings};
use serde_json::json;

use super::add::next;
use crate::credential_args::{Edit, StoreArgs};
use crate::credential_file::CredentialFile;
use crate::document::suggest;
use crate::exit::Exit;
use crate::output::Output;
use crate::report::{Report, problem};
use crate::secret_source::{Prompt as _, Terminal};
use crate::settings::{Form, changes, filled_by_connecting};
use crate::stored::Stored;
use crate::text::Page;

pub(super) async fn run(kept: &StoreArgs, args: &Edit, output: Output) -> Result<Exit, Report> {
    if !asks_for_anything(args) {
        return Err(Report::new(Exit::Usage, "nothing is to be changed")
            .hint("name a credential file, or --set, --prompt, --clear or --rename"));
    }
    let stored = Stored::with_plugins(kept, &args.with).await?;
    let problems = if asks_for_fields(args) {
        edit(&stored, args).await?
    } else {
        Vec::new()
    };
    let name = rename(&stored, args).await?;
    let page = Page::new()
        .line(format!("Changed: {name}"))
        .each(&problems, problem);
    let page = if problems.is_empty() {
        page
    } else {
        next(&stored, page, name, &problems)
    };
    output.data(&page, &json!({ "name": name, "problems": problems }))?;
    Ok(Exit::Ok)
}

fn asks_for_fields(args: &Edit) -> bool {
    args.credential.is_some()
        || [&args.set, &args.prompt, &args.clear]
            .iter()
            .any(|it| !it.is_empty())
}

fn asks_for_anything(args: &Edit) -> bool {
    asks_for_fields(args) || args.rename.is_some()
}

async fn edit(stored: &Stored, args: &Edit) -> Result<Vec<Problem>, Report> {
    let name = &args.of.name;
    let store = stored.connections.store();
    let record = store.get_by_name(&stored.tenant, name).await;
    let record = stored.told(name, record.map_err(Error::from)).await?;
    let installed = stored.connections.plugin(&record.overview.plugin.id);
    let cleared = cleared(args, installed.as_ref().ok().copied(), &record.settings)?;
    let changes = if only_clears(args) {
        cleared
    } else {
        let installed = stored.told(name, installed).await?;
        all_changes(args, &Stored::form(installed), cleared)?
    };
    let edited = stored
        .connections
        .edit(&stored.tenant, name, &changes)
        .await;
    stored.told(name, edited).await
}

/// What needs no plugin.
fn only_clears(args: &Edit) -> bool {
    args.credential.is_none() && args.set.is_empty() && args.prompt.is_empty()
}

/// What is to be left blank: fields that are stored, also where no form has them any more, and fields of
/// the form.
fn cleared(
    args: &Edit,
    installed: Option<&Installed>,
    stored: &Settings,
) -> Result<Changes, Report> {
    let form = installed.map(Installed::form);
    let of_form = form.into_iter().flat_map(|it| it.fields.iter());
    let mut known: Vec<&str> = of_form.map(|it| it.id.as_str()).collect();
    known.extend(stored.iter().map(|(field, _)| field));
    for id in &args.clear {
        if !known.contains(&id.as_str()) {
            let message = format!("`{id}` is not stored, and no field of the plugin's form");
            return Err(Report::new(Exit::Settings, message).hint(suggest(id, &known)));
        }
    }
    let clear = |edit: Changes, id: &String| edit.clear(id);
    Ok(args.clear.iter().fold(Changes::new(), clear))
}

/// The file's first, so that the command line has the last word.
fn all_changes(args: &Edit, form: &Form, cleared: Changes) -> Result<Changes, Report> {
    let mut edit = Changes::new();
    if let Some(path) = &args.credential {
        let file = CredentialFile::open(path).map_err(Report::of_credential_file)?;
        require_same_name(&file, &args.of.name)?;
        for (field, value) in changes(&file, form, &Terminal)? {
            edit = change(edit, &field, value);
        }
    }
    edit = edit.and(cleared);
    for text in &args.set {
        let (field, value) = set(form, text)?;
        edit = change(edit, &field.id, value);
    }
    for id in &args.prompt {
        let field = known_and_typed(&form.descriptor, id)?;
        edit = edit.set(&field.id, typed(field)?);
    }
    Ok(edit)
}

fn change(edit: Changes, field: &str, value: Option<SettingValue>) -> Changes {
    match value {
        Some(value) => edit.set(field, value),
        None => edit.clear(field),
    }
}

/// A file of another credential, given by mistake, would overwrite this one's secrets.
fn require_same_name(file: &CredentialFile, name: &Name) -> Result<(), Report> {
    if file.name.trim() == name.as_str() {
        return Ok(());
    }
    let message = format!("the file describes `{}`, not `{name}`", file.name);
    Err(Report::new(Exit::Settings, message).hint("--rename gives a credential another name"))
}

/// A field that somebody fills in.
fn known_and_typed<'a>(form: &'a Descriptor, id: &str) -> Result<&'a Field, Report> {
    let field = known(form, id)?;
    if field.kind.is_filled_by_connecting() {
        let (message, hint) = filled_by_connecting(field);
        return Err(Report::new(Exit::Usage, message).hint(hint));
    }
    Ok(field)
}

fn known<'a>(form: &'a Descriptor, id: &str) -> Result<&'a Field, Report> {
    form.field(id).ok_or_else(|| {
        let known: Vec<&str> = form.fields.iter().map(|it| it.id.as_str()).collect();
        let message = format!("`{id}` is no field of {}", form.title);
        Report::new(Exit::Settings, message).hint(suggest(id, &known))
    })
}

fn set<'a>(form: &'a Form, text: &str) -> Result<(&'a Field, Option<SettingValue>), Report> {
    let Some((id, value)) = text.split_once('=') else {
        return Err(Report::new(Exit::Usage, "--set takes FIELD=TEXT"));
    };
    let field = known_and_typed(&form.descriptor, id)?;
    if !field.kind.is_text() {
        let kept = if form.withheld.contains(&field.id) {
            "kept as a secret, since the policy does not allow it as text,"
        } else {
            "secret,"
        };
        let message = format!("`{id}` is {kept} and stands on the command line in clear");
        return Err(Report::new(Exit::Usage, message).hint(format!(
            "use --prompt {id}; if others have seen it, renew the secret"
        )));
    }
    let value = (!value.is_empty()).then(|| SettingValue::Text(value.to_owned()));
    Ok((field, value))
}

/// What is typed unseen is a secret.
fn typed(field: &Field) -> Result<SettingValue, Report> {
    if field.kind.is_text() {
        let id = &field.id;
        let message =
            format!("the plugin is told `{id}` as it stands, and --prompt is for secrets");
        return Err(Report::new(Exit::Usage, message).hint(format!("use --set {id}=TEXT")));
    }
    let typed = Terminal.ask(&field.label).map_err(|error| {
        let report = Report::new(Exit::Settings, format!("`{}`: {error}", field.id));
        match error.hint() {
            Some(hint) => report.hint(hint),
            None => report,
        }
    })?;
    Ok(SettingValue::Secret(typed))
}

async fn rename<'a>(stored: &Stored, args: &'a Edit) -> Result<&'a Name, Report> {
    let name = &args.of.name;
    let Some(to) = &args.rename else {
        return Ok(name);
    };
    let renamed = stored.connections.rename(&stored.tenant, name, to).await;
    stored.told(name, renamed).await?;
    Ok(to)
}
