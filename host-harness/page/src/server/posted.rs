//! What a browser sends with a form.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::http::header::{CONTENT_TYPE, REFERER};
use axum::http::{HeaderMap, StatusCode};
use credential_connections::service::Confirm;
use credential_runtime::Secret;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use subtle::ConstantTimeEq as _;
use url::Url;
use zeroize::Zeroizing;

use super::app::Page;
use super::failure::Failure;
use super::visitor::Visitor;

/// The longest body, in bytes: a form of two hundred fields with a page of text in many of them.
pub(super) const MOST_BYTES: usize = 64 << 10;

/// How long a browser may take to send one.
const PATIENCE: Duration = Duration::from_secs(20);

/// A form that a visitor of this page sent from this page.
pub(super) struct Posted {
    pub(super) visitor: Visitor,
    parameters: BTreeMap<String, Secret>,
    /// The path within the session of the page that it stands on, as far as the browser says.
    from: Option<String>,
}

/// What a person wants done with the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Store it, then connect.
    Connect,
    /// Store it.
    Save,
    /// Forget what was typed.
    Discard,
}

impl Posted {
    /// A parameter that is no secret.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(Secret::expose)
    }

    /// What stands in a field of the plugin's form.
    pub(super) fn field(&self, id: &str) -> Option<&Secret> {
        self.parameters.get(&format!("f.{id}"))
    }

    /// Whether a secret is to be emptied.
    pub(super) fn clears(&self, id: &str) -> bool {
        self.parameters.contains_key(&format!("clear.{id}"))
    }

    /// That the person has been told.
    pub(super) fn confirm(&self) -> Option<Confirm> {
        let confirm = self.text("confirm").filter(|it| !it.is_empty());
        confirm.map(Confirm::from_text)
    }

    /// The credential on whose page it stands. This page's referrer policy has browsers say so.
    pub(super) fn credential(&self) -> Option<&str> {
        self.from.as_deref()?.strip_prefix("/credentials/")
    }

    /// Whatever is not said otherwise is only stored.
    pub(super) fn action(&self) -> Action {
        match self.text("action") {
            Some("connect") => Action::Connect,
            Some("discard") => Action::Discard,
            Some(_) | None => Action::Save,
        }
    }
}

impl fmt::Debug for Posted {
    /// Without what was typed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Posted").finish_non_exhaustive()
    }
}

impl FromRequest<Page> for Posted {
    type Rejection = Failure;

    async fn from_request(request: Request, page: &Page) -> Result<Self, Failure> {
        let (mut head, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut head, page).await?;
        if !is_form(&head.headers) {
            return Err(Failure::status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let body = tokio::time::timeout(PATIENCE, bytes(body)).await;
        let body = body.map_err(|_| Failure::status(StatusCode::REQUEST_TIMEOUT))?;
        let parameters = read(&body?);
        let token = parameters.get("csrf").map_or("", Secret::expose);
        let expected = visitor.csrf.expose();
        if !bool::from(token.as_bytes().ct_eq(expected.as_bytes())) {
            return Err(Failure::forged());
        }
        let from = referring_path(&head.headers);
        Ok(Self {
            from: from.and_then(|it| visitor.inside(&it).map(str::to_owned)),
            visitor,
            parameters,
        })
    }
}

fn referring_path(headers: &HeaderMap) -> Option<String> {
    let url = headers.get(REFERER)?.to_str().ok()?;
    Some(Url::parse(url).ok()?.path().to_owned())
}

fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let essence = content_type.and_then(|it| it.split(';').next());
    essence.is_some_and(|it| {
        it.trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

/// The body, in memory that is wiped; each piece that it came in is the connection's.
async fn bytes(body: Body) -> Result<Zeroizing<Vec<u8>>, Failure> {
    // Of its final size from the start: one that grew would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MOST_BYTES));
    let mut body = Limited::new(body, MOST_BYTES);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| match error.is::<LengthLimitError>() {
            true => Failure::status(StatusCode::PAYLOAD_TOO_LARGE),
            false => Failure::status(StatusCode::BAD_REQUEST),
        })?;
        bytes.extend_from_slice(frame.data_ref().map_or(&[][..], |it| it));
    }
    Ok(bytes)
}

/// Of a parameter that is given twice, the last counts.
fn read(body: &[u8]) -> BTreeMap<String, Secret> {
    form_urlencoded::parse(body)
        .map(|(name, value)| (name.into_owned(), Secret::new(value)))
        .collect()
}
