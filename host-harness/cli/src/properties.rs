//! What holds for every file that a person or a program could write, as functions that panic where it
//! does not.
//!
//! In scope: the policy file and the credential file. Each property is called with generated texts and
//! with the kept ones by the tests, and with whatever it finds by a fuzzer (`fuzz/`). Not part of the
//! command: compiled for tests and with the feature `fuzzing` alone.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a property that does not hold panics"
)]

use std::fmt::Debug;
use std::path::{Path, PathBuf};

use crate::credential_file::CredentialFile;
use crate::document::{Document, FileError, Located, Mistake};
use crate::policy::{Location, OperatorPolicy, PluginEntry, changed_limits, parse_policy};
use crate::secret_source::{Given, Source};

/// A policy file is read or its mistakes are told with their places; what is read says the same when
/// it is written down and read again.
pub fn policy_file(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    match policy_in(text) {
        Ok(policy) => {
            let written = written_policy(&policy);
            let again = policy_in(&written).unwrap_or_else(|it| panic!("{it:?} in {written}"));
            assert_eq!(meaning(&policy), meaning(&again), "{written}");
        }
        Err(error) => assert_told(text, &error),
    }
}

/// The same for a credential file.
pub fn credential_file(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    match credential_in(text) {
        Ok(file) => {
            let written = written_credential(&file);
            let again = credential_in(&written).unwrap_or_else(|it| panic!("{it:?} in {written}"));
            assert_eq!(written_credential(&again), written);
        }
        Err(error) => assert_told(text, &error),
    }
}

fn policy_in(text: &str) -> Result<OperatorPolicy, FileError> {
    let path = PathBuf::from("/nowhere/policy.toml");
    parse_policy(Document::new(&path, text), Location::Named(path))
}

fn credential_in(text: &str) -> Result<CredentialFile, FileError> {
    CredentialFile::parse(Document::new(Path::new("/nowhere/credential.toml"), text))
}

/// Every mistake has a place in the text and says something, in the order of the text.
fn assert_told(text: &str, error: &FileError) {
    let FileError::Mistakes { mistakes, .. } = error else {
        panic!("{error}");
    };
    let lines = text.split('\n').count();
    let told = |it: &Mistake| !it.message.is_empty() && (1..=lines).contains(&it.line);
    assert!(
        !mistakes.is_empty() && mistakes.iter().all(told),
        "{mistakes:?}"
    );
    assert!(
        mistakes.is_sorted_by_key(|it| (it.line, it.column)),
        "{mistakes:?}"
    );
}

/// What two readings are compared by: all of it but where it stood.
fn meaning(policy: &OperatorPolicy) -> impl Debug + PartialEq + use<> {
    let entries = policy.entries().unwrap_or_default().iter().map(|entry| {
        let supply = entry.supply.iter();
        let supply = supply.map(|(field, given)| (field.value.clone(), given.value.clone()));
        let (origins, claims) = (entry.origins.clone(), entry.claims.clone());
        (
            entry.digest,
            entry.builtin,
            origins,
            claims,
            supply.collect::<Vec<_>>(),
        )
    });
    let mappings = policy.mappings.iter();
    let mappings = mappings.map(|(from, to)| (from.clone(), to.to_string()));
    (
        entries.collect::<Vec<_>>(),
        mappings.collect::<Vec<_>>(),
        policy.limits.clone(),
    )
}

fn written_policy(policy: &OperatorPolicy) -> String {
    let limits = changed_limits(&policy.limits).map(|(key, value)| format!("{key} = {value}\n"));
    let mut text = format!("[limits]\n{}", limits.collect::<String>());
    for (from, to) in &policy.mappings {
        let (from, to) = (quoted(&from.to_string()), quoted(&to.to_string()));
        text.push_str(&format!("[[map]]\nfrom = {from}\nto = {to}\n"));
    }
    policy
        .entries()
        .unwrap_or_default()
        .iter()
        .for_each(|it| text.push_str(&written_entry(it)));
    text
}

fn written_entry(entry: &PluginEntry) -> String {
    let subject = if entry.builtin {
        "builtin = true".to_owned()
    } else {
        format!("digest = \"{}\"", entry.digest)
    };
    let origins = entry.origins.iter().map(|it| quoted(&it.to_string()));
    let claims = entry.claims.iter().map(|it| quoted(it));
    let texts = entry.texts.iter().map(|it| quoted(it));
    format!(
        "[[plugin]]\n{subject}\norigins = [{}]\nclaims = [{}]\ntexts = [{}]\n[plugin.supply]\n{}",
        origins.collect::<Vec<_>>().join(", "),
        claims.collect::<Vec<_>>().join(", "),
        texts.collect::<Vec<_>>().join(", "),
        entry
            .supply
            .iter()
            .map(|(field, given)| line(field, given))
            .collect::<String>()
    )
}

fn written_credential(file: &CredentialFile) -> String {
    let plugin = file
        .plugin
        .iter()
        .map(|it| format!("plugin = {}\n", quoted(&it.value)));
    let settings = file.settings.iter().map(|it| line(&it.field, &it.given));
    format!(
        "name = {}\n{}[settings]\n{}",
        quoted(&file.name),
        plugin.collect::<String>(),
        settings.collect::<String>()
    )
}

fn line(field: &Located<String>, given: &Located<Given>) -> String {
    let value = match &given.value {
        Given::Text(text) => quoted(text),
        Given::From(it) => format!("{{ {} }}", source(it)),
        Given::TextFrom(it) => format!("{{ {}, text = true }}", source(it)),
    };
    format!("{} = {value}\n", quoted(&field.value))
}

fn source(source: &Source) -> String {
    match source {
        Source::Env(name) => format!("env = {}", quoted(name)),
        Source::File(path) => format!("file = {}", quoted(path.to_str().unwrap())),
        Source::Prompt => "prompt = true".to_owned(),
    }
}

/// A basic string (TOML 1.0), every character by its number.
fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|c| format!("\\U{:08X}", u32::from(c)));
    format!("\"{}\"", escaped.collect::<String>())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("policy_file", policy_file)]
    #[case("credential_file", credential_file)]
    fn what_fuzzing_kept_holds(#[case] target: &str, #[case] holds: fn(&[u8])) {
        assert!(corpora::replay(target, holds).unwrap() > 5, "{target}");
    }

    /// Must not be repeated, wherever it stands.
    const PLANTED: &str = "not-a-real-secret-4711";

    fn any_value() -> impl Strategy<Value = String> {
        let texts = select(vec![
            "https://api.intacct.com",
            "http://127.0.0.1:8080",
            "cnyId",
            "",
            " ",
            "x",
        ]);
        let leaf = prop_oneof![
            texts.prop_map(|it| format!("\"{it}\"")),
            select(vec![
                "true",
                "false",
                "1",
                "0",
                "-1",
                "100000",
                "1.5",
                "inf",
                "{ prompt = true }",
                "{ env = \"E\" }",
                "{ env = \"E\", text = true }",
                "{ file = \"f\", text = false }",
                "{ file = \"f\" }",
                "{ enw = \"E\" }",
                "1979-05-27"
            ])
            .prop_map(str::to_owned),
            Just(format!("\"{PLANTED}\"")),
            Just(PLANTED.to_owned()),
            "\\PC{0,12}",
        ];
        leaf.prop_recursive(2, 6, 3, |inner| {
            proptest::collection::vec(inner, 0..3).prop_map(|it| format!("[{}]", it.join(", ")))
        })
    }

    /// Lines of TOML and of what only looks like it, with the keys of both files.
    fn any_file() -> impl Strategy<Value = String> {
        let heading = select(vec![
            "[settings]",
            "[limits]",
            "[[plugin]]",
            "[[map]]",
            "[plugin.supply]",
            "[plugin",
            "[[settings]]",
        ]);
        let key = select(vec![
            "name",
            "plugin",
            "settings",
            "builtin",
            "digest",
            "origins",
            "claims",
            "texts",
            "supply",
            "from",
            "to",
            "trust",
            "cpu_time_ms",
            "handles",
            "answer_bytes",
            "client_id",
            "\"a b\"",
            "a.b",
            "plase",
        ]);
        let line = prop_oneof![
            2 => heading.prop_map(str::to_owned),
            5 => (key, any_value()).prop_map(|(key, value)| format!("{key} = {value}")),
            1 => Just("builtin = true".to_owned()),
            1 => Just("name = \"x\"".to_owned()),
            1 => "\\PC{0,20}",
        ];
        proptest::collection::vec(line, 0..12).prop_map(|lines| lines.join("\n"))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]

        #[test]
        fn any_policy_file_is_read_or_its_mistakes_told(text in any_file()) {
            policy_file(text.as_bytes());
        }

        #[test]
        fn any_credential_file_is_read_or_its_mistakes_told(text in any_file()) {
            credential_file(text.as_bytes());
            if let Err(FileError::Mistakes { mistakes, .. }) = credential_in(&text) {
                let said = format!("{mistakes:?}");
                prop_assert!(!said.contains(PLANTED), "{}", said);
            }
        }
    }
}
