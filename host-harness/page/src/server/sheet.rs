//! The files that a page refers to.

use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::Response;
use credential_runtime::Descriptor;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::answer::typed;
use super::app::Page;
use super::failure::Failure;
use super::random::hash;
use crate::view::{self, assets};

/// What is under an address with a digest in it never changes.
const FOR_GOOD: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");

/// A stylesheet that shows fields by what the form says, under an address that changes with it.
pub(super) struct Sheet {
    pub(super) path: String,
    digest: String,
    css: String,
}

impl Sheet {
    pub(super) fn of(form: &Descriptor) -> Self {
        let css = view::conditions(form);
        let digest: String = hash(&css)[..8]
            .iter()
            .map(|it| format!("{it:02x}"))
            .collect();
        let plugin = utf8_percent_encode(&form.id, NON_ALPHANUMERIC);
        let path = format!("/assets/plugin/{plugin}/{digest}.css");
        Self { path, digest, css }
    }
}

pub(super) async fn css() -> Response {
    typed("text/css; charset=utf-8", assets::CSS)
}

pub(super) async fn js() -> Response {
    typed("text/javascript; charset=utf-8", assets::JS)
}

pub(super) async fn icon() -> Response {
    typed("image/svg+xml", assets::ICON)
}

pub(super) async fn conditions(
    State(page): State<Page>,
    Path((plugin, file)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let digest = file.strip_suffix(".css");
    let sheet = page.0.sheets.get(&plugin);
    let sheet = sheet.filter(|it| digest == Some(it.digest.as_str()));
    let css = sheet.ok_or_else(Failure::not_found)?.css.clone();
    let mut response = typed("text/css; charset=utf-8", css);
    response.headers_mut().insert(CACHE_CONTROL, FOR_GOOD);
    Ok(response)
}
