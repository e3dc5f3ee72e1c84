//! Credentials in each state.

use std::collections::BTreeMap;
use std::time::Duration;

use credential_connections::record::{
    CredentialId, Document, Event, EventKind, Failure, Fingerprint, Identity, Overview, PluginRef,
    Tenant, TokenFacts,
};
use credential_connections::service::{FormReport, Listed, PluginStanding, Standing, Status};
use credential_connections::state::{Actor, Diagnosis, State};
use credential_runtime::{Digest, Secret};

use super::{ago, ahead, text};

pub(in crate::view) fn stored_diagnosis() -> Diagnosis {
    Diagnosis {
        code: text("invalid_grant"),
        message: text("The company has not switched on the Web Services subscription."),
        hint: Some(text("Switch it on in the service, then connect again.")),
        actor: Actor::Administrator,
        setup_step: Some(text("web-services-subscription")),
        support_id: Some(text("Zx8-1Mw%20sampleSupport")),
    }
}

pub(in crate::view) fn dead() -> Diagnosis {
    Diagnosis {
        code: text("answer-lost"),
        message: text("The refresh token is no longer accepted."),
        hint: Some(text("Connect this credential again.")),
        actor: Actor::User,
        setup_step: None,
        support_id: None,
    }
}

pub(in crate::view) fn tokens() -> TokenFacts {
    TokenFacts {
        obtained_at: ago(2),
        expires_at: Some(ahead(11 * 60 + 58)),
        access: Fingerprint::of(&Secret::new("not-a-real-secret-access")),
        refresh: Some(Fingerprint::of(&Secret::new("not-a-real-secret-refresh"))),
        refresh_expires_at: None,
    }
}

/// A credential in a state, with tokens or without.
pub(in crate::view) fn overview(
    name: &str,
    number: u8,
    state: &State,
    tokens: Option<TokenFacts>,
) -> Overview {
    let id = format!("{number:032x}").parse::<CredentialId>();
    let identity = tokens.is_some().then(|| Identity {
        user: Some(text("dana")),
        company: Some(text("Nordlicht-DEV")),
        entity: None,
    });
    Overview {
        tenant: Tenant::default(),
        id: id.unwrap(),
        name: name.parse().unwrap(),
        plugin: PluginRef {
            id: text("sample-books-rest"),
            digest: Digest::of(b"sample"),
            bound: None,
        },
        settings_version: Default::default(),
        identity,
        state: Document::of(&standing(state.clone())).unwrap(),
        generation: Default::default(),
        due_at: tokens
            .as_ref()
            .and_then(|it| it.expires_at)
            .map(|at| at.minus(Duration::from_secs(1_900))),
        last_success: tokens.as_ref().map(|it| it.obtained_at),
        last_failure: None,
        state_at: None,
        lease: None,
        intent: None,
        created_at: ago(3 * 24 * 60),
        tokens,
    }
}

pub(in crate::view) fn standing(state: State) -> Standing {
    Standing {
        state,
        ..Standing::default()
    }
}

pub(in crate::view) fn needs_administrator() -> State {
    State::NeedsAdministrator {
        what: stored_diagnosis(),
        retry_at: Some(ahead(43)),
        rejected: false,
    }
}

pub(in crate::view) fn needs_reconnecting() -> State {
    State::NeedsReconnecting {
        why: dead(),
        retry_at: None,
        rejected: false,
    }
}

pub(in crate::view) fn settings_refused() -> State {
    State::SettingsRefused {
        why: Diagnosis {
            code: text("invalid-settings"),
            message: text("Tax region is missing."),
            hint: None,
            actor: Actor::User,
            setup_step: None,
            support_id: None,
        },
        retry_at: None,
        may_be_spent: false,
        rejected: false,
    }
}

pub(in crate::view) fn throttled() -> State {
    State::Throttled {
        until: ahead(3),
        asked: true,
        failures: 1,
        rejected: false,
        why: Diagnosis {
            code: text("too-many-requests"),
            message: text("The service asks for a pause: too many requests were made."),
            hint: None,
            actor: Actor::Service,
            setup_step: None,
            support_id: None,
        },
    }
}

/// A list with one of each kind that looks different.
pub(in crate::view) fn listed() -> Vec<Listed> {
    let states = [
        ("Production", State::Connected, true),
        ("Sandbox of the Cologne branch", needs_administrator(), true),
        ("Reporting", needs_reconnecting(), true),
        ("Night batch", throttled(), true),
        ("Trial run", State::Draft, false),
    ];
    let states = states.into_iter().zip(1..);
    states
        .map(|((name, state, connected), number)| Listed {
            overview: overview(name, number, &state, connected.then(tokens)),
            standing: standing(state),
        })
        .collect()
}

pub(in crate::view) fn status(name: &str, state: State, tokens: Option<TokenFacts>) -> Status {
    Status {
        overview: overview(name, 1, &state, tokens),
        standing: standing(state),
        form: FormReport {
            plugin: PluginStanding::Same,
            difference: None,
            unknown: Vec::new(),
            missing: Vec::new(),
            problems: Vec::new(),
        },
        kept: BTreeMap::new(),
        sign_in_until: None,
    }
}

pub(in crate::view) fn failed_before(mut status: Status) -> Status {
    status.overview.last_failure = Some(Failure {
        at: ago(4),
        diagnosis: stored_diagnosis(),
    });
    status
}

pub(in crate::view) fn events() -> Vec<Event> {
    let event = |number, minutes, kind: &'static str| Event {
        number,
        at: ago(minutes),
        kind: EventKind::new(kind),
        generation: Default::default(),
        access: None,
        refresh: None,
        diagnosis: None,
        note: None,
    };
    let mut renewed = event(5, 2, "renewed");
    let tokens = tokens();
    (renewed.access, renewed.refresh) = (Some(tokens.access), tokens.refresh);
    let mut failed = event(4, 9, "renewal-failed");
    failed.diagnosis = Some(stored_diagnosis());
    let mut renamed = event(3, 90, "renamed");
    renamed.note = Some(text("It was called Trial run."));
    vec![
        renewed,
        failed,
        renamed,
        event(2, 1_500, "connected"),
        event(1, 4_321, "added"),
    ]
}
