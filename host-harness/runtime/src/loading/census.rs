//! What a component is made of, held against the bounds.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::engine::{MOST_CORE_INSTANCES, MOST_MEMORIES, MOST_TABLES};
use crate::limits::Limits;

/// What is counted in a component before it is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// [`ComponentLimits::functions`](crate::ComponentLimits::functions).
    Functions,
    /// [`ComponentLimits::function_bytes`](crate::ComponentLimits::function_bytes).
    FunctionBytes,
    /// [`ComponentLimits::function_locals`](crate::ComponentLimits::function_locals).
    FunctionLocals,
    /// [`ComponentLimits::function_values`](crate::ComponentLimits::function_values).
    FunctionValues,
    /// [`ComponentLimits::block_depth`](crate::ComponentLimits::block_depth).
    BlockDepth,
    /// [`ComponentLimits::branch_targets`](crate::ComponentLimits::branch_targets).
    BranchTargets,
    /// [`ComponentLimits::compile_time`](crate::ComponentLimits::compile_time).
    CompileTime,
    /// [`ComponentLimits::items`](crate::ComponentLimits::items).
    Items,
    /// Core instances: a slot of the pool has room for eight.
    CoreInstances,
    /// Linear memories: a slot of the pool has one.
    Memories,
    /// [`Limits::memory_bytes`], before the first call.
    MemoryBytes,
    /// Tables: a slot of the pool has room for four.
    Tables,
    /// [`Limits::table_elements`], before the first call.
    TableElements,
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Functions => "functions",
            Self::FunctionBytes => "bytes of code in one function",
            Self::FunctionLocals => "locals in one function",
            Self::FunctionValues => "parameters and results of one function or block",
            Self::BlockDepth => "blocks within each other",
            Self::BranchTargets => "targets of one `br_table`",
            Self::CompileTime => "ms to compile, as estimated from its code",
            Self::Items => "types, imports, exports and other items",
            Self::CoreInstances => "core module instances",
            Self::Memories => "memories",
            Self::MemoryBytes => "bytes of memory at the start",
            Self::Tables => "tables",
            Self::TableElements => "elements of a table at the start",
        })
    }
}

/// A bound that a component goes beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Excess {
    /// What was counted.
    pub measure: Measure,
    /// How much of it the component has.
    pub found: u64,
    /// How much a component may have.
    pub limit: u64,
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} (at most {})",
            self.found, self.measure, self.limit
        )
    }
}

/// What a component is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Census {
    functions: u64,
    function_bytes: u64,
    function_locals: u64,
    function_values: u64,
    block_depth: u64,
    branch_targets: u64,
    compile_time: Duration,
    items: u64,
    core_instances: u64,
    memories: u64,
    memory_bytes: u64,
    tables: u64,
    table_elements: u64,
}

/// What one core module brings to each of its instances.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ModuleParts {
    pub(super) memories: u64,
    pub(super) memory_bytes: u64,
    pub(super) tables: u64,
    pub(super) table_elements: u64,
}

impl Census {
    pub(super) fn functions(&mut self, count: u32) {
        self.functions = self.functions.saturating_add(u64::from(count));
    }

    pub(super) fn function_count(&self) -> u64 {
        self.functions
    }

    pub(super) fn function_bytes(&mut self, bytes: usize) {
        self.function_bytes = self.function_bytes.max(bytes as u64);
    }

    pub(super) fn locals(&mut self, count: u64) {
        self.function_locals = self.function_locals.max(count);
    }

    pub(super) fn values(&mut self, count: u32) {
        self.function_values = self.function_values.max(u64::from(count));
    }

    pub(super) fn block_depth(&mut self, depth: u64) {
        self.block_depth = self.block_depth.max(depth);
    }

    pub(super) fn branch_targets(&mut self, count: u64) {
        self.branch_targets = self.branch_targets.max(count);
    }

    pub(super) fn compile_time(&mut self, estimate: Duration) {
        self.compile_time = self.compile_time.saturating_add(estimate);
    }

    pub(super) fn items(&mut self, count: u64) {
        self.items = self.items.saturating_add(count);
    }

    pub(super) fn instance_of(&mut self, module: ModuleParts) {
        self.core_instances += 1;
        self.memories = self.memories.saturating_add(module.memories);
        self.memory_bytes = self.memory_bytes.saturating_add(module.memory_bytes);
        self.tables = self.tables.saturating_add(module.tables);
        self.table_elements = self.table_elements.max(module.table_elements);
    }

    /// Every bound that it goes beyond.
    pub(crate) fn excesses(&self, limits: &Limits) -> Vec<Excess> {
        let component = &limits.component;
        [
            (Measure::Functions, self.functions, component.functions),
            (
                Measure::FunctionBytes,
                self.function_bytes,
                component.function_bytes,
            ),
            (
                Measure::FunctionLocals,
                self.function_locals,
                component.function_locals,
            ),
            (
                Measure::FunctionValues,
                self.function_values,
                component.function_values,
            ),
            (Measure::BlockDepth, self.block_depth, component.block_depth),
            (
                Measure::BranchTargets,
                self.branch_targets,
                component.branch_targets,
            ),
            (
                Measure::CompileTime,
                millis(self.compile_time),
                millis(component.compile_time),
            ),
            (Measure::Items, self.items, component.items),
            (
                Measure::CoreInstances,
                self.core_instances,
                u64::from(MOST_CORE_INSTANCES),
            ),
            (Measure::Memories, self.memories, u64::from(MOST_MEMORIES)),
            (
                Measure::MemoryBytes,
                self.memory_bytes,
                limits.memory_bytes as u64,
            ),
            (Measure::Tables, self.tables, u64::from(MOST_TABLES)),
            (
                Measure::TableElements,
                self.table_elements,
                limits.table_elements as u64,
            ),
        ]
        .into_iter()
        .filter(|(_, found, limit)| found > limit)
        .map(|(measure, found, limit)| Excess {
            measure,
            found,
            limit,
        })
        .collect()
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
