//! The base path of a request. A reverse proxy either keeps it (`proxy_pass http://page;`) or strips it
//! (`proxy_pass http://page/;`); the page takes both, and its router knows paths without it.

use axum::extract::{OriginalUri, Request};
use axum::http::Uri;
use axum::http::uri::PathAndQuery;

use super::address::PublicAddress;

/// Marks a request whose path is not under the base path: of a proxy that strips it, or nothing of this page.
#[derive(Clone, Copy, Debug)]
pub(super) struct WithoutBase;

/// A request as the router knows it.
pub(super) fn strip(address: &PublicAddress, mut request: Request) -> Request {
    if address.base_path().is_empty() {
        return request;
    }
    match stripped(address, request.uri()) {
        Some(uri) => *request.uri_mut() = uri,
        None => {
            request.extensions_mut().insert(WithoutBase);
        }
    }
    // What handlers hold against the session's paths: as the router knows it, too.
    let uri = OriginalUri(request.uri().clone());
    request.extensions_mut().insert(uri);
    request
}

fn stripped(address: &PublicAddress, uri: &Uri) -> Option<Uri> {
    let path = address.strip(uri.path())?;
    let path = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path).ok()?);
    Uri::from_parts(parts).ok()
}
