//! `docs/refusals.md` is written from the table, so that it cannot say anything else.

use intacct_core::{
    Actor, Reading, describe,
    refusal::{Author, Notice, Refusal, Signal, Source, Step, TABLE, Verdict, notice},
};
use std::{fmt::Write as _, fs, path::Path};

const HEAD: &str = "\
# Refusals

What Sage Intacct answers, what it means, who has to act and what that person reads.

This page is written from the table in `plugin/core/src/refusal/table/rows.rs`. A test fails where
the two differ; `UPDATE_DOCS=1 cargo test -p intacct-core` writes the page again.

The first row that applies counts. *During* says where in a connection's life: at Intacct's
sign-in page (consent), when a code is exchanged, when a Username or a Session ID signs in, at a
renewal, at a call of the API, at a revocation. *Known from*: Sage's own page, a copy of Sage's
text, the live service as others recorded it, third-party code, a standard, or inferred.
";

const TAIL: &str = "
## Not in a row

A refusal that no row knows keeps its code and its support ID, and the error is `protocol`. No word
of Intacct's own is shown to people: it might hold a secret, or nothing that helps.

## Without a refusal

What people read where no code of Intacct's tells what happened.

";

const READING: &str = "
## What is read of an answer

The whole of it: the host hands over nothing else (`declared-member` in `wit/credential.wit`). A
`*` stands for each element of a list; an XML document is read by the same pointers.

";

fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("\n| answer | during | error | who acts | setup step | what the person reads | known from |\n");
    page.push_str("|---|---|---|---|---|---|---|\n");
    TABLE.iter().for_each(|row| page.push_str(&line(row)));
    page.push_str(TAIL);
    page.push_str("| code | who acts | setup step | what the person reads |\n|---|---|---|---|\n");
    OWN.iter()
        .for_each(|notice| page.push_str(&own_line(notice)));
    page.push_str(READING);
    page.push_str("| read as | members |\n|---|---|\n");
    for (how, pointers) in readings() {
        let _ = writeln!(page, "| {how} | {} |", pointers.join(", "));
    }
    page
}

/// The pointers of each reading, in the order of the declaration.
fn readings() -> Vec<(String, Vec<String>)> {
    let mut readings: Vec<(String, Vec<String>)> = Vec::new();
    for member in describe().members {
        let (how, pointer) = (reading(&member.reading), format!("`{}`", member.pointer));
        let pointer = if pointer == "``" {
            "the whole document".to_owned()
        } else {
            pointer
        };
        match readings.iter_mut().find(|(known, _)| *known == how) {
            Some((_, pointers)) => pointers.push(pointer),
            None => readings.push((how, vec![pointer])),
        }
    }
    readings
}

fn reading(reading: &Reading) -> String {
    match reading {
        Reading::Secret => "a secret, by name alone".to_owned(),
        Reading::Code => "a short code".to_owned(),
        Reading::Number => "a number".to_owned(),
        Reading::Boolean => "true or false".to_owned(),
        Reading::Presence => "whether it is there".to_owned(),
        Reading::Phrases(phrases) => format!("whether it says “{}”", phrases.join("” or “")),
    }
}

const OWN: [&Notice; 22] = [
    &notice::INVALID_SETTINGS,
    &notice::NOT_AT_THE_BROWSER,
    &notice::AT_THE_BROWSER_ALONE,
    &notice::NO_SUCH_GRANT,
    &notice::REDIRECT_REFUSED,
    &notice::DENIED,
    &notice::UNRESOLVED,
    &notice::UNREACHABLE,
    &notice::UNTRUSTED,
    &notice::NOT_SENT,
    &notice::NO_ANSWER,
    &notice::ANSWER_TOO_LARGE,
    &notice::NO_ANSWER_TO_TEST,
    &notice::MAINTENANCE,
    &notice::REFUSED_WHEN_NEW,
    &notice::NO_ACCESS_TOKEN,
    &notice::NOT_BEARER,
    &notice::NO_REFRESH_TOKEN,
    &notice::NO_REFRESH_TOKEN_FOR_SESSION,
    &notice::OTHER_IDENTITY,
    &notice::NO_TOKEN,
    &notice::NOT_REVOKED,
];

fn line(row: &Refusal) -> String {
    let (what, who) = (reads(row.notice), actor(row.notice.actor));
    format!(
        "| {} | {} | {} | {who} | {} | {what} | {} |\n",
        signal(row.signal),
        during(row.during),
        error(row.verdict),
        step(row.notice),
        source(row.source),
    )
}

fn own_line(notice: &Notice) -> String {
    let (what, who) = (reads(notice), actor(notice.actor));
    format!(
        "| `{}` | {who} | {} | {what} |\n",
        notice.code,
        step(notice)
    )
}

fn reads(notice: &Notice) -> String {
    format!("{} *{}*", notice.message, notice.hint.unwrap_or_default()).replace('|', "\\|")
}

fn step(notice: &Notice) -> String {
    notice
        .setup_step
        .map(|step| format!("`{step}`"))
        .unwrap_or_default()
}

fn signal(signal: Signal) -> String {
    match signal {
        Signal::Codes(codes) => codes.iter().fold(String::new(), |mut all, code| {
            let comma = if all.is_empty() { "" } else { ", " };
            let _ = write!(all, "{comma}`{code}`");
            all
        }),
        Signal::Family(prefix) => format!("`{prefix}1` to `{prefix}9`"),
        Signal::Phrase(words) => format!("the words “{words}”"),
        Signal::CodeWithPhrase(code, words) => format!("`{code}` and the words “{words}”"),
        Signal::Status(first, last) => status(first, last),
        Signal::By(authors, first, last) => {
            let authors: Vec<&str> = authors.iter().copied().map(author).collect();
            format!("{} in {}", status(first, last), authors.join(" or "))
        }
        Signal::WithEntity(first, last) => {
            format!("{}, the Username names an entity", status(first, last))
        }
        Signal::Rest => "anything else".to_owned(),
    }
}

fn status(first: u16, last: u16) -> String {
    if first == last {
        format!("HTTP {first}")
    } else {
        format!("HTTP {first} to {last}")
    }
}

fn author(author: Author) -> &'static str {
    match author {
        Author::Intacct => "a document of Intacct's own form",
        Author::Anybody => "JSON that anybody could have sent",
        Author::Silent => "an empty body",
        Author::Page => "a page, or XML that is not the gateway's",
    }
}

fn during(steps: &[Step]) -> String {
    match steps.len() {
        8 => "always".to_owned(),
        7 if !steps.contains(&Step::Consent) => "any request".to_owned(),
        7 if !steps.contains(&Step::Api) => "any but an API call".to_owned(),
        5 => "any request for tokens".to_owned(),
        _ => steps
            .iter()
            .copied()
            .map(place)
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn place(step: Step) -> &'static str {
    match step {
        Step::Consent => "consent",
        Step::Code => "code",
        Step::Username => "Username",
        Step::Session => "Session ID",
        Step::Refresh => "renewal",
        Step::RefreshOfSession => "renewal after a Session ID",
        Step::Api => "API call",
        Step::Revocation => "revocation",
    }
}

fn error(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reauthorize => "`reauthorize`",
        Verdict::Misconfigured => "`misconfigured`",
        Verdict::NoPermission => "a failed check, “Permission to read”",
        Verdict::NotReached => "`misconfigured`, at a test too",
        Verdict::StaleToken => "`stale-token`",
        Verdict::Throttled => "`throttled`",
        Verdict::Unavailable => "`unavailable`",
        Verdict::Protocol => "`protocol`",
    }
}

fn actor(actor: Actor) -> &'static str {
    match actor {
        Actor::User => "user",
        Actor::Administrator => "administrator",
        Actor::Platform => "platform",
        Actor::Service => "Intacct",
        Actor::Plugin => "author of the plugin",
    }
}

fn source(source: Source) -> &'static str {
    match source {
        Source::Sage => "Sage",
        Source::Copy => "copy",
        Source::Live => "live",
        Source::ThirdParty => "third party",
        Source::Standard => "standard",
        Source::Inferred => "inferred",
    }
}

#[test]
fn the_page_says_what_the_table_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/refusals.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, page()).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page(),
        "docs/refusals.md is out of date: set UPDATE_DOCS=1 and test again"
    );
}

#[test]
fn every_row_can_be_reached() {
    let earlier = |index: usize, row: &Refusal, step: &Step| {
        TABLE[..index]
            .iter()
            .any(|before| before.signal == row.signal && before.during.contains(step))
    };
    for (index, row) in TABLE.iter().enumerate() {
        assert!(
            row.during.iter().any(|step| !earlier(index, row, step)),
            "{row:?}"
        );
    }
}

#[test]
fn every_message_is_a_sentence_and_every_hint_says_what_to_do() {
    let notices = TABLE.iter().map(|row| row.notice).chain(OWN);
    for notice in notices {
        assert!(
            notice.message.ends_with('.') && !notice.message.contains('{'),
            "{notice:?}"
        );
        assert!(
            notice.hint.is_some_and(|hint| hint.ends_with('.')),
            "{notice:?}"
        );
    }
}
