//! Where a person's files are kept (XDG Base Directory Specification).

use std::convert::Infallible;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// The folder that `variable` names, else the one of that name in the home folder. A relative path
/// in the variable does not count.
pub(crate) fn base(
    variable: &str,
    in_home: &str,
    environment: impl Fn(&str) -> Option<OsString>,
) -> Option<PathBuf> {
    let environment = |name: &str| environment(name).map(without_line_breaks);
    let named = environment(variable).map(PathBuf::from);
    let absolute = |path: &PathBuf| path.is_absolute();
    named.filter(absolute).or_else(|| {
        let home = environment("HOME").map(PathBuf::from).filter(absolute)?;
        Some(home.join(Path::new(in_home)))
    })
}

/// A variable's value without the line breaks at its end, which `echo` leaves in a Secret's values.
pub(crate) fn without_line_breaks(value: OsString) -> OsString {
    let bytes = value.as_bytes();
    let end = bytes.iter().rposition(|it| !matches!(it, b'\r' | b'\n'));
    OsStr::from_bytes(&bytes[..end.map_or(0, |at| at + 1)]).to_owned()
}

/// A path that a variable or an argument names.
pub(crate) fn parse_path(value: &str) -> Result<PathBuf, Infallible> {
    Ok(without_line_breaks(value.into()).into())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::named(Some("/etc/xdg"), Some("/home/dana"), Some("/etc/xdg"))]
    #[case::a_line_break_at_its_end(Some("/etc/xdg\n"), Some("/home/dana"), Some("/etc/xdg"))]
    #[case::a_line_break_of_windows(None, Some("/home/dana\r\n"), Some("/home/dana/.config"))]
    #[case::nothing_but_a_line_break(Some("\n"), Some("/home/dana"), Some("/home/dana/.config"))]
    #[case::in_home(None, Some("/home/dana"), Some("/home/dana/.config"))]
    #[case::relative(Some("xdg"), Some("/home/dana"), Some("/home/dana/.config"))]
    #[case::empty(Some(""), Some("/home/dana"), Some("/home/dana/.config"))]
    #[case::no_home(None, None, None)]
    fn a_base_folder_is_found(
        #[case] named: Option<&str>,
        #[case] home: Option<&str>,
        #[case] expected: Option<&str>,
    ) {
        let environment = |name: &str| {
            let value = if name == "HOME" { home } else { named };
            value.map(OsString::from)
        };
        let found = base("XDG_CONFIG_HOME", ".config", environment);
        assert_eq!(found, expected.map(PathBuf::from));
    }
}
