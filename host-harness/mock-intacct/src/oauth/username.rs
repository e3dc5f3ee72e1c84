//! `userId@companyId`, or `userId@companyId|entityId` (T, four sources).

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
        let (user, rest) = text.rsplit_once('@').ok_or(refusal::USERNAME_FORMAT)?;
        let (company, entity) = match rest.split_once('|') {
            Some((company, entity)) => (company, Some(entity)),
            None => (rest, None),
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
    #[case::no_company("u", Err(refusal::USERNAME_FORMAT))]
    #[case::an_entity_and_no_company("u|e", Err(refusal::USERNAME_FORMAT))]
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
