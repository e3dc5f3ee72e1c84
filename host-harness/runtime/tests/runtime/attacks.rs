//! Every way in which the guest misbehaves, and what holds it: the match below names them all, so
//! that a behaviour without an expectation does not compile.

use std::time::Duration;

use credential_runtime::{CallFailure, Cause, Error, Limit, Limits, Operation, Secret, Sender};
use rstest::rstest;
use test_guests::Behaviour;

use crate::log::Log;
use crate::server::Server;
use crate::stage::{SERVICE, Stage};

/// What holds an attack.
enum Held {
    /// This bound stops the call.
    Stopped(Limit),
    /// The call crashes.
    Crashed,
    /// The request is denied, for this reason.
    Denied(&'static str),
    /// What the plugin returned breaks the contract, in this way.
    Broken(&'static str),
    /// Nothing has to hold it: the plugin learns this and no more.
    Harmless(&'static str),
}

/// How the guest is called.
enum Call {
    Compute(&'static str),
    Validate,
    /// With what stands in `extra`.
    Send(&'static str),
    Obtain,
    /// The host sends what the plugin only builds.
    Request,
    Authenticate,
}

fn attack(behaviour: Behaviour) -> (Call, Held) {
    use Behaviour as B;
    use Call::{Authenticate, Compute, Obtain, Request, Send, Validate};
    use Held::{Broken, Crashed, Denied, Harmless, Stopped};
    let misplaced = "a secret may stand in the header `authorization` alone";
    let unknown = "the plugin named a secret that this operation does not have";
    match behaviour {
        B::Loop => (Compute(""), Stopped(Limit::CpuTime)),
        B::Recurse => (Compute(""), Stopped(Limit::Stack)),
        B::Allocate => (Compute(""), Stopped(Limit::Memory)),
        B::Panic => (Compute(""), Crashed),
        B::LongAnswer => (Compute("2000000"), Stopped(Limit::Hostcall)),
        B::CountCalls => (Compute(""), Harmless("1")),
        B::TellSettings => (Compute("plain"), Harmless("plain")),
        B::TellAll => (Send(""), Harmless("secret=[sealed]")),
        B::TellClaims => (Send(""), Harmless("[]")),
        B::ManyRequests => (Send(""), Stopped(Limit::Requests)),
        B::SecretInHeader => (Send(""), Denied(misplaced)),
        B::SecretInAuthorization => (Send(""), Harmless(r#"200 {"echo":""}"#)),
        B::SecretInForm => (Send(""), Harmless(r#"200 {"echo":"secret=[sealed]"}"#)),
        B::SecretManyTimes => (Send(""), Harmless("[sealed]")),
        B::NameEverywhere => (Send(""), Harmless("secret.0.")),
        B::MadeUpSecret => (Send(""), Denied(unknown)),
        B::NamedSecret => (Send("secret.0.ffffffffffffffff"), Denied(unknown)),
        B::SetHeader => (Send("transfer-encoding"), Denied("is the host's to set")),
        B::SetHost => (Send(""), Denied("the header `host` is the host's to set")),
        B::BreakHeader => (Send(""), Denied("a character that no header may have")),
        B::BreakForm => (Send(""), Harmless("a%0D%0Ab%26c%3Dd=x%0D%0Ay%26z%3D1")),
        B::ManyHeaders => (Send(""), Denied("more than 64 headers")),
        B::LargeForm => (Send(""), Harmless("f8999=")),
        B::LargeRequest => (Send(""), Denied("the request is larger than 65536 bytes")),
        B::LongList => (Validate, Stopped(Limit::Hostcall)),
        B::LongHeaders => (Request, Stopped(Limit::Hostcall)),
        B::LongSeal => (Send(""), Stopped(Limit::Hostcall)),
        B::SealMore => (Send("/echo"), Harmless("200 {}")),
        B::MadeUpToken => (Obtain, Broken("it named a secret")),
        B::AuthenticateElsewhere => (Authenticate, Broken(misplaced)),
    }
}

async fn make(stage: &Stage, behaviour: &str, call: &Call) -> Result<String, Error> {
    match call {
        Call::Compute(argument) => Ok(stage.compute(behaviour, argument).await?),
        Call::Validate => {
            let problems = stage.operation(behaviour, "").validate().await?;
            Ok(format!("{problems:?}"))
        }
        Call::Send(_) => stage.send(behaviour, "/").await,
        Call::Obtain => {
            let access = stage.obtain(behaviour, Sender::Plugin).await?;
            Ok(format!("{access:?}"))
        }
        Call::Request => {
            let access = stage.obtain(behaviour, Sender::Host).await?;
            Ok(format!("{access:?}"))
        }
        Call::Authenticate => {
            let operation = stage.operation(behaviour, "");
            let headers = operation
                .authenticate(&Secret::new("not-a-real-access"))
                .await?;
            Ok(format!("{headers:?}"))
        }
    }
}

fn limits() -> Limits {
    Limits {
        cpu_time: Duration::from_millis(100),
        ..Limits::default()
    }
}

async fn hold(behaviour: Behaviour) {
    let (call, held) = attack(behaviour);
    let extra = if let Call::Send(extra) = call {
        extra
    } else {
        ""
    };
    let server = Server::echoes().await;
    let stage = Stage::with_limits(limits()).await.mapped_to(&server);
    let stage = stage.with_extra(extra);
    let log = Log::keep();
    let attack = make(&stage, behaviour.name(), &call);
    let outcome = stage.withstands(attack).await;
    assert_held(behaviour, outcome, &held, &log);
}

#[track_caller]
fn assert_held(behaviour: Behaviour, outcome: Result<String, Error>, held: &Held, log: &Log) {
    match (held, outcome) {
        (Held::Stopped(limit), Err(Error::Failed(failure))) => {
            assert_eq!(failure.cause, Cause::Limit(*limit), "{behaviour:?}");
            log.says_once(&limit.to_string());
        }
        (Held::Crashed, Err(Error::Failed(failure))) => {
            assert!(matches!(failure.cause, Cause::Trap(_)), "{failure:?}");
            log.says_once("crashed");
        }
        (Held::Broken(why), Err(Error::Failed(failure))) => {
            assert!(failure.to_string().contains(why), "{failure}");
            log.says_once(why);
        }
        (Held::Denied(why), Ok(told)) => {
            assert!(told.starts_with("FailureKind::Denied sent=false"), "{told}");
            assert!(told.contains(why), "{behaviour:?}: {told}");
            log.says_once(why);
        }
        (Held::Harmless(learnt), Ok(told)) => {
            assert!(told.contains(learnt), "{behaviour:?}: {told}");
            assert!(!told.contains("not-a-real"), "{behaviour:?}: {told}");
            assert_eq!(log.lines(), [] as [String; 0], "{behaviour:?}");
        }
        (_, outcome) => panic!("{behaviour:?}: {outcome:?}"),
    }
}

#[tokio::test]
async fn every_behaviour_is_held_alone_and_told_of_once() {
    for behaviour in Behaviour::ALL {
        hold(*behaviour).await;
    }
}

async fn failure_of(operation: &Operation, export: &str) -> Option<CallFailure> {
    let access = Secret::new("not-a-real-access");
    let grant = credential_runtime::Grant::ClientCredentials;
    let failed = |error: Error| match error {
        Error::Failed(failure) => Some(failure),
        Error::Refused(_) => None,
    };
    match export {
        "validate" => operation.validate().await.err(),
        "plan" => operation.plan().await.err().and_then(failed),
        "authorization-url" => {
            let outcome = operation.begin_authorization("https://127.0.0.1:1/").await;
            outcome.err().and_then(failed)
        }
        "authorization-refused" => {
            let refusal = credential_runtime::AuthorizationRefusal {
                error: "access_denied".to_owned(),
                description: None,
            };
            failed(operation.authorization_refused(refusal).await)
        }
        "token-request" => {
            let outcome = operation.obtain_tokens(&grant, Sender::Host).await;
            outcome.err().and_then(failed)
        }
        "obtain-tokens" => {
            let outcome = operation.obtain_tokens(&grant, Sender::Plugin).await;
            outcome.err().and_then(failed)
        }
        "authenticate" => operation.authenticate(&access).await.err().and_then(failed),
        "test" => operation.test(&access).await.err().and_then(failed),
        "revocation-warning" => operation.revocation_warning().await.err(),
        "revoke" => operation.revoke(&access).await.err().and_then(failed),
        other => panic!("no such export: {other}"),
    }
}

#[rstest]
#[case::of_the_form("validate")]
#[case::of_the_plan("plan")]
#[case::of_the_authorization("authorization-url")]
#[case::of_a_refusal("authorization-refused")]
#[case::of_the_request("token-request")]
#[case::of_both_in_one("obtain-tokens")]
#[case::of_the_header("authenticate")]
#[case::of_the_test("test")]
#[case::of_the_warning("revocation-warning")]
#[case::of_the_revocation("revoke")]
#[tokio::test]
async fn a_loop_in_any_export_is_stopped(#[case] export: &str) {
    let stage = Stage::with_limits(limits()).await;
    let log = Log::keep();
    let looping = stage.operation("loop", "");
    let failure = stage.withstands(failure_of(&looping, export)).await;
    let failure = failure.unwrap();
    assert_eq!(failure.cause, Cause::Limit(Limit::CpuTime));
    assert!(failure.export.ends_with(export), "{failure}");
    log.says_once(export);
}

#[rstest]
#[case::of_problems("long-list", "validate")]
#[case::of_the_fields_of_a_form("long-list", "token-request")]
#[case::of_the_headers_of_a_request("long-headers", "token-request")]
#[case::of_members_to_be_sealed("long-seal", "token-request")]
#[case::of_headers("long-list", "authenticate")]
#[case::of_checks("long-list", "test")]
#[tokio::test]
async fn a_list_of_whatever_length_is_not_taken_in(#[case] behaviour: &str, #[case] export: &str) {
    let stage = Stage::new().await;
    let log = Log::keep();
    let operation = stage.operation(behaviour, "");
    let failure = stage.withstands(failure_of(&operation, export)).await;
    let failure = failure.unwrap();
    assert_eq!(failure.cause, Cause::Limit(Limit::Hostcall), "{failure}");
    assert!(failure.export.ends_with(export), "{failure}");
    log.says_once(&Limit::Hostcall.to_string());
}

#[tokio::test]
async fn a_loop_while_reading_the_answer_is_stopped_after_sending() {
    let stage = Stage::with_limits(limits()).await;
    let operation = stage.operation("", &format!("{SERVICE}/token"));
    let grant = credential_runtime::Grant::ClientCredentials;
    let prepared = operation.prepare_token_request(&grant).await.unwrap();
    let looping = stage.operation("loop", "");
    let answer = http::Response::new(b"{}".to_vec());
    let outcome = looping.receive_tokens(prepared, Ok(answer)).await;
    let Err(Error::Failed(failure)) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(failure.export, "oauth/parse-token-response");
    assert!(failure.request_sent);
    Stage::assert_limit::<()>(Err(failure), Limit::CpuTime);
}

#[tokio::test]
async fn a_name_that_was_stashed_means_nothing_in_another_operation() {
    let told = Stage::new()
        .await
        .compute("tell-settings", "")
        .await
        .unwrap();
    let start = told.find("secret.0.").unwrap();
    let name = &told[start..start + "secret.0.".len() + 16];
    let server = Server::echoes().await;
    let stage = Stage::new().await.mapped_to(&server).with_extra(name);
    let seen = stage.send("named-secret", "/").await.unwrap();
    assert!(seen.starts_with("FailureKind::Denied sent=false"), "{seen}");
    assert_eq!(server.received(), [] as [String; 0]);
}

#[tokio::test]
async fn a_short_name_does_not_stand_for_megabytes() {
    let server = Server::echoes().await;
    let stage = Stage::new().await.mapped_to(&server);
    let stage = stage.with_secret(&"not-a-real-secret".repeat(100));
    let seen = stage.send("secret-many-times", "/").await.unwrap();
    assert!(
        seen.contains("the request is larger than 65536 bytes"),
        "{seen}"
    );
    assert_eq!(server.received(), [] as [String; 0]);
}

#[rstest]
#[case("accept-encoding")]
#[case("connection")]
#[case("Content-Length")]
#[case("content-type")]
#[case("cookie")]
#[case("expect")]
#[case("HOST")]
#[case("keep-alive")]
#[case("proxy-authorization")]
#[case("te")]
#[case("trailer")]
#[case("Transfer-Encoding")]
#[case("upgrade")]
#[case("user-agent")]
#[case::a_pseudo_header(":authority")]
#[case::a_broken_line("x\r\nhost")]
#[case::a_blank("x y")]
#[case::nothing("")]
#[tokio::test]
async fn a_header_of_the_connection_cannot_be_set(#[case] name: &str) {
    let server = Server::echoes().await;
    let stage = Stage::new().await.mapped_to(&server).with_extra(name);
    let seen = stage.send("set-header", "/").await.unwrap();
    assert!(seen.starts_with("FailureKind::Denied sent=false"), "{seen}");
    assert_eq!(server.received(), [] as [String; 0]);
}

#[tokio::test]
async fn no_name_puts_a_value_where_none_may_stand() {
    let server = Server::echoes().await;
    let stage = Stage::new().await.mapped_to(&server);
    stage.send("name-everywhere", "/").await.unwrap();
    let request = server.received().remove(0);
    assert!(request.starts_with("POST /?secret.0."), "{request}");
    assert!(!request.contains("not-a-real"), "{request}");
}
