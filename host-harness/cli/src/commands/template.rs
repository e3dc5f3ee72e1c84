//! A credential file to fill in, made from a plugin's form.

use credential_runtime::{Descriptor, Field, FieldKind, Requirement};

use super::describe::demands;
use crate::text::{Page, plain};

/// The file's text. Fields that need not be filled in are commented out.
pub(super) fn of(descriptor: &Descriptor) -> String {
    let page = Page::new()
        .line(format!("{} ({})", descriptor.title, descriptor.id))
        .line("Fill in what is needed; take the # away where a line is to count.");
    let page = comment(&page)
        .blank()
        .line("name = \"\"")
        .line(format!("plugin = {}", quoted(&descriptor.id)))
        .blank()
        .line("[settings]")
        .each(&descriptor.fields, field);
    page.as_str().to_owned()
}

fn field(page: Page, field: &Field) -> Page {
    if field.kind.is_filled_by_connecting() {
        return page;
    }
    let mut about = Page::new()
        .line(format!("{}: {}.", field.label, demands(field)))
        .line(&field.help);
    if let Some(example) = &field.example {
        about = about.line(format!("Example: {example}"));
    }
    if let FieldKind::Choice(choices) = &field.kind {
        about = about.each(choices, |page, it| {
            page.line(format!("  {}  {}", quoted(&it.id), it.label))
        });
    }
    let mark = if field.requirement == Requirement::Required {
        ""
    } else {
        "# "
    };
    let line = format!("{mark}{} = {}", key(&field.id), value(field));
    page.then(&comment(&about)).verbatim(&line).blank()
}

fn value(field: &Field) -> String {
    match &field.kind {
        FieldKind::Text | FieldKind::Learned => "\"\"".to_owned(),
        FieldKind::Choice(choices) => quoted(choices.first().map_or("", |it| &it.id)),
        FieldKind::Secret
        | FieldKind::AccessToken
        | FieldKind::RefreshToken
        | FieldKind::Other(_) => {
            let name = field.id.to_uppercase();
            format!("{{ env = {} }}", quoted(&name))
        }
    }
}

fn comment(page: &Page) -> Page {
    let lines = page.as_str().lines();
    lines.fold(Page::new(), |page, line| {
        page.verbatim(&format!("# {line}"))
    })
}

/// A TOML key: bare where it may be.
fn key(id: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !id.is_empty() && id.chars().all(bare) {
        id.to_owned()
    } else {
        quoted(id)
    }
}

/// A TOML text. JSON's strings are TOML's, once there is no control character in them.
fn quoted(text: &str) -> String {
    serde_json::Value::from(plain(text)).to_string()
}
