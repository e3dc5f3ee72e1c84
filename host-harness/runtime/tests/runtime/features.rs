//! Components that use what this host runs for nobody, or ask for what it does not have: each is refused with
//! what it is and what its author does.

use credential_runtime::{LoadError, Runtime};
use rstest::rstest;

use crate::nested::without_compiler;
use crate::shapes::{component, component_with};
use crate::stage::Stage;

#[track_caller]
fn check(error: &LoadError) {
    assert!(!matches!(error, LoadError::Compiler(_)), "{error}");
    let said = error.to_string();
    assert!(
        said.contains("its author") || said.contains("may import"),
        "{said}"
    );
    assert!(!said.contains(char::is_control), "{said:?}");
}

#[rstest]
#[case::stack_switching("(type $f (func)) (type (cont $f))")]
#[case::an_array("(type (array (mut i32)))")]
#[case::a_reference_to_a_number("(func i32.const 1 ref.i31 drop)")]
#[case::any_reference("(func (param (ref null any)))")]
#[case::recursive_types(
    "(rec (type $a (struct (field (ref null $b)))) (type $b (struct (field (ref null $a)))))"
)]
#[case::a_caught_exception(
    "(func (block $b (result exnref) (try_table (catch_all_ref $b)) (unreachable)) drop)"
)]
#[case::an_exception_as_reference("(func (param exnref))")]
#[case::shared_memory("(memory 1 2 shared)")]
#[case::memory_of_64_bits("(memory i64 1 2)")]
#[case::many_memories("(memory 1) (memory 1) (memory 1)")]
#[case::pages_of_a_byte("(memory 1 (pagesize 1))")]
#[case::wide_arithmetic(
    "(func i64.const 0 i64.const 0 i64.const 0 i64.const 0 i64.add128 drop drop)"
)]
#[case::a_shared_function("(type (shared (func)))")]
#[tokio::test]
async fn a_feature_that_no_plugin_has_is_named(#[case] module: &str) {
    let runtime = Runtime::builder().build().unwrap();
    check(&runtime.load(&component(module)).await.unwrap_err());
}

#[rstest]
#[case::an_older_contract("connector:credential/http@0.1.0")]
#[case::a_later_patch("connector:credential/http@0.2.1")]
#[case::a_later_minor("connector:credential/http@0.3.0")]
#[case::a_later_major("connector:credential/http@1.0.0")]
#[case::a_draft("connector:credential/http@0.2.0-rc.1")]
#[case::a_contract_of_no_version("connector:credential/http")]
#[case::canonical("connector:credential/http@0.2")]
#[case::its_own_export("connector:credential/connection@0.2.0")]
#[case::standard_output("wasi:cli/stdout@0.2.6")]
#[case::a_way_out_of_wasi("wasi:http/outgoing-handler@0.2.6")]
#[case::the_third_preview("wasi:http/handler@0.3.0")]
#[case::a_draft_of_it("wasi:clocks/system-clock@0.3.0-rc-2025-09-16")]
#[case::in_another_case("Connector:credential/http@0.2.0")]
#[tokio::test]
async fn an_import_that_there_is_not_is_named(#[case] name: &str) {
    let import = format!("(import \"{name}\" (instance))");
    // Some are no names of the component model, and no tool makes them.
    let Ok(bytes) = std::panic::catch_unwind(|| component_with(&import, "")) else {
        return;
    };
    let error = without_compiler().load(&bytes).await.unwrap_err();
    check(&error);
    assert!(error.to_string().contains(&name.to_lowercase()), "{error}");
}

/// A custom section with these contents, behind a component.
fn with_section(name: &str, contents: &[u8]) -> Vec<u8> {
    let mut section = vec![u8::try_from(name.len()).unwrap()];
    section.extend(name.bytes());
    section.extend(contents);
    let mut bytes = test_guests::MISBEHAVING.to_vec();
    bytes.push(0);
    let mut size = section.len();
    while size >= 0x80 {
        bytes.push(u8::try_from(size & 0x7F).unwrap() | 0x80);
        size >>= 7;
    }
    bytes.push(u8::try_from(size).unwrap());
    bytes.extend(section);
    bytes
}

/// What a tool writes beside the code is nobody's to run.
#[rstest]
#[case::names_that_are_none("component-name", b"\xff\xff\xff\xff\xff\xff")]
#[case::names_cut_short("component-name", b"\x00\x7f\x01")]
#[case::producers_that_are_none("producers", b"\x05\x01")]
#[case::a_note("note", b"not-a-real-note")]
#[case::nothing("", b"")]
#[tokio::test]
async fn a_custom_section_does_no_harm(#[case] name: &str, #[case] contents: &[u8]) {
    let stage = Stage::new().await;
    let runtime = Runtime::builder().build().unwrap();
    stage
        .withstands(runtime.load(&with_section(name, contents)))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_custom_section_of_megabytes_counts_as_size() {
    let bytes = with_section("note", &vec![b'x'; 16 << 20]);
    let error = without_compiler().load(&bytes).await.unwrap_err();
    assert!(matches!(error, LoadError::TooLarge { .. }), "{error}");
    check(&error);
}
