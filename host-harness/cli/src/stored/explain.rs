//! Every error of a stored credential becomes a report here.

use credential_connections::record::{HeldBy, Name, Timestamp};
use credential_connections::service::{EndsAnother, Error, OtherIdentity};
use credential_connections::state::Diagnosis;
use credential_connections::store::StoreError;
use credential_runtime::{Actor, RedirectError};

use super::Stored;
use crate::exit::Exit;
use crate::explain::invalid;
use crate::moments::dated;
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
        Error::Settings(why) => {
            let report = diagnosed(stored, Exit::Settings, *why);
            report.copy(suggested(stored, "edit", name))
        }
        Error::NothingRenews { until } => {
            let until = until.map_or_else(
                || "while the service takes it".to_owned(),
                |at| format!("until {}", dated(at, stored.connections.now())),
            );
            user(format!("{message} {until}; nothing was changed")).hint(format!(
                "to have a new one, connect it again: {}",
                command(stored, "connect", name)
            ))
        }
        Error::EndsAnother(it) => ends_another(&it),
        Error::OtherIdentity(it) => other_identity(&it),
        Error::NoSuchPlugin(_) => Report::new(Exit::Plugin, message)
            .hint("name its component with --plugin FILE")
            .actor(Actor::Platform),
        Error::PluginChanged(_) => Report::new(Exit::Policy, message)
            .hint(format!(
                "nothing was called. Look at the difference, and accept it, with {}; or go back to \
                 the plugin, or the policy, that it was entered for",
                command(stored, "accept", name)
            ))
            .actor(Actor::Platform),
        Error::NotConnected => user(message).hint(command(stored, "connect", name)),
        Error::Document(_) => Report::machine(message).hint("upgrade this program"),
        Error::UnknownGrant(_) => Report::new(Exit::Plugin, message),
        Error::Busy | Error::TooSlow | Error::Stopping => Report::new(Exit::Unavailable, message),
        Error::Held(holder) => held(&holder, message, stored.connections.now()),
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

/// Who holds the lease, and until when.
fn held(holder: &HeldBy, message: String, now: Timestamp) -> Report {
    let mut report = Report::new(Exit::Unavailable, message).hint(format!(
        "its lease ends {}; if that process is gone, nobody has to do anything until then",
        dated(holder.until, now)
    ));
    report.details.retry_after_seconds = u32::try_from(holder.until.since(now).as_secs()).ok();
    report
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
            StoreError::Corrupt(_) => Self::machine(message).hint(
                "keep the database as it is, and look for what changed it. Restore a backup only where \
                 nothing else helps: it brings back refresh tokens that are spent by now, and those \
                 credentials have to be connected again",
            ),
            StoreError::Replaced(_) => Self::machine(message).hint(
                "end every process that uses this store, restore it as docs/storage.md says \
                 (\"Restore\"), and start them again",
            ),
            StoreError::Refused(_) => Self::machine(message)
                .hint("nothing was changed, and nothing is damaged; the database's own log says more"),
            StoreError::Busy
            | StoreError::Unavailable { .. }
            | StoreError::Full
            | StoreError::Absent
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
            PlaceError::Location(_) | PlaceError::NotText | PlaceError::PasswordOnCommandLine => {
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use credential_connections::record::Owner;

    use super::*;

    #[test]
    fn whoever_waited_in_vain_is_told_who_holds_it_and_until_when() {
        let now = Timestamp::from_millis(1_780_000_000_000);
        let holder = HeldBy {
            owner: Owner::parse("machine-7/4711/3").unwrap(),
            until: now.plus(Duration::from_secs(100)),
        };
        let message = Error::Held(Box::new(holder.clone())).to_string();
        assert!(message.contains("machine-7/4711/3"), "{message}");
        let report = held(&holder, message, now);
        assert_eq!(report.details.retry_after_seconds, Some(100));
        let hint = report.hint.unwrap();
        assert!(
            hint.contains("in 1 min 40 s, on Thu, 28 May 2026"),
            "{hint}"
        );
    }
}
