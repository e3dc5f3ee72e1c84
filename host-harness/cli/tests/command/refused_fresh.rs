//! A fresh token that the service's API refuses, and what an administrator has to put right: the state says
//! so, scripts learn of it, and each suggestion leads out of it.

use mock_intacct::{Fault, FaultRule, ListsChecked, refusal};
use rstest::rstest;

use crate::kept::{Kept, On};

/// The company's two lists lack the application, which shows at a call alone.
fn take_off_the_lists(kept: &Kept) {
    kept.mock.change(|company| {
        company.tokens.lists_checked = ListsChecked::Call;
        company.authorized_clients.clear();
        company.web_services_authorizations.clear();
    });
}

#[rstest]
fn a_fresh_token_that_is_refused_shows_everywhere_until_a_test_passes(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let kept = Kept::added_on(on);
    let lists = kept.mock.company();
    take_off_the_lists(&kept);
    kept.mocked(&["credentials", "connect", "Sample"])
        .ends_with(1);
    assert_eq!(kept.state(), "connected");
    let suggested = "put it right, then: harness credentials test Sample";
    for (arguments, code) in [(&["credentials"][..], 0), (&["credentials", "--check"], 1)] {
        kept.run(arguments)
            .ends_with(code)
            .shows("Sample test failed")
            .shows("refuses the token that it has just given")
            .shows(suggested);
    }
    kept.mocked(&["credentials", "status", "Sample"])
        .ends_with(0)
        .shows("renewed, but its last test failed")
        .shows("support ID")
        .shows("who acts an administrator")
        .shows(suggested);
    let json = kept.run(&["credentials", "--check", "--json"]).ends_with(1);
    let listed = &json.json()["credentials"][0];
    assert_eq!(listed["diagnosis"], listed["last_test"]);
    assert_eq!(listed["last_test"]["actor"], "administrator");
    assert!(listed["last_test"]["support_id"].is_string(), "{listed}");
    // The token is handed out, and whoever reads the log is warned; a renewal does not make it well.
    kept.mocked(&["token", "Sample"])
        .ends_with(0)
        .says("is renewed, but its last test failed");
    kept.mocked(&["renew", "Sample"]).ends_with(0);
    kept.run(&["credentials", "--check"]).ends_with(1);
    kept.mocked(&["credentials", "test", "Sample"]).ends_with(1);

    kept.mock.change(|company| *company = lists);
    kept.mocked(&["credentials", "test", "Sample"]).ends_with(0);
    kept.run(&["credentials", "--check"]).ends_with(0);
    let json = kept.run(&["credentials", "--json"]).ends_with(0);
    assert!(json.json()["credentials"][0]["last_test"].is_null());
}

/// A test renews nothing while the token is good: what ends the state is a renewal.
#[rstest]
fn what_was_put_right_at_a_renewal_is_ended_by_a_renewal(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let kept = Kept::connected_on(on);
    let refused = FaultRule::new(Fault::Refuse(refusal::APPLICATION_NOT_AUTHORIZED));
    kept.mock.inject(refused.on_path("/oauth2/token"));
    kept.mocked(&["renew", "Sample"]).ends_with(1);
    assert_eq!(kept.state(), "needs-administrator");
    kept.run(&["credentials", "--check"])
        .ends_with(1)
        .shows("put it right, then: harness renew Sample");
    kept.mocked(&["renew", "Sample"]).ends_with(0);
    assert_eq!(kept.state(), "connected");
    kept.run(&["credentials", "--check"]).ends_with(0);
}

#[rstest]
fn what_was_put_right_before_the_first_token_is_ended_by_connecting(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let kept = Kept::added_on(on);
    let refused = FaultRule::new(Fault::Refuse(refusal::APPLICATION_NOT_AUTHORIZED));
    kept.mock.inject(refused.on_path("/oauth2/token"));
    let connect = ["credentials", "connect", "Sample"];
    kept.mocked(&connect).ends_with(1);
    assert_eq!(kept.state(), "needs-administrator");
    kept.run(&["credentials", "--check"])
        .ends_with(1)
        .shows("put it right, then: harness credentials connect Sample");
    kept.mocked(&connect).ends_with(0);
    assert_eq!(kept.state(), "connected");
}
