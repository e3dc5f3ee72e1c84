//! Looks for secrets in everything a plugin had in its memory or returned.
//!
//! The search is written apart from the sealing that it checks: it shares no code with it.

use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use credential_runtime::{Testimony, Witness};
use memchr::memmem;

/// Keeps what every call leaves behind, to be searched when all secrets are known.
#[derive(Debug, Default)]
pub struct Proof(Mutex<Vec<Remains>>);

#[derive(Debug)]
struct Remains {
    export: String,
    memory: Vec<u8>,
    returned: String,
}

/// A secret that was found where none may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The call.
    pub export: String,
    /// `memory` or `return value`.
    pub place: &'static str,
    /// Which of the needles, counted from zero: the secret itself is not repeated.
    pub needle: usize,
}

/// How much was searched, and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Searched {
    /// Calls.
    pub calls: usize,
    /// Bytes of memory and of return values, over all calls.
    pub bytes: usize,
    /// Texts looked for: every spelling of every needle.
    pub texts: usize,
    /// What was found.
    pub findings: Vec<Finding>,
}

impl Witness for Proof {
    fn observe(&self, testimony: &Testimony<'_>) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Remains {
                export: testimony.export.to_owned(),
                memory: testimony.memories.concat(),
                returned: testimony.returned.to_owned(),
            });
    }
}

impl Proof {
    /// Searches all that was kept for these needles, each in every spelling.
    #[must_use]
    pub fn search(&self, needles: &[&str]) -> Searched {
        let spelled: Vec<Vec<String>> = needles.iter().map(|needle| spellings(needle)).collect();
        let remains = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Searched {
            calls: remains.len(),
            bytes: remains
                .iter()
                .map(|it| it.memory.len() + it.returned.len())
                .sum(),
            texts: spelled.iter().map(Vec::len).sum(),
            findings: remains.iter().flat_map(|it| it.search(&spelled)).collect(),
        }
    }

    /// The calls that were seen, in order.
    #[must_use]
    pub fn calls(&self) -> Vec<String> {
        let remains = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        remains.iter().map(|it| it.export.clone()).collect()
    }
}

impl Remains {
    fn search(&self, needles: &[Vec<String>]) -> Vec<Finding> {
        let places = [
            ("memory", self.memory.as_slice()),
            ("return value", self.returned.as_bytes()),
        ];
        let mut findings = Vec::new();
        for (place, bytes) in places {
            for (needle, texts) in needles.iter().enumerate() {
                if texts
                    .iter()
                    .any(|text| memmem::find(bytes, text.as_bytes()).is_some())
                {
                    findings.push(Finding {
                        export: self.export.clone(),
                        place,
                        needle,
                    });
                }
            }
        }
        findings
    }
}

/// A secret as it is, in UTF-16, percent-encoded, backwards, and in base64 at each alignment.
#[must_use]
pub fn spellings(secret: &str) -> Vec<String> {
    let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let wide: String = secret.chars().flat_map(|c| [c, '\0']).collect();
    let mut spellings = vec![
        secret.to_owned(),
        wide,
        encoded,
        secret.chars().rev().collect(),
    ];
    for before in 0..3 {
        // The characters at both ends depend on what stands beside the secret.
        let bytes = ["\0".repeat(before).as_bytes(), secret.as_bytes()].concat();
        for text in [
            STANDARD_NO_PAD.encode(&bytes),
            URL_SAFE_NO_PAD.encode(&bytes),
        ] {
            spellings.extend(text.get(4..text.len().saturating_sub(4)).map(str::to_owned));
        }
    }
    spellings.sort();
    spellings.dedup();
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof_of(memory: &str, returned: &str) -> Proof {
        let proof = Proof::default();
        let memories = [memory.as_bytes()];
        proof.observe(&Testimony {
            export: "oauth/plan",
            memories: &memories,
            returned,
        });
        proof
    }

    fn found(memory: &str, returned: &str) -> Vec<&'static str> {
        let searched = proof_of(memory, returned).search(&["not-a-real-secret"]);
        searched.findings.iter().map(|it| it.place).collect()
    }

    #[test]
    fn a_secret_is_found_wherever_and_however_it_stands() {
        assert_eq!(found("..not-a-real-secret..", ""), ["memory"]);
        assert_eq!(found("", "not-a-real-secret"), ["return value"]);
        assert_eq!(
            found("nnot-a-real-secret", "terces-laer-a-ton"),
            ["memory", "return value"]
        );
        for before in ["", "x", "xy", "user:"] {
            let basic = STANDARD_NO_PAD.encode(format!("{before}not-a-real-secret"));
            assert_eq!(found(&basic, ""), ["memory"], "{before}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        assert_eq!(
            found("not-a-real-secre", "ot-a-real-secret"),
            [] as [&str; 0]
        );
        let searched = proof_of("12345", "678").search(&["not-a-real-secret"]);
        assert_eq!((searched.calls, searched.bytes), (1, 8));
        assert_eq!(
            searched.texts, 6,
            "as it is, wide, backwards, three alignments of base64"
        );
    }
}
