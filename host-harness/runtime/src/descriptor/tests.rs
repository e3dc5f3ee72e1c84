use rstest::rstest;

use super::*;
use crate::contract::Choice;

fn field(id: &str, kind: FieldKind, shown_when: Option<(&str, &str)>) -> Field {
    Field {
        id: id.to_owned(),
        label: "Label".into(),
        help: String::new(),
        example: None,
        kind,
        requirement: Requirement::Optional,
        shown_when: shown_when.map(|(field, equals)| Condition {
            field: field.into(),
            equals: equals.into(),
        }),
        platform_may_supply: false,
    }
}

fn flow() -> Field {
    let choice = Choice {
        id: "a".into(),
        label: String::new(),
        help: String::new(),
    };
    field("flow", FieldKind::Choice(vec![choice]), None)
}

fn descriptor(fields: Vec<Field>) -> Descriptor {
    Descriptor {
        id: "test".into(),
        version: "1.0.0".into(),
        title: "Test".into(),
        summary: String::new(),
        documentation: "https://docs.example.com".into(),
        origins: vec![AskedOrigin {
            url: "https://api.example.com".into(),
            purposes: Purposes {
                api: true,
                ..Purposes::default()
            },
        }],
        claims: Vec::new(),
        members: Vec::new(),
        headers: Vec::new(),
        request_headers: Vec::new(),
        secret_headers: Vec::new(),
        redirect_parameters: Vec::new(),
        fields,
        setup: Vec::new(),
    }
}

#[track_caller]
fn check_message(fields: Vec<Field>, expected: &str) {
    let message = check(&descriptor(fields)).expect_err("a contradiction");
    assert!(message.contains(expected), "{message}");
}

#[test]
fn a_description_that_holds_together_gives_its_origins() {
    let fields = vec![flow(), field("user", FieldKind::Text, Some(("flow", "a")))];
    let asked = check(&descriptor(fields)).unwrap();
    assert_eq!(*asked.origins, ["https://api.example.com".parse().unwrap()]);
}

#[test]
fn a_contradiction_is_named() {
    check_message(vec![flow(), flow()], "two of it are called `flow`");
    check_message(vec![field("", FieldKind::Text, None)], "no id");
    check_message(
        vec![field("x", FieldKind::Text, Some(("y", "1")))],
        "which there is not",
    );
    let other_value = field("x", FieldKind::Text, Some(("flow", "b")));
    check_message(vec![flow(), other_value], "which it cannot be");
    let on_secret = field("x", FieldKind::Text, Some(("s", "1")));
    check_message(
        vec![field("s", FieldKind::Secret, None), on_secret],
        "which is secret",
    );
    let many = (0..=MOST).map(|i| field(&i.to_string(), FieldKind::Text, None));
    check_message(many.collect(), "more than 200 fields");
}

/// This field, required while another (or it itself) has a value.
fn required_when(field: Field, other: &str, equals: &str) -> Field {
    Field {
        requirement: Requirement::RequiredWhen(Condition {
            field: other.into(),
            equals: equals.into(),
        }),
        ..field
    }
}

#[rstest]
#[case::a_text_required(
    required_when(field("x", FieldKind::Text, None), "x", "1"),
    "whether `x` is required depends on itself"
)]
#[case::a_choice_required(
    required_when(flow(), "flow", "a"),
    "whether `flow` is required depends on itself"
)]
#[case::a_text_required_and_shown_by_another(
    required_when(field("x", FieldKind::Text, Some(("flow", "a"))), "x", "1"),
    "whether `x` is required depends on itself"
)]
#[case::a_text_shown(
    field("x", FieldKind::Text, Some(("x", "1"))),
    "whether `x` is shown depends on itself"
)]
fn a_condition_of_a_field_on_itself_is_refused(#[case] it: Field, #[case] expected: &str) {
    let others = [flow()].into_iter().filter(|other| other.id != it.id);
    check_message(others.chain([it.clone()]).collect(), expected);
}

/// "One of the two" is no contradiction: each depends on what stands in the other.
#[test]
fn two_fields_may_each_be_required_by_the_others_value() {
    let one = required_when(field("one", FieldKind::Text, None), "two", "");
    let two = required_when(field("two", FieldKind::Text, None), "one", "");
    assert!(check(&descriptor(vec![one, two])).is_ok());
}

#[test]
fn an_origin_that_is_none_is_named() {
    let mut descriptor = descriptor(Vec::new());
    descriptor.origins.push(AskedOrigin {
        url: "https://api.example.com/path".into(),
        purposes: Purposes::default(),
    });
    assert!(
        check(&descriptor)
            .unwrap_err()
            .contains("more than an origin")
    );
}
