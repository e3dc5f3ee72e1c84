//! A plugin that was loaded: its description, and the operations one can begin with it.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::bindings::CredentialPluginPre;
use crate::component_info::ComponentInfo;
use crate::contract::{Descriptor, Settings};
use crate::convert;
use crate::descriptor;
use crate::digest::Digest;
use crate::egress::{Origin, Policy};
use crate::error::LoadError;
use crate::http::{Exchange, Scope};
use crate::operation::Operation;
use crate::runtime::Inner;
use crate::state::CallState;
use crate::vault::Vault;

/// A loaded plugin. Cheap to clone; to be used from as many tasks at once as one likes.
#[derive(Clone)]
pub struct Plugin(pub(crate) Arc<Loaded>);

pub(crate) struct Loaded {
    pub(crate) runtime: Arc<Inner>,
    pub(crate) pre: CredentialPluginPre<CallState>,
    digest: Digest,
    info: ComponentInfo,
    descriptor: Descriptor,
    origins: Vec<Origin>,
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("id", &self.0.descriptor.id)
            .field("digest", &self.0.info.digest)
            .finish_non_exhaustive()
    }
}

impl Plugin {
    pub(crate) async fn describe(
        runtime: Arc<Inner>,
        pre: CredentialPluginPre<CallState>,
        digest: Digest,
        info: ComponentInfo,
    ) -> Result<Self, LoadError> {
        let described = runtime
            .sandbox
            .call(&pre, "credential/describe", None, |plugin, store| {
                Box::pin(
                    plugin
                        .connector_credential_credential()
                        .call_describe(store),
                )
            })
            .await?;
        let descriptor = convert::descriptor(described);
        let origins = descriptor::check(&descriptor).map_err(LoadError::Descriptor)?;
        Ok(Self(Arc::new(Loaded {
            runtime,
            pre,
            digest,
            info,
            descriptor,
            origins,
        })))
    }

    /// What the plugin says of itself.
    #[must_use]
    pub fn descriptor(&self) -> &Descriptor {
        &self.0.descriptor
    }

    /// What the component imports and exports, its size and digest.
    #[must_use]
    pub fn info(&self) -> &ComponentInfo {
        &self.0.info
    }

    /// The component's name by its content: what a policy should be bound to.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.0.digest
    }

    /// Begins an operation on one credential: its settings, under the operator's policy for this
    /// plugin. The operation's secrets have names that mean nothing in any other.
    #[must_use]
    pub fn operation(&self, settings: &Settings, policy: &Arc<Policy>) -> Operation {
        let loaded = &self.0;
        let vault = Vault::new(&*loaded.runtime.randomness);
        let exchange = Exchange::new(
            self.scope(policy),
            Arc::clone(&loaded.runtime.transport),
            vault,
        );
        Operation::new(Arc::clone(loaded), settings, exchange)
    }

    fn scope(&self, policy: &Arc<Policy>) -> Scope {
        let asked: BTreeSet<&String> = self.0.descriptor.claims.iter().collect();
        let claims = policy
            .claims
            .iter()
            .filter(|claim| asked.contains(claim))
            .cloned()
            .collect();
        Scope {
            asked: self.0.origins.clone(),
            policy: Arc::clone(policy),
            claims,
        }
    }
}

impl Loaded {
    pub(crate) fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }
}
