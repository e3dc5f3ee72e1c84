//! What becomes of what was typed: kept, shown again, stored, forgotten.

use axum::extract::State;
use axum::response::Response;
use credential_connections::service::{Error, Installed, Status};
use credential_connections::store::StoreError;
use credential_runtime::Problem;

use super::acting::connect_now;
use super::answer::{see_other, typed};
use super::app::{Named, Page};
use super::draft::{Draft, Place, Stored};
use super::explain::{done, error};
use super::failure::Failure;
use super::posted::{Action, Posted};
use super::storing::taken;
use super::visitor::Visitor;
use crate::view;

const NOT_STORED: &str = "Not stored";

impl Page {
    /// The draft of a new credential, begun with what there is to try the page with.
    pub(super) async fn begun(
        &self,
        visitor: &Visitor,
        plugin: &str,
    ) -> Result<Option<Draft>, Failure> {
        let place = Place::New(plugin.to_owned());
        if let Some(draft) = self.session(visitor, |it| it.drafts.show(&place))? {
            return Ok(Some(draft));
        }
        let trial = self.0.trial.as_ref();
        let Some((trial, settings)) = trial.and_then(|it| Some((it, it.prefill.get(plugin)?)))
        else {
            return Ok(None);
        };
        let name = self.suggested(&trial.name).await?;
        let draft = Draft::prefilled(name, settings);
        self.session(visitor, |it| it.drafts.keep(place, draft.clone()))?;
        Ok(Some(draft))
    }

    /// A name for a new credential, unless there is one of it.
    async fn suggested(&self, name: &str) -> Result<Option<String>, Failure> {
        let Ok(parsed) = name.parse() else {
            return Ok(None);
        };
        let store = self.0.connections.store();
        match store.get_by_name(&self.0.tenant, &parsed).await {
            Err(StoreError::NotFound) => Ok(Some(name.to_owned())),
            Ok(_) => Ok(None),
            Err(error) => Err(Failure::of_store(error)),
        }
    }

    /// The draft with what the browser sent. It is kept before anything else is done.
    pub(super) fn typed(
        &self,
        posted: &Posted,
        with: &Installed,
        place: &Place,
        stored: Option<&Status>,
    ) -> Result<Draft, Failure> {
        let nothing = Stored::new();
        let (name, kept) = match stored {
            Some(it) => (it.overview.name.as_str(), &it.kept),
            None => ("", &nothing),
        };
        self.session(&posted.visitor, |session| {
            let mut draft = session.drafts.get(place).cloned().unwrap_or_default();
            draft.take(posted, with.form());
            draft.settle(name, kept);
            session.drafts.keep(place.clone(), draft.clone());
            draft
        })
    }

    /// Forgets what was typed.
    pub(super) fn discard(
        &self,
        visitor: &Visitor,
        place: &Place,
        back: &str,
    ) -> Result<Response, Failure> {
        self.forget(visitor, place)?;
        Ok(see_other(&self.address(visitor, back)))
    }

    pub(super) fn forget(&self, visitor: &Visitor, place: &Place) -> Result<(), Failure> {
        self.session(visitor, |it| it.drafts.drop(place))
    }

    /// Shows the form again with what is wrong with it.
    pub(super) fn refused(
        &self,
        visitor: &Visitor,
        (place, draft): (Place, Draft),
        problems: Vec<Problem>,
        back: &str,
    ) -> Result<Response, Failure> {
        let draft = Draft {
            problems,
            tried: true,
            failed: true,
            ..draft
        };
        self.session(visitor, |it| it.drafts.keep(place, draft))?;
        Ok(see_other(&self.address(visitor, back)))
    }

    /// Says why nothing was stored; a name that was taken in this moment is a problem of its field.
    pub(super) fn not_stored(
        &self,
        visitor: &Visitor,
        kept: (Place, Draft),
        why: Error,
        with: &Installed,
        back: &str,
    ) -> Result<Response, Failure> {
        match why {
            Error::Store(StoreError::NameTaken(name)) => {
                self.refused(visitor, kept, vec![taken(&name)], back)
            }
            Error::Problems(problems) => self.refused(visitor, kept, problems, back),
            why => {
                let form = Some(with.plugin().descriptor());
                self.tell(visitor, back, error(NOT_STORED, why, form))
            }
        }
    }

    /// What follows once the form is stored.
    pub(super) async fn after(
        &self,
        visitor: &Visitor,
        named: &Named,
        action: Action,
    ) -> Result<Response, Failure> {
        match action {
            Action::Connect => connect_now(self, visitor, named, None).await,
            Action::Save | Action::Discard => self.tell(visitor, &named.path(), done("Saved")),
        }
    }
}

/// What is wrong with a form that a person is filling in. What was typed is kept.
pub(super) async fn validate(
    State(page): State<Page>,
    posted: Posted,
) -> Result<Response, Failure> {
    let (place, problems) = match (posted.text("plugin"), posted.credential()) {
        (Some(plugin), _) => page.try_new(&posted, plugin).await?,
        (None, Some(id)) => page.try_change(&posted, id).await?,
        (None, None) => return Err(Failure::not_found()),
    };
    page.session(&posted.visitor, |session| {
        if let Some(draft) = session.drafts.get_mut(&place) {
            draft.note(&problems, matches!(place, Place::New(_)));
        }
    })?;
    let body = view::problems(&problems).to_string();
    Ok(typed("application/json", body))
}

impl Page {
    async fn try_new(
        &self,
        posted: &Posted,
        plugin: &str,
    ) -> Result<(Place, Vec<Problem>), Failure> {
        let with = self.installed(plugin).ok_or_else(Failure::not_found)?;
        let place = Place::New(plugin.to_owned());
        let draft = self.typed(posted, with, &place, None)?;
        let checked = self.check_new(with, &draft).await?;
        Ok((place, checked.problems))
    }

    async fn try_change(
        &self,
        posted: &Posted,
        id: &str,
    ) -> Result<(Place, Vec<Problem>), Failure> {
        let named = self.named(id).await?;
        let with = self
            .installed(&named.plugin)
            .ok_or_else(Failure::not_found)?;
        let place = Place::Of(named.id);
        let status = self.status(&named).await?;
        let draft = self.typed(posted, with, &place, Some(&status))?;
        let checked = self.check_change(with, &status, &draft).await?;
        Ok((place, checked.problems))
    }
}
