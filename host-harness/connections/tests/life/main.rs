//! The life of a credential, from outside: the shipped component in the sandbox, a mock Intacct, a
//! real store. Time moves when a test moves it.
//!
//! Most tests are written once and run twice: on SQLite, and on a PostgreSQL server that is started
//! for this run and stopped after it.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests have no readers but each other, fail by panicking, and print what they counted"
)]

mod ahead;
mod alarming;
mod binding;
mod binding_to_policy;
mod clock;
mod clocks;
mod confirming;
mod connecting;
mod ending;
mod finishing;
mod heartbeat;
mod held;
mod keeping;
mod killing;
mod killing_at_steps;
mod knowing;
mod learning;
mod log;
mod long_texts;
mod maintenance;
mod never_told;
mod processes;
mod racing;
mod refusing;
mod rejecting;
mod relay;
mod renewing;
mod stage;
mod steps;
mod store_refusing;
mod store_trouble;
mod testing;
mod unanswered;
mod unrenewable;
mod upgrading;
mod versions;
mod worker;
mod wrapped_store;

/// Runs these tests on both stores.
macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::stage::World::start().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::stage::World::start_on_postgres().await).await;
            })*
        }
    };
}
pub(crate) use on_both;
