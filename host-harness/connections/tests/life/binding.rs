//! A credential is used by the plugin, and with the origins, that it was entered for, until a person
//! accepts another.

use credential_connections::record::Name;
use credential_connections::service::{BuildError, Connections, Error, Installed, PluginStanding};
use credential_connections::state::State;
use credential_connections::store::StoreError;
use credential_runtime::{Plugin, Policy, Runtime};
use intacct_component::COMPONENT;

use crate::stage::{LIFE, World, plugin, policy, tenant, without_plugins};

crate::on_both! {
    another_plugin_of_the_same_id_is_given_nothing_until_it_is_accepted,
    an_origin_that_was_added_is_reached_once_that_is_accepted,
    what_is_accepted_is_what_was_seen,
}

/// Of no use to anybody, and enough to give a component another digest.
fn with_another_digest() -> Vec<u8> {
    let section = b"\x00\x05\x04note";
    [COMPONENT, section].concat()
}

async fn another_plugin() -> Plugin {
    let runtime = Runtime::builder().build().unwrap();
    runtime.load(&with_another_digest()).await.unwrap()
}

/// A worker that has this plugin installed under this policy.
pub fn with(world: &World, plugin: Plugin, policy: Policy) -> Connections {
    without_plugins(&world.store, &world.clock, "second")
        .plugin(Installed::new(plugin, policy))
        .build()
        .unwrap()
}

/// The plugin is called with no secret, by a person or in the background, and nothing is sent. The
/// platform goes on with a token that is good: no plugin gets it.
async fn assert_kept_from(world: &World, there: &Connections, name: &Name) {
    let sent = world.mock.ledger().len();
    let before = world.status(name).await.overview;
    there.access_token(tenant(), name).await.unwrap();
    let connected = there.connect(tenant(), name, None).await.map(|_| ());
    let renewed = there.renew(tenant(), name).await.map(|_| ());
    let tested = there.test(tenant(), name).await.map(|_| ());
    for (what, outcome) in [("connect", connected), ("renew", renewed), ("test", tested)] {
        assert!(
            matches!(outcome, Err(Error::PluginChanged(_))),
            "{what}: {outcome:?}"
        );
    }
    world.advance(LIFE);
    there.run_due().await.unwrap();
    let token = there.access_token(tenant(), name).await.map(|_| ());
    assert!(matches!(token, Err(Error::PluginChanged(_))), "{token:?}");
    world.mock.ledger().assert_count(sent);
    let after = world.status(name).await.overview;
    assert_eq!(after.tokens, before.tokens, "nothing is lost");
    assert_eq!(after.plugin, before.plugin, "nothing is taken over");
}

#[tokio::test]
async fn two_plugins_of_one_id_are_refused() {
    let world = World::start().await;
    let (one, other) = (plugin().await, another_plugin().await);
    let digests = [one.digest(), other.digest()];
    let builder = without_plugins(&world.store, &world.clock, "second")
        .plugin(Installed::new(one, Policy::nothing()))
        .plugin(Installed::new(other, Policy::nothing()));
    let error = builder.build().map(|_| ()).unwrap_err();
    let BuildError::SamePlugin { id, digests: told } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(id, crate::stage::PLUGIN);
    assert_eq!(told, &digests);
}

async fn another_plugin_of_the_same_id_is_given_nothing_until_it_is_accepted(world: World) {
    let name = world.loader().await;
    let other = another_plugin().await;
    let allowed = policy(&other, &world.mock.origin());
    let there = with(&world, other, allowed);
    assert_kept_from(&world, &there, &name).await;

    // With the first plugin again, all is as it was.
    world
        .connections
        .access_token(tenant(), &name)
        .await
        .unwrap();
    assert_eq!(world.state(&name).await, State::Connected);

    let seen = there.plugin_difference(tenant(), &name).await.unwrap();
    let seen = seen.unwrap();
    assert_ne!(seen.accepted, seen.installed);
    there.accept_plugin(tenant(), &name, &seen).await.unwrap();
    assert_eq!(there.plugin_difference(tenant(), &name).await, Ok(None));
    there.access_token(tenant(), &name).await.unwrap();
    // Surprise 9: what was accepted is no longer called changed.
    let status = there.status(tenant(), &name).await.unwrap();
    assert_eq!(status.form.plugin, PluginStanding::Same);
    assert!(
        world
            .history(&name)
            .await
            .contains(&"plugin-accepted".to_owned())
    );
    let back = world.connections.renew(tenant(), &name).await;
    assert!(matches!(back, Err(Error::PluginChanged(_))), "{back:?}");
}

/// The policy of someone who adds an origin: to the plugin, that is reach which nobody saw.
async fn an_origin_that_was_added_is_reached_once_that_is_accepted(world: World) {
    let plugin = plugin().await;
    let full = policy(&plugin, &world.mock.origin());
    let here = with(&world, plugin.clone(), without_origins(&plugin));
    let settings = crate::stage::web_services_user(&world.mock.company(), "ws-loader");
    let name: Name = "Loader".parse().unwrap();
    here.add(tenant(), name.clone(), crate::stage::PLUGIN, settings)
        .await
        .unwrap();
    let there = with(&world, plugin, full);
    let refused = there.connect(tenant(), &name, None).await;
    let Err(Error::PluginChanged(difference)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(difference.reaches_more, [mock_intacct::INTACCT_ORIGIN]);
    assert_eq!(difference.accepted, difference.installed);
    world.mock.ledger().assert_count(0);
    there
        .accept_plugin(tenant(), &name, &difference)
        .await
        .unwrap();
    there.connect(tenant(), &name, None).await.unwrap();
    // What reaches less than was accepted needs nobody's word.
    assert_eq!(here.plugin_difference(tenant(), &name).await, Ok(None));
}

/// Tells the plugin what it asks to be told, and lets it reach nothing.
fn without_origins(plugin: &Plugin) -> Policy {
    plugin
        .asked_policy()
        .texts()
        .fold(Policy::nothing(), |policy, field| policy.allow_text(field))
}

/// Whoever accepts has seen what is installed, and not what was installed before.
async fn what_is_accepted_is_what_was_seen(world: World) {
    let name = world.loader().await;
    let other = another_plugin().await;
    let narrow = with(&world, other.clone(), without_origins(&other));
    let seen = narrow.plugin_difference(tenant(), &name).await.unwrap();
    let seen = seen.unwrap();
    let wide = with(&world, other.clone(), policy(&other, &world.mock.origin()));
    let mut forged = seen.clone();
    forged.reads_more.push("/something".to_owned());
    let stale = wide.accept_plugin(tenant(), &name, &forged).await;
    assert_eq!(stale, Err(Error::Store(StoreError::StaleState)));
    narrow.accept_plugin(tenant(), &name, &seen).await.unwrap();
    let again = narrow.accept_plugin(tenant(), &name, &seen).await;
    assert_eq!(again, Err(Error::Store(StoreError::StaleState)));
}
