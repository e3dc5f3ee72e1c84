//! `harness prove`: what was searched for secrets, and what was found.

use serde_json::{Value, json};

use crate::args::Prove;
use crate::exit::Exit;
use crate::host::Component;
use crate::output::{Output, talk};
use crate::policy::OperatorPolicy;
use crate::proving::{Given, Log, ProofError, Proved, prove};
use crate::report::Report;
use crate::text::Page;

/// Findings that a person is told one by one; the rest are counted.
const MOST_TOLD: usize = 20;

pub(super) async fn run(args: Prove, output: Output) -> Result<Exit, Report> {
    let file = args.file.or(args.plugin);
    let component = Component::open(file.as_deref())?;
    talk(&Page::new().line(format!("Proving {}: some seconds.", component.describe())));
    let limits = OperatorPolicy::in_force(args.under.policy.as_deref())?.limits;
    let bytes = component.bytes.into_owned();
    let proved =
        tokio::task::spawn_blocking(move || prove(&bytes, limits, &Log::of_this_process()))
            .await
            .map_err(|error| Report::machine(format!("the run broke off: {error}")))??;
    output.data(&page(&proved), &document(&proved))?;
    Ok(if proved.holds() {
        Exit::Ok
    } else {
        Exit::Plugin
    })
}

impl From<ProofError> for Report {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Load(error) => error.into(),
            ProofError::Start(error) => Self::machine(error.to_string()),
            ProofError::Machine(_) => Self::machine(error.to_string()),
        }
    }
}

fn document(proved: &Proved) -> Value {
    json!({ "proved": proved.holds(), "calls": proved.calls(), "proof": proved })
}

fn page(proved: &Proved) -> Page {
    let secrets = format!(
        "{} secrets made up for this run, in {} spellings",
        proved.secrets, proved.spellings
    );
    let page = Page::new()
        .line(format!("{} ({})", proved.plugin, proved.digest))
        .item(2, 12, "called", &called(proved))
        .each(&proved.requests, |page, (export, requests)| {
            page.item(2, 12, "sent", &format!("{export}: {requests} requests"))
        })
        .item(2, 12, "compared", &compared(proved))
        .item(2, 12, "looked for", &secrets);
    let page = given(page, &proved.given)
        .each(&proved.searched, |page, (place, bytes)| {
            page.item(2, 12, "searched", &format!("{place}: {bytes} bytes"))
        })
        .item(2, 12, "files", &proved.files.join(", "));
    let page = findings(page, proved).item(2, 12, "control", &control(proved));
    let page = page.each(&proved.warnings, |page, it| page.item(2, 12, "warning", it));
    if proved.holds() {
        page.line("Proved: no secret was where none may be, and the search finds what is there.")
            .line("This says nothing about whether the plugin is right.")
    } else {
        page.line("Not proved.")
    }
}

/// What the plugin was given of answers, each way of reading on a line.
fn given(page: Page, given: &Given) -> Page {
    let answers = format!(
        "{} answers, {} of them withheld whole",
        given.answers, given.withheld
    );
    let page = page.item(2, 12, "read", &answers);
    page.each(&given.readings, |page, (reading, it)| {
        let counts = format!(
            "{reading}: {} declared; {} values given, {} not readable",
            it.declared, it.given, it.unreadable
        );
        page.item(2, 12, "read", &counts)
    })
}

fn called(proved: &Proved) -> String {
    let calls = proved.calls();
    let exports = proved.exports.len();
    match proved.unseen {
        0 => format!("{calls} calls of {exports} exports"),
        unseen => format!("{calls} calls of {exports} exports; {unseen} ended unseen"),
    }
}

/// The two ways to obtain tokens.
fn compared(proved: &Proved) -> String {
    let pair = &proved.pair;
    let differences: usize = pair.differences.values().sum();
    format!(
        "obtain-tokens with token-request and parse-token-response: {} times, {differences} different",
        pair.compared
    )
}

fn findings(page: Page, proved: &Proved) -> Page {
    let all = &proved.findings;
    if all.is_empty() {
        return page.item(2, 12, "found", "nothing");
    }
    let told = all.iter().take(MOST_TOLD);
    let page = page.each(told, |page, it| {
        let text = format!("the {} in {} ({})", it.secret, it.place, it.at);
        page.item(2, 12, "FOUND", &text)
    });
    match all.len().saturating_sub(MOST_TOLD) {
        0 => page,
        more => page.item(2, 12, "", &format!("and {more} more")),
    }
}

fn control(proved: &Proved) -> String {
    let places = proved.control.iter().map(|(place, found)| {
        let word = if *found { "found" } else { "NOT FOUND" };
        format!("{word} in {place}")
    });
    format!(
        "a text that is no secret was {}",
        places.collect::<Vec<_>>().join(", ")
    )
}
