//! A text that names a file, and not a database in a spelling that nobody here reads: such a text would
//! become a file's name, its password included.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use super::LocationError;

/// What a path begins with that cannot be anything else.
const CLEARLY_A_PATH: [&str; 3] = ["/", "./", "../"];

/// Names of a password in texts of several databases.
const PASSWORDS: [&str; 2] = ["password=", "pwd="];

/// Longest scheme that is repeated in a message: a longer one may be something else.
const LONGEST_SCHEME: usize = 20;

/// The path that a text names. `sqlite:` before it says that it is one.
pub(super) fn parse(text: &str) -> Result<PathBuf, LocationError> {
    parse_where(text, |folder| Path::new(folder).exists())
}

/// The same, where `exists` knows what there is.
fn parse_where(text: &str, exists: impl Fn(&str) -> bool) -> Result<PathBuf, LocationError> {
    if let Some(path) = strip_scheme(text, "sqlite") {
        return marked(path);
    }
    if text.contains(char::is_control) {
        return Err(LocationError::ControlCharacter);
    }
    let lower = text.to_lowercase();
    if PASSWORDS.iter().any(|it| lower.contains(it)) {
        return Err(LocationError::Settings);
    }
    if text.starts_with("//") {
        return Err(LocationError::NoScheme);
    }
    if CLEARLY_A_PATH.iter().any(|it| text.starts_with(it)) {
        return Ok(text.into());
    }
    if let Some(scheme) = scheme_of(text) {
        return Err(LocationError::Scheme(scheme));
    }
    if text.contains('=') {
        return Err(LocationError::Settings);
    }
    if text.contains('@') || has_colon_in_first_name(text) {
        return Err(LocationError::NoScheme);
    }
    if let Some((first, _)) = text.split_once('/')
        && is_host_name(first)
        && !exists(first)
    {
        return Err(LocationError::NoScheme);
    }
    Ok(text.into())
}

/// Such as `db.example.com` and `10.0.0.5` (RFC 1123 section 2.1). `data.d` is one too: a folder that exists is
/// none.
fn is_host_name(text: &str) -> bool {
    if text.parse::<Ipv4Addr>().is_ok() {
        return true;
    }
    let is_label = |label: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        !label.is_empty() && label.chars().all(plain)
    };
    let labels: Vec<&str> = text.trim_end_matches('.').split('.').collect();
    let top = labels.last().copied().unwrap_or_default();
    labels.len() > 1
        && labels.iter().all(|label| is_label(label))
        && top.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// After `sqlite:`, as others write it as well: `sqlite:///absolute`.
fn marked(path: &str) -> Result<PathBuf, LocationError> {
    let absolute = path.strip_prefix("//").filter(|it| it.starts_with('/'));
    let path = absolute.unwrap_or(path);
    if path.is_empty() || path.starts_with("//") || path.contains(char::is_control) {
        return Err(LocationError::Sqlite);
    }
    Ok(path.into())
}

/// The rest of a text that begins with this scheme, in capitals or not.
pub(super) fn strip_scheme<'a>(text: &'a str, scheme: &str) -> Option<&'a str> {
    let (found, rest) = text.split_once(':')?;
    found.eq_ignore_ascii_case(scheme).then_some(rest)
}

/// Such as `mysql` of `mysql://…`, and `jdbc` of `jdbc:postgresql://…`. A user and a password look alike
/// otherwise (`app:password@host`), and are not repeated.
fn scheme_of(text: &str) -> Option<String> {
    let (before, _) = text.split_once("://")?;
    let scheme = before.split(':').next().unwrap_or(before);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let is_scheme = scheme.len() <= LONGEST_SCHEME
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(plain);
    is_scheme.then(|| scheme.to_ascii_lowercase())
}

fn has_colon_in_first_name(text: &str) -> bool {
    text.split('/').next().is_some_and(|it| it.contains(':'))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::relative("credentials.db", "credentials.db")]
    #[case::in_a_folder("data/credentials.db", "data/credentials.db")]
    #[case::absolute("/var/lib/harness/credentials.db", "/var/lib/harness/credentials.db")]
    #[case::above("../credentials.db", "../credentials.db")]
    #[case::a_colon_said_to_be_one("./odd:name.db", "./odd:name.db")]
    #[case::an_equals_sign_said_to_be_one("/data/env=prod/c.db", "/data/env=prod/c.db")]
    #[case::marked("sqlite:credentials.db", "credentials.db")]
    #[case::marked_in_capitals("SQLite:c.db", "c.db")]
    #[case::marked_and_odd("sqlite:a=b@c.db", "a=b@c.db")]
    #[case::marked_absolute("sqlite:/data/c.db", "/data/c.db")]
    #[case::as_a_url("sqlite:///data/c.db", "/data/c.db")]
    #[case::a_blank("my credentials.db", "my credentials.db")]
    fn a_path_is_a_file(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(parse(text), Ok(PathBuf::from(expected)));
    }

    #[rstest]
    #[case::a_name("db.example.com/harness", true)]
    #[case::a_short_name("db.internal/harness", true)]
    #[case::a_whole_name("db.example.com./harness", true)]
    #[case::in_capitals("DB.Example.COM/harness", true)]
    #[case::an_address("10.0.0.5/harness", true)]
    #[case::with_a_query_of_none("db.example.com/harness/more", true)]
    #[case::a_folder_with_a_dot("data.d/credentials.db", true)]
    #[case::no_folder("credentials.db", false)]
    #[case::a_name_without_dots("db/harness", false)]
    #[case::a_hidden_folder(".config/credentials.db", false)]
    #[case::a_version("harness-1.2/credentials.db", false)]
    #[case::said_to_be_a_file("./db.example.com/harness", false)]
    #[case::marked("sqlite:db.example.com/harness", false)]
    #[case::a_blank("my.folder of files/c.db", false)]
    fn a_first_folder_like_a_host_is_one_only_where_it_is_there(
        #[case] text: &str,
        #[case] is_in_question: bool,
    ) {
        assert!(parse_where(text, |_| true).is_ok());
        let without = parse_where(text, |_| false);
        match is_in_question {
            true => assert_eq!(without, Err(LocationError::NoScheme)),
            false => assert!(without.is_ok()),
        }
    }

    const PASSWORD: &str = "not-a-real-db-password";

    #[rstest]
    #[case::keywords(
        "host=db.example.com user=app password=not-a-real-db-password dbname=harness",
        LocationError::Settings
    )]
    #[case::keywords_of_a_socket("host=/run/postgresql dbname=harness", LocationError::Settings)]
    #[case::one_keyword("dbname=harness", LocationError::Settings)]
    #[case::blanks_around("host = db", LocationError::Settings)]
    #[case::odbc(
        "Driver={PostgreSQL};Server=db;Uid=app;Pwd=not-a-real-db-password;",
        LocationError::Settings
    )]
    #[case::a_password_in_a_path("/x;PASSWORD=not-a-real-db-password", LocationError::Settings)]
    #[case::jdbc("jdbc:postgresql://db/harness", LocationError::Scheme("jdbc".to_owned()))]
    #[case::jdbc_with_a_password(
        "jdbc:postgresql://db/harness?user=app&password=not-a-real-db-password",
        LocationError::Settings
    )]
    #[case::another_database("mysql://app:not-a-real-db-password@db/harness", LocationError::Scheme("mysql".to_owned()))]
    #[case::a_driver_in_the_scheme("postgresql+psycopg2://app@db/harness", LocationError::Scheme("postgresql+psycopg2".to_owned()))]
    #[case::a_mistyped_scheme("postgress://app@db/harness", LocationError::Scheme("postgress".to_owned()))]
    #[case::a_file_url("file:///data/c.db", LocationError::Scheme("file".to_owned()))]
    #[case::a_file_uri("file:c.db", LocationError::NoScheme)]
    #[case::no_scheme(
        "app:not-a-real-db-password@db.example.com/harness",
        LocationError::NoScheme
    )]
    #[case::no_scheme_nor_user("db.example.com:5432/harness", LocationError::NoScheme)]
    #[case::a_user_and_a_host("app@db.example.com/harness", LocationError::NoScheme)]
    #[case::two_slashes("//app:not-a-real-db-password@db/harness", LocationError::NoScheme)]
    #[case::a_secret_before_slashes(
        "not-a-real-db-password-that-is-long://x",
        LocationError::NoScheme
    )]
    #[case::options_of_a_file("c.db?mode=ro", LocationError::Settings)]
    #[case::two_lines("a.db\nb.db", LocationError::ControlCharacter)]
    #[case::a_host_after_sqlite("sqlite://c.db", LocationError::Sqlite)]
    #[case::nothing_after_sqlite("sqlite:", LocationError::Sqlite)]
    fn a_database_in_another_spelling_is_no_file(
        #[case] text: &str,
        #[case] expected: LocationError,
    ) {
        let error = parse(text).unwrap_err();
        assert_eq!(error, expected);
        assert!(!error.to_string().contains(PASSWORD), "{error}");
    }
}
