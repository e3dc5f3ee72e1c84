//! The Username of a Web Services user: `user@company`, or `user@company|entity`.
//!
//! An ID in Intacct cannot be changed (S), so nothing is an error that an ID may have: single blanks
//! (S, M, T), an `@` in a user ID (S), a second `|` for a login through a console (M), letters outside
//! ASCII. What is merely odd is a warning, and Intacct has the last word. Errors are what is no part of
//! any ID: blanks around it or doubled, characters nobody sees, and parts that are missing.

use alloc::vec::Vec;

/// A Username that has the right form. Its case is as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Username<'a> {
    /// The whole, as it is sent.
    pub(crate) full: &'a str,
    /// Before the last `@`. Case-sensitive (T).
    pub(crate) user: &'a str,
    /// After it.
    pub(crate) company: &'a str,
    /// What stands after the one `|`.
    pub(crate) entity: Option<&'a str>,
    /// Whether the login goes through a console (`user@console|client|entity`, M for XML): then nobody
    /// knows which of the companies a token names.
    pub(crate) through_console: bool,
}

/// One thing that is wrong with a Username, or odd about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// White space other than a blank, or a character that nobody sees.
    Unseen,
    /// A blank before or after an ID.
    BlankAtAnEnd,
    /// Two blanks in a row.
    DoubleBlank,
    /// No `@`.
    NoAt,
    /// Nothing before the `@`.
    NoUser,
    /// Nothing between the `@` and the end, or the `|`.
    NoCompany,
    /// Nothing after a `|`.
    NoEntity,
    /// Odd: the `|` stands before the `@`.
    BarBeforeAt,
    /// Odd: more than two `|`.
    ManyBars,
    /// Odd: an entity that a header cannot carry.
    EntityNotAscii,
}

impl Fault {
    /// Whether it stands in the way.
    const fn is_error(self) -> bool {
        !matches!(
            self,
            Self::BarBeforeAt | Self::ManyBars | Self::EntityNotAscii
        )
    }
}

impl<'a> Username<'a> {
    /// Takes a Username apart, and says everything that is wrong with it or odd about it. Absent where
    /// something is wrong.
    pub(crate) fn parse(full: &'a str) -> (Option<Self>, Vec<Fault>) {
        let parts = Parts::of(full);
        let faults = parts.faults(full);
        let is_wrong = faults.iter().any(|fault| fault.is_error());
        let username = parts.company.filter(|_| !is_wrong).map(|company| Self {
            full,
            user: parts.user,
            company,
            entity: parts.entity(),
            through_console: parts.after_bars.len() > 1,
        });
        (username, faults)
    }

    /// The entity as a header can carry it. A token is confined to the entity by the Username (T), so
    /// where no header can, nothing is lost but a second lock.
    pub(crate) fn entity_for_header(&self) -> Option<&'a str> {
        self.entity.filter(|entity| entity.is_ascii())
    }
}

/// A Username, cut at its separators.
struct Parts<'a> {
    user: &'a str,
    company: Option<&'a str>,
    after_bars: Vec<&'a str>,
}

impl<'a> Parts<'a> {
    /// A user ID may hold an `@` (S), so the company stands after the last one; an `@` behind a `|` is
    /// the entity's, unless there is none before it.
    fn of(full: &'a str) -> Self {
        let (mut before_bar, mut anywhere, mut barred) = (None, None, false);
        for (position, byte) in full.bytes().enumerate() {
            barred |= byte == b'|';
            if byte == b'@' {
                anywhere = Some(position);
                before_bar = if barred { before_bar } else { anywhere };
            }
        }
        let at = before_bar.or(anywhere);
        let (user, rest) = match at.and_then(|at| full.split_at_checked(at)) {
            Some((user, rest)) => (user, rest.get(1..)),
            None => (full, None),
        };
        let mut after_at = rest.unwrap_or_default().split('|');
        Self {
            user,
            company: rest.and(after_at.next()),
            after_bars: after_at.collect(),
        }
    }

    /// With two bars, what stands after the first is a company.
    fn entity(&self) -> Option<&'a str> {
        match *self.after_bars {
            [entity] => Some(entity),
            _ => None,
        }
    }

    fn faults(&self, full: &str) -> Vec<Fault> {
        let company = self.company.unwrap_or("-");
        let mut faults = Vec::new();
        let mut note = |holds: bool, fault| {
            if holds {
                faults.push(fault);
            }
        };
        let (mut at_an_end, mut double) = (false, false);
        let ids = self.after_bars.iter().chain([&self.user, &company]);
        for id in ids {
            let inside = id.trim_matches(' ');
            at_an_end |= inside.len() != id.len();
            double |= inside.as_bytes().windows(2).any(|pair| pair == b"  ");
        }
        let not_ascii = self.entity().is_some_and(|entity| !entity.is_ascii());
        note(full.chars().any(is_unseen), Fault::Unseen);
        note(at_an_end, Fault::BlankAtAnEnd);
        note(double, Fault::DoubleBlank);
        note(self.company.is_none(), Fault::NoAt);
        note(self.user.is_empty(), Fault::NoUser);
        note(company.is_empty(), Fault::NoCompany);
        note(self.after_bars.contains(&""), Fault::NoEntity);
        note(
            self.user.contains('|') && self.company.is_some(),
            Fault::BarBeforeAt,
        );
        note(self.after_bars.len() > 2, Fault::ManyBars);
        note(not_ascii, Fault::EntityNotAscii);
        faults
    }
}

/// Characters without a shape of their own that come along with a paste (Unicode's
/// `Default_Ignorable_Code_Point`), from the first to the last.
const SHAPELESS: &[(char, char)] = &[
    ('\u{00AD}', '\u{00AD}'),
    ('\u{034F}', '\u{034F}'),
    ('\u{061C}', '\u{061C}'),
    ('\u{115F}', '\u{1160}'),
    ('\u{17B4}', '\u{17B5}'),
    ('\u{180B}', '\u{180F}'),
    ('\u{200B}', '\u{200F}'),
    ('\u{202A}', '\u{202E}'),
    ('\u{2060}', '\u{206F}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{FE00}', '\u{FE0F}'),
    ('\u{FEFF}', '\u{FEFF}'),
    ('\u{FFA0}', '\u{FFA0}'),
    ('\u{FFF0}', '\u{FFFB}'),
    ('\u{E0000}', '\u{E0FFF}'),
];

/// White space that is no blank, control characters, and what has no shape.
fn is_unseen(character: char) -> bool {
    let shapeless = |(first, last): &(char, char)| (*first..=*last).contains(&character);
    (character.is_whitespace() && character != ' ')
        || character.is_control()
        || SHAPELESS.iter().any(shapeless)
}

#[cfg(test)]
mod tests {
    use super::{Fault::*, *};
    use rstest::rstest;

    fn parsed(full: &str) -> Username<'_> {
        let (username, faults) = Username::parse(full);
        username.unwrap_or_else(|| panic!("{full:?}: {faults:?}"))
    }

    #[rstest]
    #[case::plain("ws@ACME", ("ws", "ACME", None))]
    #[case::one_entity("ws@ACME|West-100", ("ws", "ACME", Some("West-100")))]
    #[case::case_is_kept("Ws@acmE|wEst", ("Ws", "acmE", Some("wEst")))]
    #[case::not_only_ascii("müller@Società", ("müller", "Società", None))]
    #[case::blank_in_the_user("Jane Doe@ACME", ("Jane Doe", "ACME", None))]
    #[case::blank_in_the_company("Larry Smith@Zzyzz Delivery", ("Larry Smith", "Zzyzz Delivery", None))]
    #[case::blank_in_the_entity("ws@ACME|Central Region", ("ws", "ACME", Some("Central Region")))]
    #[case::point_and_blank("ws@ACME|18. Some_Place", ("ws", "ACME", Some("18. Some_Place")))]
    #[case::address_as_user("jane@example.com@ACME", ("jane@example.com", "ACME", None))]
    #[case::address_and_entity("a@b@ACME|West", ("a@b", "ACME", Some("West")))]
    #[case::an_at_in_the_entity("ws@ACME|a@b", ("ws", "ACME", Some("a@b")))]
    #[case::sandbox("ws@ACME-sandbox", ("ws", "ACME-sandbox", None))]
    #[case::console("ws@Console|Client|West", ("ws", "Console", None))]
    fn a_username_is_taken_apart(#[case] full: &str, #[case] parts: (&str, &str, Option<&str>)) {
        let username = parsed(full);
        assert_eq!((username.user, username.company, username.entity), parts);
        assert_eq!((username.full, Username::parse(full).1), (full, Vec::new()));
    }

    #[rstest]
    #[case::no_company("ws", &[NoAt])]
    #[case::nobody("@ACME", &[NoUser])]
    #[case::empty_company("ws@", &[NoCompany])]
    #[case::nothing_but_the_at("@", &[NoUser, NoCompany])]
    #[case::empty_entity("ws@ACME|", &[NoEntity])]
    #[case::entity_without_company("ws@|West", &[NoCompany])]
    #[case::empty_client_of_a_console("ws@ACME||West", &[NoEntity])]
    #[case::blank_at_the_end("ws@ACME ", &[BlankAtAnEnd])]
    #[case::blank_at_the_front(" ws@ACME", &[BlankAtAnEnd])]
    #[case::blank_before_the_at("ws @ACME", &[BlankAtAnEnd])]
    #[case::blank_before_the_bar("ws@ACME |West", &[BlankAtAnEnd])]
    #[case::double_blank("Jane  Doe@ACME", &[DoubleBlank])]
    #[case::double_blank_in_the_entity("ws@ACME|Central  Region", &[DoubleBlank])]
    #[case::tab("Jane\tDoe@ACME", &[Unseen])]
    #[case::line_break("ws@ACME\n", &[Unseen])]
    #[case::no_break_space("Jane\u{A0}Doe@ACME", &[Unseen])]
    #[case::zero_width("ws\u{200B}@ACME", &[Unseen])]
    #[case::direction("ws\u{202E}@ACME", &[Unseen])]
    #[case::everything_at_once(" @|", &[BlankAtAnEnd, NoCompany, NoEntity])]
    fn everything_that_is_wrong_is_said(#[case] full: &str, #[case] faults: &[Fault]) {
        assert_eq!(Username::parse(full), (None, faults.to_vec()));
    }

    #[rstest]
    #[case::bar_first("West|ws@ACME", BarBeforeAt)]
    #[case::many_bars("ws@ACME|a|b|c", ManyBars)]
    #[case::entity_for_no_header("ws@ACME|Süd", EntityNotAscii)]
    fn what_is_odd_does_not_stand_in_the_way(#[case] full: &str, #[case] fault: Fault) {
        let (username, faults) = Username::parse(full);
        assert_eq!(faults, [fault]);
        assert_eq!(username.unwrap().entity_for_header(), None);
    }

    #[rstest]
    #[case::two_bars("ws@Console|Client|West", true)]
    #[case::one_bar("ws@ACME|West", false)]
    fn two_bars_are_a_console(#[case] full: &str, #[case] through_console: bool) {
        assert_eq!(parsed(full).through_console, through_console);
    }
}
