//! The form and the setup guide, as they are drawn.

use credential_runtime::{Descriptor, Problem, SetupStep, Severity};

use super::anchor::Anchor;
use super::entry::{Entry, Sources};
use super::problem::Wrong;
use super::text::counted;
use super::{CertificateNote, FormView, NAME_FIELD};

/// The form.
pub(super) struct Form<'a> {
    /// The path that it is sent to.
    pub(super) action: String,
    /// The plugin, where the path does not say it.
    pub(super) plugin: Option<&'a str>,
    pub(super) name: NameEntry<'a>,
    pub(super) entries: Vec<Entry<'a>>,
    /// What is wrong with fields that the form does not have.
    pub(super) elsewhere: Vec<&'a Problem>,
    /// What stood in the way of the request that failed.
    pub(super) summary: Option<Summary<'a>>,
    pub(super) has_draft: bool,
    pub(super) certificate: Option<&'a CertificateNote>,
    /// Whether there are tokens already, so that connecting is not what one most likely wants.
    pub(super) connected: bool,
}

/// The credential's own name.
pub(super) struct NameEntry<'a> {
    pub(super) anchor: Anchor,
    pub(super) value: &'a str,
    pub(super) wrong: Wrong<'a>,
}

/// Every error, each with the way to its field.
pub(super) struct Summary<'a> {
    pub(super) title: String,
    /// The input's id, the label, the problem.
    pub(super) errors: Vec<(String, &'a str, &'a Problem)>,
}

/// The setup guide.
pub(super) struct Guide<'a> {
    pub(super) steps: Vec<Step<'a>>,
    pub(super) redirect_uri: &'a str,
    pub(super) documentation: &'a str,
}

/// A step of it.
pub(super) struct Step<'a> {
    pub(super) step: &'a SetupStep,
    pub(super) open: bool,
}

impl<'a> Form<'a> {
    pub(super) fn new(view: &FormView<'a>, action: String, sources: Sources<'a>) -> Self {
        let entries = view.descriptor.fields.iter().map(|field| {
            let filled = view.fields.get(&field.id);
            let wrong = wrong(view, &field.id, filled.is_none());
            Entry::new(field, filled, wrong, sources)
        });
        Self {
            plugin: None,
            name: NameEntry {
                anchor: Anchor::of_name(),
                value: view.name,
                wrong: wrong(view, NAME_FIELD, view.name.is_empty()),
            },
            entries: entries.collect(),
            elsewhere: elsewhere(view),
            summary: view.failed.then(|| Summary::of(view)).flatten(),
            has_draft: view.has_draft,
            certificate: view.certificate,
            connected: sources.tokens.is_some(),
            action,
        }
    }
}

/// A blank field is blamed once the form was sent: until then, one may not have come to it.
fn wrong<'a>(view: &FormView<'a>, field: &str, blank: bool) -> Wrong<'a> {
    let wrong = Wrong::with(field, view.problems);
    if blank && view.has_draft && !view.failed {
        wrong.without_errors()
    } else {
        wrong
    }
}

fn is_known(form: &Descriptor, field: &str) -> bool {
    field == NAME_FIELD || form.field(field).is_some()
}

fn elsewhere<'a>(view: &FormView<'a>) -> Vec<&'a Problem> {
    let unknown = |it: &&Problem| !is_known(view.descriptor, &it.field);
    view.problems.iter().filter(unknown).collect()
}

impl<'a> Summary<'a> {
    fn of(view: &FormView<'a>) -> Option<Self> {
        let form = view.descriptor;
        let is_error = |it: &&Problem| it.severity == Severity::Error && is_known(form, &it.field);
        let errors = view.problems.iter().filter(is_error);
        let errors: Vec<_> = errors.map(|it| Self::error(form, it)).collect();
        let things = counted(errors.len(), "thing", "things");
        let title = format!("{} to put right", super::text::capitalized(&things));
        (!errors.is_empty()).then_some(Self { title, errors })
    }

    fn error(form: &'a Descriptor, problem: &'a Problem) -> (String, &'a str, &'a Problem) {
        match form.field(&problem.field) {
            Some(field) => (Anchor::of(&field.id).input(), &field.label, problem),
            None => (Anchor::of_name().input(), "Name", problem),
        }
    }
}

impl<'a> Guide<'a> {
    pub(super) fn new(view: &FormView<'a>) -> Self {
        let steps = view.descriptor.setup.iter().map(|step| Step {
            step,
            open: view.open_step == Some(step.id.as_str()),
        });
        Self {
            steps: steps.collect(),
            redirect_uri: view.redirect_uri,
            documentation: &view.descriptor.documentation,
        }
    }
}
