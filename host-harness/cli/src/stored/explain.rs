//! Every error of a stored credential becomes a report here.

use credential_connections::record::Name;
use credential_connections::service::{EndsAnother, Error, OtherIdentity};
use credential_connections::state::Diagnosis;
use credential_connections::store::StoreError;
use credential_runtime::{Actor, RedirectError};

use super::Stored;
use crate::exit::Exit;
use crate::explain::invalid;
use crate::report::{Details, Report};
use crate::storage::PlaceError;

pub(super) fn explain(stored: &Stored, name: Option<&Name>, error: Error) -> Report {
    let message = error.to_string();
    match error {
        Error::Store(error) => of_store(error, name),
        Error::Plugin(error) => of_plugin(stored, None, error),
        Error::Problems(problems) => invalid(problems).hint(command(stored, "edit", name)),
        Error::Wait { until, why } => {
            let seconds = until.since(stored.connections.now()).as_secs();
            let mut report = diagnosed(stored, Exit::Unavailable, *why);
            report.details.retry_after_seconds = u32::try_from(seconds).ok();
            report
        }
        Error::Reconnect(why) => {
            let report = diagnosed(stored, Exit::Refused, *why);
            report.copy(suggested(stored, "connect", name))
        }
        Error::PutRight(what) => diagnosed(stored, Exit::Refused, *what),
        Error::EndsAnother(it) => ends_another(&it),
        Error::OtherIdentity(it) => other_identity(&it),
        Error::NoSuchPlugin(_) => Report::new(Exit::Plugin, message)
            .hint("name its component with --plugin FILE")
            .actor(Actor::Platform),
        Error::PluginChanged(_) => Report::new(Exit::Policy, message)
            .hint(format!(
                "nothing was called. Look at the difference, and accept it, with {}",
                command(stored, "accept", name)
            ))
            .actor(Actor::Platform),
        Error::NotConnected => user(message).hint(command(stored, "connect", name)),
        Error::Document(_) => Report::machine(message).hint("upgrade this program"),
        Error::UnknownGrant(_) => Report::new(Exit::Plugin, message),
        Error::Busy | Error::TooSlow | Error::Stopping => Report::new(Exit::Unavailable, message),
        Error::Redirect(error) => redirected(&error),
        Error::NoSignIn
        | Error::SettingsChanged
        | Error::WrongConfirmation
        | Error::NeedsBrowser
        | Error::NoBrowser => user(message).hint("start again"),
    }
}

fn user(message: String) -> Report {
    Report::new(Exit::Refused, message).actor(Actor::User)
}

fn suggested(stored: &Stored, what: &str, name: Option<&Name>) -> String {
    let what = format!("credentials {what}");
    match name {
        Some(name) => stored.suggest(&what, name),
        None => format!("harness {what} NAME"),
    }
}

fn command(stored: &Stored, what: &str, name: Option<&Name>) -> String {
    format!("`{}`", suggested(stored, what, name))
}

fn redirected(error: &RedirectError) -> Report {
    user(error.to_string()).hint("nothing was sent to the service; start again")
}

pub(super) fn of_plugin(
    stored: &Stored,
    plugin_id: Option<&str>,
    error: credential_runtime::Error,
) -> Report {
    match plugin_id.and_then(|id| stored.policy(id)) {
        Some((plugin, _, policy)) => Report::of_operation(error, plugin, policy),
        None => Report::new(Exit::Plugin, error.to_string()),
    }
}

fn diagnosed(stored: &Stored, exit: Exit, it: Diagnosis) -> Report {
    Report {
        details: Box::new(Details {
            setup_step: stored.setup_step(&it).cloned(),
            code: Some(it.code),
            support_id: it.support_id,
            ..Details::default()
        }),
        hint: it.hint,
        actor: Some(it.actor.into()),
        ..Report::new(exit, it.message)
    }
}

fn ends_another(it: &EndsAnother) -> Report {
    let others: Vec<&str> = it.others.iter().map(Name::as_str).collect();
    user(format!("connecting this may end {}", others.join(", "))).hint("say so with --yes")
}

fn other_identity(_: &OtherIdentity) -> Report {
    user("the service signed in somebody else than before".to_owned()).hint("say so with --yes")
}

pub(super) fn of_store(error: StoreError, name: Option<&Name>) -> Report {
    match (&error, name) {
        (StoreError::NotFound, Some(name)) => Report::new(
            Exit::Settings,
            format!("there is no credential named `{name}`"),
        )
        .hint("`harness credentials` lists those that there are"),
        _ => error.into(),
    }
}

impl From<StoreError> for Report {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        match error {
            StoreError::NotFound => Self::new(Exit::Settings, message),
            StoreError::NameTaken(_) => {
                Self::new(Exit::Settings, message).hint("choose another name")
            }
            StoreError::StaleGeneration { .. }
            | StoreError::StaleSettings { .. }
            | StoreError::StaleState
            | StoreError::Fenced { .. } => {
                user(message).hint("look at it again, then decide again")
            }
            StoreError::ReadOnly(_) => Self::machine(message)
                .hint("this user needs the right to write to the file and to its folder"),
            StoreError::Corrupt(_) => Self::machine(message).hint("restore a backup"),
            StoreError::Busy
            | StoreError::Unavailable { .. }
            | StoreError::Full
            | StoreError::KeyMissing { .. }
            | StoreError::KeySource(_)
            | StoreError::NewerSchema { .. }
            | StoreError::NotDurable { .. }
            | StoreError::Misconfigured(_) => Self::machine(message),
        }
    }
}

impl From<PlaceError> for Report {
    fn from(error: PlaceError) -> Self {
        let report = match &error {
            PlaceError::Location(_) | PlaceError::PasswordOnCommandLine => {
                Self::new(Exit::Usage, error.to_string())
            }
            PlaceError::NoFolder | PlaceError::Folder { .. } => Self::machine(error.to_string()),
        };
        match error.hint() {
            Some(hint) => report.hint(hint),
            None => report,
        }
    }
}
