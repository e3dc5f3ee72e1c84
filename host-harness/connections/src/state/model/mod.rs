//! Every interleaving of two workers that renew one credential, with crashes, lost answers and a
//! lease that lapses under a worker that is too slow.
//!
//! The workers take the steps of `service::renewal` and decide by `decide` and `next`; the
//! store keeps leases, fences and generations; the service rotates refresh tokens and ends
//! everything when one comes twice. How often things go wrong is bounded, so that the walk ends.

mod steps;
mod world;

use std::collections::HashSet;

use super::State;
use world::{Luck, RENEWALS, Step, World, beginning};

/// Walks every world, checks each, and says how many there were.
fn walk(start: World, check: impl Fn(&World, &[World])) -> usize {
    let mut seen = HashSet::from([start.clone()]);
    let mut open = vec![start];
    while let Some(world) = open.pop() {
        let successors = world.successors();
        check(&world, &successors);
        for next in successors {
            if seen.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    seen.len()
}

fn is_at_rest(world: &World) -> bool {
    world.workers == [Step::Idle, Step::Idle] && !world.store.state.is_under_way()
}

#[test]
fn no_token_that_the_service_honours_is_lost_where_it_could_have_been_kept() {
    let worlds = walk(beginning(), |world, _| {
        if !is_at_rest(world) || world.luck.rotated_in_vain {
            return;
        }
        assert!(!world.service.killed, "everything was ended: {world:#?}");
        assert_eq!(world.store.token, world.service.live, "{world:#?}");
        let given_up = matches!(world.store.state, State::NeedsReconnecting { .. });
        assert!(!given_up, "the service has not said so: {world:#?}");
    });
    assert!(worlds > 1_000, "only {worlds} worlds were seen");
}

#[test]
fn a_refresh_token_is_sent_once_and_once_more_for_each_unseen_answer() {
    walk(beginning(), |world, _| {
        let most = 1 + world.luck.unanswered;
        let seen = world.service.seen[usize::from(world.store.token)];
        assert!(seen <= most, "{world:#?}");
    });
}

#[test]
fn nothing_is_sent_of_which_no_intent_is_stored() {
    walk(beginning(), |world, successors| {
        for next in successors {
            let sent = next.service.seen != world.service.seen;
            assert!(!sent || world.store.state.is_under_way(), "{world:#?}");
        }
    });
}

#[test]
fn a_dead_grant_is_asked_for_once() {
    walk(beginning(), |world, successors| {
        let given_up = matches!(world.store.state, State::NeedsReconnecting { .. });
        for next in successors.iter().filter(|_| given_up) {
            assert_eq!(next.service.seen, world.service.seen, "{world:#?}");
        }
    });
}

#[test]
fn without_bad_luck_every_renewal_succeeds() {
    let mut start = beginning();
    start.luck = Luck {
        crashes: 0,
        losses: 0,
        outages: 0,
        lapses: 0,
        ..start.luck
    };
    walk(start, |world, successors| {
        let stuck = successors.is_empty();
        assert!(!stuck || world.store.token == RENEWALS, "{world:#?}");
        assert!(!world.service.killed, "{world:#?}");
    });
}
