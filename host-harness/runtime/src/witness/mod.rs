//! Lets a test, a demonstration or an auditor read a plugin's whole memory after every call.
//!
//! The claim that no secret enters a plugin is worth what it withstands. With a [`Witness`] on the
//! runtime, instances get their linear memory from the host's own allocator, and after every call
//! (before the instance is dropped) the witness is shown all of it, with what the call returned.
//! The component is the shipped one, byte for byte; only where its memory comes from differs.

mod search;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::{Config, LinearMemory, MemoryCreator, MemoryType};

use crate::limits::Limits;

pub use search::{Finding, Proof, Searched, occurrences, spellings};

/// What is shown of a call that has ended.
#[derive(Debug)]
pub struct Testimony<'a> {
    /// The exported function, such as `oauth/obtain-tokens`.
    pub export: &'a str,
    /// Every linear memory of the instance, from its first byte to its last.
    pub memories: &'a [&'a [u8]],
    /// What the call returned, or how it failed, as text.
    pub returned: &'a str,
}

/// Is shown every call's memory. Runs while the instance waits to be dropped; one call at a time.
pub trait Witness: Send + Sync {
    /// A call has ended.
    fn observe(&self, testimony: &Testimony<'_>);
}

/// Hands out linear memories and remembers those of the call in progress.
pub(crate) struct Recorder {
    witness: Arc<dyn Witness>,
    memories: Mutex<Vec<Arc<Memory>>>,
    /// Held for a whole call, so that the memories remembered are that call's alone.
    turn: tokio::sync::Mutex<()>,
}

impl Recorder {
    pub(crate) fn new(witness: Arc<dyn Witness>) -> Arc<Self> {
        Arc::new(Self {
            witness,
            memories: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        })
    }

    pub(crate) fn install(self: &Arc<Self>, config: &mut Config, limits: &Limits) {
        config.with_host_memory(Arc::new(Creator(Arc::clone(self))));
        Self::configure(config, limits.memory_bytes as u64);
    }

    /// What machine code has to know of a recorder's memory.
    pub(crate) fn configure(config: &mut Config, memory_bytes: u64) {
        // No guard pages and a fixed reservation: generated code checks every access against the
        // current size, and the memory never moves.
        config
            .memory_init_cow(false)
            .memory_reservation(memory_bytes)
            .memory_reservation_for_growth(0)
            .memory_guard_size(0)
            .memory_may_move(false);
    }

    pub(crate) async fn begin(&self) -> tokio::sync::MutexGuard<'_, ()> {
        let turn = self.turn.lock().await;
        self.memories
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        turn
    }

    /// To be called while the instance is alive and does not run.
    #[expect(unsafe_code, reason = "reads a memory that nobody writes to meanwhile")]
    pub(crate) fn testify(&self, export: &str, returned: &str) {
        let memories = self.memories.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the caller holds this call's turn and the instance is not running, so nothing
        // writes to these buffers until `observe` has returned; each is alive in `memories`.
        let slices: Vec<&[u8]> = memories
            .iter()
            .map(|memory| unsafe { memory.bytes() })
            .collect();
        self.witness.observe(&Testimony {
            export,
            memories: &slices,
            returned,
        });
    }
}

struct Creator(Arc<Recorder>);

// SAFETY: `new_memory` gives zeroed memory of the size asked for, owned by the `LinearMemory`, and
// refuses what it cannot honour (guard pages, or more than is reserved).
#[expect(
    unsafe_code,
    reason = "wasmtime's interface for memories of the host's own"
)]
unsafe impl MemoryCreator for Creator {
    fn new_memory(
        &self,
        _ty: MemoryType,
        minimum: usize,
        maximum: Option<usize>,
        reserved_size_in_bytes: Option<usize>,
        guard_size_in_bytes: usize,
    ) -> Result<Box<dyn LinearMemory>, String> {
        if guard_size_in_bytes != 0 {
            return Err("recorded memories have no guard pages".to_owned());
        }
        let capacity = reserved_size_in_bytes
            .or(maximum)
            .unwrap_or(minimum)
            .max(minimum);
        let memory = Arc::new(Memory::new(minimum, capacity));
        let mut memories = self
            .0
            .memories
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        memories.push(Arc::clone(&memory));
        Ok(Box::new(Handle(memory)))
    }
}

/// A zeroed buffer that never moves. Held as a raw pointer, since generated code writes to it
/// through one of its own.
struct Memory {
    start: *mut u8,
    size: AtomicUsize,
    capacity: usize,
}

// SAFETY: the pointer is to a buffer that the value owns alone; wasmtime synchronizes the writes,
// and `Recorder::testify` the reads.
#[expect(unsafe_code, reason = "a raw pointer is not Send by itself")]
unsafe impl Send for Memory {}
// SAFETY: as above.
#[expect(unsafe_code, reason = "a raw pointer is not Sync by itself")]
unsafe impl Sync for Memory {}

impl Memory {
    fn new(size: usize, capacity: usize) -> Self {
        let buffer = vec![0_u8; capacity].into_boxed_slice();
        let start = Box::into_raw(buffer).cast::<u8>();
        Self {
            start,
            size: AtomicUsize::new(size),
            capacity,
        }
    }

    /// # Safety
    ///
    /// Nothing may write to the memory while the slice lives.
    #[expect(unsafe_code, reason = "the caller sees to it that nobody writes")]
    unsafe fn bytes(&self) -> &[u8] {
        // SAFETY: `size` never exceeds `capacity`, and the buffer lives as long as `self`.
        unsafe { std::slice::from_raw_parts(self.start, self.size.load(Ordering::SeqCst)) }
    }
}

impl Drop for Memory {
    #[expect(unsafe_code, reason = "gives back the buffer taken in `new`")]
    fn drop(&mut self) {
        let buffer = std::ptr::slice_from_raw_parts_mut(self.start, self.capacity);
        // SAFETY: made by `Box::into_raw` from a boxed slice of this length, given back once.
        drop(unsafe { Box::from_raw(buffer) });
    }
}

struct Handle(Arc<Memory>);

// SAFETY: the pointer is stable, `byte_size` bytes from it are accessible, and growing within the
// capacity neither moves nor shrinks it.
#[expect(
    unsafe_code,
    reason = "wasmtime's interface for memories of the host's own"
)]
unsafe impl LinearMemory for Handle {
    fn byte_size(&self) -> usize {
        self.0.size.load(Ordering::SeqCst)
    }

    fn byte_capacity(&self) -> usize {
        self.0.capacity
    }

    fn grow_to(&mut self, new_size: usize) -> wasmtime::Result<()> {
        if new_size > self.0.capacity {
            return Err(crate::limits::Limit::Memory.into());
        }
        self.0.size.store(new_size, Ordering::SeqCst);
        Ok(())
    }

    fn as_ptr(&self) -> *mut u8 {
        self.0.start
    }
}
