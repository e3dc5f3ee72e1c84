//! A line of a terminal in non-canonical mode, where the program itself handles the editing keys.

use zeroize::Zeroizing;

use super::MAX_BYTES;

const CTRL_D: u8 = 0x04;
const BACKSPACE: u8 = 0x08;
const CTRL_U: u8 = 0x15;
const DELETE: u8 = 0x7f;

/// What was typed or pasted so far.
#[derive(Default)]
pub(super) struct Typed {
    bytes: Zeroizing<Vec<u8>>,
    is_too_long: bool,
    /// The last key ends a line.
    is_ended: bool,
}

impl Typed {
    /// Takes keys; `true` at the end of the input (Ctrl-D on an empty line).
    pub(super) fn push(&mut self, keys: &[u8]) -> bool {
        for &key in keys {
            match key {
                CTRL_D if self.bytes.is_empty() => return true,
                CTRL_D => self.is_ended = true,
                CTRL_U => *self = Self::default(),
                BACKSPACE | DELETE => while self.bytes.pop().is_some_and(is_continuation) {},
                key => {
                    self.is_ended = matches!(key, b'\n' | b'\r');
                    self.is_too_long |= self.bytes.len() >= MAX_BYTES;
                    if !self.is_too_long {
                        self.bytes.push(key);
                    }
                }
            }
        }
        false
    }

    /// Whether a line has been ended and nothing of another one was begun.
    pub(super) fn is_ended(&self) -> bool {
        self.is_ended
    }

    /// The text; absent where it was too long.
    pub(super) fn text(&self) -> Option<Zeroizing<String>> {
        let text = || Zeroizing::new(String::from_utf8_lossy(&self.bytes).into_owned());
        (!self.is_too_long).then(text)
    }
}

/// Whether a byte continues a character of UTF-8.
fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_line("abc\n", "abc\n", true)]
    #[case::not_ended("abc", "abc", false)]
    #[case::a_second_line_begun("abc\nd", "abc\nd", false)]
    #[case::backspace("abx\u{7f}c\r", "abc\r", true)]
    #[case::backspace_over_a_long_character("abé\u{8}c\n", "abc\n", true)]
    #[case::backspace_on_nothing("\u{7f}abc\n", "abc\n", true)]
    #[case::clearing("abc\u{15}d\n", "d\n", true)]
    #[case::the_end_behind_text("abc\u{4}", "abc", true)]
    fn the_editing_keys_work(#[case] keys: &str, #[case] text: &str, #[case] ended: bool) {
        let mut typed = Typed::default();
        assert!(!typed.push(keys.as_bytes()));
        assert_eq!(typed.text().unwrap().as_str(), text);
        assert_eq!(typed.is_ended(), ended);
    }

    #[test]
    fn the_end_of_the_input_is_told() {
        assert!(Typed::default().push(&[CTRL_D]));
    }

    #[test]
    fn no_more_is_kept_than_the_bound() {
        let mut typed = Typed::default();
        typed.push(&vec![b'x'; MAX_BYTES]);
        assert_eq!(typed.text().unwrap().len(), MAX_BYTES);
        typed.push(b"x\n");
        assert!(typed.text().is_none() && typed.is_ended());
    }
}
