//! Three ways to send a token request, one outcome: through the plugin's import, by the host between
//! two calls, and with an HTTP client of the embedder's own.

use credential_runtime::{CodeGrant, Error, Grant, Operation, Secret, Sender, Settings, Tokens};
use end_to_end::{World, regular_user, web_services_user};
use mock_intacct::{Company, Fault, FaultRule, MockIntacct, Wait};

use crate::raw_http::send;

/// How one scenario is set up, and what is asked for.
struct Scenario {
    name: &'static str,
    prepare: fn(&MockIntacct),
    settings: fn(&Company) -> Settings,
    grant: fn(Grants) -> Grant,
}

/// What a scenario can ask with.
struct Grants {
    code: Grant,
    refresh: Secret,
}

fn nothing(_: &MockIntacct) {}

fn client_credentials(_: Grants) -> Grant {
    Grant::ClientCredentials
}

fn refresh(grants: Grants) -> Grant {
    Grant::RefreshToken(grants.refresh)
}

fn fault(mock: &MockIntacct, fault: Fault) {
    mock.inject(FaultRule::new(fault).on_path("/oauth2/token"));
}

const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "client credentials",
        prepare: nothing,
        settings: web_services_user,
        grant: client_credentials,
    },
    Scenario {
        name: "authorization code",
        prepare: nothing,
        settings: regular_user,
        grant: |grants| grants.code,
    },
    Scenario {
        name: "refresh",
        prepare: nothing,
        settings: regular_user,
        grant: refresh,
    },
    Scenario {
        name: "a wrong verifier",
        prepare: nothing,
        settings: regular_user,
        grant: |grants| match grants.code {
            Grant::AuthorizationCode(code) => Grant::AuthorizationCode(CodeGrant {
                code_verifier: Some(Secret::new("not-a-real-verifier-0123456789-0123456789-0")),
                ..code
            }),
            other => other,
        },
    },
    Scenario {
        name: "a dead refresh token",
        prepare: nothing,
        settings: regular_user,
        grant: |_| Grant::RefreshToken(Secret::new("not-a-real-0pQ7-Zk31-mW9x")),
    },
    Scenario {
        name: "a dead refresh token that holds a word of OAuth",
        prepare: nothing,
        settings: regular_user,
        grant: |_| Grant::RefreshToken(Secret::new("not-a-real-refresh-token")),
    },
    Scenario {
        name: "a wrong client secret",
        prepare: nothing,
        settings: |company| web_services_user(company).with_secret("client_secret", "not-a-real-x"),
        grant: client_credentials,
    },
    Scenario {
        name: "a username without company",
        prepare: nothing,
        settings: |company| web_services_user(company).with_text("username", "ws-loader"),
        grant: client_credentials,
    },
    Scenario {
        name: "no subscription",
        prepare: |mock| mock.change(|company| company.web_services_subscription = false),
        settings: web_services_user,
        grant: client_credentials,
    },
    Scenario {
        name: "an application that is not authorized",
        prepare: |mock| mock.change(|company| company.authorized_clients.clear()),
        settings: web_services_user,
        grant: client_credentials,
    },
    Scenario {
        name: "throttled",
        prepare: |mock| fault(mock, Fault::Throttled(Wait::Seconds)),
        settings: web_services_user,
        grant: client_credentials,
    },
    Scenario {
        name: "Intacct's own error",
        prepare: |mock| fault(mock, Fault::InternalError),
        settings: web_services_user,
        grant: client_credentials,
    },
    Scenario {
        name: "a page instead of an answer",
        prepare: |mock| fault(mock, Fault::HtmlErrorPage),
        settings: web_services_user,
        grant: client_credentials,
    },
    Scenario {
        name: "nearly JSON",
        prepare: |mock| fault(mock, Fault::InvalidJson),
        settings: web_services_user,
        grant: client_credentials,
    },
    Scenario {
        name: "an error inside a 200",
        prepare: |mock| fault(mock, Fault::ErrorInside200),
        settings: web_services_user,
        grant: client_credentials,
    },
    Scenario {
        name: "a redirect",
        prepare: |mock| fault(mock, Fault::RedirectElsewhere),
        settings: web_services_user,
        grant: client_credentials,
    },
    Scenario {
        name: "no answer",
        prepare: |mock| fault(mock, Fault::DropAfterActing),
        settings: web_services_user,
        grant: client_credentials,
    },
];

#[derive(Clone, Copy, Debug)]
enum Way {
    Plugin,
    Host,
    OwnClient,
}

/// In a world of its own, whose mock draws the same tokens every time.
async fn outcome(scenario: &Scenario, way: Way) -> Result<Tokens, Error> {
    let world = World::start().await;
    let company = world.mock.company();
    let by_browser = world.operation(&regular_user(&company));
    let first = world.consent(&by_browser).await;
    let first = by_browser
        .obtain_tokens(&first, Sender::Host)
        .await
        .unwrap();
    // The code comes from the operation that will use it; the refresh token before it would end.
    world
        .mock
        .change(|company| company.tokens.second_consent_kills_first = false);
    let code = world.consent(&by_browser).await;
    let grant = (scenario.grant)(Grants {
        code,
        refresh: first.refresh.unwrap(),
    });
    (scenario.prepare)(&world.mock);
    let operation = world.operation(&(scenario.settings)(&company));
    match way {
        Way::Plugin => operation.obtain_tokens(&grant, Sender::Plugin).await,
        Way::Host => operation.obtain_tokens(&grant, Sender::Host).await,
        Way::OwnClient => with_own_client(&operation, &grant).await,
    }
}

async fn with_own_client(operation: &Operation, grant: &Grant) -> Result<Tokens, Error> {
    let prepared = operation.prepare_token_request(grant).await?;
    let answer = send(&prepared.to_http().unwrap()).await;
    operation.receive_tokens(prepared, answer).await
}

#[tokio::test]
async fn every_scenario_has_one_outcome_whoever_sends() {
    for scenario in SCENARIOS {
        let through_import = outcome(scenario, Way::Plugin).await;
        for way in [Way::Host, Way::OwnClient] {
            assert_eq!(
                outcome(scenario, way).await,
                through_import,
                "{}, {way:?}",
                scenario.name
            );
        }
    }
}

#[tokio::test]
async fn the_scenarios_are_not_all_alike() {
    let mut cases = std::collections::BTreeSet::new();
    for scenario in SCENARIOS {
        cases.insert(match outcome(scenario, Way::Host).await {
            Ok(_) => "tokens".to_owned(),
            Err(error) => error
                .refusal()
                .map_or("failed", |it| it.kind.name())
                .to_owned(),
        });
        eprintln!(
            "XX {} {:?}",
            scenario.name,
            outcome(scenario, Way::Host).await.err()
        );
    }
    let expected = [
        "invalid-settings",
        "misconfigured",
        "outcome-unknown",
        "protocol",
        "reauthorize",
        "throttled",
        "tokens",
        "unavailable",
    ];
    assert_eq!(
        cases.iter().map(String::as_str).collect::<Vec<_>>(),
        expected
    );
}

/// A plugin that writes `refresh_token` guesses at no secret, so the refusal is read all the same.
#[tokio::test]
async fn a_secret_that_holds_a_word_of_oauth_hides_no_refusal() {
    let name = "a dead refresh token that holds a word of OAuth";
    let scenario = SCENARIOS.iter().find(|it| it.name == name).unwrap();
    let error = outcome(scenario, Way::Host).await.unwrap_err();
    assert_eq!(error.refusal().unwrap().kind.name(), "reauthorize");
}
