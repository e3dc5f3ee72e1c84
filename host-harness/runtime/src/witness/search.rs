//! Looks for secrets in everything a plugin had in its memory or returned.
//!
//! The search is written apart from the sealing that it checks: it shares no code with it, and must
//! not come to.

use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use memchr::memmem;

use super::{Testimony, Witness};

/// Keeps what every call leaves behind, to be searched when all secrets are known.
#[derive(Debug, Default)]
pub struct Proof(Mutex<Vec<Remains>>);

#[derive(Debug)]
struct Remains {
    export: String,
    /// Without its empty pages.
    memory: Vec<u8>,
    /// With them, in bytes.
    size: usize,
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
                memory: without_empty_pages(testimony.memories),
                size: testimony.memories.iter().map(|it| it.len()).sum(),
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
            bytes: remains.iter().map(|it| it.size + it.returned.len()).sum(),
            texts: spelled.iter().map(Vec::len).sum(),
            findings: remains.iter().flat_map(|it| it.search(&spelled)).collect(),
        }
    }

    /// Forgets what was kept, once it was searched: a memory is a megabyte and more.
    pub fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// The calls that were seen, in order.
    #[must_use]
    pub fn calls(&self) -> Vec<String> {
        let remains = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        remains.iter().map(|it| it.export.clone()).collect()
    }
}

/// Most of a memory was never written to. Of a page of zeros a few are kept, so that what ends before
/// it is not joined to what begins behind it, and a text in UTF-16 keeps its last byte.
fn without_empty_pages(memories: &[&[u8]]) -> Vec<u8> {
    const PAGE: usize = 4096;
    const KEPT: usize = 16;
    static EMPTY: [u8; PAGE] = [0; PAGE];
    let pages = memories.iter().flat_map(|memory| memory.chunks(PAGE));
    let kept = pages.map(|page| {
        let empty = *page == EMPTY[..page.len()];
        let length = if empty {
            page.len().min(KEPT)
        } else {
            page.len()
        };
        &page[..length]
    });
    kept.collect::<Vec<_>>().concat()
}

impl Remains {
    fn search(&self, needles: &[Vec<String>]) -> Vec<Finding> {
        let places = [
            ("memory", self.memory.as_slice()),
            ("return value", self.returned.as_bytes()),
        ];
        let found = places.map(|(place, bytes)| {
            found_in(bytes, needles)
                .into_iter()
                .map(move |needle| Finding {
                    export: self.export.clone(),
                    place,
                    needle,
                })
        });
        found.into_iter().flatten().collect()
    }
}

/// Which of these needles, each given in all its spellings, stand in these bytes.
fn found_in(bytes: &[u8], needles: &[Vec<String>]) -> Vec<usize> {
    let stands = |texts: &Vec<String>| {
        let mut texts = texts.iter();
        texts.any(|text| memmem::find(bytes, text.as_bytes()).is_some())
    };
    let numbered = needles.iter().enumerate();
    numbered
        .filter(|(_, texts)| stands(texts))
        .map(|(needle, _)| needle)
        .collect()
}

/// Which of these needles stand in these bytes, in any spelling, counted from zero: for a log, a file,
/// an error's text.
#[must_use]
pub fn occurrences(bytes: &[u8], needles: &[&str]) -> Vec<usize> {
    let spelled: Vec<Vec<String>> = needles.iter().map(|needle| spellings(needle)).collect();
    found_in(bytes, &spelled)
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
    fn a_secret_is_found_between_empty_pages_and_across_a_border() {
        let wide: String = "not-a-real-secret"
            .chars()
            .flat_map(|c| [c, '\0'])
            .collect();
        for secret in ["not-a-real-secret", &wide] {
            for before in [0, 1, 4080, 4096, 8200] {
                let memory = format!("{}{secret}{}", "\0".repeat(before), "\0".repeat(9000));
                assert_eq!(found(&memory, ""), ["memory"], "{before}");
            }
        }
        let apart = format!("{:\0<4096}{:\0<8192}secret", "not-a-real-", "");
        assert_eq!(found(&apart, ""), [] as [&str; 0]);
    }

    #[test]
    fn occurrences_are_told_by_number() {
        let log = b"level=INFO sent c2VjcmV0LW51bWJlci1vbmU and terces-a-si-siht";
        let needles = ["not-there-at-all", "secret-number-one", "this-is-a-secret"];
        assert_eq!(occurrences(log, &needles), [1, 2]);
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
