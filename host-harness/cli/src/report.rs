//! What went wrong, as a person and a program are told it: what happened, what to do, who does it.

use credential_runtime::{Actor, Problem, SetupStep, Severity};
use serde_json::{Value, json};

use crate::document::Mistake;
use crate::exit::Exit;
use crate::text::Page;

/// Why a command ends without what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) exit: Exit,
    /// What happened.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
    /// Lines to copy as they are: an entry for a file, a command.
    pub(crate) copy: Option<String>,
    /// Who has to do it.
    pub(crate) actor: Option<Actor>,
    pub(crate) details: Box<Details>,
}

/// What only some reports have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Details {
    /// The contract's case, where a plugin refused.
    pub(crate) case: Option<&'static str>,
    /// The service's own code, or the plugin's.
    pub(crate) code: Option<String>,
    pub(crate) setup_step: Option<SetupStep>,
    pub(crate) support_id: Option<String>,
    pub(crate) retry_after_seconds: Option<u32>,
    /// What is wrong with the form.
    pub(crate) problems: Vec<Problem>,
    /// What is wrong with a file.
    pub(crate) mistakes: Vec<Mistake>,
}

impl Report {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            hint: None,
            copy: None,
            actor: None,
            details: Box::default(),
        }
    }

    /// Something on this machine is in the way.
    pub(crate) fn machine(message: impl Into<String>) -> Self {
        Self::new(Exit::Machine, message)
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn copy(mut self, lines: impl Into<String>) -> Self {
        self.copy = Some(lines.into());
        self
    }

    pub(crate) fn actor(mut self, actor: Actor) -> Self {
        self.actor = Some(actor);
        self
    }

    pub(crate) fn mistakes(mut self, mistakes: Vec<Mistake>) -> Self {
        self.details.mistakes = mistakes;
        self
    }

    /// For a person.
    pub(crate) fn page(&self) -> Page {
        let code = self
            .details
            .code
            .as_deref()
            .map(|code| format!(" ({code})"));
        let headline = format!("error: {}{}", self.message, code.unwrap_or_default());
        let mut page = Page::new()
            .line(headline)
            .each(&self.details.mistakes, |page, it| it.add_to(page))
            .each(&self.details.problems, problem);
        if let Some(hint) = &self.hint {
            page = page.item(0, 5, "hint:", hint);
        }
        if let Some(copy) = &self.copy {
            page = page.blank().verbatim(copy).blank();
        }
        self.who(page)
    }

    fn who(&self, mut page: Page) -> Page {
        if let Some(step) = &self.details.setup_step {
            page = page
                .item(0, 6, "setup:", &step.title)
                .indented(7, &step.detail);
        }
        if let Some(actor) = self.actor {
            page = page.item(0, 9, "who acts:", actor.describe());
        }
        if let Some(seconds) = self.details.retry_after_seconds {
            page = page.item(0, 5, "wait:", &format!("{seconds} s"));
        }
        if let Some(id) = &self.details.support_id {
            page = page.item(0, 11, "support ID:", id);
        }
        page
    }

    /// For a program. Every member is always there.
    pub(crate) fn json(&self) -> Value {
        json!({ "error": {
            "kind": self.exit.kind(),
            "exit_code": self.exit.code(),
            "case": self.details.case,
            "code": self.details.code,
            "message": self.message,
            "hint": self.hint,
            "copy": self.copy,
            "actor": self.actor,
            "setup_step": self.details.setup_step,
            "support_id": self.details.support_id,
            "retry_after_seconds": self.details.retry_after_seconds,
            "problems": self.details.problems,
            "mistakes": self.details.mistakes,
        }})
    }
}

/// One problem of a form, under the field's name.
pub(crate) fn problem(page: Page, problem: &Problem) -> Page {
    let word = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let text = format!("{word}: {} ({})", problem.message, problem.code);
    let page = page.item(2, 14, &problem.field, &text);
    match &problem.hint {
        Some(hint) => page.item(17, 5, "hint:", hint),
        None => page,
    }
}
