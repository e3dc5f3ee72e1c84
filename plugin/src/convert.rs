//! Between the contract's types and the core's: every case by name, and no logic.

use crate::bindings::{
    connector::credential::{http, types},
    exports::connector::credential::{connection, credential, oauth},
};
use alloc::{borrow::ToOwned, string::String, vec::Vec};
use intacct_core as core;

pub(crate) type Settings = Vec<types::Setting>;

// What comes in.

pub(crate) fn settings(settings: Settings) -> Vec<core::Setting> {
    list(settings, |types::Setting { field, value }| core::Setting {
        field,
        value: match value {
            types::SettingValue::Text(text) => core::SettingValue::Text(text),
            types::SettingValue::Secret(secret) => core::SettingValue::Secret(sealed(secret)),
        },
    })
}

pub(crate) fn sealed(sealed: types::Sealed) -> core::Sealed {
    let types::Sealed {
        secret,
        length,
        blemishes,
        claims,
    } = sealed;
    core::Sealed {
        secret: core::SecretRef::new(secret),
        length,
        blemishes: marks(blemishes),
        claims,
    }
}

fn marks(blemishes: types::Blemishes) -> core::Blemishes {
    core::Blemishes {
        surrounding_whitespace: blemishes.contains(types::Blemishes::SURROUNDING_WHITESPACE),
        inner_whitespace: blemishes.contains(types::Blemishes::INNER_WHITESPACE),
        control_characters: blemishes.contains(types::Blemishes::CONTROL_CHARACTERS),
        non_ascii: blemishes.contains(types::Blemishes::NON_ASCII),
        web_address: blemishes.contains(types::Blemishes::WEB_ADDRESS),
    }
}

pub(crate) fn authorization(authorization: oauth::Authorization) -> core::Authorization {
    let oauth::Authorization {
        redirect_uri,
        state,
        code_challenge,
    } = authorization;
    core::Authorization {
        redirect_uri,
        state,
        code_challenge,
    }
}

pub(crate) fn authorization_refusal(
    refusal: oauth::AuthorizationRefusal,
) -> core::AuthorizationRefusal {
    let oauth::AuthorizationRefusal { error } = refusal;
    core::AuthorizationRefusal { error }
}

pub(crate) fn grant(grant: oauth::Grant) -> core::Grant {
    match grant {
        oauth::Grant::AuthorizationCode(code) => core::Grant::AuthorizationCode(core::CodeGrant {
            code: core::SecretRef::new(code.code),
            redirect_uri: code.redirect_uri,
            code_verifier: code.code_verifier.map(core::SecretRef::new),
        }),
        oauth::Grant::ClientCredentials => core::Grant::ClientCredentials,
        oauth::Grant::RefreshToken(token) => core::Grant::RefreshToken(core::SecretRef::new(token)),
        oauth::Grant::Other(grant_type) => core::Grant::Other(grant_type),
    }
}

pub(crate) fn held_tokens(tokens: connection::HeldTokens) -> core::HeldTokens {
    let connection::HeldTokens { access, refresh } = tokens;
    core::HeldTokens {
        access: access.map(core::SecretRef::new),
        refresh: refresh.map(core::SecretRef::new),
    }
}

pub(crate) fn answer(answer: http::Answer) -> core::Answer {
    match answer {
        Ok(response) => Ok(core::Response {
            status: response.status,
            headers: response.headers,
            body: body_kind(response.body),
            members: list(response.members, |http::Member { pointer, value }| {
                core::Member {
                    pointer,
                    value: member_value(value),
                }
            }),
        }),
        Err(http::Failure {
            kind,
            message: _,
            request_sent,
        }) => Err(core::Failure {
            kind: failure_kind(kind),
            request_sent,
        }),
    }
}

fn body_kind(kind: http::BodyKind) -> core::BodyKind {
    match kind {
        http::BodyKind::Empty => core::BodyKind::Empty,
        http::BodyKind::Json => core::BodyKind::Json,
        http::BodyKind::Xml => core::BodyKind::Xml,
        http::BodyKind::Html => core::BodyKind::Html,
        http::BodyKind::Other => core::BodyKind::Other,
    }
}

/// No label is declared, so none comes.
fn member_value(value: http::Value) -> core::Value {
    match value {
        http::Value::Secret(secret) => core::Value::Secret(sealed(secret)),
        http::Value::Code(code) => core::Value::Code(code),
        http::Value::Number(number) => core::Value::Number(number),
        http::Value::Boolean(truth) => core::Value::Boolean(truth),
        http::Value::Present => core::Value::Present,
        http::Value::Phrases(found) => core::Value::Phrases(found),
        http::Value::Label(_) | http::Value::Unreadable => core::Value::Unreadable,
    }
}

fn failure_kind(kind: http::FailureKind) -> core::FailureKind {
    match kind {
        http::FailureKind::Denied => core::FailureKind::Denied,
        http::FailureKind::Unresolved => core::FailureKind::Unresolved,
        http::FailureKind::Unreachable => core::FailureKind::Unreachable,
        http::FailureKind::Untrusted => core::FailureKind::Untrusted,
        http::FailureKind::Timeout => core::FailureKind::Timeout,
        http::FailureKind::TooLarge => core::FailureKind::TooLarge,
        http::FailureKind::Interrupted => core::FailureKind::Interrupted,
        http::FailureKind::Other => core::FailureKind::Other,
    }
}

// What goes out.

pub(crate) fn fallible<T, U>(
    result: Result<T, core::Error>,
    convert: impl FnOnce(T) -> U,
) -> Result<U, types::Error> {
    result.map(convert).map_err(error)
}

pub(crate) fn list<T, U>(
    items: impl IntoIterator<Item = T>,
    convert: impl FnMut(T) -> U,
) -> Vec<U> {
    items.into_iter().map(convert).collect()
}

pub(crate) fn descriptor(descriptor: core::Descriptor) -> credential::Descriptor {
    credential::Descriptor {
        id: descriptor.id.to_owned(),
        version: descriptor.version.to_owned(),
        title: descriptor.title.to_owned(),
        summary: descriptor.summary.to_owned(),
        documentation: descriptor.documentation.to_owned(),
        origins: list(descriptor.origins, origin),
        claims: texts(descriptor.claims),
        members: list(descriptor.members, declared_member),
        headers: texts(descriptor.headers),
        request_headers: texts(descriptor.request_headers),
        secret_headers: Vec::new(),
        redirect_parameters: Vec::new(),
        fields: list(descriptor.fields, field),
        setup: list(descriptor.setup, setup_step),
    }
}

fn texts(texts: &[&str]) -> Vec<String> {
    list(texts, |it| String::from(*it))
}

fn origin(origin: &core::Origin) -> credential::Origin {
    let mut purposes = credential::Purposes::empty();
    purposes.set(credential::Purposes::BROWSER, origin.purposes.browser);
    purposes.set(credential::Purposes::TOKEN, origin.purposes.token);
    purposes.set(credential::Purposes::API, origin.purposes.api);
    credential::Origin {
        url: origin.url.to_owned(),
        purposes,
    }
}

fn declared_member(member: core::DeclaredMember) -> credential::DeclaredMember {
    credential::DeclaredMember {
        pointer: member.pointer,
        reading: match member.reading {
            core::Reading::Secret => credential::Reading::Secret,
            core::Reading::Code => credential::Reading::Code,
            core::Reading::Number => credential::Reading::Number,
            core::Reading::Boolean => credential::Reading::Boolean,
            core::Reading::Presence => credential::Reading::Presence,
            core::Reading::Phrases(phrases) => credential::Reading::Phrases(texts(&phrases)),
        },
    }
}

fn field(field: &core::Field) -> credential::Field {
    credential::Field {
        id: field.id.to_owned(),
        label: field.label.to_owned(),
        help: field.help.to_owned(),
        example: field.example.map(str::to_owned),
        kind: field_kind(field.kind),
        requirement: requirement(field.requirement),
        shown_when: field.shown_when.map(condition),
        platform_may_supply: field.platform_may_supply,
    }
}

fn field_kind(kind: core::FieldKind) -> credential::FieldKind {
    match kind {
        core::FieldKind::Text => credential::FieldKind::Text,
        core::FieldKind::Secret => credential::FieldKind::Secret,
        core::FieldKind::Choice(choices) => credential::FieldKind::Choice(list(choices, choice)),
        core::FieldKind::AccessToken => credential::FieldKind::AccessToken,
        core::FieldKind::RefreshToken => credential::FieldKind::RefreshToken,
    }
}

fn choice(choice: &core::Choice) -> credential::Choice {
    credential::Choice {
        id: choice.id.to_owned(),
        label: choice.label.to_owned(),
        help: choice.help.to_owned(),
    }
}

fn requirement(requirement: core::Requirement) -> credential::Requirement {
    match requirement {
        core::Requirement::Required => credential::Requirement::Required,
        core::Requirement::RequiredWhen(when) => {
            credential::Requirement::RequiredWhen(condition(when))
        }
        core::Requirement::Optional => credential::Requirement::Optional,
    }
}

fn condition(condition: core::Condition) -> credential::Condition {
    credential::Condition {
        field: condition.field.to_owned(),
        equals: condition.equals.to_owned(),
    }
}

fn setup_step(step: &core::SetupStep) -> credential::SetupStep {
    credential::SetupStep {
        id: step.id.to_owned(),
        title: step.title.to_owned(),
        detail: step.detail.to_owned(),
        needed_when: step.needed_when.map(condition),
    }
}

pub(crate) fn problem(problem: core::Problem) -> credential::Problem {
    credential::Problem {
        field: problem.field.to_owned(),
        severity: match problem.severity {
            core::Severity::Error => credential::Severity::Error,
            core::Severity::Warning => credential::Severity::Warning,
        },
        code: problem.code.to_owned(),
        message: problem.message.to_owned(),
        hint: problem.hint.map(str::to_owned),
    }
}

pub(crate) fn grant_plan(plan: core::GrantPlan) -> oauth::GrantPlan {
    oauth::GrantPlan {
        connect: grant_kind(plan.connect),
        renew: list(plan.renew, grant_kind),
        margin_seconds: plan.margin_seconds,
        pkce: plan.pkce,
        scopes: texts(plan.scopes),
    }
}

fn grant_kind(kind: core::GrantKind) -> oauth::GrantKind {
    match kind {
        core::GrantKind::AuthorizationCode => oauth::GrantKind::AuthorizationCode,
        core::GrantKind::ClientCredentials => oauth::GrantKind::ClientCredentials,
        core::GrantKind::RefreshToken => oauth::GrantKind::RefreshToken,
    }
}

pub(crate) fn request(request: core::Request) -> http::Request {
    http::Request {
        method: match request.method {
            core::Method::Get => http::Method::Get,
            core::Method::Post => http::Method::Post,
        },
        url: request.url.to_owned(),
        authorization: request.bearer.map(bearer),
        headers: pairs(request.headers),
        body: match request.body {
            core::RequestBody::None => http::RequestBody::None,
            core::RequestBody::Form(form) => http::RequestBody::Form(pairs(form)),
        },
    }
}

pub(crate) fn api_authentication(
    authentication: core::ApiAuthentication,
) -> connection::ApiAuthentication {
    connection::ApiAuthentication {
        authorization: Some(bearer(authentication.bearer)),
        headers: pairs(authentication.headers),
    }
}

fn bearer(token: core::SecretRef) -> http::Authorization {
    http::Authorization::Bearer(token.into_string())
}

fn pairs(pairs: Vec<core::Pair>) -> Vec<http::Pair> {
    list(pairs, |core::Pair { name, value }| http::Pair {
        name: name.to_owned(),
        value: Vec::from([match value {
            core::Segment::Text(text) => http::Segment::Text(text),
            core::Segment::Secret(secret) => http::Segment::Secret(secret.into_string()),
        }]),
    })
}

pub(crate) fn tokens(tokens: core::Tokens) -> oauth::Tokens {
    oauth::Tokens {
        token_type: tokens.token_type,
        access: tokens.access.into_string(),
        refresh: tokens.refresh.map(core::SecretRef::into_string),
        expires_in_seconds: tokens.expires_in_seconds,
        refresh_expires_in_seconds: tokens.refresh_expires_in_seconds,
        scopes: None,
        identity: tokens.identity.map(identity),
        facts: Vec::new(),
    }
}

fn identity(identity: core::Identity) -> oauth::Identity {
    let core::Identity {
        user,
        company,
        entity,
    } = identity;
    oauth::Identity {
        user,
        company,
        entity,
    }
}

pub(crate) fn check(check: core::Check) -> connection::Check {
    connection::Check {
        id: check.id.to_owned(),
        title: check.title.to_owned(),
        outcome: match check.outcome {
            core::Outcome::Passed => connection::Outcome::Passed,
            core::Outcome::Failed => connection::Outcome::Failed,
            core::Outcome::Skipped => connection::Outcome::Skipped,
        },
        detail: check.detail,
        diagnosis: check.diagnosis.map(diagnosis),
    }
}

fn diagnosis(diagnosis: core::Diagnosis) -> types::Diagnosis {
    types::Diagnosis {
        code: diagnosis.code.into_owned(),
        message: diagnosis.message.to_owned(),
        hint: diagnosis.hint.map(str::to_owned),
        actor: actor(diagnosis.actor),
        setup_step: diagnosis.setup_step.map(str::to_owned),
        support_id: diagnosis.support_id,
    }
}

fn actor(actor: core::Actor) -> types::Actor {
    match actor {
        core::Actor::User => types::Actor::User,
        core::Actor::Administrator => types::Actor::Administrator,
        core::Actor::Platform => types::Actor::Platform,
        core::Actor::Service => types::Actor::Service,
        core::Actor::Plugin => types::Actor::Plugin,
    }
}

pub(crate) fn error(error: core::Error) -> types::Error {
    types::Error {
        kind: error_kind(error.kind),
        diagnosis: diagnosis(error.diagnosis),
        retry_after_seconds: error.retry_after_seconds,
    }
}

fn error_kind(kind: core::ErrorKind) -> types::ErrorKind {
    match kind {
        core::ErrorKind::InvalidSettings => types::ErrorKind::InvalidSettings,
        core::ErrorKind::Reauthorize => types::ErrorKind::Reauthorize,
        core::ErrorKind::Misconfigured => types::ErrorKind::Misconfigured,
        core::ErrorKind::StaleToken => types::ErrorKind::StaleToken,
        core::ErrorKind::Throttled => types::ErrorKind::Throttled,
        core::ErrorKind::Unavailable => types::ErrorKind::Unavailable,
        core::ErrorKind::OutcomeUnknown => types::ErrorKind::OutcomeUnknown,
        core::ErrorKind::Protocol => types::ErrorKind::Protocol,
        core::ErrorKind::Denied => types::ErrorKind::Denied,
        core::ErrorKind::Other => types::ErrorKind::Other,
    }
}
