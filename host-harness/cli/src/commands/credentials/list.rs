//! `harness credentials`: the list.

use credential_connections::record::Timestamp;
use credential_connections::service::Listed;
use serde_json::json;
use textwrap::core::display_width;

use super::{row, words};
use crate::credential_args::{List, StoreArgs};
use crate::exit::Exit;
use crate::moments::from_now;
use crate::output::Output;
use crate::report::Report;
use crate::stored::Stored;
use crate::text::{Page, plain};

const HEADINGS: [&str; 5] = ["NAME", "STATE", "EXPIRES", "RENEWED", "SIGNED IN AS"];

pub(super) async fn run(kept: &StoreArgs, which: List, output: Output) -> Result<Exit, Report> {
    let stored = Stored::open(kept).await?;
    let listed = stored.connections.list(&stored.tenant).await;
    let mut listed = listed.map_err(|error| stored.explain_in_general(error))?;
    if which.check {
        if listed.is_empty() {
            return Err(nothing_to_check(&stored));
        }
        listed.retain(|it| it.standing.needs_somebody().is_some());
    }
    let rows = listed
        .iter()
        .map(|it| row::json(&it.overview, &it.standing));
    let json = json!({
        "store": stored.storage.location.to_string(),
        "tenant": stored.tenant,
        "credentials": rows.collect::<Vec<_>>(),
    });
    let page = if which.check && listed.is_empty() {
        Page::new().line("No credential needs anybody.")
    } else {
        page(&stored, &listed)
    };
    output.data(&page, &json)?;
    Ok(if which.check && !listed.is_empty() {
        Exit::Refused
    } else {
        Exit::Ok
    })
}

/// A name that is written wrongly must not look like a tenant that is well.
fn nothing_to_check(stored: &Stored) -> Report {
    let message = format!(
        "the tenant `{}` has no credential in {}, so nothing was checked",
        stored.tenant, stored.storage.location
    );
    Report::new(Exit::Settings, message).hint(
        "compare the tenant (--tenant, or HARNESS_TENANT) and the store (--store, or HARNESS_STORE) with those \
         of `harness credentials add`",
    )
}

fn page(stored: &Stored, listed: &[Listed]) -> Page {
    if listed.is_empty() {
        return Page::new().line(format!(
            "No credential is stored for the tenant `{}` in {}. `harness credentials add FILE` adds one.",
            stored.tenant, stored.storage.location
        ));
    }
    let now = stored.connections.now();
    let rows = listed.iter().map(|it| cells(it, now));
    let rows: Vec<_> = std::iter::once(HEADINGS.map(str::to_owned))
        .chain(rows)
        .collect();
    Page::new().verbatim(&table(&rows)).each(
        listed.iter().filter_map(|it| needed(stored, it)),
        |page, text| page.line(text),
    )
}

fn cells(it: &Listed, now: Timestamp) -> [String; 5] {
    let overview = &it.overview;
    let tokens = overview.tokens.as_ref();
    let expires = tokens.and_then(|it| it.expires_at);
    let when = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), |at| from_now(at, now));
    let identity = overview.identity.as_ref();
    let of = |part: Option<&String>| part.map_or("?", String::as_str).to_owned();
    let who = identity.map_or_else(
        || "-".to_owned(),
        |it| format!("{}@{}", of(it.user.as_ref()), of(it.company.as_ref())),
    );
    [
        overview.name.to_string(),
        it.standing.label().to_owned(),
        when(expires),
        when(overview.last_success),
        who,
    ]
}

/// What a person has to do about one.
fn needed(stored: &Stored, it: &Listed) -> Option<String> {
    let to_do = words::to_do(stored, &it.overview, &it.standing)?;
    let why = it.standing.diagnosis();
    let why = why.map_or_else(String::new, |it| format!("{} ", it.message));
    Some(format!("{}: {why}{to_do}", it.overview.name))
}

/// Columns as wide as their widest cell.
fn table(rows: &[[String; 5]]) -> String {
    let mut widths = [0; 5];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(display_width(&plain(cell)));
        }
    }
    rows.iter()
        .fold(String::new(), |text, row| text + &line(row, &widths))
}

fn line(row: &[String; 5], widths: &[usize; 5]) -> String {
    let cells = row.iter().zip(widths).map(|(cell, width)| {
        let cell = plain(cell);
        let gap = width.saturating_sub(display_width(&cell));
        format!("{cell}{:gap$}", "")
    });
    let line = cells.collect::<Vec<_>>().join("  ");
    format!("{}\n", line.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let row = |cells: [&str; 5]| cells.map(str::to_owned);
        let rows = [
            row(["a", "b", "c", "d", "e"]),
            row(["Köln 京", "bb", "-", "-", "-"]),
        ];
        assert_eq!(table(&rows), "a        b   c  d  e\nKöln 京  bb  -  -  -\n");
    }

    #[test]
    fn a_name_breaks_no_line_and_moves_no_cursor() {
        let mut row = HEADINGS.map(str::to_owned);
        row[0] = "a\nb\u{1b}[2J".to_owned();
        let text = table(&[row]);
        assert_eq!(text.lines().count(), 1);
        assert!(!text.contains('\u{1b}'));
    }
}
