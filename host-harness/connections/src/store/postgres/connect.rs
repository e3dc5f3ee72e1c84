//! A connection, and the settings of each.

use std::net::IpAddr;
use std::time::Duration;

use tokio_postgres::config::Host;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::fault::fault;
use super::tls::client_config;
use crate::store::location::{Tls, is_loopback};
use crate::store::{Effect, PostgresLocation, StoreError, StoreOptions};

/// Opens connections to one database.
pub(super) struct Connector {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    must_be_local: bool,
    set_up: String,
}

impl Connector {
    pub(super) fn new(
        place: &PostgresLocation,
        options: &StoreOptions,
    ) -> Result<Self, StoreError> {
        let mut config = (*place.config).clone();
        config.tcp_user_timeout(options.call_timeout);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(options.call_timeout);
        }
        if config.get_application_name().is_none() {
            config.application_name("credential-connections");
        }
        let tls = match &place.tls {
            Tls::Off => None,
            Tls::Verified(roots) => Some(MakeRustlsConnect::new(client_config(roots.as_deref())?)),
        };
        Ok(Self {
            config,
            tls,
            must_be_local: place.must_be_local,
            set_up: settings(options),
        })
    }

    pub(super) async fn connect(&self) -> Result<Client, StoreError> {
        if self.must_be_local {
            ensure_local(self.config.get_hosts()).await?;
        }
        let client = match &self.tls {
            None => connect_with(&self.config, NoTls).await?,
            Some(tls) => connect_with(&self.config, tls.clone()).await?,
        };
        client
            .batch_execute(&self.set_up)
            .await
            .map_err(|error| fault(&error))?;
        ensure_durable(&client).await?;
        Ok(client)
    }
}

/// Without encryption, `localhost` has to be this machine, whatever the hosts file or a DNS server makes
/// of it.
async fn ensure_local(hosts: &[Host]) -> Result<(), StoreError> {
    for host in hosts {
        let Host::Tcp(name) = host else { continue };
        let found = tokio::net::lookup_host((name.as_str(), 0)).await;
        let found = found.map_err(|error| StoreError::Unavailable {
            reason: format!("{name} cannot be looked up: {error}"),
            effect: Effect::None,
        })?;
        require_loopback(name, found.map(|it| it.ip()))?;
    }
    Ok(())
}

fn require_loopback(name: &str, mut found: impl Iterator<Item = IpAddr>) -> Result<(), StoreError> {
    match found.find(|it| !is_loopback(*it)) {
        None => Ok(()),
        Some(elsewhere) => Err(StoreError::Misconfigured(format!(
            "{name} leads to {elsewhere}, which is not this machine; say `sslmode=require`"
        ))),
    }
}

async fn connect_with<T>(config: &Config, tls: T) -> Result<Client, StoreError>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    let (client, connection) = config.connect(tls).await.map_err(|error| fault(&error))?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::warn!(%error, "a connection to PostgreSQL ended");
        }
    });
    Ok(client)
}

/// A client that stops answering must not keep a row locked, and a lock is waited for no longer than
/// SQLite would.
fn settings(options: &StoreOptions) -> String {
    let millis = |duration: Duration| duration.as_millis().max(1);
    let (busy, call) = (millis(options.busy_timeout), millis(options.call_timeout));
    format!(
        "SET lock_timeout = {busy}; SET statement_timeout = {call}; \
         SET idle_in_transaction_session_timeout = {call}; SET client_min_messages = warning"
    )
}

const DURABILITY: [&str; 3] = ["synchronous_commit", "fsync", "full_page_writes"];

/// What the server says of itself.
pub(super) async fn durability(client: &Client) -> Result<Vec<(String, String)>, StoreError> {
    let mut settings = Vec::new();
    for name in DURABILITY {
        settings.push((name.to_owned(), show(client, name).await?));
    }
    Ok(settings)
}

async fn show(client: &Client, name: &str) -> Result<String, StoreError> {
    let answer = client.simple_query(&format!("SHOW {name}")).await;
    let value = answer
        .map_err(|error| fault(&error))?
        .iter()
        .find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
    value.ok_or_else(|| StoreError::Corrupt(format!("the server does not say its {name}")))
}

/// A commit returns when the log is on the disk: of this server, or of others as well where the
/// operator has asked for that.
async fn ensure_durable(client: &Client) -> Result<(), StoreError> {
    if !matches!(
        show(client, "synchronous_commit").await?.as_str(),
        "on" | "remote_apply"
    ) {
        let sql = "SET synchronous_commit = on";
        client
            .batch_execute(sql)
            .await
            .map_err(|error| fault(&error))?;
    }
    match show(client, "fsync").await? {
        value if value == "on" => ensure_unicode(client).await,
        value => Err(StoreError::NotDurable {
            setting: "fsync".to_owned(),
            value,
        }),
    }
}

/// Names are in any script.
async fn ensure_unicode(client: &Client) -> Result<(), StoreError> {
    match show(client, "server_encoding").await?.as_str() {
        "UTF8" => Ok(()),
        other => Err(StoreError::Misconfigured(format!(
            "the database's encoding is {other}; create one with the encoding UTF8"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: &[&str], expected: bool) {
        let addresses = found.iter().map(|it| it.parse().unwrap());
        let outcome = require_loopback("localhost", addresses);
        assert_eq!(outcome.is_ok(), expected, "{found:?} {outcome:?}");
    }

    #[test]
    fn a_local_name_leads_to_this_machine_alone() {
        check(&["127.0.0.1", "::1"], true);
        check(&["127.0.0.53"], true);
        check(&["::ffff:127.0.0.1"], true);
        check(&["192.0.2.1"], false);
        check(&["127.0.0.1", "192.0.2.1"], false);
        check(&["::1", "2001:db8::1"], false);
        check(&["0.0.0.0"], false);
    }

    #[tokio::test]
    async fn this_machines_name_is_looked_up() {
        ensure_local(&[Host::Tcp("127.0.0.1".to_owned())])
            .await
            .unwrap();
        let elsewhere = ensure_local(&[Host::Tcp("192.0.2.1".to_owned())]).await;
        assert!(matches!(elsewhere, Err(StoreError::Misconfigured(_))));
    }
}
