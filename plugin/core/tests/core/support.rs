//! Settings and answers as a host would hand them over.

use crate::host;
use intacct_core::{
    Answer, Blemishes, CodeGrant, Failure, FailureKind, Grant, Member, Pair, Request, RequestBody,
    Response, Sealed, SecretRef, Segment, Setting, SettingValue, Value,
};

/// A Client ID of the usual form.
pub(crate) const CLIENT_ID: &str = "0123456789abcdef0123.app.sage.com";

pub(crate) fn text(field: &str, value: &str) -> Setting {
    Setting {
        field: field.to_owned(),
        value: SettingValue::Text(value.to_owned()),
    }
}

/// A sealed value; its name is the field's.
pub(crate) fn secret(field: &str) -> Setting {
    Setting {
        field: field.to_owned(),
        value: SettingValue::Secret(sealed(field)),
    }
}

pub(crate) fn sealed(name: &str) -> Sealed {
    Sealed {
        secret: SecretRef::new(name),
        length: 40,
        blemishes: Blemishes::default(),
        claims: Vec::new(),
    }
}

/// A sealed JWT with these claims.
pub(crate) fn token(claims: &[(&str, &str)]) -> Sealed {
    let claims = claims
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Sealed {
        claims: claims.collect(),
        ..sealed("access")
    }
}

fn client() -> Vec<Setting> {
    vec![text("client_id", CLIENT_ID), secret("client_secret")]
}

pub(crate) fn regular_user() -> Vec<Setting> {
    let mut settings = client();
    settings.push(text("flow_type", "regular_user"));
    settings
}

pub(crate) fn web_services_user(username: &str) -> Vec<Setting> {
    let mut settings = client();
    settings.push(text("flow_type", "web_services_user"));
    settings.push(text("username", username));
    settings
}

pub(crate) fn by_session() -> Vec<Setting> {
    let mut settings = client();
    settings.push(text("flow_type", "web_services_user"));
    settings.push(secret("session_id"));
    settings
}

/// Settings with one field replaced, added or (`None`) taken out.
pub(crate) fn with(
    mut settings: Vec<Setting>,
    field: &str,
    value: Option<SettingValue>,
) -> Vec<Setting> {
    settings.retain(|setting| setting.field != field);
    let field = field.to_owned();
    settings.extend(value.map(|value| Setting { field, value }));
    settings
}

pub(crate) fn code() -> Grant {
    Grant::AuthorizationCode(CodeGrant {
        code: SecretRef::new("code"),
        redirect_uri: "https://127.0.0.1:8443/callback".to_owned(),
        code_verifier: Some(SecretRef::new("verifier")),
    })
}

pub(crate) fn refresh() -> Grant {
    Grant::RefreshToken(SecretRef::new("refresh"))
}

/// A connection's settings and the grant that they are used with, by a short name.
pub(crate) fn situation(name: &str) -> (Vec<Setting>, Grant) {
    match name {
        "code" => (regular_user(), code()),
        "username" => (web_services_user("ws@ACME"), Grant::ClientCredentials),
        "username of entity" => (web_services_user("ws@ACME|West"), Grant::ClientCredentials),
        "refresh of entity" => (web_services_user("ws@ACME|West"), refresh()),
        "username of console" => (
            web_services_user("ws@Console|ACME|West"),
            Grant::ClientCredentials,
        ),
        "session" => (by_session(), Grant::ClientCredentials),
        "refresh" => (regular_user(), refresh()),
        "refresh of username" => (web_services_user("ws@ACME"), refresh()),
        "refresh of session" => (by_session(), refresh()),
        _ => panic!("no situation {name}"),
    }
}

/// What the host makes of a body.
pub(crate) fn response(status: u16, body: &str) -> Response {
    let (body, members) = host::read(body);
    Response {
        status,
        headers: Vec::new(),
        body,
        members,
    }
}

/// An answer with this body, which need be neither JSON nor XML.
pub(crate) fn answer(status: u16, body: &str) -> Answer {
    Ok(response(status, body))
}

pub(crate) fn html(status: u16) -> Answer {
    answer(status, "<!doctype html><title>Maintenance<p>Back soon")
}

pub(crate) fn empty(status: u16) -> Answer {
    answer(status, "")
}

pub(crate) fn failed(kind: FailureKind, request_sent: bool) -> Answer {
    Err(Failure { kind, request_sent })
}

/// A token answer: a body, and tokens as the host took them out of it.
pub(crate) fn tokens(body: &str, access: Option<Sealed>, refresh: Option<Sealed>) -> Response {
    let members = [("/access_token", access), ("/refresh_token", refresh)];
    let members = members.into_iter().filter_map(|(pointer, sealed)| {
        Some(Member {
            pointer: pointer.to_owned(),
            value: Value::Secret(sealed?),
        })
    });
    let response = response(200, body);
    Response {
        members: members.chain(response.members).collect(),
        ..response
    }
}

/// The form of a request, one line for each field: `name=value`, a secret as `{name}`.
pub(crate) fn form(request: &Request) -> Vec<String> {
    match &request.body {
        RequestBody::Form(pairs) => lines(pairs),
        RequestBody::None => panic!("no form: {request:?}"),
    }
}

pub(crate) fn lines(pairs: &[Pair]) -> Vec<String> {
    let line = |pair: &Pair| match &pair.value {
        Segment::Text(text) => format!("{}={text}", pair.name),
        Segment::Secret(secret) => format!("{}={{{}}}", pair.name, secret.as_str()),
    };
    pairs.iter().map(line).collect()
}
