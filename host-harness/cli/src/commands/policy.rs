//! `harness policy`: a policy to begin with, and what the one in force says.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::args::PolicyCommand;
use crate::exit::Exit;
use crate::output::Output;
use crate::policy::{EXAMPLE, OperatorPolicy, PluginEntry, changed_limits, every_limit};
use crate::report::Report;
use crate::secret_source::Given;
use crate::text::Page;

pub(super) fn run(command: &PolicyCommand, output: Output) -> Result<Exit, Report> {
    match command {
        PolicyCommand::Example => output.verbatim(EXAMPLE, &json!({ "policy": EXAMPLE }))?,
        PolicyCommand::Check(args) => {
            let named = args.file.as_ref().or(args.under.policy.as_ref());
            let policy = OperatorPolicy::in_force(named.map(PathBuf::as_path))?;
            output.data(&page(&policy), &document(&policy))?;
        }
    }
    Ok(Exit::Ok)
}

fn document(policy: &OperatorPolicy) -> Value {
    let mappings = policy.mappings.iter();
    let limits: BTreeMap<_, _> = every_limit(&policy.limits).collect();
    json!({
        "file": policy.location().path(),
        "plugins": policy.entries().map(|it| it.iter().map(entry_json).collect::<Vec<_>>()),
        "mappings": mappings
            .map(|(from, to)| json!({ "from": from.to_string(), "to": to.to_string() }))
            .collect::<Vec<_>>(),
        "limits": limits,
        "trusted_certificates": policy.trust.len(),
    })
}

fn entry_json(entry: &PluginEntry) -> Value {
    let supply: BTreeMap<&str, String> = supplied(entry).collect();
    json!({
        "digest": entry.digest.to_string(),
        "builtin": entry.builtin,
        "origins": entry.origins.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "claims": entry.claims,
        "supply": supply,
    })
}

fn supplied(entry: &PluginEntry) -> impl Iterator<Item = (&str, String)> {
    entry.supply.iter().map(|(field, given)| {
        let from = match &given.value {
            Given::Text(_) => "given in the file".to_owned(),
            Given::From(source) => source.describe(),
        };
        (field.value.as_str(), from)
    })
}

fn page(policy: &OperatorPolicy) -> Page {
    let page = Page::new().line(format!("Policy in force: {}", policy.location().describe()));
    let page = match policy.entries() {
        None => page.indented(
            2,
            "The built-in plugin may do what its description asks for; any other, nothing.",
        ),
        Some([]) => page.indented(2, "No plugin may reach anything."),
        Some(entries) => page.each(entries, entry_page),
    };
    page.each(&policy.mappings, |page, (from, to)| {
        page.indented(2, format!("{from} leads to {to}"))
    })
    .each(changed_limits(&policy.limits), |page, (key, value)| {
        page.indented(2, format!("limit {key} = {value}"))
    })
    .each(trusted(policy), |page, text| page.indented(2, text))
}

fn trusted(policy: &OperatorPolicy) -> Option<String> {
    let count = policy.trust.len();
    (count > 0).then(|| format!("certificates trusted besides the machine's own: {count}"))
}

fn entry_page(page: Page, entry: &PluginEntry) -> Page {
    let builtin = if entry.builtin { " (built in)" } else { "" };
    let origins: Vec<String> = entry.origins.iter().map(ToString::to_string).collect();
    page.indented(2, format!("{}{builtin}", entry.digest))
        .item(4, 10, "may reach", &listed(&origins))
        .item(4, 10, "may read", &listed(&entry.claims))
        .each(supplied(entry), |page, (field, from)| {
            page.item(4, 10, "supplied", &format!("{field}, {from}"))
        })
}

fn listed(items: &[String]) -> String {
    if items.is_empty() {
        return "nothing".to_owned();
    }
    items.join(", ")
}
