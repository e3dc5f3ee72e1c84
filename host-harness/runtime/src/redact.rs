//! Redaction of what a plugin hands back: every text is bounded, and one that holds a secret of the
//! credential is not shown, whichever way the secret came there.

use crate::contract::{Check, Diagnosis, Identity, Problem, Refusal};
use crate::vault::Vault;

/// The longest text for people, in bytes: a page of it.
pub(crate) const LONGEST_TEXT: usize = 4096;

/// The longest name for programs, in bytes.
pub(crate) const LONGEST_NAME: usize = 256;

/// The longest name of a person, a company or the like, in characters.
const LONGEST_IDENTITY: usize = 256;

/// More than this of a kind is nothing that a person reads.
pub(crate) const MOST: usize = 200;

/// Stands for a text that held a secret.
const WITHHELD: &str = "(withheld: it held part of a secret)";

/// Stands for a name that held a secret.
const WITHHELD_NAME: &str = "withheld";

/// Holds the texts of a plugin against the secrets of one operation.
pub(crate) struct Redactor<'a>(pub(crate) &'a mut Vault);

impl Redactor<'_> {
    fn holds_secret(&mut self, text: &str) -> bool {
        !self.0.find(text).is_empty() || self.0.is_named_in(text)
    }

    /// A text for people.
    pub(crate) fn text(&mut self, text: String) -> String {
        self.bounded(text, LONGEST_TEXT, WITHHELD)
    }

    /// A name for programs.
    pub(crate) fn name(&mut self, text: String) -> String {
        self.bounded(text, LONGEST_NAME, WITHHELD_NAME)
    }

    fn bounded(&mut self, text: String, longest: usize, withheld: &str) -> String {
        let text = cut(text, longest);
        if self.holds_secret(&text) {
            tracing::warn!("a plugin handed back a text with a secret in it; it is not shown");
            return withheld.to_owned();
        }
        text
    }

    /// A name as a service spells it: short and on one line; absent where it holds a secret.
    pub(crate) fn identity_part(&mut self, text: String) -> Option<String> {
        let visible = text.chars().filter(|c| !c.is_control());
        let short: String = visible.take(LONGEST_IDENTITY).collect();
        (!short.is_empty() && !self.holds_secret(&short)).then_some(short)
    }

    pub(crate) fn identity(&mut self, it: Identity) -> Identity {
        let mut part = |it: Option<String>| it.and_then(|it| self.identity_part(it));
        Identity {
            user: part(it.user),
            company: part(it.company),
            entity: part(it.entity),
        }
    }

    pub(crate) fn diagnosis(&mut self, it: Diagnosis) -> Diagnosis {
        Diagnosis {
            code: or(self.name(it.code), "unexplained"),
            message: or(self.text(it.message), "The plugin gives no reason."),
            hint: it.hint.map(|it| self.text(it)).filter(|it| !is_blank(it)),
            actor: it.actor,
            setup_step: it.setup_step.map(|it| self.name(it)),
            support_id: it.support_id.map(|it| self.name(it)),
        }
    }

    pub(crate) fn refusal(&mut self, it: Refusal) -> Refusal {
        Refusal {
            diagnosis: self.diagnosis(it.diagnosis),
            ..it
        }
    }

    pub(crate) fn problems(&mut self, mut problems: Vec<Problem>) -> Vec<Problem> {
        problems.truncate(MOST);
        let redacted = problems.into_iter().map(|it| Problem {
            field: self.name(it.field),
            severity: it.severity,
            code: self.name(it.code),
            message: or(self.text(it.message), "The plugin gives no reason."),
            hint: it.hint.map(|it| self.text(it)),
        });
        redacted.collect()
    }

    pub(crate) fn check(&mut self, it: Check) -> Check {
        Check {
            id: self.name(it.id),
            title: or(self.text(it.title), "A check without a title"),
            outcome: it.outcome,
            detail: it.detail.map(|it| self.text(it)),
            diagnosis: it.diagnosis.map(|it| self.diagnosis(it)),
        }
    }
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

fn or(text: String, otherwise: &str) -> String {
    if is_blank(&text) {
        otherwise.to_owned()
    } else {
        text
    }
}

/// The beginning of a text, of at most so many bytes, at the end of a character.
fn cut(mut text: String, longest: usize) -> String {
    text.truncate(text.floor_char_boundary(longest));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Severity;
    use crate::randomness::SystemRandomness;
    use crate::secret::Secret;
    use crate::vault::SecretKind;

    fn problem(message: &str) -> Problem {
        Problem {
            field: "f".to_owned(),
            severity: Severity::Error,
            code: "c".to_owned(),
            message: message.to_owned(),
            hint: None,
        }
    }

    fn redacted(messages: &[String]) -> Vec<String> {
        let mut vault = Vault::new(&SystemRandomness);
        vault.keep("s", SecretKind::Setting, Secret::new("not-a-real-secret"));
        let problems = messages.iter().map(|it| problem(it)).collect();
        let problems = Redactor(&mut vault).problems(problems);
        problems.into_iter().map(|it| it.message).collect()
    }

    /// As many as a large form has, each with a sentence.
    #[test]
    fn what_a_form_has_to_say_is_said() {
        let messages = vec!["The Company ID has a blank at its end. Remove it.".to_owned(); MOST];
        assert_eq!(redacted(&messages), messages);
    }

    #[test]
    fn more_than_can_be_searched_is_withheld() {
        let dear = "%62&lt;b&gt;QUJD".repeat(LONGEST_TEXT / 16);
        let messages = redacted(&vec![dear.clone(); MOST]);
        let shown = messages.iter().filter(|it| **it == dear).count();
        assert!((1..MOST / 4).contains(&shown), "{shown}");
        assert!(
            messages[shown..].iter().all(|it| it == WITHHELD),
            "nothing that was not searched"
        );
    }
}
