//! What the plugin does, by the name in the setting `behaviour`.

use std::cell::Cell;
use std::hint::black_box;

use crate::behaviours::Behaviour;
use crate::bindings::connector::credential::http::{self, Answer, Response, Value};
use crate::bindings::connector::credential::types::{
    Actor, Diagnosis, Error, ErrorKind, Sealed, Setting, SettingValue,
};
use crate::bindings::exports::connector::credential::connection::{Check, Outcome};
use crate::bindings::exports::connector::credential::credential::{Problem, Severity};
use crate::bindings::exports::connector::credential::oauth::{
    Fact, GrantKind, GrantPlan, Identity, Tokens,
};
use crate::request::{about_token, get, grant, long_list, request, with_bearer, with_key};
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
        Some(Behaviour::TellSettings) => tell_settings(settings),
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

/// Everything that it was told; of a secret's name the beginning, since a whole one is not shown.
fn tell_settings(settings: &[Setting]) -> String {
    let told = settings.iter().map(|it| match &it.value {
        SettingValue::Text(text) => format!("{}={text}", it.field),
        SettingValue::Secret(sealed) => format!(
            "{}: length {}, {:?}, claims {:?}",
            it.field, sealed.length, sealed.blemishes, sealed.claims
        ),
    });
    told.collect::<Vec<_>>().join("; ")
}

/// An error of a kind, in these words.
pub(crate) fn error(kind: ErrorKind, message: impl Into<String>) -> Error {
    Error {
        kind,
        diagnosis: diagnosis(message),
        retry_after_seconds: None,
    }
}

fn diagnosis(message: impl Into<String>) -> Diagnosis {
    Diagnosis {
        code: "misbehaving".to_owned(),
        message: message.into(),
        hint: None,
        actor: Actor::User,
        setup_step: Some("no-such-step".to_owned()),
        support_id: None,
    }
}

/// No plan, or one that cannot be followed.
pub(crate) fn plan(settings: &[Setting]) -> Result<GrantPlan, Error> {
    let renew = |connect: GrantKind, renew: Vec<GrantKind>| GrantPlan {
        connect,
        renew,
        margin_seconds: u32::MAX,
        pkce: text(settings, "extra") == "pkce",
        scopes: Vec::new(),
    };
    let refresh = || GrantKind::RefreshToken;
    match told(settings) {
        Some(Behaviour::PlansRefresh) => Ok(renew(refresh(), Vec::new())),
        Some(Behaviour::PlansTwice) => Ok(renew(
            GrantKind::ClientCredentials,
            vec![refresh(), refresh()],
        )),
        Some(Behaviour::PlansAlias) => Ok(renew(
            GrantKind::Other("refresh_token".to_owned()),
            Vec::new(),
        )),
        Some(Behaviour::PlansLongName) => Ok(renew(
            GrantKind::ClientCredentials,
            vec![GrantKind::Other("x".repeat(4000))],
        )),
        Some(Behaviour::PlansPerson) => Ok(renew(
            GrantKind::AuthorizationCode,
            vec![GrantKind::AuthorizationCode],
        )),
        Some(Behaviour::PlansMany) => Ok(renew(
            GrantKind::ClientCredentials,
            (0..20_000).map(|_| GrantKind::ClientCredentials).collect(),
        )),
        None => Ok(renew(GrantKind::AuthorizationCode, vec![refresh()])),
        Some(_) => Err(refusal(settings, &compute(settings))),
    }
}

/// A refusal, as the behaviour has it.
pub(crate) fn refusal(settings: &[Setting], message: &str) -> Error {
    let said = |kind| error(kind, message);
    match told(settings) {
        Some(Behaviour::SaysDenied) => said(ErrorKind::Denied),
        Some(Behaviour::SaysInvalid) => said(ErrorKind::InvalidSettings),
        Some(Behaviour::SaysUnknown) => said(ErrorKind::OutcomeUnknown),
        Some(Behaviour::WaitsForever) => Error {
            retry_after_seconds: Some(u32::MAX),
            ..said(ErrorKind::Throttled)
        },
        Some(Behaviour::EmptyDiagnosis) => Error {
            diagnosis: Diagnosis {
                code: String::new(),
                hint: Some(" ".to_owned()),
                ..diagnosis("")
            },
            ..said(ErrorKind::Other)
        },
        Some(Behaviour::LongDiagnosis) => error(ErrorKind::Other, "\u{1}".repeat(300_000)),
        Some(Behaviour::NameInDiagnosis) => {
            error(ErrorKind::Other, crate::secret(settings, "secret"))
        }
        Some(_) | None => said(ErrorKind::Other),
    }
}

/// The test of a connection: what the behaviour comes to, or the same without end.
pub(crate) fn checks(settings: &[Setting], access: &Sealed) -> Vec<Check> {
    let check = |id: &str, outcome: Outcome, detail: &str| Check {
        id: id.to_owned(),
        title: "Misbehaving".to_owned(),
        outcome,
        detail: Some(detail.to_owned()),
        diagnosis: None,
    };
    match told(settings) {
        Some(Behaviour::LongList) => long_list(|_| check("", Outcome::Skipped, "")),
        Some(Behaviour::PassesUnasked) => vec![check("a", Outcome::Passed, "")],
        Some(Behaviour::PassesWithout) => {
            let answer = http::send(&get("https://service.example/"));
            vec![check("a", Outcome::Passed, &tell(&answer))]
        }
        Some(Behaviour::PassesByOther) => {
            let answer = http::send(&with_key(settings));
            vec![check("a", Outcome::Passed, &tell(&answer))]
        }
        Some(Behaviour::PassesByBearer) => {
            let url = text(settings, "extra");
            let answer = http::send(&with_bearer(url, &access.secret));
            vec![check("a", Outcome::Passed, &tell(&answer))]
        }
        Some(Behaviour::Introspects) => {
            let url = text(settings, "argument");
            let answer = http::send(&about_token(url, &access.secret));
            vec![check("a", Outcome::Passed, &tell(&answer))]
        }
        Some(Behaviour::GrantInTest) => {
            let answer = http::send(&grant(settings));
            vec![check("a", Outcome::Skipped, &tell(&answer))]
        }
        Some(Behaviour::TellClaims) => {
            vec![check(
                "a",
                Outcome::Skipped,
                &format!("{:?}", access.claims),
            )]
        }
        Some(Behaviour::LongChecks) => ["a", "b"]
            .map(|it| check(&("x".repeat(300) + it), Outcome::Skipped, ""))
            .into(),
        Some(Behaviour::FailsByStep) => vec![Check {
            diagnosis: Some(diagnosis("No.")),
            ..check("a", Outcome::Failed, "")
        }],
        Some(Behaviour::NoCheck) => Vec::new(),
        Some(Behaviour::FailsUnexplained) => vec![check("a", Outcome::Failed, "")],
        Some(Behaviour::SameChecks) => {
            vec![
                check("a", Outcome::Skipped, ""),
                check("a", Outcome::Skipped, ""),
            ]
        }
        Some(_) | None => vec![check("a", Outcome::Skipped, &send(settings))],
    }
}

/// Sends as the behaviour says and tells what came back.
pub(crate) fn send(settings: &[Setting]) -> String {
    match told(settings) {
        Some(Behaviour::ManyRequests) => loop {
            black_box(http::send(&get(text(settings, "argument"))).is_ok());
        },
        Some(Behaviour::TellAll) => {
            tell(&http::send(&crate::request::with_secret_in_form(settings)))
        }
        Some(Behaviour::GuessTwice) => {
            let first = tell(&http::send(&request(settings)));
            format!("{first}; then {}", tell(&http::send(&request(settings))))
        }
        Some(it) => {
            waste(it);
            tell(&http::send(&request(settings)))
        }
        None => tell(&http::send(&request(settings))),
    }
}

/// Sends where the contract says that nothing is sent.
pub(crate) fn send_in_secret(settings: &[Setting]) -> String {
    if let Some(it) = told(settings) {
        waste(it);
    }
    tell(&http::send(&get(text(settings, "argument"))))
}

/// Everything that it was told of an answer.
fn tell(answer: &Answer) -> String {
    match answer {
        Ok(response) => tell_response(response),
        Err(failure) => {
            format!(
                "{:?} sent={} {}",
                failure.kind, failure.request_sent, failure.message
            )
        }
    }
}

fn tell_response(response: &Response) -> String {
    let members = response.members.iter().map(|it| {
        let value = match &it.value {
            Value::Secret(sealed) => format!("secret of {}, {:?}", sealed.length, sealed.claims),
            Value::Code(text) => format!("code {text}"),
            Value::Number(number) => format!("number {number}"),
            Value::Boolean(value) => value.to_string(),
            Value::Present => "present".to_owned(),
            Value::Phrases(phrases) => format!("phrases {phrases:?}"),
            Value::Label(text) => format!("label {text}"),
            Value::Unreadable => "unreadable".to_owned(),
        };
        format!(" {}={value}", it.pointer)
    });
    let headers = response
        .headers
        .iter()
        .map(|(name, value)| format!(" {name}: {value}"));
    let told: String = members.chain(headers).collect();
    format!("{} {:?}{told}", response.status, response.body)
}

/// Tokens that are none, or whatever the answer had.
pub(crate) fn tokens(settings: &[Setting], answer: &Answer) -> Result<Tokens, Error> {
    let behaviour = told(settings);
    if let Some(it) = behaviour {
        waste(it);
    }
    let secret_at = |pointer: &str| {
        let members = answer
            .as_ref()
            .map(|it| it.members.as_slice())
            .unwrap_or_default();
        members.iter().find_map(|it| match &it.value {
            Value::Secret(sealed) if it.pointer == pointer => Some(sealed.secret.clone()),
            _ => None,
        })
    };
    let answered = secret_at("/access_token");
    let access = match (behaviour, answered.clone()) {
        (Some(Behaviour::MadeUpToken), _) => "token.0.0000000000000000".to_owned(),
        (Some(Behaviour::SpreadsAnswer), _) => {
            let token = secret_at("/refresh_token").unwrap_or_default();
            let answer = http::send(&with_bearer(text(settings, "extra"), &token));
            return Err(error(ErrorKind::Other, tell(&answer)));
        }
        (Some(Behaviour::SettingAsToken), _) => crate::secret(settings, "secret"),
        (Some(Behaviour::CodeWithoutVerifier | Behaviour::CodeElsewhere), None) => {
            return Err(error(ErrorKind::Denied, tell(answer)));
        }
        (
            Some(
                Behaviour::SaysDenied
                | Behaviour::SaysInvalid
                | Behaviour::SaysUnknown
                | Behaviour::WaitsForever
                | Behaviour::EmptyDiagnosis
                | Behaviour::LongDiagnosis
                | Behaviour::NameInDiagnosis,
            ),
            _,
        )
        | (_, None) => return Err(refusal(settings, &tell(answer))),
        (_, Some(name)) => name,
    };
    let honest = Tokens {
        token_type: "Bearer".to_owned(),
        access: access.clone(),
        refresh: secret_at("/refresh_token"),
        expires_in_seconds: None,
        refresh_expires_in_seconds: None,
        scopes: None,
        identity: None,
        facts: Vec::new(),
    };
    let fact = |field: &str, value: String| Fact {
        field: field.to_owned(),
        value,
    };
    Ok(match behaviour {
        Some(Behaviour::SameTokens) => Tokens {
            refresh: Some(access),
            ..honest
        },
        Some(Behaviour::OtherTokenType) => Tokens {
            token_type: "mac".to_owned(),
            ..honest
        },
        Some(Behaviour::EternalTokens) => Tokens {
            expires_in_seconds: Some(u64::MAX),
            refresh_expires_in_seconds: Some(u64::MAX),
            ..honest
        },
        Some(Behaviour::DeadTokens) => Tokens {
            expires_in_seconds: Some(0),
            ..honest
        },
        Some(Behaviour::LongIdentity) => Tokens {
            identity: Some(Identity {
                user: Some("x\u{1b}[2J".repeat(40_000)),
                company: Some(String::new()),
                entity: None,
            }),
            ..honest
        },
        Some(Behaviour::LearnsFact) => Tokens {
            facts: vec![fact("learned", "company-9".to_owned())],
            ..honest
        },
        Some(Behaviour::WrongFact) => Tokens {
            facts: vec![fact("argument", "x".to_owned())],
            ..honest
        },
        Some(Behaviour::TwoFacts) => Tokens {
            facts: ["x", "y"].map(|it| fact("learned", it.to_owned())).into(),
            ..honest
        },
        Some(Behaviour::NameAsFact) => Tokens {
            facts: vec![fact("learned", access)],
            ..honest
        },
        Some(_) | None => honest,
    })
}
