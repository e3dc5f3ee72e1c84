//! One request and its answer: the ledger is kept, the endpoint acts, the fault strikes.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, DATE};
use http::request::Parts;
use http_body_util::{BodyExt, Limited};
use hyper::Response;
use hyper::body::Incoming;

use super::Shared;
use super::body::{Broken, Step, Steps};
use crate::answer::Answer;
use crate::control;
use crate::dispatch;
use crate::fault::{Delivery, Taken};
use crate::ledger::Outcome;
use crate::request::Request;

/// Larger requests are cut off; a company file is the largest that makes sense.
const LARGEST_REQUEST: usize = 1024 * 1024;

/// Answers one request; an error breaks the connection.
pub(super) async fn exchange(
    shared: Arc<Shared>,
    request: hyper::Request<Incoming>,
) -> Result<Response<Steps>, Broken> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    if control::is_own(path) {
        let request = Request::new(&parts, read(body).await?);
        let answer = control::respond(&mut shared.world(), &request);
        return Ok(whole(&shared, answer));
    }
    if broken_before_reading(&shared, &parts, path) {
        return Err(Broken);
    }
    let request = Request::new(&parts, read(body).await?);
    let record = Record::begin(&shared, &request);
    let delivery = dispatch::decide(&mut shared.world(), &request, record.number);
    send(&shared, delivery, record).await
}

async fn send(
    shared: &Arc<Shared>,
    delivery: Delivery,
    mut record: Record,
) -> Result<Response<Steps>, Broken> {
    match delivery {
        Delivery::Whole(answer) => {
            record.close(answered(&answer));
            Ok(whole(shared, answer))
        }
        Delivery::HeadHeld(answer, taken) => {
            hold(shared, &taken, record, answered(&answer)).await?;
            Ok(whole(shared, answer))
        }
        Delivery::BodyHeld(answer, taken) => Ok(with_held_body(shared, answer, taken, record)),
        Delivery::Truncated(answer, taken) => {
            record.close(Outcome::Broken);
            taken.strike();
            Ok(truncated(shared, answer))
        }
        Delivery::Nothing(taken) => {
            record.close(Outcome::Broken);
            taken.strike();
            Err(Broken)
        }
    }
}

async fn read(body: Incoming) -> Result<Bytes, Broken> {
    let collected = Limited::new(body, LARGEST_REQUEST).collect().await;
    collected
        .map(http_body_util::Collected::to_bytes)
        .map_err(|_| Broken)
}

fn broken_before_reading(shared: &Arc<Shared>, parts: &Parts, path: &str) -> bool {
    let taken = shared.world().script.take_before_reading(path);
    let Some(taken) = taken else { return false };
    let mut record = Record::begin(shared, &Request::new(parts, Bytes::new()));
    record.note_fault(&taken);
    record.close(Outcome::Broken);
    taken.strike();
    true
}

/// Waits for the release of a fault; the connection breaks where the mock stops first.
async fn hold(
    shared: &Shared,
    taken: &Taken,
    record: Record,
    outcome: Outcome,
) -> Result<(), Broken> {
    let held = taken.hold();
    // Dropped before `held`: whoever waits until nothing is held finds the ledger complete.
    let mut record = record;
    tokio::select! {
        () = held.released() => {
            record.close(outcome);
            Ok(())
        }
        () = shared.stopping() => {
            record.close(Outcome::Broken);
            Err(Broken)
        }
    }
}

fn answered(answer: &Answer) -> Outcome {
    let refused = answer.refused.as_ref();
    Outcome::Answered {
        status: answer.status.as_u16(),
        refusal: refused.map(|refused| refused.name.clone()),
        code: refused
            .map(|refused| refused.code.clone())
            .filter(|code| !code.is_empty()),
    }
}

fn whole(shared: &Shared, answer: Answer) -> Response<Steps> {
    let body = answer.body.clone();
    respond(shared, answer, [Step::Send(body)])
}

fn truncated(shared: &Shared, answer: Answer) -> Response<Steps> {
    let half = answer.body.slice(..answer.body.len() / 2);
    respond(shared, answer, [Step::Send(half), Step::Flush, Step::Break])
}

fn with_held_body(
    shared: &Arc<Shared>,
    answer: Answer,
    taken: Taken,
    record: Record,
) -> Response<Steps> {
    let middle = answer.body.len() / 2;
    let (first, rest) = (answer.body.slice(..middle), answer.body.slice(middle..));
    let outcome = answered(&answer);
    let waiting = Arc::clone(shared);
    let wait = async move { hold(&waiting, &taken, record, outcome).await };
    respond(
        shared,
        answer,
        [
            Step::Send(first),
            Step::Wait(Box::pin(wait)),
            Step::Send(rest),
        ],
    )
}

fn respond(
    shared: &Shared,
    answer: Answer,
    steps: impl IntoIterator<Item = Step>,
) -> Response<Steps> {
    let date = httpdate::fmt_http_date(shared.world().clock.system_time());
    let mut response = Response::new(Steps::new(answer.body.len(), steps));
    *response.status_mut() = answer.status;
    let fixed = [
        (DATE, date),
        (CONTENT_LENGTH, answer.body.len().to_string()),
    ];
    for (name, value) in answer.headers.into_iter().chain(fixed) {
        // A value that is no header value comes from a setting with a line break in it.
        if let Ok(value) = value.parse() {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// An entry of the ledger that is not closed yet. Where nobody closes it, the client has gone.
struct Record {
    shared: Arc<Shared>,
    number: usize,
    closed: bool,
}

impl Record {
    fn begin(shared: &Arc<Shared>, request: &Request) -> Self {
        let mut world = shared.world();
        let entry = world.mask().entry(request, world.clock.now());
        let number = world.journal.add(entry);
        Self {
            shared: Arc::clone(shared),
            number,
            closed: false,
        }
    }

    fn note_fault(&self, taken: &Taken) {
        if let Some(entry) = self.shared.world().journal.entry_mut(self.number) {
            entry.fault = Some(taken.fault.to_string());
        }
    }

    fn close(&mut self, outcome: Outcome) {
        self.closed = true;
        if let Some(entry) = self.shared.world().journal.entry_mut(self.number) {
            entry.outcome = outcome;
        }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        if !self.closed {
            self.close(Outcome::ClientWentAway);
        }
    }
}
