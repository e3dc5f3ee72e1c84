//! What a component asks for and offers, read without running or compiling it, and whether that is what the
//! contract says.

use serde::Serialize;
use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use crate::digest::Digest;
use crate::error::{LoadError, one_line};
use crate::loading::Scan;

/// The package and version of the contract that this host speaks.
pub const CONTRACT: &str = "connector:credential@0.2.0";
/// The one interface that a plugin may import for what it does.
pub const HTTP_IMPORT: &str = "connector:credential/http@0.2.0";
/// The interface of types that the other one uses.
pub const TYPES_IMPORT: &str = "connector:credential/types@0.2.0";
/// The interfaces that every plugin exports.
const EXPORTS: [&str; 3] = ["credential", "oauth", "connection"];

/// A component from the outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComponentInfo {
    /// In bytes.
    pub size: usize,
    /// `sha256:…`.
    pub digest: String,
    /// The names of its imports.
    pub imports: Vec<String>,
    /// The names of its exports, each with its functions.
    pub exports: Vec<Export>,
}

/// An exported interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Export {
    /// The interface, with its version.
    pub interface: String,
    /// Its functions.
    pub functions: Vec<String>,
}

impl ComponentInfo {
    pub(crate) fn of(scan: &Scan, digest: &Digest, size: usize) -> Self {
        Self {
            size,
            digest: digest.to_string(),
            imports: scan.imports.clone(),
            exports: scan.exports.clone(),
        }
    }

    /// Holds the names of what it imports, and of what it exports in another version, against the contract.
    pub(crate) fn check_names(&self, canonical_names: &[String]) -> Result<(), LoadError> {
        let canonical = shown(canonical_names.iter().filter(|it| is_contracts(it)));
        if !canonical.is_empty() {
            return Err(LoadError::CanonicalNames(canonical));
        }
        let imports = self.forbidden_imports();
        if imports.iter().any(|it| !is_other_version(it)) {
            return Err(LoadError::ForbiddenImports(shown(imports)));
        }
        let is_complete = self.missing_exports().is_empty();
        let others = self.exports.iter().map(|it| &it.interface);
        let others = others.filter(|it| !is_complete && is_other_version(it));
        let other_versions = shown(imports.into_iter().chain(others));
        if !other_versions.is_empty() {
            return Err(LoadError::OtherVersion(other_versions));
        }
        Ok(())
    }

    /// Holds the names of what it exports against the contract.
    pub(crate) fn check_exports(&self) -> Result<(), LoadError> {
        let missing = self.missing_exports();
        if missing.is_empty() {
            return Ok(());
        }
        let missing = missing.join(", ");
        Err(LoadError::NotAPlugin(format!(
            "it does not export {missing}"
        )))
    }

    /// The imports that a plugin may not have.
    fn forbidden_imports(&self) -> Vec<&String> {
        let allowed = |name: &&String| *name != HTTP_IMPORT && *name != TYPES_IMPORT;
        self.imports.iter().filter(allowed).collect()
    }

    /// The interfaces that every plugin exports and this component does not.
    fn missing_exports(&self) -> Vec<String> {
        let (package, version) = contract();
        let interfaces = EXPORTS.iter().map(|it| format!("{package}/{it}@{version}"));
        let exported = |name: &String| self.exports.iter().any(|it| it.interface == *name);
        interfaces.filter(|it| !exported(it)).collect()
    }

    /// A resource among the interfaces: the contract has none, and a host that is handed one would
    /// keep it.
    pub(crate) fn resource(engine: &Engine, component: &Component) -> Option<String> {
        let ty = component.component_type();
        let imports = ty.imports(engine).map(|(name, item)| (name, item.ty));
        let exports = ty.exports(engine).map(|(name, item)| (name, item.ty));
        imports
            .chain(exports)
            .find_map(|(name, item)| resource_in(engine, name, &item))
    }
}

/// The contract's package and its version.
pub(crate) fn contract() -> (&'static str, &'static str) {
    CONTRACT.split_once('@').unwrap_or((CONTRACT, ""))
}

/// Whether it names an interface of the contract's package, in whichever version.
fn is_contracts(name: &str) -> bool {
    let rest = name.strip_prefix(contract().0);
    rest.is_some_and(|it| it.starts_with('/'))
}

/// Whether it names an interface of the contract's package in another version than this host's.
fn is_other_version(name: &str) -> bool {
    let version = name.split_once('@').map(|(_, version)| version);
    is_contracts(name) && version != Some(contract().1)
}

/// Names from a component, as a message has them: a few, and without line breaks.
fn shown<'a>(names: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    const MOST: usize = 16;
    let mut names = names.into_iter();
    let mut shown: Vec<String> = names.by_ref().take(MOST).map(|it| one_line(it)).collect();
    let more = names.count();
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    shown
}

fn resource_in(engine: &Engine, name: &str, item: &ComponentItem) -> Option<String> {
    match item {
        ComponentItem::Resource(_) => Some(name.to_owned()),
        ComponentItem::ComponentInstance(instance) => instance
            .exports(engine)
            .find_map(|(inner, item)| resource_in(engine, inner, &item.ty))
            .map(|inner| format!("{name}#{inner}")),
        _ => None,
    }
}
