//! Master keys as text, the same in a file, a variable and a keyring: each key in base64, with white
//! space between them, the one for new credentials first. A `#` begins a comment to the end of the
//! line.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::{KeyError, MasterKey, MasterKeys};
use crate::crypto::{KEY_BYTES, Key};

pub(super) fn parse(text: &str, place: &str) -> Result<MasterKeys, KeyError> {
    let mut keys = entries(text)
        .zip(1..)
        .map(|(entry, number)| parse_key(entry).ok_or_else(|| malformed(place, number)));
    let first = keys
        .next()
        .ok_or_else(|| KeyError::Missing(place.to_owned()))??;
    keys.try_fold(MasterKeys::one(first), |keys, key| Ok(keys.and(key?)))
}

/// Some editors and shells put a byte order mark before a text.
fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.trim_start_matches('\u{feff}')
        .lines()
        .map(|line| line.split_once('#').map_or(line, |(before, _)| before))
        .flat_map(str::split_whitespace)
}

fn malformed(place: &str, entry: usize) -> KeyError {
    KeyError::Malformed {
        place: place.to_owned(),
        entry,
    }
}

fn parse_key(entry: &str) -> Option<MasterKey> {
    let mut key = Key::default();
    // One byte more than a key has, so that a longer one is seen to be longer.
    let mut bytes = Zeroizing::new([0; KEY_BYTES + 1]);
    let length = STANDARD.decode_slice(entry, bytes.as_mut_slice()).ok()?;
    key.copy_from_slice(bytes.get(..length)?.get(..KEY_BYTES)?);
    (length == KEY_BYTES).then(|| MasterKey::of(key))
}

pub(super) fn write<'a>(keys: impl Iterator<Item = &'a MasterKey>) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(1024));
    for key in keys {
        STANDARD.encode_string(key.key().as_slice(), &mut text);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    const TWO: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

    fn key(byte: u8) -> MasterKey {
        MasterKey::of(Key::new([byte; KEY_BYTES]))
    }

    #[track_caller]
    fn check(text: &str, expected: &Result<MasterKeys, KeyError>) {
        assert_eq!(&parse(text, "here"), expected, "{text:?}");
    }

    #[test]
    fn keys_are_read_in_order() {
        let both = MasterKeys::one(key(2)).and(key(1));
        check(ONE, &Ok(MasterKeys::one(key(1))));
        check(&format!("{TWO}\n{ONE}\n"), &Ok(both.clone()));
        check(&format!("{TWO} {ONE}"), &Ok(both.clone()));
        check(&format!("\u{feff}{TWO} {ONE}"), &Ok(both.clone()));
        check(&format!("\u{feff}\n{TWO}\n{ONE}"), &Ok(both.clone()));
        check(
            &format!("# newest first\r\n{TWO} # 2026\r\n\r\n{ONE}"),
            &Ok(both),
        );
    }

    #[test]
    fn what_is_no_key_is_named_by_its_place() {
        check("", &Err(KeyError::Missing("here".to_owned())));
        check("# nothing\n", &Err(KeyError::Missing("here".to_owned())));
        check("\u{feff}", &Err(KeyError::Missing("here".to_owned())));
        check(&format!("{ONE} \u{feff}{TWO}"), &Err(malformed("here", 2)));
        check("short", &Err(malformed("here", 1)));
        check(&format!("{ONE} AQEB"), &Err(malformed("here", 2)));
        let longer = STANDARD.encode([1; KEY_BYTES + 1]);
        check(&longer, &Err(malformed("here", 1)));
        let much_longer = STANDARD.encode([1; 64]);
        check(&much_longer, &Err(malformed("here", 1)));
    }

    #[test]
    fn what_is_written_reads_back() {
        let keys = MasterKeys::one(key(7)).and(key(8));
        assert_eq!(parse(&write(keys.iter()), "here"), Ok(keys));
    }
}
