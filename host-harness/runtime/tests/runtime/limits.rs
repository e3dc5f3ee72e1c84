//! Every bound, hit: a typed error that names it, and the next call works.

use std::time::Duration;

use credential_runtime::{Cause, Error, HttpLimits, Limit, Limits, LoadError, Runtime};

use crate::server::Server;
use crate::stage::{SERVICE, Stage};

fn quick() -> Limits {
    Limits {
        cpu_time: Duration::from_millis(50),
        ..Limits::default()
    }
}

#[tokio::test]
async fn an_endless_loop_is_stopped() {
    let stage = Stage::with_limits(quick()).await;
    Stage::assert_limit(stage.compute("loop", "").await, Limit::CpuTime);
    stage.assert_works().await;
}

#[tokio::test]
async fn endless_recursion_is_stopped() {
    let stage = Stage::new().await;
    Stage::assert_limit(stage.compute("recurse", "").await, Limit::Stack);
    stage.assert_works().await;
}

#[tokio::test]
async fn endless_allocation_is_stopped() {
    let stage = Stage::new().await;
    Stage::assert_limit(stage.compute("allocate", "").await, Limit::Memory);
    stage.assert_works().await;
}

#[tokio::test]
async fn a_return_value_larger_than_the_bound_is_refused() {
    let stage = Stage::new().await;
    let bound = Limits::default().hostcall_bytes;
    Stage::assert_limit(
        stage.compute("long-answer", &(bound + 1).to_string()).await,
        Limit::Hostcall,
    );
    let within = stage
        .compute("long-answer", &(bound / 2).to_string())
        .await
        .unwrap();
    assert_eq!(within.len(), 4096, "taken in, and cut before it is shown");
}

#[tokio::test]
async fn many_requests_in_one_call_are_stopped() {
    let server = Server::says_json("{}").await;
    let stage = Stage::new().await.mapped_to(&server);
    let outcome = stage.send("many-requests", "/").await;
    let Err(Error::Failed(failure)) = outcome else {
        panic!("{outcome:?}")
    };
    Stage::assert_limit::<()>(Err(failure), Limit::Requests);
    assert_eq!(
        server.received().len(),
        HttpLimits::default().requests_per_call as usize
    );
    stage.assert_works().await;
}

#[tokio::test]
async fn a_call_that_waits_too_long_says_that_its_request_had_left() {
    let server = Server::silent().await;
    let limits = Limits {
        call_deadline: Duration::from_millis(200),
        ..Limits::default()
    };
    let stage = Stage::with_limits(limits).await.mapped_to(&server);
    let outcome = stage.send("get", "/").await;
    let Err(Error::Failed(failure)) = outcome else {
        panic!("{outcome:?}")
    };
    assert!(failure.request_sent);
    Stage::assert_limit::<()>(Err(failure), Limit::CallDeadline);
    stage.assert_works().await;
}

#[tokio::test]
async fn waiting_for_the_service_is_no_computing() {
    let server = Server::silent().await;
    let http = HttpLimits {
        answer_deadline: Duration::from_millis(300),
        ..HttpLimits::default()
    };
    let stage = Stage::with_limits(Limits { http, ..quick() })
        .await
        .mapped_to(&server);
    let seen = stage.send("get", "/").await.unwrap();
    assert!(seen.starts_with("FailureKind::Timeout sent=true"), "{seen}");
}

#[tokio::test]
async fn a_panic_is_a_crash_that_tells_nothing_of_the_plugins_text() {
    let stage = Stage::new().await;
    let failure = stage.compute("panic", "").await.unwrap_err();
    assert!(matches!(&failure.cause, Cause::Trap(_)), "{failure:?}");
    assert!(
        !failure.to_string().contains("not-a-real-panic"),
        "{failure}"
    );
    stage.assert_works().await;
}

#[tokio::test]
async fn a_component_larger_than_the_bound_is_not_compiled() {
    let limits = Limits {
        component_bytes: 1000,
        ..Limits::default()
    };
    let runtime = Runtime::builder().limits(limits).build().unwrap();
    let outcome = runtime.load(test_guests::MISBEHAVING).await;
    assert!(
        matches!(outcome, Err(LoadError::TooLarge { limit: 1000, .. })),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_plugin_that_needs_more_memory_than_allowed_cannot_start() {
    let runtime = Runtime::builder()
        .limits(Limits {
            memory_bytes: 64 << 10,
            ..Limits::default()
        })
        .build()
        .unwrap();
    assert!(runtime.load(test_guests::MISBEHAVING).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loop_in_one_call_does_not_hold_up_the_others() {
    let stage = Stage::with_limits(quick()).await;
    let looping = async { stage.compute("loop", "").await };
    let others = async {
        for _ in 0..20 {
            stage.assert_works().await;
        }
    };
    let (looped, ()) = tokio::join!(looping, others);
    Stage::assert_limit(looped, Limit::CpuTime);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_calls_than_slots_wait_for_their_turn() {
    let limits = Limits {
        concurrent_calls: 2,
        ..Limits::default()
    };
    let stage = std::sync::Arc::new(Stage::with_limits(limits).await);
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let stage = std::sync::Arc::clone(&stage);
        calls.spawn(async move { stage.assert_works().await });
    }
    while let Some(call) = calls.join_next().await {
        call.unwrap();
    }
}

#[tokio::test]
async fn a_request_and_an_answer_have_a_largest_size() {
    let server = Server::says_json(&format!("\"{}\"", "x".repeat(300 << 10))).await;
    let stage = Stage::new().await.mapped_to(&server);
    let large = stage.send("large-request", "/").await.unwrap();
    assert!(
        large.starts_with("FailureKind::Denied sent=false"),
        "{large}"
    );
    assert_eq!(server.received(), [] as [String; 0]);
    let answer = stage.send("get", "/").await.unwrap();
    assert!(
        answer.starts_with("FailureKind::TooLarge sent=true"),
        "{answer}"
    );
    assert_eq!(SERVICE, "https://service.example");
}
