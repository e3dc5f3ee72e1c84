//! The Sage Intacct credential plugin: the component's shell.
//!
//! In scope: the world `credential-plugin` of `wit/`, exported by calling `intacct-core`, and
//! requests carried to the one import, `http.send`. Not in scope: any knowledge of Intacct, which
//! is the core's; turning this module into a component, which is `intacct-component`'s.
//!
//! On other targets this crate is empty: the names of WIT exports are no names for a native linker.
//!
//! Without `std`, which this target gives nothing to do: it would bring 7,000 bytes for printing
//! the panics that nobody sees.

#![cfg(target_family = "wasm")]
#![no_std]

extern crate alloc;

mod allocator;
mod bindings;
mod convert;
mod exports;

/// Traps: the host sees a failed call, and the next call has a new instance.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
