//! What a store promises, asked of both databases.
//!
//! Most tests are written once and run twice: against an SQLite file of their own, and against a
//! database of their own on a PostgreSQL server that is started for this run and stopped after it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what the tests share says what it expects as they do"
)]

mod credentials;
mod disks;
mod due;
mod durability;
mod failover;
mod faults;
mod history;
#[cfg(feature = "keyring")]
mod keyring;
mod keys;
mod leases;
mod opening;
mod poolers;
mod postgres_faults;
mod private_files;
mod proxy;
mod renewals;
mod replaced;
mod restoring;
mod rotation;
mod sample;
mod secrecy;
mod settings;
mod stage;
mod tampering;
mod tenants;
mod tls;

/// Runs these tests against both databases.
macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(crate::stage::Stage::sqlite()).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(crate::stage::Stage::postgres().await).await;
            })*
        }
    };
}
pub(crate) use on_both;
