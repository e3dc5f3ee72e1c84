//! `harness credentials status`: where one stands, and what to do.

use credential_connections::record::{Failure, Name, Overview, Timestamp};
use credential_connections::service::{FormReport, PluginStanding, Status};
use credential_connections::state::Diagnosis;
use credential_runtime::Actor;
use serde_json::{Value, json};

use super::{row, words};
use crate::commands::connected::identity;
use crate::credential_args::{OnOne, StoreArgs};
use crate::exit::Exit;
use crate::moments::{dated, from_now, unix_seconds};
use crate::output::Output;
use crate::report::{Report, problem};
use crate::stored::{Stored, quoted};
use crate::text::Page;

/// How wide the labels are.
const LABEL: usize = 14;

pub(super) async fn run(kept: &StoreArgs, args: &OnOne, output: Output) -> Result<Exit, Report> {
    let stored = Stored::with_plugins(kept, &args.with).await?;
    let name = &args.of.name;
    let status = stored.connections.status(&stored.tenant, name).await;
    let status = stored.told(name, status).await?;
    let mut json = row::json(&status.overview, &status.standing);
    json["form"] = form_json(&status.form);
    json["lease"] = lease_json(&status.overview, stored.connections.now());
    output.data(&page(&stored, &status), &json)?;
    Ok(Exit::Ok)
}

/// Who is at it now; `null` where nobody is.
fn lease_json(overview: &Overview, now: Timestamp) -> Value {
    match &overview.lease {
        Some(held) if held.holds_at(now) => {
            json!({ "owner": held.owner, "until": unix_seconds(held.until) })
        }
        _ => Value::Null,
    }
}

fn form_json(form: &FormReport) -> Value {
    let plugin = match form.plugin {
        PluginStanding::Same => "same",
        PluginStanding::Changed { .. } => "changed",
        PluginStanding::NotInstalled => "not-installed",
    };
    json!({
        "plugin": plugin,
        "difference": form.difference,
        "unknown": form.unknown,
        "missing": form.missing,
        "problems": form.problems,
    })
}

fn page(stored: &Stored, status: &Status) -> Page {
    let (overview, now) = (&status.overview, stored.connections.now());
    let headline = format!("{} ({})", overview.name, overview.plugin.id);
    let page = Page::new().line(headline);
    let page = standing(stored, page, status, now);
    let page = tokens(page, status, now);
    let page = match &overview.last_failure {
        Some(failure) if status.standing.diagnosis() != Some(&failure.diagnosis) => {
            last_failure(page, failure, now)
        }
        _ => page,
    };
    let page = form(page, &status.form);
    difference(page, &overview.name, &status.form)
}

/// What the plugin that is installed would do beyond what the credential was entered for.
fn difference(page: Page, name: &Name, form: &FormReport) -> Page {
    let Some(difference) = &form.difference else {
        return page;
    };
    let page = fields(page, "would reach", &difference.reaches_more);
    let page = fields(page, "would read", &difference.reads_more);
    let page = fields(page, "would send", &difference.sends_more);
    let page = fields(page, "no longer", &difference.no_longer);
    let text = format!(
        "not used by this plugin before it is accepted: harness credentials accept {}",
        quoted(name)
    );
    page.item(2, LABEL, "to do", &text)
}

fn standing(stored: &Stored, page: Page, status: &Status, now: Timestamp) -> Page {
    let (overview, standing) = (&status.overview, &status.standing);
    let mut page = page.item(2, LABEL, "state", standing.meaning());
    if let Some(diagnosis) = standing.diagnosis() {
        page = diagnosed(stored, page, diagnosis);
    }
    if let Some(to_do) = words::to_do(stored, overview, standing) {
        page = page.item(2, LABEL, "to do", &to_do);
    }
    if let Some(text) = words::by_itself(standing, overview, now) {
        page = page.item(2, LABEL, "by itself", &text);
    }
    match &overview.lease {
        Some(held) if held.holds_at(now) => {
            let text = format!("{}; its lease ends {}", held.owner, dated(held.until, now));
            page.item(2, LABEL, "held by", &text)
        }
        _ => page,
    }
}

fn diagnosed(stored: &Stored, page: Page, it: &Diagnosis) -> Page {
    let text = format!("{} ({})", it.message, it.code);
    let mut page = page.item(2, LABEL, "why", &text);
    if let Some(hint) = &it.hint {
        page = page.item(2, LABEL, "hint", hint);
    }
    if let Some(step) = stored.setup_step(it) {
        let text = format!("{}. {}", step.title, step.detail);
        page = page.item(2, LABEL, "setup", &text);
    }
    if let Some(id) = &it.support_id {
        page = page.item(2, LABEL, "support ID", id);
    }
    page.item(2, LABEL, "who acts", Actor::from(it.actor).describe())
}

fn tokens(page: Page, status: &Status, now: Timestamp) -> Page {
    let overview = &status.overview;
    let Some(facts) = &overview.tokens else {
        return page;
    };
    let expires = facts.expires_at;
    let expires = expires.map_or_else(
        || "the service does not say".to_owned(),
        |at| dated(at, now),
    );
    let refresh = facts.refresh.as_ref();
    let refresh = refresh.map_or("none", |it| it.as_str());
    page.item(
        2,
        LABEL,
        "signed in as",
        &identity(overview.identity.as_ref()),
    )
    .item(2, LABEL, "expires", &expires)
    .item(2, LABEL, "obtained", &dated(facts.obtained_at, now))
    .item(
        2,
        LABEL,
        "access token",
        &format!("fingerprint {}", facts.access.as_str()),
    )
    .item(2, LABEL, "refresh token", &format!("fingerprint {refresh}"))
}

/// It stays after the next success, so it is only told.
fn last_failure(page: Page, it: &Failure, now: Timestamp) -> Page {
    let text = format!(
        "{}: {} ({})",
        from_now(it.at, now),
        it.diagnosis.message,
        it.diagnosis.code
    );
    page.item(2, LABEL, "last failure", &text)
}

fn form(page: Page, form: &FormReport) -> Page {
    let page = match form.plugin {
        PluginStanding::Same => page,
        PluginStanding::Changed { was, is } => {
            let text = format!("changed since the settings were checked, from {was} to {is}");
            page.item(2, LABEL, "plugin", &text)
        }
        PluginStanding::NotInstalled => page.item(
            2,
            LABEL,
            "plugin",
            "not installed here; name its component with --plugin",
        ),
    };
    let page = fields(page, "kept, not used", &form.unknown);
    let page = fields(page, "missing", &form.missing);
    page.each(&form.problems, problem)
}

fn fields(page: Page, label: &str, fields: &[String]) -> Page {
    if fields.is_empty() {
        return page;
    }
    page.item(2, LABEL, label, &fields.join(", "))
}
