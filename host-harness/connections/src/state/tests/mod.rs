//! What follows from what, as tables.

mod clocks;
mod decisions;

use std::time::Duration;

use credential_runtime::GrantKind;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_000_000);

fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

fn why() -> Diagnosis {
    Diagnosis::interrupted()
}

fn attempt(grant: GrantUse, probe: bool) -> Attempt {
    Attempt {
        grant,
        probe,
        answered: false,
        failures: 0,
        rejected: false,
    }
}

fn renewing(grant: GrantUse, probe: bool) -> State {
    State::Renewing {
        since: NOW,
        attempt: attempt(grant, probe),
    }
}

fn connecting(before: State) -> State {
    State::Connecting {
        since: NOW,
        before: Box::new(before),
    }
}

fn throttled(until: Timestamp, asked: bool) -> State {
    State::Throttled {
        until,
        asked,
        failures: 1,
        rejected: false,
        why: why(),
    }
}

fn unknown(again_at: Timestamp, single_use: bool) -> State {
    State::OutcomeUnknown {
        since: NOW,
        again_at,
        single_use,
        answered: false,
        failures: 1,
        rejected: false,
        why: why(),
    }
}

fn reconnect(why: Diagnosis, retry_at: Option<Timestamp>) -> State {
    State::NeedsReconnecting {
        why,
        retry_at,
        rejected: false,
    }
}

fn refused(retry_at: Option<Timestamp>, may_be_spent: bool) -> State {
    State::SettingsRefused {
        why: why(),
        retry_at,
        may_be_spent,
        rejected: false,
    }
}

fn administrator(retry_at: Option<Timestamp>) -> State {
    State::NeedsAdministrator {
        what: why(),
        retry_at,
        rejected: false,
    }
}

#[track_caller]
fn check(state: &State, event: &Event, expected: &State) {
    let at = Circumstances {
        now: NOW,
        expires_at: None,
        refresh_ends_at: None,
        jitter: Jitter::NONE,
    };
    assert_eq!(next(state, event, &at), *expected, "{state:?} {event:?}");
}

#[track_caller]
fn check_failed(state: &State, failure: Failure, expected: &State) {
    check(state, &Event::Failed(failure), expected);
}

#[test]
fn a_renewal_that_fails_says_what_to_do_next() {
    use GrantUse::{Repeatable, SingleUse};
    for grant in [Repeatable, SingleUse] {
        let state = renewing(grant, false);
        check_failed(&state, Failure::Dead(why()), &reconnect(why(), None));
        check_failed(&state, Failure::Settings(why()), &refused(None, false));
        check_failed(
            &state,
            Failure::Unread(why()),
            &administrator(Some(later(3_600))),
        );
        check_failed(
            &state,
            Failure::Misconfigured(why()),
            &administrator(Some(later(3_600))),
        );
        check_failed(
            &state,
            Failure::Unavailable(why()),
            &throttled(later(5), false),
        );
        let wait = Some(Duration::from_secs(90));
        check_failed(
            &state,
            Failure::Throttled { wait, why: why() },
            &throttled(later(90), true),
        );
        let wait = Some(Duration::from_secs(u64::from(u32::MAX)));
        check_failed(
            &state,
            Failure::Throttled { wait, why: why() },
            &throttled(NOW.plus(LONGEST_ASKED_WAIT), true),
        );
        let unsaid = Failure::Throttled {
            wait: None,
            why: why(),
        };
        check_failed(&state, unsaid, &throttled(later(5), false));
    }
    check_failed(
        &renewing(SingleUse, false),
        Failure::Unknown(why()),
        &unknown(later(60), true),
    );
    check_failed(
        &renewing(Repeatable, false),
        Failure::Unknown(why()),
        &unknown(later(5), false),
    );
}

/// The same, where the answers that came were not understood.
fn answered(state: State) -> State {
    match state {
        State::Renewing { since, attempt } => State::Renewing {
            since,
            attempt: Attempt {
                answered: true,
                ..attempt
            },
        },
        State::OutcomeUnknown {
            since,
            again_at,
            single_use,
            failures,
            rejected,
            why,
            ..
        } => State::OutcomeUnknown {
            since,
            again_at,
            single_use,
            answered: true,
            failures,
            rejected,
            why,
        },
        other => other,
    }
}

#[test]
fn after_an_answer_that_was_not_seen_the_service_alone_ends_the_grant() {
    let probe = renewing(GrantUse::SingleUse, true);
    let lost = reconnect(Diagnosis::answer_lost(), None);
    check_failed(&probe, Failure::Dead(why()), &lost);
    let again = unknown(later(60), true);
    check_failed(&probe, Failure::Unknown(why()), &again);
    check_failed(&probe, Failure::NotUnderstood(why()), &again);
    check(&probe, &Event::Interrupted, &again);
    check_failed(
        &probe,
        Failure::Unavailable(why()),
        &unknown(later(5), true),
    );
    check(&probe, &Event::Obtained, &State::Connected);
}

#[test]
fn an_answer_that_was_not_understood_is_told_apart_from_one_that_was_lost() {
    let first = renewing(GrantUse::SingleUse, false);
    let not_understood = answered(unknown(later(60), true));
    check_failed(&first, Failure::NotUnderstood(why()), &not_understood);
    let probe = answered(renewing(GrantUse::SingleUse, true));
    check_failed(&probe, Failure::NotUnderstood(why()), &not_understood);
    check_failed(&probe, Failure::Unknown(why()), &unknown(later(60), true));
    check_failed(&probe, Failure::Dead(why()), &reconnect(why(), None));
    assert_ne!(not_understood.meaning(), unknown(later(60), true).meaning());
}

#[test]
fn what_is_not_about_the_grant_is_asked_again_with_growing_pauses_until_the_refresh_token_ends() {
    let failures = [
        Failure::Unavailable(why()),
        Failure::NotUnderstood(why()),
        Failure::Unknown(why()),
        Failure::Throttled {
            wait: None,
            why: why(),
        },
    ];
    for failure in failures {
        let (mut state, mut now, mut pause) = (State::Connected, NOW, Duration::ZERO);
        let end = NOW.plus(ASSUMED_REFRESH_LIFE);
        let begin = |state: &State, now| {
            let begun = Event::RenewalBegun {
                grant: GrantUse::SingleUse,
                rejected: false,
            };
            let at = Circumstances {
                now,
                expires_at: None,
                refresh_ends_at: Some(end),
                jitter: Jitter::NONE,
            };
            next(
                &next(state, &begun, &at),
                &Event::Failed(failure.clone()),
                &at,
            )
        };
        while now < end {
            state = begin(&state, now);
            assert!(state.needs_somebody().is_none(), "{failure:?}: {state:?}");
            let again = due_at(&state, None, Jitter::NONE).unwrap();
            assert!(again.since(now) >= pause, "{failure:?}: {state:?}");
            assert!(again.since(now) <= LONGEST_WAIT);
            (pause, now) = (again.since(now), again);
        }
        assert_eq!(pause, LONGEST_WAIT);
        let over = reconnect(Diagnosis::refresh_token_over(), None);
        assert_eq!(begin(&state, now), over, "{failure:?}");
    }
}

#[test]
fn what_was_begun_and_never_ended_is_told_apart() {
    let interrupted = Event::Interrupted;
    check(
        &renewing(GrantUse::SingleUse, false),
        &interrupted,
        &unknown(later(60), true),
    );
    check(
        &renewing(GrantUse::Repeatable, false),
        &interrupted,
        &unknown(NOW, false),
    );
    check(&connecting(State::Draft), &interrupted, &State::Draft);
    check(
        &connecting(State::Connected),
        &interrupted,
        &State::Connected,
    );
    check(&State::Connected, &interrupted, &State::Connected);
}

#[test]
fn connecting_that_fails_leads_back_to_where_it_began() {
    for before in [State::Draft, State::Connected, reconnect(why(), None)] {
        let state = connecting(before.clone());
        for failure in [
            Failure::Dead(why()),
            Failure::Settings(why()),
            Failure::Unavailable(why()),
            Failure::Unknown(why()),
        ] {
            check_failed(&state, failure, &before);
        }
    }
    let switched_off = Failure::Misconfigured(why());
    check_failed(
        &connecting(State::Draft),
        switched_off.clone(),
        &administrator(None),
    );
    check_failed(
        &connecting(State::Connected),
        switched_off,
        &State::Connected,
    );
}

#[test]
fn connecting_over_a_renewal_that_never_ended_remembers_it() {
    let state = renewing(GrantUse::SingleUse, false);
    let expected = connecting(unknown(later(60), true));
    check(&state, &Event::ConnectBegun, &expected);
}

#[test]
fn an_edit_is_a_reason_to_try_once_more() {
    let edited = |holds_tokens| Event::Edited { holds_tokens };
    check(
        &reconnect(why(), None),
        &edited(true),
        &reconnect(why(), Some(NOW)),
    );
    check(
        &administrator(Some(later(9))),
        &edited(true),
        &administrator(Some(NOW)),
    );
    check(&administrator(None), &edited(false), &State::Draft);
    check(
        &refused(None, false),
        &edited(true),
        &refused(Some(NOW), false),
    );
    check(&refused(None, false), &edited(false), &State::Draft);
    for state in [State::Draft, State::Connected, throttled(later(9), true)] {
        check(&state, &edited(true), &state);
    }
}

#[test]
fn another_plugin_is_a_reason_to_try_once_more() {
    let changed = Event::PluginChanged;
    for (state, expected) in [
        (refused(None, true), refused(Some(NOW), true)),
        (reconnect(why(), None), reconnect(why(), Some(NOW))),
        (administrator(Some(later(9))), administrator(Some(NOW))),
        (throttled(later(9), false), throttled(NOW, false)),
        // What the service said still holds.
        (throttled(later(9), true), throttled(later(9), true)),
        (unknown(later(9), true), unknown(later(9), true)),
        (State::Connected, State::Connected),
        (State::Draft, State::Draft),
    ] {
        check(&state, &changed, &expected);
        check(&connecting(state), &changed, &connecting(expected));
    }
}

#[test]
fn refused_settings_do_not_forget_that_a_refresh_token_may_be_spent() {
    let settings = || Failure::Settings(why());
    let probe = renewing(GrantUse::SingleUse, true);
    check_failed(&probe, settings(), &refused(None, true));
    check_failed(&unknown(later(9), true), settings(), &refused(None, true));
    check_failed(&unknown(later(9), false), settings(), &refused(None, false));
    let begun = Event::RenewalBegun {
        grant: GrantUse::SingleUse,
        rejected: false,
    };
    check(&refused(Some(NOW), true), &begun, &probe);
}

#[test]
fn what_the_service_refused_stays_refused_until_new_tokens_come() {
    let at = Circumstances {
        now: NOW,
        expires_at: None,
        refresh_ends_at: None,
        jitter: Jitter::NONE,
    };
    for state in [
        throttled(later(9), false),
        unknown(later(9), true),
        reconnect(why(), None),
        administrator(None),
        refused(None, false),
        connecting(reconnect(why(), None)),
        renewing(GrantUse::SingleUse, false),
    ] {
        assert!(!state.token_rejected(), "{state:?}");
        let rejected = next(&state, &Event::Rejected, &at);
        assert!(rejected.token_rejected(), "{state:?}");
        let begun = Event::RenewalBegun {
            grant: GrantUse::SingleUse,
            rejected: false,
        };
        let begun = next(&rejected, &begun, &at);
        assert!(begun.token_rejected(), "{state:?}");
        let failed = Event::Failed(Failure::Unavailable(why()));
        assert!(next(&begun, &failed, &at).token_rejected(), "{state:?}");
        assert!(
            !next(&begun, &Event::Obtained, &at).token_rejected(),
            "{state:?}"
        );
    }
}

#[test]
fn what_was_begun_is_looked_after_though_nobody_asks() {
    let due = |state: &State| due_at(state, None, Jitter::NONE);
    assert_eq!(due(&renewing(GrantUse::SingleUse, false)), Some(later(300)));
    assert_eq!(due(&connecting(State::Draft)), Some(later(300)));
    assert_eq!(due(&throttled(later(9), true)), Some(later(9)));
    assert_eq!(due(&unknown(later(9), true)), Some(later(9)));
    assert_eq!(due(&reconnect(why(), None)), None);
    assert_eq!(due(&refused(None, false)), None);
    assert_eq!(due(&refused(Some(later(9)), false)), Some(later(9)));
    assert_eq!(due(&State::Draft), None);
}

#[test]
fn every_state_has_a_name_and_a_meaning_of_its_own() {
    let states = [
        State::Draft,
        connecting(State::Draft),
        State::Connected,
        renewing(GrantUse::SingleUse, false),
        throttled(NOW, true),
        reconnect(why(), None),
        administrator(None),
        refused(None, false),
        unknown(NOW, true),
        unknown(NOW, false),
        answered(unknown(NOW, true)),
    ];
    let names: std::collections::BTreeSet<_> = states.iter().map(State::name).collect();
    let meanings: std::collections::BTreeSet<_> = states.iter().map(State::meaning).collect();
    assert_eq!((names.len(), meanings.len()), (9, 11));
    for state in states {
        let json = serde_json::to_string(&state).unwrap();
        assert!(
            json.contains(&format!(r#""is":"{}""#, state.name())),
            "{json}"
        );
        assert_eq!(serde_json::from_str::<State>(&json).unwrap(), state);
    }
}
