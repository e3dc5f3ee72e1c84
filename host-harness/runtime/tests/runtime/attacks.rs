//! Every way in which the guest misbehaves, and what holds it: the match below names them all, so
//! that a behaviour without an expectation does not compile.

use std::time::Duration;

use credential_runtime::{
    Actor, CallFailure, Cause, CodeGrant, Diagnosis, Error, ErrorKind, Grant, HeldTokens, Limit,
    Limits, Operation, Secret, Sender,
};
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
    /// The same, and the refusal says so.
    DeniedWithin(&'static str),
    /// What the plugin returned breaks the contract, in this way.
    Broken(&'static str),
    /// The host says that it sent nothing, for this reason, and that the plugin's author acts.
    DeniedByHost(&'static str),
    /// The refusal stands with this kind, and says who acts; its texts are bounded.
    Refused(ErrorKind, Actor),
    /// The refusal's text is not shown, and the operator is told.
    Withheld(&'static str),
    /// Nothing has to hold it: the plugin learns this and no more.
    Harmless(&'static str),
    /// The plugin learns this and no more, and the operator is told that a secret came back.
    Hidden(&'static str),
    /// The same, and nothing more is sent in that operation.
    Ended(&'static str),
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
    Test,
    /// The same, and what the plugin was told of the answer.
    Ask,
    Revoke,
    Plan,
    /// Of a code.
    Exchange,
}

fn attack(behaviour: Behaviour) -> (Call, Held) {
    use Behaviour as B;
    use Call::{
        Ask, Authenticate, Compute, Exchange, Obtain, Plan, Request, Revoke, Send, Test, Validate,
    };
    use Held::{
        Broken, Crashed, Denied, DeniedByHost, DeniedWithin, Ended, Harmless, Hidden, Refused,
        Stopped, Withheld,
    };
    let misplaced = "a secret may stand in `authorization`, in the body, and in the headers";
    let unknown = "the plugin named a secret that this operation does not have";
    let as_text = "it holds the name of a secret as text";
    let no_answer = "it reported a secret as a token that no answer brought";
    let one_secret = "access and refresh token are one secret";
    match behaviour {
        B::Loop => (Compute(""), Stopped(Limit::CpuTime)),
        B::Recurse => (Compute(""), Stopped(Limit::Stack)),
        B::Allocate => (Compute(""), Stopped(Limit::Memory)),
        B::Panic => (Compute(""), Crashed),
        B::LongAnswer => (Compute("2000000"), Stopped(Limit::Hostcall)),
        B::CountCalls => (Compute(""), Harmless("1")),
        B::TellSettings => (Compute("plain"), Harmless("argument=plain")),
        B::TellAll => (Send(""), Hidden("/echo=unreadable")),
        B::TellClaims => (Ask, Harmless("[]")),
        B::ManyRequests => (Send(""), Stopped(Limit::Requests)),
        B::SecretInHeader => (Send(""), Denied(misplaced)),
        B::SecretInKeyHeader => (Send(""), Harmless("200 BodyKind::Json")),
        B::SecretInAuthorization => (Send(""), Harmless("200 BodyKind::Json")),
        B::SecretInBasic => (Send("client"), Harmless("200 BodyKind::Json")),
        B::SecretInForm => (Send(""), Hidden("/echo=unreadable")),
        B::SecretInJson => (Send(""), Harmless("200 BodyKind::Other")),
        B::SecretManyTimes => (Send(""), Harmless("/echo=unreadable")),
        B::GuessBeside => (Send("not-a-real-secret-47"), Ended("200 BodyKind::Other")),
        B::GuessAlone => (Send("not-a-real-secret-47"), Ended("200 BodyKind::Other")),
        B::GuessTwice => (
            Send("not-a-real-secret-47"),
            Ended("200 BodyKind::Other; then FailureKind::Denied"),
        ),
        B::NameInUrl
        | B::NameInHeader
        | B::NameInForm
        | B::NameAsName
        | B::NameInJson
        | B::NameInCapitals
        | B::NameEncoded => (Send(""), Denied(as_text)),
        B::NameInPieces | B::NameAcrossPair | B::NameAcrossFields => (Send(""), Denied(as_text)),
        B::GuessInPieces | B::GuessAcrossFields => {
            (Send("not-a-real-"), Ended("200 BodyKind::Other"))
        }
        B::MemberTwice => (Send(""), Denied("stands twice in the body")),
        B::MadeUpSecret => (Send(""), Denied(unknown)),
        B::NamedSecret => (Send("secret.0.ffffffffffffffff"), Denied(unknown)),
        B::SetHeader => (Send("transfer-encoding"), Denied("is the host's to set")),
        B::SetHost => (Send(""), Denied("the header `host` is the host's to set")),
        B::BreakHeader => (Send(""), Denied("a character that no header may have")),
        B::HeaderTwice => (Send(""), Denied("stands twice")),
        B::BreakForm => (Send(""), Harmless("200 BodyKind::Json")),
        B::ManyHeaders => (Send(""), Denied("more than 64 headers")),
        B::LargeForm => (Send(""), Harmless("200 BodyKind::Json")),
        B::LargeRequest => (Send(""), Denied("the request is larger than 65536 bytes")),
        B::SmuggledRequest => (Send(""), Denied("the body is said to be JSON, and is none")),
        B::GetWithForm => (Send(""), Denied("a request by GET or DELETE has no body")),
        B::Delete | B::Put | B::GrantInTest => (Ask, Denied("a test changes nothing")),
        B::PassesByBearer => (Ask, Harmless("200 BodyKind::Json")),
        B::Introspects => (Ask, Hidden("/echo=unreadable")),
        B::LongList => (Validate, Stopped(Limit::Hostcall)),
        B::LongHeaders => (Request, Stopped(Limit::Hostcall)),
        B::MadeUpToken => (Obtain, Broken("it named a secret")),
        B::SettingAsToken => (Obtain, Broken(no_answer)),
        B::SameTokens => (Obtain, Broken(one_secret)),
        B::SpreadsAnswer => (
            Obtain,
            DeniedWithin("a secret of an answer may not go to this origin"),
        ),
        B::TellParameters => (Exchange, Harmless("Bearer")),
        B::LearnsFact => (Obtain, Harmless(r#"("learned", "company-9")"#)),
        B::OtherTokenType => (Obtain, Broken("tokens of a type other than Bearer")),
        B::EternalTokens => (Obtain, Harmless("expires_in_seconds: Some(315360000)")),
        B::DeadTokens => (Obtain, Harmless("expires_in_seconds: None")),
        B::LongIdentity => (Obtain, Harmless("user: Some(\"x[2Jx[2J")),
        B::WrongFact => (Obtain, Broken("a field that is not of kind `learned`")),
        B::TwoFacts => (Obtain, Broken("it learnt two facts for one field")),
        B::NameAsFact => (Obtain, Broken("a fact that is empty or holds a secret")),
        B::SaysDenied | B::SaysInvalid | B::SaysUnknown => {
            (Obtain, Refused(ErrorKind::Protocol, Actor::Plugin))
        }
        B::WaitsForever => (Obtain, Refused(ErrorKind::Throttled, Actor::User)),
        B::EmptyDiagnosis => (Obtain, Refused(ErrorKind::Other, Actor::User)),
        B::LongDiagnosis => (Obtain, Refused(ErrorKind::Other, Actor::User)),
        B::NameInDiagnosis => (Obtain, Withheld("(withheld: it held part of a secret)")),
        B::AuthenticateElsewhere => (Authenticate, Broken(misplaced)),
        B::AuthenticateNothing | B::AuthenticateOther | B::AuthenticateTwice => (
            Authenticate,
            Broken("it must add the access token, once, and no other secret"),
        ),
        B::AuthenticateScheme => (Authenticate, Broken("a scheme of `authorization`")),
        B::AuthenticateName => (
            Authenticate,
            Broken("it writes a secret, or the name of one, as text"),
        ),
        B::PassesWithout | B::PassesByOther => (
            Test,
            Broken("no request of the test was answered with success"),
        ),
        B::LongChecks => (Test, Broken("two checks of a test have one id")),
        B::FailsByStep => (Test, Harmless("setup_step: None")),
        B::RevokesWithout => (
            Revoke,
            Broken("it says that it revoked, and sent neither of the tokens"),
        ),
        B::Revokes | B::RevokesBoth => (Revoke, Harmless("()")),
        B::PassesUnasked => (
            Test,
            Broken("no request of the test was answered with success"),
        ),
        B::NoCheck => (Test, Broken("a test has at least one check")),
        B::FailsUnexplained => (Test, Broken("a check has a diagnosis where it failed")),
        B::SameChecks => (Test, Broken("two checks of a test have one id")),
        B::RevokesUnasked => (Revoke, Broken("it says that it revoked, and sent nothing")),
        B::PlansRefresh => (
            Plan,
            Broken("no credential is connected by a refresh token"),
        ),
        B::PlansTwice => (Plan, Broken("it names a way to renew twice")),
        B::PlansAlias => (
            Plan,
            Broken("it names a grant of its own by the name of a usual one"),
        ),
        B::PlansLongName => (Plan, Broken("it names a grant by what is no `grant_type`")),
        B::PlansPerson => (Plan, Broken("it would renew through a person at a browser")),
        B::PlansMany => (
            Plan,
            Broken("it names a way to renew twice, or more than four"),
        ),
        B::CodeWithoutVerifier => (Exchange, DeniedByHost("without its PKCE verifier")),
        B::CodeElsewhere => (Exchange, DeniedByHost("not once the redirect URI")),
    }
}

const TOKENS: &str = r#"{"access_token":"not-a-real-token-1","refresh_token":"another-token-22"}"#;

/// Where a test asks, and a revocation goes.
const ROOT: &str = "https://service.example/";

/// An origin that is an API and nothing else.
const API: &str = "https://api.example";

async fn make(stage: &Stage, behaviour: &str, call: &Call) -> Result<String, Error> {
    let access = Secret::new("not-a-real-access");
    match call {
        Call::Compute(argument) => Ok(stage.compute(behaviour, argument).await?),
        Call::Validate => {
            let problems = stage.operation(behaviour, "").validate().await?;
            Ok(format!("{problems:?}"))
        }
        Call::Send(_) => stage.send(behaviour, "/").await,
        Call::Obtain => {
            let tokens = stage.tokens(behaviour, Sender::Plugin).await?;
            Ok(format!("{tokens:?}"))
        }
        Call::Test => {
            let checks = stage.operation(behaviour, ROOT).test(&access).await?;
            Ok(format!("{checks:?}"))
        }
        Call::Ask => {
            let checks = stage.operation(behaviour, ROOT).test(&access).await?;
            Ok(checks[0].detail.clone().unwrap())
        }
        Call::Revoke => {
            let held = HeldTokens {
                access: Some(access),
                refresh: Some(Secret::new("another-refresh-22")),
            };
            let operation = stage.operation(behaviour, ROOT);
            Ok(format!("{:?}", operation.revoke(&held).await?))
        }
        Call::Plan => Ok(format!(
            "{:?}",
            stage.operation(behaviour, "").plan().await?
        )),
        Call::Exchange => {
            let operation = stage.operation(behaviour, &format!("{SERVICE}/token"));
            let grant = Grant::AuthorizationCode(CodeGrant {
                code: Secret::new("not-a-real-9Wm2Tq5v"),
                redirect_uri: "https://127.0.0.1:1/callback".to_owned(),
                code_verifier: Some(Secret::new("not-a-real-4Kd8sLq2")),
                parameters: vec![("realmId".to_owned(), "4711".to_owned())],
            });
            let tokens = operation.obtain_tokens(&grant, Sender::Plugin).await?;
            Ok(format!("{tokens:?}"))
        }
        Call::Request => {
            let access = stage.obtain(behaviour, Sender::Host).await?;
            Ok(format!("{access:?}"))
        }
        Call::Authenticate => {
            let operation = stage.operation(behaviour, "");
            let headers = operation.authenticate(&access).await?;
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
    let extra = match call {
        Call::Send(extra) => extra,
        Call::Obtain => API,
        Call::Revoke | Call::Ask => ROOT,
        _ => "",
    };
    let server = match call {
        Call::Obtain | Call::Exchange => Server::says_json(TOKENS).await,
        Call::Revoke => Server::says_json("{}").await,
        _ => Server::echoes().await,
    };
    let stage = Stage::with_limits(limits()).await.mapped_to(&server);
    let stage = stage.with_extra(extra).allowing(API);
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
        (Held::DeniedWithin(why), Err(Error::Refused(refusal))) => {
            assert_eq!(refusal.kind, ErrorKind::Other, "{behaviour:?}: {refusal:?}");
            assert!(refusal.to_string().contains(why), "{refusal}");
            log.says_once(why);
        }
        (Held::DeniedByHost(why), Err(Error::Refused(refusal))) => {
            assert_eq!(
                refusal.kind,
                ErrorKind::Denied,
                "{behaviour:?}: {refusal:?}"
            );
            assert_eq!(
                refusal.diagnosis.actor,
                Actor::Plugin,
                "{behaviour:?}: {refusal:?}"
            );
            assert!(refusal.to_string().contains(why), "{refusal}");
            log.says_once(why);
        }
        (Held::Refused(kind, actor), Err(Error::Refused(refusal))) => {
            assert_eq!(
                (refusal.kind, refusal.diagnosis.actor),
                (*kind, *actor),
                "{behaviour:?}: {refusal:?}"
            );
            let Diagnosis { code, message, .. } = &refusal.diagnosis;
            assert!(
                !code.is_empty() && !message.is_empty(),
                "{behaviour:?}: {refusal:?}"
            );
            assert!(
                message.len() <= 4096 && code.len() <= 256,
                "{}",
                message.len()
            );
            assert_eq!(refusal.diagnosis.setup_step, None, "there is no such step");
            assert!(refusal.retry_after_seconds.is_none_or(|it| it <= 86_400));
            assert_eq!(log.lines(), [] as [String; 0], "{behaviour:?}");
        }
        (Held::Withheld(shown), Err(Error::Refused(refusal))) => {
            assert_eq!(refusal.diagnosis.message, *shown);
            log.says_once("a text with a secret in it");
        }
        (Held::Hidden(learnt), Ok(told)) => {
            assert!(told.contains(learnt), "{behaviour:?}: {told}");
            assert!(!told.contains("not-a-real"), "{behaviour:?}: {told}");
            log.says_once("which is not told");
        }
        (Held::Ended(learnt), Ok(told)) => {
            assert!(told.contains(learnt), "{behaviour:?}: {told}");
            assert!(!told.contains("not-a-real"), "{behaviour:?}: {told}");
            let ended = "this operation sends nothing more";
            assert!(
                log.lines().iter().any(|it| it.contains(ended)),
                "{:?}",
                log.lines()
            );
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
        "authorization-refused" => {
            let refusal = credential_runtime::AuthorizationRefusal {
                error: "access_denied".to_owned(),
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
        "revoke" => {
            let held = HeldTokens {
                access: Some(access),
                refresh: None,
            };
            operation.revoke(&held).await.err().and_then(failed)
        }
        other => panic!("no such export: {other}"),
    }
}

#[rstest]
#[case::of_the_form("validate")]
#[case::of_the_plan("plan")]
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

/// Remembers a secret's name as the plugin was told it.
#[derive(Default)]
struct Stash(std::sync::Mutex<String>);

impl credential_runtime::Witness for Stash {
    fn observe(&self, testimony: &credential_runtime::Testimony<'_>) {
        let memory = testimony.memories.concat();
        let at = memory.windows(9).position(|it| it == b"secret.0.");
        if let Some(at) = at {
            let name = &memory[at..at + "secret.0.".len() + 16];
            *self.0.lock().unwrap() = String::from_utf8_lossy(name).into_owned();
        }
    }
}

#[tokio::test]
async fn a_name_that_was_stashed_means_nothing_in_another_operation() {
    let stash = std::sync::Arc::new(Stash::default());
    let witness = std::sync::Arc::clone(&stash) as std::sync::Arc<dyn credential_runtime::Witness>;
    let stage = Stage::with(credential_runtime::Runtime::builder().witness(witness)).await;
    stage.compute("tell-settings", "").await.unwrap();
    let name = stash.0.lock().unwrap().clone();
    assert!(name.starts_with("secret.0."), "{name}");
    let server = Server::echoes().await;
    let stage = Stage::new().await.mapped_to(&server).with_extra(&name);
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
