//! Every screen in every shape that looks different, drawn from sample values.
//!
//! `PAGE_SAMPLES=folder cargo test -p credential-page samples_can_be_looked_at` writes them, with the
//! stylesheet beside, for a browser to open.

use std::collections::BTreeMap;

use credential_connections::record::Tenant;
use credential_connections::service::PluginStanding;
use credential_connections::state::State;

use super::samples::*;
use super::{FormView, Frame, Tone, assets};

/// A screen's name and its HTML.
pub(super) type Scene = (&'static str, String);

pub(super) fn all() -> Vec<Scene> {
    let mut scenes = lists();
    scenes.extend(forms());
    scenes.extend(credentials());
    scenes.extend(others());
    scenes
}

fn lists() -> Vec<Scene> {
    let (tenant, descriptor) = (Tenant::default(), descriptor());
    let other = "Nordlicht GmbH".parse().unwrap();
    let (trial, gone) = (trial(), notice(Tone::Good, "Removed: Old test"));
    let frame = frame(&tenant);
    let with_trial = Frame {
        trial: Some(&trial),
        ..frame
    };
    let busy = Frame {
        tenant: &other,
        notice: Some(&gone),
        ..frame
    };
    vec![
        ("list", super::list(&busy, &listed(), &[&descriptor])),
        ("list-empty", super::list(&with_trial, &[], &[&descriptor])),
        ("choose", super::choose(&frame, &[&descriptor, &descriptor])),
        ("choose-none", super::choose(&frame, &[])),
    ]
}

fn forms() -> Vec<Scene> {
    let (tenant, descriptor) = (Tenant::default(), descriptor());
    let (trial, certificate, problems) = (trial(), certificate(), problems());
    let (blank, filled) = (BTreeMap::new(), fields());
    let frame = frame(&tenant);
    let with_trial = Frame {
        trial: Some(&trial),
        ..frame
    };
    let new = FormView {
        name: "",
        ..form_view(&descriptor, &blank, &[])
    };
    let failed = FormView {
        failed: true,
        has_draft: true,
        certificate: Some(&certificate),
        open_step: Some("web-services-user"),
        ..form_view(&descriptor, &filled, &problems)
    };
    vec![
        ("new", super::new(&frame, &new)),
        (
            "new-trial",
            super::new(
                &with_trial,
                &FormView {
                    name: "Nordlicht (sample)",
                    ..form_view(&descriptor, &filled, &[])
                },
            ),
        ),
        ("new-failed", super::new(&frame, &failed)),
    ]
}

fn credentials() -> Vec<Scene> {
    let (tenant, descriptor) = (Tenant::default(), descriptor());
    let (filled, supplied) = (fields(), supplied());
    let (connected, refused, tested) = (connected(), refusal(), tested());
    let frame = frame(&tenant);
    let form = form_view(&descriptor, &filled, &[]);
    let noticed = |notice| Frame {
        notice: Some(notice),
        ..frame
    };
    let drawn = |frame: &Frame<'_>, state, tokens| {
        super::credential(frame, &status("Production", state, tokens), Some(&form))
    };
    let at_browser = FormView {
        fields: &supplied,
        ..form
    };
    let mut signing_in = status("Production", State::Draft, None);
    signing_in.sign_in_until = Some(ahead(9));
    let mut gone = status("Production", State::Connected, Some(tokens()));
    gone.form.plugin = PluginStanding::NotInstalled;
    let open = FormView {
        open_step: Some("web-services-subscription"),
        ..form
    };
    vec![
        ("credential-draft", drawn(&frame, State::Draft, None)),
        (
            "credential-connected",
            drawn(&noticed(&connected), State::Connected, Some(tokens())),
        ),
        (
            "credential-refused",
            super::credential(
                &noticed(&refused),
                &failed_before(status("Production", State::Draft, None)),
                Some(&open),
            ),
        ),
        (
            "credential-failed-before",
            super::credential(
                &frame,
                &failed_before(status("Production", State::Draft, None)),
                Some(&open),
            ),
        ),
        (
            "credential-tested",
            drawn(&noticed(&tested), State::Connected, Some(tokens())),
        ),
        (
            "credential-administrator",
            drawn(&frame, needs_administrator(), Some(tokens())),
        ),
        (
            "credential-reconnect",
            drawn(&frame, needs_reconnecting(), Some(tokens())),
        ),
        (
            "credential-waiting",
            drawn(&frame, throttled(), Some(tokens())),
        ),
        (
            "credential-signing-in",
            super::credential(&frame, &signing_in, Some(&at_browser)),
        ),
        (
            "credential-not-installed",
            super::credential(&frame, &gone, None),
        ),
    ]
}

fn others() -> Vec<Scene> {
    let tenant = Tenant::default();
    let frame = frame(&tenant);
    let overview = overview("Production", 1, &State::Connected, Some(tokens()));
    vec![
        ("question", super::question(&frame, &question())),
        ("history", super::history(&frame, &overview, &events())),
        ("opening", super::opening(ROOT)),
        ("ending", super::ending(&ending(), ROOT, BASE)),
    ]
}

#[test]
fn samples_can_be_looked_at() {
    let Ok(folder) = std::env::var("PAGE_SAMPLES") else {
        return;
    };
    let write = |name: &str, text: &str| std::fs::write(format!("{folder}/{name}"), text).unwrap();
    write("page.css", assets::CSS);
    write("page.js", assets::JS);
    write("icon.svg", assets::ICON);
    write("conditions.css", &super::conditions(&descriptor()));
    for (name, html) in all() {
        write(
            &format!("{name}.html"),
            &html.replace("\"/intacct/assets/", "\""),
        );
    }
}
