//! The form: shown and stored.

use std::collections::BTreeMap;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use credential_connections::service::{Installed, Status};
use credential_runtime::{Descriptor, Problem};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::answer::html;
use super::app::Page;
use super::draft::{Draft, Place, Stored};
use super::failure::Failure;
use super::filled::shown;
use super::open::parameter;
use super::posted::{Action, Posted};
use super::storing::Outcome;
use super::visitor::{Id, Visitor};
use crate::view::{self, Filled, FormView, Notice};

/// A form as it is shown.
struct Shown {
    name: String,
    fields: BTreeMap<String, Filled>,
    problems: Vec<Problem>,
    open_step: Option<String>,
    has_draft: bool,
    failed: bool,
}

impl Shown {
    fn view<'a>(&'a self, page: &'a Page, with: &'a Installed) -> FormView<'a> {
        FormView {
            descriptor: with.form(),
            name: &self.name,
            fields: &self.fields,
            problems: &self.problems,
            open_step: self.open_step.as_deref(),
            redirect_uri: page.0.redirect.as_str(),
            certificate: page.0.certificate.as_ref(),
            has_draft: self.has_draft,
            failed: self.failed,
        }
    }

    fn new(with: &Installed, draft: Option<Draft>, notice: Option<&Notice>) -> Self {
        let draft = draft.unwrap_or_default();
        Self {
            has_draft: draft.is_typed(),
            fields: shown(with, &Stored::new(), &draft),
            name: draft.name.unwrap_or_default(),
            problems: draft.problems,
            open_step: step(notice),
            failed: draft.failed,
        }
    }

    fn of(
        with: &Installed,
        status: &Status,
        draft: Option<Draft>,
        notice: Option<&Notice>,
    ) -> Self {
        let problems = draft.as_ref().map(|it| it.problems.clone());
        let draft = draft.unwrap_or_default();
        let why = status.standing.diagnosis();
        let diagnosed = || why.and_then(|it| it.setup_step.clone());
        let stored = || status.overview.name.to_string();
        Self {
            has_draft: draft.is_typed(),
            fields: shown(with, &status.kept, &draft),
            name: draft.name.unwrap_or_else(stored),
            problems: problems.unwrap_or_else(|| status.form.problems.clone()),
            open_step: step(notice).or_else(diagnosed),
            failed: draft.failed,
        }
    }
}

fn step(notice: Option<&Notice>) -> Option<String> {
    let step = notice?.step.as_ref()?;
    Some(step.0.clone())
}

pub(super) async fn new(
    State(page): State<Page>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let plugins = page.descriptors();
    let Some(plugin) = chosen(query.as_deref(), &plugins) else {
        let notice = page.notice(&visitor)?;
        let frame = page.frame(&visitor, notice.as_ref(), None);
        return Ok(html(view::choose(&frame, &plugins)));
    };
    let with = page.installed(&plugin).ok_or_else(Failure::not_found)?;
    let draft = page.begun(&visitor, &plugin).await?;
    let notice = page.notice(&visitor)?;
    let shown = Shown::new(with, draft, notice.as_ref());
    let frame = page.frame(&visitor, notice.as_ref(), Some(&plugin));
    Ok(html(view::new(&frame, &shown.view(&page, with))))
}

/// The plugin that was named; the only one, where none was.
fn chosen(query: Option<&str>, plugins: &[&Descriptor]) -> Option<String> {
    let named = parameter(query, "plugin");
    named.or_else(|| match plugins {
        [only] => Some(only.id.clone()),
        _ => None,
    })
}

pub(super) async fn create(State(page): State<Page>, posted: Posted) -> Result<Response, Failure> {
    let plugin = posted.text("plugin").unwrap_or_default().to_owned();
    let with = page.installed(&plugin).ok_or_else(Failure::not_found)?;
    let id = utf8_percent_encode(&plugin, NON_ALPHANUMERIC);
    let (place, back) = (Place::New(plugin.clone()), format!("/new?plugin={id}"));
    let (visitor, action) = (&posted.visitor, posted.action());
    match action {
        Action::Discard => return page.discard(visitor, &place, &back),
        Action::Connect => page.may_send(visitor)?,
        Action::Save => {}
    }
    let draft = page.typed(&posted, with, &place, None)?;
    match page.add(with, &draft).await {
        Ok(Outcome::Stored(id)) => {
            page.forget(visitor, &place)?;
            page.after(visitor, &page.named(&id.to_string()).await?, action)
                .await
        }
        Ok(Outcome::Refused(problems)) => page.refused(visitor, (place, draft), problems, &back),
        Err(why) => page.not_stored(visitor, (place, draft), why, with, &back),
    }
}

pub(super) async fn credential(
    State(page): State<Page>,
    visitor: Visitor,
    Id(id): Id,
) -> Result<Response, Failure> {
    let named = page.named(&id).await?;
    let status = page.status(&named).await?;
    let notice = page.notice(&visitor)?;
    let frame = page.frame(&visitor, notice.as_ref(), Some(&named.plugin));
    let Some(with) = page.installed(&named.plugin) else {
        return Ok(html(view::credential(&frame, &status, None)));
    };
    let place = Place::Of(named.id);
    let draft = page.session(&visitor, |it| it.drafts.show(&place))?;
    let shown = Shown::of(with, &status, draft, notice.as_ref());
    let form = shown.view(&page, with);
    Ok(html(view::credential(&frame, &status, Some(&form))))
}

pub(super) async fn edit(
    State(page): State<Page>,
    Id(id): Id,
    posted: Posted,
) -> Result<Response, Failure> {
    let named = page.named(&id).await?;
    let with = page
        .installed(&named.plugin)
        .ok_or_else(Failure::not_found)?;
    let (place, back) = (Place::Of(named.id), named.path());
    let (visitor, action) = (&posted.visitor, posted.action());
    match action {
        Action::Discard => return page.discard(visitor, &place, &back),
        Action::Connect => page.may_send(visitor)?,
        Action::Save => {}
    }
    let status = page.status(&named).await?;
    let draft = page.typed(&posted, with, &place, Some(&status))?;
    match page.change(with, &status, &draft).await {
        Ok(Outcome::Stored(id)) => {
            page.forget(visitor, &place)?;
            page.after(visitor, &page.named(&id.to_string()).await?, action)
                .await
        }
        Ok(Outcome::Refused(problems)) => page.refused(visitor, (place, draft), problems, &back),
        Err(why) => page.not_stored(visitor, (place, draft), why, with, &back),
    }
}
