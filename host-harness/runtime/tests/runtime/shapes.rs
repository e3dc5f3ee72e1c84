//! Components of the wrong shape, and right ones that misbehave before they are called: written as
//! text, since no compiler makes them.

use std::time::Duration;

use credential_runtime::{Allocation, CONTRACT, Cause, Limit, Limits, LoadError, Runtime};
use proptest::prelude::*;
use rstest::rstest;

use crate::stage::Stage;

const INTERFACES: [(&str, &[&str]); 3] = [
    ("credential", &["describe", "validate"]),
    (
        "oauth",
        &[
            "plan",
            "authorization-url",
            "authorization-refused",
            "token-request",
            "parse-token-response",
            "obtain-tokens",
        ],
    ),
    (
        "connection",
        &[
            "authenticate",
            "test",
            "connecting-warning",
            "revocation-warning",
            "revoke",
        ],
    ),
];

/// The version of the contract that this host speaks.
pub fn spoken() -> &'static str {
    CONTRACT.split_once('@').unwrap().1
}

/// A component with every export of the contract, each of them a function that takes and gives nothing, over
/// this core module.
pub fn component(module: &str) -> Vec<u8> {
    component_with("", module)
}

/// The same, with these parts of a component before the module; `$new` is what it may import.
pub fn component_with(parts: &str, module: &str) -> Vec<u8> {
    component_of(spoken(), parts, module)
}

fn component_of(version: &str, parts: &str, module: &str) -> Vec<u8> {
    let given = if parts.contains("(core func $new") {
        "(with \"\" (instance (export \"new\" (func $new))))"
    } else {
        ""
    };
    let mut text = format!(
        "(component\n{parts}\n(core module $m {module} (func (export \"f\")))\n\
         (core instance $i (instantiate $m {given}))\n(func $f (canon lift (core func $i \"f\")))\n"
    );
    for (interface, functions) in INTERFACES {
        let exports: String = functions
            .iter()
            .map(|it| format!(" (export \"{it}\" (func $f))"))
            .collect();
        text.push_str(&format!(
            "(instance ${interface}{exports})\n\
             (export \"connector:credential/{interface}@{version}\" (instance ${interface}))\n"
        ));
    }
    text.push(')');
    wat::parse_str(text).unwrap()
}

fn runtime() -> Runtime {
    let limits = Limits {
        cpu_time: Duration::from_millis(50),
        ..Limits::default()
    };
    Runtime::builder().limits(limits).build().unwrap()
}

async fn load_error(bytes: &[u8]) -> LoadError {
    Stage::refuses(&runtime(), bytes).await
}

async fn cause(module: &str) -> Cause {
    cause_in(load_error(&component(module)).await)
}

fn cause_in(error: LoadError) -> Cause {
    match error {
        LoadError::Describe(failure) => failure.cause,
        other => panic!("{other:?}"),
    }
}

/// A component that makes this many handles at its start.
fn with_handles(count: usize) -> Vec<u8> {
    let resource = "(type $r (resource (rep i32))) (core func $new (canon resource.new $r))";
    let make = "(drop (call $new (i32.const 1))) ".repeat(count);
    let module = format!(
        "(import \"\" \"new\" (func $new (param i32) (result i32))) (func $s {make}) (start $s)"
    );
    component_with(resource, &module)
}

#[tokio::test]
async fn more_handles_than_allowed_are_stopped() {
    let bound = Limits::default().handles;
    let within = cause_in(load_error(&with_handles(bound)).await);
    assert!(
        matches!(within, Cause::Contract(_)),
        "it went on: {within:?}"
    );
    let beyond = cause_in(load_error(&with_handles(bound + 1)).await);
    assert_eq!(beyond, Cause::Limit(Limit::Handles));
}

#[tokio::test]
async fn a_handle_that_was_never_given_out_is_a_crash() {
    let resource = "(type $r (resource (rep i32))) (core func $new (canon resource.rep $r))";
    let module = "(import \"\" \"new\" (func $rep (param i32) (result i32))) \
                  (func $s (drop (call $rep (i32.const 7)))) (start $s)";
    let error = load_error(&component_with(resource, module)).await;
    let said = error.to_string();
    assert!(matches!(error, LoadError::Describe(_)), "{said}");
    assert!(said.contains("handle"), "{said}");
}

#[rstest]
#[case::imported(
    "(import \"connector:credential/types@VERSION\" (instance (export \"key\" (type (sub resource)))))",
    "connector:credential/types@VERSION#key"
)]
#[case::exported("(type $r (resource (rep i32))) (export \"key\" (type $r))", "key")]
#[case::exported_among_others(
    "(type $r (resource (rep i32))) (instance $i (export \"key\" (type $r))) \
     (export \"other:package/keys\" (instance $i))",
    "other:package/keys#key"
)]
#[tokio::test]
async fn a_resource_between_plugin_and_host_is_refused_by_name(
    #[case] parts: &str,
    #[case] name: &str,
) {
    let spoken = |text: &str| text.replace("VERSION", spoken());
    let error = load_error(&component_with(&spoken(parts), "")).await;
    assert!(matches!(error, LoadError::NotAPlugin(_)), "{error}");
    let said = error.to_string();
    assert!(
        said.contains(&format!("the resource `{}`", spoken(name))),
        "{said}"
    );
}

/// More core instances than a slot of the pool has, whether there is a pool or not.
#[rstest]
#[case::from_a_pool(128, Allocation::Pooling)]
#[case::on_demand(1_000_000, Allocation::OnDemand)]
#[tokio::test]
async fn many_instances_in_a_component_are_refused(
    #[case] concurrent_calls: u32,
    #[case] allocation: Allocation,
) {
    let limits = Limits {
        concurrent_calls,
        ..Limits::default()
    };
    let runtime = Runtime::builder().limits(limits).build().unwrap();
    assert_eq!(runtime.allocation(), allocation);
    let parts = format!(
        "(core module $e) {}",
        "(core instance (instantiate $e)) ".repeat(20)
    );
    let error = Stage::refuses(&runtime, &component_with(&parts, "")).await;
    assert!(error.to_string().contains("instances"), "{error}");
}

#[tokio::test]
async fn a_loop_at_the_start_is_stopped() {
    let module = "(func $s (loop br 0)) (start $s)";
    assert_eq!(cause(module).await, Cause::Limit(Limit::CpuTime));
}

#[tokio::test]
async fn recursion_at_the_start_is_stopped() {
    let module = "(func $s call $s) (start $s)";
    assert_eq!(cause(module).await, Cause::Limit(Limit::Stack));
}

#[tokio::test]
async fn a_memory_that_grows_at_the_start_is_stopped() {
    let module = "(memory 1) (func $s (loop (drop (memory.grow (i32.const 16))) br 0)) (start $s)";
    assert_eq!(cause(module).await, Cause::Limit(Limit::Memory));
}

#[tokio::test]
async fn a_table_that_grows_is_stopped() {
    let module = "(table $t 1 funcref) (func $s (loop \
                  (drop (table.grow $t (ref.null func) (i32.const 1000))) br 0)) (start $s)";
    assert_eq!(cause(module).await, Cause::Limit(Limit::Table));
}

#[tokio::test]
async fn a_crash_at_the_start_is_a_crash() {
    let cause = cause("(func $s unreachable) (start $s)").await;
    assert!(matches!(cause, Cause::Trap(_)), "{cause:?}");
}

#[rstest]
#[case::a_memory("(memory 4096)", "memory")]
#[case::a_table("(table 1000000 funcref)", "table")]
#[case::five_tables(
    "(table 1 funcref) (table 1 funcref) (table 1 funcref) (table 1 funcref) (table 1 funcref)",
    "table"
)]
#[case::two_memories("(memory 1) (memory 1)", "memories")]
#[case::a_64_bit_memory("(memory i64 1)", "64-bit memory")]
#[case::a_64_bit_table("(table i64 1 funcref)", "64-bit memory")]
#[case::a_shared_memory("(memory 1 1 shared)", "shared memory")]
#[case::an_exception("(tag)", "exceptions")]
#[case::a_struct("(type (struct (field i32)))", "garbage-collected")]
#[tokio::test]
async fn what_is_too_large_from_the_beginning_is_not_loaded(
    #[case] module: &str,
    #[case] what: &str,
) {
    let error = load_error(&component(module)).await;
    assert!(error.to_string().contains(what), "{error}");
}

/// Exports of the right names that take and give nothing.
#[tokio::test]
async fn exports_of_another_type_break_the_contract() {
    let cause = cause("").await;
    assert!(matches!(cause, Cause::Contract(_)), "{cause:?}");
}

/// Versions of the contract that are not this host's.
#[rstest]
#[case::a_newer_one("99.2.0")]
#[case::a_preview("99.0.0-draft")]
#[case::an_older_one("0.0.9")]
#[tokio::test]
async fn another_version_of_the_contract_is_said_as_one_with_the_one_that_is_spoken(
    #[case] version: &str,
    #[values(true, false)] imported: bool,
) {
    let component = match imported {
        false => component_of(version, "", ""),
        true => component_with(
            &format!("(import \"connector:credential/http@{version}\" (instance))"),
            "",
        ),
    };
    let error = load_error(&component).await;
    assert!(matches!(error, LoadError::OtherVersion(_)), "{error}");
    let said = error.to_string();
    assert!(said.contains(&format!("@{version}")), "{said}");
    assert!(
        said.contains(&format!("this host speaks {CONTRACT}")),
        "{said}"
    );
    assert!(
        said.contains("its author builds it against that version"),
        "{said}"
    );
}

#[rstest]
#[case::minor("connector:credential/http@0.2")]
#[case::major("connector:credential/types@1")]
#[tokio::test]
async fn canonical_interface_names_are_said_to_be_such(#[case] name: &str) {
    let parts = format!("(import \"{name}\" (instance))");
    let error = load_error(&component_with(&parts, "")).await;
    assert!(
        matches!(&error, LoadError::CanonicalNames(names) if names == &[name]),
        "{error}"
    );
    let said = error.to_string();
    assert!(
        said.contains("encodes it without canonical names"),
        "{said}"
    );
    assert!(said.contains(credential_runtime::HTTP_IMPORT), "{said}");
}

#[rstest]
#[case::files("wasi:filesystem/types@0.2.0")]
#[case::a_clock("wasi:clocks/monotonic-clock@0.2.0")]
#[case::randomness("wasi:random/random@0.2.0")]
#[case::sockets("wasi:sockets/tcp@0.2.0")]
#[case::the_environment("wasi:cli/environment@0.2.0")]
#[case::canonical("wasi:cli/environment@0.2")]
#[tokio::test]
async fn wasi_imports_are_refused_with_what_to_build_for(#[case] name: &str) {
    let said = refused_import(name).await;
    assert!(
        said.contains("builds it for wasm32-unknown-unknown"),
        "{said}"
    );
}

#[rstest]
#[case::an_own_export("connector:credential/oauth@VERSION")]
#[case::anothers("vendor:secrets/store@1.0.0")]
#[case::a_plain_name("log")]
#[tokio::test]
async fn no_import_but_the_one_is_given(#[case] name: &str) {
    let said = refused_import(&name.replace("VERSION", spoken())).await;
    assert!(!said.contains("wasm32"), "{said}");
}

async fn refused_import(name: &str) -> String {
    let text = format!("(component (import \"{name}\" (instance)))");
    let error = load_error(&wat::parse_str(text).unwrap()).await;
    assert!(
        matches!(&error, LoadError::ForbiddenImports(names) if names == &[name]),
        "{error}"
    );
    error.to_string()
}

#[tokio::test]
async fn a_message_names_a_few_imports_and_counts_the_rest() {
    let imports: String = (0..5000)
        .map(|n| format!("(import \"a:b/c{n}\" (instance))"))
        .collect();
    let component = wat::parse_str(format!("(component {imports})")).unwrap();
    let said = load_error(&component).await.to_string();
    assert!(said.contains("a:b/c15, and 4984 more"), "{said}");
    assert!(said.len() < 1000, "{said}");
}

#[tokio::test]
async fn a_truncated_component_is_refused() {
    let runtime = runtime();
    let whole = test_guests::MISBEHAVING;
    for end in (0..whole.len()).step_by(whole.len() / 60) {
        let outcome = runtime.load(&whole[..end]).await;
        assert!(
            matches!(
                outcome,
                Err(LoadError::NotAComponent(_) | LoadError::Invalid(_))
            ),
            "{end}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn a_corrupted_component_is_refused_or_held() {
    let runtime = runtime();
    let whole = test_guests::MISBEHAVING;
    for place in (8..whole.len()).step_by(whole.len() / 12) {
        let mut corrupted = whole.to_vec();
        corrupted[place] ^= 1 << (place % 8);
        // Whichever it is, it comes back, and the next plugin loads.
        let _ = runtime.load(&corrupted).await;
    }
    runtime.load(whole).await.unwrap();
}

fn blocking<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// A change of a valid component: bytes turned, cut out, doubled, or put elsewhere.
fn changed(whole: &[u8], kind: u8, at: usize, length: usize, to: usize) -> Vec<u8> {
    let at = at % whole.len();
    let end = (at + length).min(whole.len());
    let mut bytes = whole.to_vec();
    match kind % 4 {
        0 => bytes[at] ^= 1 << (length % 8),
        1 => drop(bytes.drain(at..end)),
        2 => drop(bytes.splice(at..at, whole[at..end].to_vec())),
        _ => {
            let part: Vec<u8> = bytes.drain(at..end).collect();
            let to = to % (bytes.len() + 1);
            drop(bytes.splice(to..to, part));
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_bytes_make_loading_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..512),
        as_component in any::<bool>(),
    ) {
        let header: &[u8] = if as_component { b"\0asm\x0d\0\x01\0" } else { b"\0asm\x01\0\0\0" };
        let bytes = [header, &bytes].concat();
        let runtime = SHARED.get_or_init(runtime);
        prop_assert!(blocking(runtime.load(&bytes)).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever it is then, it is loaded or refused; no bound but those of the scan is needed.
    #[test]
    fn a_changed_component_is_refused_or_held(
        small in any::<bool>(),
        kind in any::<u8>(),
        at in any::<usize>(),
        length in 1_usize..64,
        to in any::<usize>(),
    ) {
        let whole = if small { component("(memory 1)") } else { test_guests::MISBEHAVING.to_vec() };
        let runtime = SHARED.get_or_init(runtime);
        if let Err(error) = blocking(runtime.load(&changed(&whole, kind, at, length, to))) {
            prop_assert!(!matches!(error, LoadError::Compiler(_)), "{error}");
            prop_assert!(error.to_string().len() < 4096);
        }
    }
}

static SHARED: std::sync::OnceLock<Runtime> = std::sync::OnceLock::new();
