//! What ends something, and so has to be confirmed.

use std::fs;

use rstest::rstest;

use crate::kept::{Kept, On};

#[rstest]
fn disconnecting_deletes_here_and_tells_the_service_nothing(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let kept = Kept::connected_on(on);
    kept.run(&["credentials", "disconnect", "Sample"])
        .ends_with(0)
        .shows("may still take them");
    assert_eq!(kept.state(), "draft");
    kept.mock.ledger().revocations().assert_count(0);
    kept.run(&["token", "Sample"])
        .ends_with(1)
        .says("not connected")
        .says("harness credentials connect Sample");
}

#[rstest]
fn revoking_says_what_else_it_ends_and_has_to_be_confirmed(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let kept = Kept::connected_on(on);
    kept.mocked(&["credentials", "revoke", "Sample"])
        .ends_with(1)
        .says("Revoking ends every connection")
        .says("say so with --yes");
    kept.mock.ledger().revocations().assert_count(0);
    kept.mocked(&["credentials", "revoke", "Sample", "--yes"])
        .ends_with(0);
    kept.mock.ledger().revocations().assert_count(1);
    assert_eq!(kept.state(), "draft");
}

#[rstest]
fn removing_has_to_be_confirmed_and_leaves_nothing(#[values(On::Sqlite, On::Postgres)] on: On) {
    let kept = Kept::added_on(on);
    kept.run(&["credentials", "remove", "Sample"])
        .ends_with(1)
        .says("nothing was done");
    assert_eq!(kept.state(), "draft");
    kept.run(&["credentials", "remove", "Sample", "--yes"])
        .ends_with(0);
    kept.run(&["credentials", "status", "Sample"]).ends_with(3);
}

/// By the client's own credentials alone nothing ends, so the plugin has no warning.
#[rstest]
fn a_second_connection_that_ends_nothing_asks_nothing(#[values(On::Sqlite, On::Postgres)] on: On) {
    let kept = Kept::connected_on(on);
    add_second(&kept);
    let run = kept
        .mocked(&["credentials", "connect", "Second"])
        .ends_with(0);
    assert!(!run.everything().contains("ended"), "{run:#?}");
}

fn add_second(kept: &Kept) {
    let text = fs::read_to_string(kept.stage.path("credential.toml")).unwrap();
    kept.stage
        .file("second.toml", text.replace("Sample", "Second"));
    kept.run(&["credentials", "add", "second.toml"])
        .ends_with(0);
}

#[rstest]
fn a_second_connection_for_the_same_user_has_to_be_confirmed(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let kept = Kept::connected_by_session(on);
    add_second(&kept);
    kept.mocked(&["credentials", "connect", "Second"])
        .ends_with(1)
        .says("Sample stands for the same user and company")
        .says("connecting now may end that connection")
        .says("say so with --yes");
    kept.mock.ledger().token_requests().assert_count(1);
    kept.mocked(&["credentials", "connect", "Second", "--yes"])
        .ends_with(0)
        .shows("may have ended Sample");
}

#[test]
fn somebody_else_on_reconnect_has_to_be_confirmed() {
    let kept = Kept::connected();
    kept.mock.change(|company| {
        let mut other = company
            .users
            .iter()
            .find(|it| it.id == "ws-loader")
            .unwrap()
            .clone();
        other.id = "ws-other".to_owned();
        for application in &mut company.authorized_clients {
            application.user = None;
        }
        company.users.push(other);
    });
    kept.run(&[
        "credentials",
        "edit",
        "Sample",
        "--set",
        "username=ws-other@Nordlicht-DEV",
    ])
    .ends_with(0);
    kept.mocked(&["credentials", "connect", "Sample"])
        .ends_with(1)
        .says("now user ws-other")
        .says("say so with --yes");
    let status = kept
        .run(&["credentials", "status", "Sample", "--json"])
        .json();
    assert_eq!(status["identity"]["user"], "ws-loader");
    kept.mocked(&["credentials", "connect", "Sample", "--yes"])
        .ends_with(0)
        .shows("signed in as user ws-other");
}
