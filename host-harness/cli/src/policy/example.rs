//! A policy to begin with.

/// A commented policy file. What it says is what holds without one.
pub(crate) const EXAMPLE: &str = include_str!("example.toml");

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::super::location::Location;
    use super::super::{builtin_digest, file, limits};
    use super::*;
    use crate::document::Document;

    fn parse(text: &str) -> super::super::OperatorPolicy {
        let document = Document::new(Path::new("policy.toml"), text);
        let location = Location::Named(PathBuf::from("policy.toml"));
        file::parse(document, location).unwrap_or_else(|error| panic!("{error:?}"))
    }

    #[test]
    fn the_example_is_a_policy_that_says_the_default() {
        let policy = parse(EXAMPLE);
        let [entry] = policy.entries().unwrap() else {
            panic!("one entry");
        };
        assert_eq!(entry.digest, builtin_digest());
        assert_eq!(limits::changed(&policy.limits).count(), 0);
        assert!(policy.mappings.is_empty() && policy.trust.is_empty());
    }

    /// What the comments offer must work once the `#` is taken away.
    #[test]
    fn the_example_names_every_limit_with_its_default() {
        let offered = EXAMPLE.replace("# [limits]", "[limits]");
        let (before, after) = offered.split_once("[limits]").unwrap();
        let limits_alone = format!("{before}[limits]{}", after.replace("\n# ", "\n"));
        let policy = parse(&limits_alone);
        assert_eq!(limits::changed(&policy.limits).count(), 0);
        for bound in limits::BOUNDS {
            assert!(
                EXAMPLE.contains(&format!("\n# {} = ", bound.key)),
                "{}",
                bound.key
            );
        }
    }
}
