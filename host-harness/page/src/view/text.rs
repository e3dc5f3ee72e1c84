//! Every text that a template prints goes through here.
//!
//! A plugin, a service or another person of the tenant may have written it: its markup must not be
//! obeyed, and neither must characters that hide or reorder what stands beside them. `askama.toml`
//! makes this the escaper of every template, so that no template can forget it.

use std::fmt;

use askama::filters::{Escaper, Html};
use credential_connections::words::plain;

/// Escapes markup, and makes visible what would act on its surroundings.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Harmless;

impl Escaper for Harmless {
    fn write_escaped_str<W: fmt::Write>(&self, dest: W, string: &str) -> fmt::Result {
        Html.write_escaped_str(dest, &plain(string))
    }
}

/// With its first letter in upper case, as it begins a line.
pub(super) fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}

/// `1 field`, `2 fields`.
pub(super) fn counted(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_neither_marks_up_nor_reorders() {
        let cases = [
            ("ordinary", "Größe: 3 €", "Größe: 3 €"),
            ("an element", "<b>x</b>", "&#60;b&#62;x&#60;/b&#62;"),
            (
                "the end of an attribute",
                "\" onclick='x'",
                "&#34; onclick=&#39;x&#39;",
            ),
            ("a character reference", "&lt;", "&#38;lt;"),
            ("reordered", "a\u{202e}b\u{2066}c", "a\u{fffd}b\u{fffd}c"),
            ("an escape sequence", "\u{1b}[31mred", "\u{fffd}[31mred"),
            ("a forged line", "no.\nConnected!", "no. Connected!"),
        ];
        for (name, text, expected) in cases {
            let mut escaped = String::new();
            Harmless.write_escaped_str(&mut escaped, text).unwrap();
            assert_eq!(escaped, expected, "{name}");
        }
    }
}
