//! What a policy allows a plugin beyond its origins (claims, labels, texts, headers) is part of what a credential
//! is bound to.

use credential_connections::record::{Bound, Document, Name, NewCredential, NewEvent, PluginRef};
use credential_connections::service::{Connections, Error, Installed, PluginDifference, Standing};
use credential_runtime::{Plugin, Policy, Reading, Runtime, Settings};

use crate::binding::with;
use crate::stage::{World, name, tenant};

crate::on_both! {
    what_a_policy_adds_for_the_same_plugin_is_used_once_that_is_accepted,
    what_only_the_policy_or_only_the_plugin_says_is_no_difference,
    a_credential_of_before_is_bound_at_its_first_use_and_nobody_is_asked,
    a_credential_of_before_is_asked_about_where_plugin_or_origins_changed,
}

/// The guest, which asks for claims, labels and headers.
const GUEST: &str = "misbehaving";

const SERVICE: &str = "https://service.example";

async fn guest() -> Plugin {
    let cache = concat!(env!("CARGO_TARGET_TMPDIR"), "/life-cache");
    let runtime = Runtime::builder().cache(cache).build().unwrap();
    runtime.load(test_guests::MISBEHAVING).await.unwrap()
}

fn narrow() -> Policy {
    let origin = SERVICE.parse().unwrap();
    Policy::nothing()
        .allow_origin(origin)
        .allow_text("behaviour")
}

fn a_label(guest: &Plugin) -> String {
    let mut members = guest.descriptor().members.iter();
    let label = members.find(|it| it.reading == Reading::Label);
    label.unwrap().pointer.clone()
}

fn guest_settings() -> Settings {
    Settings::new().with_secret("secret", "not-a-real-secret-of-a-guest")
}

/// What is refused, and shown.
async fn refused(there: &Connections, name: &Name) -> PluginDifference {
    let refused = there.connect(tenant(), name, None).await.map(|_| ());
    let Err(Error::PluginChanged(difference)) = refused else {
        panic!("{refused:?}");
    };
    let told = there.plugin_difference(tenant(), name).await.unwrap();
    assert_eq!(told.as_ref(), Some(&*difference));
    *difference
}

/// Whatever else a policy lets the same file do, over the same origins.
async fn what_a_policy_adds_for_the_same_plugin_is_used_once_that_is_accepted(world: World) {
    let guest = guest().await;
    let label = a_label(&guest);
    let wider: [(Policy, String, &str); 5] = [
        (
            narrow().allow_claim("sub"),
            "the claim sub".to_owned(),
            "read",
        ),
        (
            narrow().allow_label(&label),
            format!("{label} {}", Reading::Label.describe()),
            "read",
        ),
        (
            narrow().allow_text("argument"),
            "the field argument as text".to_owned(),
            "read",
        ),
        (
            narrow().allow_header("x-note"),
            "the request header x-note".to_owned(),
            "send",
        ),
        (
            narrow().allow_secret_header("X-API-Key"),
            "secrets in the request header x-api-key".to_owned(),
            "send",
        ),
    ];
    let before = with(&world, guest.clone(), narrow());
    for (number, (policy, line, verb)) in wider.into_iter().enumerate() {
        let name = name(&format!("{number}"));
        before
            .add(tenant(), name.clone(), GUEST, guest_settings())
            .await
            .unwrap();
        let there = with(&world, guest.clone(), policy);
        let difference = refused(&there, &name).await;
        assert_eq!(difference.accepted, difference.installed);
        assert_eq!(difference.reaches_more, [] as [String; 0]);
        let (reads, sends) = (&difference.reads_more, &difference.sends_more);
        let expected = [line.clone()];
        match verb {
            "read" => assert_eq!((&reads[..], &sends[..]), (&expected[..], &[][..])),
            _ => assert_eq!((&reads[..], &sends[..]), (&[][..], &expected[..])),
        }
        let words = difference.to_string();
        assert!(
            words.contains(&format!("it would {verb} {line}")),
            "{words}"
        );
        there
            .accept_plugin(tenant(), &name, &difference)
            .await
            .unwrap();
        assert_eq!(there.plugin_difference(tenant(), &name).await, Ok(None));
        // What does less than was accepted needs nobody's word.
        assert_eq!(before.plugin_difference(tenant(), &name).await, Ok(None));
    }
}

async fn what_only_the_policy_or_only_the_plugin_says_is_no_difference(world: World) {
    let guest = guest().await;
    let before = with(&world, guest.clone(), narrow());
    let name = name("Same");
    before
        .add(tenant(), name.clone(), GUEST, guest_settings())
        .await
        .unwrap();
    let more = narrow()
        .allow_claim("email")
        .allow_label("/undeclared")
        .allow_text("no-such-field")
        .allow_text("secret")
        .allow_header("x-other")
        .allow_secret_header("x-note")
        .allow_origin("https://unasked.example".parse().unwrap());
    let there = with(&world, guest, more);
    assert_eq!(there.plugin_difference(tenant(), &name).await, Ok(None));
}

/// As the version before wrote it: of claims and labels what the plugin declares, of headers nothing.
fn as_of_before(guest: &Plugin, policy: &Policy) -> PluginRef {
    let it = guest.descriptor();
    let mut reads: Vec<String> = it
        .claims
        .iter()
        .map(|it| format!("the claim {it}"))
        .collect();
    let installed = Installed::new(guest.clone(), policy.clone()).reference();
    let bound = installed.bound.unwrap();
    reads.extend(bound.reads);
    let labels = it.members.iter().filter(|it| it.reading == Reading::Label);
    reads.extend(labels.map(|it| format!("{} {}", it.pointer, Reading::Label.describe())));
    reads.sort();
    reads.dedup();
    PluginRef {
        bound: Some(Bound {
            origins: bound.origins,
            reads,
            sends: None,
        }),
        ..guest_reference(guest)
    }
}

fn guest_reference(guest: &Plugin) -> PluginRef {
    PluginRef {
        id: GUEST.to_owned(),
        digest: guest.digest(),
        bound: None,
    }
}

async fn stored_before(world: &World, guest: &Plugin, called: &str) -> Name {
    let credential = NewCredential {
        name: name(called),
        plugin: as_of_before(guest, &narrow()),
        settings: guest_settings(),
        state: Document::of(&Standing::default()).unwrap(),
        due_at: None,
        event: NewEvent::new("added"),
    };
    let store = &world.store;
    store
        .create(tenant(), &credential, world.now())
        .await
        .unwrap();
    credential.name
}

async fn a_credential_of_before_is_bound_at_its_first_use_and_nobody_is_asked(world: World) {
    let guest = guest().await;
    let before = with(&world, guest.clone(), narrow().allow_claim("sub"));
    let wider = with(
        &world,
        guest.clone(),
        narrow().allow_claim("sub").allow_claim("iss"),
    );
    let name = stored_before(&world, &guest, "Before").await;
    assert_eq!(before.plugin_difference(tenant(), &name).await, Ok(None));
    let of = async || world.store.get_by_name(tenant(), &name).await.unwrap();
    assert_eq!(
        of().await.overview.plugin,
        as_of_before(&guest, &narrow()),
        "looking is no use"
    );
    before.status(tenant(), &name).await.unwrap();
    let bound = of().await;
    let now = Installed::new(guest, narrow().allow_claim("sub")).reference();
    assert_eq!(bound.overview.plugin, now);
    assert_eq!(bound.settings, guest_settings(), "it still opens");
    let kinds = ["added", "plugin-noted"];
    assert_eq!(world.history(&name).await, kinds);
    // Once, however often it is used.
    before.status(tenant(), &name).await.unwrap();
    assert_eq!(world.history(&name).await, kinds);
    // From now on, what is added is asked about.
    let difference = refused(&wider, &name).await;
    assert_eq!(difference.reads_more, ["the claim iss"]);
}

async fn a_credential_of_before_is_asked_about_where_plugin_or_origins_changed(world: World) {
    let guest = guest().await;
    let name = stored_before(&world, &guest, "Before").await;
    let allowed = || narrow().allow_claim("sub").allow_secret_header("x-api-key");
    let elsewhere = allowed().allow_origin("https://login.example".parse().unwrap());
    let nowhere = Policy::nothing().allow_text("behaviour").allow_claim("sub");
    let runtime = Runtime::builder().build().unwrap();
    let section = b"\x00\x05\x04note";
    let changed = [test_guests::MISBEHAVING, section].concat();
    let changed = runtime.load(&changed).await.unwrap();
    let header = "secrets in the request header x-api-key";
    for (plugin, policy, reaches, sends) in [
        (&changed, allowed(), &[][..], &[header][..]),
        (&guest, elsewhere, &["https://login.example"], &[header]),
        (&guest, nowhere, &[], &[]),
    ] {
        let there = with(&world, plugin.clone(), policy);
        let difference = refused(&there, &name).await;
        assert_eq!(difference.reaches_more, reaches);
        // Not recorded, so not accepted.
        assert_eq!(difference.reads_more, ["the claim sub"]);
        assert_eq!(difference.sends_more, sends);
    }
    assert_eq!(world.history(&name).await, ["added"], "nothing was used");
}
