//! A plugin that was loaded: its description, and the operations one can begin with it.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::bindings::CredentialPluginPre;
use crate::component_info::ComponentInfo;
use crate::contract::{Descriptor, Settings};
use crate::convert;
use crate::descriptor::{self, Asked};
use crate::digest::Digest;
use crate::egress::{NamedHeaders, Origin, Policy};
use crate::error::LoadError;
use crate::http::{Exchange, Scope};
use crate::operation::Operation;
use crate::outlet::Outlet;
use crate::reading::{Permitted, Reading};
use crate::runtime::Inner;
use crate::slots::Caller;
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
    asked: Asked,
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
        let caller = Caller {
            plugin: digest,
            tenant: None,
        };
        let described = runtime
            .sandbox
            .call(
                &pre,
                ("credential/describe", &caller),
                &Outlet::closed(),
                |plugin, store| {
                    Box::pin(
                        plugin
                            .connector_credential_credential()
                            .call_describe(store),
                    )
                },
            )
            .await?;
        let descriptor = convert::descriptor(described);
        let asked = descriptor::check(&descriptor).map_err(LoadError::Descriptor)?;
        Ok(Self(Arc::new(Loaded {
            runtime,
            pre,
            digest,
            info,
            descriptor,
            asked,
        })))
    }

    /// What the plugin says of itself.
    #[must_use]
    pub fn descriptor(&self) -> &Descriptor {
        &self.0.descriptor
    }

    /// The origins that it asks to reach.
    pub fn origins(&self) -> impl Iterator<Item = &Origin> {
        self.0.asked.origins.iter()
    }

    /// A policy that allows all that it asks for: where everything goes to a mock, and to begin a real
    /// one with. Not for a plugin that one does not know.
    #[must_use]
    pub fn asked_policy(&self) -> Policy {
        let it = self.descriptor();
        let policy = self
            .origins()
            .cloned()
            .fold(Policy::nothing(), Policy::allow_origin);
        let policy = it.claims.iter().fold(policy, Policy::allow_claim);
        let policy = it.text_fields().fold(policy, Policy::allow_text);
        let headers = it.request_headers.iter();
        let policy = headers.fold(policy, |policy, it| policy.allow_header(it));
        let secret = it.secret_headers.iter();
        let policy = secret.fold(policy, |policy, it| policy.allow_secret_header(it));
        let labels = it.members.iter().filter(|it| it.reading == Reading::Label);
        labels.fold(policy, |policy, it| policy.allow_label(&it.pointer))
    }

    /// Those of them that are the service's API: where an access token may go.
    #[must_use]
    pub fn api_origins(&self) -> Vec<Origin> {
        let purposes = self.0.asked.purposes.iter();
        let apis = purposes.filter(|(_, purposes)| purposes.api);
        apis.map(|(origin, _)| origin.clone()).collect()
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
        self.operation_with_facts(settings, [], policy)
    }

    /// The same, with the facts that connecting brought
    /// ([`Tokens::facts`](crate::Tokens::facts)), by field. The plugin is told them as text, in fields of
    /// kind [`FieldKind::Learned`](crate::FieldKind::Learned) alone. A setting that somebody gave for such
    /// a field is told as a secret.
    #[must_use]
    pub fn operation_with_facts<'a>(
        &self,
        settings: &Settings,
        facts: impl IntoIterator<Item = (&'a str, &'a str)>,
        policy: &Arc<Policy>,
    ) -> Operation {
        let loaded = &self.0;
        let vault = Vault::new(&*loaded.runtime.randomness);
        let exchange = Exchange::new(
            self.scope(policy),
            Arc::clone(&loaded.runtime.transport),
            vault,
        );
        let recorder = loaded.runtime.sandbox.recorder.as_ref();
        let exchange = exchange.seen_by(recorder.map(|it| it.witness()));
        let settings = loaded.descriptor.with_facts(settings, facts);
        Operation::new(Arc::clone(loaded), &settings, exchange)
    }

    fn scope(&self, policy: &Arc<Policy>) -> Scope {
        let Loaded {
            descriptor, asked, ..
        } = &*self.0;
        let also_asked = |names: &BTreeSet<String>, asked: &[String]| -> BTreeSet<String> {
            let both = asked.iter().filter(|it| names.contains(*it));
            both.cloned().collect()
        };
        let permitted = Permitted {
            claims: also_asked(&policy.claims, &descriptor.claims),
            labels: policy.labels.clone(),
        };
        Scope {
            asked: Arc::clone(&asked.origins),
            purposes: Arc::clone(&asked.purposes),
            declaration: Arc::clone(&asked.declaration),
            headers: NamedHeaders {
                plain: also_asked(&policy.headers, &descriptor.request_headers),
                secret: also_asked(&policy.secret_headers, &descriptor.secret_headers),
            },
            permitted,
            policy: Arc::clone(policy),
        }
    }
}

impl Loaded {
    pub(crate) fn digest(&self) -> Digest {
        self.digest
    }

    pub(crate) fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }
}
