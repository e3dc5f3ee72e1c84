//! Between the contract as wasmtime generates it and the crate's own types. No logic, no wildcard:
//! a new case in `wit/` is a compile error here.

use crate::bindings::connector::credential::{http as wit_http, types as wit};
use crate::bindings::exports::connector::credential::{
    connection as wit_connection, credential as wit_form, oauth as wit_oauth,
};
use crate::contract::{
    Actor, AskedOrigin, AuthorizationRefusal, Check, Choice, Condition, Descriptor, Diagnosis,
    ErrorKind, Failure, FailureKind, Field, FieldKind, GrantKind, GrantPlan, Identity, Outcome,
    Problem, Purposes, Refusal, Requirement, Sealed, SetupStep, Severity,
};
use crate::reading::{BodyKind, DeclaredMember, Member, ReadAnswer, Reading, Value};
use crate::secret::Blemishes;

fn each<T, U>(values: Vec<T>, convert: impl FnMut(T) -> U) -> Vec<U> {
    values.into_iter().map(convert).collect()
}

// The form.

pub(crate) fn descriptor(it: wit_form::Descriptor) -> Descriptor {
    Descriptor {
        id: it.id,
        version: it.version,
        title: it.title,
        summary: it.summary,
        documentation: it.documentation,
        origins: each(it.origins, origin),
        claims: it.claims,
        members: each(it.members, declared_member),
        headers: it.headers,
        request_headers: it.request_headers,
        secret_headers: it.secret_headers,
        redirect_parameters: it.redirect_parameters,
        fields: each(it.fields, field),
        setup: each(it.setup, setup_step),
    }
}

fn origin(it: wit_form::Origin) -> AskedOrigin {
    let purpose = |flag| it.purposes.contains(flag);
    AskedOrigin {
        purposes: Purposes {
            browser: purpose(wit_form::Purposes::BROWSER),
            token: purpose(wit_form::Purposes::TOKEN),
            api: purpose(wit_form::Purposes::API),
        },
        url: it.url,
    }
}

fn declared_member(it: wit_form::DeclaredMember) -> DeclaredMember {
    DeclaredMember {
        pointer: it.pointer,
        reading: match it.reading {
            wit_form::Reading::Secret => Reading::Secret,
            wit_form::Reading::Code => Reading::Code,
            wit_form::Reading::Number => Reading::Number,
            wit_form::Reading::Boolean => Reading::Boolean,
            wit_form::Reading::Presence => Reading::Presence,
            wit_form::Reading::Phrases(phrases) => Reading::Phrases(phrases),
            wit_form::Reading::Label => Reading::Label,
        },
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
        wit_form::FieldKind::AccessToken => FieldKind::AccessToken,
        wit_form::FieldKind::RefreshToken => FieldKind::RefreshToken,
        wit_form::FieldKind::Learned => FieldKind::Learned,
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
        needed_when: it.needed_when.map(condition),
    }
}

// What went wrong.

pub(crate) fn problems(it: Vec<wit_form::Problem>) -> Vec<Problem> {
    each(it, |it| Problem {
        field: it.field,
        severity: match it.severity {
            wit_form::Severity::Error => Severity::Error,
            wit_form::Severity::Warning => Severity::Warning,
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
    Refusal {
        kind: error_kind(it.kind),
        diagnosis: diagnosis(it.diagnosis),
        retry_after_seconds: it.retry_after_seconds,
        problems: Vec::new(),
    }
}

fn error_kind(it: wit::ErrorKind) -> ErrorKind {
    match it {
        wit::ErrorKind::InvalidSettings => ErrorKind::InvalidSettings,
        wit::ErrorKind::Reauthorize => ErrorKind::Reauthorize,
        wit::ErrorKind::Misconfigured => ErrorKind::Misconfigured,
        wit::ErrorKind::StaleToken => ErrorKind::StaleToken,
        wit::ErrorKind::Throttled => ErrorKind::Throttled,
        wit::ErrorKind::Unavailable => ErrorKind::Unavailable,
        wit::ErrorKind::OutcomeUnknown => ErrorKind::OutcomeUnknown,
        wit::ErrorKind::Protocol => ErrorKind::Protocol,
        wit::ErrorKind::Denied => ErrorKind::Denied,
        wit::ErrorKind::Other => ErrorKind::Other,
    }
}

// OAuth.

pub(crate) fn grant_plan(it: wit_oauth::GrantPlan) -> GrantPlan {
    GrantPlan {
        connect: grant_kind(it.connect),
        renew: each(it.renew, grant_kind),
        margin_seconds: it.margin_seconds,
        pkce: it.pkce,
        scopes: it.scopes,
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

pub(crate) fn to_authorization_refusal(
    it: AuthorizationRefusal,
) -> wit_oauth::AuthorizationRefusal {
    wit_oauth::AuthorizationRefusal { error: it.error }
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
        (it.web_address, wit::Blemishes::WEB_ADDRESS),
    ]
    .into_iter()
    .filter(|(holds, _)| *holds)
    .fold(wit::Blemishes::empty(), |all, (_, flag)| all | flag)
}

// HTTP.

pub(crate) fn to_answer(it: Result<ReadAnswer, Failure>) -> wit_http::Answer {
    match it {
        Ok(answer) => Ok(to_response(answer)),
        Err(failure) => Err(to_failure(failure)),
    }
}

fn to_response(it: ReadAnswer) -> wit_http::Response {
    wit_http::Response {
        status: it.status,
        headers: it.headers,
        body: match it.body {
            BodyKind::Empty => wit_http::BodyKind::Empty,
            BodyKind::Json => wit_http::BodyKind::Json,
            BodyKind::Xml => wit_http::BodyKind::Xml,
            BodyKind::Html => wit_http::BodyKind::Html,
            BodyKind::Other => wit_http::BodyKind::Other,
        },
        members: each(it.members, to_member),
    }
}

fn to_member(it: Member) -> wit_http::Member {
    wit_http::Member {
        pointer: it.pointer,
        value: match it.value {
            Value::Secret(sealed) => wit_http::Value::Secret(to_sealed(sealed)),
            Value::Code(text) => wit_http::Value::Code(text),
            Value::Number(number) => wit_http::Value::Number(number),
            Value::Boolean(value) => wit_http::Value::Boolean(value),
            Value::Present => wit_http::Value::Present,
            Value::Phrases(phrases) => wit_http::Value::Phrases(phrases),
            Value::Label(text) => wit_http::Value::Label(text),
            Value::Unreadable => wit_http::Value::Unreadable,
        },
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
