//! The plugin of a credential: accepting another one, and what its form no longer has.

use axum::extract::State;
use axum::response::Response;
use credential_connections::service::{Edit, Error};
use percent_encoding::percent_decode_str;

use super::app::{Named, Page};
use super::explain::{done, error, failed};
use super::failure::Failure;
use super::posted::Posted;
use super::visitor::Id;
use crate::view::Notice;

const NOT_ACCEPTED: &str = "Not accepted";

/// Binds the credential to the plugin that is installed, if that still differs as the person has seen it.
pub(super) async fn accept(
    State(page): State<Page>,
    Id(id): Id,
    posted: Posted,
) -> Result<Response, Failure> {
    let named = page.named(&id).await?;
    let notice = match page.accept(&named, &posted).await {
        Ok(()) => done("Plugin accepted").message("The credential is used by it from now on."),
        Err(why) => error(NOT_ACCEPTED, why, page.form(&named)),
    };
    page.tell(&posted.visitor, &named.path(), notice)
}

/// Deletes a stored field that the plugin's form no longer has.
pub(super) async fn delete_unused(
    State(page): State<Page>,
    Id(id): Id,
    posted: Posted,
) -> Result<Response, Failure> {
    let named = page.named(&id).await?;
    // Percent-encoded on the page, where no text of others is printed to the letter.
    let field = percent_decode_str(posted.text("field").unwrap_or_default()).decode_utf8_lossy();
    let status = page.status(&named).await?;
    let notice = if status.form.unknown.iter().any(|it| *it == field) {
        page.delete_field(&named, &field).await
    } else {
        failed("Not deleted").message("No such field is kept, or the form has it.")
    };
    page.tell(&posted.visitor, &named.path(), notice)
}

impl Page {
    async fn accept(&self, named: &Named, posted: &Posted) -> Result<(), Error> {
        let (connections, tenant) = (&self.0.connections, &self.0.tenant);
        let difference = connections.plugin_difference(tenant, &named.name).await?;
        let seen = difference.filter(|it| posted.confirm() == Some(it.confirm()));
        let seen = seen.ok_or(Error::WrongConfirmation)?;
        connections.accept_plugin(tenant, &named.name, &seen).await
    }

    async fn delete_field(&self, named: &Named, field: &str) -> Notice {
        let (connections, tenant) = (&self.0.connections, &self.0.tenant);
        let edit = Edit::new().clear(field);
        match connections.edit(tenant, &named.name, &edit).await {
            Ok(_) => done("Deleted").message("The field is no longer stored."),
            Err(why) => error("Not deleted", why, self.form(named)),
        }
    }
}
