//! The way back from a service's sign-in (RFC 6749 section 4.1.2). Every way of coming back that is not
//! the one that was begun in this browser has an end of its own, and asks for no token.

use axum::extract::{RawQuery, State};
use axum::http::header::REFERRER_POLICY;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use credential_connections::record::CredentialId;
use zeroize::Zeroizing;

use super::app::{Page, path};
use super::failure::Failure;
use super::sign_in::{Fate, OpenSignIn, Return, state_of};
use super::visitor::Visitor;

/// Its address holds a code, which is nobody else's to see.
const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");

pub(super) async fn come_back(
    State(page): State<Page>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let address = Zeroizing::new(page.0.redirect.with_query(query.as_deref()));
    let received = match page.bearer(&headers) {
        Some(bearer) => receive(page, bearer, address).await,
        None => Err(page.stray(elsewhere())),
    };
    let mut response = received.into_response();
    response.headers_mut().insert(REFERRER_POLICY, NO_REFERRER);
    response
}

async fn receive(
    page: Page,
    bearer: Visitor,
    address: Zeroizing<String>,
) -> Result<Response, Failure> {
    let now = page.now();
    let back = match state_of(&address) {
        Some(state) => page.session(&bearer, |it| it.sign_ins.come_back(state, now))?,
        None => Return::Unknown,
    };
    // Cookie and state together: it is the browser that left, and may be told its addresses.
    match back {
        Return::Open(open) => to_its_end(page, bearer, open, address).await,
        Return::Past(of, fate) => Err(over(of, fate).within(&page.address(&bearer, ""))),
        Return::Unknown => Err(page.stray(unknown())),
    }
}

impl Page {
    /// Whoever comes back without a sign-in of its own takes from the strangers' rate.
    fn stray(&self, failure: Failure) -> Failure {
        let wait = self.rates().strangers.take().err();
        wait.map_or(failure, Failure::too_many)
    }
}

/// A browser that does not wait for the answer finds it when it comes again.
async fn to_its_end(
    page: Page,
    visitor: Visitor,
    open: OpenSignIn,
    address: Zeroizing<String>,
) -> Result<Response, Failure> {
    let finishing = async move {
        let binding = open.binding.expose();
        let result = page.0.connections.finish_connect(binding, &address).await;
        let connected = match page.named(&open.of.to_string()).await {
            Ok(named) => page.connected(&visitor, &named, result),
            Err(failure) => Err(failure),
        };
        connected.map_err(|it| it.within(&page.address(&visitor, "")))
    };
    let finished = tokio::spawn(finishing).await;
    finished.unwrap_or_else(|_| Err(Failure::status(StatusCode::INTERNAL_SERVER_ERROR)))
}

fn elsewhere() -> Failure {
    let message = "This browser did not begin the sign-in, or its session is over. No token was asked \
                   for.";
    let hint = "Go back to the browser in which you began. If it was this one, open the page with a \
                new one-time link and start again.";
    Failure::new(
        StatusCode::FORBIDDEN,
        "Another browser",
        message,
        Some(hint),
    )
}

fn over(of: CredentialId, fate: Fate) -> Failure {
    let (title, message) = match fate {
        Fate::Answered => (
            "Already answered",
            "The browser has come back from this sign-in before. It was not used again.",
        ),
        Fate::Replaced => (
            "Replaced by a later sign-in",
            "Another sign-in for the same credential was begun in this browser after this one. No token \
             was asked for.",
        ),
        Fate::GivenUp => (
            "Given up",
            "Too many sign-ins were begun in this browser after this one. No token was asked for.",
        ),
        Fate::Expired => (
            "Too late",
            "The time for this sign-in was over. No token was asked for.",
        ),
    };
    let hint = "Look at the credential. If it is not connected, connect it again.";
    Failure::new(StatusCode::GONE, title, message, Some(hint)).back("To the credential", path(of))
}

/// It leads nowhere, and does not say what is open: with the cookie alone, anybody may be asking.
fn unknown() -> Failure {
    let message = "The browser came back with a state that is none of this session's sign-ins. No \
                   token was asked for.";
    let hint = "Go back to the page: a sign-in that you began there is still open. Finish it, or start \
                again.";
    Failure::new(
        StatusCode::BAD_REQUEST,
        "Not this sign-in",
        message,
        Some(hint),
    )
}
