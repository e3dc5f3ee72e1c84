//! Leaving for the service's sign-in.
//!
//! Chromium holds every redirect that follows a form to the page's `form-action`, and nobody knows to
//! which hosts a service sends a person on. So the form ends at a page of ours, and from there the
//! browser goes on by itself. The address, which holds the state, stands in no page.

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::REFRESH;
use axum::response::Response;
use credential_runtime::Secret;
use url::Url;

use super::answer::{html, see_other};
use super::app::{Named, Page};
use super::failure::Failure;
use super::visitor::{Id, Visitor};
use crate::view::{self, Ending};

/// Where a browser that is about to leave is told so.
pub(super) fn way_out(named: &Named) -> String {
    format!("{}/sign-in", named.path())
}

/// Says where the browser is going, and lets it go.
pub(super) async fn leaving(
    State(page): State<Page>,
    visitor: Visitor,
    Id(id): Id,
) -> Result<Response, Failure> {
    let named = page.named(&id).await?;
    let Some(address) = page.sign_in_address(&visitor, &named)? else {
        return Ok(see_other(&page.address(&visitor, &named.path())));
    };
    let on = format!("{}{}/leave", visitor.base(), way_out(&named));
    let mut response = html(view::ending(
        &going(&address, &on),
        page.0.address.base_path(),
        visitor.base(),
    ));
    if let Ok(refresh) = HeaderValue::from_str(&format!("0; url={on}")) {
        response.headers_mut().insert(REFRESH, refresh);
    }
    Ok(response)
}

/// The way to the service itself.
pub(super) async fn leave(
    State(page): State<Page>,
    visitor: Visitor,
    Id(id): Id,
) -> Result<Response, Failure> {
    let named = page.named(&id).await?;
    let address = page.sign_in_address(&visitor, &named)?;
    Ok(match address {
        Some(address) => see_other(address.expose()),
        None => see_other(&page.address(&visitor, &named.path())),
    })
}

fn going(address: &Secret, on: &str) -> Ending {
    let host = Url::parse(address.expose()).ok();
    let host = host
        .as_ref()
        .and_then(Url::host_str)
        .unwrap_or("the service");
    Ending {
        status: 200,
        title: "On to the sign-in".to_owned(),
        message: format!("You sign in at {host}, and come back here."),
        hint: None,
        back: Some(("Continue".to_owned(), on.to_owned())),
    }
}

impl Page {
    /// Where the sign-in goes on that this browser has begun for a credential, while it is open.
    fn sign_in_address(&self, visitor: &Visitor, named: &Named) -> Result<Option<Secret>, Failure> {
        let now = self.now();
        self.session(visitor, |it| it.sign_ins.address(named.id, now))
    }
}
