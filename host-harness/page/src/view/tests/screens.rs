//! What each screen says.

use super::{only, scene, select, text, texts};

#[test]
fn tokens_are_masked_and_told_by_their_fingerprints() {
    let page = scene("credential-connected");
    assert_eq!(select(&page, "input.token[value='••••••••••••']").len(), 2);
    let facts = texts(&page, ".token-facts");
    assert!(
        facts[0].starts_with("Filled in 2 min ago · ends in 11 h · fingerprint "),
        "{facts:?}"
    );
    assert!(
        facts[1].starts_with("Filled in 2 min ago · fingerprint "),
        "{facts:?}"
    );
    assert!(select(&scene("new"), "input.token[value]").is_empty());
}

#[test]
fn a_credential_says_where_it_stands_and_offers_what_helps() {
    let connected = ["Test connection", "Renew now", "Connect again"];
    let cases = [
        ("credential-draft", "draft", "Not connected.", &[][..]),
        (
            "credential-connected",
            "connected",
            "Connected; renewed by itself.",
            &connected[..],
        ),
        (
            "credential-reconnect",
            "needs-reconnecting",
            "Has to be connected again.",
            &connected[..],
        ),
        (
            "credential-not-installed",
            "connected",
            "Connected; renewed by itself.",
            &[][..],
        ),
        (
            "credential-signing-in",
            "draft",
            "Not connected.",
            &["Start again"][..],
        ),
    ];
    for (name, state, meaning, buttons) in cases {
        let page = scene(name);
        let line = only(&page, "[data-state]");
        assert_eq!(
            (line.attr("data-state"), text(line)),
            (Some(state), meaning.to_owned()),
            "{name}"
        );
        assert_eq!(texts(&page, ".standing button"), buttons, "{name}");
    }
}

#[test]
fn what_ends_a_credential_is_offered_where_it_can_be_done() {
    let cases = [
        ("credential-draft", &["Remove"][..]),
        ("credential-connected", &["Disconnect", "Revoke", "Remove"]),
        ("credential-not-installed", &["Disconnect", "Remove"]),
    ];
    for (name, expected) in cases {
        assert_eq!(texts(&scene(name), ".endings a"), expected, "{name}");
    }
}

#[test]
fn a_refusal_says_who_must_act_and_opens_the_step() {
    let page = scene("credential-refused");
    let notice = only(&page, "#notice[role=alert][data-tone=bad]");
    let said = text(notice);
    let expected = [
        "Not connected The company has not switched on",
        "Setup guide: Switch on the Web Services subscription",
        "To be done by: an administrator of your company in the service",
        "Code invalid_grant Support ID Zx8-1Mw%20sampleSupport",
    ];
    for part in expected {
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(
        only(&page, "details.step[open], .steps details[open]").attr("id"),
        Some("step-web-services-subscription")
    );
    assert!(select(&page, ".trouble").is_empty(), "it is said once");
    assert_eq!(
        select(&scene("credential-failed-before"), ".trouble").len(),
        1
    );
}

#[test]
fn a_notice_of_success_waits_for_its_turn() {
    assert_eq!(
        select(
            &scene("credential-connected"),
            "#notice[role=status][data-tone=good]"
        )
        .len(),
        1
    );
}

#[test]
fn a_test_says_what_passed_and_what_did_not() {
    let page = scene("credential-tested");
    let passed: Vec<_> = select(&page, "#notice li")
        .iter()
        .map(|it| it.attr("data-passed").unwrap())
        .collect();
    assert_eq!(passed, ["true", "true", "false", "false"]);
    assert_eq!(
        texts(&page, ".check-outcome"),
        ["passed", "passed", "failed", "skipped"]
    );
}

#[test]
fn the_list_tells_each_state_and_what_to_do() {
    let page = scene("list");
    assert_eq!(texts(&page, "h1"), ["Credentials"]);
    let states: Vec<_> = select(&page, "[data-state]")
        .iter()
        .map(|it| it.attr("data-state").unwrap())
        .collect();
    assert_eq!(
        states,
        [
            "connected",
            "needs-administrator",
            "needs-reconnecting",
            "throttled",
            "draft"
        ]
    );
    assert_eq!(texts(&page, ".row-ends")[0], "expires in 11 h");
    assert_eq!(texts(&page, ".row-do"), ["Fill in the form, then connect."]);
    assert_eq!(text(only(&page, ".tenant")), "Tenant Nordlicht GmbH");
}

#[test]
fn an_empty_list_says_how_to_begin() {
    let page = scene("list-empty");
    assert_eq!(texts(&page, "main h2"), ["No credentials yet"]);
    assert_eq!(
        only(&page, "main a").attr("href"),
        Some("/intacct/s/not-a-real-session/new")
    );
    assert_eq!(
        texts(&page, "#trial li"),
        ["Sign in as dana, password not-a-real-password-dana"]
    );
}

#[test]
fn a_question_carries_its_confirmation_and_a_way_back() {
    let page = scene("question");
    assert_eq!(
        only(&page, "input[name=confirm]").attr("value"),
        Some("a-confirmation")
    );
    assert_eq!(texts(&page, "main button"), ["Revoke at the service"]);
    assert_eq!(texts(&page, ".consequences li").len(), 3);
    assert_eq!(texts(&page, "form.buttons a"), ["Cancel"]);
}
