//! `harness prove`

use serde_json::json;

use crate::stage::{Run, Stage};

const EXPORTS: [&str; 11] = [
    "connection/authenticate",
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
}

#[test]
fn a_person_reads_what_was_searched_and_found() {
    Stage::new()
        .run(&["prove"])
        .ends_with(0)
        .shows("sage-intacct-rest (sha256:")
        .shows("calls of 12 exports")
        .shows("searched memory and return values:")
        .shows("found nothing")
        .shows("a text that is no secret was found in files, found in log, found in memory")
        .shows("Proved: no secret was where none may be");
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
    }
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
