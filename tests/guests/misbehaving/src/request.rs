//! The requests that the plugin makes.

use crate::behaviour::{told, waste};
use crate::behaviours::Behaviour;
use crate::bindings::connector::credential::http::{Method, Pair, Request, RequestBody, Segment};
use crate::bindings::connector::credential::types::Setting;
use crate::{secret, text};

pub(crate) fn get(url: &str) -> Request {
    Request {
        method: Method::Get,
        url: url.to_owned(),
        headers: Vec::new(),
        body: RequestBody::None,
        seal: Vec::new(),
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

/// A request to the URL in `argument`, the secret where the behaviour says.
pub(crate) fn request(settings: &[Setting]) -> Request {
    let Some(behaviour) = told(settings) else {
        return get(text(settings, "argument"));
    };
    waste(behaviour);
    let value = || Segment::Secret(secret(settings, "secret"));
    let header = |name: &str, value: Segment| with_headers(settings, vec![pair(name, value)]);
    match behaviour {
        Behaviour::SecretInHeader => header("x-key", value()),
        Behaviour::SecretInAuthorization => header("authorization", value()),
        Behaviour::MadeUpSecret => header(
            "authorization",
            Segment::Secret("secret.0.0000000000000000".to_owned()),
        ),
        Behaviour::NamedSecret => header(
            "authorization",
            Segment::Secret(text(settings, "extra").to_owned()),
        ),
        Behaviour::SetHost => header("Host", words("evil.example")),
        Behaviour::SetHeader => header(text(settings, "extra"), words("x")),
        Behaviour::BreakHeader => header("x-note", words("a\r\nhost: evil.example")),
        Behaviour::ManyHeaders => with_headers(settings, many("x-", MANY)),
        Behaviour::LongHeaders => with_headers(settings, many("x-", LONG)),
        Behaviour::LongList => with_form(settings, many("f", LONG)),
        Behaviour::SecretInForm => with_secret_in_form(settings),
        Behaviour::SecretManyTimes => {
            with_form(settings, (0..1000).map(|_| pair("s", value())).collect())
        }
        Behaviour::BreakForm => with_form(settings, vec![pair("a\r\nb&c=d", words("x\r\ny&z=1"))]),
        Behaviour::LargeForm => with_form(settings, many("f", MANY)),
        Behaviour::LargeRequest => with_json(settings, "x".repeat(256 << 10)),
        Behaviour::NameEverywhere => name_everywhere(settings),
        Behaviour::LongSeal => Request {
            seal: long_list(|number| format!("/{number}")),
            ..get(text(settings, "argument"))
        },
        Behaviour::SealMore => Request {
            seal: vec![text(settings, "extra").to_owned()],
            ..get(text(settings, "argument"))
        },
        _ => get(text(settings, "argument")),
    }
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

/// Where no value may stand, a name is a text like any other.
fn name_everywhere(settings: &[Setting]) -> Request {
    let name = secret(settings, "secret");
    let mut request = with_form(settings, vec![pair(name.as_str(), words(&name))]);
    request.url = format!("{}?{name}", request.url);
    request.headers = vec![pair("x-name", words(&name))];
    request
}

/// The headers that authenticate, or some that must not.
pub(crate) fn headers(settings: &[Setting], access: &str) -> Vec<Pair> {
    if let Some(it) = told(settings) {
        waste(it);
    }
    match told(settings) {
        Some(Behaviour::LongList) => long_list(|_| header(settings, access)),
        Some(_) | None => vec![header(settings, access)],
    }
}

fn header(settings: &[Setting], access: &str) -> Pair {
    let name = match told(settings) {
        Some(Behaviour::AuthenticateElsewhere) => "x-key",
        _ => "authorization",
    };
    Pair {
        name: name.to_owned(),
        value: vec![
            Segment::Text("Bearer ".to_owned()),
            Segment::Secret(access.to_owned()),
        ],
    }
}
