//! The allocator: it hands out memory and takes none back. Every call runs in a fresh instance
//! (`wit/world.wit`), so what a call leaves behind goes with the instance; and code that frees, about
//! an eighth of this module, is not there.

#![allow(
    unsafe_code,
    reason = "the type asks for a promise, which holds on this target"
)]

use lol_alloc::{AssumeSingleThreaded, LeakingAllocator};

// SAFETY: a core module without shared memory has one thread.
#[global_allocator]
static ALLOCATOR: AssumeSingleThreaded<LeakingAllocator> =
    unsafe { AssumeSingleThreaded::new(LeakingAllocator::new()) };
