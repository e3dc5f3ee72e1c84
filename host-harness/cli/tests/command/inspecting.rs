//! `harness inspect`

use rstest::rstest;
use serde_json::json;

use crate::stage::Stage;

#[test]
fn the_built_in_plugin_is_shown() {
    let json = Stage::new().run(&["inspect", "--json"]).ends_with(0).json();
    assert_eq!(
        json["imports"],
        json!([
            "connector:credential/types@0.2.0",
            "connector:credential/http@0.2.0"
        ])
    );
    assert_eq!(
        json["exports"][0]["interface"],
        "connector:credential/credential@0.2.0"
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

/// A component's header.
const HEADER: &[u8] = b"\0asm\x0d\0\x01\0";

/// What it is, in the page and in the message, with what its author does; for a component, none of "no component".
#[rstest]
#[case::a_core_module(
    b"\0asm\x01\0\0\0",
    "kind a core WebAssembly module",
    "wasm-tools component new"
)]
#[case::text(b"(component)", "kind WebAssembly text", "wasm-tools parse")]
#[case::a_note(
    b"hello",
    "kind not WebAssembly",
    "choose the file of a WebAssembly component"
)]
#[case::an_empty_file(b"", "kind an empty file", "copy or build it again")]
#[case::a_truncated_one(&[HEADER, &[7, 100, 1]].concat(), "kind a truncated WebAssembly component", "again")]
#[case::an_async_one(&[HEADER, &[7, 3, 1, 0x66, 0]].concat(), "imports nothing", "with async off")]
#[case::one_of_components(
    &[HEADER, &[4, 16], HEADER, &[4, 6], &HEADER[..6]].concat(),
    "kind a WebAssembly component that cannot be read",
    "wasm-tools validate"
)]
#[case::one_with_a_component_within(
    &[HEADER, &[4, 18], HEADER, &[4, 8], HEADER].concat(),
    "imports nothing",
    "its author builds it as one"
)]
fn what_does_not_load_is_shown_as_what_it_is(
    #[case] contents: &[u8],
    #[case] shows: &str,
    #[case] says: &str,
) {
    let stage = Stage::new();
    stage.file("file.wasm", contents);
    let run = stage.run(&["inspect", "file.wasm"]).ends_with(5);
    let run = run.shows("digest sha256:").shows(shows).says(says);
    assert!(!run.everything().contains("panicked"), "{run:#?}");
    assert!(
        !run.everything().contains("no WebAssembly component"),
        "{run:#?}"
    );
}

/// A custom section, which says nothing to anybody.
fn padded(component: &[u8], bytes: usize) -> Vec<u8> {
    let name = b"\x03pad";
    let size = name.len() + bytes;
    let size = [
        (size & 0x7f | 0x80) as u8,
        (size >> 7 & 0x7f | 0x80) as u8,
        (size >> 14) as u8,
    ];
    [component, &[0], &size, name, &vec![0; bytes]].concat()
}

#[test]
fn a_component_that_is_too_large_says_who_raises_what() {
    let stage = Stage::new();
    let large = padded(test_guests::MISBEHAVING, 1 << 20);
    stage.file("large.wasm", &large);
    let hint = format!(
        "under [limits] in the policy file, component_bytes = {}",
        large.len()
    );
    for command in [&["inspect", "large.wasm"][..], &["prove", "large.wasm"]] {
        let run = stage.run(command).ends_with(5);
        run.says("more than the 1048576 that are allowed")
            .says(&hint);
    }
    stage.file(
        "policy.toml",
        format!("[limits]\ncomponent_bytes = {}\n", large.len()),
    );
    stage
        .run(&["inspect", "large.wasm", "--policy", "policy.toml"])
        .ends_with(0)
        .shows("Credential plugin");
    stage
        .run(&["prove", "large.wasm", "--policy", "policy.toml"])
        .ends_with(0)
        .shows("Proved");
}

/// The keys that are named are those that let it in.
#[test]
fn a_component_of_too_many_parts_says_which_limits_to_raise() {
    let stage = Stage::new();
    stage.file("guest.wasm", test_guests::MISBEHAVING);
    stage.file(
        "strict.toml",
        "[limits]\ncomponent_functions = 10\nfunction_bytes = 100\n",
    );
    let run = stage
        .run(&["inspect", "guest.wasm", "--policy", "strict.toml"])
        .ends_with(5);
    let talk = run.talk();
    let keys = talk
        .split("in the policy file, ")
        .nth(1)
        .expect("keys")
        .split(" who acts")
        .next();
    let keys: Vec<&str> = keys
        .unwrap()
        .split(", ")
        .map(|it| it.trim_end_matches('.'))
        .collect();
    assert_eq!(keys.len(), 2, "{talk}");
    stage.file("raised.toml", format!("[limits]\n{}\n", keys.join("\n")));
    stage
        .run(&["inspect", "guest.wasm", "--policy", "raised.toml"])
        .ends_with(0);
}

/// The command is its own compiler: a limit of the child is one of the command.
#[test]
fn a_component_is_compiled_in_a_child_with_limits() {
    let stage = Stage::new();
    let empty_cache = stage.path("cache").display().to_string();
    let stage = stage.env("XDG_CACHE_HOME", &empty_cache);
    stage.file("guest.wasm", test_guests::MISBEHAVING);
    stage.file("policy.toml", "[limits]\ncompiled_bytes = 1000\n");
    stage
        .run(&["inspect", "guest.wasm", "--policy", "policy.toml"])
        .ends_with(5)
        .says("compiled, it is more than the 1000 bytes that are allowed")
        .says("`compiled_bytes` under [limits]");
}

/// Without an order the child does nothing, and says so.
#[test]
fn the_child_alone_does_nothing() {
    let run = Stage::new().run(&["compile-component"]).ends_with(1);
    assert_eq!(run.stdout, "");
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    Stage::new()
        .run(&["inspect", "nothing.wasm"])
        .ends_with(5)
        .says("nothing.wasm cannot be read");
}
