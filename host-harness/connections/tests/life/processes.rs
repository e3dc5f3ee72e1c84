//! Several processes on one store.

use credential_connections::record::Fingerprint;
use mock_intacct::{Fault, FaultRule, TokenKind};

use crate::stage::{LIFE, World};
use crate::worker::Worker;

const PROCESSES: usize = 8;
const CALLERS_EACH: usize = 8;

crate::on_both! {
    eight_processes_with_sixty_four_callers_make_one_request,
}

/// `two refreshes at once burn a single-use token`: the token endpoint is slow, a token that comes
/// twice ends everything, and nobody may know of anybody else but through the store.
async fn eight_processes_with_sixty_four_callers_make_one_request(world: World) {
    let dana = world.dana().await;
    world.advance(LIFE);
    let held = world.inject(FaultRule::new(Fault::SlowHead));
    let start =
        |number: usize| Worker::start(&world, &format!("worker {number}"), &dana, CALLERS_EACH);
    let workers: Vec<Worker> = (0..PROCESSES).map(start).collect();
    let workers = tokio::task::spawn_blocking(|| all_call(workers))
        .await
        .unwrap();
    held.reached(1).await;
    held.release();
    let said = tokio::task::spawn_blocking(|| all_said(workers))
        .await
        .unwrap();
    world.renewals().assert_statuses(&[200]);
    let newest = world
        .mock
        .issued()
        .last(TokenKind::Access)
        .unwrap()
        .value
        .clone();
    let expected = format!("token {}", Fingerprint::of(&newest.into()));
    assert_eq!(said, vec![expected; PROCESSES * CALLERS_EACH]);
}

fn all_call(mut workers: Vec<Worker>) -> Vec<Worker> {
    workers
        .iter_mut()
        .for_each(|worker| worker.wait_for("ready"));
    workers.iter_mut().for_each(Worker::go);
    workers
        .iter_mut()
        .for_each(|worker| worker.wait_for("calling"));
    workers
}

fn all_said(workers: Vec<Worker>) -> Vec<String> {
    workers
        .into_iter()
        .flat_map(|mut worker| worker.rest())
        .collect()
}
