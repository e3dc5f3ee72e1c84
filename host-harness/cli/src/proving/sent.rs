//! Requests that arrived at the run's own server, by the export that they are of.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Exports that have a way out. What `oauth/token-request` builds is sent by the host.
const WAY_OUT: [&str; 4] = [
    "connection/revoke",
    "connection/test",
    "oauth/obtain-tokens",
    TOKEN_REQUEST,
];

const TOKEN_REQUEST: &str = "oauth/token-request";

/// Counts what arrived between the ends of two calls. Calls come one after the other.
#[derive(Debug, Default)]
pub(super) struct Requests {
    arrived: Arc<AtomicUsize>,
    counted: Mutex<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    arrived: usize,
    by_export: BTreeMap<&'static str, usize>,
}

impl Requests {
    /// To be counted up at each request that arrives.
    pub(super) fn arrivals(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.arrived)
    }

    /// A call of this export has ended. What was sent before the answer was read, the host sent.
    pub(super) fn ended(&self, export: &str) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let arrived = self.arrived.load(Ordering::SeqCst);
        let new = arrived - counted.arrived;
        counted.arrived = arrived;
        let sender = match export {
            "oauth/parse-token-response" => TOKEN_REQUEST,
            other => other,
        };
        if let Some(sender) = WAY_OUT.into_iter().find(|it| *it == sender) {
            *counted.by_export.entry(sender).or_default() += new;
        }
    }

    pub(super) fn by_export(&self) -> BTreeMap<&'static str, usize> {
        let counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.by_export.clone()
    }
}

/// A warning for each export that has a way out, was called, and sent nothing: of what it does with an answer,
/// nothing was tried.
pub(super) fn silent(
    calls: &BTreeMap<String, usize>,
    requests: &BTreeMap<&'static str, usize>,
) -> impl Iterator<Item = String> {
    WAY_OUT.into_iter().filter_map(|export| {
        let calls = calls.get(export).copied().unwrap_or_default();
        let sent = requests.get(export).copied().unwrap_or_default();
        (calls > 0 && sent == 0).then(|| {
            format!(
                "{export} was called {calls} times and sent nothing, so nothing is proved of what it does with \
                 an answer; give the fields of the form examples that it can work with"
            )
        })
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn a_request_is_counted_for_the_call_that_it_arrived_in() {
        let requests = Requests::default();
        let arrivals = requests.arrivals();
        let arrive = |number| arrivals.fetch_add(number, Ordering::SeqCst);
        requests.ended("oauth/plan");
        arrive(1);
        requests.ended("connection/test");
        requests.ended("connection/test");
        arrive(2);
        requests.ended("oauth/obtain-tokens");
        requests.ended(TOKEN_REQUEST);
        // The host sends what the first of the pair built.
        arrive(1);
        requests.ended("oauth/parse-token-response");
        let expected = [
            ("connection/test", 1),
            ("oauth/obtain-tokens", 2),
            (TOKEN_REQUEST, 1),
        ];
        assert_eq!(requests.by_export(), BTreeMap::from(expected));
    }

    #[rstest]
    #[case::one_that_sent("connection/test", 3, 1, false)]
    #[case::one_that_sent_nothing("connection/test", 3, 0, true)]
    #[case::one_that_was_not_called("connection/test", 0, 0, false)]
    #[case::the_first_of_the_pair(TOKEN_REQUEST, 3, 0, true)]
    #[case::one_without_a_way_out("oauth/plan", 3, 0, false)]
    fn an_export_that_may_send_and_did_not_is_warned_of(
        #[case] export: &'static str,
        #[case] calls: usize,
        #[case] sent: usize,
        #[case] warned: bool,
    ) {
        let calls = BTreeMap::from([(export.to_owned(), calls)]);
        let requests = BTreeMap::from([(export, sent)]);
        let warnings: Vec<String> = silent(&calls, &requests).collect();
        assert_eq!(warnings.len(), usize::from(warned), "{warnings:?}");
        assert!(warnings.iter().all(|it| it.starts_with(export)));
    }
}
