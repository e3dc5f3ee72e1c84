//! Every switch of the mock company, set wrong: what the person reads suffices to put it right.

use credential_runtime::{
    Actor, Check, Diagnosis, Error, Grant, Operation, Outcome, RedirectError, Refusal, Sender,
    Settings,
};
use end_to_end::{World, regular_user, web_services_user};
use mock_intacct::browser::Consent;
use mock_intacct::{Company, MockIntacct};

/// A switch set wrong, and what of the message puts it right.
struct Wrong {
    switch: &'static str,
    value: &'static str,
    settings: fn(&Company) -> Settings,
    /// Case, code, actor in its `Debug` spelling, setup step.
    expected: (
        &'static str,
        &'static str,
        &'static str,
        Option<&'static str>,
    ),
    /// What the hint must name: the menu, the field.
    names: &'static [&'static str],
}

const CLIENT: &str = "authorized-client-application";
const SECURITY: &str = "Company → Setup → Company → Security";

fn session(company: &Company) -> Settings {
    let session = company.sessions[0].session_id.as_str();
    let application = &company.applications[0];
    Settings::new()
        .with_text("client_id", application.client_id.as_str())
        .with_secret("client_secret", application.client_secret.as_str())
        .with_text("flow_type", "web_services_user")
        .with_secret("session_id", session)
}

/// `CLIENT_ID` and `SENDER` stand for the sample's own.
const WRONG: &[Wrong] = &[
    Wrong {
        switch: "company",
        value: "off",
        settings: web_services_user,
        expected: (
            "misconfigured",
            "GW-0011",
            "Administrator",
            Some("web-services-authorization"),
        ),
        names: &[SECURITY],
    },
    Wrong {
        switch: "web-services-subscription",
        value: "off",
        settings: web_services_user,
        expected: (
            "misconfigured",
            "invalid_grant",
            "Administrator",
            Some("web-services-subscription"),
        ),
        names: &["Company → Admin → Subscriptions", "Web Services"],
    },
    Wrong {
        switch: "sender:SENDER",
        value: "off",
        settings: web_services_user,
        expected: (
            "misconfigured",
            "GW-0011",
            "Administrator",
            Some("web-services-authorization"),
        ),
        names: &[SECURITY, "Web Services authorizations"],
    },
    Wrong {
        switch: "authorized-client:CLIENT_ID",
        value: "off",
        settings: web_services_user,
        expected: ("misconfigured", "REST-1216", "Administrator", Some(CLIENT)),
        names: &[SECURITY, "Authorized client applications", "Client ID"],
    },
    Wrong {
        switch: "authorized-client:CLIENT_ID",
        value: "dana",
        settings: web_services_user,
        expected: ("misconfigured", "REST-1216", "Administrator", Some(CLIENT)),
        names: &["Authorized client applications", "user ID"],
    },
    Wrong {
        switch: "application:CLIENT_ID",
        value: "off",
        settings: web_services_user,
        expected: (
            "misconfigured",
            "GW-0011",
            "Administrator",
            Some("web-services-authorization"),
        ),
        names: &["Client ID", "Active"],
    },
    Wrong {
        switch: "user:ws-loader",
        value: "off",
        settings: web_services_user,
        expected: (
            "misconfigured",
            "invalid_grant",
            "Administrator",
            Some("web-services-subscription"),
        ),
        names: &["Web Services users"],
    },
    Wrong {
        switch: "user-kind:ws-loader",
        value: "regular",
        settings: web_services_user,
        expected: (
            "misconfigured",
            "invalid_grant",
            "Administrator",
            Some("web-services-subscription"),
        ),
        names: &["Web Services users"],
    },
    Wrong {
        switch: "session:loader-session",
        value: "off",
        settings: session,
        expected: ("reauthorize", "invalid_grant", "User", None),
        names: &["Session ID"],
    },
    Wrong {
        switch: "refresh-token-with-client-credentials",
        value: "off",
        settings: session,
        expected: ("misconfigured", "no-refresh-token", "User", None),
        names: &["Session ID", "Username"],
    },
];

fn set(mock: &MockIntacct, switch: &str, value: &str) {
    let company = mock.company();
    let application = &company.applications[0];
    let name = switch
        .replace("CLIENT_ID", &application.client_id)
        .replace("SENDER", &application.sender_id);
    mock.set_switch(&name, value).unwrap();
}

#[track_caller]
fn assert_told(told: &Refusal, wrong: &Wrong) {
    let context = format!("{}={}: {told:?}", wrong.switch, wrong.value);
    let diagnosis = &told.diagnosis;
    let seen = (
        told.kind.name(),
        diagnosis.code.as_str(),
        &*format!("{:?}", diagnosis.actor),
        diagnosis.setup_step.as_deref(),
    );
    assert_eq!(seen, wrong.expected, "{context}");
    assert_names(diagnosis, wrong.names, &context);
}

#[track_caller]
fn assert_names(diagnosis: &Diagnosis, names: &[&str], context: &str) {
    let hint = diagnosis.hint.as_deref().expect(context);
    for name in names {
        assert!(
            hint.contains(name),
            "the hint does not name {name}: {context}"
        );
    }
}

async fn connect(operation: &Operation) -> Result<credential_runtime::Tokens, Error> {
    operation
        .obtain_tokens(&Grant::ClientCredentials, Sender::Plugin)
        .await
}

#[tokio::test]
async fn each_switch_set_wrong_is_told_and_set_right_again_works() {
    for wrong in WRONG {
        let world = World::start().await;
        let operation = world.operation(&(wrong.settings)(&world.mock.company()));
        let before = world.mock.company();
        set(&world.mock, wrong.switch, wrong.value);
        let error = connect(&operation).await.expect_err(wrong.switch);
        assert_told(error.refusal().unwrap(), wrong);
        world.mock.change(|company| *company = before);
        connect(&operation).await.expect(wrong.switch);
    }
}

async fn test(operation: &Operation) -> Vec<Check> {
    let tokens = connect(operation).await.unwrap();
    operation.test(&tokens.access).await.unwrap()
}

#[tokio::test]
async fn a_user_without_permission_signs_in_and_fails_one_check() {
    let world = World::start().await;
    let operation = world.operation(&web_services_user(&world.mock.company()));
    set(&world.mock, "user-may-read:ws-loader", "off");
    let checks = test(&operation).await;
    let ended: Vec<(&str, Outcome)> = checks.iter().map(|it| (&*it.id, it.outcome)).collect();
    assert_eq!(
        ended,
        [
            ("token-accepted", Outcome::Skipped),
            ("identity-expected", Outcome::Skipped),
            ("read-permitted", Outcome::Failed),
        ]
    );
    let diagnosis = checks[2].diagnosis.as_ref().unwrap();
    assert_eq!(diagnosis.setup_step.as_deref(), Some("user-permissions"));
    assert_names(
        diagnosis,
        &["Company → Admin → Users", "permissions"],
        "user-may-read",
    );
    set(&world.mock, "user-may-read:ws-loader", "on");
    assert!(
        test(&operation)
            .await
            .iter()
            .all(|it| it.outcome == Outcome::Passed)
    );
}

async fn refused_at_consent(world: &World, operation: &Operation) -> Refusal {
    let refusal = match world.walk(operation, Consent::Allow).await {
        Err(RedirectError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    };
    match operation.authorization_refused(refusal).await {
        Error::Refused(told) => *told,
        Error::Failed(failure) => panic!("{failure}"),
    }
}

#[tokio::test]
async fn without_the_sender_an_administrator_must_consent() {
    let world = World::start().await;
    let operation = world.operation(&regular_user(&world.mock.company()));
    set(&world.mock, "sender:SENDER", "off");
    let told = refused_at_consent(&world, &operation).await;
    assert_names(&told.diagnosis, &["administrator", "sender ID"], "sender");
    set(&world.mock, "user-administrator:dana", "on");
    world.consent(&operation).await;
}

#[tokio::test]
async fn a_second_consent_ends_the_first_connection_where_the_switch_says_so() {
    for (value, ends) in [("on", true), ("off", false)] {
        let world = World::start().await;
        set(&world.mock, "second-consent-kills-first", value);
        let operation = world.operation(&regular_user(&world.mock.company()));
        let grant = world.consent(&operation).await;
        let first = operation.obtain_tokens(&grant, Sender::Host).await.unwrap();
        let grant = world.consent(&operation).await;
        operation.obtain_tokens(&grant, Sender::Host).await.unwrap();
        let renewal = Grant::RefreshToken(first.refresh.unwrap());
        let renewed = operation.obtain_tokens(&renewal, Sender::Host).await;
        let told = renewed
            .as_ref()
            .err()
            .and_then(Error::refusal)
            .map(|it| it.kind.name());
        assert_eq!(told, ends.then_some("reauthorize"), "{value}");
    }
}

#[tokio::test]
async fn rotation_decides_what_becomes_of_a_refresh_token() {
    // What a renewal brings, and whether the old token and the new one renew after it.
    for (value, rotates, old, new) in [
        ("off", false, true, true),
        ("on", true, false, true),
        ("reuse-kills-family", true, false, false),
    ] {
        let world = World::start().await;
        set(&world.mock, "rotation", value);
        let operation = world.operation(&regular_user(&world.mock.company()));
        let grant = world.consent(&operation).await;
        let first = operation
            .obtain_tokens(&grant, Sender::Host)
            .await
            .unwrap()
            .refresh
            .unwrap();
        let renew = async |token: &credential_runtime::Secret| {
            operation
                .obtain_tokens(&Grant::RefreshToken(token.clone()), Sender::Host)
                .await
        };
        let second = renew(&first).await.unwrap().refresh;
        let second = second.filter(|it| *it != first);
        assert_eq!(second.is_some(), rotates, "{value}");
        assert_eq!(renew(&first).await.is_ok(), old, "the old token, {value}");
        let newest = second.unwrap_or(first);
        assert_eq!(
            renew(&newest).await.is_ok(),
            new,
            "the newest token, {value}"
        );
    }
}

#[tokio::test]
async fn a_stale_token_is_known_in_every_spelling() {
    for (value, code) in STALE {
        let world = World::start().await;
        set(&world.mock, "stale-token-answer", value);
        set(&world.mock, "access-lifetime", "60");
        let operation = world.operation(&web_services_user(&world.mock.company()));
        let tokens = connect(&operation).await.unwrap();
        assert_eq!(tokens.expires_in_seconds, Some(60));
        world
            .mock
            .clock()
            .advance(std::time::Duration::from_secs(61));
        let error = operation.test(&tokens.access).await.expect_err(value);
        let told = error.refusal().unwrap();
        assert_eq!(told.kind.name(), "stale-token", "{value}");
        assert_eq!(told.diagnosis.code, code);
    }
}

/// How the mock refuses a token, and the code that it says.
const STALE: [(&str, &str); 5] = [
    ("gw-0040", "GW-0040"),
    ("rest-1206", "REST-1206"),
    ("rest-2102", "REST-2102"),
    ("gw-0031", "GW-0031"),
    ("forbidden", "GW-0031"),
];

#[tokio::test]
async fn a_list_that_shows_at_a_call_alone_is_told_to_the_administrator() {
    for switch in ["sender:SENDER", "authorized-client:CLIENT_ID"] {
        for (value, code) in STALE {
            let world = World::start().await;
            let operation = world.operation(&web_services_user(&world.mock.company()));
            set(&world.mock, "lists-checked", "call");
            set(&world.mock, "stale-token-answer", value);
            set(&world.mock, switch, "off");
            let checks = test(&operation).await;
            let ended: Vec<Outcome> = checks.iter().map(|it| it.outcome).collect();
            let expected = [Outcome::Passed, Outcome::Passed, Outcome::Failed];
            assert_eq!(
                ended, expected,
                "the token is good, the call is refused: {checks:?}"
            );
            let diagnosis = checks[2].diagnosis.as_ref().unwrap();
            assert_eq!(
                (&*diagnosis.code, diagnosis.actor),
                (code, Actor::Administrator)
            );
            assert!(diagnosis.support_id.is_some());
            assert_names(
                diagnosis,
                &[
                    SECURITY,
                    "Web Services authorizations",
                    "Authorized client applications",
                ],
                switch,
            );
            let introspections = world.mock.ledger().to_path("/oauth2/introspect");
            introspections.assert_count(1);
        }
    }
}

#[tokio::test]
async fn a_token_that_is_over_is_renewed_and_costs_no_further_request() {
    let world = World::start().await;
    let operation = world.operation(&web_services_user(&world.mock.company()));
    let tokens = connect(&operation).await.unwrap();
    world
        .mock
        .clock()
        .advance(std::time::Duration::from_secs(43_200));
    let error = operation.test(&tokens.access).await.unwrap_err();
    assert_eq!(error.refusal().unwrap().kind.name(), "stale-token");
    world
        .mock
        .ledger()
        .to_path("/oauth2/introspect")
        .assert_count(0);
}

#[tokio::test]
async fn a_browser_that_was_signed_out_connects_again() {
    for error in ["login_required", "interaction_required", "consent_required"] {
        let world = World::start().await;
        set(&world.mock, "sign-in-page", error);
        let operation = world.operation(&regular_user(&world.mock.company()));
        let told = refused_at_consent(&world, &operation).await;
        assert_eq!(
            (told.kind.name(), &*told.diagnosis.code),
            ("reauthorize", error)
        );
        assert_eq!(told.diagnosis.actor, Actor::User);
        assert_names(&told.diagnosis, &["Connect again"], error);
    }
}

/// Each switch of the sample company has its effect shown in this file.
#[tokio::test]
async fn no_switch_is_forgotten() {
    let shown = [
        "company",
        "web-services-subscription",
        "sender",
        "authorized-client",
        "application",
        "user",
        "user-kind",
        "user-may-read",
        "user-administrator",
        "session",
        "rotation",
        "second-consent-kills-first",
        "refresh-token-with-client-credentials",
        "stale-token-answer",
        "lists-checked",
        "sign-in-page",
        "access-lifetime",
    ];
    let world = World::start().await;
    for switch in world.mock.switches() {
        let kind = switch.name.split(':').next().unwrap_or_default().to_owned();
        assert!(shown.contains(&kind.as_str()), "{kind}");
    }
}
