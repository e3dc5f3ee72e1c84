//! Components that are small and stop a compiler: refused by what they are made of, or stopped by the limits of the
//! child process that compiles.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use credential_runtime::{
    CHILD_ARGUMENT, CompileLimits, Compiler, CompilerError, ComponentLimits, Limits, LoadError,
    Measure, Runtime,
};
use rstest::rstest;

use crate::nested::without_compiler;
use crate::shapes::{component, component_with};
use crate::stage::Stage;

const COMPILER: &str = env!("CARGO_BIN_EXE_plugin-compiler");

/// Loops within each other, each of which writes some of the function's variables.
fn nested_loops(loops: usize, locals: usize) -> String {
    let open: String = (0..loops)
        .map(|it| {
            format!(
                "(loop (local.set {0} (i32.add (local.get {0}) (i32.const 1)))",
                it % locals
            )
        })
        .collect();
    let close = "(br_if 0 (local.get 0)))".repeat(loops);
    format!("(func (local {}) {open} {close})", "i32 ".repeat(locals))
}

/// A function that takes and gives this many values, and one that calls it again and again.
fn calls(values: usize, calls: usize) -> String {
    let types = "i32 ".repeat(values);
    let gets: String = (0..values).map(|it| format!("local.get {it} ")).collect();
    format!(
        "(func $many (param {types}) (result {types}) {gets}) (func {} {} {})",
        "i32.const 1 ".repeat(values),
        "call $many ".repeat(calls),
        "drop ".repeat(values)
    )
}

/// Blocks one after the other that all pass the same values.
fn blocks_with_values(values: usize, blocks: usize) -> String {
    let types = "i32 ".repeat(values);
    format!(
        "(type $b (func (param {types}) (result {types}))) (func {} {} {})",
        "i32.const 1 ".repeat(values),
        "block (type $b) end ".repeat(blocks),
        "drop ".repeat(values)
    )
}

fn indirect_calls(calls: usize) -> String {
    format!(
        "(table 1 funcref) (type $none (func)) (func {})",
        "(call_indirect (type $none) (i32.const 0))".repeat(calls)
    )
}

fn exports(count: usize) -> String {
    (0..count)
        .map(|it| format!("(export \"e{it}\" (func 0))"))
        .collect()
}

/// What the scan refuses, by the bound that it goes beyond.
#[rstest]
#[case::functions_without_end(&"(func)".repeat(20_001), Measure::Functions)]
#[case::one_long_function(&format!("(func {})", "nop ".repeat(270_000)), Measure::FunctionBytes)]
#[case::many_locals("(func (local i32 i64) (local f32))", Measure::FunctionLocals)]
#[case::loops_within_loops(&nested_loops(300, 10), Measure::BlockDepth)]
#[case::blocks_within_blocks(&format!("(func {} {})", "block ".repeat(300), "end ".repeat(300)), Measure::BlockDepth)]
#[case::loops_over_many_locals(&nested_loops(250, 900).repeat(3), Measure::CompileTime)]
#[case::loops_one_after_the_other(&format!("(func {})", "(loop)".repeat(20_000)), Measure::CompileTime)]
#[case::conditions_one_after_the_other(
    &format!("(func (param i32) {})", "(if (local.get 0) (then))".repeat(36_000)),
    Measure::CompileTime
)]
#[case::indirect_calls(&indirect_calls(20_000), Measure::CompileTime)]
#[case::accesses_to_a_table(
    &format!("(table 1 funcref) (func {})", "(table.set (i32.const 0) (table.get (i32.const 0)))".repeat(20_000)),
    Measure::CompileTime
)]
#[case::calls_that_pass_much(&calls(15, 100_000), Measure::CompileTime)]
#[case::blocks_that_pass_much(&blocks_with_values(15, 4_000), Measure::CompileTime)]
#[case::a_wide_function(&calls(40, 1), Measure::FunctionValues)]
#[case::a_wide_block(&blocks_with_values(40, 1), Measure::FunctionValues)]
#[case::a_wide_branch(
    &format!("(func (param i32) (block (br_table {} (local.get 0))))", "0 ".repeat(5_000)),
    Measure::BranchTargets
)]
#[case::types(&"(type (func))".repeat(20_001), Measure::Items)]
#[case::globals(&"(global i32 (i32.const 1))".repeat(20_001), Measure::Items)]
#[case::module_exports(&format!("(func) {}", exports(20_001)), Measure::Items)]
#[case::memories(&"(memory 1)".repeat(2), Measure::Memories)]
#[case::a_large_memory("(memory 1000)", Measure::MemoryBytes)]
#[case::tables(&"(table 1 funcref)".repeat(5), Measure::Tables)]
#[case::a_large_table("(table 10001 funcref)", Measure::TableElements)]
#[tokio::test]
async fn a_bomb_is_refused_before_it_is_compiled(#[case] module: &str, #[case] expected: Measure) {
    // `many_locals` has them by the thousand without a text of that length.
    let bytes = match expected {
        Measure::FunctionLocals => component(&format!("(func (local {}))", "i32 ".repeat(1_001))),
        _ => component(module),
    };
    let error = Stage::on(&Runtime::builder().build().unwrap())
        .await
        .withstands(async { without_compiler().load(&bytes).await.unwrap_err() })
        .await;
    check_excess(&error, expected);
}

#[track_caller]
fn check_excess(error: &LoadError, expected: Measure) {
    let LoadError::OverLimits(excesses) = error else {
        panic!("{error}")
    };
    let excess = excesses.iter().find(|it| it.measure == expected);
    let excess = excess.unwrap_or_else(|| panic!("no {expected:?}: {error}"));
    assert!(excess.found > excess.limit, "{excess}");
    let said = error.to_string();
    assert!(said.contains(&excess.to_string()), "{said}");
    assert!(said.contains("its author makes it smaller"), "{said}");
}

#[rstest]
#[case::core_instances(
    "(core module $e) ITEMS",
    "(core instance (instantiate $e))",
    9,
    Measure::CoreInstances
)]
#[case::types("ITEMS", "(type (list u8))", 20_001, Measure::Items)]
#[case::declarations("(type (instance ITEMS))", "(type (list u8))", 20_001, Measure::Items)]
#[case::exports_again_and_again(
    "(type $t (list u8)) (instance $i ITEMS)",
    "(export \"eNUMBER\" (type $t))",
    20_001,
    Measure::Items
)]
#[tokio::test]
async fn a_bomb_of_component_parts_is_refused_before_it_is_compiled(
    #[case] parts: &str,
    #[case] item: &str,
    #[case] count: usize,
    #[case] expected: Measure,
) {
    let items: String = (0..count)
        .map(|it| item.replace("NUMBER", &it.to_string()))
        .collect();
    let bytes = component_with(&parts.replace("ITEMS", &items), "");
    check_excess(
        &without_compiler().load(&bytes).await.unwrap_err(),
        expected,
    );
}

/// Every function of an interface counts again with each export of it: a list of them has no more than the bound.
#[tokio::test]
async fn exports_that_multiply_are_not_listed() {
    let functions: String = (0..1_000)
        .map(|it| format!("(export \"f{it}\" (func $f))"))
        .collect();
    let again: String = (0..1_000)
        .map(|it| format!("(export \"a:b/c{it}\" (instance $many))"))
        .collect();
    let text = format!(
        "(component (core module $m (func (export \"f\"))) (core instance $i (instantiate $m)) \
         (func $f (canon lift (core func $i \"f\"))) (instance $many {functions}) {again})"
    );
    let error = without_compiler()
        .inspect(&wat::parse_str(text).unwrap())
        .await
        .unwrap_err();
    check_excess(&error, Measure::Items);
}

/// A type within a type, as often as it takes to overflow a stack that is used up at each level: three bytes each.
#[rstest]
#[case::instances(0x42)]
#[case::components(0x41)]
#[tokio::test]
async fn types_within_types_do_not_overflow_the_stack(
    #[case] kind: u8,
    #[values(33, 60_000)] depth: usize,
) {
    let mut section = vec![0x01];
    for _ in 0..depth {
        section.extend([kind, 0x01, 0x01]);
    }
    section.push(0x7f);
    let mut bytes = b"\0asm\x0d\0\x01\0\x07".to_vec();
    bytes.extend(leb128(section.len()));
    bytes.extend(section);
    for outcome in [
        without_compiler().load(&bytes).await.map(drop),
        without_compiler().inspect(&bytes).await.map(drop),
    ] {
        let error = outcome.unwrap_err();
        assert!(error.to_string().contains("nested too deeply"), "{error}");
    }
}

fn leb128(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

/// What goes beyond several bounds is told at once: who raises them does it in one go.
#[tokio::test]
async fn every_bound_that_is_run_into_is_named() {
    let bytes = component(&("(func)".repeat(20_001) + "(memory 1000)"));
    let error = without_compiler().load(&bytes).await.unwrap_err();
    check_excess(&error, Measure::Functions);
    check_excess(&error, Measure::MemoryBytes);
}

/// No bound but those of the child process.
fn unscanned(compile: CompileLimits) -> Limits {
    Limits {
        component_bytes: usize::MAX,
        component: ComponentLimits {
            functions: u64::MAX,
            function_bytes: u64::MAX,
            function_locals: u64::MAX,
            function_values: u64::MAX,
            block_depth: u64::MAX,
            branch_targets: u64::MAX,
            compile_time: Duration::MAX,
            items: u64::MAX,
        },
        compile,
        ..Limits::default()
    }
}

fn child() -> Compiler {
    Compiler::Child(PathBuf::from(COMPILER), vec![CHILD_ARGUMENT.into()])
}

async fn compile(compiler: Compiler, limits: Limits, bytes: &[u8]) -> LoadError {
    let runtime = Runtime::builder()
        .limits(limits)
        .compiler(compiler)
        .build()
        .unwrap();
    runtime.load(bytes).await.unwrap_err()
}

#[rstest]
#[case::processor_time(
    &format!("(func {})", "(loop)".repeat(40_000)),
    CompileLimits { cpu_time: Duration::from_secs(1), ..CompileLimits::default() },
    CompilerError::CpuTime(Duration::from_secs(1))
)]
#[case::time(
    &format!("(func {})", "(loop)".repeat(40_000)),
    CompileLimits { deadline: Duration::from_millis(300), ..CompileLimits::default() },
    CompilerError::Deadline(Duration::from_millis(300))
)]
#[case::memory(
    &blocks_with_values(30, 10_000),
    CompileLimits { memory_bytes: 384 << 20, ..CompileLimits::default() },
    CompilerError::Memory(384 << 20)
)]
#[case::size("", CompileLimits { compiled_bytes: 1000, ..CompileLimits::default() }, CompilerError::Size(1000))]
#[tokio::test]
async fn what_the_scan_lets_through_is_stopped_in_the_child(
    #[case] module: &str,
    #[case] compile_limits: CompileLimits,
    #[case] expected: CompilerError,
) {
    let error = compile(child(), unscanned(compile_limits), &component(module)).await;
    assert!(
        matches!(&error, LoadError::Compiler(found) if *found == expected),
        "{error}"
    );
}

#[tokio::test]
async fn a_plugin_compiled_in_a_child_works() {
    Stage::with(Runtime::builder().compiler(child()))
        .await
        .assert_works()
        .await;
}

/// Machine code depends on where memory comes from.
#[tokio::test]
async fn a_plugin_compiled_in_a_child_works_with_a_witness() {
    let witness: std::sync::Arc<dyn credential_runtime::Witness> =
        std::sync::Arc::new(credential_runtime::Proof::default());
    let builder = Runtime::builder().compiler(child()).witness(witness);
    Stage::with(builder).await.assert_works().await;
}

#[tokio::test]
async fn the_child_says_what_is_wrong_with_a_component() {
    let bytes = component("(func (result i32))");
    let in_child = compile(child(), Limits::default(), &bytes).await;
    let here = compile(Compiler::InProcess, Limits::default(), &bytes).await;
    assert!(matches!(here, LoadError::Invalid(_)), "{here}");
    assert_eq!(in_child.to_string(), here.to_string());
}

/// A panic is told in one line, without a backtrace, whatever the environment asks for.
#[test]
fn a_panic_in_the_child_is_one_line() {
    let two = wat::parse_str(include_str!("../../src/loading/two_components.wat")).unwrap();
    let mut child = Command::new(COMPILER)
        .arg(CHILD_ARGUMENT)
        .env("RUST_BACKTRACE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let order = "{\"recorded\":\"No\",\"cpu_seconds\":10,\"memory_bytes\":1073741824}\n";
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(order.as_bytes()).unwrap();
    stdin.write_all(&two).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(101), "{said}");
    assert!(
        said.contains("multiple memories") && said.lines().count() == 1,
        "{said}"
    );
    assert!(output.stdout.is_empty());
}

/// A child that does as this shell line.
fn shell(line: &str) -> Compiler {
    let arguments = ["-c", line].map(OsString::from);
    Compiler::Child(PathBuf::from("/bin/sh"), arguments.into())
}

#[rstest]
#[case::that_is_not_there(
    Compiler::Child(PathBuf::from("/nonexistent"), Vec::new()),
    "cannot be run on this machine"
)]
#[case::that_ends(shell("exit 9"), "exit status: 9")]
#[case::that_is_killed(shell("kill -SEGV $$"), "signal: 11")]
#[case::that_says_why(shell("echo for a reason >&2; exit 9"), "for a reason")]
#[case::that_gives_nothing(shell("exec cat > /dev/null"), "without a result")]
#[case::that_gives_nonsense(shell("cat > /dev/null; echo nonsense"), "without a result")]
#[case::that_stops(shell("kill -STOP $$"), "more than the 0 s")]
#[case::that_closes_its_output(shell("exec >&- 2>&-; kill -STOP $$"), "more than the 0 s")]
#[case::that_floods(shell("exec cat /dev/zero"), "more than the 100000 bytes")]
#[tokio::test]
async fn a_child(#[case] compiler: Compiler, #[case] expected: &str) {
    let compile_limits = CompileLimits {
        deadline: Duration::from_millis(900),
        compiled_bytes: 100_000,
        ..CompileLimits::default()
    };
    let limits = Limits {
        compile: compile_limits,
        ..Limits::default()
    };
    let error = compile(compiler, limits, &component("")).await;
    assert!(matches!(error, LoadError::Compiler(_)), "{error}");
    assert!(
        error.to_string().contains(expected),
        "{expected:?} in {error}"
    );
}

#[tokio::test]
async fn a_child_gets_no_environment() {
    let error = compile(shell("env >&2; exit 9"), Limits::default(), &component("")).await;
    let said = error.to_string();
    assert!(said.contains("PWD="), "the control: {said}");
    assert!(!said.contains("CARGO") && !said.contains("HOME="), "{said}");
}
