//! The runtime: an engine, an HTTP client and the bounds, shared by every plugin and every call.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use tokio::sync::Semaphore;
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

use crate::bindings::CredentialPluginPre;
use crate::cache::Cache;
use crate::call::Sandbox;
use crate::component_info::ComponentInfo;
use crate::digest::Digest;
use crate::engine::{self, Allocation, Recorded};
use crate::error::{LoadError, StartError, one_line};
use crate::http::{Lookup, Proxy, SystemLookup, Transport};
use crate::limits::Limits;
use crate::loading::{Compiler, CompilerError, Scan};
use crate::plugin::Plugin;
use crate::randomness::{Randomness, SystemRandomness};
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
    compiler: Compiler,
    /// Held while a component is compiled: one at a time takes enough time and memory.
    compiling: Arc<Semaphore>,
}

/// Sets a [`Runtime`] up.
#[derive(Default)]
pub struct RuntimeBuilder {
    limits: Limits,
    cache: Option<PathBuf>,
    compiler: Compiler,
    roots: Vec<CertificateDer<'static>>,
    lookup: Option<Arc<dyn Lookup>>,
    proxy: Option<Proxy>,
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

    /// Where components are compiled; [`Compiler::InProcess`] otherwise, which is for components that one
    /// trusts to some degree.
    #[must_use]
    pub fn compiler(mut self, compiler: Compiler) -> Self {
        self.compiler = compiler;
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

    /// Sends what goes to the public internet through this forward proxy. Proxies that the environment
    /// names are not used.
    #[must_use]
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.proxy = Some(proxy);
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
        let transport = Transport::new(
            self.limits.http.clone(),
            lookup,
            &self.roots,
            self.proxy.as_ref(),
        )?;
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
            compiler: self.compiler,
            compiling: Arc::new(Semaphore::new(1)),
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

    /// Reads what a component imports and exports, whatever that is, without compiling or running it.
    ///
    /// # Errors
    ///
    /// [`LoadError::TooLarge`], [`LoadError::NotAComponent`], [`LoadError::Invalid`] where it cannot be read, and
    /// [`LoadError::OverLimits`] where it has more entries than are read.
    pub async fn inspect(&self, bytes: &[u8]) -> Result<ComponentInfo, LoadError> {
        Ok(self.scan(bytes).await?.1)
    }

    /// Loads a plugin: holds what it is made of against the bounds, its imports and exports against the
    /// contract, compiles it, and lets it describe itself.
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
        let (scan, info) = self.scan(bytes).await?;
        info.check_names(&scan.canonical_names)?;
        scan.check(&self.0.sandbox.limits)?;
        info.check_exports()?;
        let digest = Digest::of(bytes);
        let component = self.compile(&digest, bytes).await?;
        if let Some(resource) = ComponentInfo::resource(&self.0.sandbox.engine, &component) {
            return Err(LoadError::NotAPlugin(format!(
                "it has the resource `{resource}`, and the contract has none"
            )));
        }
        let not_a_plugin =
            |error: wasmtime::Error| LoadError::NotAPlugin(one_line(&format!("{error:#}")));
        let pre = self
            .0
            .linker
            .instantiate_pre(&component)
            .map_err(not_a_plugin)?;
        let pre = CredentialPluginPre::new(pre).map_err(not_a_plugin)?;
        Plugin::describe(Arc::clone(&self.0), pre, digest, info).await
    }

    async fn scan(&self, bytes: &[u8]) -> Result<(Scan, ComponentInfo), LoadError> {
        let limits = &self.0.sandbox.limits;
        let size = bytes.len();
        if size > limits.component_bytes {
            return Err(LoadError::TooLarge {
                size,
                limit: limits.component_bytes,
            });
        }
        let inner = Arc::clone(&self.0);
        let bytes = bytes.to_vec();
        // Some milliseconds.
        blocking(move || {
            let scan = Scan::of(&bytes, &inner.sandbox.limits)?;
            let info = ComponentInfo::of(&scan, &Digest::of(&bytes), size);
            Ok((scan, info))
        })
        .await
    }

    /// The machine code that is kept, else compiled now: a tenth of a second and more.
    async fn compile(&self, digest: &Digest, bytes: &[u8]) -> Result<Component, LoadError> {
        let inner = Arc::clone(&self.0);
        let entry = Cache::entry(&inner.sandbox.engine, digest);
        if let Some(component) = Self::kept(&inner, &entry).await? {
            return Ok(component);
        }
        let turn = Arc::clone(&inner.compiling).acquire_owned().await;
        let bytes = bytes.to_vec();
        blocking(move || {
            // Given back when compiling has ended, even if nobody waits for it any more.
            let _turn = turn;
            // Whoever had the turn before may have compiled the same.
            let cached = inner
                .cache
                .as_ref()
                .map(|it| it.load(&inner.sandbox.engine, &entry));
            match cached {
                Some(Ok(Some(component))) => Ok(component),
                _ => inner.compile(&entry, &bytes),
            }
        })
        .await
    }

    async fn kept(inner: &Arc<Inner>, entry: &str) -> Result<Option<Component>, LoadError> {
        let (cache, name) = (Arc::clone(inner), entry.to_owned());
        let kept = blocking(move || {
            let cached = cache
                .cache
                .as_ref()
                .map(|it| it.load(&cache.sandbox.engine, &name));
            Ok(cached.unwrap_or(Ok(None)))
        });
        Ok(kept.await?.unwrap_or_else(|error| {
            tracing::warn!(
                entry,
                error,
                "a compiled plugin cannot be used; it is compiled again"
            );
            None
        }))
    }
}

/// Work that would hold up an async thread.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LoadError> + Send + 'static,
) -> Result<T, LoadError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(CompilerError::Panicked(one_line(&error.to_string())).into()))
}

impl Inner {
    fn compile(&self, entry: &str, bytes: &[u8]) -> Result<Component, LoadError> {
        let Sandbox {
            engine,
            limits,
            recorder,
            ..
        } = &self.sandbox;
        let recorded = Recorded::by(recorder.as_ref(), limits);
        let compiled = self
            .compiler
            .compile(engine, recorded, &limits.compile, bytes)?;
        if let Some(cache) = &self.cache {
            cache.store(entry, &compiled);
        }
        machine_code(engine, &compiled)
            .map_err(|error| CompilerError::Ended(one_line(&format!("{error:#}"))).into())
    }
}

/// Takes over what the compiler has just given.
#[expect(unsafe_code, reason = "what is taken over runs as machine code")]
fn machine_code(engine: &Engine, compiled: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: `compiled` was made by `Engine::precompile_component`, in this process or in the child that the
    // embedder named as its own, from a component that was scanned; wasmtime checks that it fits this engine.
    unsafe { Component::deserialize(engine, compiled) }
}
