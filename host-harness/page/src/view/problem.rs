//! What is wrong with a form, field by field.

use credential_connections::words::plain;
use credential_runtime::{Problem, Severity};
use serde_json::{Value, json};

/// What is wrong with one field, errors first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wrong<'a> {
    pub(super) problems: Vec<&'a Problem>,
}

impl<'a> Wrong<'a> {
    pub(super) fn with(field: &str, problems: &'a [Problem]) -> Self {
        let mut problems: Vec<_> = problems.iter().filter(|it| it.field == field).collect();
        problems.sort_by_key(|it| it.severity == Severity::Warning);
        Self { problems }
    }

    /// Of a field that nobody has come to yet: that it is blank is no error so far.
    pub(super) fn without_errors(mut self) -> Self {
        self.problems.retain(|it| !is_error(it));
        self
    }

    /// Absent where nothing is wrong.
    pub(super) fn worst(&self) -> Option<&'static str> {
        self.problems.first().map(|it| severity(it.severity))
    }

    pub(super) fn is_error(&self) -> bool {
        self.problems.first().is_some_and(|it| is_error(it))
    }
}

pub(super) fn is_error(problem: &Problem) -> bool {
    problem.severity == Severity::Error
}

pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// For the page's script, which prints it as text.
pub(super) fn document(problems: &[Problem]) -> Value {
    let problems = problems.iter().map(|it| {
        json!({
            "field": it.field,
            "severity": severity(it.severity),
            "message": plain(&it.message),
            "hint": it.hint.as_deref().map(plain),
        })
    });
    json!({ "problems": problems.collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(field: &str, severity: Severity, message: &str) -> Problem {
        Problem {
            field: field.to_owned(),
            severity,
            code: "a-code".to_owned(),
            message: message.to_owned(),
            hint: None,
        }
    }

    #[test]
    fn errors_of_a_field_come_before_its_warnings() {
        let problems = [
            problem("a", Severity::Warning, "w"),
            problem("b", Severity::Error, "other"),
            problem("a", Severity::Error, "e"),
        ];
        let wrong = Wrong::with("a", &problems);
        let messages: Vec<&str> = wrong
            .problems
            .iter()
            .map(|it| it.message.as_str())
            .collect();
        assert_eq!(messages, ["e", "w"]);
        assert_eq!(wrong.worst(), Some("error"));
        assert_eq!(Wrong::with("c", &problems).worst(), None);
    }

    #[test]
    fn the_script_is_told_nothing_that_reorders_a_line() {
        let document = document(&[problem("a", Severity::Warning, "x\u{202e}y")]);
        let expected = json!({ "problems": [
            { "field": "a", "severity": "warning", "message": "x\u{fffd}y", "hint": null },
        ]});
        assert_eq!(document, expected);
    }
}
