//! Where a person's files are kept (XDG Base Directory Specification).

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The folder that `variable` names, else the one of that name in the home folder. A relative path
/// in the variable does not count.
pub(crate) fn base(
    variable: &str,
    in_home: &str,
    environment: impl Fn(&str) -> Option<OsString>,
) -> Option<PathBuf> {
    let named = environment(variable).map(PathBuf::from);
    let absolute = |path: &PathBuf| path.is_absolute();
    named.filter(absolute).or_else(|| {
        let home = environment("HOME").map(PathBuf::from).filter(absolute)?;
        Some(home.join(Path::new(in_home)))
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::named(Some("/etc/xdg"), Some("/home/dana"), Some("/etc/xdg"))]
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
