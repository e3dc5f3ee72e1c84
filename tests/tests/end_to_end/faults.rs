//! Every fault of the mock, through the component: what a caller sees of it.

use std::time::Duration;

use credential_runtime::{Error, Grant, HttpLimits, Limits, Runtime, Sender};
use end_to_end::{World, web_services_user};
use mock_intacct::{FAULTS, Fault, FaultRule};

/// Whatever shape it has, it is no word of Intacct's.
const MAINTENANCE: &str = "unavailable maintenance";

/// Fault, what a token request makes of it, what a test of the connection makes of it. `works` is an
/// answer that is as good as any, `failed` a failed check; a number is the seconds to wait.
const EXPECTED: &[(&str, &str, &str)] = &[
    (
        "slow-head",
        "outcome-unknown no-answer",
        "unavailable no-answer",
    ),
    (
        "slow-body",
        "outcome-unknown no-answer",
        "unavailable no-answer",
    ),
    (
        "drop-before-reading",
        "outcome-unknown no-answer",
        "unavailable no-answer",
    ),
    (
        "drop-after-acting",
        "outcome-unknown no-answer",
        "unavailable no-answer",
    ),
    (
        "truncated-body",
        "outcome-unknown no-answer",
        "unavailable no-answer",
    ),
    ("wrong-content-type", "works", "works"),
    (
        "html-error-page",
        "unavailable service-trouble",
        "unavailable service-trouble",
    ),
    (
        "empty-error-page",
        "unavailable service-trouble",
        "unavailable service-trouble",
    ),
    (
        "error-inside-200",
        "misconfigured invalid_grant",
        "failed invalid_grant",
    ),
    ("throttled-429", "throttled GW-0010", "throttled GW-0010"),
    (
        "throttled-429-retry-after-seconds",
        "throttled GW-0010 7",
        "throttled GW-0010 7",
    ),
    (
        "throttled-429-retry-after-date",
        "throttled GW-0010 7",
        "throttled GW-0010 7",
    ),
    (
        "throttled-429-x-ia-retry-after",
        "throttled GW-0010 7",
        "throttled GW-0010 7",
    ),
    (
        "throttled-429-x-ia-retryafter",
        "throttled GW-0010 7",
        "throttled GW-0010 7",
    ),
    ("unavailable-503", "throttled GW-0009", "throttled GW-0009"),
    (
        "unavailable-503-retry-after-seconds",
        "throttled GW-0009 7",
        "throttled GW-0009 7",
    ),
    (
        "unavailable-503-retry-after-date",
        "throttled GW-0009 7",
        "throttled GW-0009 7",
    ),
    (
        "unavailable-503-x-ia-retry-after",
        "throttled GW-0009 7",
        "throttled GW-0009 7",
    ),
    (
        "unavailable-503-x-ia-retryafter",
        "throttled GW-0009 7",
        "throttled GW-0009 7",
    ),
    (
        "error-500-gw-0001",
        "unavailable GW-0001",
        "unavailable GW-0001",
    ),
    (
        "oversized-body",
        "outcome-unknown answer-too-large",
        "unavailable no-answer",
    ),
    ("invalid-json", "protocol maintenance", MAINTENANCE),
    ("gzip", "protocol maintenance", MAINTENANCE),
    ("gzip-where-allowed", "works", "works"),
    ("byte-order-mark", "works", "works"),
    ("maintenance-200", MAINTENANCE, MAINTENANCE),
    ("maintenance-redirect", MAINTENANCE, MAINTENANCE),
    (
        "maintenance-403",
        "unavailable network-refused",
        "misconfigured network-refused",
    ),
    (
        "maintenance-403-empty",
        "unavailable network-refused",
        "misconfigured network-refused",
    ),
    ("maintenance-404", MAINTENANCE, MAINTENANCE),
    (
        "maintenance-503",
        "throttled service-busy",
        "throttled service-busy",
    ),
    ("maintenance-xml", MAINTENANCE, MAINTENANCE),
    (
        "maintenance-broken",
        "outcome-unknown no-answer",
        "unavailable no-answer",
    ),
    ("redirect-elsewhere", MAINTENANCE, MAINTENANCE),
    (
        "expired-token-400-rest-1206",
        "misconfigured REST-1206",
        "failed REST-1206",
    ),
];

fn seen<T>(outcome: &Result<T, Error>) -> String {
    let refusal = match outcome {
        Ok(_) => return "works".to_owned(),
        Err(Error::Failed(failure)) => return failure.to_string(),
        Err(Error::Refused(refusal)) => &**refusal,
    };
    let code = &refusal.diagnosis.code;
    let wait = refusal.retry_after_seconds.map(|it| format!(" {it}"));
    format!("{} {code}{}", refusal.kind.name(), wait.unwrap_or_default())
}

/// The mock answers at once or not at all, so a short deadline costs no truth.
async fn impatient() -> World {
    let http = HttpLimits {
        answer_deadline: Duration::from_millis(400),
        ..HttpLimits::default()
    };
    let limits = Limits {
        http,
        ..Limits::default()
    };
    World::builder()
        .runtime(Runtime::builder().limits(limits))
        .start()
        .await
}

async fn during<T>(world: &World, fault: Fault, path: &str, work: impl Future<Output = T>) -> T {
    let injected = world.mock.inject(FaultRule::new(fault).on_path(path));
    let outcome = work.await;
    assert_eq!(injected.hits(), 1, "the fault befell one request");
    injected.release();
    world.mock.clear_faults();
    outcome
}

#[test]
fn every_fault_is_expected_to_do_something() {
    let named: Vec<&str> = FAULTS.iter().map(|it| it.name).collect();
    let expected: Vec<&str> = EXPECTED.iter().map(|it| it.0).collect();
    assert_eq!(named, expected);
}

#[tokio::test]
async fn every_fault_has_its_effect_on_a_token_request_whoever_sends() {
    let world = impatient().await;
    let operation = world.operation(&web_services_user(&world.mock.company()));
    for (name, expected, _) in EXPECTED {
        let fault = Fault::named(name).unwrap();
        for sender in [Sender::Plugin, Sender::Host] {
            let request = operation.obtain_tokens(&Grant::ClientCredentials, sender);
            let outcome = during(&world, fault, "/oauth2/token", request).await;
            assert_eq!(seen(&outcome), *expected, "{name}, {sender:?} sends");
        }
    }
}

#[tokio::test]
async fn every_fault_has_its_effect_on_a_test_of_the_connection() {
    let world = impatient().await;
    let operation = world.operation(&web_services_user(&world.mock.company()));
    let tokens = operation
        .obtain_tokens(&Grant::ClientCredentials, Sender::Host)
        .await
        .unwrap();
    for (name, _, expected) in EXPECTED {
        let fault = Fault::named(name).unwrap();
        let test = operation.test(&tokens.access);
        let outcome = during(&world, fault, "/services/core/model", test).await;
        let failed = outcome
            .iter()
            .flatten()
            .find_map(|it| it.diagnosis.as_ref());
        let seen = failed.map_or_else(|| seen(&outcome), |it| format!("failed {}", it.code));
        assert_eq!(seen, *expected, "{name}");
    }
}

#[tokio::test]
async fn a_fault_leaves_nothing_behind() {
    let world = impatient().await;
    let operation = world.operation(&web_services_user(&world.mock.company()));
    let slow = operation.obtain_tokens(&Grant::ClientCredentials, Sender::Plugin);
    assert!(
        during(&world, Fault::SlowBody, "/oauth2/token", slow)
            .await
            .is_err()
    );
    operation
        .obtain_tokens(&Grant::ClientCredentials, Sender::Plugin)
        .await
        .unwrap();
}
