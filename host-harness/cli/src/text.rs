//! Text of others, made harmless before a person sees it.
//!
//! A plugin or a service may put anything into a message: sequences that move the cursor, rename
//! the window or hide what follows, and line breaks that forge a line of ours.

use std::fmt::Write as _;

use credential_connections::words::is_harmful;
pub(crate) use credential_connections::words::plain;

/// A text in HTML, in an element or in a quoted attribute.
pub(crate) fn escape_html(text: &str) -> String {
    plain(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// How wide a line is drawn, in columns.
const WIDTH: usize = 92;

/// What [`plain`] makes harmless, in a JSON document, where nothing may be lost: as escapes.
pub(crate) fn plain_json(document: &str) -> String {
    let mut text = String::with_capacity(document.len());
    for c in document.chars() {
        if c != '\n' && is_harmful(c) {
            // None of these lies beyond U+FFFF, so one escape says it.
            let _ = write!(text, "\\u{:04x}", u32::from(c));
        } else {
            text.push(c);
        }
    }
    text
}

/// Lines for a person, each harmless and no wider than the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Page(String);

impl Page {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A line at the margin.
    pub(crate) fn line(self, text: impl AsRef<str>) -> Self {
        self.wrapped("", "", text.as_ref())
    }

    /// A line `indent` columns in.
    pub(crate) fn indented(self, indent: usize, text: impl AsRef<str>) -> Self {
        let margin = " ".repeat(indent);
        self.wrapped(&margin, &margin, text.as_ref())
    }

    /// A label and, beside it, what it stands for; `label_width` columns for the label.
    pub(crate) fn item(self, indent: usize, label_width: usize, label: &str, text: &str) -> Self {
        let label = plain(label);
        let first = format!("{:indent$}{label:<label_width$} ", "");
        let rest = " ".repeat(indent + label_width + 1);
        self.wrapped(&first, &rest, text)
    }

    /// Text whose lines are already laid out; each is kept as it is, and made harmless.
    pub(crate) fn verbatim(mut self, text: &str) -> Self {
        for line in text.lines() {
            self.push(&plain(line));
        }
        self
    }

    pub(crate) fn blank(mut self) -> Self {
        self.push("");
        self
    }

    /// What another page says.
    pub(crate) fn then(mut self, other: &Self) -> Self {
        self.0.push_str(&other.0);
        self
    }

    /// For each of these, what `add` adds.
    pub(crate) fn each<T>(
        self,
        items: impl IntoIterator<Item = T>,
        add: impl FnMut(Self, T) -> Self,
    ) -> Self {
        items.into_iter().fold(self, add)
    }

    /// The text, each line ended.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    fn wrapped(mut self, first: &str, rest: &str, text: &str) -> Self {
        let options = textwrap::Options::new(WIDTH)
            .initial_indent(first)
            .subsequent_indent(rest)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .break_words(false);
        for line in textwrap::wrap(&plain(text), options) {
            self.push(line.trim_end());
        }
        self
    }

    fn push(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_document_stays_the_same_document() {
        let value = serde_json::json!({ "message": "\u{1b}[31m\u{9b}2J\u{202e}\u{7f}é" });
        let text = plain_json(&value.to_string());
        assert!(!text.contains(is_harmful), "{text:?}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).ok(),
            Some(value)
        );
    }

    #[test]
    fn long_text_is_broken_under_its_own_beginning() {
        let page = Page::new().item(2, 6, "label", &"word ".repeat(30));
        let lines: Vec<&str> = page.as_str().lines().collect();
        assert!(
            lines.iter().all(|line| line.len() <= WIDTH) && lines.len() == 2,
            "{lines:#?}"
        );
        assert!(lines[0].starts_with("  label  word"), "{lines:#?}");
        assert!(lines[1].starts_with("         word"), "{lines:#?}");
    }
}
