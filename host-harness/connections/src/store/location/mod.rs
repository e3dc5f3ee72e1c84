//! Where a store is.

mod file;

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use tokio_postgres::config::{Host, SslMode};

/// Where a store is.
#[derive(Clone, Debug)]
pub enum Location {
    /// A file on a local disk.
    Sqlite(PathBuf),
    /// A database on a server.
    Postgres(PostgresLocation),
}

/// A PostgreSQL database. Its password is shown nowhere.
#[derive(Clone)]
pub struct PostgresLocation {
    pub(super) config: Box<tokio_postgres::Config>,
    pub(super) tls: Tls,
    /// Whether it is not encrypted because the server is on this machine. A name that says so is looked
    /// up when connecting, and has to lead here.
    pub(super) must_be_local: bool,
    /// A file that holds the password (`passfile`).
    pub(super) passfile: Option<PathBuf>,
}

/// Whether the connection is encrypted. There is no way to try and fall back: whoever sits in between
/// could choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tls {
    /// In the clear.
    Off,
    /// The server's certificate and name are verified, against these authorities or the machine's.
    Verified(Option<PathBuf>),
}

/// Why a text names no store. Holds nothing of the text, which may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocationError {
    /// Nothing was said.
    #[error("a store is a file's path or a `postgres://` URL")]
    Empty,
    /// Of another kind.
    #[error(
        "a store is a file's path or a URL `postgres://USER@HOST/DATABASE`, not a `{0}:` URL; a file of such \
         a name is `./…`"
    )]
    Scheme(String),
    /// `host=… dbname=…`, or the like.
    #[error(
        "that is a database's settings with `=`, and no file's path: write a URL \
         `postgres://USER@HOST:PORT/DATABASE`, with the password in PGPASSFILE or PGPASSWORD; a file of such a \
         name is `./…`"
    )]
    Settings,
    /// `user@host/database`, or the like.
    #[error(
        "that looks like a database without its scheme, and no file's path: write \
         `postgres://USER@HOST:PORT/DATABASE`; a file of such a name is `./…`"
    )]
    NoScheme,
    /// `sqlite://host`.
    #[error(
        "after `sqlite:` stands the path of a file, as in `sqlite:/var/lib/harness/credentials.db`"
    )]
    Sqlite,
    /// Such as a line break between two lines.
    #[error("a store's name has no line breaks or other control characters in it")]
    ControlCharacter,
    /// The URL does not follow the rules.
    #[error(
        "that is no PostgreSQL URL: {0}; in a password `@ : / ? # %` are written \
         `%40 %3A %2F %3F %23 %25`, or it is kept in PGPASSFILE or PGPASSWORD"
    )]
    Url(String),
    /// `prefer` and `allow` fall back to plain text without saying so.
    #[error(
        "`sslmode={0}` is not supported: say `require` (encrypted, the certificate is verified) or \
         `disable`"
    )]
    SslMode(String),
}

impl FromStr for Location {
    type Err = LocationError;

    /// What a value of `echo` has around it, blanks and line breaks, is no part of it.
    fn from_str(text: &str) -> Result<Self, LocationError> {
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if text.is_empty() {
            return Err(LocationError::Empty);
        }
        let schemes = ["postgres", "postgresql"];
        let database = schemes.iter().find_map(|it| file::strip_scheme(text, it));
        match database {
            Some(rest) if rest.starts_with("//") => {
                // The parser knows the scheme in small letters.
                parse_postgres(&format!("postgres:{rest}")).map(Self::Postgres)
            }
            Some(_) => Err(LocationError::NoScheme),
            None => file::parse(text).map(Self::Sqlite),
        }
    }
}

/// `sslmode`, `sslrootcert` and `passfile` are understood here, the rest by `tokio_postgres`.
fn parse_postgres(text: &str) -> Result<PostgresLocation, LocationError> {
    let (url, query) = text.split_once('?').unwrap_or((text, ""));
    let (mut mode, mut roots, mut passfile, mut rest) = (None, None, None, Vec::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sslmode", value)) => mode = Some(value),
            Some(("sslrootcert", path)) => roots = Some(decoded_path(path)),
            Some(("passfile", path)) => passfile = Some(decoded_path(path)),
            // A server that takes writes is the primary.
            Some(("target_session_attrs", "primary")) => {
                rest.push("target_session_attrs=read-write");
            }
            _ => rest.push(pair),
        }
    }
    let mut config: tokio_postgres::Config = format!("{url}?{}", rest.join("&"))
        .parse()
        .map_err(|error: tokio_postgres::Error| LocationError::Url(config_fault(&error)))?;
    let tls = choose_tls(mode, roots, &config)?;
    config.ssl_mode(match tls {
        Tls::Off => SslMode::Disable,
        Tls::Verified(_) => SslMode::Require,
    });
    Ok(PostgresLocation {
        must_be_local: mode.is_none() && tls == Tls::Off,
        config: Box::new(config),
        tls,
        passfile,
    })
}

/// The parser names the option that it stumbled over, and not its value.
fn config_fault(error: &tokio_postgres::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

fn decoded_path(text: &str) -> PathBuf {
    percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
        .into()
}

/// Encrypted unless the server is on this machine or the URL says otherwise.
fn choose_tls(
    mode: Option<&str>,
    roots: Option<PathBuf>,
    config: &tokio_postgres::Config,
) -> Result<Tls, LocationError> {
    match mode {
        Some("disable") => Ok(Tls::Off),
        Some("require" | "verify-ca" | "verify-full") => Ok(Tls::Verified(roots)),
        None if is_here(config) => Ok(Tls::Off),
        None => Ok(Tls::Verified(roots)),
        Some(other) => Err(LocationError::SslMode(other.chars().take(20).collect())),
    }
}

/// Whether every server that may be connected to is on this machine. Where there are addresses
/// (`hostaddr`), the connection goes to them, and the hosts are names in certificates alone.
fn is_here(config: &tokio_postgres::Config) -> bool {
    let addresses = config.get_hostaddrs();
    addresses.iter().all(|it| is_loopback(*it)) && config.get_hosts().iter().all(is_local)
}

fn is_local(host: &Host) -> bool {
    match host {
        // With a dot at its end, it is a name that a DNS server is asked for.
        Host::Tcp(name) => {
            name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(is_loopback)
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// Whether an address leads to this machine, in its IPv6 form (`::ffff:127.0.0.1`) as well.
pub(super) fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

impl fmt::Display for Location {
    /// Without a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Postgres(place) => place.fmt(f),
        }
    }
}

impl fmt::Display for PostgresLocation {
    /// Without a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        let ports = self.config.get_ports();
        for (at, host) in self.config.get_hosts().iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            match host {
                Host::Tcp(name) => write!(f, "{comma}{name}")?,
                #[cfg(unix)]
                Host::Unix(path) => write!(f, "{comma}{}", path.display())?,
            }
            if let Some(port) = ports.get(at).or(ports.first()) {
                write!(f, ":{port}")?;
            }
        }
        write!(f, "/{}", self.config.get_dbname().unwrap_or_default())
    }
}

impl fmt::Debug for PostgresLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresLocation({self})")
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_path("credentials.db\n", "credentials.db")]
    #[case::of_windows("credentials.db\r\n", "credentials.db")]
    #[case::blanks(" credentials.db\t", "credentials.db")]
    #[case::several("\n\ncredentials.db\n\n", "credentials.db")]
    #[case::a_mark("\u{feff}credentials.db", "credentials.db")]
    #[case::a_url(
        "postgres://app@localhost:5433/harness\n",
        "postgres://localhost:5433/harness"
    )]
    #[case::a_url_of_windows(
        "postgres://app@localhost:5433/harness\r\n",
        "postgres://localhost:5433/harness"
    )]
    #[case::in_capitals(
        "PostgreSQL://app@localhost:5433/harness",
        "postgres://localhost:5433/harness"
    )]
    fn what_stands_around_it_is_no_part_of_it(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(text.parse::<Location>().unwrap().to_string(), expected);
    }

    #[rstest]
    #[case::this_machine("postgres://app@localhost/db", Tls::Off)]
    #[case::this_machine_by_address("postgresql://app@127.0.0.1:5433/db", Tls::Off)]
    #[case::a_socket("postgres://app@%2Fvar%2Frun%2Fpostgresql/db", Tls::Off)]
    #[case::another_machine("postgres://app@db.example.com/db", Tls::Verified(None))]
    #[case::this_and_another("postgres://app@localhost,db.example.com/db", Tls::Verified(None))]
    #[case::switched_off("postgres://app@db.example.com/db?sslmode=disable", Tls::Off)]
    #[case::asked_for("postgres://app@localhost/db?sslmode=require", Tls::Verified(None))]
    #[case::own_authority(
        "postgres://app@db.example.com/db?sslrootcert=%2Fetc%2Fca.pem&connect_timeout=3",
        Tls::Verified(Some(PathBuf::from("/etc/ca.pem")))
    )]
    fn a_connection_to_another_machine_is_encrypted(#[case] text: &str, #[case] expected: Tls) {
        assert_eq!(parse_postgres(text).unwrap().tls, expected);
    }

    /// What is connected to decides, not what it is called.
    #[rstest]
    #[case::elsewhere("postgres://app@localhost/db?hostaddr=192.0.2.1", false)]
    #[case::elsewhere_in_ipv6("postgres://app@localhost/db?hostaddr=2001:db8::1", false)]
    #[case::another_network_card("postgres://app@localhost/db?hostaddr=10.0.0.1", false)]
    #[case::any_address("postgres://app@localhost/db?hostaddr=0.0.0.0", false)]
    #[case::here("postgres://app@localhost/db?hostaddr=127.0.0.2", true)]
    #[case::here_in_ipv6("postgres://app@localhost/db?hostaddr=::1", true)]
    #[case::here_mapped("postgres://app@localhost/db?hostaddr=::ffff:127.0.0.1", true)]
    #[case::elsewhere_mapped("postgres://app@localhost/db?hostaddr=::ffff:192.0.2.1", false)]
    #[case::one_of_two(
        "postgres://app@localhost,localhost/db?hostaddr=127.0.0.1,192.0.2.1",
        false
    )]
    #[case::both("postgres://app@localhost,localhost/db?hostaddr=127.0.0.1,::1", true)]
    #[case::an_address_alone("postgres:///db?user=app&hostaddr=192.0.2.1", false)]
    #[case::a_loopback_address_alone("postgres:///db?user=app&hostaddr=127.0.0.1", true)]
    #[case::another_name_here("postgres://app@db.example.com/db?hostaddr=127.0.0.1", false)]
    #[case::a_socket_and_an_address("postgres://app@%2Frun%2Fpg/db?hostaddr=192.0.2.1", false)]
    #[case::a_socket_and_another_host("postgres://app@%2Frun%2Fpg,db.example.com/db", false)]
    #[case::a_host_in_the_query("postgres:///db?user=app&host=db.example.com", false)]
    #[case::a_second_host_in_the_query("postgres://app@localhost/db?host=db.example.com", false)]
    #[case::written_otherwise("postgres://app@LocalHost/db", true)]
    #[case::a_name_for_dns("postgres://app@localhost./db", false)]
    #[case::a_name_below("postgres://app@db.localhost/db", false)]
    #[case::a_name_that_begins_so("postgres://app@localhost.example.com/db", false)]
    #[case::ipv6("postgres://app@[::1]/db", true)]
    #[case::ipv6_mapped("postgres://app@[::ffff:127.0.0.1]/db", true)]
    #[case::ipv6_elsewhere("postgres://app@[2001:db8::1]/db", false)]
    #[case::ipv6_link_local("postgres://app@[fe80::1]/db", false)]
    #[case::an_old_notation("postgres://app@127.1/db", false)]
    #[case::a_number("postgres://app@2130706433/db", false)]
    fn a_server_that_may_be_elsewhere_is_spoken_to_encrypted(
        #[case] text: &str,
        #[case] local: bool,
    ) {
        let place = parse_postgres(text).unwrap();
        let expected = if local { Tls::Off } else { Tls::Verified(None) };
        assert_eq!((place.tls, place.must_be_local), (expected, local));
    }

    #[test]
    fn what_the_url_says_holds_and_is_not_looked_up() {
        let place = parse_postgres("postgres://app@db.example.com/db?sslmode=disable").unwrap();
        assert_eq!((place.tls, place.must_be_local), (Tls::Off, false));
    }

    #[rstest]
    #[case::nothing("", LocationError::Empty)]
    #[case::blanks("  ", LocationError::Empty)]
    #[case::line_breaks("\r\n", LocationError::Empty)]
    #[case::another_database("mysql://host/db", LocationError::Scheme("mysql".to_owned()))]
    #[case::no_slashes("postgres:app@host/db", LocationError::NoScheme)]
    #[case::falling_back(
        "postgres://app@db.example.com/db?sslmode=prefer",
        LocationError::SslMode("prefer".to_owned())
    )]
    fn what_names_no_store_is_refused(#[case] text: &str, #[case] expected: LocationError) {
        assert_eq!(text.parse::<Location>().unwrap_err(), expected);
    }

    #[rstest]
    #[case::good("postgres://app:not-a-real-secret-pw@db.example.com:5433/db")]
    #[case::bad_port("postgres://app:not-a-real-secret-pw@db.example.com:many/db")]
    #[case::bad_option("postgres://app:not-a-real-secret-pw@db.example.com/db?nonsense=1")]
    fn a_password_is_not_shown(#[case] text: &str) {
        let shown = match text.parse::<Location>() {
            Ok(location) => format!("{location} {location:?}"),
            Err(error) => format!("{error} {error:?}"),
        };
        assert!(!shown.contains("not-a-real-secret"), "{shown}");
    }

    #[test]
    fn a_location_is_shown_so_that_it_is_recognized() {
        let location: Location = "postgres://app:pw@db.example.com:5433/db".parse().unwrap();
        assert_eq!(location.to_string(), "postgres://db.example.com:5433/db");
    }
}
