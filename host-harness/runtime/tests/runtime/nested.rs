//! Components made of components: refused by their binary, before the compiler sees them, since it panics on the
//! adapters between their parts where multiple memories are off.

use std::path::PathBuf;

use credential_runtime::{Compiler, LoadError, Runtime, Unsupported};
use rstest::rstest;

use crate::shapes::component_with;
use crate::stage::Stage;

/// A component that exports `f`, which takes a string.
const CALLEE: &str = r#"(component $A
    (core module $m (memory (export "mem") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 8)
      (func (export "f") (param i32 i32)))
    (core instance $i (instantiate $m))
    (func (export "f") (param "s" string)
      (canon lift (core func $i "f") (memory (core memory $i "mem")) (realloc (core func $i "realloc")))))"#;

/// One that imports it.
const CALLER: &str = r#"(component $B
    (import "f" (func $f (param "s" string)))
    (core module $lib (memory (export "mem") 1))
    (core instance $l (instantiate $lib))
    (core func $lf (canon lower (func $f) (memory (core memory $l "mem"))))
    (core module $m (import "" "f" (func $f (param i32 i32)))
      (func (export "g") (call $f (i32.const 0) (i32.const 3))))
    (core instance $i (instantiate $m (with "" (instance (export "f" (func $lf))))))
    (func (export "g") (canon lift (core func $i "g"))))"#;

/// A runtime that cannot compile: what is refused by it otherwise was refused before.
pub fn without_compiler() -> Runtime {
    let compiler = Compiler::Child(PathBuf::from("/nonexistent/compiler"), Vec::new());
    Runtime::builder().compiler(compiler).build().unwrap()
}

fn parse(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn check(error: &LoadError) {
    assert!(
        matches!(error, LoadError::Unsupported(Unsupported::Components)),
        "{error}"
    );
    let said = error.to_string();
    assert!(
        said.contains("this host runs none made of components"),
        "{said}"
    );
    assert!(said.contains("its author builds it as one"), "{said}");
}

/// Each as it is, and as a part of what is a plugin otherwise.
#[rstest]
#[case::a_string_passed(&format!(
    "{CALLEE} {CALLER} (instance $a (instantiate $A)) (instance $b (instantiate $B (with \"f\" (func $a \"f\"))))"
))]
#[case::several_instances_of_each(&format!(
    "{CALLEE} {CALLER} (instance $a (instantiate $A)) (instance $c (instantiate $A)) \
     (instance $b (instantiate $B (with \"f\" (func $a \"f\")))) \
     (instance $d (instantiate $B (with \"f\" (func $c \"f\"))))"
))]
#[case::one_that_nobody_calls(&format!("{CALLEE} (instance $a (instantiate $A))"))]
#[case::one_that_is_not_instantiated(CALLEE)]
#[case::three_deep("(component $x (component $y (component $z)))")]
#[case::instances_within_instances(
    "(component $x (component $y) (instance (instantiate $y)) (instance (instantiate $y)))"
)]
#[case::a_resource_within("(component $x (type $r (resource (rep i32))) (export \"r\" (type $r)))")]
#[case::a_module_within("(component $x (core module $m))")]
#[case::a_lifted_function_lowered_again(
    "(core module $c (func (export \"f\"))) (core instance $ci (instantiate $c)) \
     (func $lifted (canon lift (core func $ci \"f\"))) (core func $again (canon lower (func $lifted)))"
)]
#[case::the_same_by_way_of_a_name_giver(
    "(core module $c (func (export \"f\"))) (core instance $ci (instantiate $c)) \
     (func $lifted (canon lift (core func $ci \"f\"))) \
     (component $x (import \"f\" (func $f)) (export \"g\" (func $f))) \
     (instance $y (instantiate $x (with \"f\" (func $lifted)))) \
     (alias export $y \"g\" (func $g)) (core func $again (canon lower (func $g)))"
)]
#[tokio::test]
async fn a_component_made_of_components_is_refused_before_it_is_compiled(#[case] parts: &str) {
    let runtime = without_compiler();
    check(
        &runtime
            .load(&parse(&format!("(component {parts})")))
            .await
            .unwrap_err(),
    );
    check(&runtime.load(&component_with(parts, "")).await.unwrap_err());
}

#[tokio::test]
async fn what_they_import_is_still_shown() {
    let text = format!("(component (import \"wasi:cli/exit@0.2.0\" (instance)) {CALLEE})");
    let info = without_compiler().inspect(&parse(&text)).await.unwrap();
    assert_eq!(info.imports, ["wasi:cli/exit@0.2.0"]);
    let error = without_compiler().load(&parse(&text)).await.unwrap_err();
    assert!(matches!(error, LoadError::ForbiddenImports(_)), "{error}");
}

/// A module or a component from outside is no plugin's either.
#[rstest]
#[case::a_module("(import \"connector:credential/http@VERSION\" (core module))")]
#[case::a_component("(import \"connector:credential/http@VERSION\" (component))")]
#[tokio::test]
async fn code_is_not_imported(#[case] import: &str) {
    let import = import.replace("VERSION", crate::shapes::spoken());
    let error = without_compiler()
        .load(&component_with(&import, ""))
        .await
        .unwrap_err();
    check(&error);
}

#[rstest]
#[case::a_built_in("(core func (canon task.cancel))")]
#[case::a_stream("(type (stream u8))")]
#[case::a_future_in_an_interface(
    "(type (instance (type (future u8)) (export \"a\" (type (eq 0)))))"
)]
#[case::an_async_lift(
    "(core module $c (func (export \"f\") (result i32) unreachable) \
        (func (export \"cb\") (param i32 i32 i32) (result i32) unreachable)) \
     (core instance $ci (instantiate $c)) \
     (func (canon lift (core func $ci \"f\") async (callback (core func $ci \"cb\"))))"
)]
#[tokio::test]
async fn async_is_named_with_what_its_author_does(#[case] parts: &str) {
    let error = without_compiler()
        .load(&component_with(parts, ""))
        .await
        .unwrap_err();
    assert!(
        matches!(error, LoadError::Unsupported(Unsupported::Async)),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .contains("its author builds it with async off"),
        "{error}"
    );
}

/// Nothing that encoders of today write around an interface is refused.
#[tokio::test]
async fn a_component_that_gives_names_alone_is_none_made_of_components() {
    Stage::on(&Runtime::builder().build().unwrap())
        .await
        .assert_works()
        .await;
}

/// The contract's way out as a component imports it, with one function that takes and gives nothing.
const HTTP: &str = "(import \"connector:credential/http@VERSION\" (instance $http (export \"send\" (func)))) \
     (alias export $http \"send\" (func $send)) (core func $lowered (canon lower (func $send)))";

/// Odd components that the scan lets through: whatever the compiler and the linker make of each, it is no panic.
#[rstest]
#[case::an_import_exported_again("(export \"again\" (instance $http))")]
#[case::a_function_imported_and_exported("(export \"again\" (func $send))")]
#[case::a_lowered_function_lifted(
    "(func $again (canon lift (core func $lowered))) (export \"again\" (func $again))"
)]
#[case::a_lowered_function_to_end_a_call(
    "(core module $c (memory (export \"m\") 1) (func (export \"f\") (result i32) i32.const 8)) \
     (core instance $ci (instantiate $c)) \
     (func (export \"g\") (result string) (canon lift (core func $ci \"f\") (memory (core memory $ci \"m\"))))"
)]
#[case::a_destructor_of_the_hosts("(type $r (resource (rep i32) (dtor (core func $lowered))))")]
#[case::a_destructor_that_drops(
    "(type $r (resource (rep i32))) (core func $d (canon resource.drop $r)) \
     (type $s (resource (rep i32) (dtor (core func $d)))) (core func $made (canon resource.new $s))"
)]
#[case::the_host_at_the_start(
    "(core module $c (import \"\" \"s\" (func)) (start 0)) \
     (core instance (instantiate $c (with \"\" (instance (export \"s\" (func $lowered))))))"
)]
#[case::the_host_in_a_table(
    "(core module $c (import \"\" \"s\" (func)) (table 1 funcref) (elem (i32.const 0) func 0)) \
     (core instance (instantiate $c (with \"\" (instance (export \"s\" (func $lowered))))))"
)]
#[case::a_memory_of_another_module(
    "(core module $c (memory (export \"m\") 1)) (core instance $ci (instantiate $c)) \
     (core module $d (import \"c\" \"m\" (memory 1)) (func (export \"f\"))) \
     (core instance $di (instantiate $d (with \"c\" (instance $ci)))) \
     (func $x (canon lift (core func $di \"f\")))"
)]
#[case::an_instance_of_nothing("(instance $none) (export \"none\" (instance $none))")]
#[case::instances_within_instances_of_names(
    "(instance $a) (instance $b (export \"a\" (instance $a))) (instance $c (export \"b\" (instance $b))) \
     (export \"c\" (instance $c))"
)]
#[case::types_alone("(type $t (record (field \"a\" u8))) (export \"t\" (type $t))")]
#[case::a_type_of_a_component("(type $t (component (import \"a\" (func)) (export \"b\" (func)))) ")]
#[case::a_core_type(
    "(core type $t (func (param i32))) (core type $m (module (import \"a\" \"b\" (func))))"
)]
#[case::a_list_of_fixed_length("(type $t (list u8 1000000000)) (export \"t\" (type $t))")]
#[case::a_map("(type $t (map string u8)) (export \"t\" (type $t))")]
#[case::a_value("(import \"v\" (value u8))")]
#[case::a_start("(func $v (canon lift (core func $lowered))) (start $v)")]
#[case::many_flags(&format!(
    "(type $t (flags {})) (export \"t\" (type $t))",
    (0..200).map(|it| format!("\"f{it}\" ")).collect::<String>()
))]
#[case::many_parameters(&format!(
    "(type $t (func {})) (import \"connector:credential/types@VERSION\" (instance $types (export \"f\" (func (type $t)))))",
    (0..900).map(|it| format!("(param \"p{it}\" u64) ")).collect::<String>()
))]
#[tokio::test]
async fn an_odd_component_does_not_make_the_compiler_panic(#[case] parts: &str) {
    let parts = format!("{HTTP} {parts}").replace("VERSION", crate::shapes::spoken());
    let runtime = Runtime::builder().build().unwrap();
    let error = runtime.load(&component_with(&parts, "")).await.unwrap_err();
    assert!(!matches!(error, LoadError::Compiler(_)), "{error}");
}
