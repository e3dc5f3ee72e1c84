//! Databases and disks that tests of stored credentials run on; no part of the product.
//!
//! In scope: a PostgreSQL server of a test run's own, its standby, a connection pooler before it, and a disk that can be full or read-only. Not in
//! scope: any assertion about what is stored.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops where what it stands on cannot be had"
)]

pub mod disk;
mod files;
mod pooler;
mod program;
mod server;

pub use files::read_all;
pub use pooler::Pooler;
pub use program::run;
pub use server::{Server, connect, execute};
