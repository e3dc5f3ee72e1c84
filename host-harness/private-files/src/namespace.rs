//! The users that this process's user namespace knows (user_namespaces(7)).

use std::sync::OnceLock;

/// Whether this user ID stands for all users that the namespace does not know.
pub(crate) fn is_unknown(user: u32) -> bool {
    static UNKNOWN: OnceLock<Option<u32>> = OnceLock::new();
    *UNKNOWN.get_or_init(read) == Some(user)
}

/// The kernel's overflow user ID, where it is no user's own: outside of a user namespace it is `nobody`'s.
fn read() -> Option<u32> {
    let overflow = std::fs::read_to_string("/proc/sys/kernel/overflowuid").ok()?;
    let map = std::fs::read_to_string("/proc/self/uid_map").ok()?;
    unknown(overflow.trim().parse().ok()?, &map)
}

fn unknown(overflow: u32, map: &str) -> Option<u32> {
    let is_known = map.lines().any(|line| covers(line, overflow));
    (!is_known).then_some(overflow)
}

/// A line holds the first ID inside, the first outside, and their number. One that cannot be read counts
/// as one that covers all: the owner is refused then.
fn covers(line: &str, user: u32) -> bool {
    let numbers: Option<Vec<u64>> = line.split_whitespace().map(|it| it.parse().ok()).collect();
    match numbers.as_deref() {
        Some([first, _, count]) => (*first..first.saturating_add(*count)).contains(&user.into()),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(map: &str, expected: Option<u32>) {
        assert_eq!(unknown(65534, map), expected, "{map}");
    }

    #[test]
    fn nobody_is_a_user_unless_the_namespace_does_not_know_it() {
        check("         0          0 4294967295", None);
        check("0 1000 1", Some(65534));
        check("1000 0 1", Some(65534));
        check("0 1000 1\n1 100000 65536", None);
        check("0 1000 1\n1 100000 65533", Some(65534));
        check("no map", None);
        check("", Some(65534));
    }
}
