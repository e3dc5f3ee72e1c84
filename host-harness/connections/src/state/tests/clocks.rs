//! What a clock wrote that was ahead.

use rstest::rstest;

use super::*;
use crate::record::CLOCK_SKEW;

const DAY: u64 = 86_400;

fn unknown_since(since: Timestamp, again_at: Timestamp) -> State {
    State::OutcomeUnknown {
        since,
        again_at,
        single_use: true,
        answered: false,
        failures: 1,
        rejected: false,
        why: why(),
    }
}

/// What is left of a state that was stored at that moment.
#[rstest]
// Written by a clock that was right: every wait that can be is kept.
#[case(throttled(later(300), false), Some(NOW), throttled(later(300), false))]
#[case(throttled(later(DAY * 11 / 10), true), Some(NOW), throttled(later(DAY * 11 / 10), true))]
#[case(
    administrator(Some(later(3_960))),
    None,
    administrator(Some(later(3_960)))
)]
#[case(unknown(later(DAY), true), Some(later(30)), unknown(later(DAY), true))]
// By one that was ahead: none is, however short.
#[case(throttled(later(40), false), Some(later(31)), throttled(NOW, false))]
#[case(
    throttled(later(7_200), true),
    Some(later(3_600)),
    throttled(NOW, true)
)]
#[case(
    administrator(Some(later(3_700))),
    Some(later(100)),
    administrator(Some(NOW))
)]
#[case(unknown(later(120), true), Some(later(60)), unknown(NOW, true))]
#[case(
    reconnect(why(), Some(later(60))),
    Some(later(60)),
    reconnect(why(), Some(NOW))
)]
#[case(
    connecting(throttled(later(40), false)),
    Some(later(31)),
    connecting(throttled(NOW, false))
)]
// Where nobody knows when it was stored: what is longer than any wait of its kind.
#[case(throttled(later(361), false), None, throttled(NOW, false))]
#[case(throttled(later(DAY * 11 / 10 + 31), true), None, throttled(NOW, true))]
#[case(administrator(Some(later(3_991))), None, administrator(Some(NOW)))]
#[case(refused(Some(later(31)), false), None, refused(Some(NOW), false))]
#[case(unknown(later(2 * DAY), true), None, unknown(NOW, true))]
// A request that was sent in what is the future now.
#[case(unknown_since(later(DAY), later(DAY + 60)), None, unknown_since(NOW, NOW))]
// What is over, and what never ends by itself, stays.
#[case(throttled(NOW, false), Some(later(DAY)), throttled(NOW, false))]
#[case(reconnect(why(), None), Some(later(DAY)), reconnect(why(), None))]
#[case(administrator(None), Some(later(DAY)), administrator(None))]
#[case(State::Connected, Some(later(DAY)), State::Connected)]
#[case(State::Draft, Some(later(DAY)), State::Draft)]
fn a_wait_that_cannot_be_is_over(
    #[case] state: State,
    #[case] written_at: Option<Timestamp>,
    #[case] expected: State,
) {
    let found = state.clone().without_impossible_waits(written_at, NOW);
    assert_eq!(found, expected, "{state:?} at {written_at:?}");
}

/// Nobody who wants a token is kept by them.
#[rstest]
#[case(throttled(later(DAY), true))]
#[case(administrator(Some(later(DAY))))]
#[case(unknown_since(later(DAY), later(DAY + 60)))]
#[case(reconnect(why(), Some(later(DAY))))]
fn after_a_clock_that_was_ahead_everybody_may_ask(#[case] state: State) {
    let written_at = Some(NOW.plus(CLOCK_SKEW).plus(Duration::from_millis(1)));
    let state = state.without_impossible_waits(written_at, NOW);
    for asker in [Asker::Person, Asker::Program] {
        assert_eq!(refrain(&state, asker, NOW), None, "{state:?} {asker:?}");
    }
}

/// Killed in the middle of a renewal that was begun tomorrow: a minute from now, and no later.
#[test]
fn a_renewal_that_was_begun_in_the_future_is_looked_into_in_a_minute() {
    let state = State::Renewing {
        since: later(DAY),
        attempt: attempt(GrantUse::SingleUse, false),
    };
    let expected = unknown_since(NOW, later(60));
    check(&state, &Event::Interrupted, &expected);
    let connecting = State::Connecting {
        since: later(DAY),
        before: Box::new(State::Connected),
    };
    check(&connecting, &Event::Interrupted, &State::Connected);
}
