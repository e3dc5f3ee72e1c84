//! The Username of a Web Services user: `user@company`, or `user@company|entity`.

use alloc::vec::Vec;

/// A Username that has the right form. Its case is as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Username<'a> {
    /// The whole, as it is sent.
    pub(crate) full: &'a str,
    /// Before the `@`. Case-sensitive (T).
    pub(crate) user: &'a str,
    /// After the `@`.
    pub(crate) company: &'a str,
    /// After the `|`. Goes into a header, and so is ASCII.
    pub(crate) entity: Option<&'a str>,
}

/// One thing that is wrong with a Username.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A blank, or a character that nobody sees.
    Blank,
    /// No `@`.
    NoAt,
    /// More than one `@`.
    SeveralAts,
    /// More than one `|`.
    SeveralBars,
    /// The `|` stands before the `@`.
    BarBeforeAt,
    /// Nothing before the `@`.
    NoUser,
    /// Nothing between the `@` and the end, or the `|`.
    NoCompany,
    /// Nothing after the `|`.
    NoEntity,
    /// An entity that a header cannot carry.
    EntityNotAscii,
}

impl<'a> Username<'a> {
    /// Takes a Username apart, or says everything that is wrong with it.
    pub(crate) fn parse(full: &'a str) -> Result<Self, Vec<Fault>> {
        let (login, entity) = split(full, '|');
        let (user, company) = split(login, '@');
        let mut faults = Faults(Vec::new());
        faults.note(full.chars().any(is_unseen), Fault::Blank);
        faults.separators(full, login);
        if let Some(company) = company {
            faults.note(user.is_empty(), Fault::NoUser);
            faults.note(company.is_empty(), Fault::NoCompany);
        }
        faults.note(entity == Some(""), Fault::NoEntity);
        faults.note(
            entity.is_some_and(|entity| !entity.is_ascii()),
            Fault::EntityNotAscii,
        );
        match (company, faults.0) {
            (Some(company), faults) if faults.is_empty() => Ok(Self {
                full,
                user,
                company,
                entity,
            }),
            (_, faults) => Err(faults),
        }
    }
}

struct Faults(Vec<Fault>);

impl Faults {
    fn note(&mut self, holds: bool, fault: Fault) {
        if holds {
            self.0.push(fault);
        }
    }

    /// Whether `@` and `|` stand once each, in this order.
    fn separators(&mut self, full: &str, login: &str) {
        let bar_first = !login.contains('@') && full.contains('@');
        self.note(!full.contains('@'), Fault::NoAt);
        self.note(full.matches('@').count() > 1, Fault::SeveralAts);
        self.note(full.matches('|').count() > 1, Fault::SeveralBars);
        self.note(bar_first, Fault::BarBeforeAt);
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    match text.split_once(at) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// White space, control characters, and the zero-width characters that come along with a paste.
fn is_unseen(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(
            character,
            '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}'
        )
}

#[cfg(test)]
mod tests {
    use super::{Fault::*, *};
    use rstest::rstest;

    #[rstest]
    #[case::plain("ws@ACME", ("ws", "ACME", None))]
    #[case::one_entity("ws@ACME|West-100", ("ws", "ACME", Some("West-100")))]
    #[case::case_is_kept("Ws@acmE|wEst", ("Ws", "acmE", Some("wEst")))]
    #[case::not_only_ascii_before_the_entity("müller@Società", ("müller", "Società", None))]
    fn a_username_is_taken_apart(#[case] full: &str, #[case] parts: (&str, &str, Option<&str>)) {
        let username = Username::parse(full).unwrap();
        assert_eq!((username.user, username.company, username.entity), parts);
        assert_eq!(username.full, full);
    }

    #[rstest]
    #[case::no_company("ws", &[NoAt])]
    #[case::nobody("@ACME", &[NoUser])]
    #[case::empty_company("ws@", &[NoCompany])]
    #[case::nothing_but_the_at("@", &[NoUser, NoCompany])]
    #[case::empty_entity("ws@ACME|", &[NoEntity])]
    #[case::entity_without_company("ws@|West", &[NoCompany])]
    #[case::two_ats("ws@x@ACME", &[SeveralAts])]
    #[case::an_at_in_the_entity("ws@ACME|a@b", &[SeveralAts])]
    #[case::two_bars("ws@ACME|a|b", &[SeveralBars])]
    #[case::bar_first("West|ws@ACME", &[BarBeforeAt])]
    #[case::blank_at_the_end("ws@ACME ", &[Blank])]
    #[case::blank_inside("w s@ACME", &[Blank])]
    #[case::line_break("ws@ACME\n", &[Blank])]
    #[case::zero_width("ws\u{200B}@ACME", &[Blank])]
    #[case::entity_for_no_header("ws@ACME|Süd", &[EntityNotAscii])]
    #[case::everything_at_once(" @|", &[Blank, NoCompany, NoEntity])]
    fn everything_that_is_wrong_is_said(#[case] full: &str, #[case] faults: &[Fault]) {
        assert_eq!(Username::parse(full).unwrap_err(), faults);
    }
}
