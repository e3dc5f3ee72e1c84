//! The requests that the plugin makes.

use crate::behaviour::{told, waste};
use crate::behaviours::Behaviour;
use crate::bindings::connector::credential::http::{
    Authorization, Basic, Method, Pair, Request, RequestBody, Scheme, Segment,
};
use crate::bindings::connector::credential::types::Setting;
use crate::bindings::exports::connector::credential::connection::ApiAuthentication;
use crate::bindings::exports::connector::credential::oauth::{CodeGrant, Grant};
use crate::{secret, text};

pub(crate) fn get(url: &str) -> Request {
    Request {
        method: Method::Get,
        url: url.to_owned(),
        authorization: None,
        headers: Vec::new(),
        body: RequestBody::None,
    }
}

fn pair(name: impl Into<String>, value: Segment) -> Pair {
    Pair {
        name: name.into(),
        value: vec![value],
    }
}

fn words(text: &str) -> Segment {
    Segment::Text(text.to_owned())
}

pub(crate) fn with_secret_in_form(settings: &[Setting]) -> Request {
    let value = Segment::Secret(secret(settings, "secret"));
    with_form(settings, vec![pair("secret", value)])
}

fn with_form(settings: &[Setting], form: Vec<Pair>) -> Request {
    Request {
        method: Method::Post,
        body: RequestBody::Form(form),
        ..get(text(settings, "argument"))
    }
}

fn with_headers(settings: &[Setting], headers: Vec<Pair>) -> Request {
    Request {
        headers,
        ..get(text(settings, "argument"))
    }
}

fn with_json(settings: &[Setting], json: String) -> Request {
    Request {
        method: Method::Post,
        body: RequestBody::Json(json),
        ..get(text(settings, "argument"))
    }
}

fn with_authorization(settings: &[Setting], authorization: Authorization) -> Request {
    Request {
        authorization: Some(authorization),
        ..get(text(settings, "argument"))
    }
}

fn by(method: Method, request: Request) -> Request {
    Request { method, ..request }
}

/// A request to the URL in `argument`, the secret where the behaviour says.
pub(crate) fn request(settings: &[Setting]) -> Request {
    let Some(behaviour) = told(settings) else {
        return get(text(settings, "argument"));
    };
    waste(behaviour);
    let secret = secret(settings, "secret");
    let value = || Segment::Secret(secret.clone());
    let extra = text(settings, "extra");
    let header = |name: &str, value: Segment| with_headers(settings, vec![pair(name, value)]);
    let bearer = |name: &str| with_authorization(settings, Authorization::Bearer(name.to_owned()));
    let form = |pairs: Vec<Pair>| with_form(settings, pairs);
    match behaviour {
        Behaviour::SecretInHeader => header("x-note", value()),
        Behaviour::SecretInKeyHeader => header("x-api-key", value()),
        Behaviour::SecretInAuthorization => bearer(&secret),
        Behaviour::SecretInBasic => with_authorization(
            settings,
            Authorization::Basic(Basic {
                user_id: vec![words(extra)],
                password: vec![value()],
            }),
        ),
        Behaviour::SecretInJson => Request {
            method: Method::Post,
            body: RequestBody::JsonObject(vec![pair("a \"b\"", words("x\ny")), pair("s", value())]),
            ..get(text(settings, "argument"))
        },
        Behaviour::MadeUpSecret => bearer("secret.0.0000000000000000"),
        Behaviour::NamedSecret => bearer(extra),
        Behaviour::SetHost => header("Host", words("evil.example")),
        Behaviour::SetHeader => header(extra, words("x")),
        Behaviour::BreakHeader => header("x-note", words("a\r\nhost: evil.example")),
        Behaviour::HeaderTwice => {
            let twice = vec![pair("accept", words("a")), pair("Accept", words("b"))];
            with_headers(settings, twice)
        }
        Behaviour::ManyHeaders => with_headers(settings, many("x-", MANY)),
        Behaviour::LongHeaders => with_headers(settings, many("x-", LONG)),
        Behaviour::LongList => form(many("f", LONG)),
        Behaviour::SecretInForm => with_secret_in_form(settings),
        Behaviour::SecretManyTimes => form((0..1000).map(|_| pair("s", value())).collect()),
        Behaviour::GuessBeside => form(vec![pair("s", value()), pair("g", words(extra))]),
        Behaviour::GuessAlone | Behaviour::GuessTwice => form(vec![pair("g", words(extra))]),
        Behaviour::BreakForm => form(vec![pair("a\r\nb&c=d", words("x\r\ny&z=1"))]),
        Behaviour::LargeForm => form(many("f", MANY)),
        Behaviour::LargeRequest => with_json(settings, format!("\"{}\"", "x".repeat(256 << 10))),
        Behaviour::SmuggledRequest => {
            let smuggled = "POST /notes HTTP/1.1\r\nhost: x\r\ncontent-length: 300\r\n\r\nnote=";
            with_json(settings, smuggled.to_owned())
        }
        Behaviour::GetWithForm => by(Method::Get, form(vec![pair("a", words("b"))])),
        Behaviour::Delete => by(Method::Delete, get(text(settings, "argument"))),
        Behaviour::Put => by(Method::Put, with_json(settings, "{}".to_owned())),
        Behaviour::NameInUrl => get(&format!("{}?{secret}", text(settings, "argument"))),
        Behaviour::NameInHeader => header("x-note", words(&secret)),
        Behaviour::NameInForm => form(vec![pair("secret", words(&secret))]),
        Behaviour::NameAsName => form(vec![pair(secret.as_str(), words("x"))]),
        Behaviour::NameInJson => with_json(settings, format!("{{\"secret\":\"{secret}\"}}")),
        Behaviour::NameInCapitals => form(vec![pair("secret", words(&secret.to_uppercase()))]),
        Behaviour::NameEncoded => {
            let encoded: String = secret.bytes().map(|it| format!("%{it:02x}")).collect();
            get(&format!("{}?{encoded}", text(settings, "argument")))
        }
        Behaviour::NameInPieces => form(vec![in_pieces("secret", &secret)]),
        Behaviour::NameAcrossPair => {
            let (first, second) = secret.split_at(secret.len() - 8);
            form(vec![pair(first, words(second))])
        }
        Behaviour::NameAcrossFields => {
            let (first, second) = secret.split_at(secret.len() - 8);
            form(vec![pair("token", words(first)), pair(second, words("x"))])
        }
        Behaviour::GuessInPieces => form(vec![pair("s", value()), in_pieces("g", extra)]),
        Behaviour::GuessAcrossFields => {
            let (first, second) = extra.split_at(extra.len() / 2);
            form(vec![
                pair("s", value()),
                pair("g", words(first)),
                pair(second, words("")),
            ])
        }
        Behaviour::MemberTwice => Request {
            method: Method::Post,
            body: RequestBody::JsonObject(vec![pair("s", value()), pair("s", words("x"))]),
            ..get(text(settings, "argument"))
        },
        _ => get(text(settings, "argument")),
    }
}

/// A text in two pieces, each shorter than what is looked for.
fn in_pieces(name: &str, text: &str) -> Pair {
    let (first, second) = text.split_at(text.len() / 2);
    Pair {
        name: name.to_owned(),
        value: vec![words(first), words(second)],
    }
}

/// The request that exchanges a code, as it must be or not.
pub(crate) fn exchange(settings: &[Setting], grant: &Grant) -> Request {
    let Grant::AuthorizationCode(code) = grant else {
        return request(settings);
    };
    let CodeGrant {
        code,
        redirect_uri,
        code_verifier,
        parameters,
    } = code;
    let redirect_uri = match told(settings) {
        Some(Behaviour::CodeElsewhere) => "https://evil.example/",
        _ => redirect_uri,
    };
    let mut pairs = vec![
        pair("code", Segment::Secret(code.clone())),
        pair("redirect_uri", words(redirect_uri)),
    ];
    if let Some(verifier) = code_verifier
        && told(settings) != Some(Behaviour::CodeWithoutVerifier)
    {
        pairs.push(pair("code_verifier", Segment::Secret(verifier.clone())));
    }
    if told(settings) == Some(Behaviour::TellParameters) {
        let told = parameters
            .iter()
            .map(|(name, value)| pair(name, words(value)));
        pairs.extend(told);
    }
    with_form(settings, pairs)
}

/// Asks about a token, or ends it: both have one form.
pub(crate) fn about_token(url: &str, token: &str) -> Request {
    Request {
        method: Method::Post,
        body: RequestBody::Form(vec![pair("token", Segment::Secret(token.to_owned()))]),
        ..get(url)
    }
}

/// Obtains a token by the form's secret.
pub(crate) fn grant(settings: &[Setting]) -> Request {
    let mut request = with_secret_in_form(settings);
    if let RequestBody::Form(pairs) = &mut request.body {
        pairs.push(pair("grant_type", words("client_credentials")));
    }
    request
}

/// Asks with a token in `authorization`.
pub(crate) fn with_bearer(url: &str, token: &str) -> Request {
    Request {
        authorization: Some(Authorization::Bearer(token.to_owned())),
        ..get(url)
    }
}

/// Asks with the form's secret in a header.
pub(crate) fn with_key(settings: &[Setting]) -> Request {
    let key = pair("x-api-key", Segment::Secret(secret(settings, "secret")));
    with_headers(settings, vec![key])
}

/// What fits into a request of 64 KiB.
const MANY: usize = 9000;

/// More than the host takes in one go, and less than fills a plugin's memory.
const LONG: usize = 40_000;

/// A list that no bound but the host's ends.
pub(crate) fn long_list<T>(item: impl Fn(usize) -> T) -> Vec<T> {
    (0..LONG).map(item).collect()
}

/// Short names and no values.
fn many(prefix: &str, count: usize) -> Vec<Pair> {
    (0..count)
        .map(|number| pair(format!("{prefix}{number}"), words("")))
        .collect()
}

/// What authenticates, or what must not.
pub(crate) fn authentication(settings: &[Setting], access: &str) -> ApiAuthentication {
    if let Some(it) = told(settings) {
        waste(it);
    }
    let bearer = |name: &str| ApiAuthentication {
        authorization: Some(Authorization::Bearer(name.to_owned())),
        headers: Vec::new(),
    };
    let also = |pair: Pair| ApiAuthentication {
        headers: vec![pair],
        ..bearer(access)
    };
    let in_header = |name: &str| pair(name, Segment::Secret(access.to_owned()));
    match told(settings) {
        Some(Behaviour::AuthenticateElsewhere) => ApiAuthentication {
            authorization: None,
            headers: vec![in_header("x-note")],
        },
        Some(Behaviour::AuthenticateNothing) => ApiAuthentication {
            authorization: None,
            headers: vec![pair("x-note", words("x"))],
        },
        Some(Behaviour::AuthenticateScheme) => ApiAuthentication {
            authorization: Some(Authorization::Other(Scheme {
                name: "Bearer x\r\nhost: evil.example".to_owned(),
                credentials: access.to_owned(),
            })),
            headers: Vec::new(),
        },
        Some(Behaviour::AuthenticateName) => also(pair("x-note", words(access))),
        Some(Behaviour::AuthenticateOther) => bearer(&secret(settings, "secret")),
        Some(Behaviour::AuthenticateTwice) => also(in_header("x-api-key")),
        Some(Behaviour::LongList) => ApiAuthentication {
            headers: long_list(|_| in_header("x-api-key")),
            ..bearer(access)
        },
        Some(_) | None => bearer(access),
    }
}
