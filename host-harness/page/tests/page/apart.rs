//! What is not this page's: another tenant's credentials, a plugin that is not there, and texts that
//! others wrote.

use credential_connections::record::{Document, NewCredential, NewEvent, PluginRef, Tenant};
use credential_connections::service::{Installed, Standing};
use credential_runtime::{Digest, Policy, Settings};
use test_guests::{Description, describing};

use crate::stage::{Setting, World, load, name, settings, web_services_user};

/// Adds a credential behind the page's back.
async fn add(world: &World, tenant: &str, plugin: &str, called: &str) -> String {
    let settings = settings(&web_services_user(called));
    add_with(world, tenant, plugin, called, settings).await
}

async fn add_with(
    world: &World,
    tenant: &str,
    plugin: &str,
    called: &str,
    settings: Settings,
) -> String {
    let tenant: Tenant = tenant.parse().unwrap();
    let digest: Digest = format!("sha256:{}", "00".repeat(32)).parse().unwrap();
    let credential = NewCredential {
        name: name(called),
        plugin: PluginRef {
            id: plugin.to_owned(),
            digest,
        },
        settings,
        state: Document::of(&Standing::default()).unwrap(),
        due_at: None,
        event: NewEvent::new("added"),
    };
    let now = world.connections.now();
    let id = world.store.create(&tenant, &credential, now).await.unwrap();
    format!("/credentials/{id}")
}

#[tokio::test]
async fn another_tenants_credentials_are_not_there() {
    let world = World::start().await;
    let path = add(&world, "another", crate::stage::PLUGIN, "Theirs").await;
    let mut browser = world.visitor().await;
    assert!(!browser.get("/").await.text.contains("Theirs"));
    for page in [
        "",
        "/history",
        "/disconnect",
        "/revoke",
        "/remove",
        "/connect",
    ] {
        let answer = browser.get(&format!("{path}{page}")).await;
        answer.is(404);
        assert!(!answer.text.contains("Theirs"));
    }
    for act in [
        "",
        "/connect",
        "/test",
        "/renew",
        "/disconnect",
        "/revoke",
        "/remove",
        "/identity",
    ] {
        browser
            .post(&format!("{path}{act}"), &[("name", "Mine")])
            .await
            .is(404);
    }
    browser.validate(&path, &[("name", "Mine")]).await.is(404);
    // Its name is no other tenant's concern.
    browser
        .post("/new", &web_services_user("Theirs"))
        .await
        .is(303);
    let theirs = world
        .connections
        .list(&"another".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(theirs.len(), 1);
    world.mock.ledger().assert_count(0);
}

#[tokio::test]
async fn a_page_of_another_tenant_shows_its_own() {
    let world = World::with(Setting {
        tenant: "another",
        ..Setting::default()
    })
    .await;
    let path = add(&world, "another", crate::stage::PLUGIN, "Theirs").await;
    add(&world, "default", crate::stage::PLUGIN, "Ours").await;
    let mut browser = world.visitor().await;
    let list = browser.get("/").await;
    list.says("Theirs");
    assert!(!list.text.contains("Ours"));
    browser.get(&path).await.is(200);
}

#[tokio::test]
async fn a_credential_whose_plugin_is_not_installed_can_be_looked_at_and_removed() {
    let world = World::start().await;
    let path = add(&world, "default", "not-installed", "Orphan").await;
    let mut browser = world.visitor().await;
    browser.get("/").await.says("Orphan");
    browser.get(&path).await.is(200).says("not installed here");
    browser.get(&format!("{path}/history")).await.is(200);
    browser.post(&path, &[("name", "x")]).await.is(404);
    for act in ["connect", "test", "renew"] {
        let answer = browser.post_and_follow(&format!("{path}/{act}"), &[]).await;
        assert_ne!(answer.notice(), "", "{act}");
    }
    browser
        .post(&format!("{path}/disconnect"), &[])
        .await
        .is(303);
    browser.post(&format!("{path}/remove"), &[]).await.is(303);
    browser.get("/").await.says("No credentials yet");
    browser.get("/new?plugin=not-installed").await.is(404);
}

#[tokio::test]
async fn a_credential_that_its_plugin_crashes_on_can_still_be_removed() {
    let guest = load(test_guests::MISBEHAVING).await;
    let guest = Installed::new(guest, Policy::nothing().allow_text("behaviour"));
    let world = World::with_plugins(vec![guest]).await;
    let crashing = Settings::new().with_text("behaviour", "panic");
    let path = add_with(&world, "default", "misbehaving", "Crashing", crashing).await;
    let mut browser = world.visitor().await;
    let page = browser.get(&path).await;
    assert!(
        page.is(503).text.contains(&format!("{path}/remove")),
        "{}",
        page.text
    );
    browser.get(&format!("{path}/remove")).await.is(200);
    browser.post(&format!("{path}/remove"), &[]).await.is(303);
    // One that is typed is not stored, and nothing of it is lost.
    let fields = [
        ("plugin", "misbehaving"),
        ("name", "Crashing"),
        ("f.behaviour", "panic"),
    ];
    let refused = browser.post_and_follow("/new", &fields).await;
    assert!(
        refused.notice().contains("the author of the plugin"),
        "{}",
        refused.notice()
    );
    assert_eq!(refused.value("f.behaviour").as_deref(), Some("panic"));
}

/// Markup, control characters and characters that reorder a line, in every text for people.
#[tokio::test]
async fn the_texts_of_others_are_harmless() {
    let component = describing(Description::Escapes).unwrap();
    let hostile = load(&component).await;
    let hostile = with_texts(hostile);
    let world = World::with_plugins(vec![hostile]).await;
    let mut browser = world.visitor().await;
    let form = browser.get("/new").await;
    assert!(
        form.is(200).text.contains("&lt;script&gt;") || form.text.contains("&#60;script&#62;"),
        "{}",
        form.text
    );
    let called = "<img src=x onerror=alert(1)>\u{202e}";
    let fields = [
        ("plugin", "misbehaving"),
        ("name", called),
        ("f.argument", "\"><script>"),
        ("f.secret", "x"),
    ];
    browser.post_and_follow("/new", &fields).await.is(200);
    let path = world.path_of(called).await;
    for page in [
        "/",
        &path,
        &format!("{path}/history"),
        &format!("{path}/remove"),
        "/new?plugin=%3Cscript%3E",
    ] {
        browser.get(page).await;
    }
    for act in ["connect", "test"] {
        browser.post_and_follow(&format!("{path}/{act}"), &[]).await;
    }
    let everything = world.seen.everything();
    assert!(!everything.contains("<script>") && !everything.contains("<img src=x"));
    // What a person typed goes back into its input to the letter; everything else is made harmless.
    let pieces = everything.split("value=\"");
    let outside: Vec<&str> = pieces
        .map(|it| it.split_once('"').map_or(it, |it| it.1))
        .collect();
    let outside = outside.join("");
    let found = outside.find(is_harmful);
    assert_eq!(found.map(|it| &outside[it.saturating_sub(80)..it]), None);
}

fn is_harmful(c: char) -> bool {
    let reorders = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (c.is_control() && c != '\n') || reorders
}

#[tokio::test]
async fn where_several_plugins_are_installed_one_is_chosen() {
    let guest = load(test_guests::MISBEHAVING).await;
    let ours = crate::stage::plugin().await;
    let both = [ours, guest].map(with_texts);
    let world = World::with_plugins(both.into()).await;
    let mut browser = world.visitor().await;
    let choice = browser.get("/new").await;
    choice
        .is(200)
        .says("Misbehaving")
        .says("Sage Intacct REST Credentials");
    assert!(
        choice.text.contains("/new?plugin=misbehaving"),
        "{}",
        choice.text
    );
    browser
        .get("/new?plugin=misbehaving")
        .await
        .is(200)
        .says("argument");
    let fields = [
        ("plugin", "misbehaving"),
        ("name", "Guest"),
        ("f.behaviour", "x"),
    ];
    browser
        .post_and_follow("/new", &fields)
        .await
        .is(200)
        .says("Guest");
}

#[tokio::test]
async fn where_no_plugin_is_installed_the_page_says_so() {
    let world = World::with_plugins(Vec::new()).await;
    let mut browser = world.visitor().await;
    browser.get("/").await.is(200);
    browser.get("/new").await.is(200);
    browser
        .post("/new", &web_services_user("Loader"))
        .await
        .is(404);
}

/// A plugin may call a secret a text; whether it is told one, the policy says.
#[tokio::test]
async fn what_the_policy_does_not_allow_as_text_is_asked_for_and_kept_as_a_secret() {
    let guest = load(test_guests::MISBEHAVING).await;
    let guest = Installed::new(guest, Policy::nothing().allow_text("argument"));
    let world = World::with_plugins(vec![guest]).await;
    let mut browser = world.visitor().await;
    let form = browser.get("/new").await;
    let input = |field: &str| {
        let at = form.text.find(&format!("name=\"f.{field}\"")).unwrap();
        let tag = form.text[..at].rfind('<').unwrap();
        form.text[tag..].split('>').next().unwrap().to_owned()
    };
    assert!(
        input("extra").contains("type=\"password\""),
        "{}",
        input("extra")
    );
    assert!(
        !input("argument").contains("password"),
        "{}",
        input("argument")
    );
    let typed = "not-a-real-secret-in-a-text-box";
    let fields = [
        ("plugin", "misbehaving"),
        ("name", "Asked"),
        ("f.argument", "plain text"),
        ("f.extra", typed),
    ];
    browser.post_and_follow("/new", &fields).await.is(200);
    let path = world.path_of("Asked").await;
    browser.get(&path).await.is(200).says("plain text");
    let everything = world.seen.everything();
    assert!(!everything.contains(typed), "{everything}");
}

/// Under a policy that allows nothing but texts.
fn with_texts(plugin: credential_runtime::Plugin) -> Installed {
    let texts = plugin.descriptor().text_fields();
    let policy = texts.fold(Policy::nothing(), Policy::allow_text);
    Installed::new(plugin, policy)
}
