//! What a person is told of everything that can go wrong: what happened, who has to act, what to do.

use axum::http::StatusCode;
use credential_connections::service::Error;
use credential_connections::state;
use credential_connections::store::StoreError;
use credential_runtime as runtime;
use credential_runtime::{
    Actor, CallFailure, Cause, Descriptor, Diagnosis, RedirectError, Refusal,
};

use super::failure::Failure;
use crate::view::{Notice, Tone};

const AGAIN: &str = "Start again.";
const UNFIT: &str = "Some fields are not filled in as they must be.";
const OUTDATED: &str = "What was to be confirmed has changed meanwhile, or its time was up.";

/// Says that something was done.
pub(super) fn done(title: impl Into<String>) -> Notice {
    notice(Tone::Good, title)
}

/// Says that something was not done.
pub(super) fn failed(title: impl Into<String>) -> Notice {
    notice(Tone::Bad, title)
}

fn notice(tone: Tone, title: impl Into<String>) -> Notice {
    Notice {
        tone,
        title: title.into(),
        message: None,
        hint: None,
        actor: None,
        step: None,
        code: None,
        support_id: None,
        checks: Vec::new(),
        links: Vec::new(),
    }
}

impl Notice {
    pub(super) fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn actor(mut self, actor: Actor) -> Self {
        self.actor = Some(actor);
        self
    }

    /// What was diagnosed, with the step of the plugin's guide that puts it right.
    pub(super) fn diagnosed(self, it: Diagnosis, form: Option<&Descriptor>) -> Self {
        let step = it.setup_step.as_deref();
        let step = step.and_then(|id| form?.setup_step(id));
        Self {
            message: Some(it.message),
            hint: it.hint,
            actor: Some(it.actor),
            step: step.map(|it| (it.id.clone(), it.title.clone())),
            code: Some(it.code),
            support_id: it.support_id,
            ..self
        }
    }
}

/// Why something was not done with a credential. `title` says what, in a few words.
pub(super) fn error(title: &str, error: Error, form: Option<&Descriptor>) -> Notice {
    let message = sentence(&error.to_string());
    let notice = failed(title);
    let user = |message: &str, hint| failed(title).message(message).hint(hint).actor(Actor::User);
    match error {
        Error::Store(error) => store(&error),
        Error::Plugin(error) => plugin(notice, error, form),
        Error::Reconnect(why) | Error::PutRight(why) | Error::Settings(why) => {
            notice.diagnosed(from(&why), form)
        }
        Error::NothingRenews { .. } => user(
            &format!("{message} Nothing was changed."),
            "To have a new one, connect it again.",
        ),
        Error::Wait { why, .. } => wait(notice, &why, form),
        Error::Redirect(error) => redirect(notice, &error),
        Error::Problems(_) => user(UNFIT, "Correct them, then connect."),
        Error::NotConnected => user(&message, "Connect it first."),
        Error::NoSignIn => user("This sign-in is over. No token was asked for.", AGAIN),
        Error::SettingsChanged => user("The settings were changed during the sign-in.", AGAIN),
        Error::WrongConfirmation => user(OUTDATED, AGAIN),
        Error::NeedsBrowser | Error::NoBrowser => user(&message, AGAIN),
        // Asked before it comes to this.
        Error::EndsAnother(_) | Error::OtherIdentity(_) => user(&message, AGAIN),
        Error::NoSuchPlugin(_) => notice
            .message(message)
            .hint("Install the plugin that the credential was made with.")
            .actor(Actor::Platform),
        Error::PluginChanged(_) => notice
            .message(message)
            .hint(
                "Nothing was called with this credential. Its page shows the difference, and a button \
                 to accept it; so does `harness credentials accept`.",
            )
            .actor(Actor::Platform),
        Error::Document(_) => notice
            .message(message)
            .hint("Upgrade this program.")
            .actor(Actor::Platform),
        Error::UnknownGrant(_) => notice.message(message).actor(Actor::Platform),
        Error::Busy | Error::Held(_) | Error::Stopping => notice.message(message).hint("Try again in a moment."),
        Error::TooSlow => notice
            .message(message)
            .hint("Look at the credential's state, then try again.")
            .actor(Actor::Service),
    }
}

fn from(it: &state::Diagnosis) -> Diagnosis {
    it.into()
}

fn wait(notice: Notice, why: &state::Diagnosis, form: Option<&Descriptor>) -> Notice {
    let notice = notice.diagnosed(from(why), form);
    match notice.hint {
        Some(_) => notice,
        None => notice.hint("Try again later; the credential is healthy."),
    }
}

fn redirect(notice: Notice, error: &RedirectError) -> Notice {
    let message = match error {
        RedirectError::Contradiction => {
            "The browser came back with an answer that contradicts itself."
        }
        RedirectError::NoCode => "The browser came back without a code.",
        RedirectError::NotAUrl
        | RedirectError::OtherPlace(_)
        | RedirectError::State
        | RedirectError::Refused(_) => "The browser came back from another sign-in than this one.",
    };
    notice
        .message(format!("{message} No token was asked for."))
        .hint(AGAIN)
        .actor(Actor::User)
}

/// What a plugin, or the sandbox around it, says.
pub(super) fn plugin(notice: Notice, error: runtime::Error, form: Option<&Descriptor>) -> Notice {
    match error {
        runtime::Error::Refused(refusal) => refused(notice, *refusal, form),
        runtime::Error::Failed(failure) => cut_short(notice, &failure),
    }
}

fn refused(notice: Notice, refusal: Refusal, form: Option<&Descriptor>) -> Notice {
    if !refusal.problems.is_empty() {
        return notice.message(UNFIT).actor(Actor::User);
    }
    let wait = refusal.retry_after_seconds;
    let notice = notice.diagnosed(refusal.diagnosis, form);
    match wait {
        Some(seconds) => notice.hint(format!("Try again in {seconds} s.")),
        None => notice,
    }
}

fn cut_short(notice: Notice, failure: &CallFailure) -> Notice {
    let notice = notice.message(format!("{failure}."));
    let notice = match failure.cause {
        Cause::Limit(_) => notice
            .hint("If it is an honest plugin, the operator raises the limit in the policy.")
            .actor(Actor::Platform),
        Cause::Trap(_) | Cause::Contract(_) => notice.actor(Actor::Plugin),
    };
    if failure.request_sent {
        return notice.hint(
            "A request had left, and its answer, if there was one, was not used: the service may have \
             acted on it, and a single-use code may be spent.",
        );
    }
    notice
}

/// What the store says. Where nobody is told more, whoever runs the platform has the log.
pub(super) fn store(error: &StoreError) -> Notice {
    let notice = failed("Not stored").message(sentence(&error.to_string()));
    match error {
        StoreError::NameTaken(_) => notice.hint("Choose another name.").actor(Actor::User),
        StoreError::NotFound => notice.hint("It may have been removed."),
        StoreError::StaleGeneration { .. }
        | StoreError::StaleSettings { .. }
        | StoreError::StaleState
        | StoreError::Fenced { .. } => notice
            .hint("Look at it again, then decide again.")
            .actor(Actor::User),
        StoreError::Busy | StoreError::Unavailable { .. } => {
            notice.hint("Try again in a moment.").actor(Actor::Platform)
        }
        StoreError::Corrupt(_) => notice
            .hint("Keep the database as it is, and look for what changed it; a backup is the last resort.")
            .actor(Actor::Platform),
        StoreError::Full
        | StoreError::Refused(_)
        | StoreError::Replaced(_)
        | StoreError::Absent
        | StoreError::ReadOnly(_)
        | StoreError::KeyMissing { .. }
        | StoreError::KeySource(_)
        | StoreError::NewerSchema { .. }
        | StoreError::NotDurable { .. }
        | StoreError::Misconfigured(_) => notice.actor(Actor::Platform),
    }
}

/// With a capital and a full stop.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let mut sentence: String = first.chain(letters).collect();
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

impl From<Notice> for Failure {
    /// Where there is no page to tell it on.
    fn from(notice: Notice) -> Self {
        let message = notice.message.unwrap_or_default();
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self::new(status, &notice.title, &message, notice.hint.as_deref())
    }
}

impl From<Error> for Failure {
    fn from(it: Error) -> Self {
        match it {
            Error::Store(it) => Self::of_store(it),
            it => error("Not possible", it, None).into(),
        }
    }
}
