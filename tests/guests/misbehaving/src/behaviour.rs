//! What the plugin does, by the name in the setting `behaviour`.

use std::cell::Cell;
use std::hint::black_box;

use crate::bindings::connector::credential::http::{
    self, Answer, Method, Pair, Request, RequestBody, ResponseBody, Segment,
};
use crate::bindings::connector::credential::types::{Error, Sealed, Setting};
use crate::bindings::exports::connector::credential::oauth::Tokens;
use crate::{secret, text};

thread_local! {
    /// Would remember from call to call, if an instance lived that long.
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

/// Misbehaves without the network; what it returns goes back to the host as it is.
#[expect(clippy::panic, reason = "panicking is one of the things it does")]
pub(crate) fn compute(settings: &[Setting]) -> String {
    match text(settings, "behaviour") {
        "loop" => forever(),
        "recurse" => recurse(1).to_string(),
        "allocate" => allocate(),
        "panic" => panic!("not-a-real-panic"),
        "long-answer" => "x".repeat(argument(settings)),
        "count-calls" => {
            CALLS.set(CALLS.get() + 1);
            CALLS.get().to_string()
        }
        "tell-settings" => format!("{settings:?}"),
        other => other.to_owned(),
    }
}

fn argument(settings: &[Setting]) -> usize {
    text(settings, "argument").parse().unwrap_or_default()
}

fn forever() -> ! {
    let mut rounds = 0_u64;
    loop {
        rounds = black_box(rounds + 1);
    }
}

/// Neither a tail call nor a sum that a compiler could turn into a loop.
fn recurse(depth: u64) -> u64 {
    if depth == u64::MAX {
        0
    } else {
        recurse(depth + 1).wrapping_mul(3) ^ depth
    }
}

fn allocate() -> ! {
    let mut kept = Vec::new();
    loop {
        kept.push(black_box(vec![1_u8; 64 << 10]));
    }
}

fn get(url: &str) -> Request {
    Request {
        method: Method::Get,
        url: url.to_owned(),
        headers: Vec::new(),
        body: RequestBody::None,
        seal: Vec::new(),
    }
}

/// A request to the URL in `argument`, the secret where the behaviour says.
pub(crate) fn request(settings: &[Setting]) -> Request {
    let mut request = get(text(settings, "argument"));
    let value = vec![Segment::Secret(secret(settings, "secret"))];
    match text(settings, "behaviour") {
        "secret-in-header" => request.headers.push(Pair {
            name: "x-key".to_owned(),
            value,
        }),
        "secret-in-authorization" => {
            request.headers.push(Pair {
                name: "authorization".to_owned(),
                value,
            });
        }
        "set-host" => request.headers.push(Pair {
            name: "Host".to_owned(),
            value: vec![Segment::Text("evil.example".to_owned())],
        }),
        "secret-in-form" => {
            request.method = Method::Post;
            request.body = RequestBody::Form(vec![Pair {
                name: "secret".to_owned(),
                value,
            }]);
        }
        "made-up-secret" => request.headers.push(Pair {
            name: "authorization".to_owned(),
            value: vec![Segment::Secret("secret.0.0000000000000000".to_owned())],
        }),
        "large-request" => {
            request.method = Method::Post;
            request.body = RequestBody::Json("x".repeat(256 << 10));
        }
        _ => {}
    }
    request
}

/// Sends as the behaviour says and tells everything that came back.
pub(crate) fn send(settings: &[Setting], access: &Sealed) -> String {
    match text(settings, "behaviour") {
        "many-requests" => loop {
            black_box(http::send(&get(text(settings, "argument"))).is_ok());
        },
        "tell-claims" => format!("{:?}", access.claims),
        _ => tell(&http::send(&request(settings))),
    }
}

/// Sends where the contract says that nothing is sent.
pub(crate) fn send_in_secret(settings: &[Setting]) -> String {
    tell(&http::send(&get(text(settings, "argument"))))
}

fn tell(answer: &Answer) -> String {
    match answer {
        Ok(response) => match &response.body {
            ResponseBody::Json(text) => format!("{} {text}", response.status),
            other => format!("{} {other:?}", response.status),
        },
        Err(failure) => {
            format!(
                "{:?} sent={} {}",
                failure.kind, failure.request_sent, failure.message
            )
        }
    }
}

/// Tokens that are none, or whatever the answer had.
pub(crate) fn tokens(settings: &[Setting], answer: &Answer) -> Result<Tokens, Error> {
    let sealed = answer.as_ref().ok().and_then(|it| it.sealed.first());
    let access = match (text(settings, "behaviour"), sealed) {
        ("made-up-token", _) => "token.0.0000000000000000".to_owned(),
        (_, Some(member)) => member.value.secret.clone(),
        (_, None) => return Err(Error::Other(tell(answer))),
    };
    Ok(Tokens {
        token_type: "Bearer".to_owned(),
        access,
        refresh: None,
        expires_in_seconds: None,
        identity: None,
    })
}

/// A header that authenticates, or one that must not.
pub(crate) fn header(settings: &[Setting], access: String) -> Pair {
    let name = match text(settings, "behaviour") {
        "authenticate-elsewhere" => "x-key",
        _ => "authorization",
    };
    Pair {
        name: name.to_owned(),
        value: vec![Segment::Text("Bearer ".to_owned()), Segment::Secret(access)],
    }
}
