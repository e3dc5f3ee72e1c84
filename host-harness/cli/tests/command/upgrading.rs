//! Another version of a plugin, or another policy: what a person sees of it, and does about it.

use rstest::rstest;
use serde_json::json;
use test_guests::{Version, version};

use crate::kept::{Kept, On};
use crate::stage::{CLIENT_ID, Run};

const SPARE_KEY: &str = "not-a-real-spare-key-0123456789";

/// A store, and the first version of a plugin with a credential that is filled in.
fn added_on(on: On) -> Kept {
    let mut kept = Kept::on(on);
    kept.stage = kept.stage.env("SPARE_KEY", SPARE_KEY);
    let text = format!(
        "name = \"Sample\"\n[settings]\nclient_id = \"{CLIENT_ID}\"\n\
         client_secret = {{ env = \"CLIENT_SECRET\" }}\nspare_key = {{ env = \"SPARE_KEY\" }}\n\
         username = \"ws-loader@Nordlicht-DEV\"\nnote = \"a note\"\n"
    );
    kept.stage.file("credential.toml", text);
    by(
        &kept,
        Version::First,
        &["credentials", "add", "credential.toml"],
    )
    .ends_with(0);
    kept
}

/// The same, connected.
fn connected_on(on: On) -> Kept {
    let kept = added_on(on);
    let connect = ["credentials", "connect", "Sample"];
    by(&kept, Version::First, &connect).ends_with(0);
    kept
}

fn file(kept: &Kept, of: Version) -> String {
    let name = format!("{}.wasm", of.name());
    kept.stage.file(&name, version(of).unwrap());
    name
}

/// With this version installed, and the mock as its service.
fn by(kept: &Kept, of: Version, arguments: &[&str]) -> Run {
    let file = file(kept, of);
    kept.mocked(&[arguments, &["--plugin", &file]].concat())
}

fn status(kept: &Kept, of: Version) -> Run {
    by(kept, of, &["credentials", "status", "Sample"]).ends_with(0)
}

fn accept(kept: &Kept, of: Version) {
    by(kept, of, &["credentials", "accept", "Sample", "--yes"]).ends_with(0);
}

fn make_due(kept: &Kept) {
    kept.sql("UPDATE credential SET due_at = 0, expires_at = obtained_at");
}

#[rstest]
fn another_plugin_file_is_used_once_somebody_accepts_it(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let kept = connected_on(on);
    let second = Version::ReachesMore;
    status(&kept, second)
        .shows("plugin changed since the settings were checked")
        .shows("would reach https://more.example")
        .shows("harness credentials accept Sample");
    by(&kept, second, &["renew", "Sample"])
        .ends_with(4)
        .says("it would reach https://more.example")
        .says("harness credentials accept Sample");
    by(&kept, second, &["credentials", "accept", "Sample"])
        .ends_with(1)
        .says("reaches https://more.example")
        .says("nothing was done")
        .says("say so with --yes");
    by(&kept, second, &["renew", "Sample"]).ends_with(4);
    by(&kept, second, &["credentials", "accept", "Sample", "--yes"])
        .ends_with(0)
        .says("reaches https://more.example")
        .shows("Accepted for: Sample");
    by(&kept, second, &["renew", "Sample"])
        .ends_with(0)
        .shows("Renewed: Sample");
    let json = by(
        &kept,
        second,
        &["credentials", "status", "Sample", "--json"],
    )
    .json();
    assert_eq!(json["form"]["difference"], json!(null));
    by(&kept, second, &["credentials", "accept", "Sample", "--yes"])
        .ends_with(0)
        .shows("Nothing to accept");
}

/// The file is the same; the operator lets it reach more than when the credential was entered.
#[test]
fn an_origin_that_the_policy_gained_is_reached_once_somebody_accepts_it() {
    let kept = Kept::new();
    let file = file(&kept, Version::ReachesMore);
    let digest = kept.run(&["inspect", &file, "--json"]).json()["digest"].clone();
    let allow = |origins: &str| {
        let entry = format!(
            "[[plugin]]\ndigest = {digest}\norigins = [{origins}]\n\
             texts = [\"client_id\", \"username\", \"note\"]\n"
        );
        kept.stage.file("policy.toml", entry);
    };
    let under = |arguments: &[&str]| {
        let policy = ["--plugin", &file, "--policy", "policy.toml"];
        kept.run(&[arguments, &policy].concat())
    };
    kept.stage.file(
        "credential.toml",
        format!(
            "name = \"Sample\"\n[settings]\nclient_id = \"{CLIENT_ID}\"\n\
             client_secret = {{ env = \"CLIENT_SECRET\" }}\nusername = \"a@b\"\n"
        ),
    );
    allow("\"https://service.example\"");
    under(&["credentials", "add", "credential.toml"]).ends_with(0);
    allow("\"https://service.example\", \"https://more.example\"");
    let json = under(&["credentials", "status", "Sample", "--json"]).json();
    let difference = &json["form"]["difference"];
    assert_eq!(difference["reaches_more"], json!(["https://more.example"]));
    assert_eq!(difference["reads_more"], json!([]));
    under(&["credentials", "connect", "Sample"])
        .ends_with(4)
        .says("it would reach https://more.example");
    under(&["credentials", "accept", "--yes"])
        .ends_with(0)
        .shows("Accepted for: Sample");
    let json = under(&["credentials", "status", "Sample", "--json"]).json();
    assert_eq!(json["form"]["difference"], json!(null));
}

/// The file and its origins are the same; the operator lets it read and send more.
#[rstest]
#[case::a_claim("claims = [\"sub\"]", "read", "the claim sub")]
#[case::a_header("headers = [\"x-note\"]", "send", "the request header x-note")]
#[case::a_header_for_secrets(
    "secret_headers = [\"x-api-key\"]",
    "send",
    "secrets in the request header x-api-key"
)]
fn what_the_policy_gained_is_used_once_somebody_accepts_it(
    #[case] more: &str,
    #[case] verb: &str,
    #[case] line: &str,
) {
    let kept = Kept::new();
    kept.stage.file("other.wasm", test_guests::MISBEHAVING);
    let digest = kept.run(&["inspect", "other.wasm", "--json"]).json()["digest"].clone();
    let allow = |more: &str| {
        let entry = format!(
            "[[plugin]]\ndigest = {digest}\norigins = [\"https://service.example\"]\n{more}\n"
        );
        kept.stage.file("policy.toml", entry);
    };
    let under = |arguments: &[&str]| {
        let policy = ["--plugin", "other.wasm", "--policy", "policy.toml"];
        kept.run(&[arguments, &policy].concat())
    };
    let text = "name = \"Sample\"\n[settings]\nsecret = { env = \"CLIENT_SECRET\" }\n";
    kept.stage.file("credential.toml", text);
    allow("");
    under(&["credentials", "add", "credential.toml"]).ends_with(0);
    let of = |json: &serde_json::Value| json["form"]["difference"].clone();
    let status = ["credentials", "status", "Sample"];
    let json = under(&[&status[..], &["--json"]].concat()).json();
    assert_eq!(of(&json), json!(null));

    allow(more);
    let json = under(&[&status[..], &["--json"]].concat()).json();
    assert_eq!(of(&json)[format!("{verb}s_more")], json!([line]));
    assert_eq!(of(&json)["reaches_more"], json!([]));
    under(&status)
        .ends_with(0)
        .shows(&format!("would {verb} {line}"));
    under(&["credentials", "connect", "Sample"])
        .ends_with(4)
        .says(&format!("it would {verb} {line}"));
    under(&["credentials", "accept", "--yes"])
        .ends_with(0)
        .shows("Accepted for: Sample");
    let json = under(&[&status[..], &["--json"]].concat()).json();
    assert_eq!(of(&json), json!(null));
}

#[rstest]
fn settings_that_an_upgrade_refuses_are_told_and_the_old_plugin_heals(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let kept = connected_on(on);
    let second = Version::RequiresRegion;
    accept(&kept, second);
    make_due(&kept);
    by(&kept, second, &["renew"]).ends_with(1);
    kept.run(&["credentials"])
        .ends_with(0)
        .shows("settings not accepted")
        .shows("Tax region is missing")
        .shows("harness credentials edit Sample");
    status(&kept, second)
        .shows("Its tokens are kept.")
        .shows("missing region");
    by(&kept, second, &["renew", "Sample"])
        .ends_with(3)
        .says("Tax region is missing");
    accept(&kept, Version::First);
    by(&kept, Version::First, &["renew", "Sample"]).ends_with(0);
    assert_eq!(kept.state(), "connected");
}

#[rstest]
#[case::nothing(Version::RenewsByNothing)]
#[case::a_grant_that_no_host_knows(Version::RenewsByOther)]
fn renewing_what_nothing_renews_says_so_and_changes_nothing(#[case] of: Version) {
    let kept = connected_on(On::Sqlite);
    accept(&kept, of);
    let listed = || kept.run(&["credentials", "--json"]).json();
    let before = listed();
    by(&kept, of, &["renew", "Sample"])
        .ends_with(1)
        .says("there is nothing to renew this credential with")
        .says("nothing was changed")
        .says("harness credentials connect Sample");
    assert_eq!(listed(), before);
    kept.sql("UPDATE credential SET expires_at = obtained_at");
    by(&kept, of, &["renew", "Sample"])
        .ends_with(1)
        .says("harness credentials connect Sample");
    assert_eq!(kept.state(), "needs-reconnecting");
}

#[rstest]
#[case::the_form_no_longer_has_it(Version::DropsFields)]
#[case::it_was_not_accepted(Version::Second)]
#[case::it_is_not_installed(Version::OtherId)]
fn what_is_stored_can_be_cleared(#[case] of: Version) {
    let kept = connected_on(On::Sqlite);
    let clear = ["credentials", "edit", "Sample", "--clear", "spare_key"];
    by(&kept, of, &[&clear[..], &["--clear", "note"]].concat())
        .ends_with(0)
        .shows("Changed: Sample");
    let export = kept.run(&["credentials", "export"]).json();
    let stored = &export["credentials"][0];
    assert_eq!(stored["secrets"], json!(["client_secret"]));
    assert_eq!(stored["settings"].get("note"), None);
    by(
        &kept,
        of,
        &["credentials", "edit", "Sample", "--clear", "spare_kee"],
    )
    .ends_with(3)
    .says("`spare_kee` is not stored");
    by(&kept, Version::First, &["renew", "Sample"]).ends_with(0);
}

#[rstest]
#[case::called_otherwise(Version::OtherId, "not_installed", "--plugin")]
#[case::not_accepted(Version::Second, "not_accepted", "harness credentials accept")]
fn what_the_background_leaves_alone_is_counted(
    #[case] of: Version,
    #[case] count: &str,
    #[case] hint: &str,
) {
    let kept = connected_on(On::Sqlite);
    make_due(&kept);
    by(&kept, of, &["renew"])
        .ends_with(1)
        .shows("1 left alone")
        .says(hint);
    let json = by(&kept, of, &["renew", "--json"]).ends_with(1).json();
    assert_eq!(json[count], 1);
    assert_eq!(json["not_fresh"], 0);
    by(&kept, Version::First, &["renew"]).ends_with(0);
}

#[test]
fn a_test_without_a_check_is_told_as_the_plugins_fault() {
    let kept = connected_on(On::Sqlite);
    accept(&kept, Version::NoCheck);
    by(&kept, Version::NoCheck, &["credentials", "test", "Sample"])
        .ends_with(5)
        .says("a test has at least one check");
    assert_eq!(kept.state(), "connected");
}

#[test]
fn tokens_whose_life_is_nothing_end_when_the_service_does_not_say() {
    let kept = added_on(On::Sqlite);
    accept(&kept, Version::NoLife);
    by(
        &kept,
        Version::NoLife,
        &["credentials", "connect", "Sample"],
    )
    .ends_with(0);
    status(&kept, Version::NoLife).shows("expires the service does not say");
}
