//! The checks of a connection, as they are shown.

use credential_runtime::{Check, Descriptor, Diagnosis, Outcome};

use crate::exit::Exit;
use crate::report::Report;
use crate::text::Page;

pub(super) fn is_failed(check: &Check) -> bool {
    check.outcome == Outcome::Failed
}

/// Why a connection is of no use yet, where a check says so.
pub(super) fn shortcoming(checks: &[Check]) -> Option<Report> {
    let failed = checks.iter().find(|it| is_failed(it))?;
    let message = format!("connected, but a check failed: {}", failed.title);
    Some(Report::new(Exit::Refused, message))
}

/// Each check under a heading.
pub(super) fn add(page: Page, checks: &[Check], plugin: &Descriptor) -> Page {
    page.blank()
        .line("Test")
        .each(checks, |page, it| add_one(page, it, plugin))
}

fn add_one(page: Page, check: &Check, plugin: &Descriptor) -> Page {
    let outcome = match check.outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Skipped => "skipped",
    };
    let detail = check.detail.as_deref();
    let detail = detail.map_or_else(String::new, |it| format!(": {it}"));
    let page = page.item(2, 8, outcome, &format!("{}{detail}", check.title));
    match &check.diagnosis {
        Some(diagnosis) => diagnosed(page, diagnosis, plugin),
        None => page,
    }
}

fn diagnosed(page: Page, it: &Diagnosis, plugin: &Descriptor) -> Page {
    let mut page = page.indented(11, format!("{} ({})", it.message, it.code));
    if let Some(hint) = &it.hint {
        page = page.item(11, 5, "hint:", hint);
    }
    let step = it.setup_step.as_deref();
    if let Some(step) = step.and_then(|id| plugin.setup_step(id)) {
        page = page
            .item(11, 6, "setup:", &step.title)
            .indented(18, &step.detail);
    }
    page.item(11, 9, "who acts:", it.actor.describe())
}
