//! From a draft to a stored credential, or to what is wrong with it.

use credential_connections::record::{CredentialId, Name, NameError, Tenant};
use credential_connections::service::{
    Connections, Edit, Error, Installed, PluginStanding, Status,
};
use credential_connections::store::StoreError;
use credential_runtime::{Problem, Settings, Severity};

use super::app::Page;
use super::draft::Draft;
use super::explain::sentence;
use super::filled;
use crate::view::NAME_FIELD;

/// A form that was held against the plugin's rules.
pub(super) struct Checked<T> {
    /// What is wrong with it: the name's problem first.
    pub(super) problems: Vec<Problem>,
    /// What to store; absent where it cannot be stored.
    fit: Option<T>,
}

/// What came of a form that was to be stored.
pub(super) enum Outcome {
    /// It is stored as this credential.
    Stored(CredentialId),
    /// It is not, because of these problems.
    Refused(Vec<Problem>),
}

/// A new credential, fit to be stored.
pub(super) struct New {
    name: Name,
    settings: Settings,
}

/// A change to a stored credential, fit to be stored.
pub(super) struct Change {
    was: Name,
    name: Name,
    /// Absent where there is nothing to store.
    edit: Option<Edit>,
}

impl Page {
    /// Holds a new credential against the plugin's rules.
    pub(super) async fn check_new(
        &self,
        with: &Installed,
        draft: &Draft,
    ) -> Result<Checked<New>, Error> {
        let settings = filled::settings(with, draft);
        let problems = with.operation(&settings).validate().await?;
        let typed = draft.name.as_deref().unwrap_or("");
        let name = self.free_name(typed, None).await?;
        Ok(checked(problems, name, |name| New { name, settings }))
    }

    /// Holds a change against the plugin's rules.
    pub(super) async fn check_change(
        &self,
        with: &Installed,
        status: &Status,
        draft: &Draft,
    ) -> Result<Checked<Change>, Error> {
        let was = status.overview.name.clone();
        let edit = filled::edit(with, &status.kept, draft);
        let (connections, tenant) = self.kept();
        let problems = connections.check(tenant, &was, &edit).await?;
        let typed = draft.name.as_deref().unwrap_or(was.as_str());
        let name = self.free_name(typed, Some(status.overview.id)).await?;
        // Storing also notes the plugin that the settings were checked with.
        let nothing = edit == Edit::new() && status.form.plugin == PluginStanding::Same;
        let edit = (!nothing).then_some(edit);
        Ok(checked(problems, name, |name| Change { was, name, edit }))
    }

    /// Stores a new credential, where it fits the plugin's rules.
    pub(super) async fn add(&self, with: &Installed, draft: &Draft) -> Result<Outcome, Error> {
        let checked = self.check_new(with, draft).await?;
        let Some(new) = checked.fit else {
            return Ok(Outcome::Refused(checked.problems));
        };
        let (connections, tenant) = self.kept();
        let plugin = &with.plugin().descriptor().id;
        let added = connections
            .add(tenant, new.name, plugin, new.settings)
            .await?;
        Ok(Outcome::Stored(added.id))
    }

    /// Stores a change, where it fits the plugin's rules.
    pub(super) async fn change(
        &self,
        with: &Installed,
        status: &Status,
        draft: &Draft,
    ) -> Result<Outcome, Error> {
        let (connections, tenant) = self.kept();
        let checked = self.check_change(with, status, draft).await?;
        let Some(change) = checked.fit else {
            return Ok(Outcome::Refused(checked.problems));
        };
        if change.name != change.was {
            connections
                .rename(tenant, &change.was, &change.name)
                .await?;
        }
        if let Some(edit) = &change.edit {
            connections.edit(tenant, &change.name, edit).await?;
        }
        Ok(Outcome::Stored(status.overview.id))
    }

    fn kept(&self) -> (&Connections, &Tenant) {
        (&self.0.connections, &self.0.tenant)
    }

    /// What was typed as a name that no other credential has; otherwise what is wrong with it.
    async fn free_name(
        &self,
        typed: &str,
        of: Option<CredentialId>,
    ) -> Result<Result<Name, Problem>, Error> {
        let name = match Name::parse(typed) {
            Ok(name) => name,
            Err(error) => return Ok(Err(misnamed(error))),
        };
        let (connections, tenant) = self.kept();
        match connections.store().get_by_name(tenant, &name).await {
            Ok(it) if Some(it.overview.id) != of => Ok(Err(taken(&name))),
            Ok(_) | Err(StoreError::NotFound) => Ok(Ok(name)),
            Err(error) => Err(error.into()),
        }
    }
}

/// Fit to be stored where nothing is an error. Warnings do not stand in the way.
fn checked<T>(
    mut problems: Vec<Problem>,
    name: Result<Name, Problem>,
    make: impl FnOnce(Name) -> T,
) -> Checked<T> {
    let stands = problems.iter().all(|it| it.severity != Severity::Error);
    let fit = match name {
        Ok(name) => stands.then(|| make(name)),
        Err(problem) => {
            problems.insert(0, problem);
            None
        }
    };
    Checked { problems, fit }
}

/// Somebody else was quicker with the name.
pub(super) fn taken(name: &Name) -> Problem {
    let error = StoreError::NameTaken(name.clone());
    name_problem("taken", error.to_string(), Some("Choose another name."))
}

fn misnamed(error: NameError) -> Problem {
    let code = match error {
        NameError::Empty => "required",
        NameError::TooLong(_) => "too-long",
        NameError::ControlCharacter => "control-character",
    };
    name_problem(code, error.to_string(), None)
}

fn name_problem(code: &str, message: String, hint: Option<&str>) -> Problem {
    Problem {
        field: NAME_FIELD.to_owned(),
        severity: Severity::Error,
        code: code.to_owned(),
        message: sentence(&message),
        hint: hint.map(str::to_owned),
    }
}
