//! The policy file, read whole: every mistake at once, each with its place.

use std::collections::HashSet;
use std::path::Path;

use credential_runtime::{Digest, Limits, MappingTarget, Origin};
use private_files::Privacy;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::location::Location;
use super::{
    OperatorPolicy, PluginEntry, Plugins, PolicyError, ProxyEntry, builtin_digest, limits,
};
use crate::document::{Document, FileError, Located, Table};
use crate::secret_source::Given;

/// Several times what a system's whole list of authorities takes.
const MOST_TRUST_BYTES: u64 = 1 << 20;

/// What to write under `trust`.
const TRUSTED: &str = "name a PEM file (-----BEGIN CERTIFICATE-----) of at most 1024 KiB";

struct Contents {
    plugins: Vec<PluginEntry>,
    mappings: Vec<(Origin, MappingTarget)>,
    limits: Limits,
    trust: Vec<Vec<u8>>,
    proxy: Option<ProxyEntry>,
}

/// Reads the policy in this file.
pub(super) fn open(path: &Path, location: Location) -> Result<OperatorPolicy, PolicyError> {
    let document = Document::open_trusted(path)?;
    Ok(parse(document, location)?)
}

pub(crate) fn parse(document: Document, location: Location) -> Result<OperatorPolicy, FileError> {
    let contents = document.parse(|table| Some(read(table, document.folder())))?;
    Ok(OperatorPolicy {
        location,
        plugins: Plugins::Listed(document, contents.plugins),
        mappings: contents.mappings,
        limits: contents.limits,
        trust: contents.trust,
        proxy: contents.proxy,
    })
}

fn read(table: &Table<'_>, folder: &Path) -> Contents {
    let plugins = read_plugins(table, folder);
    let mappings = read_mappings(table);
    let limits = table
        .table("limits")
        .map_or_else(Limits::default, limits::read);
    let trust = read_trust(table, folder);
    let proxy = ProxyEntry::read(table, folder);
    Contents {
        plugins,
        mappings,
        limits,
        trust,
        proxy,
    }
}

fn read_plugins(table: &Table<'_>, folder: &Path) -> Vec<PluginEntry> {
    let mut seen = HashSet::new();
    let mut entries = Vec::new();
    for inner in table.tables("plugin") {
        let at = inner.at();
        let Some(entry) = read_plugin(inner, folder) else {
            continue;
        };
        if !seen.insert(entry.digest) {
            let message = format!("a second entry for the plugin {}", entry.digest);
            table.note(at, message, Some("keep one of them"));
        }
        entries.push(entry);
    }
    entries
}

fn read_plugin(table: Table<'_>, folder: &Path) -> Option<PluginEntry> {
    let subject = read_subject(&table);
    let origins = parse_all(&table, "origins");
    let claims = owned(table.texts("claims"));
    let texts = owned(table.texts("texts"));
    let headers = lower_case(owned(table.texts("headers")));
    let secret_headers = lower_case(owned(table.texts("secret_headers")));
    let labels = owned(table.texts("labels"));
    let supply = table.table("supply");
    let supply = supply.map_or_else(Vec::new, |it| read_supply(&it, folder));
    table.finish();
    let (digest, builtin) = subject?;
    Some(PluginEntry {
        digest,
        builtin,
        origins,
        claims,
        texts,
        headers,
        secret_headers,
        labels,
        supply,
    })
}

/// Names of headers are one in any case.
fn lower_case(names: Vec<String>) -> Vec<String> {
    names
        .into_iter()
        .map(|it| it.to_ascii_lowercase())
        .collect()
}

fn owned(texts: Vec<Located<&str>>) -> Vec<String> {
    texts.into_iter().map(|it| it.value.to_owned()).collect()
}

/// Which plugin an entry is about.
fn read_subject(table: &Table<'_>) -> Option<(Digest, bool)> {
    let digest = table.text("digest");
    let builtin = table.flag("builtin").filter(|it| it.value);
    match (digest, builtin) {
        (Some(digest), None) => {
            let parsed = table.parsed(digest.at, digest.value.parse::<Digest>())?;
            Some((parsed, false))
        }
        (None, Some(_)) => Some((builtin_digest(), true)),
        (Some(_), Some(_)) | (None, None) => {
            let hint = "write `digest = \"sha256:…\"` (`harness inspect FILE` prints it), or \
                        `builtin = true`";
            table.note(
                table.at(),
                "this entry does not say which plugin it is about",
                Some(hint),
            );
            None
        }
    }
}

fn read_supply(table: &Table<'_>, folder: &Path) -> Vec<(Located<String>, Located<Given>)> {
    table
        .all()
        .filter_map(|(field, value)| {
            let given = Given::parse(table, field.value, value, folder)?;
            if given == Given::Text(String::new()) {
                let message = format!("`{}` is blank", field.value);
                table.note(value.span(), message, Some("leave it out"));
            }
            let field = Located {
                at: field.at,
                value: field.value.to_owned(),
            };
            let at = value.span();
            Some((field, Located { at, value: given }))
        })
        .collect()
}

fn read_mappings(table: &Table<'_>) -> Vec<(Origin, MappingTarget)> {
    let mut mappings: Vec<(Origin, MappingTarget)> = Vec::new();
    for inner in table.tables("map") {
        let from = inner.required_text("from");
        let from = from.and_then(|it| inner.parsed(it.at, it.value.parse::<Origin>()));
        let to = inner.required_text("to");
        let to = to.and_then(|it| inner.parsed(it.at, it.value.parse::<MappingTarget>()));
        if let (Some(from), Some(to)) = (from, to) {
            if mappings.iter().any(|(other, _)| *other == from) {
                inner.note(
                    inner.at(),
                    format!("{from} is mapped twice"),
                    Some("keep one"),
                );
            }
            mappings.push((from, to));
        }
        inner.finish();
    }
    mappings
}

fn parse_all(table: &Table<'_>, key: &'static str) -> Vec<Origin> {
    let parse = |it: Located<&str>| {
        let origin = table.parsed(it.at.clone(), it.value.parse::<Origin>())?;
        if origin.scheme() != "https" {
            let message = format!("`{origin}` matches nothing: a plugin reaches https alone");
            let hint = "write https, and say in [[map]] where it leads instead";
            table.note(it.at, message, Some(hint));
        }
        Some(origin)
    };
    table.texts(key).into_iter().filter_map(parse).collect()
}

fn read_trust(table: &Table<'_>, folder: &Path) -> Vec<Vec<u8>> {
    let read = |it: Located<&str>| {
        let path = folder.join(it.value);
        let found = certificates(&path);
        let note = |why| {
            let message = format!("{} {why}", path.display());
            table.note(it.at, message, Some(TRUSTED));
        };
        found.map_err(note).ok()
    };
    let files = table.texts("trust").into_iter();
    files.filter_map(read).flatten().collect()
}

fn certificates(path: &Path) -> Result<Vec<Vec<u8>>, String> {
    let pem = private_files::read(path, Privacy::ReadByOthers, MOST_TRUST_BYTES);
    let pem = pem.map_err(|e| format!("cannot be read: {}", e.with_hint()))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem)
        .map(|it| it.map(|der| der.to_vec()))
        .collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err("holds no certificate in PEM form".to_owned()),
    }
}
