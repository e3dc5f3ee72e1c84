//! What the plugin says of itself, honestly or not.

use std::hint::black_box;

use crate::behaviour::forever;
use crate::behaviours::{Description, MARK, ROOM};
use crate::bindings::exports::connector::credential::credential::{
    Condition, DeclaredMember, Descriptor, Field, FieldKind, Origin, Purposes, Reading,
    Requirement, SetupStep,
};

const LENGTH: usize = MARK.len() + ROOM;

/// Which description: a test writes another name in its place.
static CHOSEN: [u8; LENGTH] = *b"misbehaving describes itself: honest..................";

const ESCAPES: &str = "\u{1b}]0;owned\u{7}\u{9b}2J\u{1b}[31m\nConnected: x\u{202e}<script>";

/// Places where documents have something; each is read in every way.
const PLACES: [&str; 8] = [
    "/echo",
    "/m",
    "/error",
    "/error/code",
    "/list/*",
    "/list/*/name",
    "/a/b",
    "/response/code",
];

/// Members that are secrets.
const SECRETS: [&str; 4] = [
    "/access_token",
    "/refresh_token",
    "/data/secret",
    "/list/*/token",
];

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
        Description::UnknownCondition => it.fields.push(shown_when("dependent", "nothing")),
        Description::NoOrigin => it.origins.push(origin("https://service.example/\u{1b}[2J")),
        Description::PlainOrigin => it.origins.push(origin("http://service.example")),
        Description::WildcardOrigin => it.origins.push(origin("https://*.service.example")),
        Description::OriginTwice => it.origins.push(origin("https://service.example:443")),
        Description::OriginForNothing => it.origins.push(Origin {
            purposes: Purposes::empty(),
            ..origin("https://other.example")
        }),
        Description::ManyOrigins => {
            it.origins = (0..10_000)
                .map(|n| origin(&format!("https://h{n}.example")))
                .collect();
        }
        Description::CapitalId => it.id = "Mis-Behaving".to_owned(),
        Description::NoVersion => it.version = String::new(),
        Description::BlankTitle => it.title = "  ".to_owned(),
        Description::EmptyChoice => it.fields.push(Field {
            kind: FieldKind::Choice(Vec::new()),
            ..field("choice")
        }),
        Description::RequiredToken => it.fields.push(Field {
            requirement: Requirement::Required,
            ..token()
        }),
        Description::SuppliedToken => it.fields.push(Field {
            platform_may_supply: true,
            ..token()
        }),
        Description::SecretExample => it.fields.push(Field {
            kind: FieldKind::Secret,
            example: Some("s3cr3t".to_owned()),
            ..field("other_secret")
        }),
        Description::Cycle => {
            it.fields.push(shown_when("one", "two"));
            it.fields.push(shown_when("two", "one"));
        }
        Description::RequiredByItself => it.fields.push(Field {
            requirement: Requirement::RequiredWhen(Condition {
                field: "one".to_owned(),
                equals: "x".to_owned(),
            }),
            ..field("one")
        }),
        Description::UnknownStep => it.setup.push(SetupStep {
            id: "step".to_owned(),
            title: "Step".to_owned(),
            detail: String::new(),
            needed_when: Some(Condition {
                field: "nothing".to_owned(),
                equals: "x".to_owned(),
            }),
        }),
        Description::SessionClaim => it.claims.push("sessionId".to_owned()),
        Description::ClaimTwice => it.claims.push("sub".to_owned()),
        Description::NoPointer => it.members.push(member("no-slash", Reading::Code)),
        Description::TokenAsCode => it.members.push(member("/data/accessToken", Reading::Code)),
        Description::PasswordPresence => it.members.push(member("/password", Reading::Presence)),
        Description::ManyMembers => {
            let more = (0..200).map(|n| member(&format!("/n{n}"), Reading::Code));
            it.members.extend(more);
        }
        Description::CookieHeader => it.headers.push("set-cookie".to_owned()),
        Description::HashHeader => it.headers.push("etag".to_owned()),
        Description::ShortPhrase => {
            let phrases = Reading::Phrases(vec!["a".to_owned()]);
            it.members.push(member("/letters", phrases));
        }
        Description::CodeParameter => it.redirect_parameters.push("code".to_owned()),
        Description::OtherFields => it.fields.extend([
            Field {
                kind: FieldKind::Other("certificate".to_owned()),
                ..field("certificate")
            },
            token(),
            Field {
                kind: FieldKind::RefreshToken,
                ..field("refresh")
            },
        ]),
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
    let learned = Field {
        kind: FieldKind::Learned,
        ..field("learned")
    };
    let texts = ["behaviour", "argument", "extra"].map(field);
    let headers = ["x-request-id", "retry-after", "location", "date"];
    Descriptor {
        id: "misbehaving".to_owned(),
        version: "1.0.0".to_owned(),
        title: "Misbehaving".to_owned(),
        summary: String::new(),
        documentation: "https://service.example/docs".to_owned(),
        origins: vec![
            origin("https://service.example"),
            origin("https://127.0.0.1"),
            Origin {
                purposes: Purposes::BROWSER,
                ..origin("https://login.example")
            },
            Origin {
                purposes: Purposes::API,
                ..origin("https://api.example")
            },
        ],
        claims: vec!["sub".to_owned(), "iss".to_owned()],
        members: members(),
        headers: headers.map(str::to_owned).into(),
        request_headers: vec!["x-note".to_owned(), "range".to_owned()],
        secret_headers: vec!["x-api-key".to_owned()],
        redirect_parameters: vec!["realmId".to_owned()],
        fields: texts.into_iter().chain([secret, learned]).collect(),
        setup: Vec::new(),
    }
}

fn members() -> Vec<DeclaredMember> {
    let mut members = vec![member("/held", Reading::Boolean)];
    for place in PLACES {
        let phrases = ["wrong:", "secret", "invalid_grant"].map(str::to_owned);
        let readings = [
            Reading::Code,
            Reading::Number,
            Reading::Presence,
            Reading::Phrases(phrases.into()),
            Reading::Label,
        ];
        members.extend(readings.into_iter().map(|reading| member(place, reading)));
    }
    members.extend(SECRETS.map(|place| member(place, Reading::Secret)));
    members
}

fn member(pointer: &str, reading: Reading) -> DeclaredMember {
    DeclaredMember {
        pointer: pointer.to_owned(),
        reading,
    }
}

fn origin(url: &str) -> Origin {
    Origin {
        url: url.to_owned(),
        purposes: Purposes::all(),
    }
}

fn token() -> Field {
    Field {
        kind: FieldKind::AccessToken,
        ..field("access")
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

fn shown_when(id: &str, other: &str) -> Field {
    Field {
        shown_when: Some(Condition {
            field: other.to_owned(),
            equals: "x".to_owned(),
        }),
        ..field(id)
    }
}

fn escape_every_text(it: &mut Descriptor) {
    it.title = ESCAPES.to_owned();
    it.summary = ESCAPES.to_owned();
    for field in &mut it.fields {
        field.label = ESCAPES.to_owned();
        field.help = ESCAPES.to_owned();
        if matches!(field.kind, FieldKind::Text) {
            field.example = Some(ESCAPES.to_owned());
        }
    }
    it.setup = vec![SetupStep {
        id: "step".to_owned(),
        title: ESCAPES.to_owned(),
        detail: ESCAPES.to_owned(),
        needed_when: None,
    }];
}
