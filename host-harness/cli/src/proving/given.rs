//! What a plugin was given of answers, counted, beside what it leaves behind.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};

use credential_runtime::{Account, Descriptor, Proof, Testimony, Witness};
use serde::Serialize;

use super::sent::Requests;

/// Answers that were read, and by the way of reading, the places in them.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Given {
    /// Answers.
    pub(crate) answers: usize,
    /// Answers of which nothing but the status was given.
    pub(crate) withheld: usize,
    /// By the name of the reading.
    pub(crate) readings: BTreeMap<&'static str, Places>,
}

/// The places that are read in one way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Places {
    /// Members in the plugin's declaration.
    pub(crate) declared: usize,
    /// Values that it was given.
    pub(crate) given: usize,
    /// Values of which it was told that they are unreadable.
    pub(crate) unreadable: usize,
}

/// Sees every call and every answer.
#[derive(Debug, Default)]
pub(super) struct Onlooker {
    pub(super) proof: Proof,
    given: Mutex<Given>,
    requests: Requests,
}

impl Witness for Onlooker {
    fn observe(&self, testimony: &Testimony<'_>) {
        self.proof.observe(testimony);
        self.requests.ended(testimony.export);
    }

    fn read(&self, account: &Account<'_>) {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        given.answers += 1;
        given.withheld += usize::from(account.withheld);
        for place in &account.places {
            let places = given.readings.entry(place.reading.name()).or_default();
            match place.given {
                true => places.given += 1,
                false => places.unreadable += 1,
            }
        }
    }
}

impl Onlooker {
    /// To be counted up at each request that arrives.
    pub(super) fn arrivals(&self) -> Arc<AtomicUsize> {
        self.requests.arrivals()
    }

    /// Requests so far, by export.
    pub(super) fn requests(&self) -> BTreeMap<&'static str, usize> {
        self.requests.by_export()
    }

    /// What was given so far, beside what the plugin declares.
    pub(super) fn given(&self, descriptor: &Descriptor) -> Given {
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let mut given = given.clone();
        for member in &descriptor.members {
            let places = given.readings.entry(member.reading.name()).or_default();
            places.declared += 1;
        }
        given
    }
}

#[cfg(test)]
mod tests {
    use credential_runtime::{Place, Reading};

    use super::*;

    #[test]
    fn what_is_given_and_what_is_not_is_counted_by_reading() {
        let onlooker = Onlooker::default();
        let place = |reading, given| Place {
            pointer: "/a",
            reading,
            given,
        };
        let account = |places, withheld| Account { places, withheld };
        onlooker.read(&account(
            vec![
                place(&Reading::Code, true),
                place(&Reading::Code, false),
                place(&Reading::Secret, true),
            ],
            false,
        ));
        onlooker.read(&account(Vec::new(), true));
        let given = onlooker.given.lock().unwrap().clone();
        assert_eq!((given.answers, given.withheld), (2, 1));
        let counts = |name| {
            let it = given.readings[name];
            (it.given, it.unreadable)
        };
        assert_eq!(counts("code"), (1, 1));
        assert_eq!(counts("secret"), (1, 0));
    }
}
