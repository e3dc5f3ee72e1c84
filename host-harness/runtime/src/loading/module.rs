//! Reads a core module: its signatures, what it brings to each of its instances, and its code.

use wasmparser::{
    BinaryReaderError, CompositeInnerType, Imports, MemoryType, Payload, TableType, TypeRef,
};

use super::census::{Census, ModuleParts};
use super::code::{self, Signatures};
use super::kind::Unsupported;

/// A core module while it is read.
#[derive(Default)]
pub(super) struct Module {
    pub(super) parts: ModuleParts,
    signatures: Signatures,
}

impl Module {
    /// How many types and functions are known of it.
    pub(super) fn known(&self) -> u64 {
        (self.signatures.types.len() + self.signatures.functions.len()) as u64
    }

    /// Reads one part of a module; what it uses that is not supported.
    pub(super) fn read(
        &mut self,
        payload: Payload<'_>,
        census: &mut Census,
    ) -> Result<Option<Unsupported>, BinaryReaderError> {
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

    fn imports(&mut self, imports: Imports<'_>) -> Result<(), BinaryReaderError> {
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
