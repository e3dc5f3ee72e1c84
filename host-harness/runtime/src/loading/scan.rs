//! Reads a component's binary once, from the first byte to the last: what it is, what it imports and exports,
//! and what it is made of.
//!
//! Nothing here is validated: what is out of place is left to the validator, which says it better.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use wasmparser::{
    BinaryReaderError, CanonicalFunction, CanonicalOption, ComponentAlias, ComponentExternalKind,
    ComponentInstance, ComponentOuterAliasKind, ComponentTypeRef, CompositeInnerType, Encoding,
    Imports, Instance, MemoryType, Parser, Payload, TableType, TypeRef,
};

use super::census::{Census, Excess, Measure, ModuleParts};
use super::code::{self, Signatures};
use super::types::{self, TypeError};
use crate::component_info::Export;
use crate::error::LoadError;
use crate::limits::Limits;

/// What a file is that is no component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// It has no byte.
    Empty,
    /// A core module: what a compiler gives before `wasm-tools component new`.
    CoreModule,
    /// WebAssembly's text format.
    Text,
    /// It begins as WebAssembly does, in a version of the binary format that is not read here.
    OtherFormat,
    /// It does not begin as WebAssembly does.
    NotWebAssembly,
    /// It ends before it is complete.
    Truncated,
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "an empty file",
            Self::CoreModule => "a core WebAssembly module, not a component",
            Self::Text => "WebAssembly text, not a binary component",
            Self::OtherFormat => {
                "WebAssembly in a version of the binary format that this host does not read"
            }
            Self::NotWebAssembly => "not WebAssembly",
            Self::Truncated => "a truncated WebAssembly component",
        })
    }
}

impl FileKind {
    /// What whoever has the file does about it.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Empty | Self::Truncated => "copy or build it again",
            Self::CoreModule => {
                "its author makes a component of it: `wasm-tools component new FILE -o COMPONENT`, or \
                 `jco new`"
            }
            Self::Text => "its author makes it binary: `wasm-tools parse FILE -o COMPONENT`",
            Self::OtherFormat => {
                "its author builds it with tools for WebAssembly components of today"
            }
            Self::NotWebAssembly => "choose the file of a WebAssembly component",
        }
    }
}

/// What a component uses that no plugin here may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unsupported {
    /// Components with code of their own inside, or functions that are passed from one part to another
    /// through the component model.
    Components,
    /// Async functions, futures, streams and tasks.
    Async,
    /// Threads and shared memory.
    Threads,
    /// Memories or tables with 64-bit indices.
    Memory64,
    /// Garbage-collected types.
    GarbageCollection,
    /// Exceptions.
    Exceptions,
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Components => {
                "it is made of several components, and this host runs none made of components; its \
                 author builds it as one (for JavaScript: an engine that is one core module)"
            }
            Self::Async => {
                "it uses the component model's async, which this host does not run; its author builds \
                 it with async off"
            }
            Self::Threads => {
                "it uses threads or shared memory, which this host does not run; its author builds it \
                 without"
            }
            Self::Memory64 => {
                "it uses 64-bit memory, which this host does not run; its author builds it for wasm32"
            }
            Self::GarbageCollection => {
                "it uses garbage-collected types, which this host does not run; its author builds it \
                 with a toolchain that does without"
            }
            Self::Exceptions => {
                "it uses WebAssembly exceptions, which this host does not run; its author builds it \
                 without (for Rust: `panic = \"abort\"`)"
            }
        })
    }
}

/// What a component's binary says of it.
#[derive(Default)]
pub(crate) struct Scan {
    pub(crate) imports: Vec<String>,
    pub(crate) exports: Vec<Export>,
    /// Imports and exports that are named canonically (`a:b/c@0.2`), without their full version.
    pub(crate) canonical_names: Vec<String>,
    pub(crate) unsupported: BTreeSet<Unsupported>,
    pub(crate) census: Census,
}

impl Scan {
    /// Reads a file that may be a component.
    pub(crate) fn of(bytes: &[u8], limits: &Limits) -> Result<Self, LoadError> {
        check_beginning(bytes)?;
        let mut walk = Walk::new(bytes, limits);
        for payload in Parser::new(0).parse_all(bytes) {
            let step = payload.map_err(ScanError::from);
            step.and_then(|it| walk.step(it))
                .map_err(|error| error.of(bytes, limits))?;
        }
        Ok(walk.scan)
    }

    /// Holds it against the bounds.
    pub(crate) fn check(&self, limits: &Limits) -> Result<(), LoadError> {
        if let Some(unsupported) = self.unsupported.first() {
            return Err(LoadError::Unsupported(*unsupported));
        }
        let excesses = self.census.excesses(limits);
        if excesses.is_empty() {
            return Ok(());
        }
        Err(LoadError::OverLimits(excesses))
    }
}

/// The first bytes of every binary.
const MAGIC: &[u8] = b"\0asm";
/// Version and layer of a core module.
const MODULE_FORMAT: &[u8] = &[1, 0, 0, 0];
/// Version and layer of a component.
const COMPONENT_FORMAT: &[u8] = &[0x0d, 0, 1, 0];

fn check_beginning(bytes: &[u8]) -> Result<(), LoadError> {
    let kind = match bytes.strip_prefix(MAGIC) {
        Some(rest) if rest.starts_with(COMPONENT_FORMAT) => return Ok(()),
        Some(rest) if rest.starts_with(MODULE_FORMAT) => FileKind::CoreModule,
        Some(rest) if rest.len() < COMPONENT_FORMAT.len() => FileKind::Truncated,
        Some(_) => FileKind::OtherFormat,
        None if bytes.is_empty() => FileKind::Empty,
        None if MAGIC.starts_with(bytes) => FileKind::Truncated,
        None if is_text(bytes) => FileKind::Text,
        None => FileKind::NotWebAssembly,
    };
    Err(LoadError::NotAComponent(kind))
}

/// The text format begins with `(component` or `(module`, after blanks and comments.
fn is_text(bytes: &[u8]) -> bool {
    let mut rest = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    loop {
        rest = rest.trim_ascii_start();
        if rest.starts_with(b";;") {
            let end = rest
                .iter()
                .position(|it| *it == b'\n')
                .unwrap_or(rest.len());
            rest = rest.get(end..).unwrap_or_default();
        } else if rest.starts_with(b"(;") {
            let end = rest
                .windows(2)
                .position(|it| it == b";)")
                .map_or(rest.len(), |it| it + 2);
            rest = rest.get(end..).unwrap_or_default();
        } else {
            let opened = rest.strip_prefix(b"(").map(<[u8]>::trim_ascii_start);
            return opened
                .is_some_and(|it| it.starts_with(b"component") || it.starts_with(b"module"));
        }
    }
}

/// Why a scan ends early.
enum ScanError {
    Binary(BinaryReaderError),
    Malformed(&'static str),
    /// More items than allowed: it is not read on.
    Items(u64),
}

impl From<BinaryReaderError> for ScanError {
    fn from(error: BinaryReaderError) -> Self {
        Self::Binary(error)
    }
}

impl From<TypeError> for ScanError {
    fn from(error: TypeError) -> Self {
        match error {
            TypeError::Binary(error) => Self::Binary(error),
            TypeError::Malformed(what) => Self::Malformed(what),
            TypeError::TooDeep => Self::Malformed("its types are nested too deeply"),
        }
    }
}

impl ScanError {
    fn of(self, bytes: &[u8], limits: &Limits) -> LoadError {
        match self {
            Self::Binary(error) if error.offset() >= bytes.len() => {
                LoadError::NotAComponent(FileKind::Truncated)
            }
            Self::Binary(error) => LoadError::Invalid(crate::error::one_line(&error.to_string())),
            Self::Malformed(what) => LoadError::Invalid(what.to_owned()),
            Self::Items(found) => LoadError::OverLimits(vec![Excess {
                measure: Measure::Items,
                found,
                limit: limits.component.items,
            }]),
        }
    }
}

/// A component instance: whether the host gives it, and the functions it exports.
#[derive(Clone, Default)]
struct InstanceFacts {
    from_host: bool,
    functions: Arc<Vec<String>>,
}

/// A core module while it is read.
#[derive(Default)]
struct Module {
    parts: ModuleParts,
    signatures: Signatures,
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

struct Walk<'a> {
    bytes: &'a [u8],
    scan: Scan,
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
    fn new(bytes: &'a [u8], limits: &Limits) -> Self {
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

    fn step(&mut self, payload: Payload<'_>) -> Result<(), ScanError> {
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

    fn types(&mut self, range: std::ops::Range<usize>) -> Result<bool, ScanError> {
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
        let read = module.signatures.types.len() + module.signatures.functions.len();
        if read as u64
            > self
                .most_items
                .saturating_add(self.scan.census.function_count())
        {
            return Err(ScanError::Items(read as u64));
        }
        Ok(())
    }
}

impl Module {
    /// Reads one part of a module; what it uses that is not supported.
    fn read(
        &mut self,
        payload: Payload<'_>,
        census: &mut Census,
    ) -> Result<Option<Unsupported>, ScanError> {
        let mut unsupported = None;
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    for ty in group?.types() {
                        let CompositeInnerType::Func(ty) = &ty.composite_type.inner else {
                            unsupported = Some(Unsupported::GarbageCollection);
                            self.signatures.types.push(0);
                            continue;
                        };
                        let arity = ty.params().len() + ty.results().len();
                        let arity = u32::try_from(arity).unwrap_or(u32::MAX);
                        census.values(arity);
                        self.signatures.types.push(arity);
                    }
                }
            }
            Payload::ImportSection(section) => {
                for imports in section {
                    self.imports(imports?)?;
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    let arity = self.signatures.of_type(ty?);
                    self.signatures.functions.push(arity);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    unsupported = unsupported.or(self.memory(memory?));
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    unsupported = unsupported.or(self.table(table?.ty));
                }
            }
            Payload::CodeSectionEntry(body) => {
                code::count(&body, &self.signatures, census)?;
                self.signatures.bodies += 1;
            }
            _ => {}
        }
        Ok(unsupported)
    }

    fn imports(&mut self, imports: Imports<'_>) -> Result<(), ScanError> {
        match imports {
            Imports::Single(_, import) => self.import(import.ty),
            Imports::Compact1 { items, .. } => {
                for item in items {
                    self.import(item?.ty);
                }
            }
            Imports::Compact2 { ty, names, .. } => {
                for name in names {
                    name?;
                    self.import(ty);
                }
            }
        }
        Ok(())
    }

    fn import(&mut self, ty: TypeRef) {
        if let TypeRef::Func(index) | TypeRef::FuncExact(index) = ty {
            let arity = self.signatures.of_type(index);
            self.signatures.functions.push(arity);
            self.signatures.imported += 1;
        }
    }

    fn memory(&mut self, memory: MemoryType) -> Option<Unsupported> {
        let page = 1_u64 << memory.page_size_log2.unwrap_or(16).min(16);
        self.parts.memories += 1;
        self.parts.memory_bytes = self
            .parts
            .memory_bytes
            .saturating_add(memory.initial.saturating_mul(page));
        match memory {
            _ if memory.shared => Some(Unsupported::Threads),
            _ if memory.memory64 => Some(Unsupported::Memory64),
            _ => None,
        }
    }

    fn table(&mut self, table: TableType) -> Option<Unsupported> {
        self.parts.tables += 1;
        self.parts.table_elements = self.parts.table_elements.max(table.initial);
        match table {
            _ if table.shared => Some(Unsupported::Threads),
            _ if table.table64 => Some(Unsupported::Memory64),
            _ => None,
        }
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
