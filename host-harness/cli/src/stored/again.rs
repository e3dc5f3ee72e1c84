//! The options of this run that a command needs which is suggested after it.

use std::env;
use std::fmt::Display;

use credential_connections::record::Tenant;

use crate::credential_args::{InstalledArgs, StoreArgs};

/// As they are typed behind a command, each with a blank before it. What an environment variable says
/// as well is left out.
pub(super) fn options(kept: &StoreArgs, with: Option<&InstalledArgs>) -> String {
    let mut text = String::new();
    let mut add = |option: &str, value: &dyn Display, variable: Option<&str>| {
        let value = value.to_string();
        let known = variable.and_then(|it| env::var(it).ok());
        if known.as_deref() != Some(&*value) {
            text += &format!(" {option} {}", quote(&value));
        }
    };
    if let Some(store) = &kept.store {
        add("--store", store, None);
    }
    if let Some(file) = &kept.key_file {
        add("--key-file", &file.display(), None);
    }
    if kept.tenant != Tenant::default() {
        add("--tenant", &kept.tenant, Some("HARNESS_TENANT"));
    }
    let Some(with) = with else { return text };
    for file in &with.plugins {
        add("--plugin", &file.display(), None);
    }
    if let Some(file) = &with.under.policy {
        add("--policy", &file.display(), Some("HARNESS_POLICY"));
    }
    if let Some(mock) = &with.to.mock {
        add("--mock", mock, None);
    }
    text
}

/// A word as it is typed in a shell.
pub(super) fn quote(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '@');
    if !word.is_empty() && word.chars().all(plain) && !word.starts_with('-') {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
