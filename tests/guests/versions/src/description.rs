//! What each version says of itself.

use std::hint::black_box;

use crate::behaviours::{ROOM, VERSION_MARK, Version};
use crate::bindings::exports::connector::credential::credential::{
    DeclaredMember, Descriptor, Field, FieldKind, Origin, Purposes, Reading, Requirement,
};

const LENGTH: usize = VERSION_MARK.len() + ROOM;

/// Which version: a test writes another name in its place.
static CHOSEN: [u8; LENGTH] = *b"versions is of version: first...................";

/// Read at run time, so that the bytes in the component decide.
pub(crate) fn version() -> Version {
    let bytes = black_box(&CHOSEN)
        .get(VERSION_MARK.len()..)
        .unwrap_or_default();
    let name = std::str::from_utf8(bytes).unwrap_or_default();
    Version::named(name.trim_end_matches('.')).unwrap_or(Version::First)
}

pub(crate) fn describe() -> Descriptor {
    let version = version();
    let mut origins = vec![origin("https://service.example")];
    if version == Version::ReachesMore {
        origins.push(origin("https://more.example"));
    }
    let mut members = vec![
        member("/access_token", Reading::Secret),
        member("/refresh_token", Reading::Secret),
        member("/expires_in", Reading::Number),
    ];
    if version == Version::ReadsMore {
        members.push(member("/company", Reading::Label));
    }
    Descriptor {
        id: match version {
            Version::OtherId => "versions-two",
            _ => "versions",
        }
        .to_owned(),
        version: "1.0.0".to_owned(),
        title: "Versions".to_owned(),
        summary: String::new(),
        documentation: "https://service.example/docs".to_owned(),
        origins,
        claims: Vec::new(),
        members,
        headers: Vec::new(),
        request_headers: Vec::new(),
        secret_headers: Vec::new(),
        redirect_parameters: Vec::new(),
        fields: fields(),
        setup: Vec::new(),
    }
}

pub(crate) fn fields() -> Vec<Field> {
    let required = |field: Field| Field {
        requirement: Requirement::Required,
        ..field
    };
    let supplied = |field: Field| Field {
        platform_may_supply: true,
        ..field
    };
    let mut fields = vec![
        required(text("client_id", "Client ID")),
        required(secret("client_secret", "Client secret")),
        required(text("username", "User name")),
    ];
    match version() {
        Version::DropsFields => {}
        Version::RequiresRegion => {
            fields.push(supplied(required(text("region", "Tax region"))));
        }
        Version::Learns => fields.extend([
            secret("spare_key", "Spare key"),
            Field {
                kind: FieldKind::Learned,
                ..text("note", "Note")
            },
        ]),
        _ => fields.extend([secret("spare_key", "Spare key"), text("note", "Note")]),
    }
    fields
}

fn text(id: &str, label: &str) -> Field {
    Field {
        id: id.to_owned(),
        label: label.to_owned(),
        help: String::new(),
        example: None,
        kind: FieldKind::Text,
        requirement: Requirement::Optional,
        shown_when: None,
        platform_may_supply: false,
    }
}

fn secret(id: &str, label: &str) -> Field {
    Field {
        kind: FieldKind::Secret,
        ..text(id, label)
    }
}

fn origin(url: &str) -> Origin {
    Origin {
        url: url.to_owned(),
        purposes: Purposes::all(),
    }
}

fn member(pointer: &str, reading: Reading) -> DeclaredMember {
    DeclaredMember {
        pointer: pointer.to_owned(),
        reading,
    }
}
