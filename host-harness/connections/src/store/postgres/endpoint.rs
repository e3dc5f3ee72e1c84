//! The servers that a URL names, each with its own password.

use std::time::Duration;

use credential_runtime::Randomness;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, LoadBalanceHosts, TargetSessionAttrs};

use super::password::{Entry, Found, PasswordSource, name_of};
use crate::store::StoreError;

/// PostgreSQL's own.
const USUAL_PORT: u16 = 5432;

/// One server.
pub(super) struct Endpoint {
    config: Config,
    /// What it is called in a message and in a password file.
    name: String,
    port: u16,
    passwords: PasswordSource,
}

impl Endpoint {
    /// What to connect with; and why there may be no password.
    pub(super) fn prepare(
        &self,
        access: TargetSessionAttrs,
    ) -> Result<(Config, Option<String>), StoreError> {
        let mut config = self.config.clone();
        config.target_session_attrs(access);
        if config.get_password().is_some() {
            return Ok((config, None));
        }
        let user = config
            .get_user()
            .map_or_else(|| std::env::var("USER").unwrap_or_default(), str::to_owned);
        let Found { password, unused } = self.passwords.find(Entry {
            host: &self.name,
            port: self.port,
            database: config.get_dbname().unwrap_or(&user),
            user: &user,
        })?;
        if let Some(password) = password {
            config.password(password.as_slice());
        }
        Ok((config, unused))
    }

    /// For a message.
    pub(super) fn describe(&self) -> String {
        format!("{}:{}", self.name, self.port)
    }
}

/// In the order in which they are tried.
pub(super) fn endpoints(
    config: &Config,
    passwords: &PasswordSource,
    randomness: &dyn Randomness,
) -> Result<Vec<Endpoint>, StoreError> {
    let (hosts, addresses) = (config.get_hosts(), config.get_hostaddrs());
    let count = hosts.len().max(addresses.len());
    let ports = config.get_ports();
    let fits = |length: usize| length == 0 || length == count;
    if count == 0 || !fits(hosts.len()) || !fits(addresses.len()) {
        return Err(misconfigured(
            "it needs a host, and as many addresses as hosts",
        ));
    }
    if ports.len() > 1 && ports.len() != count {
        return Err(misconfigured("it needs one port, or as many as hosts"));
    }
    let mut endpoints: Vec<Endpoint> = (0..count)
        .map(|at| endpoint(config, at, passwords))
        .collect();
    if config.get_load_balance_hosts() == LoadBalanceHosts::Random {
        let mut draw = [0; 1];
        randomness.fill(&mut draw);
        endpoints.rotate_left(usize::from(draw[0]) % count);
    }
    Ok(endpoints)
}

fn misconfigured(what: &str) -> StoreError {
    StoreError::Misconfigured(format!("the PostgreSQL URL does not say where: {what}"))
}

fn endpoint(all: &Config, at: usize, passwords: &PasswordSource) -> Endpoint {
    let mut config = shared(all);
    let ports = all.get_ports();
    let port = ports.get(at).or(ports.first()).copied();
    let port = port.unwrap_or(USUAL_PORT);
    config.port(port);
    let mut name = String::new();
    if let Some(address) = all.get_hostaddrs().get(at) {
        config.hostaddr(*address);
        name = address.to_string();
    }
    if let Some(host) = all.get_hosts().get(at) {
        match host {
            Host::Tcp(it) => config.host(it),
            #[cfg(unix)]
            Host::Unix(folder) => config.host_path(folder),
        };
        name = name_of(host);
    }
    Endpoint {
        config,
        name,
        port,
        passwords: passwords.clone(),
    }
}

/// All but hosts, addresses and ports.
fn shared(all: &Config) -> Config {
    let mut config = Config::new();
    if let Some(user) = all.get_user() {
        config.user(user);
    }
    if let Some(password) = all.get_password() {
        config.password(password);
    }
    if let Some(database) = all.get_dbname() {
        config.dbname(database);
    }
    if let Some(options) = all.get_options() {
        config.options(options);
    }
    if let Some(name) = all.get_application_name() {
        config.application_name(name);
    }
    if let Some(timeout) = all.get_connect_timeout() {
        config.connect_timeout(*timeout);
    }
    if let Some(timeout) = all.get_tcp_user_timeout() {
        config.tcp_user_timeout(*timeout);
    }
    if let Some(interval) = all.get_keepalives_interval() {
        config.keepalives_interval(interval);
    }
    if let Some(retries) = all.get_keepalives_retries() {
        config.keepalives_retries(retries);
    }
    config
        .ssl_mode(all.get_ssl_mode())
        .ssl_negotiation(all.get_ssl_negotiation())
        .keepalives(all.get_keepalives())
        .keepalives_idle(all.get_keepalives_idle())
        .channel_binding(all.get_channel_binding())
        .load_balance_hosts(all.get_load_balance_hosts());
    config
}

/// How long one server may take, where another is to be asked in time.
pub(super) fn patience(call: Duration, servers: usize) -> Duration {
    call / u32::try_from(servers).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use credential_runtime::SystemRandomness;
    use rstest::rstest;

    use super::*;

    fn named(url: &str) -> Result<Vec<String>, StoreError> {
        let config = url.parse().unwrap();
        let found = endpoints(&config, &PasswordSource::default(), &SystemRandomness)?;
        Ok(found.iter().map(Endpoint::describe).collect())
    }

    #[rstest]
    #[case::one("postgres://app@a/db", &["a:5432"])]
    #[case::one_port_for_all("postgres:///db?user=app&host=a&host=b&port=5433", &["a:5433", "b:5433"])]
    #[case::each_its_own("postgres://app@a:1,b:2/db", &["a:1", "b:2"])]
    #[case::by_address("postgres:///db?user=app&hostaddr=192.0.2.1", &["192.0.2.1:5432"])]
    #[case::a_name_for_an_address("postgres://app@a/db?hostaddr=192.0.2.1", &["a:5432"])]
    fn every_server_of_the_url_is_one(#[case] url: &str, #[case] expected: &[&str]) {
        assert_eq!(named(url).unwrap(), expected);
    }

    #[rstest]
    #[case::no_host("postgres:///db?user=app")]
    #[case::fewer_addresses("postgres://app@a,b/db?hostaddr=192.0.2.1")]
    #[case::fewer_ports("postgres:///db?user=app&host=a,b,c&port=1,2")]
    fn a_url_that_does_not_say_where_is_refused(#[case] url: &str) {
        assert!(matches!(named(url), Err(StoreError::Misconfigured(_))));
    }

    #[test]
    fn what_the_url_says_of_all_servers_holds_for_each() {
        let url = "postgres://app:not-a-real-secret@a,b/db?connect_timeout=3&application_name=x\
                   &options=-c%20geqo%3Doff&keepalives_idle=7&channel_binding=require";
        let config: Config = url.parse().unwrap();
        let found = endpoints(&config, &PasswordSource::default(), &SystemRandomness).unwrap();
        for endpoint in &found {
            let (one, _) = endpoint.prepare(TargetSessionAttrs::Any).unwrap();
            assert_eq!(one.get_hosts().len(), 1);
            assert_eq!(one.get_user(), config.get_user());
            assert_eq!(one.get_password(), config.get_password());
            assert_eq!(one.get_dbname(), config.get_dbname());
            assert_eq!(one.get_options(), config.get_options());
            assert_eq!(one.get_application_name(), config.get_application_name());
            assert_eq!(one.get_connect_timeout(), config.get_connect_timeout());
            assert_eq!(one.get_keepalives_idle(), config.get_keepalives_idle());
            assert_eq!(one.get_channel_binding(), config.get_channel_binding());
        }
    }

    #[test]
    fn of_several_servers_each_has_its_share_of_the_time() {
        let call = Duration::from_secs(10);
        assert_eq!(patience(call, 1), call);
        assert_eq!(patience(call, 2), Duration::from_secs(5));
    }
}
