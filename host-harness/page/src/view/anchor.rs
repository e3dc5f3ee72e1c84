//! The ids of a field's elements, by which labels, help and problems find each other.

use super::NAME_FIELD;

/// The elements of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Anchor(String);

impl Anchor {
    /// Of a field of the descriptor. A plugin may call one of its fields as the credential's own name
    /// is called.
    pub(super) fn of(field: &str) -> Self {
        if field == NAME_FIELD {
            Self(format!("f.{field}"))
        } else {
            Self(field.to_owned())
        }
    }

    /// Of the credential's own name.
    pub(super) fn of_name() -> Self {
        Self(NAME_FIELD.to_owned())
    }

    /// The input; of several, the first.
    pub(super) fn input(&self) -> String {
        format!("field-{}", self.0)
    }

    /// Another of several inputs.
    pub(super) fn nth_input(&self, number: usize) -> String {
        match number {
            0 => self.input(),
            number => format!("field-{}-{number}", self.0),
        }
    }

    pub(super) fn help(&self) -> String {
        format!("help-{}", self.0)
    }

    /// What is known of a value that is not shown.
    pub(super) fn state(&self) -> String {
        format!("state-{}", self.0)
    }

    pub(super) fn problem(&self) -> String {
        format!("problem-{}", self.0)
    }
}
