//! Two tenants in one store: what is one's is not there for the other.

use rstest::rstest;

use crate::kept::{Kept, On};

const OTHER: [&str; 2] = ["--tenant", "other"];

#[rstest]
fn a_name_means_another_credential_for_each_tenant(#[values(On::Sqlite, On::Postgres)] on: On) {
    let kept = Kept::connected_on(on);
    let others = |arguments: &[&str]| kept.run(&[arguments, &OTHER].concat());
    others(&["credentials"])
        .ends_with(0)
        .shows("No credential is stored");
    others(&["token", "Sample"]).ends_with(3);
    others(&["credentials", "add", "credential.toml"]).ends_with(0);
    let token = kept.token();
    let connect = ["credentials", "connect", "Sample", "--tenant", "other"];
    kept.mocked(&connect).ends_with(0);
    let others_token = others(&["token", "Sample", "--show"]).ends_with(0).stdout;
    assert_ne!(others_token.trim_end(), token);
    others(&["credentials", "remove", "Sample", "--yes"]).ends_with(0);
    assert_eq!(kept.token(), token);
}

#[rstest]
fn a_rotation_of_the_key_and_the_background_work_for_both(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let kept = Kept::connected_on(on);
    let others = |arguments: &[&str]| kept.mocked(&[arguments, &OTHER].concat());
    kept.run(&["credentials", "add", "credential.toml", "--tenant", "other"])
        .ends_with(0);
    others(&["credentials", "connect", "Sample"]).ends_with(0);
    kept.sql("UPDATE credential SET due_at = 0, expires_at = obtained_at");
    let round = kept.mocked(&["renew", "--json"]).ends_with(0).json();
    assert_eq!(round["fresh"], 2);
    kept.add_key();
    let rotated = kept
        .run(&["key", "rotate", "--forget-old", "--json"])
        .ends_with(0);
    assert_eq!(rotated.json()["remaining"], 0);
    assert!(kept.token().starts_with("eyJ"));
    let show = ["token", "Sample", "--show", "--tenant", "other"];
    kept.run(&show).ends_with(0).shows("eyJ");
}
