//! Every secret of a life, and the search for them.

use std::path::Path;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use credential_runtime::{Randomness, SystemRandomness, occurrences, spellings};
use memchr::memmem;

use super::CONTROL;
use super::heard::Heard;
use crate::stage::World;

/// Bytes of a state, a verifier and a master key.
const DRAWN: usize = 32;

/// Randomness that remembers what it gave: states and verifiers among it, which nobody else tells.
#[derive(Clone, Default)]
pub struct Drawn(Arc<Mutex<Vec<String>>>);

impl Randomness for Drawn {
    fn fill(&self, buffer: &mut [u8]) {
        SystemRandomness.fill(buffer);
        if buffer.len() == DRAWN {
            self.0
                .lock()
                .unwrap()
                .push(URL_SAFE_NO_PAD.encode(&*buffer));
        }
    }
}

#[derive(Default)]
pub struct Secrets {
    texts: Vec<String>,
    master_key: Vec<u8>,
}

impl Secrets {
    pub fn add(&mut self, secret: impl Into<String>) {
        self.texts.push(secret.into());
    }

    /// What the service has given and knows, what was drawn, and the master key.
    pub fn add_all_of(&mut self, world: &World, drawn: &Drawn) {
        let company = world.mock.company();
        let applications = company.applications.iter();
        let sessions = company.sessions.iter();
        self.texts.extend(world.mock.issued().secrets());
        self.texts
            .extend(applications.map(|it| it.client_secret.clone()));
        self.texts.extend(sessions.map(|it| it.session_id.clone()));
        let drawn = drawn.0.lock().unwrap().clone();
        assert!(drawn.len() >= 2, "a state and a verifier");
        self.texts.extend(drawn);
        self.add_master_key(&world.key());
        self.texts.retain(|it| !it.is_empty());
        self.texts.sort_unstable();
        self.texts.dedup();
    }

    /// As it is written, in hexadecimal, and as the bytes that it is.
    fn add_master_key(&mut self, file: &Path) {
        let text = std::fs::read_to_string(file).unwrap();
        self.master_key = STANDARD.decode(text.trim()).unwrap();
        assert_eq!(self.master_key.len(), DRAWN);
        self.add(text.trim());
        let hex = self.master_key.iter().map(|byte| format!("{byte:02x}"));
        self.add(hex.collect::<String>());
    }

    /// Searches everything, and says how much that was.
    pub fn search(&self, heard: &Heard) -> String {
        let needles: Vec<&str> = self.texts.iter().map(String::as_str).collect();
        let (said, mut bytes) = (heard.all(), 0);
        for (place, text) in &said {
            bytes += text.len();
            assert_eq!(occurrences(text, &needles), [] as [usize; 0], "in {place}");
            assert_eq!(memmem::find(text, &self.master_key), None, "in {place}");
        }
        Self::assert_control(&said);
        self.assert_search_finds();
        format!(
            "{} secrets in {} spellings, in {} places of {bytes} bytes in all",
            needles.len() + 1,
            needles.iter().map(|it| spellings(it).len()).sum::<usize>() + 1,
            said.len()
        )
    }

    /// What may be found is found: in everything that was said, and in two of the database's files
    /// at least, which are the table and the log.
    fn assert_control(said: &[(String, Vec<u8>)]) {
        let finds = |(_, text): &&(String, Vec<u8>)| !occurrences(text, &[CONTROL]).is_empty();
        let (spoken, files): (Vec<_>, Vec<_>) = said.iter().partition(|it| !it.0.starts_with('/'));
        for place in &spoken {
            assert!(finds(place), "nothing was heard of {}", place.0);
        }
        assert!(
            files.iter().filter(|it| finds(it)).count() >= 2,
            "the files were looked at"
        );
    }

    /// Each of them, in each spelling, would have been found.
    fn assert_search_finds(&self) {
        for secret in &self.texts {
            for spelling in spellings(secret) {
                let text = format!("before {spelling} after");
                assert_eq!(occurrences(text.as_bytes(), &[secret]), [0], "{spelling}");
            }
        }
    }
}
