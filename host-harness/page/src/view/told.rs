//! What went wrong or was found, what to do about it, and who has to.

use credential_runtime::{Actor, Check, Descriptor, Diagnosis, Outcome};

use super::{Notice, Tone};

/// What happened: of a diagnosis, or of a notice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) message: Option<String>,
    pub(super) hint: Option<String>,
    pub(super) actor: Option<&'static str>,
    /// The setup step's id and title.
    pub(super) step: Option<(String, String)>,
    pub(super) code: Option<String>,
    pub(super) support_id: Option<String>,
}

/// A notice, as it is drawn.
pub(super) struct Announcement<'a> {
    pub(super) tone: &'static str,
    /// The live region's role: what went wrong is said at once.
    pub(super) role: &'static str,
    pub(super) title: &'a str,
    pub(super) told: Told,
    pub(super) checks: Vec<Checked<'a>>,
    pub(super) links: &'a [(String, String)],
}

/// One thing that a test looked at.
pub(super) struct Checked<'a> {
    pub(super) title: &'a str,
    pub(super) detail: Option<&'a str>,
    pub(super) outcome: &'static str,
    pub(super) passed: bool,
    pub(super) told: Option<Told>,
}

impl Told {
    pub(super) fn of(it: Diagnosis, form: Option<&Descriptor>) -> Self {
        let step = it.setup_step.and_then(|id| form?.setup_step(&id));
        Self {
            message: Some(it.message),
            hint: it.hint,
            actor: Some(it.actor.describe()),
            step: step.map(|it| (it.id.clone(), it.title.clone())),
            code: Some(it.code),
            support_id: it.support_id,
        }
    }

    fn by(it: &Notice) -> Self {
        Self {
            message: it.message.clone(),
            hint: it.hint.clone(),
            actor: it.actor.map(Actor::describe),
            step: it.step.clone(),
            code: it.code.clone(),
            support_id: it.support_id.clone(),
        }
    }

    /// Whether there is something that names the case to support.
    pub(super) fn is_traceable(&self) -> bool {
        self.code.is_some() || self.support_id.is_some()
    }
}

impl<'a> Announcement<'a> {
    pub(super) fn of(notice: &'a Notice, form: Option<&Descriptor>) -> Self {
        let checks = notice.checks.iter();
        Self {
            tone: tone(notice.tone),
            role: match notice.tone {
                Tone::Bad => "alert",
                Tone::Good | Tone::Neutral => "status",
            },
            title: &notice.title,
            told: Told::by(notice),
            checks: checks.map(|it| Checked::of(it, form)).collect(),
            links: &notice.links,
        }
    }
}

impl<'a> Checked<'a> {
    fn of(it: &'a Check, form: Option<&Descriptor>) -> Self {
        let diagnosis = it.diagnosis.clone();
        Self {
            title: &it.title,
            detail: it.detail.as_deref(),
            outcome: match it.outcome {
                Outcome::Passed => "passed",
                Outcome::Failed => "failed",
                Outcome::Skipped => "skipped",
            },
            passed: it.outcome == Outcome::Passed,
            told: diagnosis.map(|it| Told::of(it, form)),
        }
    }
}

fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Bad => "bad",
        Tone::Neutral => "neutral",
    }
}
