//! Secrets that are too short for a window: found where they are whole words, however those are
//! grouped.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

use super::canonical::{Form, plain, plain_within};
use super::search::Budget;

/// A secret with fewer letters and digits is found to the letter alone.
const SHORTEST: usize = 3;

/// How a short secret is looked for.
pub(super) struct Word {
    /// The canonical forms that it may have as a word: its own, backwards, without leading zeros, and
    /// encoded as a whole.
    forms: Vec<Form>,
}

impl Word {
    pub(super) fn new(value: &str, form: Form) -> Self {
        if form.len() < SHORTEST {
            return Self { forms: Vec::new() };
        }
        let reversed: Form = Zeroizing::new(form.iter().rev().copied().collect());
        let encoded = Zeroizing::new(STANDARD_NO_PAD.encode(value));
        let digits = value.bytes().map(|it| format!("{it:02x}"));
        let hexadecimal = Zeroizing::new(digits.collect::<String>());
        let mut forms = vec![reversed, plain(&encoded), plain(&hexadecimal)];
        if form.iter().all(u8::is_ascii_digit) {
            let zeros = form.iter().take_while(|it| **it == b'0').count();
            forms.push(Zeroizing::new(form[zeros..].to_vec()));
        }
        forms.push(form);
        forms.retain(|it| it.len() >= SHORTEST);
        Self { forms }
    }

    /// Whether the secret of this value stands in a text of these words.
    pub(super) fn stands_in(&self, value: &str, text: &str, words: &[Form]) -> bool {
        if value.is_empty() {
            false
        } else if self.forms.is_empty() {
            // Signs, mostly: to the letter.
            text == value || (value.len() >= SHORTEST && text.contains(value))
        } else {
            (0..words.len()).any(|at| self.forms.iter().any(|form| begins(&words[at..], form)))
        }
    }
}

/// Whether these words, one or more of them put together, are the form.
fn begins(words: &[Form], form: &[u8]) -> bool {
    let mut rest = form;
    for word in words {
        match rest.strip_prefix(word.as_slice()) {
            Some([]) => return true,
            Some(behind) => rest = behind,
            None => return false,
        }
    }
    false
}

/// The words of a text; absent, where that would cost more than the budget has.
pub(super) fn words(text: &str, budget: &mut Budget) -> Option<Vec<Form>> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    let words = words.filter(|it| !it.is_empty());
    let mut forms = Vec::new();
    for word in words {
        let form = plain_within(word, budget)?;
        if !form.is_empty() {
            forms.push(form);
        }
    }
    Some(forms)
}
