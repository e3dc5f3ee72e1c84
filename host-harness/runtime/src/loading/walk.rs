//! Goes through a component's parts in their order, and keeps the index spaces that tell what refers to what.

use std::ops::Range;
use std::sync::Arc;

use wasmparser::{
    CanonicalFunction, CanonicalOption, ComponentAlias, ComponentExternalKind, ComponentInstance,
    ComponentOuterAliasKind, ComponentTypeRef, Encoding, Instance, Payload,
};

use super::census::ModuleParts;
use super::kind::Unsupported;
use super::module::Module;
use super::scan::{Scan, ScanError};
use super::types;
use crate::component_info::Export;
use crate::limits::Limits;

/// A component instance: whether the host gives it, and the functions it exports.
#[derive(Clone, Default)]
struct InstanceFacts {
    from_host: bool,
    functions: Arc<Vec<String>>,
}

/// A component within the component.
#[derive(Default)]
struct Inner {
    functions: Vec<String>,
}

/// What is being read at the moment, the innermost last.
enum Level {
    Root,
    Module(Module),
    Inner(Inner),
    /// Within a component within the component: what it holds is not looked at, since none is run.
    Skipped,
}

/// The reading of one file, part by part.
pub(super) struct Walk<'a> {
    bytes: &'a [u8],
    pub(super) scan: Scan,
    levels: Vec<Level>,
    most_items: u64,
    items: u64,
    // Index spaces of the outermost component.
    modules: Vec<ModuleParts>,
    components: Vec<Arc<Vec<String>>>,
    instances: Vec<InstanceFacts>,
    /// Whether each function is one that the host gives.
    functions: Vec<bool>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(bytes: &'a [u8], limits: &Limits) -> Self {
        Self {
            bytes,
            scan: Scan::default(),
            levels: Vec::new(),
            most_items: limits.component.items,
            items: 0,
            modules: Vec::new(),
            components: Vec::new(),
            instances: Vec::new(),
            functions: Vec::new(),
        }
    }

    pub(super) fn step(&mut self, payload: Payload<'_>) -> Result<(), ScanError> {
        match payload {
            Payload::Version { encoding, .. } => {
                self.open(encoding);
                return Ok(());
            }
            Payload::End(_) => {
                self.close();
                return Ok(());
            }
            Payload::CustomSection(_) => return Ok(()),
            _ => {}
        }
        match self.levels.last_mut() {
            Some(Level::Module(_)) => self.in_module(payload),
            Some(Level::Inner(_)) => self.in_inner(payload),
            Some(Level::Skipped) => Ok(()),
            Some(Level::Root) | None => self.in_root(payload),
        }
    }

    fn open(&mut self, encoding: Encoding) {
        let level = match (self.levels.last(), encoding) {
            (None, _) => Level::Root,
            (Some(Level::Root), Encoding::Module) => Level::Module(Module::default()),
            (Some(Level::Root), Encoding::Component) => Level::Inner(Inner::default()),
            (Some(Level::Module(_) | Level::Inner(_) | Level::Skipped), _) => {
                self.unsupported(Unsupported::Components);
                Level::Skipped
            }
        };
        self.levels.push(level);
    }

    fn close(&mut self) {
        match self.levels.pop() {
            Some(Level::Module(module)) => self.modules.push(module.parts),
            Some(Level::Inner(inner)) => self.components.push(Arc::new(inner.functions)),
            Some(Level::Root | Level::Skipped) | None => {}
        }
    }

    /// Counts entries of a section; more than allowed are not read.
    fn items(&mut self, count: u64) -> Result<(), ScanError> {
        self.items = self.items.saturating_add(count);
        self.scan.census.items(count);
        if self.items > self.most_items {
            return Err(ScanError::Items(self.items));
        }
        Ok(())
    }

    fn unsupported(&mut self, what: Unsupported) {
        self.scan.unsupported.insert(what);
    }

    fn in_root(&mut self, payload: Payload<'_>) -> Result<(), ScanError> {
        match payload {
            Payload::ComponentTypeSection(section) => {
                self.types(section.range())?;
            }
            Payload::CoreTypeSection(section) => self.items(u64::from(section.count()))?,
            Payload::ComponentImportSection(section) => {
                self.items(u64::from(section.count()))?;
                for import in section {
                    let import = import?;
                    self.name(import.name.name, import.name.version_suffix.is_some());
                    self.scan.imports.push(import.name.name.to_owned());
                    self.import(import.ty);
                }
            }
            Payload::ComponentAliasSection(section) => {
                self.items(u64::from(section.count()))?;
                for alias in section {
                    self.alias(&alias?);
                }
            }
            Payload::InstanceSection(section) => {
                self.items(u64::from(section.count()))?;
                for instance in section {
                    self.core_instance(&instance?)?;
                }
            }
            Payload::ComponentInstanceSection(section) => {
                self.items(u64::from(section.count()))?;
                for instance in section {
                    self.instance(&instance?)?;
                }
            }
            Payload::ComponentCanonicalSection(section) => {
                self.items(u64::from(section.count()))?;
                for function in section {
                    self.canonical(&function?);
                }
            }
            Payload::ComponentExportSection(section) => {
                self.items(u64::from(section.count()))?;
                for export in section {
                    let export = export?;
                    self.name(export.name.name, export.name.version_suffix.is_some());
                    self.export(export.name.name, export.kind, export.index)?;
                }
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => self.items(1)?,
            Payload::ComponentStartSection { .. } => {
                return Err(ScanError::Malformed(
                    "it has a start function of a component",
                ));
            }
            Payload::UnknownSection { .. } => {
                return Err(ScanError::Malformed("it has a section that is not known"));
            }
            _ => {}
        }
        Ok(())
    }

    fn types(&mut self, range: Range<usize>) -> Result<bool, ScanError> {
        let types = types::read(self.bytes.get(range).unwrap_or_default())?;
        self.items(types.count)?;
        if types.is_async {
            self.unsupported(Unsupported::Async);
        }
        Ok(types.has_resource)
    }

    /// A name without its full version, or with the rest of it beside.
    fn name(&mut self, name: &str, has_suffix: bool) {
        let version = name.split_once('@').map(|(_, version)| version);
        if has_suffix || version.is_some_and(is_canonical_version) {
            self.scan.canonical_names.push(name.to_owned());
        }
    }

    fn import(&mut self, ty: ComponentTypeRef) {
        match ty {
            ComponentTypeRef::Instance(_) => self.instances.push(InstanceFacts {
                from_host: true,
                functions: Arc::default(),
            }),
            ComponentTypeRef::Func(_) => self.functions.push(true),
            ComponentTypeRef::Module(_) => {
                self.unsupported(Unsupported::Components);
                self.modules.push(ModuleParts::default());
            }
            ComponentTypeRef::Component(_) => {
                self.unsupported(Unsupported::Components);
                self.components.push(Arc::default());
            }
            ComponentTypeRef::Type(_) | ComponentTypeRef::Value(_) => {}
        }
    }

    fn alias(&mut self, alias: &ComponentAlias<'_>) {
        match alias {
            ComponentAlias::InstanceExport {
                kind,
                instance_index,
                ..
            } => {
                let from = get(&self.instances, *instance_index);
                let from_host = from.is_some_and(|it| it.from_host);
                match kind {
                    ComponentExternalKind::Func => self.functions.push(from_host),
                    ComponentExternalKind::Instance => self.instances.push(InstanceFacts {
                        from_host,
                        functions: Arc::default(),
                    }),
                    ComponentExternalKind::Module | ComponentExternalKind::Component => {
                        self.unsupported(Unsupported::Components);
                    }
                    ComponentExternalKind::Type | ComponentExternalKind::Value => {}
                }
            }
            ComponentAlias::Outer { kind, .. } => match kind {
                ComponentOuterAliasKind::CoreModule | ComponentOuterAliasKind::Component => {
                    self.unsupported(Unsupported::Components);
                }
                ComponentOuterAliasKind::CoreType | ComponentOuterAliasKind::Type => {}
            },
            ComponentAlias::CoreInstanceExport { .. } => {}
        }
    }

    fn core_instance(&mut self, instance: &Instance<'_>) -> Result<(), ScanError> {
        match instance {
            Instance::Instantiate { module_index, args } => {
                let parts = get(&self.modules, *module_index)
                    .copied()
                    .unwrap_or_default();
                self.scan.census.instance_of(parts);
                self.items(args.len() as u64)
            }
            Instance::FromExports(exports) => self.items(exports.len() as u64),
        }
    }

    fn instance(&mut self, instance: &ComponentInstance<'_>) -> Result<(), ScanError> {
        let functions = match instance {
            ComponentInstance::Instantiate {
                component_index,
                args,
            } => {
                self.items(args.len() as u64)?;
                get(&self.components, *component_index)
                    .cloned()
                    .unwrap_or_default()
            }
            ComponentInstance::FromExports(exports) => {
                self.items(exports.len() as u64)?;
                let functions = exports
                    .iter()
                    .filter(|it| it.kind == ComponentExternalKind::Func);
                Arc::new(functions.map(|it| it.name.name.to_owned()).collect())
            }
        };
        self.instances.push(InstanceFacts {
            from_host: false,
            functions,
        });
        Ok(())
    }

    /// A function of the component itself that is lowered again would need an adapter between two parts of
    /// it, which wasmtime generates; none is needed to call the host.
    fn canonical(&mut self, function: &CanonicalFunction) {
        match function {
            CanonicalFunction::Lift { options, .. } => {
                self.functions.push(false);
                self.options(options);
            }
            CanonicalFunction::Lower {
                func_index,
                options,
            } => {
                if get(&self.functions, *func_index) == Some(&false) {
                    self.unsupported(Unsupported::Components);
                }
                self.options(options);
            }
            CanonicalFunction::ResourceNew { .. }
            | CanonicalFunction::ResourceDrop { .. }
            | CanonicalFunction::ResourceRep { .. } => {}
            CanonicalFunction::ThreadSpawnRef { .. }
            | CanonicalFunction::ThreadSpawnIndirect { .. }
            | CanonicalFunction::ThreadAvailableParallelism => {
                self.unsupported(Unsupported::Threads);
            }
            _ => self.unsupported(Unsupported::Async),
        }
    }

    fn options(&mut self, options: &[CanonicalOption]) {
        for option in options {
            match option {
                CanonicalOption::Async | CanonicalOption::Callback(_) => {
                    self.unsupported(Unsupported::Async);
                }
                CanonicalOption::Gc | CanonicalOption::CoreType(_) => {
                    self.unsupported(Unsupported::GarbageCollection);
                }
                CanonicalOption::UTF8
                | CanonicalOption::UTF16
                | CanonicalOption::CompactUTF16
                | CanonicalOption::Memory(_)
                | CanonicalOption::Realloc(_)
                | CanonicalOption::PostReturn(_) => {}
            }
        }
    }

    /// An export makes a new index of its kind, too.
    fn export(
        &mut self,
        name: &str,
        kind: ComponentExternalKind,
        index: u32,
    ) -> Result<(), ScanError> {
        let mut functions = Vec::new();
        match kind {
            ComponentExternalKind::Instance => {
                let instance = get(&self.instances, index).cloned().unwrap_or_default();
                // Names count again with each export of them, so that a list of them stays bounded.
                self.items(instance.functions.len() as u64)?;
                functions = instance.functions.to_vec();
                self.instances.push(instance);
            }
            ComponentExternalKind::Func => {
                let from_host = get(&self.functions, index).copied().unwrap_or_default();
                self.functions.push(from_host);
            }
            ComponentExternalKind::Module | ComponentExternalKind::Component => {
                self.unsupported(Unsupported::Components);
            }
            ComponentExternalKind::Type | ComponentExternalKind::Value => {}
        }
        self.scan.exports.push(Export {
            interface: name.to_owned(),
            functions,
        });
        Ok(())
    }

    /// What a component inside may hold: names for what it is given, as encoders write one around each
    /// exported interface. Code, instances and further components are no plugin's.
    fn in_inner(&mut self, payload: Payload<'_>) -> Result<(), ScanError> {
        match payload {
            Payload::ComponentTypeSection(section) => {
                if self.types(section.range())? {
                    self.unsupported(Unsupported::Components);
                }
            }
            Payload::CoreTypeSection(section) => self.items(u64::from(section.count()))?,
            Payload::ComponentImportSection(section) => self.items(u64::from(section.count()))?,
            Payload::ComponentAliasSection(section) => self.items(u64::from(section.count()))?,
            Payload::ComponentExportSection(section) => {
                self.items(u64::from(section.count()))?;
                for export in section {
                    let export = export?;
                    if let (ComponentExternalKind::Func, Some(Level::Inner(inner))) =
                        (export.kind, self.levels.last_mut())
                    {
                        inner.functions.push(export.name.name.to_owned());
                    }
                }
            }
            _ => self.unsupported(Unsupported::Components),
        }
        Ok(())
    }

    fn in_module(&mut self, payload: Payload<'_>) -> Result<(), ScanError> {
        match &payload {
            Payload::FunctionSection(it) => self.scan.census.functions(it.count()),
            Payload::TypeSection(it) => self.items(u64::from(it.count()))?,
            Payload::ImportSection(it) => self.items(u64::from(it.count()))?,
            Payload::GlobalSection(it) => self.items(u64::from(it.count()))?,
            Payload::ExportSection(it) => self.items(u64::from(it.count()))?,
            Payload::ElementSection(it) => self.items(u64::from(it.count()))?,
            Payload::DataSection(it) => self.items(u64::from(it.count()))?,
            Payload::TagSection(_) => self.unsupported(Unsupported::Exceptions),
            Payload::UnknownSection { .. } => {
                return Err(ScanError::Malformed("it has a section that is not known"));
            }
            _ => {}
        }
        let Some(Level::Module(module)) = self.levels.last_mut() else {
            return Ok(());
        };
        let found = module.read(payload, &mut self.scan.census)?;
        self.scan.unsupported.extend(found);
        // A group of types or imports counts as one entry of its section.
        let known = module.known();
        if known
            > self
                .most_items
                .saturating_add(self.scan.census.function_count())
        {
            return Err(ScanError::Items(known));
        }
        Ok(())
    }
}

fn get<T>(values: &[T], index: u32) -> Option<&T> {
    usize::try_from(index).ok().and_then(|it| values.get(it))
}

/// A version as canonical interface names have it: the major, `0.` and the minor, or `0.0.` and the patch where
/// that is all there is of a full version (`1`, `0.2`); `0.0.1` is a full version as well.
fn is_canonical_version(version: &str) -> bool {
    let parts: Vec<&str> = version.split('.').collect();
    parts.len() < 3
        && parts
            .iter()
            .all(|it| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit()))
}
