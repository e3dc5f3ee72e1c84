//! `harness inspect`: what a component asks for and offers. Works for files that are no plugin, too.

use std::path::Path;

use credential_runtime::{ComponentInfo, Digest, LoadError, Plugin};
use serde_json::{Value, json};

use crate::args::Inspect;
use crate::exit::Exit;
use crate::explain::INSPECT;
use crate::host::{Component, Host};
use crate::output::{Output, talk};
use crate::policy::{Allowance, asked_texts};
use crate::reads::{asked_origins, asks_json, reads};
use crate::report::Report;
use crate::text::Page;

/// What was found out about a file.
struct Findings {
    component: Component,
    digest: Digest,
    /// Absent where it is not read, with what it is instead.
    info: Result<ComponentInfo, String>,
    plugin: Result<(Plugin, Allowance), Report>,
    /// Which policy was asked.
    policy: String,
}

pub(super) async fn run(args: &Inspect, output: Output) -> Result<Exit, Report> {
    if let Some(path) = &args.write {
        return write(path, output);
    }
    let host = Host::start(args.under.policy.as_deref())?;
    let component = Component::open(args.file.as_deref())?;
    let findings = Findings::about(&host, component).await?;
    output.data(&findings.page(), &findings.json())?;
    match findings.plugin {
        Ok(_) => Ok(Exit::Ok),
        Err(report) => {
            talk(&report.page());
            Ok(report.exit)
        }
    }
}

fn write(path: &Path, output: Output) -> Result<Exit, Report> {
    let bytes = intacct_component::COMPONENT;
    private_files::replace(path, bytes).map_err(|error| {
        Report::machine(format!("{} cannot be written: {error}", path.display()))
    })?;
    let digest = Digest::of(bytes).to_string();
    let page = Page::new().line(format!(
        "{}: {} bytes, {digest}",
        path.display(),
        bytes.len()
    ));
    let json = json!({ "file": path, "size": bytes.len(), "digest": digest });
    output.data(&page, &json)?;
    Ok(Exit::Ok)
}

impl Findings {
    async fn about(host: &Host, component: Component) -> Result<Self, Report> {
        let info = host.runtime.inspect(&component.bytes).await;
        let plugin = match host.load(&component).await {
            Ok(plugin) => {
                let allowance = host.policy.allowance(&plugin, None)?;
                Ok((plugin, allowance))
            }
            Err(error) => Err(no_plugin(error)),
        };
        Ok(Self {
            digest: Digest::of(&component.bytes),
            info: info.map_err(|error| kind(&error)),
            component,
            plugin,
            policy: host.policy.location().describe(),
        })
    }

    fn json(&self) -> Value {
        let loaded = self.plugin.as_ref().ok();
        json!({
            "file": self.component.file,
            "size": self.component.bytes.len(),
            "digest": self.digest.to_string(),
            "kind": self.info.as_ref().err(),
            "imports": self.info.as_ref().ok().map(|it| &it.imports),
            "exports": self.info.as_ref().ok().map(|it| &it.exports),
            "plugin": loaded.map(|(plugin, _)| asks_json(plugin.descriptor())),
            "allowed": loaded.map(|(_, allowance)| json!({
                "origins": allowance.origins(),
                "claims": allowance.claims,
                "texts": allowance.policy.texts().collect::<Vec<_>>(),
                "headers": allowance.policy.headers().collect::<Vec<_>>(),
                "secret_headers": allowance.policy.secret_headers().collect::<Vec<_>>(),
                "labels": allowance.policy.labels().collect::<Vec<_>>(),
            })),
            "problem": self.plugin.as_ref().err().map(|it| &it.message),
        })
    }

    fn page(&self) -> Page {
        let page = Page::new()
            .line(self.component.describe())
            .item(
                2,
                14,
                "size",
                &format!("{} bytes", self.component.bytes.len()),
            )
            .item(2, 14, "digest", &self.digest.to_string());
        let page = match &self.info {
            Ok(info) => self.info_page(page, info),
            Err(kind) => page.item(2, 14, "kind", kind),
        };
        match &self.plugin {
            Ok((plugin, allowance)) => self.plugin_page(page, plugin, allowance),
            Err(_) => page,
        }
    }

    fn info_page(&self, page: Page, info: &ComponentInfo) -> Page {
        let interfaces: Vec<String> = info.exports.iter().map(|it| it.interface.clone()).collect();
        page.item(2, 14, "imports", &listed(&info.imports))
            .item(2, 14, "exports", &listed(&interfaces))
            .each(&info.exports, |page, export| {
                let functions = listed(&export.functions);
                page.item(2, 14, short(&export.interface), &functions)
            })
    }

    fn plugin_page(&self, page: Page, plugin: &Plugin, allowance: &Allowance) -> Page {
        let it = plugin.descriptor();
        let page = page
            .blank()
            .line(format!(
                "Credential plugin: {} ({} {})",
                it.title, it.id, it.version
            ))
            .item(2, 14, "asks to reach", &listed(&asked_origins(it)))
            .item(2, 14, "asks to read", &listed(&it.claims));
        reads(page, it)
            .item(2, 14, "may reach", &listed(&allowance.origins()))
            .item(2, 14, "may read", &listed(&allowance.claims))
            .item(2, 14, "asks as text", &listed(&asked_texts(it)))
            .item(2, 14, "kept secret", &listed(&allowance.form.withheld))
            .item(2, 14, "by the policy", &self.policy)
    }
}

/// What a file is whose imports and exports are not read.
fn kind(error: &LoadError) -> String {
    match error {
        LoadError::NotAComponent(kind) => kind.to_string(),
        LoadError::TooLarge { .. } => "larger than what is looked at".to_owned(),
        LoadError::OverLimits(_) => {
            "a WebAssembly component of more parts than are looked at".to_owned()
        }
        _ => "a WebAssembly component that cannot be read".to_owned(),
    }
}

fn no_plugin(error: LoadError) -> Report {
    let mut report = Report::from(error);
    // It would point to this very command.
    report.hint = report.hint.filter(|it| it != INSPECT);
    report
}

fn listed(items: &[String]) -> String {
    if items.is_empty() {
        return "nothing".to_owned();
    }
    items.join(", ")
}

/// An interface's name without its package and version.
fn short(interface: &str) -> &str {
    let name = interface.rsplit('/').next().unwrap_or(interface);
    name.split('@').next().unwrap_or(name)
}
