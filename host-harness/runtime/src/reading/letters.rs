//! Letters and digits that stand for those of ASCII, and are none of their compatibility forms: digits
//! of other scripts, letters that look alike, letters in circles, squares and tags.

use std::sync::LazyLock;

/// Letters of other alphabets, as they look, and the letter of ASCII that each is taken for.
const LOOK_ALIKES: [(&str, &str); 5] = [
    (
        "АВЕКМНОРСТХУЅІЈԀԚԜ\u{4c0}аеорсухѕіјһԁԛԝѵктвмн\u{4cf}гп",
        "abekmhopctxysijdqwlaeopcyxsijhdqwvktbmhlrn",
    ),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαβειοκνρτυχω", "abezhikmnoptyxabeiokvptuxw"),
    ("ɑɡıȷɩʋɢʜɪʟɴʀʏʙ", "agijiughilnryb"),
    ("ᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢꜰꜱ", "acdejkmoptuvwzfs"),
    ("øđħłŧƀØĐĦŁŦɃ", "odhltbodhltb"),
];

/// The same, sorted.
static SORTED: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let pairs = LOOK_ALIKES.iter();
    let mut pairs: Vec<_> = pairs
        .flat_map(|(look, like)| look.chars().zip(like.chars()))
        .collect();
    pairs.sort_unstable();
    pairs
});

/// The zeros of decimal digits in the Basic Multilingual Plane; nine digits follow each.
const ZEROS: [u32; 36] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90,
    0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
];

/// Alphabets of 26 letters in a row, by their first: in circles and squares, black on white; flags; tags.
const ALPHABETS: [u32; 6] = [0x1F130, 0x1F150, 0x1F170, 0x1F1E6, 0xE0041, 0xE0061];

/// The zero among the tags.
const TAG_ZERO: u32 = 0xE0030;

/// The letter or digit of ASCII that a character stands for; itself where it stands for none.
pub(super) fn to_ascii(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    let code = u32::from(c);
    let within = |first: u32, count: u32| code.checked_sub(first).filter(|it| *it < count);
    let digit = ZEROS
        .iter()
        .chain([&TAG_ZERO])
        .find_map(|zero| within(*zero, 10));
    if let Some(digit) = digit {
        return char::from_digit(digit, 10).unwrap_or(c);
    }
    if let Some(letter) = ALPHABETS.iter().find_map(|first| within(*first, 26)) {
        return char::from_digit(letter + 10, 36).unwrap_or(c);
    }
    let found = SORTED.binary_search_by_key(&c, |(look, _)| *look);
    found.map_or(c, |at| SORTED[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_look_alike_has_its_letter() {
        for (look, like) in LOOK_ALIKES {
            assert_eq!(look.chars().count(), like.chars().count(), "{look}");
            assert!(look.chars().all(|it| !it.is_ascii()), "{look}");
            assert!(like.bytes().all(|it| it.is_ascii_lowercase()), "{like}");
        }
    }

    #[test]
    fn letters_and_digits_are_known_in_other_shapes() {
        let shapes = "аＡ٣۴५🅐🄰🇦\u{e0061}\u{e0039}";
        let ascii: String = shapes.chars().map(to_ascii).collect();
        assert_eq!(ascii, "aＡ345aaaa9");
    }
}
