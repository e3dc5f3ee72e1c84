//! The stored credentials of one tenant, and the plugins that work on them.

mod again;
mod explain;

use std::path::Path;
use std::sync::Arc;

use credential_connections::record::{Name, Tenant};
use credential_connections::service::{BuildError, Connections, Error, Installed, Standing};
use credential_connections::state::Diagnosis;
use credential_runtime::{Actor, Descriptor, Plugin, Policy, SetupStep};

use crate::credential_args::{InstalledArgs, StoreArgs};
use crate::ending;
use crate::exit::Exit;
use crate::host::{Component, Host};
use crate::output::talk;
use crate::policy::OperatorPolicy;
use crate::report::Report;
use crate::secret_source::Terminal;
use crate::settings::{Form, supplied_settings};
use crate::storage::{IfAbsent, Storage};
use crate::text::Page;

/// What a credential needs somebody for, though it may still give a token.
pub(crate) struct Needed {
    pub(crate) why: Diagnosis,
    /// Whether it is renewed, and only the last test of it failed.
    only_tested: bool,
}

/// The stored credentials of one tenant.
pub(crate) struct Stored {
    pub(crate) connections: Connections,
    pub(crate) tenant: Tenant,
    pub(crate) storage: Storage,
    /// The options that a suggested command needs besides, so that it works as this one did.
    again: String,
    /// Where no plugin is needed, none is loaded.
    plugins: Option<Plugins>,
}

/// The plugins that are installed, under the policy in force.
struct Plugins {
    policy: OperatorPolicy,
    installed: Vec<(Plugin, Arc<Policy>)>,
    with: Vec<Installed>,
}

impl Stored {
    /// For what needs no plugin, in a store that exists.
    pub(crate) async fn open(args: &StoreArgs) -> Result<Self, Report> {
        Self::build(args, None, IfAbsent::Refuse).await
    }

    /// The same; makes the store where there is none.
    pub(crate) async fn open_or_make(args: &StoreArgs) -> Result<Self, Report> {
        Self::build(args, None, IfAbsent::Make).await
    }

    /// With plugins, in a store that exists. What protects comes first: the policy before the plugins, and
    /// these before the store.
    pub(crate) async fn with_plugins(
        args: &StoreArgs,
        with: &InstalledArgs,
    ) -> Result<Self, Report> {
        Self::build(args, Some(with), IfAbsent::Refuse).await
    }

    /// The same; makes the store where there is none.
    pub(crate) async fn with_plugins_or_make(
        args: &StoreArgs,
        with: &InstalledArgs,
    ) -> Result<Self, Report> {
        Self::build(args, Some(with), IfAbsent::Make).await
    }

    async fn build(
        args: &StoreArgs,
        with: Option<&InstalledArgs>,
        absent: IfAbsent,
    ) -> Result<Self, Report> {
        let plugins = match with {
            Some(with) => Some(Plugins::load(with).await?),
            None => None,
        };
        let storage = Storage::open(args, absent).await?;
        let builder = Connections::builder(Arc::clone(&storage.store));
        let installed = plugins.iter().flat_map(|it| it.with.iter().cloned());
        let built = installed
            .fold(builder, |builder, it| builder.plugin(it))
            .build();
        let connections = built.map_err(not_built)?;
        ending::waits_for(&connections);
        Ok(Self {
            connections,
            tenant: args.tenant.clone(),
            storage,
            again: again::options(args, with),
            plugins,
        })
    }

    /// A command on a credential that works where this one did, as it is typed in a shell.
    pub(crate) fn suggest(&self, what: &str, name: &Name) -> String {
        self.suggest_with(what, name, "")
    }

    /// The same, with `options` of its own, each with a blank before it.
    pub(crate) fn suggest_with(&self, what: &str, name: &Name, options: &str) -> String {
        format!("harness {what} {}{options}{}", quoted(name), self.again)
    }

    /// What a credential needs somebody for, where it does.
    pub(crate) async fn needs_somebody(&self, name: &Name) -> Result<Option<Needed>, Report> {
        let found = self
            .connections
            .store()
            .get_by_name(&self.tenant, name)
            .await;
        let record = found.map_err(|error| explain::of_store(error, Some(name)))?;
        let standing = Standing::of(&record.overview);
        let standing = standing.map_err(|error| explain::explain(self, Some(name), error))?;
        let needed = |why: &Diagnosis| Needed {
            why: why.clone(),
            only_tested: standing.failed_test().is_some(),
        };
        Ok(standing.needs_somebody().map(needed))
    }

    /// A token that is handed out says nothing of the next one, nor of what the service accepts: where
    /// there will be none, or the last test failed, that is told.
    pub(crate) fn warn(&self, name: &Name, needed: &Needed) {
        let what = if needed.only_tested {
            "is renewed, but its last test failed"
        } else {
            "still works, but only until its token ends"
        };
        let needed = &needed.why;
        let text = format!("{name} {what}. {}", needed.message);
        let page = Page::new()
            .item(0, 8, "warning:", &format!("{text} ({})", needed.code))
            .each(&needed.hint, |page, hint| page.item(0, 5, "hint:", hint))
            .item(0, 9, "who acts:", Actor::from(needed.actor).describe());
        talk(&page);
    }

    /// The form and the guide of the plugin of that id, where it is installed.
    pub(crate) fn descriptor(&self, plugin_id: &str) -> Option<&Descriptor> {
        let installed = self.connections.plugin(plugin_id).ok()?;
        Some(installed.plugin().descriptor())
    }

    /// The plugin that was named last; the one that is built in, where none was.
    pub(crate) fn preferred(&self) -> Option<&Installed> {
        self.plugins.as_ref()?.with.last()
    }

    /// The plugin's form as it is filled in under the policy in force.
    pub(crate) fn form(installed: &Installed) -> Form {
        Form::of(installed.plugin(), installed.policy())
    }

    /// What the operator allows the plugin of that id.
    pub(crate) fn policy(
        &self,
        plugin_id: &str,
    ) -> Option<(&Plugin, &Arc<Policy>, &OperatorPolicy)> {
        let plugins = self.plugins.as_ref()?;
        let (plugin, policy) = plugins.of(plugin_id)?;
        Some((plugin, policy, &plugins.policy))
    }

    /// The plugin's step that puts it right, where the plugin is installed.
    pub(crate) fn setup_step(&self, diagnosis: &Diagnosis) -> Option<&SetupStep> {
        let id = diagnosis.setup_step.as_deref()?;
        let mut installed = self.connections.plugins();
        installed.find_map(|it| it.plugin().descriptor().setup_step(id))
    }

    /// The id of a credential's plugin.
    pub(crate) async fn plugin_id(&self, name: &Name) -> Result<String, Report> {
        let store = self.connections.store();
        let found = store.get_by_name(&self.tenant, name).await;
        let record = found.map_err(|error| explain::of_store(error, Some(name)))?;
        Ok(record.overview.plugin.id)
    }

    /// What came of something done with a credential; an error as a person is told it.
    pub(crate) async fn told<T>(&self, name: &Name, result: Result<T, Error>) -> Result<T, Report> {
        match result {
            Ok(value) => Ok(value),
            Err(error) => Err(self.explain(name, error).await),
        }
    }

    /// What an error on a credential means to a person.
    pub(crate) async fn explain(&self, name: &Name, error: Error) -> Report {
        match error {
            Error::Plugin(error) => {
                let plugin = self.plugin_id(name).await.ok();
                explain::of_plugin(self, plugin.as_deref(), error)
            }
            error => explain::explain(self, Some(name), error),
        }
    }

    /// What an error on no credential in particular means to a person.
    pub(crate) fn explain_in_general(&self, error: Error) -> Report {
        explain::explain(self, None, error)
    }
}

impl Plugins {
    async fn load(args: &InstalledArgs) -> Result<Self, Report> {
        let host = Host::start(args.under.policy.as_deref())?;
        let files = args.plugins.iter().map(|it| Some(it.as_path()));
        let (mut installed, mut with) = (Vec::new(), Vec::new());
        for file in std::iter::once(None).chain(files) {
            let (plugin, policy, one) = install(&host, file, args).await?;
            installed.push((plugin, policy));
            with.push(one);
        }
        Ok(Self {
            policy: host.policy,
            installed,
            with,
        })
    }

    fn of(&self, id: &str) -> Option<&(Plugin, Arc<Policy>)> {
        let mut all = self.installed.iter();
        all.find(|(plugin, _)| plugin.descriptor().id == id)
    }
}

fn not_built(error: BuildError) -> Report {
    let message = error.to_string();
    match error {
        BuildError::SamePlugin { .. } => Report::new(Exit::Plugin, message)
            .hint("leave one of the two out: a credential of one would be handed to the other")
            .actor(Actor::Platform),
        _ => Report::machine(message),
    }
}

async fn install(
    host: &Host,
    file: Option<&Path>,
    args: &InstalledArgs,
) -> Result<(Plugin, Arc<Policy>, Installed), Report> {
    let component = Component::open(file)?;
    let plugin = host.load(&component).await?;
    let allowance = host.policy.allowance(&plugin, args.to.mock.as_ref())?;
    let platform = supplied_settings(&allowance.supply, &Terminal)?;
    let policy = allowance.policy;
    let installed = Installed::new(plugin.clone(), Arc::clone(&policy)).supplying(platform);
    Ok((plugin, policy, installed))
}

/// A name as it is typed in a shell.
pub(crate) fn quoted(name: &Name) -> String {
    again::quote(name.as_str())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain("Production", "Production")]
    #[case::blanks("Zweigstelle Köln", "'Zweigstelle Köln'")]
    #[case::a_quote("Dana's", r"'Dana'\''s'")]
    #[case::a_command("x; rm y", "'x; rm y'")]
    fn a_name_can_be_copied_into_a_shell(#[case] name: &str, #[case] expected: &str) {
        assert_eq!(quoted(&name.parse().unwrap()), expected);
    }
}
