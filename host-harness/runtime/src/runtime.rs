//! The runtime: an engine, an HTTP client and the bounds, shared by every plugin and every call.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use wasmtime::component::{Component, Linker};

use crate::bindings::CredentialPluginPre;
use crate::cache::Cache;
use crate::call::Sandbox;
use crate::digest::Digest;
use crate::engine::{self, Allocation};
use crate::error::{LoadError, StartError};
use crate::http::{Lookup, SystemLookup, Transport};
use crate::limits::Limits;
use crate::plugin::Plugin;
use crate::randomness::{Randomness, SystemRandomness};
use crate::shape::Shape;
use crate::slots::Slots;
use crate::state::{self, CallState};
use crate::witness::{Recorder, Witness};

/// Runs credential plugins. Cheap to clone; every clone is the same runtime.
#[derive(Clone)]
pub struct Runtime(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) sandbox: Sandbox,
    pub(crate) transport: Arc<Transport>,
    pub(crate) randomness: Arc<dyn Randomness>,
    linker: Linker<CallState>,
    allocation: Allocation,
    cache: Option<Cache>,
}

/// Sets a [`Runtime`] up.
#[derive(Default)]
pub struct RuntimeBuilder {
    limits: Limits,
    cache: Option<PathBuf>,
    roots: Vec<CertificateDer<'static>>,
    lookup: Option<Arc<dyn Lookup>>,
    randomness: Option<Arc<dyn Randomness>>,
    witness: Option<Arc<dyn Witness>>,
}

impl RuntimeBuilder {
    /// The bounds that calls run within; [`Limits::default`] otherwise.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Keeps compiled plugins in this directory, which must be its owner's alone.
    #[must_use]
    pub fn cache(mut self, directory: impl Into<PathBuf>) -> Self {
        self.cache = Some(directory.into());
        self
    }

    /// Trusts a certificate authority (DER) besides the machine's own: a company's own, or a
    /// test's.
    #[must_use]
    pub fn trust(mut self, root: impl Into<Vec<u8>>) -> Self {
        self.roots.push(CertificateDer::from(root.into()));
        self
    }

    /// Looks names up otherwise than by the operating system.
    #[must_use]
    pub fn lookup(mut self, lookup: impl Lookup) -> Self {
        self.lookup = Some(Arc::new(lookup));
        self
    }

    /// Draws randomness otherwise than from the operating system: for tests.
    #[must_use]
    pub fn randomness(mut self, randomness: impl Randomness + 'static) -> Self {
        self.randomness = Some(Arc::new(randomness));
        self
    }

    /// Shows every call's memory to a witness. Calls take turns then, and cost more.
    #[must_use]
    pub fn witness(mut self, witness: Arc<dyn Witness>) -> Self {
        self.witness = Some(witness);
        self
    }

    /// Sets the runtime up.
    ///
    /// # Errors
    ///
    /// What protects and cannot be had stops the start: a sandbox, a private cache directory.
    pub fn build(self) -> Result<Runtime, StartError> {
        let recorder = self.witness.map(Recorder::new);
        let sandbox_error = |error: wasmtime::Error| StartError::Sandbox(format!("{error:#}"));
        let (engine, allocation) =
            engine::build(&self.limits, recorder.as_ref()).map_err(sandbox_error)?;
        engine::start_clock(&engine).map_err(|error| StartError::Sandbox(error.to_string()))?;
        let mut linker = Linker::new(&engine);
        state::link(&mut linker).map_err(sandbox_error)?;
        let lookup = self.lookup.unwrap_or_else(|| Arc::new(SystemLookup));
        let transport = Transport::new(self.limits.http.clone(), lookup, &self.roots)?;
        let slots = Slots::new(self.limits.concurrent_calls);
        Ok(Runtime(Arc::new(Inner {
            sandbox: Sandbox {
                engine,
                limits: self.limits,
                slots,
                recorder,
            },
            transport: Arc::new(transport),
            randomness: self
                .randomness
                .unwrap_or_else(|| Arc::new(SystemRandomness)),
            linker,
            allocation,
            cache: self.cache.map(|path| Cache::open(&path)).transpose()?,
        })))
    }
}

impl Runtime {
    /// Begins to set a runtime up.
    #[must_use]
    pub fn builder() -> RuntimeBuilder {
        RuntimeBuilder::default()
    }

    /// How instances get their memory on this machine.
    #[must_use]
    pub fn allocation(&self) -> Allocation {
        self.0.allocation
    }

    /// Reads what a component imports and exports, whatever that is, without running it.
    ///
    /// # Errors
    ///
    /// [`LoadError::TooLarge`] and [`LoadError::NotAComponent`].
    pub async fn inspect(&self, bytes: &[u8]) -> Result<Shape, LoadError> {
        Ok(self.compile(bytes).await?.1)
    }

    /// Loads a plugin: compiles it, holds its imports and exports against the contract, and lets it
    /// describe itself.
    ///
    /// # Errors
    ///
    /// Every case of [`LoadError`] but `Digest`.
    pub async fn load(&self, bytes: &[u8]) -> Result<Plugin, LoadError> {
        let outcome = self.load_plugin(bytes).await;
        match &outcome {
            // The call that failed has been told of.
            Ok(_) | Err(LoadError::Describe(_)) => {}
            Err(error) => tracing::warn!(%error, "a component was refused"),
        }
        outcome
    }

    async fn load_plugin(&self, bytes: &[u8]) -> Result<Plugin, LoadError> {
        let (component, shape) = self.compile(bytes).await?;
        let forbidden = shape.forbidden_imports();
        if !forbidden.is_empty() {
            let names = forbidden.iter().map(|it| it.escape_debug().to_string());
            return Err(LoadError::ForbiddenImports(names.collect()));
        }
        if let Some(resource) = Shape::resource(&self.0.sandbox.engine, &component) {
            return Err(LoadError::NotAPlugin(format!(
                "it has the resource `{resource}`, and the contract has none"
            )));
        }
        let not_a_plugin = |error: wasmtime::Error| LoadError::NotAPlugin(reason(&error));
        let pre = self
            .0
            .linker
            .instantiate_pre(&component)
            .map_err(not_a_plugin)?;
        let pre = CredentialPluginPre::new(pre).map_err(not_a_plugin)?;
        Plugin::describe(Arc::clone(&self.0), pre, Digest::of(bytes), shape).await
    }

    /// Compiling takes a core for a tenth of a second and more, so not on an async thread.
    async fn compile(&self, bytes: &[u8]) -> Result<(Component, Shape), LoadError> {
        let limit = self.0.sandbox.limits.component_bytes;
        if bytes.len() > limit {
            return Err(LoadError::TooLarge {
                size: bytes.len(),
                limit,
            });
        }
        let inner = Arc::clone(&self.0);
        let bytes = bytes.to_vec();
        tokio::task::spawn_blocking(move || inner.compile(&bytes))
            .await
            .map_err(|error| LoadError::NotAComponent(error.to_string()))?
    }
}

impl Inner {
    fn compile(&self, bytes: &[u8]) -> Result<(Component, Shape), LoadError> {
        let engine = &self.sandbox.engine;
        let digest = Digest::of(bytes);
        let compiled = match &self.cache {
            Some(cache) => cache.compile(engine, &digest, bytes),
            None => Component::from_binary(engine, bytes),
        };
        let component = compiled.map_err(|error| LoadError::NotAComponent(reason(&error)))?;
        let shape = Shape::of(engine, &component, &digest, bytes.len());
        Ok((component, shape))
    }
}

/// Why wasmtime refuses a component, on one line of bounded length: it quotes the component, and a log
/// is read by lines.
fn reason(error: &wasmtime::Error) -> String {
    const MOST_CHARACTERS: usize = 1000;
    let text = format!("{error:#}");
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    let harmless = line.chars().filter(|c| !c.is_control());
    harmless.take(MOST_CHARACTERS).collect()
}
