//! Held against `serde_json`.

use super::Json;
use proptest::prelude::*;
use rstest::rstest;
use serde_json::Value;
use std::{
    format,
    string::{String, ToString},
    vec::Vec,
};

fn same(ours: &Json<'_>, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Json::Null, Value::Null) => true,
        (Json::Bool(ours), Value::Bool(theirs)) => ours == theirs,
        (Json::Number(ours), Value::Number(_)) => {
            serde_json::from_str::<Value>(ours).is_ok_and(|ours| ours == *theirs)
        }
        (Json::Text(ours), Value::String(theirs)) => ours == theirs,
        (Json::List(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| same(a, b))
        }
        (Json::Members(members), Value::Object(theirs)) => members
            .iter()
            .all(|(name, _)| same(ours.get(name).unwrap(), &theirs[name.as_str()])),
        _ => false,
    }
}

#[track_caller]
fn check(text: &str) {
    match (Json::parse(text), serde_json::from_str::<Value>(text)) {
        (Some(ours), Ok(theirs)) => assert!(same(&ours, &theirs), "{ours:?}\n{theirs:?}"),
        (None, Err(_)) => {}
        (ours, theirs) => panic!("{text:?}\nours: {ours:?}\ntheirs: {theirs:?}"),
    }
}

#[rstest]
#[case::nothing("")]
#[case::blanks(" \t\r\n")]
#[case::words("[null, true, false, nul, nullx]")]
#[case::numbers("[0, -0, 1.5, 1e5, 1E-5, -12.25e+2]")]
#[case::leading_zero("01")]
#[case::plus("+1")]
#[case::point_without_digits("1.")]
#[case::exponent_without_digits("1e")]
#[case::minus_alone("-")]
#[case::escapes(r#""\"\\\/\b\f\n\r\t\u00e4\uD83D\uDE00""#)]
#[case::unknown_escape(r#""\x""#)]
#[case::half_a_character(r#""\uD83D""#)]
#[case::second_half_alone(r#""\uDE00""#)]
#[case::two_first_halves(r#""\uD83D\uD83D""#)]
#[case::short_escape(r#""\u00""#)]
#[case::line_break_in_a_string("\"a\nb\"")]
#[case::open_string("\"a")]
#[case::empty_list("[ ]")]
#[case::empty_object("{ }")]
#[case::trailing_comma("[1,]")]
#[case::missing_comma("[1 2]")]
#[case::missing_colon(r#"{"a" 1}"#)]
#[case::name_that_is_no_string("{a: 1}")]
#[case::twice(r#"{"a": 1, "a": 2}"#)]
#[case::cut_off(r#"{"a": ["#)]
#[case::more_than_a_document("1 2")]
#[case::nested(r#"[[{"a": [{}]}], {"b": {"c": null}}]"#)]
fn it_agrees_with_serde_json(#[case] text: &str) {
    check(text);
}

#[test]
fn lists_beside_each_other_are_not_deep() {
    let text = format!("[{}[]]", "[],".repeat(100));
    assert!(Json::parse(&text).is_some());
}

#[test]
fn the_last_of_two_members_counts() {
    let document = Json::parse(r#"{"a": 1, "a": 2}"#).unwrap();
    assert_eq!(document.get("a"), Some(&Json::Number("2")));
}

#[rstest]
#[case::as_deep_as_it_may_be(64, true)]
#[case::too_deep(65, false)]
#[case::absurdly_deep(1_000_000, false)]
fn depth_is_bounded(#[case] depth: usize, #[case] readable: bool) {
    let text = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(Json::parse(&text).is_some(), readable);
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn every_document_is_read_as_serde_json_reads_it(value in value()) {
        check(&serde_json::to_string_pretty(&value).unwrap());
    }

    #[test]
    fn a_document_with_a_change_is_judged_as_serde_json_judges_it(
        value in value(),
        place in any::<prop::sample::Index>(),
        change in prop::sample::select(Vec::from(["", "\"", "{", "]", ",", "\\", "e", "0", "-", ":", " "])),
    ) {
        let text: Vec<char> = value.to_string().chars().collect();
        let place = place.index(text.len());
        let before: String = text[..place].iter().collect();
        let after: String = text[place + 1..].iter().collect();
        let changed = format!("{before}{change}{after}");
        // What does not fit an `f64` is an error there and a number here.
        prop_assume!(!serde_json::from_str::<Value>(&changed)
            .is_err_and(|error| format!("{error}").contains("number out of range")));
        check(&changed);
    }
}
