//! A plugin of which there are several versions, on the world's store, with the mock as its service.

use credential_connections::record::Name;
use credential_connections::service::{Connections, Installed};
use credential_runtime::{Plugin, Runtime, Settings};
use test_guests::{Version, version};

use crate::stage::{World, name, tenant, without_plugins};

/// The plugin's id.
pub const ID: &str = "versions";

/// Where the plugin sends.
const SERVICE: &str = "https://service.example";

/// A worker that has this version installed, with whatever it asks for.
pub async fn with(world: &World, of: Version) -> Connections {
    supplied(world, of, Settings::new()).await
}

/// The same, where the platform fills something in.
pub async fn supplied(world: &World, of: Version, platform: Settings) -> Connections {
    let plugin = load(of).await;
    let to_mock = world.mock.origin().parse().unwrap();
    let policy = plugin
        .asked_policy()
        .map_origin(SERVICE.parse().unwrap(), to_mock);
    let installed = Installed::new(plugin, policy).supplying(platform);
    without_plugins(&world.store, &world.clock, of.name())
        .plugin(installed)
        .build()
        .unwrap()
}

pub async fn load(of: Version) -> Plugin {
    let cache = concat!(env!("CARGO_TARGET_TMPDIR"), "/life-cache");
    let runtime = Runtime::builder().cache(cache).build().unwrap();
    runtime.load(&version(of).unwrap()).await.unwrap()
}

/// The form of its first version, filled in.
pub fn settings(world: &World) -> Settings {
    let company = world.mock.company();
    let application = &company.applications[0];
    Settings::new()
        .with_text("client_id", application.client_id.as_str())
        .with_secret("client_secret", application.client_secret.as_str())
        .with_text("username", format!("ws-loader@{}", company.id))
        .with_secret("spare_key", "not-a-real-spare-key")
        .with_text("note", "a note")
}

/// A credential that is connected by this version.
pub async fn connected(world: &World, of: &Connections, called: &str) -> Name {
    let name = name(called);
    of.add(tenant(), name.clone(), ID, settings(world))
        .await
        .unwrap();
    of.connect(tenant(), &name, None).await.unwrap();
    name
}

/// Somebody accepts what is installed.
pub async fn accept(installed: &Connections, name: &Name) {
    let seen = installed.plugin_difference(tenant(), name).await.unwrap();
    let seen = seen.expect("a difference");
    installed
        .accept_plugin(tenant(), name, &seen)
        .await
        .unwrap();
}
