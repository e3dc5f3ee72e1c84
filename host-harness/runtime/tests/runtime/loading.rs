//! What is no plugin is refused, with the reason, and harms no call in flight; what is one is compiled
//! once.

use credential_runtime::{LoadError, Runtime, StartError};

use crate::stage::Stage;

fn runtime() -> Runtime {
    Runtime::builder().build().unwrap()
}

async fn load_error(bytes: &[u8]) -> LoadError {
    Stage::refuses(&runtime(), bytes).await
}

#[tokio::test]
async fn what_is_no_component_is_refused() {
    let module = wat::parse_str("(module)").unwrap();
    let truncated = &test_guests::MISBEHAVING[..1000];
    for bytes in [b"".as_slice(), b"\0asm", b"nonsense", &module, truncated] {
        let error = load_error(bytes).await;
        assert!(matches!(error, LoadError::NotAComponent(_)), "{error}");
    }
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
        expected.map(|it| format!("connector:credential/{it}@0.1.0"))
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

#[tokio::test]
async fn a_damaged_entry_is_compiled_again() {
    let directory = tempfile::tempdir().unwrap();
    let cache = directory.path().join("cache");
    Stage::with(Runtime::builder().cache(&cache))
        .await
        .assert_works()
        .await;
    let entry = entries(&cache).remove(0);
    std::fs::write(&entry, b"damaged").unwrap();
    Stage::with(Runtime::builder().cache(&cache))
        .await
        .assert_works()
        .await;
    assert!(std::fs::metadata(&entry).unwrap().len() > 1000);
}

#[tokio::test]
async fn a_cache_that_others_can_write_to_stops_the_start() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let open = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(directory.path(), open).unwrap();
    let outcome = Runtime::builder().cache(directory.path()).build();
    assert!(matches!(outcome.err(), Some(StartError::Cache(_))));
}
