//! A life in which everything happens that can, printed.

use credential_connections::service::{Edit, Installed};
use credential_runtime::{Plugin, Policy, Runtime, RuntimeBuilder, SettingValue, Settings};
use intacct_component::COMPONENT;
use mock_intacct::browser::Consent;
use mock_intacct::{Fault, FaultRule, Wait};
use test_guests::{Behaviour, MISBEHAVING};

use super::CONTROL;
use super::heard::Heard;
use super::secrets::{Drawn, Secrets};
use crate::stage::{
    LIFE, REDIRECT_URI, SESSION, World, name, plugin, policy, session, tenant, without_plugins,
};

/// A client secret that somebody typed wrongly is as telling as the right one.
const MISTYPED: &str = "not-a-real-secret-0123456789abcdeg";

/// The secret of a plugin that traps with it.
const TRAPPED: &str = "not-a-real-secret-that-a-trap-meets";

/// Compiles what is run below: a compiler's log is long, and knows no secret yet.
pub async fn compile() {
    plugin().await;
    load(MISBEHAVING, Runtime::builder()).await;
}

async fn load(component: &[u8], builder: RuntimeBuilder) -> Plugin {
    let cache = concat!(env!("CARGO_TARGET_TMPDIR"), "/life-cache");
    let runtime = builder.cache(cache).build().unwrap();
    runtime.load(component).await.unwrap()
}

/// The same world, whose sign-ins draw what can be asked for later.
pub async fn remembering(mut world: World, drawn: &Drawn) -> World {
    let origin = world.mock.origin();
    let runtime = || Runtime::builder().randomness(drawn.clone());
    let plugin = load(COMPONENT, runtime()).await;
    let installed = Installed::new(plugin.clone(), policy(&plugin, &origin));
    let trapping = Installed::new(
        load(MISBEHAVING, runtime()).await,
        Policy::nothing().allow_text("behaviour"),
    );
    let builder = without_plugins(&world.store, &world.clock, "remembering");
    let builder = builder.plugin(installed).plugin(trapping);
    world.connections = builder.build().unwrap();
    world
}

pub async fn live(world: &World, heard: &Heard) -> Secrets {
    let mut secrets = Secrets::default();
    for secret in [SESSION, MISTYPED, TRAPPED] {
        secrets.add(secret);
    }
    heard.say_control().await;
    connect_by_session(world, heard).await;
    connect_by_browser(world, heard).await;
    fail_to_renew(world, heard).await;
    mistype(world, heard).await;
    trap(world, heard).await;
    look(world, heard).await;
    revoke(world, heard).await;
    secrets
}

async fn connect_by_session(world: &World, heard: &Heard) {
    let settings = session(&world.mock.company());
    let by_session = world.add("By session", settings).await;
    let connected = world.connections.connect(tenant(), &by_session, None).await;
    heard.print(connected.unwrap());
}

async fn connect_by_browser(world: &World, heard: &Heard) {
    let connections = &world.connections;
    let dana = world.add_regular(CONTROL).await;
    connections
        .rename(tenant(), &dana, &name("Dana's"))
        .await
        .unwrap();
    let dana = name("Dana's");
    let begun = connections.begin_connect(tenant(), &dana, REDIRECT_URI, SESSION, None);
    let begun = begun.await.unwrap();
    heard.print(&begun);
    let redirected = world.browse(&begun.url, "dana", Consent::Allow).await;
    heard.print(
        connections
            .finish_connect(SESSION, &redirected)
            .await
            .unwrap(),
    );
    let again = connections.finish_connect(SESSION, &redirected).await;
    heard.error(&again.unwrap_err());
    let token = connections.access_token(tenant(), &dana).await.unwrap();
    heard.print((&token, connections.headers(&token).await.unwrap()));
    heard.print(connections.test(tenant(), &dana).await.unwrap());
    heard.error(&world.sign_in(&dana, "admin").await.unwrap_err());
}

async fn fail_to_renew(world: &World, heard: &Heard) {
    let (connections, dana) = (&world.connections, name("Dana's"));
    for fault in [Fault::Throttled(Wait::Seconds), Fault::DropAfterActing] {
        world.advance(LIFE);
        world.inject(FaultRule::new(fault));
        heard.error(&connections.access_token(tenant(), &dana).await.unwrap_err());
    }
    world.advance(LIFE);
    let lost = connections.access_token(tenant(), &dana).await.unwrap_err();
    heard.error(&lost);
    assert!(format!("{lost:?}").contains("answer-lost"), "{lost:?}");
}

async fn mistype(world: &World, heard: &Heard) {
    let (connections, by_session) = (&world.connections, name("By session"));
    let edit = Edit::new().set("client_secret", SettingValue::Secret(MISTYPED.into()));
    heard.print(&edit);
    connections
        .edit(tenant(), &by_session, &edit)
        .await
        .unwrap();
    heard.error(&connections.renew(tenant(), &by_session).await.unwrap_err());
}

/// A plugin that traps while its credential's secret is in the vault.
async fn trap(world: &World, heard: &Heard) {
    let settings = Settings::new()
        .with_text("behaviour", Behaviour::Panic.name())
        .with_secret("secret", TRAPPED);
    let added = world
        .connections
        .add(tenant(), name("Trap"), "misbehaving", settings);
    heard.error(&added.await.unwrap_err());
}

async fn look(world: &World, heard: &Heard) {
    let connections = &world.connections;
    // An export has the name that anybody may see.
    let by_session = (name("By session"), name(CONTROL));
    connections
        .rename(tenant(), &by_session.0, &by_session.1)
        .await
        .unwrap();
    heard.print(connections.list(tenant()).await.unwrap());
    for name in [&name("Dana's"), &by_session.1] {
        heard.print(world.status(name).await);
        let history = connections.history(tenant(), name, 100).await.unwrap();
        heard.print(serde_json::to_string(&history).unwrap());
    }
    let export = connections.export(tenant()).await.unwrap();
    let export = serde_json::to_string(&export).unwrap();
    assert!(export.contains(CONTROL), "{export}");
    heard.print(export);
}

async fn revoke(world: &World, heard: &Heard) {
    let (connections, by_session) = (&world.connections, name(CONTROL));
    let revocation = connections.revocation(tenant(), &by_session).await.unwrap();
    heard.print(&revocation);
    let revoked = connections
        .revoke(tenant(), &by_session, &revocation.confirm)
        .await;
    heard.error(&revoked.unwrap_err());
}
