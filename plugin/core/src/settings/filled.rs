//! The filled-in form, and the problems that were found in it.

use super::faults::{self, Fault};
use crate::model::{Blemishes, Problem, Sealed, Setting, SettingValue};
use alloc::vec::Vec;

/// Reads one field after the other, in the order of the form, and notes what is wrong.
pub(crate) struct Filled<'a> {
    settings: &'a [Setting],
    pub(crate) problems: Vec<Problem>,
}

impl<'a> Filled<'a> {
    pub(crate) fn new(settings: &'a [Setting]) -> Self {
        Self {
            settings,
            problems: Vec::new(),
        }
    }

    pub(crate) fn report(&mut self, field: &'static str, fault: &Fault) {
        self.problems.push(Problem {
            field,
            severity: fault.severity,
            code: fault.code,
            message: fault.message,
            hint: fault.hint,
        });
    }

    /// Says that a field is missing, unless something has been said of it already.
    pub(crate) fn missing<T>(&mut self, field: &'static str, fault: &Fault) -> Option<T> {
        if !self.problems.iter().any(|problem| problem.field == field) {
            self.report(field, fault);
        }
        None
    }

    /// A text field; `None` where it is absent or not a text.
    pub(crate) fn text(&mut self, field: &'static str) -> Option<&'a str> {
        match self.value(field)? {
            SettingValue::Text(text) => Some(text),
            SettingValue::Secret(_) => self.missing(field, &faults::SEALED_TEXT),
        }
    }

    /// A secret field; `None` where it is absent, empty or not sealed.
    pub(crate) fn secret(&mut self, field: &'static str) -> Option<&'a Sealed> {
        match self.value(field)? {
            SettingValue::Secret(sealed) => Some(sealed).filter(|sealed| sealed.length > 0),
            SettingValue::Text(_) => self.missing(field, &faults::OPEN_SECRET),
        }
    }

    /// Whether anything stands in a field. Reports nothing.
    pub(crate) fn has(&self, field: &str) -> bool {
        values(self.settings, field).any(|value| match value {
            SettingValue::Text(text) => !text.is_empty(),
            SettingValue::Secret(sealed) => sealed.length > 0,
        })
    }

    /// A field that must not be filled in.
    pub(crate) fn leave_blank(&mut self, field: &'static str, fault: &Fault) {
        if self.has(field) {
            self.report(field, fault);
        }
    }

    /// One warning for each thing that is odd about a secret's spelling.
    pub(crate) fn blemishes(&mut self, field: &'static str, blemishes: Blemishes) {
        let found = [
            (
                blemishes.surrounding_whitespace,
                &faults::SURROUNDING_WHITESPACE,
            ),
            (blemishes.inner_whitespace, &faults::INNER_WHITESPACE),
            (blemishes.control_characters, &faults::CONTROL_CHARACTERS),
            (blemishes.non_ascii, &faults::NON_ASCII),
        ];
        for (_, fault) in found.into_iter().filter(|(odd, _)| *odd) {
            self.report(field, fault);
        }
    }

    /// A field's value. Two values for one field are none: nobody can say which is meant.
    fn value(&mut self, field: &'static str) -> Option<&'a SettingValue> {
        let mut values = values(self.settings, field);
        let first = values.next()?;
        if values.next().is_some() {
            self.report(field, &faults::REPEATED);
            return None;
        }
        Some(first)
    }
}

fn values<'a>(settings: &'a [Setting], field: &str) -> impl Iterator<Item = &'a SettingValue> {
    settings
        .iter()
        .filter(move |setting| setting.field == field)
        .map(|setting| &setting.value)
}
