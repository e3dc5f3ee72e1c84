//! Whether to ask, and with what.

use super::*;

#[track_caller]
fn check_decision(state: &State, asker: Asker, has_refresh: bool, expected: Decision) {
    let plan = [GrantKind::RefreshToken];
    let decision = decide(state, &plan, has_refresh, asker, NOW);
    assert_eq!(decision, expected, "{state:?} {asker:?}");
}

fn ask() -> Decision {
    Decision::Ask(vec![GrantKind::RefreshToken])
}

fn wait(seconds: u64) -> Decision {
    Decision::Refrain(Refrain::Wait(later(seconds)))
}

#[test]
fn whether_to_ask_depends_on_the_state_and_on_who_wants_it() {
    use Asker::{Person, Program};
    let give_up = || Decision::Refrain(Refrain::Reconnect(why()));
    let put_right = || Decision::Refrain(Refrain::PutRight(why()));
    for asker in [Person, Program] {
        check_decision(&State::Connected, asker, true, ask());
        check_decision(
            &State::Draft,
            asker,
            true,
            Decision::Refrain(Refrain::NotConnected),
        );
        check_decision(&throttled(NOW, true), asker, true, ask());
        check_decision(&unknown(later(9), true), asker, true, wait(9));
        check_decision(&reconnect(why(), None), asker, true, give_up());
        check_decision(&reconnect(why(), Some(NOW)), asker, true, ask());
        check_decision(&administrator(Some(NOW)), asker, true, ask());
    }
    for asked in [true, false] {
        check_decision(&throttled(later(9), asked), Person, true, ask());
        check_decision(&throttled(later(9), asked), Program, true, wait(9));
    }
    let settings = || Decision::Refrain(Refrain::Settings(why()));
    check_decision(&refused(None, false), Person, true, ask());
    check_decision(&refused(None, false), Program, true, settings());
    check_decision(&refused(Some(NOW), false), Program, true, ask());
    check_decision(&administrator(Some(later(9))), Person, true, ask());
    check_decision(&administrator(Some(later(9))), Program, true, put_right());
}

/// The service may still be working on a request whose answer was not seen: that minute is nobody's to
/// overrule, a wait that it named afterwards is.
#[test]
fn a_person_overrules_a_wait_before_the_last_try_but_not_its_minute() {
    check_decision(&unknown(later(9), true), Asker::Person, true, wait(9));
    check_decision(&unknown(later(999), true), Asker::Person, true, wait(60));
    check_decision(&unknown(later(999), true), Asker::Program, true, wait(999));
}

/// `expired, no refresh token, and reported as fresh`.
#[test]
fn without_a_refresh_token_a_plan_that_needs_one_renews_nothing() {
    let nothing = Decision::Refrain(Refrain::NothingRenews);
    check_decision(&State::Connected, Asker::Program, false, nothing);
}

#[test]
fn a_grant_that_needs_a_person_or_is_not_known_renews_nothing() {
    for kind in [
        GrantKind::AuthorizationCode,
        GrantKind::Other("device".into()),
    ] {
        let decision = decide(&State::Connected, &[kind], true, Asker::Program, NOW);
        assert_eq!(decision, Decision::Refrain(Refrain::NothingRenews));
    }
}

#[test]
fn a_refresh_token_that_may_be_spent_is_spared_where_something_else_renews() {
    let plan = [GrantKind::RefreshToken, GrantKind::ClientCredentials];
    let ask = |state: &State| decide(state, &plan, true, Asker::Program, NOW);
    assert_eq!(ask(&State::Connected), Decision::Ask(plan.to_vec()));
    let spared = Decision::Ask(vec![GrantKind::ClientCredentials]);
    assert_eq!(ask(&unknown(NOW, true)), spared);
}
