//! `harness prove`

use rstest::rstest;
use serde_json::{Value, json};
use test_guests::Version;

use crate::stage::{Run, Stage};

const EXPORTS: [&str; 12] = [
    "connection/authenticate",
    "connection/connecting-warning",
    "connection/revocation-warning",
    "connection/revoke",
    "connection/test",
    "credential/validate",
    "oauth/authorization-refused",
    "oauth/authorization-url",
    "oauth/obtain-tokens",
    "oauth/parse-token-response",
    "oauth/plan",
    "oauth/token-request",
];

#[track_caller]
fn check_proved(run: &Run) {
    let json = run.json();
    assert_eq!(json["proved"], true, "{json:#}");
    assert_eq!(json["proof"]["findings"], json!([]));
    for place in ["memory and return values", "outcomes", "log", "files"] {
        assert_eq!(json["proof"]["control"][place], true, "{place}: {json:#}");
        assert!(
            json["proof"]["searched"][place].as_u64() > Some(100),
            "{place}: {json:#}"
        );
    }
    for export in EXPORTS {
        assert!(
            json["proof"]["exports"][export].as_u64() > Some(0),
            "{export}: {json:#}"
        );
    }
}

#[test]
fn the_built_in_plugin_is_proved() {
    let run = Stage::new().run(&["prove", "--json"]).ends_with(0);
    check_proved(&run);
    let proof = run.json()["proof"].clone();
    assert_eq!(proof["exports"]["credential/describe"], 1);
    assert!(proof["secrets"].as_u64() > Some(100), "{proof:#}");
    assert!(proof["given"]["answers"].as_u64() > Some(10), "{proof:#}");
    // Its answers bring tokens, and hold secrets wherever else it reads.
    for (reading, outcome) in [
        ("secret", "given"),
        ("code", "given"),
        ("code", "unreadable"),
        ("phrases", "unreadable"),
        ("number", "given"),
    ] {
        let count = proof["given"]["readings"][reading][outcome].as_u64();
        assert!(count > Some(10), "{reading} {outcome}: {proof:#}");
    }
    // Every export that has a way out did send, and both ways to obtain tokens do the same.
    for export in [
        "connection/revoke",
        "connection/test",
        "oauth/obtain-tokens",
        "oauth/token-request",
    ] {
        let sent = proof["requests"][export].as_u64();
        assert!(sent > Some(10), "{export}: {proof:#}");
    }
    assert_eq!(proof["requests"]["oauth/plan"], Value::Null);
    assert_eq!(warnings(&proof), [] as [&str; 0]);
    assert!(proof["pair"]["compared"].as_u64() > Some(100), "{proof:#}");
    assert_eq!(proof["pair"]["differences"], json!({}));
}

#[test]
fn a_person_reads_what_was_searched_and_found() {
    Stage::new()
        .run(&["prove"])
        .ends_with(0)
        .shows("sage-intacct-rest (sha256:")
        .shows("calls of 13 exports")
        .shows("searched memory and return values:")
        .shows("answers, 0 of them withheld whole")
        .shows("read secret: ")
        .shows("found nothing")
        .shows("a text that is no secret was found in files, found in log, found in memory")
        .shows("Proved: no secret was where none may be")
        .shows("This says nothing about whether the plugin is right.");
}

#[test]
fn a_plugin_from_a_file_is_proved_either_way_it_is_named() {
    let stage = Stage::new();
    stage.file("other.wasm", test_guests::MISBEHAVING);
    for arguments in [
        &["prove", "other.wasm", "--json"][..],
        &["prove", "--plugin", "other.wasm", "--json"],
    ] {
        let run = stage.run(arguments).ends_with(0);
        check_proved(&run);
        assert_eq!(run.json()["proof"]["plugin"], "misbehaving");
        let given = run.json()["proof"]["given"].clone();
        assert_eq!(given["readings"]["label"]["declared"], 8, "{given}");
    }
}

/// The proof of a version of a plugin.
fn proof_of(version: Version) -> Value {
    let stage = Stage::new();
    stage.file("versions.wasm", test_guests::version(version).unwrap());
    let run = stage
        .run(&["prove", "versions.wasm", "--json"])
        .ends_with(0);
    check_proved(&run);
    run.json()["proof"].clone()
}

fn warnings(proof: &Value) -> Vec<&str> {
    let warnings = proof["warnings"].as_array().unwrap();
    warnings.iter().map(|it| it.as_str().unwrap()).collect()
}

/// R10: a plugin that stopped before its request looked like one that had tried.
#[rstest]
#[case::it_revokes_without_asking(Version::First, &["connection/revoke"])]
#[case::nor_does_it_test_anything(Version::NoCheck, &["connection/revoke", "connection/test"])]
fn an_export_that_may_send_and_sent_nothing_is_warned_of(
    #[case] version: Version,
    #[case] silent: &[&str],
) {
    let proof = proof_of(version);
    let warnings = warnings(&proof);
    assert_eq!(warnings.len(), silent.len(), "{warnings:?}");
    for (warning, export) in warnings.iter().zip(silent) {
        let calls = &proof["exports"][export];
        let expected = format!("{export} was called {calls} times and sent nothing");
        assert!(warning.starts_with(&expected), "{warning}");
        assert_eq!(proof["requests"][export], 0);
    }
    assert!(proof["pair"]["compared"].as_u64() > Some(40), "{proof:#}");
    assert_eq!(proof["pair"]["differences"], json!({}));
}

/// R13: by the contract both ways have the same outcome, whichever a host uses.
#[rstest]
#[case::no_request(
    Version::SendsNone,
    "obtain-tokens sends 0 requests where token-request builds 1"
)]
#[case::another_outcome(
    Version::ObtainsNothing,
    "obtain-tokens from the same answer has another outcome than parse-token-response"
)]
fn the_two_ways_to_obtain_tokens_are_held_against_each_other(
    #[case] version: Version,
    #[case] difference: &str,
) {
    let proof = proof_of(version);
    for grant in ["client-credentials", "refresh-token"] {
        let expected = format!("for the grant {grant}, {difference} (");
        let found = warnings(&proof).iter().any(|it| it.starts_with(&expected));
        assert!(found, "{expected}: {proof:#}");
    }
}

#[test]
fn a_person_reads_what_was_sent_and_what_differs() {
    let stage = Stage::new();
    let plugin = test_guests::version(Version::SendsOtherwise).unwrap();
    stage.file("versions.wasm", plugin);
    stage
        .run(&["prove", "versions.wasm"])
        .ends_with(0)
        .shows("sent connection/revoke: 0 requests")
        .shows("sent connection/test: ")
        .shows("compared obtain-tokens with token-request and parse-token-response: ")
        .shows("warning connection/revoke was called ")
        .shows("warning for the grant refresh-token, obtain-tokens sends another body")
        .shows("Proved: no secret was where none may be");
}

#[test]
fn what_is_no_plugin_cannot_be_proved() {
    let stage = Stage::new();
    stage.file("text.wasm", "hello");
    stage
        .run(&["prove", "text.wasm"])
        .ends_with(5)
        .says("the file is not WebAssembly");
    stage
        .run(&["prove", "nothing.wasm"])
        .ends_with(5)
        .says("nothing.wasm cannot be read");
}
