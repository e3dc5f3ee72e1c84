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
    let mut response = match page.visitor(&headers) {
        Some(visitor) => {
            let received = receive(page.clone(), visitor, address).await;
            let received = received.map_err(|it| it.seen_from_elsewhere(&page));
            received.into_response()
        }
        None => elsewhere().into_response(),
    };
    response.headers_mut().insert(REFERRER_POLICY, NO_REFERRER);
    response
}

async fn receive(
    page: Page,
    visitor: Visitor,
    address: Zeroizing<String>,
) -> Result<Response, Failure> {
    let now = page.now();
    let back = match state_of(&address) {
        Some(state) => page.session(&visitor, |it| it.sign_ins.come_back(state, now))?,
        None => Return::Unknown,
    };
    match back {
        Return::Open(open) => to_its_end(page, visitor, open, address).await,
        Return::Past(of, fate) => Err(over(&page, of, fate)),
        Return::Unknown => {
            let open = page.session(&visitor, |it| it.sign_ins.open(now))?;
            Err(unknown(&page, open))
        }
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
        let named = page.named(&open.of.to_string()).await?;
        page.connected(&visitor, &named, result)
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

fn over(page: &Page, of: CredentialId, fate: Fate) -> Failure {
    let (title, message) = match fate {
        Fate::Answered => (
            "Already answered",
            "The browser has come back from this sign-in before. It was not used again.",
        ),
        Fate::Replaced => (
            "Replaced by a later sign-in",
            "Another sign-in was begun in this browser after this one. No token was asked for.",
        ),
        Fate::Expired => (
            "Too late",
            "The time for this sign-in was over. No token was asked for.",
        ),
    };
    let hint = "Look at the credential. If it is not connected, connect it again.";
    Failure::new(StatusCode::GONE, title, message, Some(hint))
        .back("To the credential", page.address(&path(of)))
}

fn unknown(page: &Page, open: Option<CredentialId>) -> Failure {
    let message = "The browser came back with a state that is none of this session's sign-ins. No \
                   token was asked for.";
    let hint = match open {
        Some(_) => "The sign-in that you began is still open: finish it, or start again.",
        None => "Start again from the credential's page.",
    };
    let failure = Failure::new(
        StatusCode::BAD_REQUEST,
        "Not this sign-in",
        message,
        Some(hint),
    );
    match open {
        Some(of) => failure.back("To the credential", page.address(&path(of))),
        None => failure.back("All credentials", page.address("/")),
    }
}
