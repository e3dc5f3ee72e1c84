//! One request over one connection: all that a walk needs.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HOST, LOCATION};
use http::{Request, Uri};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::WalkError;

/// What came back.
pub(super) struct Page {
    pub(super) url: String,
    pub(super) status: u16,
    pub(super) location: Option<String>,
    pub(super) text: String,
}

/// Fetches a page, or sends it a form.
pub(super) async fn fetch(
    method: &str,
    url: &str,
    form: Option<String>,
) -> Result<Page, WalkError> {
    let (authority, target) = parts(url)?;
    let request = request(method, &authority, &target, form);
    let request = request.map_err(|_| WalkError::Url(url.to_owned()))?;
    let (status, location, body) = exchange(&authority, request)
        .await
        .map_err(|error| WalkError::Connection(authority, error.to_string()))?;
    let text = String::from_utf8_lossy(&body).into_owned();
    Ok(Page {
        url: url.to_owned(),
        status,
        location,
        text,
    })
}

fn request(
    method: &str,
    authority: &str,
    target: &str,
    form: Option<String>,
) -> http::Result<Request<Full<Bytes>>> {
    let mut request = Request::builder().method(method).uri(target);
    request = request.header(HOST, authority).header(ACCEPT, "text/html");
    if form.is_some() {
        request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    request.body(Full::new(Bytes::from(form.unwrap_or_default())))
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// Status, `Location` and body.
async fn exchange(
    authority: &str,
    request: Request<Full<Bytes>>,
) -> Result<(u16, Option<String>, Bytes), AnyError> {
    let stream = TcpStream::connect(authority).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = body.collect().await?.to_bytes();
    connection.abort();
    let location = head
        .headers
        .get(LOCATION)
        .and_then(|value| value.to_str().ok());
    Ok((head.status.as_u16(), location.map(str::to_owned), body))
}

/// Host with port, and path with query.
fn parts(url: &str) -> Result<(String, String), WalkError> {
    let wrong = || WalkError::Url(url.to_owned());
    let uri: Uri = url.parse().map_err(|_| wrong())?;
    let authority = uri
        .authority()
        .filter(|authority| authority.port().is_some())
        .ok_or_else(wrong)?;
    if uri.scheme_str() != Some("http") {
        return Err(wrong());
    }
    let target = uri
        .path_and_query()
        .map_or("/", http::uri::PathAndQuery::as_str);
    Ok((authority.to_string(), target.to_owned()))
}

/// A form's action, seen from its page: a path, or a whole URL.
pub(super) fn resolve(page_url: &str, action: &str) -> Result<String, WalkError> {
    if !action.starts_with('/') {
        return Ok(action.to_owned());
    }
    let (authority, _) = parts(page_url)?;
    Ok(format!("http://{authority}{action}"))
}

/// The redirect's target, where it stays with the page's host.
pub(super) fn same_origin(page_url: &str, location: &str) -> Option<String> {
    let target = resolve(page_url, location).ok()?;
    let same = parts(&target).ok()?.0 == parts(page_url).ok()?.0;
    same.then_some(target)
}
