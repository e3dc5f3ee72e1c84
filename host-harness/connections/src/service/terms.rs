//! How long things may take.

use std::time::Duration;

use super::BuildError;
use crate::record::LONGEST_LEASE;

/// Between the last moment at which a request may still be under way and the end of the lease it is
/// made under: time to store the answer, and how far the clocks of two machines may be apart.
pub const LEASE_MARGIN: Duration = Duration::from_secs(30);

/// How long things may take, and how many may go on at a time. Change what you must with struct
/// update syntax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// For one request for tokens, the plugin's part included. A little more than the runtime's own
    /// deadline for an answer, so that the plugin is the one to say what a missing answer means.
    pub request_deadline: Duration,
    /// For which a credential is one worker's alone. After a crash nobody renews it for so long.
    pub lease: Duration,
    /// For which a caller waits for a newer token while the one that is stored still works.
    pub patience: Duration,
    /// For which a token is handed out from memory before the store is asked again whether it is
    /// still the one: how late a disconnection elsewhere is noticed here.
    pub recheck: Duration,
    /// For a person at the browser, from the URL to the redirect.
    pub sign_in: Duration,
    /// For storing new tokens while the store cannot be used. They exist nowhere else.
    pub store_patience: Duration,
    /// Renewals in the background at a time for one plugin, so for one application. A service may
    /// take no more than half a dozen calls at a time from one; the rest is for its users.
    pub background_per_plugin: usize,
    /// Renewals in the background at a time for one tenant, so that one customer's trouble does not
    /// take every place.
    pub background_per_tenant: usize,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            request_deadline: Duration::from_secs(75),
            lease: Duration::from_secs(120),
            patience: Duration::from_secs(5),
            recheck: Duration::from_secs(60),
            sign_in: Duration::from_secs(600),
            store_patience: Duration::from_secs(300),
            background_per_plugin: 6,
            background_per_tenant: 2,
        }
    }
}

impl Terms {
    /// A request that could outlive its lease would let a second worker send the same refresh token.
    pub(super) fn check(&self) -> Result<(), BuildError> {
        let needed = self.request_deadline.saturating_add(LEASE_MARGIN);
        if self.lease < needed {
            return Err(BuildError::LeaseTooShort {
                lease: self.lease,
                needed,
            });
        }
        if self.lease > LONGEST_LEASE {
            return Err(BuildError::LeaseTooLong {
                lease: self.lease,
                longest: LONGEST_LEASE,
            });
        }
        if self.background_per_plugin == 0 || self.background_per_tenant == 0 {
            return Err(BuildError::NoBackground);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(terms: &Terms, works: bool) {
        assert_eq!(terms.check().is_ok(), works, "{terms:?}");
    }

    #[test]
    fn a_lease_outlives_every_request_made_under_it() {
        let terms = Terms::default();
        check(&terms, true);
        let lease = |seconds| Terms {
            lease: Duration::from_secs(seconds),
            ..Terms::default()
        };
        check(&lease(105), true);
        check(&lease(104), false);
        check(&lease(300), true);
        check(&lease(301), false);
        check(
            &Terms {
                request_deadline: Duration::MAX,
                ..terms
            },
            false,
        );
    }

    /// What `docs/command.md` says of the time that a command needs to end.
    #[test]
    fn the_guide_names_the_times_of_the_code() {
        let guide = include_str!("../../../../docs/command.md");
        let (_, section) = guide.split_once("\n## How a command ends\n").unwrap();
        let (section, _) = section.split_once("\n## ").unwrap();
        let terms = Terms::default();
        let deadline = terms.request_deadline.as_secs();
        let minutes = terms.store_patience.as_secs() / 60;
        let says = format!("takes {deadline} seconds at the most, and {minutes} minutes more");
        assert!(section.contains(&says), "{says}");
        let examples = [
            "TimeoutStopSec=",
            "terminationGracePeriodSeconds: ",
            "timeout -k ",
        ];
        for example in examples {
            let (_, rest) = section.split_once(example).unwrap();
            let digits = rest.split(|it: char| !it.is_ascii_digit()).next();
            let seconds: u64 = digits.unwrap().parse().unwrap();
            assert!(seconds >= deadline + 10, "{example}{seconds}");
        }
    }

    #[test]
    fn at_least_one_renewal_goes_on_at_a_time() {
        check(
            &Terms {
                background_per_plugin: 0,
                ..Terms::default()
            },
            false,
        );
        check(
            &Terms {
                background_per_tenant: 0,
                ..Terms::default()
            },
            false,
        );
    }
}
