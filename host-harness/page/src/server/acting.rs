//! What is done with a credential: connect, test, renew.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use credential_connections::service::{Confirm, Connected, Error};
use credential_runtime::{Actor, Check, Outcome, Secret};

use super::answer::see_other;
use super::app::{Named, Page};
use super::ending::show;
use super::explain::{done, error, failed};
use super::failure::Failure;
use super::leaving::way_out;
use super::posted::Posted;
use super::random::draw;
use super::sign_in::{OpenSignIn, state_of};
use super::telling::{ends_another, other_identity, told};
use super::visitor::{Id, Visitor};
use crate::view::{Notice, Question};

pub(super) const NOT_CONNECTED: &str = "Not connected";

pub(super) async fn connect(
    State(page): State<Page>,
    Id(id): Id,
    posted: Posted,
) -> Result<Response, Failure> {
    let named = page.named(&id).await?;
    page.may_send(&posted.visitor)?;
    connect_now(&page, &posted.visitor, &named, posted.confirm().as_ref()).await
}

/// Connects with what is stored: at once, or by way of the service's sign-in.
pub(super) async fn connect_now(
    page: &Page,
    visitor: &Visitor,
    named: &Named,
    confirm: Option<&Confirm>,
) -> Result<Response, Failure> {
    let connections = &page.0.connections;
    let connected = connections
        .connect(&page.0.tenant, &named.name, confirm)
        .await;
    match connected {
        Err(Error::NeedsBrowser) => begin(page, visitor, named, confirm).await,
        result => page.connected(visitor, named, result),
    }
}

/// Begins a sign-in at the service, and sends the browser on its way there.
async fn begin(
    page: &Page,
    visitor: &Visitor,
    named: &Named,
    confirm: Option<&Confirm>,
) -> Result<Response, Failure> {
    let app = &*page.0;
    let (binding, back) = (draw(&*app.randomness), app.redirect.as_str());
    let (tenant, name) = (&app.tenant, &named.name);
    let begin = app
        .connections
        .begin_connect(tenant, name, back, binding.expose(), confirm);
    let begun = match begin.await {
        Ok(begun) => begun,
        Err(why) => return page.connected(visitor, named, Err(why)),
    };
    let Some(state) = state_of(&begun.url) else {
        return page.tell(visitor, &named.path(), stateless());
    };
    let (of, until) = (named.id, begun.until);
    let open = OpenSignIn {
        binding,
        of,
        until,
        state,
        address: Secret::new(begun.url),
    };
    if let Some(over) = page.session(visitor, |it| it.sign_ins.begin(open))? {
        app.connections.cancel_connect(over.binding.expose());
    }
    Ok(see_other(&page.address(visitor, &way_out(named))))
}

fn stateless() -> Notice {
    failed(NOT_CONNECTED)
        .message("The plugin's sign-in address is without the state that it was given.")
        .actor(Actor::Plugin)
}

impl Page {
    /// Says what came of connecting, or asks what has to be confirmed.
    pub(super) fn connected(
        &self,
        visitor: &Visitor,
        named: &Named,
        result: Result<Connected, Error>,
    ) -> Result<Response, Failure> {
        match result {
            Ok(connected) => {
                self.session(visitor, |it| it.questions.remove(&named.id))?;
                self.tell(visitor, &named.path(), told(&connected))
            }
            Err(Error::EndsAnother(it)) => self.ask(visitor, named, ends_another(named, &it)),
            Err(Error::OtherIdentity(it)) => self.ask(visitor, named, other_identity(named, &it)),
            Err(why) => {
                let notice = error(NOT_CONNECTED, why, self.form(named));
                self.tell(visitor, &named.path(), notice)
            }
        }
    }

    fn ask(
        &self,
        visitor: &Visitor,
        named: &Named,
        question: Question,
    ) -> Result<Response, Failure> {
        let address = self.address(visitor, &question.action);
        self.session(visitor, |it| it.questions.insert(named.id, question))?;
        Ok(see_other(&address))
    }
}

/// Asks what has to be confirmed before the credential is connected; its page, where nothing has.
pub(super) async fn question(
    State(page): State<Page>,
    OriginalUri(uri): OriginalUri,
    visitor: Visitor,
    Id(id): Id,
) -> Result<Response, Failure> {
    let named = page.named(&id).await?;
    let question = page.session(&visitor, |it| it.questions.get(&named.id).cloned())?;
    match question.filter(|it| visitor.routed(uri.path()) == Some(&it.action)) {
        Some(question) => show(&page, &visitor, &question),
        None => Ok(see_other(&page.address(&visitor, &named.path()))),
    }
}

/// The person says that the credential shall stand for whom the service signed in.
pub(super) async fn identity(
    State(page): State<Page>,
    Id(id): Id,
    posted: Posted,
) -> Result<Response, Failure> {
    let named = page.named(&id).await?;
    let connections = &page.0.connections;
    let confirmed = match posted.confirm() {
        Some(it) => {
            connections
                .confirm_identity(&page.0.tenant, &named.name, &it)
                .await
        }
        None => Err(Error::WrongConfirmation),
    };
    page.connected(&posted.visitor, &named, confirmed)
}

pub(super) async fn test(
    State(page): State<Page>,
    Id(id): Id,
    posted: Posted,
) -> Result<Response, Failure> {
    let named = page.named(&id).await?;
    page.may_send(&posted.visitor)?;
    let notice = match page.0.connections.test(&page.0.tenant, &named.name).await {
        Ok(checks) => tested(&page, &named, checks),
        Err(why) => error("Not tested", why, page.form(&named)),
    };
    page.tell(&posted.visitor, &named.path(), notice)
}

fn tested(page: &Page, named: &Named, checks: Vec<Check>) -> Notice {
    let failure = checks.iter().find(|it| it.outcome == Outcome::Failed);
    let notice = match failure {
        None => done("The connection works"),
        Some(check) => match &check.diagnosis {
            Some(it) => failed("The test failed").diagnosed(it.clone(), page.form(named)),
            None => failed("The test failed"),
        },
    };
    Notice { checks, ..notice }
}

pub(super) async fn renew(
    State(page): State<Page>,
    Id(id): Id,
    posted: Posted,
) -> Result<Response, Failure> {
    let named = page.named(&id).await?;
    page.may_send(&posted.visitor)?;
    let notice = match page.0.connections.renew(&page.0.tenant, &named.name).await {
        Ok(_) => done("Renewed").message("The service has given new tokens."),
        Err(why) => error("Not renewed", why, page.form(&named)),
    };
    page.tell(&posted.visitor, &named.path(), notice)
}
