//! `harness describe`: the form and the setup guide.

use credential_runtime::{Field, FieldKind, Plugin, Requirement, SetupStep};
use serde_json::json;

use super::template;
use crate::args::Describe;
use crate::exit::Exit;
use crate::host::{Component, Host};
use crate::output::Output;
use crate::reads::{asked_origins, reads};
use crate::report::Report;
use crate::settings::Form;
use crate::text::Page;

pub(super) async fn run(args: &Describe, output: Output) -> Result<Exit, Report> {
    let host = Host::start(args.with.under.policy.as_deref())?;
    let component = Component::open(args.with.plugin.as_deref())?;
    let plugin = host.load(&component).await?;
    let form = host.policy.allowance(&plugin, None)?.form;
    if args.template {
        let template = template::of(&form.descriptor);
        output.verbatim(&template, &json!({ "template": template }))?;
    } else {
        output.data(&page(&form), &document(&plugin, &form))?;
    }
    Ok(Exit::Ok)
}

fn document(plugin: &Plugin, form: &Form) -> serde_json::Value {
    let info = plugin.info();
    json!({
        "plugin": { "digest": info.digest, "size": info.size },
        "descriptor": plugin.descriptor(),
        "kept_secret": form.withheld,
    })
}

fn page(form: &Form) -> Page {
    let descriptor = &form.descriptor;
    let page = Page::new()
        .line(format!("{} ({})", descriptor.title, descriptor.id))
        .line(&descriptor.summary)
        .line(format!("Read more: {}", descriptor.documentation))
        .blank()
        .line("Form")
        .line("  name: Name, required")
        .indented(6, "A name of your own for this credential.")
        .each(&descriptor.fields, field)
        .each(withheld(form), |page, text| page.indented(2, text))
        .blank()
        .line("What it reaches and reads")
        .item(
            2,
            14,
            "asks to reach",
            &asked_origins(descriptor).join(", "),
        );
    let page = reads(page, descriptor);
    if descriptor.setup.is_empty() {
        return page;
    }
    page.blank()
        .line("What to do in the service first")
        .each(descriptor.setup.iter().zip(1..), |page, (step, number)| {
            setup_step(page, step, number)
        })
}

fn withheld(form: &Form) -> Option<String> {
    let fields = form.withheld.join(", ");
    (!fields.is_empty()).then(|| {
        format!(
            "The plugin asks for these as text, and the policy keeps them as secrets: {fields}."
        )
    })
}

fn field(page: Page, field: &Field) -> Page {
    let page = page
        .indented(
            2,
            format!("{}: {}, {}", field.id, field.label, demands(field)),
        )
        .indented(6, &field.help);
    let page = match &field.example {
        Some(example) => page.indented(6, format!("Example: {example}")),
        None => page,
    };
    match &field.kind {
        FieldKind::Choice(choices) => page.each(choices, |page, choice| {
            let text = format!("{}: {}", choice.label, choice.help);
            page.item(6, 18, &choice.id, &text)
        }),
        FieldKind::Text
        | FieldKind::Secret
        | FieldKind::AccessToken
        | FieldKind::RefreshToken
        | FieldKind::Learned
        | FieldKind::Other(_) => page,
    }
}

/// What a field asks of whoever fills it in, in a few words.
pub(super) fn demands(field: &Field) -> String {
    let mut words = vec![match &field.requirement {
        Requirement::Required => "required".to_owned(),
        Requirement::RequiredWhen(it) => format!("required where {} is {}", it.field, it.equals),
        Requirement::Optional => "optional".to_owned(),
    }];
    match &field.kind {
        FieldKind::Secret => words.push("secret".to_owned()),
        FieldKind::AccessToken | FieldKind::RefreshToken | FieldKind::Learned => {
            words.push("filled in by connecting".to_owned());
        }
        FieldKind::Other(kind) => words.push(format!("{kind}, kept as a secret")),
        FieldKind::Text | FieldKind::Choice(_) => {}
    }
    if let Some(it) = &field.shown_when {
        words.push(format!("shown where {} is {}", it.field, it.equals));
    }
    if field.platform_may_supply {
        words.push("the platform may fill it in".to_owned());
    }
    words.join("; ")
}

fn setup_step(page: Page, step: &SetupStep, number: usize) -> Page {
    let needed_when = step.needed_when.as_ref();
    let only = needed_when.map_or_else(String::new, |it| format!(" (only for {})", it.equals));
    page.item(
        2,
        2,
        &format!("{number}."),
        &format!("{}{only}", step.title),
    )
    .indented(6, &step.detail)
}
