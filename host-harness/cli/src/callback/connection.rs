//! One browser's connection: TLS, a request, a page.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use credential_runtime::Secret;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};
use tokio_rustls::TlsAcceptor;

use super::page;
use super::page::Ending;
use super::redirect::LoopbackRedirect;
use super::sign_in::{SignIn, Stray};

/// How long a browser may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);
/// A request's line and headers. A code is a JWT of hundreds of characters, sometimes more.
const MOST_REQUEST_BYTES: usize = 64 << 10;

/// A browser came back: the address that it was sent to, and where to put the page it is shown.
pub(super) struct Returned {
    pub(super) redirected: Secret,
    pub(super) reply: oneshot::Sender<Ending>,
}

/// What every connection of a listener shares.
pub(super) struct Shared {
    pub(super) redirect: LoopbackRedirect,
    pub(super) sign_in: SignIn,
    /// Notified once a browser has begun.
    pub(super) left: Arc<Notify>,
    /// Taken by the first that comes back from this sign-in.
    pub(super) waiting: Mutex<Option<oneshot::Sender<Returned>>>,
}

/// Serves one connection to its end. Tells whether the callback was answered on it.
pub(super) async fn serve(tcp: TcpStream, tls: TlsAcceptor, shared: Arc<Shared>) -> bool {
    let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, tls.accept(tcp)).await else {
        // A browser that does not trust the certificate yet hangs up here, and comes again.
        return false;
    };
    let answered = AtomicBool::new(false);
    let service = service_fn(|request| answer(request, &shared, &answered));
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(MOST_REQUEST_BYTES)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection to the callback listener broke");
    }
    answered.load(Ordering::SeqCst)
}

async fn answer(
    request: Request<Incoming>,
    shared: &Shared,
    answered: &AtomicBool,
) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(if is_speculative(request.headers()) {
        page::not_this_sign_in()
    } else if shared.sign_in.begins_at(request.uri().path()) {
        get_only(&request).unwrap_or_else(|| send_off(shared))
    } else if request.uri().path() != shared.redirect.path() {
        page::not_found()
    } else if let Some(refusal) = get_only(&request) {
        refusal
    } else {
        come_back(&request, shared, answered).await
    })
}

fn get_only(request: &Request<Incoming>) -> Option<Response<Full<Bytes>>> {
    (request.method() != Method::GET).then(page::method_not_allowed)
}

/// Whether a browser fetches ahead of what the person asks for (Fetch standard, `Sec-Purpose`, and what
/// was sent before it).
fn is_speculative(headers: &HeaderMap) -> bool {
    let purposes = ["sec-purpose", "purpose", "x-purpose", "x-moz"];
    purposes.iter().any(|it| headers.contains_key(*it))
}

/// Gives the browser the cookie of this sign-in, and sends it to the service.
fn send_off(shared: &Shared) -> Response<Full<Bytes>> {
    let sign_in = &shared.sign_in;
    let location = HeaderValue::from_str(sign_in.destination.expose()).ok();
    let Some((location, cookie)) = location.zip(sign_in.set_cookie()) else {
        return page::not_found();
    };
    shared.left.notify_one();
    page::going(location, cookie)
}

/// Nothing that is not this sign-in's ends the wait for it.
async fn come_back(
    request: &Request<Incoming>,
    shared: &Shared,
    answered: &AtomicBool,
) -> Response<Full<Bytes>> {
    let checked = shared
        .sign_in
        .check(request.uri().query(), request.headers());
    match checked {
        Ok(()) => take(request, shared, answered).await,
        Err(Stray::State) => page::not_this_sign_in(),
        Err(Stray::Browser) => page::another_browser(),
    }
}

/// The first is the one; the page waits until it is known how it ended.
async fn take(
    request: &Request<Incoming>,
    shared: &Shared,
    answered: &AtomicBool,
) -> Response<Full<Bytes>> {
    let Some(ending) = hand_over(request, shared) else {
        return page::gone();
    };
    answered.store(true, Ordering::SeqCst);
    let ended_early = "The sign-in was ended before it was complete.";
    let ending = ending.await;
    let ending = ending.unwrap_or_else(|_| Ending::failure("Not connected", ended_early));
    ending.response()
}

/// Hands the address to whoever waits for it, once; gives where the ending will come from.
fn hand_over(request: &Request<Incoming>, shared: &Shared) -> Option<oneshot::Receiver<Ending>> {
    let waiting = shared.waiting.lock();
    let first = waiting.unwrap_or_else(PoisonError::into_inner).take()?;
    let asked = request.uri().path_and_query();
    let redirected = shared.redirect.resolve(asked.map_or("/", |it| it.as_str()));
    let (reply, ending) = oneshot::channel();
    let returned = Returned {
        redirected: Secret::new(redirected),
        reply,
    };
    first.send(returned).ok()?;
    Some(ending)
}
