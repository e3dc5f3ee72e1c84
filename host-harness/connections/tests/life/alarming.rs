//! What the log says of a credential that comes to need somebody.

use std::time::Duration;

use credential_connections::service::{Connections, Error};
use mock_intacct::{Fault, FaultRule, Wait, refusal};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tracing::subscriber::NoSubscriber;

use crate::log::{Log, until};
use crate::stage::{LIFE, World, tenant};

crate::on_both! {
    one_warning_says_who_has_to_act_and_one_that_it_is_well_again,
    what_ends_by_itself_is_no_alarm,
    a_plugin_that_is_not_installed_is_told_once,
    a_watch_that_starts_beside_a_dead_credential_tells_of_it_once,
    what_another_process_met_is_told_once_by_the_watch,
    a_failed_test_of_another_process_is_told_by_the_watch,
}

async fn one_warning_says_who_has_to_act_and_one_that_it_is_well_again(world: World) {
    let log = Log::default();
    let _listening = log.listen();
    let dana = world.dana().await;
    world.change(|company| company.web_services_subscription = false);
    let (stop, stopped) = oneshot::channel::<()>();
    // As `renew --watch` is: what a person does goes through another process.
    let watching = world.another("watch").await;
    let watch = tokio::spawn(async move { watching.watch(async { drop(stopped.await) }).await });
    world.advance(LIFE);
    until(|| !log.lines("needs somebody").is_empty()).await;
    world.advance(LIFE);
    world.connections.run_due().await.unwrap();
    world.change(|company| company.web_services_subscription = true);
    world.sign_in(&dana, "dana").await.unwrap();
    while log.lines("well again").is_empty() {
        world.advance(Duration::from_secs(30));
        tokio::task::yield_now().await;
    }
    stop.send(()).unwrap();
    watch.await.unwrap();
    let needs = log.lines("needs somebody");
    assert_eq!(needs.len(), 1, "{needs:?}");
    for said in ["WARN", "Dana's", "invalid_grant", "who_acts"] {
        assert!(needs[0].contains(said), "{said}: {needs:?}");
    }
    // Who connected it hears of it as well: that is another process.
    let well = log.lines("well again");
    assert!((1..=2).contains(&well.len()), "{well:?}");
    assert!(well[0].contains("Dana's"), "{well:?}");
}

async fn what_ends_by_itself_is_no_alarm(world: World) {
    let log = Log::default();
    let _listening = log.listen();
    world.dana().await;
    world.advance(LIFE);
    world.inject(FaultRule::new(Fault::Unavailable(Wait::Unsaid)).times(3));
    for _ in 0..4 {
        world.connections.run_due().await.unwrap();
        world.advance(Duration::from_secs(300));
    }
    assert_eq!(log.lines("credential"), [""; 0]);
}

async fn a_plugin_that_is_not_installed_is_told_once(world: World) {
    let log = Log::default();
    let _listening = log.listen();
    world.dana().await;
    let without = crate::stage::without_plugins(&world.store, &world.clock, "without");
    let without = without.build().unwrap();
    world.advance(LIFE);
    for _ in 0..3 {
        without.run_due().await.unwrap();
    }
    let needs = log.lines("needs somebody");
    assert_eq!(needs.len(), 1, "{needs:?}");
    assert!(needs[0].contains("plugin-not-installed"), "{needs:?}");
}

/// A watch as a process of its own, started now.
struct Watching {
    connections: Connections,
    stop: oneshot::Sender<()>,
    watch: JoinHandle<()>,
}

impl Watching {
    async fn start(world: &World) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let connections = world.another("watch").await;
        let watching = connections.clone();
        let watch = async move { watching.watch(async { drop(stopped.await) }).await };
        let watch = tokio::spawn(watch);
        Self {
            connections,
            stop,
            watch,
        }
    }

    /// Lets time pass until then, but not while it is at work: it would seem to have slept.
    async fn pass(&self, world: &World, done: impl Fn() -> bool) {
        while !done() {
            if self.connections.is_idle() {
                world.advance(Duration::from_secs(10));
            }
            tokio::task::yield_now().await;
        }
    }

    /// Lets it look at the store a few times, for an hour.
    async fn look_around(&self, world: &World) {
        let end = world.now().plus(Duration::from_secs(3_600));
        self.pass(world, || world.now() >= end).await;
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.watch.await.unwrap();
    }
}

/// Something that happens in another process: its log is not heard here.
async fn unheard<T>(act: impl Future<Output = T>) -> T {
    let _deaf = tracing::subscriber::set_default(NoSubscriber::new());
    act.await
}

/// Nothing is ever due about it, and whoever met its end has ended since.
async fn a_watch_that_starts_beside_a_dead_credential_tells_of_it_once(world: World) {
    let log = Log::default();
    let _listening = log.listen();
    let (dana, _loader) = (world.dana().await, world.loader().await);
    world.inject(FaultRule::new(Fault::Refuse(refusal::ENDED_REFRESH_TOKEN)));
    let renewed = unheard(world.connections.renew(tenant(), &dana)).await;
    assert!(matches!(renewed, Err(Error::Reconnect(_))), "{renewed:?}");
    for _ in 0..2 {
        let before = log.lines("needs somebody").len();
        let watching = Watching::start(&world).await;
        until(|| log.lines("needs somebody").len() > before).await;
        watching.look_around(&world).await;
        watching.stop().await;
        let needs = log.lines("needs somebody");
        assert_eq!(needs.len(), before + 1, "{needs:?}");
        assert!(needs[before].contains("Dana's"), "{needs:?}");
        assert!(needs[before].contains("invalid_grant"), "{needs:?}");
    }
}

/// The watch has met nothing itself; later it meets the same refusal by the hour, and says no more.
async fn what_another_process_met_is_told_once_by_the_watch(world: World) {
    let log = Log::default();
    let _listening = log.listen();
    let loader = world.loader().await;
    let watching = Watching::start(&world).await;
    watching.look_around(&world).await;
    assert_eq!(log.lines("needs somebody"), [""; 0]);
    let refused = Fault::Refuse(refusal::APPLICATION_NOT_AUTHORIZED);
    world.inject(FaultRule::new(refused).always());
    let renewed = unheard(world.connections.renew(tenant(), &loader)).await;
    assert!(matches!(renewed, Err(Error::PutRight(_))), "{renewed:?}");
    let told = || !log.lines("needs somebody").is_empty();
    watching.pass(&world, told).await;
    let requests = world.mock.ledger().token_requests().len();
    let asked = || world.mock.ledger().token_requests().len() >= requests + 2;
    watching.pass(&world, asked).await;
    let needs = log.lines("needs somebody");
    assert_eq!(needs.len(), 1, "{needs:?}");
    assert!(needs[0].contains("REST-1216"), "{needs:?}");
    world.mock.clear_faults();
    let well = || !log.lines("well again").is_empty();
    watching.pass(&world, well).await;
    watching.stop().await;
}

async fn a_failed_test_of_another_process_is_told_by_the_watch(world: World) {
    let log = Log::default();
    let _listening = log.listen();
    let loader = world.loader().await;
    let company = world.mock.company();
    world.change(|company| {
        company
            .users
            .iter_mut()
            .for_each(|user| user.may_read = false);
    });
    unheard(world.connections.test(tenant(), &loader))
        .await
        .unwrap();
    let watching = Watching::start(&world).await;
    until(|| !log.lines("needs somebody").is_empty()).await;
    world.change(|it| *it = company);
    unheard(world.connections.test(tenant(), &loader))
        .await
        .unwrap();
    let well = || !log.lines("well again").is_empty();
    watching.pass(&world, well).await;
    watching.stop().await;
    let needs = log.lines("needs somebody");
    assert_eq!(needs.len(), 1, "{needs:?}");
}
