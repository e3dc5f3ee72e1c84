//! What the plugin says of itself, honestly or not.

use std::hint::black_box;

use crate::behaviour::forever;
use crate::behaviours::{Description, MARK, ROOM};
use crate::bindings::exports::connector::credential::credential::{
    Condition, Descriptor, Field, FieldKind, Requirement, SetupStep,
};

const LENGTH: usize = MARK.len() + ROOM;

/// Which description: a test writes another name in its place.
static CHOSEN: [u8; LENGTH] = *b"misbehaving describes itself: honest..................";

const ESCAPES: &str = "\u{1b}]0;owned\u{7}\u{9b}2J\u{1b}[31m\nConnected: x\u{202e}<script>";

/// Read at run time, so that the bytes in the component decide.
fn chosen() -> Option<Description> {
    let bytes = black_box(&CHOSEN).get(MARK.len()..)?;
    let name = std::str::from_utf8(bytes).ok()?;
    Description::named(name.trim_end_matches('.'))
}

#[expect(clippy::panic, reason = "panicking is one of the things it does")]
pub(crate) fn describe() -> Descriptor {
    let mut it = honest();
    match chosen().unwrap_or(Description::Honest) {
        Description::Honest => {}
        Description::Endless => forever(),
        Description::Panics => panic!("not-a-real-panic"),
        Description::ManyFields => {
            it.fields = (0..10_000).map(|n| field(&format!("f{n}"))).collect();
        }
        Description::MegabyteLabel => it.title = "x".repeat(2 << 20),
        Description::LongLabel => it.title = "x".repeat(60_000),
        Description::DuplicateFields => it.fields.push(field("argument")),
        Description::UnknownCondition => it.fields.push(shown_when("nothing")),
        Description::NoOrigin => it
            .origins
            .push("https://service.example/\u{1b}[2J".to_owned()),
        Description::ManyOrigins => {
            it.origins = (0..10_000)
                .map(|n| format!("https://h{n}.example"))
                .collect();
        }
        Description::ControlledName => it.fields.push(field("\u{1b}[2J")),
        Description::ScriptLink => it.documentation = "javascript:alert(1)".to_owned(),
        Description::Escapes => escape_every_text(&mut it),
    }
    it
}

fn honest() -> Descriptor {
    let secret = Field {
        kind: FieldKind::Secret,
        ..field("secret")
    };
    let texts = ["behaviour", "argument", "extra"].map(field);
    Descriptor {
        id: "misbehaving".to_owned(),
        title: "Misbehaving".to_owned(),
        summary: String::new(),
        documentation: "https://service.example/docs".to_owned(),
        origins: vec![
            "https://service.example".to_owned(),
            "https://127.0.0.1".to_owned(),
        ],
        claims: vec!["sub".to_owned(), "sessionId".to_owned()],
        fields: texts.into_iter().chain([secret]).collect(),
        setup: Vec::new(),
    }
}

fn field(id: &str) -> Field {
    Field {
        id: id.to_owned(),
        label: id.to_owned(),
        help: String::new(),
        example: None,
        kind: FieldKind::Text,
        requirement: Requirement::Optional,
        shown_when: None,
        platform_may_supply: false,
    }
}

fn shown_when(other: &str) -> Field {
    Field {
        shown_when: Some(Condition {
            field: other.to_owned(),
            equals: "x".to_owned(),
        }),
        ..field("dependent")
    }
}

fn escape_every_text(it: &mut Descriptor) {
    it.title = ESCAPES.to_owned();
    it.summary = ESCAPES.to_owned();
    for field in &mut it.fields {
        field.label = ESCAPES.to_owned();
        field.help = ESCAPES.to_owned();
        field.example = Some(ESCAPES.to_owned());
    }
    it.setup = vec![SetupStep {
        id: "step".to_owned(),
        title: ESCAPES.to_owned(),
        detail: ESCAPES.to_owned(),
        flow: None,
    }];
}
