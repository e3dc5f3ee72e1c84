//! Opening a connection: to a server that takes writes, where there is one.

use std::net::IpAddr;
use std::time::Duration;

use tokio_postgres::config::{Host, TargetSessionAttrs};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{Client, Config, Error, NoTls, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::endpoint::{Endpoint, endpoints, patience};
use super::fault::{fault, is_wrong_access, lacks_password};
use super::password::PasswordSource;
use super::settings;
use super::tls::client_config;
use crate::store::location::{Tls, is_loopback};
use crate::store::{Effect, PostgresLocation, StoreError, StoreOptions};

/// Opens connections to one database.
pub(super) struct Connector {
    hosts: Vec<Host>,
    endpoints: Vec<Endpoint>,
    access: TargetSessionAttrs,
    tls: Option<MakeRustlsConnect>,
    must_be_local: bool,
    patience: Duration,
}

/// A connection that was opened, and whether it is known to take writes.
pub(super) struct Opened {
    pub(super) client: Client,
    pub(super) writable: bool,
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
        let passwords =
            PasswordSource::new(place.passfile.as_deref(), |name| std::env::var(name).ok());
        let endpoints = endpoints(&config, &passwords, &*options.randomness)?;
        Ok(Self {
            hosts: config.get_hosts().to_vec(),
            patience: patience(options.call_timeout, endpoints.len()),
            endpoints,
            access: config.get_target_session_attrs(),
            tls,
            must_be_local: place.must_be_local,
        })
    }

    /// The first server that takes writes. Where none does and the URL does not ask for one, the first
    /// that can be read.
    pub(super) async fn connect(&self) -> Result<Opened, StoreError> {
        if self.must_be_local {
            ensure_local(&self.hosts).await?;
        }
        let wanted = match self.access {
            TargetSessionAttrs::ReadOnly => TargetSessionAttrs::ReadOnly,
            _ => TargetSessionAttrs::ReadWrite,
        };
        let first = self.connect_with(wanted).await;
        let client = match first {
            Err(StoreError::ReadOnly(_)) if self.access == TargetSessionAttrs::Any => {
                let client = self.connect_with(TargetSessionAttrs::Any).await?;
                return Ok(Opened {
                    client,
                    writable: false,
                });
            }
            first => first?,
        };
        let writable = wanted == TargetSessionAttrs::ReadWrite;
        Ok(Opened { client, writable })
    }

    /// The first server of this kind. Of the reasons of several, the one that says most: that a server is
    /// there, but of another kind; else that it refuses; else that it is not there.
    async fn connect_with(&self, access: TargetSessionAttrs) -> Result<Client, StoreError> {
        let mut failure = None;
        for endpoint in &self.endpoints {
            match self.connect_to(endpoint, access).await {
                Ok(client) => return Ok(client),
                Err(error) if failure.as_ref().is_none_or(|it| says_more(&error, it)) => {
                    failure = Some(error);
                }
                Err(_) => {}
            }
        }
        Err(failure.unwrap_or_else(|| unavailable("the URL names no server".to_owned())))
    }

    async fn connect_to(
        &self,
        endpoint: &Endpoint,
        access: TargetSessionAttrs,
    ) -> Result<Client, StoreError> {
        let (config, no_password) = endpoint.prepare(access)?;
        let opening = async {
            let opened = match &self.tls {
                None => open(&config, NoTls).await,
                Some(tls) => open(&config, tls.clone()).await,
            };
            let client = opened.map_err(|error| not_opened(&error, endpoint, no_password))?;
            settings::check(&client).await?;
            Ok(client)
        };
        let opened = tokio::time::timeout(self.patience, opening).await;
        opened.unwrap_or_else(|_| {
            Err(unavailable(format!(
                "PostgreSQL gave no answer within {:?}",
                self.patience
            )))
        })
    }
}

fn says_more(error: &StoreError, than: &StoreError) -> bool {
    let rank = |error: &StoreError| match error {
        StoreError::ReadOnly(_) => 2,
        StoreError::Unavailable { .. } | StoreError::Busy => 0,
        _ => 1,
    };
    rank(error) > rank(than)
}

fn unavailable(reason: String) -> StoreError {
    StoreError::Unavailable {
        reason,
        effect: Effect::None,
    }
}

/// Without a password that the server asks for, the file that was not used is named.
fn not_opened(error: &Error, endpoint: &Endpoint, no_password: Option<String>) -> StoreError {
    if is_wrong_access(error) {
        return StoreError::ReadOnly(format!("{} takes no writes", endpoint.describe()));
    }
    if lacks_password(error) {
        let file = no_password.map_or_else(String::new, |why| format!("; {why}"));
        return StoreError::Misconfigured(format!(
            "the server {} asks for a password, and there is none in the URL, in PGPASSWORD, or in a \
             password file (`passfile=` in the URL, PGPASSFILE, ~/.pgpass){file}",
            endpoint.describe()
        ));
    }
    fault(error)
}

/// Without encryption, `localhost` has to be this machine, whatever the hosts file or a DNS server makes
/// of it.
async fn ensure_local(hosts: &[Host]) -> Result<(), StoreError> {
    for host in hosts {
        let Host::Tcp(name) = host else { continue };
        let found = tokio::net::lookup_host((name.as_str(), 0)).await;
        let found =
            found.map_err(|error| unavailable(format!("{name} cannot be looked up: {error}")))?;
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

async fn open<T>(config: &Config, tls: T) -> Result<Client, Error>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    let (client, connection) = config.connect(tls).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::warn!(%error, "a connection to PostgreSQL ended");
        }
    });
    Ok(client)
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

    #[test]
    fn of_several_reasons_the_one_that_says_most_is_told() {
        let gone = unavailable("gone".to_owned());
        let refused = StoreError::Misconfigured("no such database".to_owned());
        let standby = StoreError::ReadOnly("it takes no writes".to_owned());
        assert!(says_more(&standby, &refused) && says_more(&refused, &gone));
        assert!(!says_more(&gone, &standby) && !says_more(&gone, &gone));
    }
}
