//! The sandbox's engine: what WebAssembly may use, how memory is set aside, and the clock by which
//! a plugin's computing is counted.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig,
    WasmBacktraceDetails,
};

use crate::limits::{EPOCH_TICK, Limits};
use crate::slots::offline_slots;
use crate::witness::Recorder;

/// Room on a fiber's stack for the host's own frames, beyond the plugin's.
const HOST_STACK_BYTES: usize = 512 << 10;

/// Core instances of a component: made of one core module it is three or four.
pub(crate) const MOST_CORE_INSTANCES: u32 = 8;

/// Linear memories of a component. One made of one core module has one.
pub(crate) const MOST_MEMORIES: u32 = 1;

/// Tables of a component: the module's own, and one that joins its imports to it.
pub(crate) const MOST_TABLES: u32 = 4;

/// Of a slot, what stays mapped between two calls: more than a plugin's stack and data take.
const RESIDENT_BYTES: usize = 2 << 20;

/// How instances get their memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allocation {
    /// From slots set aside once: an instance costs microseconds.
    Pooling,
    /// Anew for each instance: where the address space does not allow a pool, or memory is
    /// recorded.
    OnDemand,
}

/// Where memory comes from, as far as machine code depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Recorded {
    /// As wasmtime has it by default, with guard pages.
    No,
    /// From a [`Recorder`], which reserves this many bytes.
    Yes(u64),
}

impl Recorded {
    pub(crate) fn by(recorder: Option<&Arc<Recorder>>, limits: &Limits) -> Self {
        match recorder {
            Some(_) => Self::Yes(limits.memory_bytes as u64),
            None => Self::No,
        }
    }
}

/// An engine that compiles for one of [`build`], and runs nothing.
pub(crate) fn for_compiling(recorded: Recorded) -> wasmtime::Result<Engine> {
    let mut config = code();
    if let Recorded::Yes(memory_bytes) = recorded {
        Recorder::configure(&mut config, memory_bytes);
    }
    Engine::new(&config)
}

/// An engine for these limits. Falls back to allocation on demand where a pool cannot be had (a
/// limit on address space, a container that forbids it).
pub(crate) fn build(
    limits: &Limits,
    recorder: Option<&Arc<Recorder>>,
) -> wasmtime::Result<(Engine, Allocation)> {
    if let Some(recorder) = recorder {
        return on_demand(limits, Some(recorder));
    }
    let mut config = config(limits);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits)));
    match Engine::new(&config) {
        Ok(engine) => Ok((engine, Allocation::Pooling)),
        Err(error) => {
            tracing::warn!(%error, "no memory pool on this machine; instances will cost more");
            on_demand(limits, None)
        }
    }
}

fn on_demand(
    limits: &Limits,
    recorder: Option<&Arc<Recorder>>,
) -> wasmtime::Result<(Engine, Allocation)> {
    let mut config = config(limits);
    if let Some(recorder) = recorder {
        recorder.install(&mut config, limits);
    }
    Ok((Engine::new(&config)?, Allocation::OnDemand))
}

fn config(limits: &Limits) -> Config {
    let mut config = code();
    config
        .max_wasm_stack(limits.stack_bytes)
        .async_stack_size(limits.stack_bytes + HOST_STACK_BYTES);
    config
}

/// What machine code depends on.
fn code() -> Config {
    let mut config = Config::new();
    config
        .concurrency_support(false)
        .epoch_interruption(true)
        // Function names come from the name section; debug information is never read.
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        // A plugin needs the core of WebAssembly; what it does not need cannot surprise.
        .wasm_gc(false)
        .wasm_relaxed_simd(false)
        .wasm_memory64(false)
        .wasm_tail_call(false)
        .wasm_multi_memory(false);
    config
}

fn pool(limits: &Limits) -> PoolingAllocationConfig {
    let slots = limits.concurrent_calls + offline_slots(limits.concurrent_calls);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(slots)
        .total_core_instances(slots * MOST_CORE_INSTANCES)
        .total_memories(slots * MOST_MEMORIES)
        .total_tables(slots * MOST_TABLES)
        .total_stacks(slots)
        .max_core_instances_per_component(MOST_CORE_INSTANCES)
        .max_memories_per_component(MOST_MEMORIES)
        .max_tables_per_component(MOST_TABLES)
        .max_memory_size(limits.memory_bytes)
        .table_elements(limits.table_elements)
        // A slot is put back to its first state before it is used again. Where the kernel can say
        // which pages were touched, those alone are written over and stay mapped, which halves the
        // cost of an instance; where it cannot, the whole slot is given back to the kernel.
        .pagemap_scan(Enabled::Auto)
        .linear_memory_keep_resident(RESIDENT_BYTES)
        .table_keep_resident(RESIDENT_BYTES)
        .async_stack_keep_resident(RESIDENT_BYTES);
    pool
}

/// Advances the engine's epoch until the engine is dropped.
pub(crate) fn start_clock(engine: &Engine) -> std::io::Result<()> {
    let engine = engine.weak();
    std::thread::Builder::new()
        .name("plugin-epoch".to_owned())
        .spawn(move || {
            while let Some(engine) = engine.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(EPOCH_TICK);
            }
        })?;
    Ok(())
}
