//! The core without sandbox: what a platform would write by hand around it.

use credential_runtime::{SettingValue, Settings};
use end_to_end::REDIRECT_URI;
use intacct_core as core;
use serde_json::Value;

pub fn settings(settings: &Settings) -> Vec<core::Setting> {
    settings
        .iter()
        .map(|(field, value)| setting(field, value))
        .collect()
}

fn setting(field: &str, value: &SettingValue) -> core::Setting {
    let value = match value {
        SettingValue::Text(text) => core::SettingValue::Text(text.clone()),
        SettingValue::Secret(secret) => core::SettingValue::Secret(sealed(field, secret.expose())),
    };
    core::Setting {
        field: field.to_owned(),
        value,
    }
}

fn sealed(name: &str, value: &str) -> core::Sealed {
    core::Sealed {
        secret: core::SecretRef::new(name),
        length: u32::try_from(value.chars().count()).unwrap(),
        blemishes: core::Blemishes::default(),
        claims: Vec::new(),
    }
}

pub fn authorization_url(settings: &[core::Setting]) -> String {
    let authorization = core::Authorization {
        redirect_uri: REDIRECT_URI.to_owned(),
        state: "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE".to_owned(),
        code_challenge: Some("manPXpjp75EFeofO-YWtY3gIPp0S6_CJ-ciRJyYIonw".to_owned()),
    };
    core::authorization_url(settings, &authorization).unwrap()
}

pub fn grant() -> core::Grant {
    core::Grant::RefreshToken(core::SecretRef::new("refresh_token"))
}

pub fn exchange_in_memory(settings: &[core::Setting]) -> core::Tokens {
    let request = core::token_request(settings, &grant()).unwrap();
    let body = encode(&request, &|_| "not-a-real-value");
    assert!(!body.is_empty());
    let answer = read(200, crate::ANSWER);
    core::parse_token_response(settings, &grant(), &Ok(answer)).unwrap()
}

/// The form, with the secrets filled in.
pub fn encode<'a>(request: &core::Request, value: &impl Fn(&str) -> &'a str) -> String {
    let core::RequestBody::Form(pairs) = &request.body else {
        return String::new();
    };
    let mut form = form_urlencoded::Serializer::new(String::new());
    for pair in pairs {
        let text = match &pair.value {
            core::Segment::Text(text) => text.as_str(),
            core::Segment::Secret(name) => value(name.as_str()),
        };
        form.append_pair(pair.name, text);
    }
    form.finish()
}

/// The answer as the core takes it: what it reads of a token answer.
pub fn read(status: u16, body: &str) -> core::Response {
    let document: Value = serde_json::from_str(body).unwrap();
    let members = ["access_token", "refresh_token", "token_type", "expires_in"]
        .into_iter()
        .filter_map(|name| {
            Some(core::Member {
                pointer: format!("/{name}"),
                value: member(name, document.get(name)?),
            })
        });
    core::Response {
        status,
        headers: Vec::new(),
        body: core::BodyKind::Json,
        members: members.collect(),
    }
}

fn member(name: &str, value: &Value) -> core::Value {
    match (name, value) {
        ("token_type", Value::String(text)) => core::Value::Code(text.clone()),
        ("expires_in", Value::Number(number)) => core::Value::Number(number.as_i64().unwrap()),
        (_, Value::String(text)) => core::Value::Secret(sealed(name, text)),
        _ => core::Value::Unreadable,
    }
}
