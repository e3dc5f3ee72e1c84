//! What is no plugin is refused, with the reason, and harms no call in flight; what is one is compiled
//! once.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use credential_runtime::{FileKind, LoadError, Runtime, StartError};
use rstest::rstest;
use tracing::Level;

use crate::log::Log;
use crate::shapes::{component, spoken};
use crate::stage::Stage;

fn runtime() -> Runtime {
    Runtime::builder().build().unwrap()
}

async fn load_error(bytes: &[u8]) -> LoadError {
    Stage::refuses(&runtime(), bytes).await
}

/// What each is, and what to do about it, is in the message.
#[rstest]
#[case::nothing(b"", FileKind::Empty, "empty file")]
#[case::a_core_module(b"\0asm\x01\0\0\0", FileKind::CoreModule, "wasm-tools component new")]
#[case::text(b"(component)", FileKind::Text, "wasm-tools parse")]
#[case::text_after_comments(b"\n;; a\n(; b ;) ( module)", FileKind::Text, "wasm-tools parse")]
#[case::the_first_bytes(b"\0as", FileKind::Truncated, "again")]
#[case::half_a_header(b"\0asm\x0d\0", FileKind::Truncated, "again")]
#[case::a_later_format(b"\0asm\x0e\0\x01\0", FileKind::OtherFormat, "of today")]
#[case::a_page(b"<!DOCTYPE html>", FileKind::NotWebAssembly, "not WebAssembly")]
#[case::a_parenthesis(b"(", FileKind::NotWebAssembly, "not WebAssembly")]
#[case::an_open_comment(b"(; module", FileKind::NotWebAssembly, "not WebAssembly")]
#[case::another_program(b"\x7fELF\x02", FileKind::NotWebAssembly, "not WebAssembly")]
#[case::half_a_component(&test_guests::MISBEHAVING[..1000], FileKind::Truncated, "truncated")]
#[tokio::test]
async fn what_is_no_component_is_refused_as_what_it_is(
    #[case] bytes: &[u8],
    #[case] expected: FileKind,
    #[case] says: &str,
) {
    let error = load_error(bytes).await;
    assert!(
        matches!(error, LoadError::NotAComponent(kind) if kind == expected),
        "{error}"
    );
    assert!(error.to_string().contains(says), "{error}");
}

/// wasmtime's reasons have several lines and quote the component; `refuses` counts those of the log.
#[tokio::test]
async fn no_name_in_a_component_writes_a_line_of_its_own_into_the_log() {
    for name in ["url=<https://a.example/\\0aforged>", "forged\\0a\\1b[31m"] {
        let text = format!("(component (import \"{name}\" (instance)))");
        let error = load_error(&wat::parse_str(&text).unwrap())
            .await
            .to_string();
        assert!(
            error.contains("forged") && !error.contains(char::is_control),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn an_import_beyond_the_contract_is_refused_by_name() {
    let component =
        wat::parse_str(r#"(component (import "wasi:cli/environment@0.2.0" (instance)))"#).unwrap();
    match load_error(&component).await {
        LoadError::ForbiddenImports(names) => assert_eq!(names, ["wasi:cli/environment@0.2.0"]),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_component_without_the_exports_is_refused() {
    let error = load_error(&wat::parse_str("(component)").unwrap()).await;
    assert!(matches!(error, LoadError::NotAPlugin(_)), "{error}");
}

#[tokio::test]
async fn a_component_can_be_looked_at_without_being_run() {
    let info = runtime().inspect(test_guests::MISBEHAVING).await.unwrap();
    assert_eq!(info.size, test_guests::MISBEHAVING.len());
    let imports = [
        credential_runtime::TYPES_IMPORT,
        credential_runtime::HTTP_IMPORT,
    ];
    assert_eq!(info.imports, imports);
    let exports: Vec<&str> = info
        .exports
        .iter()
        .map(|it| it.interface.as_str())
        .collect();
    let expected = ["credential", "oauth", "connection"];
    assert_eq!(
        exports,
        expected.map(|it| format!("connector:credential/{it}@{}", spoken()))
    );
    assert!(
        info.exports[1]
            .functions
            .contains(&"obtain-tokens".to_owned())
    );
}

fn entries(directory: &std::path::Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect()
}

#[tokio::test]
async fn a_compiled_plugin_is_kept_and_used_again() {
    let directory = tempfile::tempdir().unwrap();
    let cached = || Runtime::builder().cache(directory.path().join("cache"));
    Stage::with(cached()).await.assert_works().await;
    let [entry] = &entries(&directory.path().join("cache"))[..] else {
        panic!("one entry")
    };
    let written = std::fs::metadata(entry).unwrap().modified().unwrap();
    Stage::with(cached()).await.assert_works().await;
    assert_eq!(
        std::fs::metadata(entry).unwrap().modified().unwrap(),
        written
    );
}

// What somebody, or a crash, does to an entry; `other` is a valid entry of another component.

fn flip(entry: &Path, place: impl FnOnce(usize) -> usize) {
    let mut bytes = fs::read(entry).unwrap();
    let place = place(bytes.len());
    bytes[place] ^= 1;
    fs::write(entry, bytes).unwrap();
}

fn cut(entry: &Path, length: impl FnOnce(u64) -> u64) {
    let file = fs::File::options().write(true).open(entry).unwrap();
    let now = file.metadata().unwrap().len();
    file.set_len(length(now)).unwrap();
}

fn replace_by_link(entry: &Path, _other: &Path) {
    let elsewhere = entry.with_extension("elsewhere");
    fs::rename(entry, &elsewhere).unwrap();
    std::os::unix::fs::symlink(elsewhere, entry).unwrap();
}

fn replace_by_pipe(entry: &Path, _other: &Path) {
    fs::remove_file(entry).unwrap();
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, entry, rustix::fs::FileType::Fifo, mode, 0).unwrap();
}

fn replace_by_other(entry: &Path, other: &Path) {
    fs::copy(other, entry).unwrap();
}

fn overwrite(entry: &Path, _other: &Path) {
    fs::write(entry, b"damaged").unwrap();
}

fn open_to_others(entry: &Path, _other: &Path) {
    fs::set_permissions(entry, Permissions::from_mode(0o620)).unwrap();
}

#[rstest]
#[case::its_first_byte_flipped(|entry: &Path, _: &Path| flip(entry, |_| 0))]
#[case::a_byte_of_the_code_flipped(|entry: &Path, _: &Path| flip(entry, |it| it / 2))]
#[case::its_last_byte_flipped(|entry: &Path, _: &Path| flip(entry, |it| it - 1))]
#[case::emptied(|entry: &Path, _: &Path| cut(entry, |_| 0))]
#[case::cut_within_the_checksum(|entry: &Path, _: &Path| cut(entry, |_| 20))]
#[case::cut_short(|entry: &Path, _: &Path| cut(entry, |it| it - 1))]
#[case::made_longer(|entry: &Path, _: &Path| cut(entry, |it| it + 1))]
#[case::overwritten(overwrite)]
#[case::anothers_put_in_its_place(replace_by_other)]
#[case::a_link_to_a_good_one(replace_by_link)]
#[case::writable_by_others(open_to_others)]
#[case::a_pipe(replace_by_pipe)]
#[tokio::test]
async fn an_entry_that_was_tampered_with_is_told_of_once_and_compiled_again(
    #[case] tampering: impl Fn(&Path, &Path),
) {
    let directory = tempfile::tempdir().unwrap();
    let cache = directory.path().join("cache");
    let other = directory.path().join("other");
    let cached = || Runtime::builder().cache(&cache);
    let runtime = cached().build().unwrap();
    let _ = runtime.load(&component("")).await;
    fs::rename(entries(&cache).remove(0), &other).unwrap();
    Stage::on(&runtime).await;
    let entry = entries(&cache).remove(0);
    let good = fs::read(&entry).unwrap();

    tampering(&entry, &other);
    let log = Log::keep();
    Stage::with(cached()).await.assert_works().await;
    log.says_once("compiled again");
    assert_eq!(fs::read(&entry).unwrap(), good);
    assert!(fs::symlink_metadata(&entry).unwrap().is_file());
    Stage::with(cached()).await.assert_works().await;
    log.says_once("compiled again");
}

/// Nothing but entries is left in the cache, and nobody else reads them.
#[tokio::test]
async fn an_entry_is_its_owners_alone() {
    let directory = tempfile::tempdir().unwrap();
    let cache = directory.path().join("cache");
    Stage::with(Runtime::builder().cache(&cache)).await;
    let [entry] = &entries(&cache)[..] else {
        panic!("one entry")
    };
    let mode = fs::metadata(entry).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// Several loads of one component at a time compile it once.
#[tokio::test]
async fn loads_at_once_compile_once() {
    let directory = tempfile::tempdir().unwrap();
    let builder = Runtime::builder().cache(directory.path().join("cache"));
    let runtime = builder.build().unwrap();
    let (first, second) = tokio::join!(Stage::on(&runtime), Stage::on(&runtime));
    first.assert_works().await;
    second.assert_works().await;
    assert_eq!(entries(&directory.path().join("cache")).len(), 1);
}

/// Where a plugin crashed, by its functions' names: for its author, at `info`.
#[tokio::test]
async fn a_crash_names_the_functions_that_led_to_it() {
    let module = "(func $inner unreachable) (func $\"out\\0aer\\1b[31m\" call $inner) (start 1)";
    let log = Log::keep_at(Level::INFO);
    let error = runtime().load(&component(module)).await.unwrap_err();
    assert!(matches!(error, LoadError::Describe(_)), "{error}");
    let lines = log.lines();
    let trace = lines
        .iter()
        .find(|it| it.contains("where the plugin crashed"));
    assert!(
        trace.is_some_and(|it| it.contains("inner < outer[31m")),
        "{lines:#?}"
    );
}

#[tokio::test]
async fn a_crash_without_names_says_which_function_by_its_index() {
    // `(@custom "name")` is left out where nothing has a name.
    let log = Log::keep_at(Level::INFO);
    let _ = runtime()
        .load(&component("(func unreachable) (start 0)"))
        .await;
    let lines = log.lines();
    assert!(
        lines.iter().any(|it| it.contains("function 0")),
        "{lines:#?}"
    );
}

#[tokio::test]
async fn a_recursion_does_not_fill_the_log() {
    let name = "n".repeat(10_000);
    let module = format!(
        "(global $g (mut i32) (i32.const 0)) (func $s (call ${name})) (func ${name} \
         (global.set $g (i32.add (global.get $g) (i32.const 1))) \
         (if (i32.gt_u (global.get $g) (i32.const 1000)) (then unreachable)) (call ${name})) (start $s)"
    );
    let log = Log::keep_at(Level::DEBUG);
    let _ = runtime().load(&component(&module)).await;
    let lines = log.lines();
    let trace = lines
        .iter()
        .find(|it| it.contains("where the plugin crashed"))
        .expect("a trace");
    assert!(trace.len() < 8_000, "{} bytes", trace.len());
}

#[tokio::test]
async fn a_cache_that_others_can_write_to_stops_the_start() {
    let directory = tempfile::tempdir().unwrap();
    let open = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(directory.path(), open).unwrap();
    let outcome = Runtime::builder().cache(directory.path()).build();
    assert!(matches!(outcome.err(), Some(StartError::Cache(_))));
}
