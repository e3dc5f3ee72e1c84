//! Loading a component that nobody trusts: a scan of its binary first, then compiling within bounds.
//!
//! - `scan` (with `kind`, `walk`, `types`, `module`, `code`) reads the binary once, in time linear in its size and without recursion: what the file is, what
//!   it imports and exports, what it is made of. Nothing is validated or compiled.
//! - `census` holds what it is made of against the bounds.
//! - `compiler` compiles, in this process or in a child with limits of its own; `child` is that child.
//!
//! Validation and compiling are wasmtime's, and happen only after the scan.

mod census;
pub(crate) mod child;
mod code;
pub(crate) mod compiler;
mod kind;
mod module;
mod scan;
mod types;
mod walk;

pub use census::{Excess, Measure};
pub use child::{CHILD_ARGUMENT, compile_as_child};
pub use compiler::{Compiler, CompilerError};
pub use kind::{FileKind, Unsupported};
pub(crate) use scan::Scan;
