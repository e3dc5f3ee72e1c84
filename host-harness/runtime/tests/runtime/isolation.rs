//! A call leaves nothing behind for the next.

use credential_runtime::{Allocation, Limits, Runtime};

use crate::server::Server;
use crate::stage::{SERVICE, Stage};

#[tokio::test]
async fn an_instance_remembers_nothing() {
    let stage = Stage::new().await;
    for _ in 0..3 {
        assert_eq!(stage.compute("count-calls", "").await.unwrap(), "1");
    }
}

#[tokio::test]
async fn a_call_that_sends_nothing_cannot_send() {
    let server = Server::says_json("{}").await;
    let stage = Stage::new().await.mapped_to(&server);
    let operation = stage.operation("get", &format!("{SERVICE}/"));
    let seen = operation.revocation_warning().await.unwrap().unwrap();
    assert!(seen.starts_with("FailureKind::Denied sent=false"), "{seen}");
    assert_eq!(server.received(), [] as [String; 0]);
}

#[tokio::test]
async fn without_room_for_a_pool_memory_is_taken_on_demand() {
    // More slots than any address space holds.
    let limits = Limits {
        concurrent_calls: 1_000_000,
        ..Limits::default()
    };
    let runtime = Runtime::builder().limits(limits.clone()).build().unwrap();
    assert_eq!(runtime.allocation(), Allocation::OnDemand);
    Stage::with_limits(limits).await.assert_works().await;
}

#[tokio::test]
async fn where_there_is_room_memory_comes_from_a_pool() {
    let runtime = Runtime::builder().build().unwrap();
    assert_eq!(runtime.allocation(), Allocation::Pooling);
}
