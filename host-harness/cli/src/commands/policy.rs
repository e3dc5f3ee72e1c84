//! `harness policy`: a policy to begin with, and what the one in force says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use credential_runtime::Plugin;
use serde_json::{Value, json};

use crate::args::PolicyCommand;
use crate::exit::Exit;
use crate::host::{Component, Host};
use crate::output::Output;
use crate::policy::{EXAMPLE, OperatorPolicy, PluginEntry, changed_limits, every_limit};
use crate::reads::{asked_origins, asks_json, reads};
use crate::report::Report;
use crate::secret_source::Given;
use crate::text::Page;

pub(super) async fn run(command: &PolicyCommand, output: Output) -> Result<Exit, Report> {
    match command {
        PolicyCommand::Example => output.verbatim(EXAMPLE, &json!({ "policy": EXAMPLE }))?,
        PolicyCommand::Check(args) => {
            let named = args.file.as_ref().or(args.under.policy.as_ref());
            let named = named.map(PathBuf::as_path);
            let policy = OperatorPolicy::in_force(named)?;
            let held = held(named, &args.plugins).await?;
            let warnings: Vec<String> = held.iter().filter_map(Held::warning).collect();
            let page = page(&policy)
                .each(&held, |page, it| it.page(page))
                .each(&warnings, |page, it| page.item(0, 8, "warning:", it));
            let mut document = document(&policy);
            document["held"] = held.iter().map(Held::json).collect();
            document["warnings"] = json!(warnings);
            output.data(&page, &document)?;
        }
    }
    Ok(Exit::Ok)
}

/// A component that is held against the policy.
struct Held {
    file: String,
    plugin: Plugin,
    /// What it asks to be told as text and the policy keeps as secrets.
    withheld: Vec<String>,
}

async fn held(policy: Option<&Path>, plugins: &[PathBuf]) -> Result<Vec<Held>, Report> {
    let mut held = Vec::new();
    if plugins.is_empty() {
        return Ok(held);
    }
    let host = Host::start(policy)?;
    for path in plugins {
        let component = Component::open(Some(path))?;
        let plugin = host.load(&component).await?;
        let withheld = host.policy.allowance(&plugin, None)?.form.withheld;
        held.push(Held {
            file: component.describe(),
            plugin,
            withheld,
        });
    }
    Ok(held)
}

impl Held {
    fn page(&self, page: Page) -> Page {
        let descriptor = self.plugin.descriptor();
        let id = format!("{}: {} {}", self.file, descriptor.id, self.plugin.digest());
        let page = page.line(id);
        let page = page.item(
            2,
            14,
            "asks to reach",
            &asked_origins(descriptor).join(", "),
        );
        let page = page.item(2, 14, "asks to read", &listed(&descriptor.claims));
        reads(page, descriptor)
    }

    fn json(&self) -> Value {
        json!({
            "file": self.file,
            "digest": self.plugin.digest().to_string(),
            "asks": asks_json(self.plugin.descriptor()),
        })
    }

    fn warning(&self) -> Option<String> {
        let Self { file, withheld, .. } = self;
        (!withheld.is_empty()).then(|| {
            format!(
                "{file} asks for these as text, and the policy does not allow it, so they are asked \
                 for and kept as secrets: {}",
                withheld.join(", ")
            )
        })
    }
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
        "proxy": policy.proxy.as_ref().map(|it| json!({ "url": it.url(), "login": it.login() })),
    })
}

fn entry_json(entry: &PluginEntry) -> Value {
    let supply: BTreeMap<&str, String> = supplied(entry).collect();
    json!({
        "digest": entry.digest.to_string(),
        "builtin": entry.builtin,
        "origins": entry.origins.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "claims": entry.claims,
        "texts": texts(entry),
        "headers": entry.headers,
        "secret_headers": entry.secret_headers,
        "labels": entry.labels,
        "supply": supply,
    })
}

fn supplied(entry: &PluginEntry) -> impl Iterator<Item = (&str, String)> {
    entry.supply.iter().map(|(field, given)| {
        let from = match &given.value {
            Given::Text(_) => "given in the file".to_owned(),
            Given::From(source) => source.describe(),
            Given::TextFrom(source) => format!("as text {}", source.describe()),
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
    .each(proxied(policy), |page, text| page.indented(2, text))
}

fn trusted(policy: &OperatorPolicy) -> Option<String> {
    let count = policy.trust.len();
    (count > 0).then(|| format!("certificates trusted besides the machine's own: {count}"))
}

fn proxied(policy: &OperatorPolicy) -> Option<String> {
    let proxy = policy.proxy.as_ref()?;
    let login = proxy.login().map(|it| format!(", as {it}"));
    Some(format!(
        "what is not mapped goes through the proxy {}{}",
        proxy.url(),
        login.unwrap_or_default()
    ))
}

fn entry_page(page: Page, entry: &PluginEntry) -> Page {
    let builtin = if entry.builtin { " (built in)" } else { "" };
    let origins: Vec<String> = entry.origins.iter().map(ToString::to_string).collect();
    page.indented(2, format!("{}{builtin}", entry.digest))
        .item(4, 10, "may reach", &listed(&origins))
        .item(4, 10, "may read", &listed(&entry.claims))
        .item(4, 10, "as text", &listed(&texts(entry)))
        .each(further(entry), |page, (what, names)| {
            page.item(4, 10, what, &listed(names))
        })
        .each(supplied(entry), |page, (field, from)| {
            page.item(4, 10, "supplied", &format!("{field}, {from}"))
        })
}

/// What few entries have.
fn further(entry: &PluginEntry) -> impl Iterator<Item = (&'static str, &[String])> {
    let all = [
        ("headers", entry.headers.as_slice()),
        ("keys in", &entry.secret_headers),
        ("labels", &entry.labels),
    ];
    all.into_iter().filter(|(_, names)| !names.is_empty())
}

/// The fields that may be told as text; the built-in plugin's by its digest.
fn texts(entry: &PluginEntry) -> Vec<String> {
    if entry.builtin {
        return vec!["all that its form asks for as text".to_owned()];
    }
    entry.texts.clone()
}

fn listed(items: &[String]) -> String {
    if items.is_empty() {
        return "nothing".to_owned();
    }
    items.join(", ")
}
