//! The component from outside: what it asks for, what it offers, how large it is.

use credential_runtime::{ComponentInfo, Runtime};
use intacct_component::COMPONENT;

/// The component's largest size, in bytes: 120 KiB.
const LARGEST: usize = 120 << 10;

fn as_text(info: &ComponentInfo) -> String {
    let mut lines: Vec<String> = info
        .imports
        .iter()
        .map(|it| format!("import {it}\n"))
        .collect();
    for export in &info.exports {
        let mut functions = export.functions.clone();
        functions.sort();
        lines.push(format!(
            "export {} {}\n",
            export.interface,
            functions.join(" ")
        ));
    }
    lines.concat()
}

#[tokio::test]
async fn it_imports_and_exports_what_the_checked_in_list_says_and_nothing_else() {
    let info = Runtime::builder()
        .build()
        .unwrap()
        .inspect(COMPONENT)
        .await
        .unwrap();
    assert_eq!(as_text(&info), include_str!("../../contract.txt"));
}

#[test]
fn it_is_at_most_120_kib() {
    assert!(
        COMPONENT.len() <= LARGEST,
        "{} bytes, {LARGEST} are allowed",
        COMPONENT.len()
    );
}

#[test]
fn it_holds_no_path_of_the_machine_that_built_it() {
    let home = std::env::var("CARGO_HOME")
        .or_else(|_| std::env::var("HOME"))
        .unwrap();
    let found = COMPONENT
        .windows(home.len())
        .any(|it| it == home.as_bytes());
    assert!(!found, "{home} stands in the component");
}
