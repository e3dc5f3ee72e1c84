//! What the log says of a credential that comes to need somebody.

use std::time::Duration;

use mock_intacct::{Fault, FaultRule, Wait};
use tokio::sync::oneshot;

use crate::log::{Log, until};
use crate::stage::{LIFE, World};

crate::on_both! {
    one_warning_says_who_has_to_act_and_one_that_it_is_well_again,
    what_ends_by_itself_is_no_alarm,
    a_plugin_that_is_not_installed_is_told_once,
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
