//! Graceful shutdown: a process ends normally while something is under way.

use std::time::Duration;

use credential_connections::service::{AccessToken, Connections, Error, Terms};
use credential_connections::state::State;
use mock_intacct::browser::Consent;
use mock_intacct::{Fault, FaultRule};
use tokio::task::JoinHandle;

use crate::stage::{LIFE, SESSION, World, builder, name, tenant};

crate::on_both! {
    a_process_that_ends_loses_no_renewal_that_its_caller_did_not_wait_for,
    a_process_that_ends_loses_no_exchange_that_its_caller_gave_up,
    who_waits_for_another_process_gives_up_where_this_one_is_to_end,
    nothing_begins_once_a_process_is_to_end,
    a_token_whose_time_ends_while_its_renewal_is_awaited_is_not_handed_out,
    a_token_that_was_over_before_it_could_be_handed_out_is_not,
}

/// Within the plan's margin: due, and it still works.
const DUE: Duration = Duration::from_secs(42_000);

/// A process of its own: its runtime ends with it, whatever is under way.
struct Process {
    runtime: Option<tokio::runtime::Runtime>,
    connections: Connections,
}

impl Process {
    /// Callers with a token that still works do not wait at all.
    async fn start(world: &World) -> Self {
        let terms = Terms {
            patience: Duration::ZERO,
            ..Terms::default()
        };
        let builder = builder(&world.store, &world.mock.origin(), &world.clock, "ending").await;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build();
        Self {
            runtime: Some(runtime.unwrap()),
            connections: builder.terms(terms).build().unwrap(),
        }
    }

    fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.runtime.as_ref().unwrap().spawn(work)
    }

    fn finish(&self) -> JoinHandle<()> {
        let connections = self.connections.clone();
        self.spawn(async move { connections.finish().await })
    }

    fn end(&mut self) {
        self.runtime.take().unwrap().shutdown_background();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn token(process: &Process, of: &str) -> JoinHandle<Result<AccessToken, Error>> {
    let (connections, of) = (process.connections.clone(), name(of));
    process.spawn(async move { connections.access_token(tenant(), &of).await })
}

async fn a_process_that_ends_loses_no_renewal_that_its_caller_did_not_wait_for(world: World) {
    let dana = world.dana().await;
    world.advance(DUE);
    let held = world.inject(FaultRule::new(Fault::SlowHead));
    let mut process = Process::start(&world).await;
    let old = token(&process, "Dana's").await.unwrap().unwrap();
    held.reached(1).await;
    let finishing = process.finish();
    assert!(!process.connections.is_idle());
    held.release();
    finishing.await.unwrap();
    assert!(process.connections.is_idle());
    process.end();
    assert_eq!(world.state(&dana).await, State::Connected);
    let new = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    assert!(new.generation() > old.generation());
    world.connections.renew(tenant(), &dana).await.unwrap();
    world.renewals().assert_statuses(&[200, 200]);
}

async fn a_process_that_ends_loses_no_exchange_that_its_caller_gave_up(world: World) {
    let dana = world.add_regular("Dana's").await;
    let mut process = Process::start(&world).await;
    let connections = &process.connections;
    let redirect_uri = crate::stage::REDIRECT_URI;
    let begun = connections
        .begin_connect(tenant(), &dana, redirect_uri, SESSION, None)
        .await
        .unwrap();
    let redirected = world.browse(&begun.url, "dana", Consent::Allow).await;
    let held = world.inject(FaultRule::new(Fault::SlowHead));
    let connections = connections.clone();
    let caller =
        process.spawn(async move { connections.finish_connect(SESSION, &redirected).await });
    held.reached(1).await;
    caller.abort();
    let finishing = process.finish();
    held.release();
    finishing.await.unwrap();
    process.end();
    assert_eq!(world.state(&dana).await, State::Connected);
    world.connections.renew(tenant(), &dana).await.unwrap();
}

async fn who_waits_for_another_process_gives_up_where_this_one_is_to_end(world: World) {
    let dana = world.dana().await;
    world.advance(LIFE);
    let id = world.status(&dana).await.overview.id;
    let owner = credential_connections::record::Owner::parse("killed").unwrap();
    let leased = world
        .store
        .acquire(tenant(), id, &owner, world.now(), Duration::from_secs(120))
        .await
        .unwrap();
    let process = Process::start(&world).await;
    let waiting = token(&process, "Dana's");
    // It looks again and again; the clock, which is read each time, stands still.
    tokio::task::yield_now().await;
    process.finish().await.unwrap();
    assert_eq!(waiting.await.unwrap(), Err(Error::Stopping));
    world.renewals().assert_count(0);
    drop(leased);
}

async fn nothing_begins_once_a_process_is_to_end(world: World) {
    let dana = world.dana().await;
    world.advance(LIFE);
    let process = Process::start(&world).await;
    process.finish().await.unwrap();
    let asked = token(&process, "Dana's").await.unwrap();
    assert_eq!(asked, Err(Error::Stopping));
    let round = process.connections.run_due().await.unwrap();
    assert_eq!((round.fresh, round.busy), (0, 1));
    world.renewals().assert_count(0);
    assert_eq!(world.state(&dana).await, State::Connected);
}

async fn a_token_whose_time_ends_while_its_renewal_is_awaited_is_not_handed_out(world: World) {
    let dana = world.dana().await;
    world.advance(DUE);
    let held = world.inject(FaultRule::new(Fault::SlowHead));
    let connections = world.connections.clone();
    let caller = tokio::spawn({
        let dana = dana.clone();
        async move { connections.access_token(tenant(), &dana).await }
    });
    held.reached(1).await;
    world.advance(LIFE - DUE);
    tokio::time::pause();
    tokio::time::advance(Terms::default().patience * 2).await;
    tokio::time::resume();
    tokio::task::yield_now().await;
    assert!(!caller.is_finished(), "the old one is over by now");
    held.release();
    let token = caller.await.unwrap().unwrap();
    assert!(token.expires_at().unwrap() > world.now());
}

async fn a_token_that_was_over_before_it_could_be_handed_out_is_not(world: World) {
    let dana = world.dana().await;
    world.advance(LIFE);
    let held = world.inject(FaultRule::new(Fault::SlowHead));
    let connections = world.connections.clone();
    let caller = tokio::spawn({
        let dana = dana.clone();
        async move { connections.access_token(tenant(), &dana).await }
    });
    held.reached(1).await;
    world.advance(LIFE);
    held.release();
    let error = caller.await.unwrap().unwrap_err();
    assert!(
        matches!(&error, Error::Wait { why, .. } if why.code == "expired-on-arrival"),
        "{error:?}"
    );
    let token = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    assert!(token.expires_at().unwrap() > world.now());
}
