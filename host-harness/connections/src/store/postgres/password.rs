//! The database's password where the URL has none: PGPASSWORD, or a password file (`.pgpass`), as
//! PostgreSQL's own programs find it (libpq, "The Password File").

use std::path::{Path, PathBuf};

use private_files::{FileError, Privacy};
use tokio_postgres::config::Host;
use zeroize::Zeroizing;

use crate::store::StoreError;

/// Hundreds of servers; a file that is longer is something else.
const LONGEST_FILE: u64 = 64 * 1024;

/// What a Unix socket in one of these folders is called in a password file.
const SOCKET_FOLDERS: [&str; 3] = ["/var/run/postgresql", "/run/postgresql", "/tmp"];

/// Where a password may be, beside the URL.
#[derive(Clone, Debug, Default)]
pub(super) struct PasswordSource {
    /// PGPASSWORD.
    variable: Option<Zeroizing<String>>,
    file: Option<PasswordFile>,
}

#[derive(Clone, Debug)]
enum PasswordFile {
    /// The URL (`passfile`) or PGPASSFILE names it: it has to be there.
    Named(PathBuf),
    /// `~/.pgpass`, which may be absent.
    Usual(PathBuf),
}

/// Which password is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) database: &'a str,
    pub(super) user: &'a str,
}

/// A password, if there is one; and why a file that is there was not used.
#[derive(Default)]
pub(super) struct Found {
    pub(super) password: Option<Zeroizing<Vec<u8>>>,
    pub(super) unused: Option<String>,
}

impl PasswordSource {
    /// `passfile` is the URL's, which goes before the environment's.
    pub(super) fn new(passfile: Option<&Path>, variable: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name: &str| {
            let value = variable(name).map(Zeroizing::new)?;
            let value = value.trim_end_matches(['\r', '\n']);
            (!value.is_empty()).then(|| Zeroizing::new(value.to_owned()))
        };
        let path = |text: Zeroizing<String>| PathBuf::from(text.as_str());
        let named = passfile.map(Path::to_owned);
        let named = named.or_else(|| variable("PGPASSFILE").map(path));
        let usual = || variable("HOME").map(|it| path(it).join(".pgpass"));
        Self {
            variable: variable("PGPASSWORD"),
            file: named
                .map(PasswordFile::Named)
                .or_else(|| usual().map(PasswordFile::Usual)),
        }
    }

    /// Looks again each time, so that a password that was changed is found.
    pub(super) fn find(&self, entry: Entry<'_>) -> Result<Found, StoreError> {
        if let Some(password) = &self.variable {
            return Ok(Found::of(Zeroizing::new(password.as_bytes().to_vec())));
        }
        match &self.file {
            Some(PasswordFile::Named(path)) => match read(path) {
                Ok(text) => Ok(search(&text, entry, path)),
                Err(error) => Err(StoreError::Misconfigured(refused(path, &error))),
            },
            Some(PasswordFile::Usual(path)) => match read(path) {
                Ok(text) => Ok(search(&text, entry, path)),
                Err(error) if error.is_missing() => Ok(Found::default()),
                Err(error) => Ok(Found::unused(refused(path, &error))),
            },
            None => Ok(Found::default()),
        }
    }
}

impl Found {
    fn of(password: Zeroizing<Vec<u8>>) -> Self {
        Self {
            password: Some(password),
            unused: None,
        }
    }

    fn unused(why: String) -> Self {
        Self {
            password: None,
            unused: Some(why),
        }
    }
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, FileError> {
    private_files::read(path, Privacy::OwnerOnly, LONGEST_FILE)
}

fn refused(path: &Path, error: &FileError) -> String {
    format!(
        "the password file {} cannot be used: {}",
        path.display(),
        error.with_hint()
    )
}

fn search(text: &[u8], entry: Entry<'_>, path: &Path) -> Found {
    let mut lines = text.split(|byte| *byte == b'\n');
    lines.find_map(|line| password_of(line, entry)).map_or_else(
        || {
            Found::unused(format!(
                "the password file {} has no line for {}:{}:{}:{}",
                path.display(),
                entry.host,
                entry.port,
                entry.database,
                entry.user
            ))
        },
        Found::of,
    )
}

/// `host:port:database:user:password`; `*` fits anything, and a backslash takes the next character as it
/// is.
fn password_of(line: &[u8], entry: Entry<'_>) -> Option<Zeroizing<Vec<u8>>> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.starts_with(b"#") {
        return None;
    }
    let port = entry.port.to_string();
    let mut rest = line;
    for expected in [entry.host, &port, entry.database, entry.user] {
        let (field, after) = take_field(rest)?;
        if field.raw != b"*" && field.value.as_slice() != expected.as_bytes() {
            return None;
        }
        rest = after;
    }
    let password = unescape(rest);
    (!password.is_empty()).then_some(password)
}

struct Field<'a> {
    raw: &'a [u8],
    value: Zeroizing<Vec<u8>>,
}

/// Up to the next colon that no backslash stands before.
fn take_field(line: &[u8]) -> Option<(Field<'_>, &[u8])> {
    let mut escaped = false;
    let end = line.iter().position(|byte| {
        let ends = !escaped && *byte == b':';
        escaped = !escaped && *byte == b'\\';
        ends
    })?;
    let (raw, rest) = (line.get(..end)?, line.get(end + 1..)?);
    let value = unescape(raw);
    Some((Field { raw, value }, rest))
}

fn unescape(raw: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut value = Zeroizing::new(Vec::with_capacity(raw.len()));
    let mut bytes = raw.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => value.extend(bytes.next()),
            byte => value.push(*byte),
        }
    }
    value
}

/// What a server is called in a password file.
pub(super) fn name_of(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(folder) => match folder.to_str() {
            Some(folder) if !SOCKET_FOLDERS.contains(&folder) => folder.to_owned(),
            _ => "localhost".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const ENTRY: Entry<'_> = Entry {
        host: "db.example.com",
        port: 5432,
        database: "harness",
        user: "app",
    };

    #[rstest]
    #[case::all_said(
        "db.example.com:5432:harness:app:not-a-real-secret",
        Some("not-a-real-secret")
    )]
    #[case::all_open("*:*:*:*:not-a-real-secret", Some("not-a-real-secret"))]
    #[case::a_line_break_of_windows("*:*:*:*:not-a-real-secret\r\n", Some("not-a-real-secret"))]
    #[case::the_first_that_fits("*:*:*:app:one\n*:*:*:*:two", Some("one"))]
    #[case::a_colon_in_the_password("*:*:*:*:a:b", Some("a:b"))]
    #[case::an_escaped_colon(r"*:*:*:*:a\:b\\c", Some(r"a:b\c"))]
    #[case::an_escaped_colon_before(r"*:*:har\ness:*:x", Some("x"))]
    #[case::blanks_count("*:*:*:*: x ", Some(" x "))]
    #[case::a_comment("# *:*:*:*:x\n*:*:*:*:y", Some("y"))]
    #[case::another_host("other:*:*:*:x", None)]
    #[case::another_port("*:5433:*:*:x", None)]
    #[case::another_database("*:*:other:*:x", None)]
    #[case::another_user("*:*:*:other:x", None)]
    #[case::an_escaped_star(r"\*:*:*:*:x", None)]
    #[case::too_few_fields("*:*:*:x", None)]
    #[case::no_password("*:*:*:*:", None)]
    #[case::nothing("", None)]
    fn a_line_fits_by_host_port_database_and_user(
        #[case] text: &str,
        #[case] expected: Option<&str>,
    ) {
        let found = search(text.as_bytes(), ENTRY, Path::new("/pgpass")).password;
        let found = found.map(|it| String::from_utf8(it.to_vec()).unwrap());
        assert_eq!(found.as_deref(), expected);
    }

    #[rstest]
    #[case::a_name(Host::Tcp("db.example.com".into()), "db.example.com")]
    #[case::the_usual_socket(Host::Unix("/var/run/postgresql".into()), "localhost")]
    #[case::another_socket(Host::Unix("/srv/pg".into()), "/srv/pg")]
    fn a_server_has_the_name_that_libpq_gives_it(#[case] host: Host, #[case] expected: &str) {
        assert_eq!(name_of(&host), expected);
    }

    #[rstest]
    #[case::the_variable(&[("PGPASSWORD", "one")], Some("one"))]
    #[case::a_line_break_at_its_end(&[("PGPASSWORD", "one\r\n")], Some("one"))]
    #[case::an_empty_variable(&[("PGPASSWORD", ""), ("HOME", "/nowhere")], None)]
    #[case::no_file_at_home(&[("HOME", "/nowhere")], None)]
    #[case::nothing(&[], None)]
    fn the_environment_is_asked(#[case] set: &[(&str, &str)], #[case] expected: Option<&str>) {
        let variable = |name: &str| {
            let found = set.iter().find(|(it, _)| *it == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let found = PasswordSource::new(None, variable).find(ENTRY).unwrap();
        let found = found.password.map(|it| it.to_vec());
        assert_eq!(found.as_deref(), expected.map(str::as_bytes));
    }

    #[test]
    fn a_file_that_is_named_has_to_be_there() {
        let named = PasswordSource::new(Some(Path::new("/nowhere/pgpass")), |_| None);
        let Err(StoreError::Misconfigured(why)) = named.find(ENTRY) else {
            panic!("it was found")
        };
        assert!(why.contains("/nowhere/pgpass"), "{why}");
    }
}
