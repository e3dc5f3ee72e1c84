//! What the plugin does, by the name in the setting `behaviour`.

use std::cell::Cell;
use std::hint::black_box;

use crate::behaviours::Behaviour;
use crate::bindings::connector::credential::http::{self, Answer, Request, ResponseBody};
use crate::bindings::connector::credential::types::{Error, Problem, Sealed, Setting, Severity};
use crate::bindings::exports::connector::credential::connection::{Check, Outcome};
use crate::bindings::exports::connector::credential::oauth::Tokens;
use crate::request::{get, long_list, request};
use crate::text;

thread_local! {
    /// Would remember from call to call, if an instance lived that long.
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

/// What it was told to do, if it knows it.
pub(crate) fn told(settings: &[Setting]) -> Option<Behaviour> {
    Behaviour::named(text(settings, "behaviour"))
}

/// Misbehaves without the network; what it returns goes back to the host as it is.
pub(crate) fn compute(settings: &[Setting]) -> String {
    if let Some(it) = told(settings) {
        waste(it);
    }
    match told(settings) {
        Some(Behaviour::LongAnswer) => "x".repeat(argument(settings)),
        Some(Behaviour::CountCalls) => {
            CALLS.set(CALLS.get() + 1);
            CALLS.get().to_string()
        }
        Some(Behaviour::TellSettings) => format!("{settings:?}"),
        Some(_) | None => text(settings, "behaviour").to_owned(),
    }
}

/// What does not come to an end, in whatever call.
#[expect(clippy::panic, reason = "panicking is one of the things it does")]
pub(crate) fn waste(behaviour: Behaviour) {
    match behaviour {
        Behaviour::Loop => forever(),
        Behaviour::Recurse => {
            black_box(recurse(1));
        }
        Behaviour::Allocate => allocate(),
        Behaviour::Panic => panic!("not-a-real-panic"),
        _ => {}
    }
}

fn argument(settings: &[Setting]) -> usize {
    text(settings, "argument").parse().unwrap_or_default()
}

pub(crate) fn forever() -> ! {
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

/// What is wrong with the settings: nothing, or more than anybody reads.
pub(crate) fn problems(settings: &[Setting]) -> Vec<Problem> {
    match told(settings) {
        Some(Behaviour::LongList) => long_list(|_| problem()),
        Some(_) | None => Vec::new(),
    }
}

fn problem() -> Problem {
    Problem {
        field: String::new(),
        severity: Severity::Error,
        code: String::new(),
        message: String::new(),
        hint: None,
    }
}

/// The test of a connection: what the behaviour comes to, or the same without end.
pub(crate) fn checks(settings: &[Setting], access: &Sealed) -> Vec<Check> {
    let check = |detail: &str| Check {
        id: text(settings, "behaviour").to_owned(),
        title: String::new(),
        outcome: Outcome::Passed,
        detail: Some(detail.to_owned()),
        diagnosis: None,
    };
    match told(settings) {
        Some(Behaviour::LongList) => long_list(|_| check("")),
        Some(_) | None => vec![check(&send(settings, access))],
    }
}

/// Sends as the behaviour says and tells what came back.
fn send(settings: &[Setting], access: &Sealed) -> String {
    match told(settings) {
        Some(Behaviour::ManyRequests) => loop {
            black_box(http::send(&get(text(settings, "argument"))).is_ok());
        },
        Some(Behaviour::TellClaims) => format!("{:?}", access.claims),
        Some(Behaviour::TellAll) => format!("{:?}", http::send(&form(settings))),
        Some(it) => {
            waste(it);
            tell(&http::send(&request(settings)))
        }
        None => tell(&http::send(&request(settings))),
    }
}

/// The request with the secret in its form, which an echo repeats.
fn form(settings: &[Setting]) -> Request {
    crate::request::with_secret_in_form(settings)
}

/// Sends where the contract says that nothing is sent.
pub(crate) fn send_in_secret(settings: &[Setting]) -> String {
    if let Some(it) = told(settings) {
        waste(it);
    }
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
    if let Some(it) = told(settings) {
        waste(it);
    }
    let sealed = answer.as_ref().ok().and_then(|it| it.sealed.first());
    let access = match (told(settings), sealed) {
        (Some(Behaviour::MadeUpToken), _) => "token.0.0000000000000000".to_owned(),
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
