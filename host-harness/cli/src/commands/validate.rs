//! `harness validate`: the credential file against the plugin's form.

use credential_runtime::{Problem, Severity};
use serde_json::json;

use crate::args::Validate;
use crate::exit::Exit;
use crate::explain::invalid;
use crate::host::{Props, Stage};
use crate::output::{Output, talk};
use crate::report::{Report, problem};
use crate::text::Page;

pub(super) async fn run(args: &Validate, output: Output) -> Result<Exit, Report> {
    let stage = Stage::set(Props {
        policy: args.with.under.policy.as_deref(),
        plugin: args.with.plugin.as_deref(),
        mock: None,
        credential: &args.credential,
        needs_reach: false,
    })
    .await?;
    let problems = stage.operation().validate().await?;
    let valid = !is_wrong(&problems);
    let json = json!({
        "name": stage.name,
        "plugin": stage.plugin.descriptor().id,
        "valid": valid,
        "problems": problems,
    });
    output.data(&page(&stage.name, &problems), &json)?;
    Ok(if valid { Exit::Ok } else { Exit::Settings })
}

fn page(name: &str, problems: &[Problem]) -> Page {
    let headline = match problems.len() {
        0 => format!("{name}: nothing is wrong with the form."),
        1 => format!("{name}: one problem."),
        n => format!("{name}: {n} problems."),
    };
    Page::new().line(headline).each(problems, problem)
}

fn is_wrong(problems: &[Problem]) -> bool {
    problems.iter().any(|it| it.severity == Severity::Error)
}

/// Before anything is sent: stops where the form is wrong, and tells what is merely odd.
pub(super) async fn require_valid(stage: &Stage) -> Result<Vec<Problem>, Report> {
    let problems = stage.operation().validate().await?;
    if is_wrong(&problems) {
        return Err(invalid(problems));
    }
    if !problems.is_empty() {
        talk(&page(&stage.name, &problems));
    }
    Ok(problems)
}
