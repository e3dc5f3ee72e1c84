//! A pasted text without what programs put around an address and into it: line breaks, blanks, escapes
//! of HTML, Markdown, JSON and shells, marks that nobody sees.

use zeroize::Zeroizing;

/// What stood between two characters that are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    None,
    /// Blanks.
    Blank,
    /// A line break.
    Break,
}

/// The visible characters, each with what stood before it.
pub(super) struct Compact {
    pub(super) text: Zeroizing<Vec<char>>,
    pub(super) gaps: Vec<Gap>,
}

impl Compact {
    pub(super) fn of(pasted: &str) -> Self {
        let mut compact = Self {
            text: Zeroizing::new(Vec::with_capacity(pasted.len())),
            gaps: Vec::with_capacity(pasted.len()),
        };
        let mut gap = Gap::None;
        for line in unescaped(pasted).split(is_line_break) {
            for c in without_margin(line).chars() {
                if c.is_whitespace() || is_blank_by_sight(c) {
                    gap = gap.max(Gap::Blank);
                } else {
                    compact.text.push(c);
                    compact.gaps.push(gap);
                    gap = Gap::None;
                }
            }
            gap = Gap::Break;
        }
        compact
    }
}

/// A line without the marks of quoted mail, of a box drawn around it, and of a shell that goes on.
fn without_margin(line: &str) -> &str {
    let is_frame = |c: char| matches!(c, '|' | '\u{2500}'..='\u{259f}') || c.is_whitespace();
    let line = line.trim_matches(is_frame);
    let quoted = line.trim_start_matches(|c: char| c == '>' || c.is_whitespace());
    quoted.trim_end_matches('\\')
}

/// The text without escapes: `&amp;`, `\u0026`, `\_`, and terminals' control sequences.
fn unescaped(pasted: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(without_controls(pasted));
    for (escape, meant) in [
        ("&AMP;", "&"),
        ("&#38;", "&"),
        ("&#x26;", "&"),
        ("&#X26;", "&"),
        ("\\u0026", "&"),
        ("\\u003d", "="),
        ("\\u003D", "="),
        ("\\x26", "&"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&equals;", "="),
        ("&#61;", "="),
        ("&quest;", "?"),
        ("&nbsp;", " "),
    ] {
        if text.contains(escape) {
            text = Zeroizing::new(text.replace(escape, meant));
        }
    }
    while text.contains("&amp;") {
        text = Zeroizing::new(text.replace("&amp;", "&"));
    }
    without_backslashes(&text)
}

/// Backslashes before punctuation are escapes of Markdown, JSON and shells: browsers write none.
fn without_backslashes(text: &str) -> Zeroizing<String> {
    let mut left = Zeroizing::new(String::with_capacity(text.len()));
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let is_escape = c == '\\' && characters.peek().is_some_and(char::is_ascii_punctuation);
        if !is_escape {
            left.push(c);
        }
    }
    left
}

/// The text without control sequences (ECMA-48), control characters and what has no width.
fn without_controls(text: &str) -> String {
    let mut left = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\u{1b}' if characters.next_if_eq(&'[').is_some() => {
                let is_final = |c: &char| ('\u{40}'..='\u{7e}').contains(c);
                let _ = characters.by_ref().find(is_final);
            }
            c if is_line_break(c) || c == '\t' => left.push(c),
            c if c.is_control() || is_invisible(c) => {}
            c => left.push(c),
        }
    }
    left
}

fn is_line_break(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Characters without a width (Unicode's `Default_Ignorable_Code_Point`, as far as programs insert them).
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffc}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Blanks that Unicode does not count as such.
fn is_blank_by_sight(c: char) -> bool {
    matches!(c, '\u{2800}')
}
