//! `harness credentials history`: what happened to one, newest first.

use credential_connections::record::{Event, Timestamp};
use serde_json::{Value, json};

use crate::credential_args::{History, StoreArgs};
use crate::exit::Exit;
use crate::moments::{dated, unix_seconds};
use crate::output::Output;
use crate::report::Report;
use crate::stored::Stored;
use crate::text::Page;

/// How wide the column of kinds is.
const KIND: usize = 18;

pub(super) async fn run(kept: &StoreArgs, args: &History, output: Output) -> Result<Exit, Report> {
    let stored = Stored::open(kept).await?;
    let name = &args.of.name;
    let events = stored
        .connections
        .history(&stored.tenant, name, args.limit)
        .await;
    let events = stored.told(name, events).await?;
    let now = stored.connections.now();
    let page = Page::new()
        .line(name.as_str())
        .each(&events, |page, it| add(page, it, now));
    let json = json!({
        "name": name,
        "events": events.iter().map(document).collect::<Vec<_>>(),
    });
    output.data(&page, &json)?;
    Ok(Exit::Ok)
}

fn add(page: Page, event: &Event, now: Timestamp) -> Page {
    let mut page = page.item(2, KIND, event.kind.as_str(), &dated(event.at, now));
    if let Some(access) = &event.access {
        let refresh = event.refresh.as_ref().map_or("none", |it| it.as_str());
        page = page.indented(
            KIND + 3,
            format!("access token {}, refresh token {refresh}", access.as_str()),
        );
    }
    if let Some(it) = &event.diagnosis {
        page = page.indented(KIND + 3, format!("{} ({})", it.message, it.code));
    }
    page.each(&event.note, |page, note| page.indented(KIND + 3, note))
}

fn document(event: &Event) -> Value {
    json!({
        "number": event.number,
        "at": unix_seconds(event.at),
        "kind": event.kind,
        "generation": event.generation,
        "access_token_fingerprint": event.access,
        "refresh_token_fingerprint": event.refresh,
        "diagnosis": event.diagnosis,
        "note": event.note,
    })
}
