//! What the plugin reads of an answer.

use intacct_core::{
    Answer, Blemishes, Diagnosis, Error, Grant, LONGEST_LIFE_SECONDS, Response, ResponseBody,
    Sealed, SealedMember, SecretRef, Setting, SettingValue, Tokens, parse_revoke_answer,
    parse_test_answer, parse_token_response,
};
use serde::de::IgnoredAny;
use serde_json::Value;

const STATUSES: [u16; 8] = [200, 204, 302, 400, 401, 403, 429, 503];

/// A byte for the status, a byte for the grant, a line for the header `retry-after`, and a body:
/// whatever they are, an answer or a diagnosis fit to be shown comes of it, and tokens only where
/// another reader finds a document that says so.
pub fn answers(input: &[u8]) {
    let Some(([status, grant], rest)) = input.split_first_chunk::<2>() else {
        return;
    };
    let Ok(text) = str::from_utf8(rest) else {
        return;
    };
    let (header, body) = text.split_once('\n').unwrap_or(("", text));
    let answer = answer(
        STATUSES[usize::from(*status) % STATUSES.len()],
        header,
        body,
    );
    let (settings, grant) = situation(*grant);
    match parse_token_response(&settings, &grant, &answer) {
        Ok(tokens) => assert_said(&tokens, body),
        Err(error) => assert_fit(&error),
    }
    let tested = parse_test_answer(&settings, &sealed("access"), &answer);
    let failed = tested
        .iter()
        .flatten()
        .filter_map(|check| check.diagnosis.as_ref());
    failed.for_each(assert_fit_to_be_shown);
    let errors = [
        parse_revoke_answer(&answer).err(),
        tested.as_ref().err().cloned(),
    ];
    errors.iter().flatten().for_each(assert_fit);
}

/// What was taken for tokens is a document to `serde_json` too, and says of them what it says.
fn assert_said(tokens: &Tokens, body: &str) {
    assert!(serde_json::from_str::<IgnoredAny>(body).is_ok(), "{body:?}");
    assert!(
        tokens
            .expires_in_seconds
            .is_none_or(|it| (1..=LONGEST_LIFE_SECONDS).contains(&it))
    );
    let Ok(Value::Object(members)) = serde_json::from_str(body) else {
        return;
    };
    match members.get("token_type") {
        None | Some(Value::Null) => assert_eq!(tokens.token_type, "Bearer"),
        Some(said) => assert_eq!(said.as_str(), Some(&*tokens.token_type), "{body:?}"),
    }
    if let Some(life) = members.get("expires_in").and_then(Value::as_u64) {
        let believed = (life > 0).then_some(life.min(LONGEST_LIFE_SECONDS));
        assert_eq!(tokens.expires_in_seconds, believed, "{body:?}");
    }
}

fn assert_fit(error: &Error) {
    if let Some(diagnosis) = error.diagnosis() {
        assert_fit_to_be_shown(diagnosis);
    }
}

/// What came from outside is a code and an identifier, and nothing else.
fn assert_fit_to_be_shown(diagnosis: &Diagnosis) {
    let plain = |text: &str| text.len() <= 96 && text.bytes().all(|it| it.is_ascii_graphic());
    assert!(plain(&diagnosis.code), "{diagnosis:?}");
    assert!(
        diagnosis.support_id.as_deref().is_none_or(plain),
        "{diagnosis:?}"
    );
}

fn answer(status: u16, header: &str, body: &str) -> Answer {
    let member = |name: &str| SealedMember {
        pointer: format!("/{name}_token"),
        value: sealed(name),
    };
    Ok(Response {
        status,
        headers: vec![("retry-after".to_owned(), header.to_owned())],
        body: ResponseBody::Json(body.to_owned()),
        sealed: vec![member("access"), member("refresh")],
    })
}

fn situation(choice: u8) -> (Vec<Setting>, Grant) {
    let settings = [
        (
            "client_id",
            SettingValue::Text("0123456789abcdef0123.app.sage.com".to_owned()),
        ),
        (
            "client_secret",
            SettingValue::Secret(sealed("client_secret")),
        ),
        (
            "flow_type",
            SettingValue::Text("web_services_user".to_owned()),
        ),
        ("username", SettingValue::Text("ws-reader@ACME".to_owned())),
    ];
    let settings = settings.map(|(field, value)| Setting {
        field: field.to_owned(),
        value,
    });
    let grant = match choice % 2 {
        0 => Grant::ClientCredentials,
        _ => Grant::RefreshToken(SecretRef::new("refresh")),
    };
    (settings.to_vec(), grant)
}

fn sealed(name: &str) -> Sealed {
    Sealed {
        secret: SecretRef::new(name),
        length: 40,
        blemishes: Blemishes::default(),
        claims: Vec::new(),
    }
}
