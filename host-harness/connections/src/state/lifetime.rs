//! How long an access token is good, and when to renew it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Jitter, State};
use crate::record::Timestamp;

/// The background leaves tokens alone that are younger than this. One that lives so short a time is
/// renewed when it is asked for; to chase it would be to ask the service all day.
const YOUNGEST: Duration = Duration::from_secs(10);

/// When an access token was obtained, when it ends, and when it is to be renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Lifetime {
    /// When the request for it was sent: its life counts from there (`expires-in-seconds` in the
    /// contract).
    pub obtained_at: Timestamp,
    /// When it ends; absent where the service did not say.
    pub expires_at: Option<Timestamp>,
    /// From when on a caller has to wait for a new one; absent where the end is not known.
    pub renew_at: Option<Timestamp>,
}

impl Lifetime {
    /// A token that was asked for at `sent_at`, by the plan's rule: renewed `margin` before its end,
    /// or at nine tenths of its life, whichever is later. A margin longer than the life so cannot
    /// make a token stale from the start.
    #[must_use]
    pub fn new(sent_at: Timestamp, life: Option<Duration>, margin: Duration) -> Self {
        let before_end = life.map(|life| life.saturating_sub(margin).max(life / 10 * 9));
        Self {
            obtained_at: sent_at,
            expires_at: life.map(|life| sent_at.plus(life)),
            renew_at: before_end.map(|age| sent_at.plus(age)),
        }
    }

    /// When the background renews it: a little before a caller would have to wait, by a share of up
    /// to a quarter of what is left from then on, so that credentials that were connected together
    /// drift apart.
    #[must_use]
    pub fn background_at(&self, jitter: Jitter) -> Option<Timestamp> {
        let (expires_at, renew_at) = (self.expires_at?, self.renew_at?);
        let spread = jitter.of(expires_at.since(renew_at) / 4);
        let earliest = self.obtained_at.plus(YOUNGEST);
        Some(renew_at.minus(spread).max(earliest))
    }
}

/// Whether a stored access token may be handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// At once.
    Fresh,
    /// Not before it has been renewed.
    Stale(StaleReason),
}

/// Why an access token is not handed out as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaleReason {
    /// There is none.
    Absent,
    /// It has ended.
    Expired,
    /// The service has refused it.
    Rejected,
    /// It is due for renewal. It still works: where it cannot be renewed now, it is better than
    /// none.
    Due,
}

/// Whether the stored access token may be handed out.
#[must_use]
pub fn freshness(state: &State, lifetime: Option<&Lifetime>, now: Timestamp) -> Freshness {
    let Some(lifetime) = lifetime else {
        return Freshness::Stale(StaleReason::Absent);
    };
    let reached = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
    if state.token_rejected() {
        Freshness::Stale(StaleReason::Rejected)
    } else if reached(lifetime.expires_at) {
        Freshness::Stale(StaleReason::Expired)
    } else if reached(lifetime.renew_at) || lifetime.obtained_at.is_impossible_at(now) {
        // Of a clock that was ahead when it was obtained, its end is not known.
        Freshness::Stale(StaleReason::Due)
    } else {
        Freshness::Fresh
    }
}

impl Freshness {
    /// Whether the service would still take the token, as far as is known.
    #[must_use]
    pub fn is_usable(self) -> bool {
        matches!(self, Self::Fresh | Self::Stale(StaleReason::Due))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const YEAR: u64 = 365 * 24 * 60 * 60;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn lifetime(life: u64, margin: u64) -> Lifetime {
        let seconds = Duration::from_secs;
        Lifetime::new(at(0), Some(seconds(life)), seconds(margin))
    }

    #[track_caller]
    fn check(life: u64, margin: u64, renewed_after: i64) {
        let renew_at = lifetime(life, margin).renew_at;
        assert_eq!(renew_at, Some(at(renewed_after * 1000)), "{life} {margin}");
    }

    #[test]
    fn the_later_of_margin_and_nine_tenths_counts() {
        check(43_200, 1_800, 41_400);
        check(43_200, 7_200, 38_880);
        check(43_200, 0, 43_200);
        check(60, 1_800, 54);
        check(10, 1_800, 9);
        check(100, 100, 90);
    }

    #[test]
    fn an_unknown_end_is_never_due() {
        let lifetime = Lifetime::new(at(5), None, Duration::from_secs(60));
        let later = at(5).plus(Duration::from_secs(YEAR));
        assert_eq!(lifetime.background_at(Jitter::FULL), None);
        assert_eq!(
            freshness(&State::Connected, Some(&lifetime), later),
            Freshness::Fresh
        );
    }

    /// The clock was put back since: the end that was written down lies further ahead than the token lives.
    #[test]
    fn what_was_obtained_in_the_future_is_due_now() {
        let seconds = Duration::from_secs;
        let lifetime = Lifetime::new(
            at(0).plus(seconds(864_000)),
            Some(seconds(43_200)),
            seconds(1_800),
        );
        let fresh = |now| freshness(&State::Connected, Some(&lifetime), now);
        let due = Freshness::Stale(StaleReason::Due);
        assert_eq!(fresh(at(0)), due);
        assert_eq!(fresh(lifetime.obtained_at.minus(seconds(31))), due);
        // Clocks of two machines are never quite the same.
        assert_eq!(
            fresh(lifetime.obtained_at.minus(seconds(30))),
            Freshness::Fresh
        );
        assert_eq!(fresh(lifetime.obtained_at), Freshness::Fresh);
        let endless = Lifetime::new(at(864_000_000), None, seconds(1_800));
        assert_eq!(freshness(&State::Connected, Some(&endless), at(0)), due);
    }

    fn any_jitter() -> impl Strategy<Value = Jitter> {
        any::<[u8; 4]>().prop_map(Jitter::from_bytes)
    }

    proptest! {
        /// Nango#748: a margin longer than the life made every token stale at birth.
        #[test]
        fn a_token_is_fresh_for_nine_tenths_of_its_life_whatever_the_margin(
            life in 1..=YEAR, margin in 0..=2 * YEAR,
        ) {
            let lifetime = lifetime(life, margin);
            let age = Duration::from_secs(life) / 10 * 9 - Duration::from_millis(1);
            let fresh = freshness(&State::Connected, Some(&lifetime), at(0).plus(age));
            prop_assert_eq!(fresh, Freshness::Fresh);
        }

        #[test]
        fn a_caller_waits_for_a_renewal_from_the_margin_on(
            life in 1..=YEAR, margin in 0..=2 * YEAR,
        ) {
            let lifetime = lifetime(life, margin);
            let (renew_at, end) = (lifetime.renew_at.unwrap(), lifetime.expires_at.unwrap());
            let margin = Duration::from_secs(margin);
            prop_assert!(end.since(renew_at) <= margin);
            let stale = freshness(&State::Connected, Some(&lifetime), renew_at);
            prop_assert!(matches!(stale, Freshness::Stale(_)));
            let ended = freshness(&State::Connected, Some(&lifetime), end);
            prop_assert_eq!(ended, Freshness::Stale(StaleReason::Expired));
        }

        #[test]
        fn the_background_is_ahead_of_callers_but_never_before_seven_eighths_of_the_life(
            life in 1..=YEAR, margin in 0..=2 * YEAR, jitter in any_jitter(),
        ) {
            let lifetime = lifetime(life, margin);
            let (due, renew_at) = (lifetime.background_at(jitter).unwrap(), lifetime.renew_at.unwrap());
            prop_assert!(due <= renew_at.max(at(0).plus(YOUNGEST)));
            prop_assert!(due.since(at(0)) >= Duration::from_secs(life) / 8 * 7);
        }

        #[test]
        fn a_short_lived_token_does_not_keep_the_background_busy(
            life in 1..=YEAR, margin in 0..=2 * YEAR, jitter in any_jitter(),
        ) {
            let due = lifetime(life, margin).background_at(jitter).unwrap();
            prop_assert!(due >= at(0).plus(YOUNGEST));
        }
    }
}
