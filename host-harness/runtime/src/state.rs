//! What one call's store holds: its bounds, and its way out.

use std::sync::Arc;

use wasmtime::ResourceLimiter;
use wasmtime::component::HasSelf;

use crate::bindings::CredentialPlugin;
use crate::bindings::connector::credential::{http, types};
use crate::convert;
use crate::engine::{MOST_CORE_INSTANCES, MOST_MEMORIES, MOST_TABLES};
use crate::limits::{Limit, Limits};
use crate::outlet::Outlet;

/// The state of one call. Dropped with the call: nothing is carried over to the next.
pub(crate) struct CallState {
    outlet: Arc<Outlet>,
    memory_left: usize,
    table_elements: usize,
    requests_left: u32,
    ticks_left: u64,
}

impl CallState {
    pub(crate) fn new(limits: &Limits, outlet: Arc<Outlet>) -> Self {
        Self {
            outlet,
            memory_left: limits.memory_bytes,
            table_elements: limits.table_elements,
            requests_left: limits.http.requests_per_call,
            ticks_left: limits.cpu_ticks(),
        }
    }

    /// Another tick of the epoch found the plugin computing. A tick that passes while it waits for
    /// an answer counts once at the most, however long the wait.
    pub(crate) fn tick(&mut self) -> Result<(), Limit> {
        self.ticks_left = self.ticks_left.checked_sub(1).ok_or(Limit::CpuTime)?;
        Ok(())
    }
}

pub(crate) fn link(linker: &mut wasmtime::component::Linker<CallState>) -> wasmtime::Result<()> {
    CredentialPlugin::add_to_linker::<_, HasSelf<CallState>>(linker, |state| state)
}

impl types::Host for CallState {}

impl http::Host for CallState {
    async fn send(&mut self, request: http::Request) -> wasmtime::Result<http::Answer> {
        self.requests_left = self.requests_left.checked_sub(1).ok_or(Limit::Requests)?;
        Ok(convert::to_answer(self.outlet.send(request).await))
    }
}

impl ResourceLimiter for CallState {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let growth = desired.saturating_sub(current);
        self.memory_left = self.memory_left.checked_sub(growth).ok_or(Limit::Memory)?;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if desired > self.table_elements {
            return Err(Limit::Table.into());
        }
        Ok(true)
    }

    // As many as a slot of the pool has, also where memory is taken on demand.

    fn instances(&self) -> usize {
        MOST_CORE_INSTANCES as usize
    }

    fn tables(&self) -> usize {
        MOST_TABLES as usize
    }

    fn memories(&self) -> usize {
        MOST_MEMORIES as usize
    }
}
