//! `userId@companyId`, or `userId@companyId|entityId` (T, four sources). IDs may hold blanks (S) and a
//! user ID an `@` (S). `userId@console|companyId|entityId` goes through a console (M for XML); the mock
//! takes any console.

use crate::refusal::{self, Refusal};

/// A user name, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Username<'a> {
    pub(super) user: &'a str,
    pub(super) company: &'a str,
    pub(super) entity: Option<&'a str>,
}

impl<'a> Username<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, Refusal> {
        let login = text.split('|').next().filter(|login| login.contains('@'));
        let at = login.unwrap_or(text).rfind('@');
        let (user, rest) = at
            .map(|at| (&text[..at], &text[at + 1..]))
            .ok_or(refusal::USERNAME_FORMAT)?;
        let mut parts = rest.splitn(3, '|');
        let first = parts.next().unwrap_or_default();
        let (company, entity) = match (parts.next(), parts.next()) {
            (Some(client), Some(entity)) => (client, Some(entity)),
            (entity, _) => (first, entity),
        };
        let incomplete = user.is_empty() || company.is_empty() || entity.is_some_and(str::is_empty);
        if incomplete {
            Err(refusal::USERNAME_INCOMPLETE)
        } else {
            Ok(Self {
                user,
                company,
                entity,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::user_and_company("u@c", Ok(("u", "c", None)))]
    #[case::with_an_entity("u@c|e", Ok(("u", "c", Some("e"))))]
    #[case::an_address_as_user("u@mail.example@c", Ok(("u@mail.example", "c", None)))]
    #[case::blanks("Jane Doe@Zzyzz Delivery|Central Region", Ok(("Jane Doe", "Zzyzz Delivery", Some("Central Region"))))]
    #[case::an_at_in_the_entity("u@c|a@b", Ok(("u", "c", Some("a@b"))))]
    #[case::through_a_console("u@console|c|e", Ok(("u", "c", Some("e"))))]
    #[case::no_company("u", Err(refusal::USERNAME_FORMAT))]
    #[case::an_entity_and_no_company("u|e", Err(refusal::USERNAME_FORMAT))]
    #[case::a_bar_before_the_at("e|u@c", Ok(("e|u", "c", None)))]
    #[case::an_empty_company("u@", Err(refusal::USERNAME_INCOMPLETE))]
    #[case::an_empty_user("@c", Err(refusal::USERNAME_INCOMPLETE))]
    #[case::an_empty_entity("u@c|", Err(refusal::USERNAME_INCOMPLETE))]
    fn how_a_username_is_taken_apart(
        #[case] text: &str,
        #[case] expected: Result<(&str, &str, Option<&str>), Refusal>,
    ) {
        let parsed = Username::parse(text).map(|name| (name.user, name.company, name.entity));
        assert_eq!(parsed, expected);
    }
}
