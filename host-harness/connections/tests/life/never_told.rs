//! Secrets are told to nobody: not in a log at any level, not in an error, not in what is printed of
//! a value, not in a history or an export.

use std::fmt::Debug;
use std::io::Write;
use std::sync::{Arc, Mutex};

use credential_connections::service::{Edit, Error};
use credential_runtime::SettingValue;
use mock_intacct::browser::Consent;
use mock_intacct::{Fault, FaultRule, Wait};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::stage::{LIFE, REDIRECT_URI, SESSION, World, session, tenant};

/// A client secret that somebody typed wrongly is as telling as the right one.
const MISTYPED: &str = "not-a-real-secret-0123456789abcdeg";

/// Everything that was said.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Heard {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Heard {
    fn print(&self, value: impl Debug) {
        writeln!(self.clone(), "{value:?} {value:#?}").unwrap();
    }

    fn error(&self, error: &Error) {
        self.print(error);
        writeln!(self.clone(), "{error}").unwrap();
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

#[tokio::test]
async fn no_secret_is_heard_of_a_whole_life() {
    let heard = Heard::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(heard.clone())
        .finish();
    let _listening = tracing::subscriber::set_default(subscriber);
    let world = World::start().await;
    let states = live(&world, &heard).await;
    let text = heard.text();
    assert!(
        text.contains("Dana's") && text.contains("answer-lost"),
        "it was listened to"
    );
    let company = world.mock.company();
    let mut secrets = world.mock.issued().secrets();
    secrets.extend(
        company
            .applications
            .iter()
            .map(|it| it.client_secret.clone()),
    );
    secrets.extend(company.sessions.iter().map(|it| it.session_id.clone()));
    secrets.extend(states);
    secrets.extend([SESSION, MISTYPED].map(str::to_owned));
    for secret in &secrets {
        assert!(
            !text.contains(secret.as_str()),
            "{} characters of a secret",
            secret.len()
        );
        // The same search finds it where it is.
        assert!(format!("{text} {secret}").contains(secret.as_str()));
    }
    assert!(
        secrets.len() > 15,
        "codes, tokens and sessions were there to be heard"
    );
}

/// Everything that can happen, printed; gives the states of the sign-ins.
async fn live(world: &World, heard: &Heard) -> Vec<String> {
    let connections = &world.connections;
    let by_session = world
        .add("By session", session(&world.mock.company()))
        .await;
    heard.print(
        connections
            .connect(tenant(), &by_session, None)
            .await
            .unwrap(),
    );
    let dana = world.add_regular("Dana's").await;
    let begun = connections
        .begin_connect(tenant(), &dana, REDIRECT_URI, SESSION, None)
        .await;
    let begun = begun.unwrap();
    heard.print(&begun);
    let state = begun
        .url
        .split("state=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap()
        .to_owned();
    let redirected = world.browse(&begun.url, "dana", Consent::Allow).await;
    heard.print(
        connections
            .finish_connect(SESSION, &redirected)
            .await
            .unwrap(),
    );
    heard.error(
        &connections
            .finish_connect(SESSION, &redirected)
            .await
            .unwrap_err(),
    );
    let token = connections.access_token(tenant(), &dana).await.unwrap();
    heard.print((&token, connections.headers(&token).await.unwrap()));
    heard.print(connections.test(tenant(), &dana).await.unwrap());
    heard.error(&world.sign_in(&dana, "admin").await.unwrap_err());
    for fault in [Fault::Throttled(Wait::Seconds), Fault::DropAfterActing] {
        world.advance(LIFE);
        world.inject(FaultRule::new(fault));
        heard.error(&connections.access_token(tenant(), &dana).await.unwrap_err());
    }
    world.advance(LIFE);
    heard.error(&connections.access_token(tenant(), &dana).await.unwrap_err());
    let wrong = SettingValue::Secret(MISTYPED.into());
    let edit = Edit::new().set("client_secret", wrong);
    heard.print(&edit);
    connections
        .edit(tenant(), &by_session, &edit)
        .await
        .unwrap();
    heard.error(&connections.renew(tenant(), &by_session).await.unwrap_err());
    heard.print(connections.list(tenant()).await.unwrap());
    for name in [&dana, &by_session] {
        heard.print(world.status(name).await);
        let history = connections.history(tenant(), name, 100).await.unwrap();
        heard.print(serde_json::to_string(&history).unwrap());
    }
    let export = connections.export(tenant()).await.unwrap();
    heard.print(serde_json::to_string(&export).unwrap());
    let revocation = connections.revocation(tenant(), &by_session).await.unwrap();
    heard.print(&revocation);
    let revoked = connections
        .revoke(tenant(), &by_session, &revocation.confirm)
        .await;
    heard.error(&revoked.unwrap_err());
    vec![state]
}
