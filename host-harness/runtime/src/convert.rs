//! Between the contract as wasmtime generates it and the crate's own types. No logic, no wildcard:
//! a new case in `wit/` is a compile error here.

use crate::bindings::connector::credential::{http as wit_http, types as wit};
use crate::bindings::exports::connector::credential::{
    connection as wit_connection, credential as wit_form, oauth as wit_oauth,
};
use crate::contract::{
    Actor, Answer, Authorization, AuthorizationRefusal, Check, Choice, Condition, Descriptor,
    Diagnosis, Failure, FailureKind, Field, FieldKind, GrantKind, GrantPlan, Identity, Method,
    Outcome, Pair, Problem, Refusal, Request, RequestBody, Requirement, Response, ResponseBody,
    Sealed, SealedMember, Segment, SetupStep, Severity, Throttle,
};
use crate::secret::Blemishes;

fn each<T, U>(values: Vec<T>, convert: impl FnMut(T) -> U) -> Vec<U> {
    values.into_iter().map(convert).collect()
}

// The form.

pub(crate) fn descriptor(it: wit_form::Descriptor) -> Descriptor {
    Descriptor {
        id: it.id,
        title: it.title,
        summary: it.summary,
        documentation: it.documentation,
        origins: it.origins,
        claims: it.claims,
        fields: each(it.fields, field),
        setup: each(it.setup, setup_step),
    }
}

fn field(it: wit_form::Field) -> Field {
    Field {
        id: it.id,
        label: it.label,
        help: it.help,
        example: it.example,
        kind: field_kind(it.kind),
        requirement: requirement(it.requirement),
        shown_when: it.shown_when.map(condition),
        platform_may_supply: it.platform_may_supply,
    }
}

fn field_kind(it: wit_form::FieldKind) -> FieldKind {
    match it {
        wit_form::FieldKind::Text => FieldKind::Text,
        wit_form::FieldKind::Secret => FieldKind::Secret,
        wit_form::FieldKind::Choice(choices) => FieldKind::Choice(each(choices, choice)),
        wit_form::FieldKind::Token => FieldKind::Token,
        wit_form::FieldKind::Other(name) => FieldKind::Other(name),
    }
}

fn choice(it: wit_form::Choice) -> Choice {
    Choice {
        id: it.id,
        label: it.label,
        help: it.help,
    }
}

fn requirement(it: wit_form::Requirement) -> Requirement {
    match it {
        wit_form::Requirement::Required => Requirement::Required,
        wit_form::Requirement::RequiredWhen(when) => Requirement::RequiredWhen(condition(when)),
        wit_form::Requirement::Optional => Requirement::Optional,
    }
}

fn condition(it: wit_form::Condition) -> Condition {
    Condition {
        field: it.field,
        equals: it.equals,
    }
}

fn setup_step(it: wit_form::SetupStep) -> SetupStep {
    SetupStep {
        id: it.id,
        title: it.title,
        detail: it.detail,
        flow: it.flow,
    }
}

// What went wrong.

pub(crate) fn problems(it: Vec<wit::Problem>) -> Vec<Problem> {
    each(it, |it| Problem {
        field: it.field,
        severity: match it.severity {
            wit::Severity::Error => Severity::Error,
            wit::Severity::Warning => Severity::Warning,
        },
        code: it.code,
        message: it.message,
        hint: it.hint,
    })
}

fn diagnosis(it: wit::Diagnosis) -> Diagnosis {
    Diagnosis {
        code: it.code,
        message: it.message,
        hint: it.hint,
        actor: actor(it.actor),
        setup_step: it.setup_step,
        support_id: it.support_id,
    }
}

fn actor(it: wit::Actor) -> Actor {
    match it {
        wit::Actor::User => Actor::User,
        wit::Actor::Administrator => Actor::Administrator,
        wit::Actor::Platform => Actor::Platform,
        wit::Actor::Service => Actor::Service,
        wit::Actor::Plugin => Actor::Plugin,
    }
}

pub(crate) fn refusal(it: wit::Error) -> Refusal {
    match it {
        wit::Error::InvalidSettings(it) => Refusal::InvalidSettings(problems(it)),
        wit::Error::Reauthorize(it) => Refusal::Reauthorize(diagnosis(it)),
        wit::Error::Misconfigured(it) => Refusal::Misconfigured(diagnosis(it)),
        wit::Error::StaleToken(it) => Refusal::StaleToken(diagnosis(it)),
        wit::Error::Throttled(it) => Refusal::Throttled(Throttle {
            retry_after_seconds: it.retry_after_seconds,
            diagnosis: diagnosis(it.diagnosis),
        }),
        wit::Error::Unavailable(it) => Refusal::Unavailable(diagnosis(it)),
        wit::Error::OutcomeUnknown(it) => Refusal::OutcomeUnknown(diagnosis(it)),
        wit::Error::Protocol(it) => Refusal::Protocol(diagnosis(it)),
        wit::Error::Denied(it) => Refusal::Denied(it),
        wit::Error::Other(it) => Refusal::Other(it),
    }
}

// OAuth.

pub(crate) fn grant_plan(it: wit_oauth::GrantPlan) -> GrantPlan {
    GrantPlan {
        connect: grant_kind(it.connect),
        renew: each(it.renew, grant_kind),
        margin_seconds: it.margin_seconds,
    }
}

fn grant_kind(it: wit_oauth::GrantKind) -> GrantKind {
    match it {
        wit_oauth::GrantKind::AuthorizationCode => GrantKind::AuthorizationCode,
        wit_oauth::GrantKind::ClientCredentials => GrantKind::ClientCredentials,
        wit_oauth::GrantKind::RefreshToken => GrantKind::RefreshToken,
        wit_oauth::GrantKind::Other(name) => GrantKind::Other(name),
    }
}

pub(crate) fn to_authorization(it: Authorization) -> wit_oauth::Authorization {
    wit_oauth::Authorization {
        redirect_uri: it.redirect_uri,
        state: it.state,
        code_challenge: it.code_challenge,
    }
}

pub(crate) fn to_authorization_refusal(
    it: AuthorizationRefusal,
) -> wit_oauth::AuthorizationRefusal {
    wit_oauth::AuthorizationRefusal {
        error: it.error,
        description: it.description,
    }
}

pub(crate) fn identity(it: wit_oauth::Identity) -> Identity {
    Identity {
        user: it.user,
        company: it.company,
        entity: it.entity,
    }
}

// A connected credential.

pub(crate) fn check(it: wit_connection::Check) -> Check {
    Check {
        id: it.id,
        title: it.title,
        outcome: match it.outcome {
            wit_connection::Outcome::Passed => Outcome::Passed,
            wit_connection::Outcome::Failed => Outcome::Failed,
            wit_connection::Outcome::Skipped => Outcome::Skipped,
        },
        detail: it.detail,
        diagnosis: it.diagnosis.map(diagnosis),
    }
}

// Secrets.

pub(crate) fn to_sealed(it: Sealed) -> wit::Sealed {
    wit::Sealed {
        secret: it.name,
        length: it.length,
        blemishes: to_blemishes(it.blemishes),
        claims: it.claims,
    }
}

fn to_blemishes(it: Blemishes) -> wit::Blemishes {
    [
        (
            it.surrounding_whitespace,
            wit::Blemishes::SURROUNDING_WHITESPACE,
        ),
        (it.inner_whitespace, wit::Blemishes::INNER_WHITESPACE),
        (it.control_characters, wit::Blemishes::CONTROL_CHARACTERS),
        (it.non_ascii, wit::Blemishes::NON_ASCII),
    ]
    .into_iter()
    .filter(|(holds, _)| *holds)
    .fold(wit::Blemishes::empty(), |all, (_, flag)| all | flag)
}

// HTTP.

pub(crate) fn request(it: wit_http::Request) -> Request {
    Request {
        method: match it.method {
            wit_http::Method::Get => Method::Get,
            wit_http::Method::Post => Method::Post,
            wit_http::Method::Put => Method::Put,
            wit_http::Method::Patch => Method::Patch,
            wit_http::Method::Delete => Method::Delete,
        },
        url: it.url,
        headers: each(it.headers, pair),
        body: match it.body {
            wit_http::RequestBody::None => RequestBody::None,
            wit_http::RequestBody::Form(pairs) => RequestBody::Form(each(pairs, pair)),
            wit_http::RequestBody::Json(text) => RequestBody::Json(text),
        },
        seal: it.seal,
    }
}

pub(crate) fn pair(it: wit_http::Pair) -> Pair {
    Pair {
        name: it.name,
        value: each(it.value, segment),
    }
}

fn segment(it: wit_http::Segment) -> Segment {
    match it {
        wit_http::Segment::Text(text) => Segment::Text(text),
        wit_http::Segment::Secret(name) => Segment::Secret(name),
    }
}

pub(crate) fn to_answer(it: Answer) -> wit_http::Answer {
    match it {
        Ok(response) => Ok(to_response(response)),
        Err(failure) => Err(to_failure(failure)),
    }
}

fn to_response(it: Response) -> wit_http::Response {
    wit_http::Response {
        status: it.status,
        headers: it.headers,
        body: match it.body {
            ResponseBody::Empty => wit_http::ResponseBody::Empty,
            ResponseBody::Json(text) => wit_http::ResponseBody::Json(text),
            ResponseBody::Withheld {
                content_type,
                length,
            } => wit_http::ResponseBody::Withheld(wit_http::Withheld {
                content_type,
                length,
            }),
        },
        sealed: each(it.sealed, |SealedMember { pointer, value }| {
            wit_http::SealedMember {
                pointer,
                value: to_sealed(value),
            }
        }),
    }
}

pub(crate) fn to_failure(it: Failure) -> wit_http::Failure {
    wit_http::Failure {
        kind: match it.kind {
            FailureKind::Denied => wit_http::FailureKind::Denied,
            FailureKind::Unresolved => wit_http::FailureKind::Unresolved,
            FailureKind::Unreachable => wit_http::FailureKind::Unreachable,
            FailureKind::Untrusted => wit_http::FailureKind::Untrusted,
            FailureKind::Timeout => wit_http::FailureKind::Timeout,
            FailureKind::TooLarge => wit_http::FailureKind::TooLarge,
            FailureKind::Interrupted => wit_http::FailureKind::Interrupted,
            FailureKind::Other => wit_http::FailureKind::Other,
        },
        message: it.message,
        request_sent: it.request_sent,
    }
}
