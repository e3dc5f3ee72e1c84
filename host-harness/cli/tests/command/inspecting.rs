//! `harness inspect`

use serde_json::json;

use crate::stage::Stage;

#[test]
fn the_built_in_plugin_is_shown() {
    let json = Stage::new().run(&["inspect", "--json"]).ends_with(0).json();
    assert_eq!(
        json["imports"],
        json!([
            "connector:credential/types@0.1.0",
            "connector:credential/http@0.1.0"
        ])
    );
    assert_eq!(
        json["exports"][0]["interface"],
        "connector:credential/credential@0.1.0"
    );
    assert_eq!(
        json["exports"][0]["functions"],
        json!(["describe", "validate"])
    );
    assert_eq!(
        json["plugin"]["origins"],
        json!(["https://api.intacct.com"])
    );
    assert_eq!(
        json["allowed"]["origins"],
        json!(["https://api.intacct.com"])
    );
    assert_eq!(json["problem"], json!(null));
}

#[test]
fn what_is_written_is_what_is_built_in() {
    let stage = Stage::new();
    let written = stage
        .run(&["inspect", "--write", "plugin.wasm", "--json"])
        .ends_with(0)
        .json();
    let built_in = stage.run(&["inspect", "--json"]).json();
    let file = stage
        .run(&["inspect", "plugin.wasm", "--json"])
        .ends_with(0)
        .json();
    assert_eq!(written["digest"], built_in["digest"]);
    assert_eq!(file["digest"], built_in["digest"]);
    assert_eq!(file["file"], "plugin.wasm");
    // By its digest it is the built-in plugin, wherever it stands.
    assert_eq!(file["allowed"], built_in["allowed"]);
}

#[test]
fn a_component_that_is_no_plugin_is_shown_with_what_is_wrong() {
    let stage = Stage::new();
    // The smallest component: its header and nothing else.
    stage.file("empty.wasm", b"\0asm\x0d\0\x01\0");
    let run = stage.run(&["inspect", "empty.wasm", "--json"]).ends_with(5);
    let json = run.json();
    assert_eq!(json["size"], 8);
    assert_eq!(json["imports"], json!([]));
    assert_eq!(json["plugin"], json!(null));
    assert!(
        json["problem"]
            .as_str()
            .unwrap()
            .contains("no credential plugin"),
        "{json}"
    );
}

#[test]
fn a_file_that_is_no_component_is_shown_with_what_is_wrong() {
    let stage = Stage::new();
    stage.file("module.wasm", b"\0asm\x01\0\0\0");
    stage.file("text.wasm", "hello");
    for file in ["module.wasm", "text.wasm"] {
        let run = stage.run(&["inspect", file]).ends_with(5);
        let run = run
            .shows("digest sha256:")
            .shows("kind no WebAssembly component");
        run.says("error: this is no WebAssembly component that can be run here");
    }
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    Stage::new()
        .run(&["inspect", "nothing.wasm"])
        .ends_with(5)
        .says("nothing.wasm cannot be read");
}
