//! No answer at all.

use crate::{
    refusals::kind_of,
    support::{failed, regular_user, situation, token},
};
use intacct_core::{
    Actor, Error,
    FailureKind::{
        self, Denied, Interrupted, Other, Timeout, TooLarge, Unreachable, Unresolved, Untrusted,
    },
    parse_revoke_answer, parse_test_answer, parse_token_response,
};
use rstest::rstest;

fn of_tokens(kind: FailureKind, sent: bool) -> Error {
    let (settings, grant) = situation("refresh");
    parse_token_response(&settings, &grant, &failed(kind, sent)).unwrap_err()
}

#[rstest]
#[case::unresolved(Unresolved, "no-address")]
#[case::unreachable(Unreachable, "no-connection")]
#[case::untrusted(Untrusted, "no-trust")]
#[case::timeout(Timeout, "no-connection")]
#[case::interrupted(Interrupted, "no-connection")]
#[case::too_large(TooLarge, "not-sent")]
#[case::other(Other, "not-sent")]
fn a_request_that_never_left_had_no_effect(#[case] kind: FailureKind, #[case] code: &str) {
    let error = of_tokens(kind, false);
    assert_eq!(kind_of(&error), "unavailable");
    let diagnosis = error.diagnosis;
    assert_eq!((&*diagnosis.code, diagnosis.actor), (code, Actor::Platform));
}

#[rstest]
#[case::unresolved(Unresolved, "no-answer")]
#[case::unreachable(Unreachable, "no-answer")]
#[case::untrusted(Untrusted, "no-answer")]
#[case::timeout(Timeout, "no-answer")]
#[case::interrupted(Interrupted, "no-answer")]
#[case::too_large(TooLarge, "answer-too-large")]
#[case::other(Other, "no-answer")]
fn of_a_request_that_left_nobody_knows_what_became(#[case] kind: FailureKind, #[case] code: &str) {
    for error in [
        of_tokens(kind, true),
        parse_revoke_answer(&failed(kind, true)).unwrap_err(),
    ] {
        assert_eq!(kind_of(&error), "outcome-unknown");
        assert_eq!(error.diagnosis.code, code);
    }
}

#[rstest]
#[case::timeout(Timeout, "no-answer")]
#[case::too_large(TooLarge, "no-answer")]
fn a_test_that_was_not_answered_can_be_made_again(#[case] kind: FailureKind, #[case] code: &str) {
    let error = parse_test_answer(&regular_user(), &token(&[]), &failed(kind, true)).unwrap_err();
    assert_eq!(kind_of(&error), "unavailable");
    assert_eq!(error.diagnosis.code, code);
}

#[rstest]
fn what_the_host_forbids_is_not_laid_to_the_credential(#[values(false, true)] sent: bool) {
    let answer = failed(Denied, sent);
    for error in [
        of_tokens(Denied, sent),
        parse_revoke_answer(&answer).unwrap_err(),
        parse_test_answer(&regular_user(), &token(&[]), &answer).unwrap_err(),
    ] {
        let found = (kind_of(&error), &*error.diagnosis.code);
        assert_eq!(found, ("denied", "denied"));
        assert_eq!(error.diagnosis.actor, Actor::Platform);
    }
}
