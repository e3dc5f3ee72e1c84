//! What the server hands over to be drawn.

use std::collections::BTreeMap;

use credential_connections::record::Tenant;
use credential_runtime::{Actor, Check, Descriptor, Diagnosis, Outcome, Problem, Severity};

use super::{NOW, REDIRECT, ago, stored_diagnosis, text};
use crate::view::{
    CertificateNote, Ending, Filled, FormView, Frame, Notice, Question, Tone, Trial,
};

/// What the paths of the page begin with.
pub(in crate::view) const ROOT: &str = "/intacct";

/// What the paths of the session begin with.
pub(in crate::view) const BASE: &str = "/intacct/s/not-a-real-session";

pub(in crate::view) fn frame(tenant: &Tenant) -> Frame<'_> {
    Frame {
        root: ROOT,
        base: BASE,
        csrf: "not-a-real-csrf-token",
        notice: None,
        trial: None,
        tenant,
        now: NOW,
        conditions: Some("/assets/conditions.css"),
    }
}

pub(in crate::view) fn form_view<'a>(
    descriptor: &'a Descriptor,
    fields: &'a BTreeMap<String, Filled>,
    problems: &'a [Problem],
) -> FormView<'a> {
    FormView {
        descriptor,
        name: "Production",
        fields,
        problems,
        open_step: None,
        redirect_uri: REDIRECT,
        certificate: None,
        has_draft: false,
        failed: false,
    }
}

/// Every kind of thing that a field can hold.
pub(in crate::view) fn fields() -> BTreeMap<String, Filled> {
    BTreeMap::from([
        (
            text("client_id"),
            Filled::Text(text("b27f5e0c90d14c3a.app.sample.com")),
        ),
        (
            text("client_secret"),
            Filled::Stored {
                since: Some(ago(3 * 24 * 60)),
            },
        ),
        (text("flow_type"), Filled::Text(text("web_services_user"))),
        (
            text("username"),
            Filled::Text(text("ws-reader@Nordlicht-DEV")),
        ),
        (text("session_id"), Filled::Typed { characters: 34 }),
    ])
}

pub(in crate::view) fn problems() -> Vec<Problem> {
    let problem = |field: &str, severity, message: &str, hint: Option<&str>| Problem {
        field: text(field),
        severity,
        code: text("sample"),
        message: text(message),
        hint: hint.map(text),
    };
    vec![
        problem(
            "name",
            Severity::Error,
            "Another credential has this name.",
            Some("Choose another."),
        ),
        problem(
            "client_secret",
            Severity::Warning,
            "It ends in a blank.",
            Some("Secrets rarely do; copy it again."),
        ),
        problem(
            "username",
            Severity::Error,
            "The company is missing.",
            Some("Write it as username@companyID."),
        ),
        problem("flow_type", Severity::Error, "Choose who signs in.", None),
    ]
}

pub(in crate::view) fn notice(tone: Tone, title: &str) -> Notice {
    Notice {
        tone,
        title: text(title),
        message: None,
        hint: None,
        actor: None,
        step: None,
        code: None,
        support_id: None,
        checks: Vec::new(),
        links: Vec::new(),
    }
}

pub(in crate::view) fn refusal() -> Notice {
    let it = stored_diagnosis();
    Notice {
        message: Some(it.message),
        hint: it.hint,
        actor: Some(Actor::Administrator),
        step: Some((
            text("web-services-subscription"),
            text("Switch on the Web Services subscription"),
        )),
        code: Some(it.code),
        support_id: it.support_id,
        ..notice(Tone::Bad, "Not connected")
    }
}

pub(in crate::view) fn tested() -> Notice {
    let check = |id: &str, title: &str, outcome, detail: Option<&str>| Check {
        id: text(id),
        title: text(title),
        outcome,
        detail: detail.map(text),
        diagnosis: None,
    };
    let mut failed = check("call", "The service answers a call", Outcome::Failed, None);
    failed.diagnosis = Some(Diagnosis {
        code: text("REST-1216"),
        message: text("The application is not authorized for this company."),
        hint: Some(text(
            "Add the Client ID to the authorized client applications.",
        )),
        actor: Actor::Administrator,
        setup_step: Some(text("developer-application")),
        support_id: None,
    });
    Notice {
        checks: vec![
            check(
                "token",
                "The access token is accepted",
                Outcome::Passed,
                None,
            ),
            check(
                "identity",
                "It speaks for the right user",
                Outcome::Passed,
                Some("dana at Nordlicht-DEV"),
            ),
            failed,
            check("entity", "The entity can be read", Outcome::Skipped, None),
        ],
        ..notice(Tone::Bad, "The connection does not work yet")
    }
}

pub(in crate::view) fn trial() -> Trial {
    Trial {
        title: text("A sample company runs beside this page"),
        detail: text(
            "Everything below works against a mock of the service; nothing leaves this machine.",
        ),
        links: vec![(
            text("Switches of the mock"),
            "http://127.0.0.1:8091/".parse().unwrap(),
        )],
        accounts: vec![text("Sign in as dana, password not-a-real-password-dana")],
        name: text("Nordlicht (sample)"),
        prefill: BTreeMap::new(),
    }
}

pub(in crate::view) fn certificate() -> CertificateNote {
    CertificateNote {
        sha256: ["AB:CD:EF:01:23:45:67:89"; 4].join(":"),
    }
}

pub(in crate::view) fn question() -> Question {
    Question {
        title: text("Revoke Production at the service?"),
        consequences: vec![
            text(
                "The service ends this connection. It cannot be undone; connecting again asks for new tokens.",
            ),
            text(
                "The service ends every connection of the same user and company, also of other programs.",
            ),
            text("Stored here for the same user and company: Reporting, Night batch."),
        ],
        action: text("/credentials/00000000000000000000000000000001/revoke"),
        confirm: Some(text("a-confirmation")),
        verb: text("Revoke at the service"),
        back: text("/credentials/00000000000000000000000000000001"),
        tone: Tone::Bad,
    }
}

pub(in crate::view) fn ending() -> Ending {
    Ending {
        status: 401,
        title: text("This page needs its link"),
        message: text(
            "The page opens through a one-time link, and this browser has no session, or it has ended.",
        ),
        hint: Some(text(
            "Run the command that started the page again, or ask whoever runs it for a new link.",
        )),
        back: None,
    }
}

pub(in crate::view) fn connected() -> Notice {
    Notice {
        message: Some(text("The tokens have arrived and are kept encrypted.")),
        ..notice(Tone::Good, "Connected")
    }
}

/// The platform's own application, and a person's own sign-in.
pub(in crate::view) fn supplied() -> BTreeMap<String, Filled> {
    BTreeMap::from([
        (text("client_id"), Filled::Supplied),
        (text("client_secret"), Filled::Supplied),
        (text("flow_type"), Filled::Text(text("regular_user"))),
        (text("session_id"), Filled::Stored { since: None }),
    ])
}
