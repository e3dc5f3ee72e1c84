//! Disconnecting, revoking, removing: what each does is said before it is done.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use credential_connections::record::Name;
use credential_connections::service::{Error, Revocation};

use super::answer::html;
use super::app::{Named, Page};
use super::draft::Place;
use super::explain::{done, error};
use super::failure::Failure;
use super::posted::Posted;
use super::visitor::{Id, Visitor};
use crate::view::{self, Question, Tone};

const NOT_DISCONNECTED: &str = "Not disconnected";
const NOT_REVOKED: &str = "Not revoked";
const NOT_REMOVED: &str = "Not removed";

pub(super) async fn ask_disconnect(
    State(page): State<Page>,
    visitor: Visitor,
    Id(id): Id,
) -> Result<Response, Failure> {
    let named = page.named(&id).await?;
    let question = Question {
        title: format!("Disconnect {}?", named.name),
        consequences: vec![
            "Its tokens are deleted here.".to_owned(),
            "The service is told nothing, so it may still take them until they end.".to_owned(),
            "Settings and history stay; it can be connected again.".to_owned(),
        ],
        action: format!("{}/disconnect", named.path()),
        confirm: None,
        verb: "Disconnect".to_owned(),
        back: named.path(),
        tone: Tone::Neutral,
    };
    show(&page, &visitor, &question)
}

pub(super) async fn disconnect(
    State(page): State<Page>,
    Id(id): Id,
    posted: Posted,
) -> Result<Response, Failure> {
    let named = page.named(&id).await?;
    let connections = &page.0.connections;
    let notice = match connections.disconnect(&page.0.tenant, &named.name).await {
        Ok(()) => done("Disconnected").message("Its tokens are deleted here."),
        Err(it) => error(NOT_DISCONNECTED, it, None),
    };
    page.tell(&posted.visitor, &named.path(), notice)
}

pub(super) async fn ask_revoke(
    State(page): State<Page>,
    visitor: Visitor,
    Id(id): Id,
) -> Result<Response, Failure> {
    let named = page.named(&id).await?;
    let connections = &page.0.connections;
    match connections.revocation(&page.0.tenant, &named.name).await {
        Ok(would) => show(&page, &visitor, &revoking(&named, would)),
        Err(it) => {
            let notice = error(NOT_REVOKED, it, page.form(&named));
            page.tell(&visitor, &named.path(), notice)
        }
    }
}

fn revoking(named: &Named, would: Revocation) -> Question {
    let mut consequences = vec![
        format!("The service ends the connection of {}.", named.name),
        "Its tokens are deleted here; settings and history stay.".to_owned(),
    ];
    consequences.extend(would.warning);
    if !would.others.is_empty() {
        let others = listed(&would.others);
        consequences.push(format!(
            "Stored here for the same user and company: {others}."
        ));
    }
    Question {
        title: format!("Revoke {} at the service?", named.name),
        consequences,
        action: format!("{}/revoke", named.path()),
        confirm: Some(would.confirm.as_str().to_owned()),
        verb: "Revoke at the service".to_owned(),
        back: named.path(),
        tone: Tone::Bad,
    }
}

pub(super) async fn revoke(
    State(page): State<Page>,
    Id(id): Id,
    posted: Posted,
) -> Result<Response, Failure> {
    let named = page.named(&id).await?;
    page.may_send(&posted.visitor)?;
    let connections = &page.0.connections;
    let revoked = match posted.confirm() {
        Some(confirm) => {
            connections
                .revoke(&page.0.tenant, &named.name, &confirm)
                .await
        }
        None => Err(Error::WrongConfirmation),
    };
    let notice = match revoked {
        Ok(()) => done("Revoked").message("The service has ended the connection."),
        Err(it) => error(NOT_REVOKED, it, page.form(&named)),
    };
    page.tell(&posted.visitor, &named.path(), notice)
}

pub(super) async fn ask_remove(
    State(page): State<Page>,
    visitor: Visitor,
    Id(id): Id,
) -> Result<Response, Failure> {
    let named = page.named(&id).await?;
    let question = Question {
        title: format!("Remove {}?", named.name),
        consequences: vec![
            "Its settings, secrets, tokens and history are deleted for good.".to_owned(),
            "The service is told nothing. Revoke it first, where the connection should end there \
             too."
                .to_owned(),
        ],
        action: format!("{}/remove", named.path()),
        confirm: None,
        verb: "Remove".to_owned(),
        back: named.path(),
        tone: Tone::Bad,
    };
    show(&page, &visitor, &question)
}

pub(super) async fn remove(
    State(page): State<Page>,
    Id(id): Id,
    posted: Posted,
) -> Result<Response, Failure> {
    let named = page.named(&id).await?;
    let connections = &page.0.connections;
    match connections.remove(&page.0.tenant, &named.name).await {
        Ok(()) => {
            page.session(&posted.visitor, |it| it.drafts.drop(&Place::Of(named.id)))?;
            let notice = done("Removed").message(format!("{} was deleted.", named.name));
            page.tell(&posted.visitor, "/", notice)
        }
        Err(it) => page.tell(&posted.visitor, &named.path(), error(NOT_REMOVED, it, None)),
    }
}

/// Asks.
pub(super) fn show(
    page: &Page,
    visitor: &Visitor,
    question: &Question,
) -> Result<Response, Failure> {
    let notice = page.notice(visitor)?;
    let frame = page.frame(visitor, notice.as_ref(), None);
    Ok(html(view::question(&frame, question)).into_response())
}

/// Names in a row.
pub(super) fn listed(names: &[Name]) -> String {
    let names: Vec<&str> = names.iter().map(Name::as_str).collect();
    names.join(", ")
}
