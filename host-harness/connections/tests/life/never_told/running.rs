//! What the list of processes says while a renewal runs.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};

use mock_intacct::{Fault, FaultRule};

use super::CONTROL;
use super::heard::Heard;
use crate::stage::{LIFE, World, name};
use crate::worker::Worker;

pub async fn look_at_processes(world: &World, heard: &Heard) {
    let dana = name("Dana's");
    world.advance(LIFE);
    let held = world.inject(FaultRule::new(Fault::SlowHead));
    let mut worker = Worker::start(world, "watched", &dana, 1);
    let worker = tokio::task::spawn_blocking(move || {
        worker.wait_for("ready");
        worker.go();
        worker
    });
    let mut worker = worker.await.unwrap();
    held.reached(1).await;
    heard.process(worker.id());
    heard.process(std::process::id());
    held.release();
    let rest = tokio::task::spawn_blocking(move || worker.rest()).await;
    let rest = rest.unwrap();
    assert!(rest.last().unwrap().starts_with("token "), "{rest:?}");
    look_at_control(heard);
}

/// A process that tells, on its command line and in its environment.
fn look_at_control(heard: &Heard) {
    let mut telling: Child = Command::new("sh")
        .args(["-c", "echo ready; read line", CONTROL])
        .env("TOLD", CONTROL)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // Until it has said something, its command line may not be there yet.
    let said = telling.stdout.as_mut().unwrap();
    said.read_exact(&mut [0; 5]).unwrap();
    heard.process(telling.id());
    // Its input ends, and so does it.
    drop(telling.stdin.take());
    telling.wait().unwrap();
}
