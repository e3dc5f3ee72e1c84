//! A runtime under the operator's policy, and the component to work with.

use std::borrow::Cow;
use std::env;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use credential_runtime::{
    Actor, Compiler, LoadError, MappingTarget, Operation, Plugin, Proxy, Runtime, RuntimeBuilder,
    Settings, StartError,
};

use crate::credential_file::CredentialFile;
use crate::exit::Exit;
use crate::folders;
use crate::policy::{Allowance, OperatorPolicy, ProxyEntry, unused_variable};
use crate::report::Report;
use crate::secret_source::Terminal;
use crate::settings::fill_in;

/// A file larger than this is not looked at, whatever the limit for a component is.
const MOST_FILE_BYTES: u64 = 256 << 20;

/// The sandbox, set up as the policy says.
pub(crate) struct Host {
    pub(crate) policy: OperatorPolicy,
    pub(crate) runtime: Runtime,
}

/// A component's bytes.
pub(crate) struct Component {
    pub(crate) bytes: Cow<'static, [u8]>,
    /// Where it was read from; absent for the one that is built in.
    pub(crate) file: Option<PathBuf>,
}

/// Why a component cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be read: {source}", path.display())]
pub(crate) struct ComponentError {
    path: PathBuf,
    source: private_files::FileError,
}

/// Why the runtime does not start.
#[derive(Debug, thiserror::Error)]
#[error("{source}")]
pub(crate) struct HostError {
    source: StartError,
    /// Whether the policy asked for something unusual, which may be why.
    pub(crate) policy_is_suspect: bool,
}

impl Component {
    /// The file's, or the one that is built in.
    pub(crate) fn open(file: Option<&Path>) -> Result<Self, ComponentError> {
        let bytes = match file {
            None => Cow::Borrowed(intacct_component::COMPONENT),
            Some(path) => {
                let bytes = private_files::read_regular(path, MOST_FILE_BYTES);
                let mut bytes = bytes.map_err(|source| ComponentError {
                    path: path.to_owned(),
                    source,
                })?;
                Cow::Owned(std::mem::take(&mut *bytes))
            }
        };
        let file = file.map(Path::to_owned);
        Ok(Self { bytes, file })
    }

    /// In words, for a person.
    pub(crate) fn describe(&self) -> String {
        match &self.file {
            Some(path) => path.display().to_string(),
            None => "the plugin that is built in".to_owned(),
        }
    }
}

/// A variable that names a proxy which is not used, and the policy that could name it.
static UNUSED_PROXY: OnceLock<(&str, String)> = OnceLock::new();

impl Report {
    /// Says so where the service could not be reached: most likely it can be reached through that proxy alone.
    pub(crate) fn with_unused_proxy(self) -> Self {
        let unreached = self.exit == Exit::Unavailable && self.actor == Some(Actor::Platform);
        match UNUSED_PROXY.get().filter(|_| unreached) {
            Some((variable, policy)) => self.with_proxy_of(variable, policy),
            None => self,
        }
    }

    fn with_proxy_of(mut self, variable: &str, policy: &str) -> Self {
        let told = format!(
            "{variable} names a proxy, and no variable is followed: if the service is reached through it alone, \
             write `proxy = \"http://HOST:PORT\"` into {policy}"
        );
        let before = self
            .hint
            .take()
            .map(|hint| match hint.trim_end().strip_suffix('.') {
                Some(sentence) => format!("{sentence}. "),
                None => format!("{hint}; "),
            });
        self.hint(before.unwrap_or_default() + &told)
    }
}

impl Host {
    /// Reads the policy and sets the runtime up.
    pub(crate) fn start(policy: Option<&Path>) -> Result<Self, Report> {
        let policy = OperatorPolicy::in_force(policy)?;
        tracing::info!(policy = policy.location().describe(), "policy in force");
        let is_set = |name: &str| env::var_os(name).is_some_and(|it| !it.is_empty());
        if let (None, Some(variable)) = (&policy.proxy, unused_variable(is_set)) {
            UNUSED_PROXY.get_or_init(|| (variable, policy.location().where_to_write()));
            tracing::info!(
                variable,
                "a proxy is named by a variable and not used; write `proxy` into the policy"
            );
        }
        let runtime = start(&policy)?;
        Ok(Self { policy, runtime })
    }

    /// Loads a component as a plugin.
    pub(crate) async fn load(&self, component: &Component) -> Result<Plugin, LoadError> {
        let plugin = self.runtime.load(&component.bytes).await?;
        tracing::info!(digest = %plugin.digest(), id = plugin.descriptor().id, "plugin loaded");
        Ok(plugin)
    }
}

fn start(policy: &OperatorPolicy) -> Result<Runtime, Report> {
    let proxy = policy.proxy.as_ref().map(ProxyEntry::open).transpose()?;
    let builder = || builder(policy, proxy.as_ref());
    let cache = folders::base("XDG_CACHE_HOME", ".cache", |name| env::var_os(name));
    let cache = cache.map(|it| it.join("credential-harness").join("plugins"));
    let built = match cache {
        Some(folder) => builder().cache(folder).build(),
        None => builder().build(),
    };
    let built = match built {
        Err(StartError::Cache(error)) => {
            tracing::info!(%error, "compiled plugins are not kept");
            builder().build()
        }
        other => other,
    };
    let error = |source| HostError {
        source,
        policy_is_suspect: policy.asks_for_something_unusual(),
    };
    Ok(built.map_err(error)?)
}

fn builder(policy: &OperatorPolicy, proxy: Option<&Proxy>) -> RuntimeBuilder {
    let builder = compiling_in_child(Runtime::builder().limits(policy.limits.clone()));
    let builder = proxy
        .cloned()
        .into_iter()
        .fold(builder, RuntimeBuilder::proxy);
    policy
        .trust
        .iter()
        .fold(builder, |builder, root| builder.trust(root.clone()))
}

/// With this program as the child process that compiles: nobody vouches for a component yet.
pub(crate) fn compiling_in_child(builder: RuntimeBuilder) -> RuntimeBuilder {
    match Compiler::this_program() {
        Ok(compiler) => builder.compiler(compiler),
        Err(error) => {
            tracing::warn!(%error, "this program is not found; components are compiled without limits");
            builder
        }
    }
}

/// A plugin under the policy, and a credential's settings for it.
pub(crate) struct Stage {
    pub(crate) host: Host,
    pub(crate) plugin: Plugin,
    pub(crate) allowance: Allowance,
    /// The credential's own name.
    pub(crate) name: String,
    pub(crate) settings: Settings,
}

/// What a stage is set with.
pub(crate) struct Props<'a> {
    pub(crate) policy: Option<&'a Path>,
    pub(crate) plugin: Option<&'a Path>,
    pub(crate) mock: Option<&'a MappingTarget>,
    pub(crate) credential: &'a Path,
    /// Whether the command is of use only where the plugin may reach the service.
    pub(crate) needs_reach: bool,
}

impl Stage {
    /// Policy, plugin and credential, in this order: what protects comes first, and nobody is asked
    /// for a secret before it is clear that it can be used.
    pub(crate) async fn set(props: Props<'_>) -> Result<Self, Report> {
        let host = Host::start(props.policy)?;
        let component = Component::open(props.plugin)?;
        let plugin = host.load(&component).await?;
        let allowance = host.policy.allowance(&plugin, props.mock)?;
        if props.needs_reach {
            host.policy.require_reach(&plugin, &allowance.policy)?;
        }
        let file = CredentialFile::open(props.credential).map_err(Report::of_credential_file)?;
        let settings = fill_in(&file, &allowance.form, &allowance.supply, &Terminal)?;
        Ok(Self {
            host,
            plugin,
            allowance,
            name: file.name,
            settings,
        })
    }

    /// An operation on the credential.
    pub(crate) fn operation(&self) -> Operation {
        self.plugin
            .operation(&self.settings, &self.allowance.policy)
    }

    /// What a plugin's refusal means to a person, with the plugin's own guide at hand.
    pub(crate) fn explain(&self, error: credential_runtime::Error) -> Report {
        Report::of_operation(error, &self.plugin, &self.host.policy)
    }
}
