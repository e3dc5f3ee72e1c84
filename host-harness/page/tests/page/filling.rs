//! The form: what is kept of what was typed, what is stored, and what goes back to the browser.

use credential_connections::service::Kept;
use rstest::rstest;

use crate::stage::{CLIENT_ID, CLIENT_SECRET, PLUGIN, World, regular_user, web_services_user};

const TYPED: &str = "not-a-real-secret-that-was-typed-0815";

/// What is stored in a field of the only credential.
pub async fn kept(world: &World, field: &str) -> Option<Kept> {
    let name = world.only().await.name;
    let status = world
        .connections
        .status(&world.tenant(), &name)
        .await
        .unwrap();
    status.kept.get(field).cloned()
}

/// As text.
pub fn text(text: &str) -> Option<Kept> {
    Some(Kept::Text(text.to_owned()))
}

#[tokio::test]
async fn a_form_with_errors_stores_nothing_and_loses_nothing() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let fields = [
        ("plugin", PLUGIN),
        ("name", "  "),
        ("f.client_id", "with a blank"),
        ("f.client_secret", TYPED),
        ("f.flow_type", "web_services_user"),
        ("f.username", "nobody"),
        ("action", "connect"),
    ];
    let back = browser.post("/new", &fields).await;
    assert_eq!(
        back.is(303).location(),
        browser.address("/new?plugin=sage%2Dintacct%2Drest")
    );
    for reload in 0..3 {
        let form = browser.get("/new").await;
        assert_eq!(form.value("f.client_id").as_deref(), Some("with a blank"));
        assert_eq!(form.value("f.username").as_deref(), Some("nobody"));
        form.says(&format!("not saved yet ({} characters)", TYPED.len()));
        assert!(
            form.problem("name").contains("A name is needed."),
            "{}",
            form.problem("name")
        );
        assert_ne!(form.problem("username"), "");
        let summary = form.text.contains("id=\"summary\"");
        assert_eq!(summary, reload == 0, "told once");
    }
    assert!(
        world
            .connections
            .list(&world.tenant())
            .await
            .unwrap()
            .is_empty()
    );
    world.mock.ledger().assert_count(0);
    // The secret need not be typed again.
    let fields = [
        ("plugin", PLUGIN),
        ("name", "Loader"),
        ("f.client_id", CLIENT_ID),
        ("f.client_secret", ""),
        ("f.flow_type", "web_services_user"),
        ("f.username", "ws-loader@Nordlicht-DEV"),
    ];
    let stored = browser.post_and_follow("/new", &fields).await;
    assert!(stored.notice().starts_with("Saved"), "{}", stored.words());
    assert!(matches!(
        kept(&world, "client_secret").await,
        Some(Kept::Secret { .. })
    ));
    let form = browser.get("/new").await;
    assert_eq!(
        form.value("f.username").as_deref(),
        Some(""),
        "the draft is gone"
    );
    world.assert_hides(&[TYPED]);
}

#[tokio::test]
async fn what_is_typed_is_kept_while_it_is_checked() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let fields = [
        ("plugin", PLUGIN),
        ("name", ""),
        ("f.client_id", "with a blank"),
        ("f.client_secret", TYPED),
        ("f.flow_type", "web_services_user"),
        ("f.username", ""),
    ];
    let answer = browser.validate("/new", &fields).await;
    assert_eq!(answer.is(200).header("content-type"), "application/json");
    let problems: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
    let problems = problems["problems"].as_array().unwrap();
    let fields: Vec<&str> = problems
        .iter()
        .map(|it| it["field"].as_str().unwrap())
        .collect();
    assert!(
        fields.contains(&"name") && fields.contains(&"client_id") && fields.contains(&"username")
    );
    let form = browser.get("/new").await;
    assert_eq!(form.value("f.client_id").as_deref(), Some("with a blank"));
    form.says("not saved yet (37 characters)");
    assert!(form.can_discard());
    assert_ne!(form.problem("client_id"), "");
    assert_eq!(form.problem("username"), "", "not yet come to");
    let discarded = browser
        .post_and_follow("/new", &[("plugin", PLUGIN), ("action", "discard")])
        .await;
    assert_eq!(discarded.value("f.client_id").as_deref(), Some(""));
    assert!(!discarded.can_discard());
    world.assert_hides(&[TYPED]);
}

#[tokio::test]
async fn a_change_is_checked_against_what_is_stored() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    browser
        .post("/new", &web_services_user("Loader"))
        .await
        .is(303);
    let path = world.path_of("Loader").await;
    let fields = [("name", "Loader"), ("f.username", "nobody")];
    let answer = browser.validate(&path, &fields).await;
    let problems: serde_json::Value = serde_json::from_str(&answer.is(200).text).unwrap();
    let problems = problems["problems"].as_array().unwrap();
    assert!(
        problems.iter().all(|it| it["field"] == "username"),
        "{problems:?}"
    );
    assert!(!problems.is_empty());
    assert_eq!(
        browser.get(&path).await.value("f.username").as_deref(),
        Some("nobody")
    );
    assert_eq!(
        kept(&world, "username").await,
        text("ws-loader@Nordlicht-DEV")
    );
    browser.post(&path, &[("action", "discard")]).await.is(303);
    let form = browser.get(&path).await;
    assert_eq!(
        form.value("f.username").as_deref(),
        Some("ws-loader@Nordlicht-DEV")
    );
    for nowhere in ["/credentials/nonsense", "/credentials/", "/", ""] {
        browser.validate(nowhere, &fields).await.is(404);
    }
}

#[tokio::test]
async fn a_stored_secret_is_never_sent_back_and_stays_unless_it_is_replaced() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let path = world.loader(&mut browser, "Loader").await;
    world.advance(std::time::Duration::from_secs(3 * 86_400));
    let mut browser = world.visitor().await;
    let form = browser.get(&path).await;
    form.says("Set 3 days ago").says("Replace");
    let fields = [("name", "Loader"), ("f.client_secret", "")];
    browser.post(&path, &fields).await.is(303);
    browser.get(&path).await.says("Set 3 days ago");
    let fields = [("name", "Loader"), ("f.client_secret", TYPED)];
    let saved = browser.post_and_follow(&path, &fields).await;
    saved.says("Set just now");
    world.assert_hides(&[TYPED, CLIENT_SECRET]);
}

#[tokio::test]
async fn an_optional_secret_can_be_emptied() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let fields = [&web_services_user("Loader")[..], &[("f.session_id", TYPED)]].concat();
    browser.post("/new", &fields).await.is(303);
    let path = world.path_of("Loader").await;
    assert!(kept(&world, "session_id").await.is_some());
    let fields = [
        ("name", "Loader"),
        ("f.session_id", ""),
        ("clear.session_id", "yes"),
    ];
    browser.post(&path, &fields).await.is(303);
    assert_eq!(kept(&world, "session_id").await, None);
    assert!(kept(&world, "client_secret").await.is_some());
    world.assert_hides(&[TYPED]);
}

#[tokio::test]
async fn a_field_that_was_not_shown_is_not_stored() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let hidden = [("f.username", "ws-loader@Nordlicht-DEV")];
    let fields = [&regular_user("Dana's")[..], &hidden].concat();
    browser.post("/new", &fields).await.is(303);
    assert_eq!(kept(&world, "username").await, None);
    let path = world.path_of("Dana's").await;
    let shown = [
        ("name", "Dana's"),
        ("f.flow_type", "web_services_user"),
        hidden[0],
    ];
    browser.post(&path, &shown).await.is(303);
    assert_eq!(
        kept(&world, "username").await,
        text("ws-loader@Nordlicht-DEV")
    );
    // What is stored stays where it is no longer shown.
    let fields = [
        ("name", "Dana's"),
        ("f.flow_type", "regular_user"),
        ("f.username", "x"),
    ];
    browser.post(&path, &fields).await.is(303);
    assert_eq!(
        kept(&world, "username").await,
        text("ws-loader@Nordlicht-DEV")
    );
    assert_eq!(kept(&world, "flow_type").await, text("regular_user"));
}

/// What nobody types is not taken from a form.
#[rstest]
#[case::a_token("f.access_token")]
#[case::another_token("f.refresh_token")]
#[case::a_field_that_there_is_not("f.nothing")]
#[case::without_its_prefix("username")]
#[tokio::test]
async fn only_the_forms_own_fields_are_taken(#[case] field: &str) {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let fields = [&regular_user("Dana's")[..], &[(field, TYPED)]].concat();
    browser.post("/new", &fields).await.is(303);
    let overview = world.only().await;
    assert_eq!(overview.tokens, None);
    let status = world
        .connections
        .status(&world.tenant(), &overview.name)
        .await
        .unwrap();
    let stored: Vec<&str> = status.kept.keys().map(String::as_str).collect();
    assert_eq!(stored, ["client_id", "client_secret", "flow_type"]);
    world.assert_hides(&[TYPED]);
}

/// A form holds what stands in every field; only what was changed is a draft, so that it does not
/// undo what somebody else has changed meanwhile.
#[tokio::test]
async fn what_was_not_changed_is_no_draft() {
    let world = World::start().await;
    let (mut one, mut other) = (world.visitor().await, world.visitor().await);
    one.post("/new", &web_services_user("Loader")).await.is(303);
    let path = world.path_of("Loader").await;
    let unchanged = [
        ("name", "Loader"),
        ("f.client_id", CLIENT_ID),
        ("f.client_secret", ""),
    ];
    one.validate(&path, &unchanged).await.is(200);
    assert!(!one.get(&path).await.can_discard());
    let changed = [("name", "Renamed"), ("f.client_id", "another.app.sage.com")];
    other.post(&path, &changed).await.is(303);
    let form = one.get(&path).await;
    assert_eq!(form.value("name").as_deref(), Some("Renamed"));
    assert_eq!(
        form.value("f.client_id").as_deref(),
        Some("another.app.sage.com")
    );
    one.post(&path, &[("f.username", "ws-other@Nordlicht-DEV")])
        .await
        .is(303);
    assert_eq!(
        kept(&world, "client_id").await,
        text("another.app.sage.com")
    );
    assert_eq!(
        kept(&world, "username").await,
        text("ws-other@Nordlicht-DEV")
    );
}

#[tokio::test]
async fn drafts_are_one_sessions_own() {
    let world = World::start().await;
    let (mut one, mut other) = (world.visitor().await, world.visitor().await);
    let fields = [
        ("plugin", PLUGIN),
        ("name", "Mine"),
        ("f.client_id", "mine"),
    ];
    one.validate("/new", &fields).await.is(200);
    assert_eq!(one.get("/new").await.value("name").as_deref(), Some("Mine"));
    assert_eq!(other.get("/new").await.value("name").as_deref(), Some(""));
}
