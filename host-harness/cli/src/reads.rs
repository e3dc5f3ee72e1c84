//! What a plugin reads of answers and sends beside the usual, in words for whoever decides about it.

use std::collections::BTreeMap;

use credential_runtime::{Descriptor, Reading};
use serde_json::{Value, json};

use crate::text::Page;

/// One line for each way of reading, with the places that are read so.
pub(crate) fn reads(page: Page, descriptor: &Descriptor) -> Page {
    page.each(by_reading(descriptor), |page, (how, places)| {
        page.item(2, 14, "reads", &format!("{how}: {}", places.join(", ")))
    })
    .each(further(descriptor), |page, (what, names)| {
        page.item(2, 14, what, &names.join(", "))
    })
}

/// The declared members, together where they are read alike.
fn by_reading(descriptor: &Descriptor) -> BTreeMap<String, Vec<&str>> {
    let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for member in &descriptor.members {
        let pointer = if member.pointer.is_empty() {
            "the whole answer"
        } else {
            &member.pointer
        };
        let how = match &member.reading {
            Reading::Phrases(phrases) => format!("which of {} occur in", quoted(phrases)),
            other => other.describe(),
        };
        groups.entry(how).or_default().push(pointer);
    }
    groups
}

fn quoted(phrases: &[String]) -> String {
    let quoted: Vec<String> = phrases.iter().map(|it| format!("\"{it}\"")).collect();
    quoted.join(", ")
}

fn further(descriptor: &Descriptor) -> impl Iterator<Item = (&'static str, &[String])> {
    let all = [
        ("reads headers", descriptor.headers.as_slice()),
        ("sends headers", &descriptor.request_headers),
        ("keys in", &descriptor.secret_headers),
        ("reads back", &descriptor.redirect_parameters),
    ];
    all.into_iter().filter(|(_, names)| !names.is_empty())
}

/// What a plugin is and asks for, as its description has it.
pub(crate) fn asks_json(descriptor: &Descriptor) -> Value {
    json!({
        "id": descriptor.id,
        "title": descriptor.title,
        "version": descriptor.version,
        "origins": descriptor.origins,
        "claims": descriptor.claims,
        "members": descriptor.members,
        "headers": descriptor.headers,
        "request_headers": descriptor.request_headers,
        "secret_headers": descriptor.secret_headers,
        "redirect_parameters": descriptor.redirect_parameters,
    })
}

/// What it asks to reach, each origin with what it is for.
pub(crate) fn asked_origins(descriptor: &Descriptor) -> Vec<String> {
    let origins = descriptor.origins.iter();
    let described = origins.map(|it| format!("{} ({})", it.url, it.purposes.describe()));
    described.collect()
}
