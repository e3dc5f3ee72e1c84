//! Graceful shutdown: no command ends before what it began has ended and is stored, by itself or by a
//! signal; and what scripts learn of a credential that is about to end.

use mock_intacct::{Fault, FaultRule, InjectedFault, Wait};
use rstest::rstest;
use rustix::process::Signal;

use crate::kept::{Kept, On};
use crate::stage::block_on;

/// The access token has ended.
const EXPIRED: &str = "UPDATE credential SET due_at = 0, expires_at = obtained_at";

/// It is due, and still works.
const DUE: &str = "UPDATE credential SET due_at = 0, \
                   state = replace(state, '\"renew_at\":', '\"renew_at\":1,\"was\":')";

/// Lives by its refresh token, and the service is slow to answer.
fn slow(on: On, sql: &str) -> (Kept, InjectedFault) {
    let kept = Kept::connected_by_session(on);
    kept.sql(sql);
    let rule = FaultRule::new(Fault::SlowHead).on_path("/oauth2/token");
    let held = kept.mock.inject(rule);
    (kept, held)
}

/// Nothing is lost: the refresh token that came works.
#[track_caller]
fn is_well(kept: &Kept) {
    assert_eq!(kept.state(), "connected");
    kept.mocked(&["renew", "Sample"]).ends_with(0);
    let ledger = kept.mock.ledger();
    ledger
        .token_requests_with("refresh_token")
        .assert_statuses(&[200, 200]);
}

#[rstest]
fn a_command_that_does_not_wait_for_its_renewal_ends_when_that_is_stored(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let (kept, held) = slow(on, DUE);
    let mut running = kept.start_mocked(&["token", "Sample"]);
    block_on(held.reached(1));
    // After its patience, the token that still works.
    running.see(|line| line.starts_with("access token"));
    running.hear(|line| line.contains("is brought to its end first"));
    held.release();
    running.end().ends_with(0);
    is_well(&kept);
}

#[rstest]
#[case::token(&["token", "Sample"], Signal::TERM, 143)]
#[case::token_at_a_terminal(&["token", "Sample"], Signal::INT, 130)]
#[case::a_terminal_that_is_closed(&["token", "Sample"], Signal::HUP, 129)]
#[case::quit(&["token", "Sample"], Signal::QUIT, 131)]
#[case::request(&["request", "Sample", "GET", "/ia/api/v1/objects/company-config/user"], Signal::TERM, 143)]
#[case::renew(&["renew", "Sample"], Signal::TERM, 143)]
#[case::all_that_are_due(&["renew"], Signal::INT, 130)]
#[case::a_test(&["credentials", "test", "Sample"], Signal::TERM, 143)]
#[case::watch(&["renew", "--watch"], Signal::TERM, 0)]
fn a_signal_ends_a_command_once_its_renewal_is_stored(
    #[case] arguments: &[&str],
    #[case] signal: Signal,
    #[case] code: i32,
) {
    for on in [On::Sqlite, On::Postgres] {
        let (kept, held) = slow(on, EXPIRED);
        let mut running = kept.start_mocked(arguments);
        block_on(held.reached(1));
        running.signal(signal);
        running.hear(|line| line.contains("is brought to its end first"));
        held.release();
        running.end().ends_with(code);
        is_well(&kept);
    }
}

#[test]
fn a_second_signal_ends_it_at_once_and_says_what_that_risks() {
    let (kept, held) = slow(On::Sqlite, EXPIRED);
    let mut running = kept.start_mocked(&["renew", "Sample"]);
    block_on(held.reached(1));
    running.signal(Signal::TERM);
    running.hear(|line| line.contains("is brought to its end first"));
    running.signal(Signal::TERM);
    running
        .end()
        .ends_with(143)
        .says("Ended at once")
        .says("the new tokens are lost");
    drop(held);
}

/// Row 15: to finish a renewal is right; to wait for the lease of a process that was killed is not.
#[rstest]
fn a_signal_ends_the_wait_for_another_process_which_is_told(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let (kept, held) = slow(on, EXPIRED);
    let mut killed = kept.start_mocked(&["renew", "Sample"]);
    block_on(held.reached(1));
    killed.signal(Signal::KILL);
    killed.wait();
    let mut waiting = kept.start_mocked(&["renew", "Sample"]);
    let told = waiting.hear(|line| line.contains("waiting for another process"));
    assert!(
        told.contains("Sample") && told.contains("process "),
        "{told}"
    );
    waiting.signal(Signal::TERM);
    waiting.end().ends_with(143);
    let ledger = kept.mock.ledger();
    ledger.token_requests_with("refresh_token").assert_count(1);
}

#[test]
fn a_command_that_waits_for_a_person_ends_at_the_first_signal() {
    let kept = Kept::on(On::Sqlite);
    kept.stage.regular_user();
    kept.run(&["credentials", "add", "credential.toml"])
        .ends_with(0);
    let uri = "https://127.0.0.1:0/callback";
    let mut running = kept.start_mocked(&[
        "credentials",
        "connect",
        "Sample",
        "--no-browser",
        "--redirect-uri",
        uri,
    ]);
    running.address();
    running.signal(Signal::TERM);
    running.end().ends_with(143);
}

#[rstest]
fn a_script_learns_which_credentials_need_somebody(#[values(On::Sqlite, On::Postgres)] on: On) {
    let kept = Kept::connected_by_session(on);
    kept.run(&["credentials", "--check"])
        .ends_with(0)
        .shows("No credential needs anybody");
    kept.mock
        .change(|company| company.web_services_subscription = false);
    kept.sql(DUE);
    kept.mocked(&["renew", "Sample"]).ends_with(1);
    for arguments in [
        &["credentials", "--check"][..],
        &["credentials", "list", "--check"],
    ] {
        kept.run(arguments)
            .ends_with(1)
            .shows("Sample connect again");
    }
    let json = kept.run(&["credentials", "--check", "--json"]).ends_with(1);
    assert_eq!(json.json()["credentials"].as_array().unwrap().len(), 1);
    kept.run(&["credentials", "--check", "status", "Sample"])
        .ends_with(2);
    // The token works until its end: the script gets it, and whoever reads its log is warned.
    let run = kept
        .mocked(&["token", "Sample", "--json"])
        .ends_with(0)
        .says("warning: Sample still works, but only until its token ends")
        .says("who acts");
    assert_eq!(run.json()["needs_somebody"]["code"], "invalid_grant");
}

#[rstest]
fn a_check_of_nothing_is_no_success(#[values(On::Sqlite, On::Postgres)] on: On) {
    let kept = Kept::added_on(on);
    kept.run(&["credentials", "--check"]).ends_with(0);
    let typo = ["credentials", "--check", "--tenant", "defualt"];
    kept.run(&typo)
        .ends_with(3)
        .says("the tenant `defualt` has no credential")
        .says("--tenant");
    let json = kept.run(&[&typo[..], &["--json"]].concat()).ends_with(3);
    assert_eq!(json.json()["error"]["kind"], "settings");
    // Without the check, it is a list of none.
    kept.run(&["credentials", "--tenant", "defualt"])
        .ends_with(0);
    kept.run(&["credentials", "remove", "Sample", "--yes"])
        .ends_with(0);
    kept.run(&["credentials", "--check"]).ends_with(3);
}

#[test]
fn the_watch_tells_of_a_credential_that_comes_to_need_somebody() {
    let kept = Kept::connected_by_session(On::Sqlite);
    kept.mock
        .change(|company| company.web_services_subscription = false);
    kept.sql(EXPIRED);
    let mut watching = kept.start_mocked(&["renew", "--watch"]);
    let told = watching.hear(|line| line.contains("needs somebody"));
    for said in ["WARN", "Sample", "invalid_grant", "who_acts"] {
        assert!(told.contains(said), "{said}: {told}");
    }
    watching.ask_to_end();
    watching.end().ends_with(0);
}

#[test]
fn the_watch_leaves_a_heartbeat_that_a_probe_can_look_at() {
    let kept = Kept::connected();
    let file = kept.stage.file("heartbeat", "0\n");
    let arguments = ["renew", "--watch", "--heartbeat", file.to_str().unwrap()];
    let mut watching = kept.start_mocked(&arguments);
    watching.hear(|line| line.contains("Ctrl-C ends it"));
    watching.ask_to_end();
    watching.end().ends_with(0);
    let beat: u64 = std::fs::read_to_string(&file)
        .unwrap()
        .trim()
        .parse()
        .unwrap();
    assert!(beat > 0, "each look at the store is followed by one");
    crate::kept::check_private(&file);
}

/// Surprise 7: the session is of another user than the Username beside it names, and the service does
/// not answer the test.
#[test]
fn connecting_says_that_somebody_else_signed_in_though_the_test_was_not_answered() {
    let mock = crate::stage::mock();
    let session = mock.company().sessions[0].session_id.clone();
    let stage = crate::stage::Stage::with_secret().env("SESSION_ID", &session);
    stage.credential(
        "flow_type = \"web_services_user\"\nusername = \"somebody-else@Nordlicht-DEV\"\n\
         session_id = { env = \"SESSION_ID\" }",
    );
    let rule = FaultRule::new(Fault::Unavailable(Wait::Unsaid));
    mock.inject(rule.on_path("/services").always());
    mock.inject(
        FaultRule::new(Fault::Unavailable(Wait::Unsaid))
            .on_path("/objects")
            .always(),
    );
    let run = stage.run(&["connect", "credential.toml", "--mock", &mock.origin()]);
    run.ends_with(1)
        .shows("failed Company and user as expected")
        .shows("skipped Token accepted: Not looked at");
}

#[test]
fn a_suggested_command_works_as_it_is() {
    let kept = Kept::on(On::Sqlite);
    kept.stage.web_services_user();
    let origin = kept.mock.origin();
    let added = kept
        .mocked(&[
            "credentials",
            "add",
            "credential.toml",
            "--store",
            "our store.db",
            "--tenant",
            "acme",
        ])
        .ends_with(0);
    let options = format!("--store 'our store.db' --tenant acme --mock {origin}");
    added.shows(&format!(
        "next: harness credentials connect Sample {options}"
    ));
}
