//! What became of a request is the host's word: whether it was answered, and whether a service decided.

use std::time::Duration;

use credential_runtime::{
    Actor, Cause, Error, ErrorKind, Failure, FailureKind, Grant, HeldTokens, HttpLimits, Limits,
    Secret, Sender,
};
use rstest::rstest;

use crate::log::Log;
use crate::server::Server;
use crate::stage::{SERVICE, Stage};

/// A second origin for tokens.
const OTHER: &str = "https://127.0.0.1";

async fn impatient() -> Stage {
    let http = HttpLimits {
        answer_deadline: Duration::from_millis(200),
        ..HttpLimits::default()
    };
    Stage::with_limits(Limits {
        http,
        ..Limits::default()
    })
    .await
}

fn held() -> HeldTokens {
    HeldTokens {
        access: Some(Secret::new("not-a-real-access")),
        refresh: Some(Secret::new("not-a-real-refresh")),
    }
}

async fn revoke(stage: &Stage, behaviour: &str, url: &str) -> Result<(), Error> {
    stage.operation(behaviour, url).revoke(&held()).await
}

#[track_caller]
fn assert_not_revoked(outcome: Result<(), Error>, expected: ErrorKind, log: &Log) {
    let Err(Error::Refused(refusal)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(refusal.kind, expected, "{refusal:?}");
    assert_eq!(refusal.diagnosis.actor, Actor::Service);
    assert!(refusal.diagnosis.hint.unwrap().contains("Revoke again"));
    let lines = log.lines();
    let told = lines.iter().filter(|it| it.contains("the service did not"));
    assert_eq!(told.count(), 1, "{lines:#?}");
}

/// The plugin says that it revoked, whatever was answered.
#[rstest]
#[case::success("200 OK", None)]
#[case::success_without_a_body("204 No Content", None)]
#[case::a_grant_that_had_ended("400 Bad Request", None)]
#[case::a_token_that_is_none("401 Unauthorized", None)]
#[case::a_failure("500 Internal Server Error", Some(ErrorKind::Unavailable))]
#[case::a_gateway("502 Bad Gateway", Some(ErrorKind::Unavailable))]
#[case::maintenance("503 Service Unavailable", Some(ErrorKind::Unavailable))]
#[case::a_gateway_that_waited("504 Gateway Timeout", Some(ErrorKind::Unavailable))]
#[case::of_no_name("599 Other", Some(ErrorKind::Unavailable))]
#[case::a_wait("429 Too Many Requests", Some(ErrorKind::Unavailable))]
#[case::elsewhere("302 Found", Some(ErrorKind::Unavailable))]
#[tokio::test]
async fn a_revocation_counts_where_the_service_decided(
    #[case] status: &str,
    #[case] expected: Option<ErrorKind>,
) {
    let server = Server::says(status, "", "").await;
    let stage = Stage::new().await.mapped_to(&server);
    let log = Log::keep();
    let outcome = revoke(&stage, "revokes", SERVICE).await;
    match expected {
        None => assert_eq!(outcome, Ok(())),
        Some(kind) => assert_not_revoked(outcome, kind, &log),
    }
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn a_revocation_that_is_not_answered_is_not_known() {
    for server in [Server::silent().await, Server::says_raw("").await] {
        let stage = impatient().await.mapped_to(&server);
        let log = Log::keep();
        let outcome = revoke(&stage, "revokes", SERVICE).await;
        assert_not_revoked(outcome, ErrorKind::OutcomeUnknown, &log);
    }
}

#[tokio::test]
async fn a_revocation_that_never_left_is_none() {
    let server = Server::says("200 OK", "", "").await;
    let stage = Stage::new().await.mapped_to(&server);
    drop(server);
    let outcome = revoke(&stage, "revokes", SERVICE).await;
    let Err(Error::Failed(failure)) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(matches!(failure.cause, Cause::Contract(_)), "{failure}");
    assert!(failure.to_string().contains("sent nothing"), "{failure}");
    assert!(!failure.request_sent, "{failure}");
}

/// One token revoked is not the grant ended, where another was asked for and not decided.
#[rstest]
#[case::both("200 OK", Ok(()))]
#[case::one("503 Service Unavailable", Err(ErrorKind::Unavailable))]
#[tokio::test]
async fn every_token_that_was_sent_has_to_be_decided(
    #[case] of_the_second: &str,
    #[case] expected: Result<(), ErrorKind>,
) {
    let first = Server::says("200 OK", "", "").await;
    let second = Server::says(of_the_second, "", "").await;
    let stage = Stage::new().await.mapped_to(&first).mapping(OTHER, &second);
    let stage = stage.with_extra(SERVICE);
    let log = Log::keep();
    let outcome = revoke(&stage, "revokes-both", OTHER).await;
    match expected {
        Ok(()) => assert_eq!(outcome, Ok(())),
        Err(kind) => assert_not_revoked(outcome, kind, &log),
    }
    assert_eq!((first.received().len(), second.received().len()), (1, 1));
}

/// What the plugin calls an unknown outcome is one where a request left and was not answered.
#[track_caller]
fn assert_kind(outcome: Result<impl std::fmt::Debug, Error>, expected: (ErrorKind, Actor)) {
    let Err(Error::Refused(refusal)) = outcome else {
        panic!("{outcome:?}");
    };
    let found = (refusal.kind, refusal.diagnosis.actor);
    assert_eq!(found, expected, "{refusal:?}");
}

const SENDERS: [Sender; 2] = [Sender::Plugin, Sender::Host];

#[tokio::test]
async fn an_answered_request_has_no_unknown_outcome() {
    for status in ["200 OK", "400 Bad Request", "503 Service Unavailable"] {
        let server = Server::says(status, "", "{}").await;
        let stage = Stage::new().await.mapped_to(&server);
        for sender in SENDERS {
            let outcome = stage.tokens("says-unknown", sender).await;
            assert_kind(outcome, (ErrorKind::Protocol, Actor::Plugin));
        }
    }
}

#[tokio::test]
async fn a_request_without_an_answer_has_one() {
    let server = Server::silent().await;
    let stage = impatient().await.mapped_to(&server);
    for sender in SENDERS {
        let outcome = stage.tokens("says-unknown", sender).await;
        assert_kind(outcome, (ErrorKind::OutcomeUnknown, Actor::User));
    }
}

#[tokio::test]
async fn what_was_not_sent_has_none() {
    let stage = Stage::new().await.allowing_nothing();
    for sender in SENDERS {
        let outcome = stage.tokens("says-unknown", sender).await;
        assert_kind(outcome, (ErrorKind::Unavailable, Actor::User));
    }
}

/// A host that sends by itself says what became of it.
#[tokio::test]
async fn of_an_embedders_own_client_it_is_the_embedders_word() {
    let server = Server::says_json("{}").await;
    let stage = Stage::new().await.mapped_to(&server);
    let operation = stage.operation("says-unknown", &format!("{SERVICE}/token"));
    let failed = |request_sent| {
        Err(Failure {
            kind: FailureKind::Timeout,
            message: "no answer came in time".to_owned(),
            request_sent,
            detail: None,
        })
    };
    for (answer, expected) in [
        (
            Ok(http::Response::new(b"{}".to_vec())),
            (ErrorKind::Protocol, Actor::Plugin),
        ),
        (failed(true), (ErrorKind::OutcomeUnknown, Actor::User)),
        (failed(false), (ErrorKind::Unavailable, Actor::User)),
    ] {
        let grant = Grant::ClientCredentials;
        let prepared = operation.prepare_token_request(&grant).await.unwrap();
        let outcome = operation.receive_tokens(prepared, answer).await;
        assert_kind(outcome, expected);
    }
}
