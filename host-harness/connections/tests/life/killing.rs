//! Killed in the middle of a renewal, again and again, at instants that nobody chose.

use std::time::{Duration, Instant};

use credential_connections::record::{Fingerprint, Name};
use credential_connections::service::Error;
use mock_intacct::{Outcome, TokenKind};

use crate::stage::{LEASE, LIFE, World, tenant};
use crate::worker::Worker;

/// What became of a renewal whose worker was killed.
#[derive(Debug, Default)]
struct Counts {
    /// Killed before anything was written, or after everything was.
    undisturbed: usize,
    /// Killed in between, and usable all the same.
    recovered: usize,
    /// The only token that is still good died with its receiver, and the credential says so.
    truthfully_unknown: usize,
    /// The stored token was still good, and nothing came of it.
    lost: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_worker_loses_nothing_that_could_have_been_kept_on_sqlite() {
    kill_often(World::start().await, 200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_worker_loses_nothing_that_could_have_been_kept_on_postgres() {
    kill_often(World::start_on_postgres().await, 60).await;
}

async fn kill_often(world: World, times: u64) {
    let dana = world.dana().await;
    let whole = undisturbed_renewal(&world, &dana).await;
    let mut counts = Counts::default();
    for number in 0..times {
        // Spread over the whole renewal and a little beyond, in an order that looks like none.
        let share = (number * 89 % times) as u32;
        let delay = whole * 11 / 10 * share / times as u32;
        kill_once(&world, &dana, delay).await;
        look_after(&world, &dana, &mut counts).await;
    }
    println!("{times} killed within {whole:?}: {counts:?}");
    assert_eq!(counts.lost, 0, "{counts:?}");
    let disturbed = counts.recovered + counts.truthfully_unknown;
    assert!(disturbed > 0, "no kill met a renewal under way: {counts:?}");
}

/// How long a renewal takes from the order to the token, at its quickest: most of the kills are then
/// within one.
async fn undisturbed_renewal(world: &World, name: &Name) -> Duration {
    let mut shortest = Duration::MAX;
    for _ in 0..3 {
        world.advance(LIFE);
        let mut worker = Worker::start(world, "undisturbed", name, 1);
        let took = tokio::task::spawn_blocking(move || {
            worker.wait_for("ready");
            let begun = Instant::now();
            worker.go();
            worker.wait_for("calling");
            assert!(worker.says().starts_with("token "));
            begun.elapsed()
        });
        shortest = shortest.min(took.await.unwrap());
    }
    shortest
}

async fn kill_once(world: &World, name: &Name, delay: Duration) {
    world.advance(LIFE);
    let mut worker = Worker::start(world, "to be killed", name, 1);
    let killed = tokio::task::spawn_blocking(move || {
        worker.wait_for("ready");
        worker.go();
        // The instant is the point here; nothing is waited for.
        std::thread::sleep(delay);
        worker.kill();
    });
    killed.await.unwrap();
    settle(world).await;
}

/// Until the service has done all that it was asked for: another request is answered behind those
/// that came before it, and none is open.
pub async fn settle(world: &World) {
    let address = world.mock.address();
    let asked = tokio::task::spawn_blocking(move || {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        write!(
            stream,
            "GET /_mock HTTP/1.1\r\nhost: mock\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
    });
    asked.await.unwrap();
    let open = |world: &World| {
        let ledger = world.mock.ledger();
        ledger
            .entries()
            .iter()
            .any(|entry| entry.outcome == Outcome::Pending)
    };
    while open(world) {
        tokio::task::yield_now().await;
    }
}

async fn look_after(world: &World, name: &Name, counts: &mut Counts) {
    world.advance(LEASE);
    let status = world.status(name).await;
    let disturbed = status.standing.state.is_under_way();
    let stored = status.overview.tokens.unwrap().refresh.unwrap();
    let now = world.mock.clock().now();
    let issued = world.mock.issued();
    let honoured = issued
        .of_kind(TokenKind::Refresh)
        .any(|it| it.is_live_at(now) && Fingerprint::of(&it.value.as_str().into()) == stored);
    match world.connections.access_token(tenant(), name).await {
        Ok(_) if disturbed => counts.recovered += 1,
        Ok(_) => counts.undisturbed += 1,
        Err(Error::Reconnect(why)) if why.code == "answer-lost" => {
            let count = if honoured {
                &mut counts.lost
            } else {
                &mut counts.truthfully_unknown
            };
            *count += 1;
            world.sign_in(name, "dana").await.unwrap();
        }
        Err(other) => panic!("neither usable nor truthful: {other:?}"),
    }
}
