//! Every credential, and what happened to one.

use axum::extract::State;
use axum::response::Response;

use super::answer::html;
use super::app::Page;
use super::failure::Failure;
use super::visitor::{Id, Visitor};
use crate::view;

/// Events that are shown: some months of renewals twice a day.
const EVENTS: u32 = 200;

pub(super) async fn list(State(page): State<Page>, visitor: Visitor) -> Result<Response, Failure> {
    let credentials = page.0.connections.list(&page.0.tenant).await?;
    let notice = page.notice(&visitor)?;
    let frame = page.frame(&visitor, notice.as_ref(), None);
    Ok(html(view::list(&frame, &credentials, &page.descriptors())))
}

pub(super) async fn history(
    State(page): State<Page>,
    visitor: Visitor,
    Id(id): Id,
) -> Result<Response, Failure> {
    let named = page.named(&id).await?;
    let (connections, tenant) = (&page.0.connections, &page.0.tenant);
    let events = connections.history(tenant, &named.name, EVENTS).await?;
    let overview = connections.status(tenant, &named.name).await?.overview;
    let notice = page.notice(&visitor)?;
    let frame = page.frame(&visitor, notice.as_ref(), None);
    Ok(html(view::history(&frame, &overview, &events)))
}
