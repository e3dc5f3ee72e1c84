//! From a path to the endpoint behind it.

use crate::answer::Answer;
use crate::fault::{Delivery, deliver, instead};
use crate::refusal::{self, Refusal};
use crate::request::Request;
use crate::world::World;
use crate::{API_PATH, api, oauth};

/// Answers a request, as the fault wants it that befalls it, if any does.
pub(crate) fn decide(world: &mut World, request: &Request, entry: usize) -> Delivery {
    let form = request.form();
    let taken = world.script.take(&request.path, form.get("grant_type"));
    let fault = taken.as_ref().map(|taken| taken.fault.to_string());
    if let Some(entry) = world.journal.entry_mut(entry) {
        entry.fault = fault;
    }
    if let Some(delivery) = taken.as_ref().and_then(|taken| instead(world, taken)) {
        return delivery;
    }
    let decided = route(world, request);
    deliver(world.settle(decided), taken, request)
}

fn route(world: &mut World, request: &Request) -> Result<Answer, Refusal> {
    let path = request
        .path
        .strip_prefix(API_PATH)
        .ok_or(refusal::BAD_PATH)?;
    match (path, request.method.as_str()) {
        ("/oauth2/authorize", "GET") => oauth::authorize(world, request),
        ("/oauth2/authorize", "POST") => oauth::decide(world, request),
        ("/oauth2/token", "POST") => oauth::token(world, request),
        ("/oauth2/revoke", "POST") => oauth::revoke(world, request),
        ("/oauth2/introspect", "POST") => oauth::introspect(world, request),
        ("/services/core/model", "GET") => api::model(world, request),
        ("/services/core/query", "POST") => api::query(world, request),
        ("/services/core/session/id", "GET") => api::session_id(world, request),
        (other, method) => match (other.strip_prefix("/objects/"), method) {
            (Some(object), "GET") => api::objects(world, request, object),
            (Some(_), _) => Err(refusal::METHOD_NOT_ALLOWED),
            (None, _) if ENDPOINTS.contains(&other) => Err(refusal::METHOD_NOT_ALLOWED),
            (None, _) => Err(refusal::BAD_PATH),
        },
    }
}

/// Paths under [`API_PATH`] that take some method.
const ENDPOINTS: [&str; 7] = [
    "/oauth2/authorize",
    "/oauth2/token",
    "/oauth2/revoke",
    "/oauth2/introspect",
    "/services/core/model",
    "/services/core/query",
    "/services/core/session/id",
];
