//! What reading an answer costs at the worst: the largest answer, the longest declaration, and shapes
//! that a hostile service or plugin would choose. `tests/benches/reading.rs` takes the time.

use std::fmt::Write as _;

use crate::limits::HttpLimits;
use crate::randomness::SystemRandomness;
use crate::reading::{
    Carried, Declaration, DeclaredMember, Permitted, RawAnswer, ReadAnswer, Reading,
};
use crate::secret::Secret;
use crate::vault::{SecretKind, Vault};

/// Members of a declaration (`credential.wit`).
const MEMBERS: usize = 128;

/// An answer that is dear to read, and the declaration by which it is read.
pub struct DearAnswer {
    /// What makes it dear.
    pub name: &'static str,
    members: Vec<DeclaredMember>,
    declaration: Declaration,
    answer: RawAnswer,
    /// What the plugin wrote into the request.
    written: String,
}

/// The dearest answers: by a plugin's own declaration, and by declarations made up for it.
#[must_use]
pub fn dear_answers(own: &[DeclaredMember]) -> Vec<DearAnswer> {
    vec![
        DearAnswer::new("the plugin's own declaration", own, &filled(own)),
        DearAnswer::new(
            "long texts in many spellings",
            &phrases(),
            &texts("%62&lt;b&gt;QUJD", 3_000),
        ),
        DearAnswer::new(
            "short texts in many spellings",
            &phrases(),
            &texts("%62&lt;b&gt;QUJD", 60),
        ),
        DearAnswer::new("backslashes", &phrases(), &texts("\\", 2_000)),
        DearAnswer::new("entities", &phrases(), &texts("&amp;", 4_000)),
        DearAnswer::new("digits", &phrases(), &texts("0", 4_000)),
        DearAnswer::new("base64 of base64", &phrases(), &texts("VVVVVVVV", 4_000)),
        DearAnswer::new(
            "one letter that stands for eighteen",
            &phrases(),
            &texts("\u{fdfa}", 4_000),
        ),
        DearAnswer::new("many secrets that come back", &codes(), &echoes()),
        DearAnswer::new("many long secrets", &secrets(), &long_values(16, "%2525")),
        DearAnswer::new(
            "more secrets than one answer has",
            &nested(Reading::Secret),
            &arrays(),
        ),
        DearAnswer::new("arrays in arrays", &nested(Reading::Presence), &arrays()),
        DearAnswer::new("names that stand twice", &below_arrays(), &repeated()),
        DearAnswer::new("XML of many elements", &codes(), &elements()),
    ]
}

impl DearAnswer {
    fn new(name: &'static str, members: &[DeclaredMember], body: &str) -> Self {
        let limit = HttpLimits::default();
        assert!(
            members.len() <= MEMBERS && body.len() <= limit.answer_bytes,
            "{name}"
        );
        Self {
            name,
            members: members.to_vec(),
            declaration: Declaration::parse(members, &[], &[], &[]).unwrap(),
            answer: RawAnswer {
                status: 200,
                headers: http::HeaderMap::new(),
                body: body.as_bytes().to_vec().into(),
            },
            written: "guess %62 ".repeat(300),
        }
    }

    /// Reads it for a credential with secrets of the usual lengths, and says how many members it has.
    #[must_use]
    pub fn read(&self) -> usize {
        self.read_whole().members.len()
    }

    pub(crate) fn read_whole(&self) -> ReadAnswer {
        let mut vault = Vault::new(&SystemRandomness);
        let names: Vec<String> = held()
            .map(|secret| vault.keep("s", SecretKind::Setting, Secret::new(secret)))
            .collect();
        let labels = self.members.iter().map(|it| it.pointer.clone());
        let permitted = Permitted {
            labels: labels.collect(),
            ..Permitted::default()
        };
        let names = names.iter().map(String::as_str);
        let carried = Carried::new(&mut vault, names, vec![self.written.as_str().into()]);
        self.declaration
            .read(&self.answer, &permitted, &carried, &mut vault)
    }
}

/// A short password, a client secret, a code, and two tokens as long as JWTs are.
fn held() -> impl Iterator<Item = String> {
    let lengths = [6, 40, 64, 1_200, 1_200].into_iter().enumerate();
    lengths.map(|(number, length)| letters(number, length))
}

/// Letters and digits without a pattern, so that no two windows are one.
fn letters(seed: usize, length: usize) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut state = 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed as u64 + 1);
    let mut letter = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(ALPHABET[usize::from(state.to_be_bytes()[0] % 32)])
    };
    (0..length).map(|_| letter()).collect()
}

fn member(pointer: impl Into<String>, reading: Reading) -> DeclaredMember {
    DeclaredMember {
        pointer: pointer.into(),
        reading,
    }
}

fn phrases() -> Vec<DeclaredMember> {
    let phrases = || (0..32).map(|it| letters(it, 60)).collect();
    let members = (0..MEMBERS).map(|it| member(format!("/m{it}"), Reading::Phrases(phrases())));
    members.collect()
}

fn codes() -> Vec<DeclaredMember> {
    let members = (0..MEMBERS).map(|it| member(format!("/root/m{it}/*"), Reading::Code));
    members.collect()
}

fn secrets() -> Vec<DeclaredMember> {
    let members = (0..MEMBERS).map(|it| member(format!("/m{it}"), Reading::Secret));
    members.collect()
}

fn nested(reading: Reading) -> Vec<DeclaredMember> {
    let depths = (1..=16).map(|depth| member("/*".repeat(depth), reading.clone()));
    depths.collect()
}

fn below_arrays() -> Vec<DeclaredMember> {
    let mut members = nested(Reading::Presence);
    for member in &mut members {
        member.pointer.insert_str(0, "/a");
        member.pointer.truncate(256);
    }
    members.truncate(15);
    members.push(member("/b", Reading::Presence));
    members
}

/// A document with a text at each declared place that stands in no array.
fn filled(members: &[DeclaredMember]) -> String {
    let mut document = serde_json::json!({});
    let spelled = format!("<b>{}</b>", "%2525u0061&amp;amp;".repeat(180));
    for member in members {
        let mut place = &mut document;
        for step in member.pointer.split('/').skip(1).filter(|it| *it != "*") {
            if !place.is_object() {
                *place = serde_json::json!({});
            }
            place = &mut place[step];
        }
        if place.is_null() {
            *place = spelled.as_str().into();
        }
    }
    document.to_string()
}

/// Texts of so many bytes, as many as there is room for, each with a beginning of its own in the alphabet
/// of every encoding.
fn texts(unit: &str, length: usize) -> String {
    let count = (240 << 10) / (2 * length + 32);
    let texts = (0..count.min(MEMBERS)).map(|it| {
        let begin = format!("-_{}", letters(100 + it, 8));
        let text = begin + &unit.repeat(length / unit.len());
        (format!("m{it}"), text.into())
    });
    let document: serde_json::Map<_, _> = texts.collect();
    serde_json::Value::from(document).to_string()
}

/// Windows of a secret, each a hit.
fn echoes() -> String {
    let secret = letters(3, 1_200);
    let echoes = (0..MEMBERS).map(|it| {
        let at = |element: usize| (it * 16 + element) % 1_190;
        let parts = (0..16).map(|element| secret[at(element)..at(element) + 8].into());
        (format!("m{it}"), serde_json::Value::Array(parts.collect()))
    });
    let members: serde_json::Map<_, _> = echoes.collect();
    serde_json::json!({ "root": members }).to_string()
}

fn long_values(count: usize, escape: &str) -> String {
    let values = (0..count).map(|it| {
        let value = letters(it, 8).repeat(2) + &(escape.to_owned() + &letters(it, 3)).repeat(253);
        (format!("m{it}"), value.into())
    });
    let document: serde_json::Map<_, _> = values.collect();
    serde_json::Value::from(document).to_string()
}

/// Sixteen elements in each of sixteen, and so on, as far as there is room.
fn arrays() -> String {
    let mut number = 0_u32;
    let mut deepest = || {
        let numbers = (0..16).map(|_| {
            number += 1;
            number.to_string()
        });
        format!("[{}]", numbers.collect::<Vec<_>>().join(","))
    };
    let mut group = |size: usize| {
        let parts: Vec<String> = (0..size).map(|_| deepest()).collect();
        format!("[{}]", parts.join(","))
    };
    let groups: Vec<String> = (0..16)
        .map(|_| {
            let inner: Vec<String> = (0..10).map(|_| group(16)).collect();
            format!("[{}]", inner.join(","))
        })
        .collect();
    format!("[{}]", groups.join(","))
}

/// Values below one name, then another name again and again.
fn repeated() -> String {
    let mut body = format!(r#"{{"a":{}"#, &arrays_of(4_096));
    while body.len() < (256 << 10) - 16 {
        body.push_str(r#","b":1"#);
    }
    body.push('}');
    body
}

fn arrays_of(count: usize) -> String {
    let block = format!("[{}]", ["1"; 16].join(","));
    let blocks = format!("[{}]", vec![block; 16].join(","));
    format!("[{}]", vec![blocks; count / 256].join(","))
}

fn elements() -> String {
    let mut body = "<root>".to_owned();
    for number in 0..9_000 {
        let _ = write!(
            body,
            "<m{0}>{1}</m{0}>",
            number % MEMBERS,
            letters(number, 8)
        );
    }
    body + "</root>"
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::reading::Value;

    /// How many of an answer's texts are searched, and so told, before the bound is reached.
    #[rstest]
    #[case::as_they_are("x", 4_000, 3)]
    #[case::escaped_once("&amp;", 4_000, 2)]
    #[case::escaped_once_with_markup("<b>x</b>&amp;", 4_000, 1)]
    #[case::escaped_four_times_with_markup("<b>x</b>%252525256", 3_900, 0)]
    #[case::of_another_script("\u{4e2d}", 3_900, 2)]
    #[case::of_letters_that_stand_for_many("\u{fdfa}", 3_900, 0)]
    #[case::short("x", 1, 128)]
    fn no_more_is_searched_than_the_bound(
        #[case] unit: &str,
        #[case] length: usize,
        #[case] expected: usize,
    ) {
        let text = unit.repeat(length.div_ceil(unit.len()));
        let count = (240 << 10) / (text.len() + 10);
        let texts = (0..count.min(MEMBERS)).map(|it| (format!("m{it}"), text.as_str().into()));
        let document: serde_json::Map<_, _> = texts.collect();
        let body = serde_json::Value::from(document).to_string();
        let read = DearAnswer::new(NAME, &phrases(), &body).read_whole();
        let told = read
            .members
            .iter()
            .filter(|it| it.value != Value::Unreadable);
        assert_eq!(told.count(), expected);
    }

    const NAME: &str = "texts";

    /// What no service sends is withheld whole, before any of it is searched.
    #[rstest]
    #[case::secrets("more secrets than one answer has")]
    #[case::values("arrays in arrays")]
    #[case::values_that_are_replaced("names that stand twice")]
    fn an_answer_of_too_much_is_withheld(#[case] name: &str) {
        let answers = dear_answers(&[]);
        let answer = answers.iter().find(|it| it.name == name).unwrap();
        assert_eq!(answer.read(), 0);
    }

    #[rstest]
    #[case::long_texts("long texts in many spellings")]
    #[case::short_texts("short texts in many spellings")]
    #[case::backslashes("backslashes")]
    #[case::entities("entities")]
    #[case::digits("digits")]
    #[case::base64("base64 of base64")]
    #[case::echoes("many secrets that come back")]
    #[case::long_secrets("many long secrets")]
    #[case::xml("XML of many elements")]
    fn any_other_is_read(#[case] name: &str) {
        let answers = dear_answers(&[]);
        let answer = answers.iter().find(|it| it.name == name).unwrap();
        assert_ne!(answer.read(), 0);
    }
}
