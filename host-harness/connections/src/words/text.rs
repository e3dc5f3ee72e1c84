//! Text of others, made harmless before a person sees it.
//!
//! A plugin or a service may put anything into a message: sequences that move a cursor, characters
//! that reorder or hide what follows, line breaks that forge a line of ours.

/// One line without control characters: line breaks and tabs become blanks, the rest a mark.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' => ' ',
            c if is_harmful(c) => char::REPLACEMENT_CHARACTER,
            c => c,
        })
        .collect()
}

/// Control characters, those that reorder a line (Unicode's bidirectional controls), and line
/// breaks by other names. None of them lies beyond U+FFFF.
#[must_use]
pub fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'
                ..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_is_made_harmless() {
        let cases = [
            ("ordinary", "Größe: 3 €", "Größe: 3 €"),
            ("colour", "\u{1b}[31mred", "\u{fffd}[31mred"),
            ("one-byte CSI", "\u{9b}2J", "\u{fffd}2J"),
            (
                "window title",
                "\u{1b}]0;owned\u{7}",
                "\u{fffd}]0;owned\u{fffd}",
            ),
            ("forged line", "no.\nConnected!", "no. Connected!"),
            ("overwritten line", "no.\rConnected!", "no. Connected!"),
            ("backspace", "a\u{8}b", "a\u{fffd}b"),
            ("reordered", "a\u{202e}b", "a\u{fffd}b"),
            ("line separator", "a\u{2028}b", "a\u{fffd}b"),
        ];
        for (name, text, expected) in cases {
            assert_eq!(plain(text), expected, "{name}");
        }
    }
}
