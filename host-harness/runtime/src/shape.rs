//! What a component asks for and offers, read without running it.

use serde::Serialize;
use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use crate::digest::Digest;

/// The package and version of the contract that this host speaks.
pub const CONTRACT: &str = "connector:credential@0.2.0";
/// The one interface that a plugin may import for what it does.
pub const HTTP_IMPORT: &str = "connector:credential/http@0.2.0";
/// The interface of types that the other one uses.
pub const TYPES_IMPORT: &str = "connector:credential/types@0.2.0";

/// A component from the outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shape {
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

impl Shape {
    pub(crate) fn of(engine: &Engine, component: &Component, digest: &Digest, size: usize) -> Self {
        let ty = component.component_type();
        let imports = ty
            .imports(engine)
            .map(|(name, _)| name.to_owned())
            .collect();
        let exports = ty
            .exports(engine)
            .map(|(name, item)| Export {
                interface: name.to_owned(),
                functions: functions(engine, &item.ty),
            })
            .collect();
        Self {
            size,
            digest: digest.to_string(),
            imports,
            exports,
        }
    }

    /// The imports that a plugin may not have.
    pub(crate) fn forbidden_imports(&self) -> Vec<String> {
        let allowed = |name: &&String| *name != HTTP_IMPORT && *name != TYPES_IMPORT;
        self.imports.iter().filter(allowed).cloned().collect()
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

fn functions(engine: &Engine, item: &ComponentItem) -> Vec<String> {
    let ComponentItem::ComponentInstance(instance) = item else {
        return Vec::new();
    };
    instance
        .exports(engine)
        .filter(|(_, item)| matches!(item.ty, ComponentItem::ComponentFunc(_)))
        .map(|(name, _)| name.to_owned())
        .collect()
}
