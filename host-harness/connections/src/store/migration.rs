//! The schema's versions, in order.

use super::StoreError;

/// A step from one version of the schema to the next. What was released is never edited: a change is
/// a further step.
pub(super) struct Migration {
    /// 1, 2, 3, …
    pub(super) version: u32,
    /// What it does.
    pub(super) name: &'static str,
    /// How, in the database's own SQL.
    pub(super) sql: &'static str,
}

/// Refuses to make the first step where no store is to be made.
pub(super) fn require_found(found: u32, create: bool) -> Result<(), StoreError> {
    match found {
        0 if !create => Err(StoreError::Absent),
        _ => Ok(()),
    }
}

/// The steps that a schema still needs.
pub(super) fn pending(
    migrations: &'static [Migration],
    found: u32,
) -> Result<&'static [Migration], StoreError> {
    let known = migrations.last().map_or(0, |last| last.version);
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    let done = migrations.partition_point(|step| step.version <= found);
    Ok(&migrations[done..])
}

#[cfg(test)]
mod tests {
    use super::*;

    static STEPS: [Migration; 2] = [
        Migration {
            version: 1,
            name: "one",
            sql: "",
        },
        Migration {
            version: 2,
            name: "two",
            sql: "",
        },
    ];

    #[track_caller]
    fn check(found: u32, expected: Result<&[u32], StoreError>) {
        let versions = pending(&STEPS, found)
            .map(|steps| steps.iter().map(|step| step.version).collect::<Vec<_>>());
        assert_eq!(versions.as_deref().map_err(Clone::clone), expected);
    }

    #[test]
    fn only_what_is_missing_is_done() {
        check(0, Ok(&[1, 2]));
        check(1, Ok(&[2]));
        check(2, Ok(&[]));
        check(3, Err(StoreError::NewerSchema { found: 3, known: 2 }));
    }
}
