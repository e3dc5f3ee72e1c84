//! A body in steps, so that it can pause and break off half-way.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// The mock breaks the connection.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the mock breaks the connection")]
pub(crate) struct Broken;

/// What happens next.
pub(crate) enum Step {
    /// These bytes are sent.
    Send(Bytes),
    /// What was sent so far is flushed.
    Flush,
    /// Nothing, until this is done.
    Wait(Pin<Box<dyn Future<Output = Result<(), Broken>> + Send>>),
    /// The connection breaks.
    Break,
}

/// The steps, in order.
pub(crate) struct Steps {
    steps: VecDeque<Step>,
    /// What was announced and not yet sent.
    remaining: u64,
}

impl Steps {
    /// `announced` is the length that the head promises, kept or not.
    pub(crate) fn new(announced: usize, steps: impl IntoIterator<Item = Step>) -> Self {
        Self {
            steps: steps.into_iter().collect(),
            remaining: announced as u64,
        }
    }

    fn wait(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Broken>> {
        let Some(Step::Wait(future)) = self.steps.front_mut() else {
            return Poll::Ready(Ok(()));
        };
        let done = future.as_mut().poll(context);
        if done.is_ready() {
            self.steps.pop_front();
        }
        done
    }
}

impl Body for Steps {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        loop {
            match std::task::ready!(self.wait(context)) {
                Ok(()) => {}
                Err(broken) => return Poll::Ready(Some(Err(broken))),
            }
            match self.steps.pop_front() {
                None => return Poll::Ready(None),
                Some(Step::Send(bytes)) => {
                    self.remaining = self.remaining.saturating_sub(bytes.len() as u64);
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                Some(Step::Flush) => {
                    // The server flushes whenever the body has nothing at hand, and asks again.
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Some(Step::Break) => return Poll::Ready(Some(Err(Broken))),
                Some(wait @ Step::Wait(_)) => self.steps.push_front(wait),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.steps.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining)
    }
}
