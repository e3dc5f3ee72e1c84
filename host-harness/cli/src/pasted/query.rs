//! The query of a redirect in a text: where it ends, and whether it answers this sign-in.

use credential_runtime::Secret;
use url::form_urlencoded;
use zeroize::Zeroizing;

use super::address::NotAccepted;
use super::clean::{Compact, Gap};

/// The parameters of an answer (RFC 6749 sections 4.1.2 and 4.1.2.1).
const NAMES: [&str; 3] = ["code", "state", "error"];
/// The longest word that is told from a piece of a code.
const LONGEST_WORD: usize = 15;

impl Compact {
    /// Whether something stood before this character.
    pub(super) fn is_apart(&self, at: usize) -> bool {
        self.gaps.get(at).is_some_and(|it| *it != Gap::None)
    }
}

/// Whether a parameter of an answer begins there.
pub(super) fn is_name(compact: &Compact, at: usize) -> bool {
    let text = &compact.text[at..];
    let begins = |name: &&str| {
        text.len() > name.len()
            && text.iter().zip(name.chars()).all(|(a, b)| *a == b)
            && text[name.len()] == '='
    };
    let joined = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '%');
    let is_joined = at > 0 && !compact.is_apart(at) && joined(compact.text[at - 1]);
    !is_joined && NAMES.iter().any(begins)
}

/// Whether a browser leaves a character as it is in a query.
pub(super) fn is_allowed(c: char) -> bool {
    c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '#' | '`' | '\'' | '{' | '}' | '|')
}

/// The query that begins there, without what stands behind it.
pub(super) fn read(
    compact: &Compact,
    start: usize,
    state: &Secret,
) -> Result<Zeroizing<String>, NotAccepted> {
    let text = &compact.text;
    let length = text[start..].iter().take_while(|c| is_allowed(**c)).count();
    let end = start + length;
    let mut query = Zeroizing::new(String::with_capacity(length));
    let mut from = start;
    loop {
        let to = (from..end).find(|at| text[*at] == '&').unwrap_or(end);
        if !query.is_empty() {
            query.push('&');
        }
        if let Some(behind) = own_state(compact, from, to, state) {
            query.extend(&text[from..behind]);
            if behind < to || to == end {
                break;
            }
        } else if to == end {
            let last = last_value(compact, from, end)?;
            query.extend(&text[from..last]);
            break;
        } else {
            query.extend(&text[from..to]);
        }
        from = to + 1;
    }
    check(&query, state)?;
    Ok(query)
}

/// Where the parameter ends, where it is the state of this sign-in and what follows does not belong to it.
fn own_state(compact: &Compact, from: usize, to: usize, state: &Secret) -> Option<usize> {
    let ours: Vec<char> = "state=".chars().chain(state.expose().chars()).collect();
    let behind = from + ours.len();
    if behind > to || compact.text[from..behind] != ours[..] {
        return None;
    }
    let rest = &compact.text[behind..to];
    let is_over = rest.is_empty()
        || compact.is_apart(behind)
        || !(rest[0].is_ascii_alphanumeric() || matches!(rest[0], '-' | '_' | '~' | '%' | '+'))
        || run(compact, behind, to)
            .iter()
            .all(char::is_ascii_punctuation);
    is_over.then_some(behind)
}

/// Where the last parameter's value ends. A code that is cut off, or has a word at its end, is spent in vain.
fn last_value(compact: &Compact, from: usize, end: usize) -> Result<usize, NotAccepted> {
    let text = &compact.text;
    let mut last = from + run(compact, from, end).len();
    while last < end {
        let behind = last + run(compact, last, end).len();
        if is_word(&text[last..behind]) {
            let next = &text[behind..behind + run(compact, behind, end).len()];
            if !is_word(next) {
                return Err(NotAccepted::Ambiguous);
            }
            return Ok(without_marks(text, from, last));
        }
        last = behind;
    }
    let is_dotted = text[from..end].ends_with(&['.', '.', '.']);
    let is_broken = text
        .get(end)
        .is_some_and(|c| !c.is_ascii() && !compact.is_apart(end) && !is_closing(*c));
    if is_dotted || is_broken {
        return Err(NotAccepted::CutOff);
    }
    Ok(without_marks(text, from, end))
}

/// The characters from there up to the next gap.
fn run(compact: &Compact, from: usize, end: usize) -> &[char] {
    let to = (from + 1..end)
        .find(|at| compact.is_apart(*at))
        .unwrap_or(end);
    &compact.text[from.min(end)..to]
}

fn is_word(run: &[char]) -> bool {
    let end = run.iter().rposition(|c| !c.is_ascii_punctuation());
    let Some(word) = end.map(|end| &run[..=end]) else {
        return false;
    };
    word.len() <= LONGEST_WORD
        && word[0].is_ascii_alphabetic()
        && word[1..].iter().all(char::is_ascii_lowercase)
}

/// Marks that end a sentence or an emphasis.
fn without_marks(text: &[char], from: usize, end: usize) -> usize {
    let marks = ['.', ',', ';', ':', '!', '?', ')', ']', '*'];
    let kept = text[from..end].iter().rposition(|c| !marks.contains(c));
    kept.map_or(from, |it| from + it + 1)
}

fn is_closing(c: char) -> bool {
    matches!(
        c,
        '\u{ab}' | '\u{bb}' | '\u{2018}'..='\u{201f}' | '\u{2039}' | '\u{203a}'
            | '\u{3008}'..='\u{3011}' | '\u{ff08}' | '\u{ff09}' | '\u{3002}'
    )
}

/// Whether it is an answer of this sign-in.
fn check(query: &str, state: &Secret) -> Result<(), NotAccepted> {
    let values = |name: &str| {
        let pairs = form_urlencoded::parse(query.as_bytes());
        let values = pairs
            .filter(|it| it.0 == name)
            .map(|it| Secret::new(&*it.1));
        values.collect::<Vec<Secret>>()
    };
    let (states, codes, errors) = (values("state"), values("code"), values("error"));
    if states.len() != 1 || states[0] != *state {
        return Err(NotAccepted::State);
    }
    match (&codes[..], &errors[..]) {
        ([code], []) if code.length() > 0 => Ok(()),
        ([], [_]) => Ok(()),
        ([] | [_], []) => Err(NotAccepted::NoCode),
        _ => Err(NotAccepted::Contradiction),
    }
}

/// The text with its percent-encoding (RFC 3986 section 2.1) taken off once.
pub(super) fn percent_decoded(text: &str) -> Zeroizing<String> {
    // A plus sign stands for itself here.
    let text = Zeroizing::new(
        text.replace('+', "%2B")
            .replace('&', "%26")
            .replace('=', "%3D"),
    );
    let decoded = form_urlencoded::parse(text.as_bytes()).next();
    Zeroizing::new(decoded.map_or_else(String::new, |it| it.0.into_owned()))
}
