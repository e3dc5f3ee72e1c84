//! What a fault makes of an answer.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, LOCATION, RETRY_AFTER,
};

use super::rule::Settings;
use super::{Fault, Maintenance, Taken, Wait, gzip};
use crate::answer::Answer;
use crate::html;
use crate::refusal::{self, Refusal};
use crate::request::Request;
use crate::world::World;

/// How an answer reaches the client.
#[derive(Debug)]
pub(crate) enum Delivery {
    /// As it should.
    Whole(Answer),
    /// After the fault has been released.
    HeadHeld(Answer, Taken),
    /// Half of the body after the fault has been released.
    BodyHeld(Answer, Taken),
    /// Half of it; then the connection breaks.
    Truncated(Answer, Taken),
    /// Not at all: the connection breaks.
    Nothing(Taken),
}

/// Spellings of the waiting time. The names between prefix and suffix are made up here (I).
const X_IA_HYPHENATED: HeaderName = HeaderName::from_static("x-ia-gateway-retry-after");
const X_IA_JOINED: HeaderName = HeaderName::from_static("x-ia-gatewayretryafter");

/// The answer of a fault that keeps the endpoint from acting; nothing where it acts.
pub(crate) fn instead(world: &mut World, taken: &Taken) -> Option<Delivery> {
    let settings = &taken.settings;
    let refused = |world: &mut World, refusal: Refusal| refusal.answer(&mut world.randomness);
    let answer = match taken.fault {
        Fault::DropBeforeReading | Fault::Maintenance(Maintenance::Broken) => {
            return Some(Delivery::Nothing(taken.clone()));
        }
        Fault::Maintenance(kind) => maintenance(kind, &settings.location),
        Fault::HtmlErrorPage => bad_gateway(),
        Fault::EmptyErrorPage => empty(),
        Fault::ErrorInside200 => all_is_well(refused(world, refusal::ENDED_REFRESH_TOKEN)),
        Fault::Throttled(wait) => {
            let answer = refused(world, refusal::THROTTLED);
            asking_to_wait(answer, wait, settings, world)
        }
        Fault::Unavailable(wait) => {
            let answer = refused(world, refusal::UNAVAILABLE);
            asking_to_wait(answer, wait, settings, world)
        }
        Fault::InternalError => refused(world, refusal::INTERNAL_ERROR),
        Fault::RedirectElsewhere => redirect(&settings.location),
        Fault::ExpiredToken => refused(world, refusal::STALE_REST_1206),
        Fault::Refuse(refusal) => refused(world, refusal),
        Fault::SlowHead
        | Fault::SlowBody
        | Fault::DropAfterActing
        | Fault::TruncatedBody
        | Fault::WrongContentType
        | Fault::OversizedBody
        | Fault::InvalidJson
        | Fault::Gzip
        | Fault::GzipWhereAllowed
        | Fault::ByteOrderMark => return None,
    };
    taken.strike();
    Some(Delivery::Whole(answer))
}

/// What becomes of the endpoint's own answer.
pub(crate) fn deliver(answer: Answer, taken: Option<Taken>, request: &Request) -> Delivery {
    let Some(taken) = taken else {
        return Delivery::Whole(answer);
    };
    match taken.fault {
        Fault::SlowHead => return Delivery::HeadHeld(answer, taken),
        Fault::SlowBody => return Delivery::BodyHeld(answer, taken),
        Fault::TruncatedBody => return Delivery::Truncated(answer, taken),
        Fault::DropAfterActing | Fault::DropBeforeReading => return Delivery::Nothing(taken),
        _ => {}
    }
    taken.strike();
    Delivery::Whole(spoiled(answer, &taken, request))
}

fn spoiled(mut answer: Answer, taken: &Taken, request: &Request) -> Answer {
    match taken.fault {
        Fault::WrongContentType => {
            return answer.replacing(&CONTENT_TYPE, "text/html; charset=utf-8");
        }
        Fault::OversizedBody => {
            answer.body = followed_by_blanks(&answer.body, taken.settings.oversized_bytes);
        }
        Fault::InvalidJson => answer.body = nearly_json(&answer.body),
        Fault::Gzip => return compressed(answer),
        Fault::GzipWhereAllowed if !asks_for_identity(request) => return compressed(answer),
        Fault::ByteOrderMark => {
            answer.body = Bytes::from([b"\xEF\xBB\xBF", &*answer.body].concat());
        }
        _ => {}
    }
    answer
}

/// Blanks behind a JSON document leave it valid, so that only its size is wrong.
fn followed_by_blanks(body: &Bytes, blanks: usize) -> Bytes {
    let mut bytes = body.to_vec();
    bytes.resize(body.len().saturating_add(blanks), b' ');
    Bytes::from(bytes)
}

/// Everything but the last character: whatever secrets stand in it are still there.
fn nearly_json(body: &Bytes) -> Bytes {
    let mut bytes = body[..body.len().saturating_sub(1)].to_vec();
    bytes.push(b',');
    Bytes::from(bytes)
}

fn compressed(mut answer: Answer) -> Answer {
    answer.body = gzip::encode(&answer.body);
    answer.with(CONTENT_ENCODING, "gzip")
}

/// Without the header any coding is as good (RFC 9110 section 12.5.3).
fn asks_for_identity(request: &Request) -> bool {
    request.header(ACCEPT_ENCODING.as_str()) == Some("identity")
}

fn maintenance(kind: Maintenance, location: &str) -> Answer {
    let page = |status| {
        let body = "<p>The system is being maintained and will be back soon.</p>\n";
        Answer::html(status, html::page("Maintenance", body))
    };
    let answer = match kind {
        Maintenance::Page | Maintenance::Broken => page(StatusCode::OK),
        Maintenance::Redirect => {
            Answer::text(StatusCode::FOUND, "Moved.\n").with(LOCATION, location)
        }
        Maintenance::Forbidden => page(StatusCode::FORBIDDEN),
        Maintenance::Silent => Answer::text(StatusCode::FORBIDDEN, ""),
        Maintenance::NotFound => page(StatusCode::NOT_FOUND),
        Maintenance::Unavailable => page(StatusCode::SERVICE_UNAVAILABLE),
        Maintenance::Xml => Answer::xml(
            StatusCode::OK,
            "<?xml version=\"1.0\"?>\n<maintenance><message>Back soon</message></maintenance>\n"
                .to_owned(),
        ),
    };
    answer.refusing("maintenance", "")
}

fn bad_gateway() -> Answer {
    let body = "<p>The proxy received an invalid response from an upstream server.</p>\n";
    Answer::html(StatusCode::BAD_GATEWAY, html::page("502 Bad Gateway", body))
        .refusing("html-error-page", "")
}

fn empty() -> Answer {
    Answer::text(StatusCode::INTERNAL_SERVER_ERROR, "").refusing("empty-error-page", "")
}

fn all_is_well(mut answer: Answer) -> Answer {
    answer.status = StatusCode::OK;
    answer
}

fn redirect(location: &str) -> Answer {
    let answer = Answer::text(StatusCode::TEMPORARY_REDIRECT, "Moved.\n").with(LOCATION, location);
    answer.refusing("redirect-elsewhere", "")
}

fn asking_to_wait(answer: Answer, wait: Wait, settings: &Settings, world: &World) -> Answer {
    let seconds = settings.retry_after_seconds;
    match wait {
        Wait::Unsaid => answer,
        Wait::Seconds => answer.with(RETRY_AFTER, seconds.to_string()),
        Wait::Date => {
            let until = world.clock.system_time() + Duration::from_secs(seconds.into());
            answer.with(RETRY_AFTER, httpdate::fmt_http_date(until))
        }
        Wait::XIaHyphenated => answer.with(X_IA_HYPHENATED, seconds.to_string()),
        Wait::XIaJoined => answer.with(X_IA_JOINED, seconds.to_string()),
    }
}
