//! Health checks (liveness and readiness probes of an orchestrator, checks of a load balancer).
//!
//! A prober knows neither the page's name nor a link, so it is answered whatever its `Host`, without a
//! session, and learns nothing but whether the store takes writes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};

use super::app::Page;

const PATH: &str = "/healthz";

/// How long the store may take to answer. A prober waits for about a second or two.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the last question to the store brought.
pub(super) struct Health(AtomicBool);

impl Default for Health {
    fn default() -> Self {
        Self(AtomicBool::new(true))
    }
}

pub(super) fn is_probe(request: &Request) -> bool {
    request.uri().path() == PATH && matches!(*request.method(), Method::GET | Method::HEAD)
}

/// 200 where the store takes writes, 503 otherwise. Past the rate of probes the store is not asked, and
/// the last answer holds: a flood of probes is neither a load on the store nor a reason to restart.
pub(super) async fn answer(page: &Page) -> Response {
    let Health(is_well) = &page.0.health;
    if page.rates().probes.take().is_ok() {
        let asked = page.0.connections.store().check_writable();
        let answered = tokio::time::timeout(PATIENCE, asked).await;
        is_well.store(matches!(answered, Ok(Ok(()))), Ordering::Relaxed);
    }
    match is_well.load(Ordering::Relaxed) {
        true => "ok\n".into_response(),
        false => (StatusCode::SERVICE_UNAVAILABLE, "not ok\n").into_response(),
    }
}
