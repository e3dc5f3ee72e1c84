//! `harness connect --paste`: the browser is somewhere else.

use rstest::rstest;

use crate::browser::sign_in;
use crate::stage::{Stage, mock};

#[test]
fn the_address_can_be_pasted() {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.regular_user();
    let redirect_uri = "https://app.example.com/intacct/callback";
    let mut connect = stage.start_with_input(&[
        "connect",
        "credential.toml",
        "--paste",
        "--no-browser",
        "--redirect-uri",
        redirect_uri,
        "--mock",
        &mock.origin(),
    ]);
    let redirected = sign_in(&connect.address()).url;
    assert!(redirected.starts_with(redirect_uri), "{redirected}");
    connect.type_in(&format!("{redirected}\n"));
    connect.end().ends_with(0).shows("signed in as user dana");
}

#[rstest]
#[case::nothing("", "no address was pasted")]
#[case::no_url("hello\n", "that is no URL")]
#[case::elsewhere(
    "https://evil.example/?code=c&state=s\n",
    "is not where this sign-in leads back to"
)]
#[case::another_state(
    "https://127.0.0.1:8765/callback?code=c&state=s\n",
    "from another sign-in"
)]
fn what_is_pasted_wrongly_ends_it_without_a_token_request(
    #[case] pasted: &str,
    #[case] expected: &str,
) {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.regular_user();
    let arguments = [
        "connect",
        "credential.toml",
        "--paste",
        "--no-browser",
        "--mock",
        &mock.origin(),
    ];
    stage
        .run_with_input(&arguments, pasted)
        .ends_with(1)
        .says(expected);
    mock.ledger().token_requests().assert_count(0);
}
