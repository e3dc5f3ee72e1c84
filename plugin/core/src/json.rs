//! Reads a JSON document (RFC 8259) into a tree.
//!
//! Why not `serde_json`: it made the component 21,000 bytes larger, an eighth of all that it may
//! weigh; this one makes it 5,000. Here a number stays the text that it is, so nothing is rounded
//! and nothing is too large. A property test holds this reader against `serde_json`.
//!
//! It ends early on what nests too deeply, and takes time in proportion to the text.

use alloc::{string::String, vec::Vec};

/// Deeper than any answer of Intacct's, and far from exhausting a small stack.
const DEEPEST: u8 = 64;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    /// As it is written.
    Number(&'a str),
    Text(String),
    List(Vec<Json<'a>>),
    /// In the order of the document; a name may stand twice.
    Members(Vec<(String, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// A whole document; `None` where it is none.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut reader = Reader {
            text,
            at: 0,
            depth: 0,
        };
        let value = reader.value()?;
        reader.skip_blanks();
        (reader.at == text.len()).then_some(value)
    }

    /// A member of an object. The last, where a name stands twice, as most parsers have it.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Members(members) => members
                .iter()
                .rev()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::List(_) => None,
        }
    }

    /// The text of a member that is one.
    pub(crate) fn text_at(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Self::Text(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::List(_) | Self::Members(_) => None,
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u8,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at = self.at.checked_add(1)?;
        Some(byte)
    }

    fn take(&mut self, expected: u8) -> bool {
        let found = self.peek() == Some(expected);
        if found {
            self.next();
        }
        found
    }

    fn take_all(&mut self, mut wanted: impl FnMut(u8) -> bool) -> &'a str {
        let start = self.at;
        while self.peek().is_some_and(&mut wanted) {
            self.next();
        }
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        self.take_all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    }

    fn value(&mut self) -> Option<Json<'a>> {
        self.skip_blanks();
        match self.peek()? {
            b'{' => self.nested(Self::members),
            b'[' => self.nested(Self::list),
            b'"' => self.string().map(Json::Text),
            b'-' | b'0'..=b'9' => self.number(),
            _ => self.word(),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Option<Json<'a>>) -> Option<Json<'a>> {
        self.next();
        self.depth = self
            .depth
            .checked_add(1)
            .filter(|depth| *depth <= DEEPEST)?;
        let value = read(self)?;
        self.depth = self.depth.saturating_sub(1);
        Some(value)
    }

    fn list(&mut self) -> Option<Json<'a>> {
        let mut items = Vec::new();
        let mut more = !self.closes(b']');
        while more {
            items.push(self.value()?);
            more = self.continues(b']')?;
        }
        Some(Json::List(items))
    }

    fn members(&mut self) -> Option<Json<'a>> {
        let mut members = Vec::new();
        let mut more = !self.closes(b'}');
        while more {
            self.skip_blanks();
            let name = self.string()?;
            self.skip_blanks();
            let value = if self.take(b':') {
                self.value()?
            } else {
                return None;
            };
            members.push((name, value));
            more = self.continues(b'}')?;
        }
        Some(Json::Members(members))
    }

    fn closes(&mut self, end: u8) -> bool {
        self.skip_blanks();
        self.take(end)
    }

    /// Whether another one follows; `None` where neither that nor the end does.
    fn continues(&mut self, end: u8) -> Option<bool> {
        self.skip_blanks();
        let follows = self.take(b',');
        (follows || self.take(end)).then_some(follows)
    }

    fn word(&mut self) -> Option<Json<'a>> {
        match self.take_all(|byte| byte.is_ascii_lowercase()) {
            "null" => Some(Json::Null),
            "true" => Some(Json::Bool(true)),
            "false" => Some(Json::Bool(false)),
            _ => None,
        }
    }

    fn number(&mut self) -> Option<Json<'a>> {
        let start = self.at;
        self.take(b'-');
        let leading_zero = self.peek() == Some(b'0');
        let whole = self.digits()?;
        if leading_zero && whole.len() > 1 {
            return None;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        self.text.get(start..self.at).map(Json::Number)
    }

    fn digits(&mut self) -> Option<&'a str> {
        Some(self.take_all(|byte| byte.is_ascii_digit())).filter(|digits| !digits.is_empty())
    }

    fn string(&mut self) -> Option<String> {
        let mut text = String::new();
        if !self.take(b'"') {
            return None;
        }
        loop {
            text.push_str(self.take_all(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1F)));
            match self.next()? {
                b'"' => return Some(text),
                b'\\' => text.push(self.escaped()?),
                _ => return None,
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        match self.next()? {
            b'b' => Some('\u{8}'),
            b'f' => Some('\u{C}'),
            b'n' => Some('\n'),
            b'r' => Some('\r'),
            b't' => Some('\t'),
            b'u' => self.unicode(),
            plain @ (b'"' | b'\\' | b'/') => Some(plain.into()),
            _ => None,
        }
    }

    /// A character outside the Basic Multilingual Plane stands as two halves.
    fn unicode(&mut self) -> Option<char> {
        let first = self.four_digits()?;
        if !(0xD800..0xDC00).contains(&first) {
            return char::from_u32(first);
        }
        if !(self.take(b'\\') && self.take(b'u')) {
            return None;
        }
        let second = self
            .four_digits()?
            .checked_sub(0xDC00)
            .filter(|half| *half < 0x400)?;
        let high = first.checked_sub(0xD800)?.checked_shl(10)?;
        char::from_u32(high.checked_add(second)?.checked_add(0x1_0000)?)
    }

    fn four_digits(&mut self) -> Option<u32> {
        let mut number = 0_u32;
        for _ in 0..4 {
            let digit = char::from(self.next()?).to_digit(16)?;
            number = number.checked_shl(4)? | digit;
        }
        Some(number)
    }
}

#[cfg(test)]
mod tests;
