//! The search for secrets in texts that a plugin is about to get, or has handed back.
//!
//! Every text is brought into a canonical form and looked through by windows of eight characters, so
//! that a secret is found however it is spelled, and also where it was cut short.

use std::borrow::Cow;

use zeroize::Zeroizing;

use super::canonical::{Form, plain, plain_within, without_tags};
use super::decoded::{self, Decoded};
use super::escapes::{self, MOST_UNDONE, unescaped};
use super::rewritten;
use super::words::{Word, words};
use crate::secret::Secret;

/// So many characters of a secret in a row are not told; fewer may stand in any text by chance.
const WINDOW: usize = 8;

/// The longest secret whose base64 is looked for without case, as where a service has lost it. In bytes.
const LONGEST_FOLDED: usize = 128;

/// What the shortest text costs to search, as bytes.
const LEAST_COST: usize = 64;

/// The longest text that is searched; a longer one counts as a hit. In bytes.
pub(super) const LONGEST_TEXT: usize = 4 << 10;

/// Some of an operation's secrets, by their number; from the 64th on they share one, which stands for
/// "not known which".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Secrets(u64);

/// The number that secrets without one of their own share.
const SHARED: usize = 63;

impl Secrets {
    fn of(number: usize) -> Self {
        Self(1 << number.min(SHARED))
    }

    pub(crate) fn insert(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Which of them is not known.
    pub(crate) fn unknown() -> Self {
        Self::of(SHARED)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether any of these is certainly among the others.
    pub(crate) fn intersects(self, others: Self) -> bool {
        self.0 & others.0 & !(1 << SHARED) != 0
    }

    pub(crate) fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }
}

/// Finds the secrets of one operation in texts. What it keeps is wiped with it.
#[derive(Default)]
pub(crate) struct SecretSearch {
    /// In the order in which they became known.
    known: Vec<Known>,
    /// Windows of the canonical form of the first so many values, each with whose it is; sorted.
    windows: Zeroizing<Vec<[u64; 2]>>,
    /// Which windows there may be: most windows of a text are none, and are told apart here.
    filter: Filter,
    indexed: usize,
}

/// A secret, and how it is looked for where it is too short for a window.
struct Known {
    secret: Secret,
    word: Option<Word>,
}

impl std::fmt::Debug for SecretSearch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretSearch").finish_non_exhaustive()
    }
}

/// What searching may still cost: bytes that are looked at, where each spelling that a text may be of
/// something counts. What a text would cost is taken before it is done.
#[derive(Debug)]
pub(crate) struct Budget(usize);

impl Budget {
    pub(crate) fn new(bytes: usize) -> Self {
        Self(bytes)
    }

    /// Absent, where there is less.
    pub(super) fn spend(&mut self, bytes: usize) -> Option<()> {
        self.0 = self.0.checked_sub(bytes)?;
        Some(())
    }
}

impl SecretSearch {
    /// Makes a secret known. One that is known has its number already.
    pub(crate) fn add(&mut self, secret: &Secret) -> Secrets {
        if let Some(number) = self.known.iter().position(|it| it.secret == *secret) {
            return Secrets::of(number);
        }
        let form = plain(secret.expose());
        let word = (form.len() < WINDOW).then(|| Word::new(secret.expose(), form));
        self.known.push(Known {
            secret: secret.clone(),
            word,
        });
        Secrets::of(self.known.len() - 1)
    }

    /// Which secrets stand in a text, in whatever spelling; absent, where the text costs more than the
    /// budget has.
    pub(crate) fn find_within(&mut self, text: &str, budget: &mut Budget) -> Option<Secrets> {
        if self.known.is_empty() || text.is_empty() {
            return Some(Secrets::default());
        }
        budget.spend(LEAST_COST + cost_of_undoing(text))?;
        let mut found = Secrets::default();
        for text in undone(text) {
            found.insert(self.find_spelled(&text, budget)?);
        }
        Some(found)
    }

    #[cfg(test)]
    fn find(&mut self, text: &str) -> Secrets {
        let found = self.find_within(text, &mut Budget::new(usize::MAX));
        found.unwrap_or(Secrets::unknown())
    }

    fn find_spelled(&mut self, text: &str, budget: &mut Budget) -> Option<Secrets> {
        let mut found = self.find_words(text, budget)?;
        let form = plain_within(text, budget)?;
        if form.len() >= WINDOW {
            self.index();
            found.insert(self.find_windows(&form));
            decoded::each(text, &form, budget, &mut |decoded| {
                found.insert(match decoded {
                    Decoded::Form(form) => self.find_windows(form),
                    Decoded::Ascii(bytes) => self.find_windows_in(bytes),
                });
            })?;
        }
        Some(found)
    }

    fn find_windows(&self, form: &[u8]) -> Secrets {
        let mut found = Secrets::default();
        for key in keys(form.iter().copied()) {
            found.insert(self.whose(key));
        }
        found
    }

    /// The same, of the letters and digits of ASCII that stand in these bytes.
    fn find_windows_in(&self, bytes: &[u8]) -> Secrets {
        let mut found = Secrets::default();
        let folded = bytes.iter().map(|it| FOLDED[usize::from(*it)]);
        for key in keys(folded.filter(|it| *it != 0)) {
            found.insert(self.whose(key));
        }
        found
    }

    /// The secrets that have this window.
    fn whose(&self, key: u64) -> Secrets {
        let mut found = Secrets::default();
        if self.filter.may_hold(key) {
            let at = self.windows.partition_point(|[it, _]| *it < key);
            let same = self.windows[at..].iter().take_while(|[it, _]| *it == key);
            same.for_each(|[_, whose]| found.insert(Secrets(*whose)));
        }
        found
    }

    /// Secrets too short for a window: as words of the text, and of what it may encode.
    fn find_words(&self, text: &str, budget: &mut Budget) -> Option<Secrets> {
        let short = || {
            let known = self.known.iter().enumerate();
            known.filter_map(|(number, known)| Some((number, known, known.word.as_ref()?)))
        };
        let mut found = Secrets::default();
        if short().next().is_none() {
            return Some(found);
        }
        let decoded = decoded::readable(text, budget)?;
        let texts = std::iter::once(text).chain(decoded.iter().map(|it| it.as_str()));
        for text in texts {
            let words = words(text, budget)?;
            for (number, known, word) in short() {
                if word.stands_in(known.secret.expose(), text, &words) {
                    found.insert(Secrets::of(number));
                }
            }
        }
        Some(found)
    }

    /// Takes in what became known since the last time.
    fn index(&mut self) {
        if self.indexed == self.known.len() {
            return;
        }
        let new: Vec<(Secrets, Form)> = self
            .known
            .iter()
            .enumerate()
            .skip(self.indexed)
            .flat_map(|(number, known)| {
                spellings(known.secret.expose())
                    .into_iter()
                    .map(move |form| (Secrets::of(number), form))
            })
            .collect();
        let more: usize = new.iter().map(|(_, form)| form.len()).sum();
        // A new buffer, so that growing leaves no copy behind.
        let mut windows = Zeroizing::new(Vec::with_capacity(self.windows.len() + more));
        windows.extend_from_slice(&self.windows);
        for (whose, form) in &new {
            for key in keys(form.iter().copied()) {
                self.filter.insert(key);
                windows.push([key, whose.0]);
            }
        }
        windows.sort_unstable();
        windows.dedup();
        self.windows = windows;
        self.indexed = self.known.len();
    }
}

/// What undoing costs at the most, as bytes.
fn cost_of_undoing(text: &str) -> usize {
    let rounds = if escapes::may_be_in(text) {
        MOST_UNDONE
    } else {
        1
    };
    let with_markup = if text.contains('<') { 2 } else { 1 };
    text.len() * rounds * with_markup
}

/// A text, with its escapes undone, and each of those without its markup.
fn undone(text: &str) -> Vec<Cow<'_, str>> {
    let mut undone = unescaped(text);
    let bare: Vec<String> = undone.iter().filter_map(|it| without_tags(it)).collect();
    undone.extend(bare.into_iter().map(Cow::Owned));
    undone
}

/// Each window as a number; eight bytes are one.
fn keys(form: impl Iterator<Item = u8>) -> impl Iterator<Item = u64> {
    let mut key = 0_u64;
    let ends = form.map(move |byte| {
        key = (key << 8) | u64::from(byte);
        key
    });
    ends.skip(WINDOW - 1)
}

/// A letter or digit of ASCII in lower case, by its byte; 0 for every other byte.
static FOLDED: [u8; 256] = {
    let mut folded = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        if byte.is_ascii_alphanumeric() {
            folded[byte as usize] = byte.to_ascii_lowercase();
        }
        byte += 1;
    }
    folded
};

/// A set that may take a window for a member that is none, and never the other way around.
struct Filter(Zeroizing<Vec<u64>>);

/// Bits of a filter, as a power of two: a hundred for each window of the usual secrets.
const FILTER_BITS: u32 = 18;

impl Default for Filter {
    fn default() -> Self {
        Self(Zeroizing::new(vec![0; 1 << (FILTER_BITS - 6)]))
    }
}

impl Filter {
    fn insert(&mut self, key: u64) {
        let (word, bit) = Self::place(key);
        if let Some(word) = self.0.get_mut(word) {
            *word |= bit;
        }
    }

    fn may_hold(&self, key: u64) -> bool {
        let (word, bit) = Self::place(key);
        self.0.get(word).is_some_and(|it| it & bit != 0)
    }

    /// By the upper bits of a product (Knuth, The Art of Computer Programming, section 6.4).
    fn place(key: u64) -> (usize, u64) {
        let hash = key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - FILTER_BITS);
        (
            usize::try_from(hash >> 6).unwrap_or_default(),
            1 << (hash & 63),
        )
    }
}

/// The canonical forms of a secret: as it is, with its own escapes undone, and, where it is short, its
/// base64 at each alignment, since that is lost where case is; and other writings of the bytes that it is
/// itself a writing of.
fn spellings(value: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = unescaped(value).iter().map(|it| plain(it)).collect();
    let encoded: Zeroizing<String> =
        Zeroizing::new(form_urlencoded::byte_serialize(value.as_bytes()).collect());
    if value.len() <= LONGEST_FOLDED {
        forms.extend(rewritten::forms(value));
        let plain_and_encoded = [value, encoded.as_str()];
        let distinct = if *encoded == value { 1 } else { 2 };
        for spelled in &plain_and_encoded[..distinct] {
            forms.extend((0..3).map(|alignment| folded_base64(spelled.as_bytes(), alignment)));
        }
    }
    forms
}

/// The characters of a base64 text that a value decides alone, where so many bytes of something else
/// stand before it (as the user name does in Basic authentication).
pub(super) fn folded_base64(value: &[u8], alignment: usize) -> Form {
    use base64::Engine as _;
    let mut bytes = Zeroizing::new(vec![0; alignment]);
    bytes.extend_from_slice(value);
    let encoded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(&*bytes);
    let start = (alignment * 8).div_ceil(6);
    let end = bytes.len() * 8 / 6;
    plain(encoded.get(start..end).unwrap_or_default())
}

/// Whether a name of an operation's secrets stands in a text, by what all of them end in.
pub(crate) fn mentions(text: &str, suffix: &str) -> bool {
    let suffix = plain(suffix);
    unescaped(text).iter().any(|spelled| {
        let form = plain(spelled);
        memchr::memmem::find(&form, &suffix).is_some()
    })
}

#[cfg(test)]
mod spellings;
#[cfg(test)]
mod tests;
