//! What a person sees: from the values of the domain to HTML.
//!
//! In scope: the screens, their words, the stylesheet of a form's conditions, and making the texts of
//! others harmless. Everything here is a function of its arguments: no I/O, no clock. Not in scope:
//! who may see what, and what a request does (`server`).

mod anchor;
mod conditions;
mod entry;
mod form;
mod given;
mod happening;
mod moment;
mod problem;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod scenes;
mod screens;
mod shell;
mod standing;
#[cfg(test)]
mod tests;
mod text;
mod told;

use std::collections::BTreeMap;

use askama::Template;
use credential_connections::record::{Event, Overview, Tenant, Timestamp};
use credential_connections::service::{Listed, Status};
use credential_runtime::{Actor, Check, Descriptor, Problem};

pub use given::{CertificateNote, Trial};

use screens::{Asked, Choose, Credential, End, History, List, NewCredential, Opening};
use shell::Shell;

/// Files that the page refers to.
pub(crate) mod assets {
    /// `/assets/page.css`: what comes later goes before what came earlier.
    pub(crate) const CSS: &str = concat!(
        include_str!("../../assets/css/ground.css"),
        include_str!("../../assets/css/frame.css"),
        include_str!("../../assets/css/pieces.css"),
        include_str!("../../assets/css/standing.css"),
        include_str!("../../assets/css/form.css"),
        include_str!("../../assets/css/others.css"),
        include_str!("../../assets/css/media.css"),
    );
    /// `/assets/page.js`
    pub(crate) const JS: &str = include_str!("../../assets/page.js");
    /// `/assets/icon.svg`
    pub(crate) const ICON: &str = include_str!("../../assets/icon.svg");
}

/// The id under which problems of the credential's own name are reported.
pub(crate) const NAME_FIELD: &str = "name";

/// What every screen of a session has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'a> {
    /// What every path of the page begins with; empty where it has its origin to itself.
    pub(crate) root: &'a str,
    /// What every path of the session begins with.
    pub(crate) base: &'a str,
    /// Goes into every form.
    pub(crate) csrf: &'a str,
    /// What came of the last thing that was done.
    pub(crate) notice: Option<&'a Notice>,
    /// Something to try the page with.
    pub(crate) trial: Option<&'a Trial>,
    /// Whose credentials these are.
    pub(crate) tenant: &'a Tenant,
    /// Now.
    pub(crate) now: Timestamp,
    /// Where the stylesheet of the form's conditions is, where there is a form.
    pub(crate) conditions: Option<&'a str>,
}

/// How something ended, or how grave it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// It was done.
    Good,
    /// It was not done, or it is grave.
    Bad,
    /// Neither.
    Neutral,
}

/// What came of something that was done; shown once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) tone: Tone,
    /// A few words.
    pub(crate) title: String,
    /// What happened.
    pub(crate) message: Option<String>,
    /// What to do.
    pub(crate) hint: Option<String>,
    /// Who has to do it.
    pub(crate) actor: Option<Actor>,
    /// The setup step that puts it right: its id and its title.
    pub(crate) step: Option<(String, String)>,
    /// The service's own code.
    pub(crate) code: Option<String>,
    /// What the service's support asks for.
    pub(crate) support_id: Option<String>,
    /// What a test looked at.
    pub(crate) checks: Vec<Check>,
    /// What may be done next: labels, and paths within the session.
    pub(crate) links: Vec<(String, String)>,
}

/// What stands in a field; one that is blank is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filled {
    /// Text, or the id of a choice.
    Text(String),
    /// A secret that was typed and is not stored yet.
    Typed { characters: usize },
    /// A secret that is stored.
    Stored { since: Option<Timestamp> },
    /// The platform fills it in.
    Supplied,
}

/// A form, as it is filled in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FormView<'a> {
    pub(crate) descriptor: &'a Descriptor,
    /// The credential's name as it stands in the form.
    pub(crate) name: &'a str,
    pub(crate) fields: &'a BTreeMap<String, Filled>,
    /// Those of the name are under [`NAME_FIELD`].
    pub(crate) problems: &'a [Problem],
    /// The setup step to open.
    pub(crate) open_step: Option<&'a str>,
    /// To be registered at the service.
    pub(crate) redirect_uri: &'a str,
    pub(crate) certificate: Option<&'a CertificateNote>,
    /// Whether something in it is not stored.
    pub(crate) has_draft: bool,
    /// Whether a request with it has just failed: the summary is shown and focused.
    pub(crate) failed: bool,
}

/// Something that a person is told before it is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// "Disconnect Production?"
    pub(crate) title: String,
    /// One sentence each.
    pub(crate) consequences: Vec<String>,
    /// The path to post to, within the session.
    pub(crate) action: String,
    /// Passed back with the answer.
    pub(crate) confirm: Option<String>,
    /// The button.
    pub(crate) verb: String,
    /// The path of "Cancel", within the session.
    pub(crate) back: String,
    /// [`Tone::Bad`] where it cannot be undone.
    pub(crate) tone: Tone,
}

/// A page that stands alone: whoever sees it may have no session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ending {
    /// The HTTP status; shown where it is not 200.
    pub(crate) status: u16,
    pub(crate) title: String,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    /// Label and address.
    pub(crate) back: Option<(String, String)>,
}

/// Every credential of the tenant.
pub(crate) fn list(frame: &Frame<'_>, credentials: &[Listed], plugins: &[&Descriptor]) -> String {
    drawn(&List::new(frame, credentials, plugins))
}

/// Which plugin a new credential is for.
pub(crate) fn choose(frame: &Frame<'_>, plugins: &[&Descriptor]) -> String {
    let shell = Shell::new(frame, "Add credential", None);
    drawn(&Choose { shell, plugins })
}

/// The form of a new credential.
pub(crate) fn new(frame: &Frame<'_>, form: &FormView<'_>) -> String {
    drawn(&NewCredential::new(frame, form))
}

/// A credential: where it stands, its form, what can be done with it. Without a form where its plugin
/// is not installed.
pub(crate) fn credential(
    frame: &Frame<'_>,
    status: &Status,
    form: Option<&FormView<'_>>,
) -> String {
    drawn(&Credential::new(frame, status, form))
}

/// What is said before something is done.
pub(crate) fn question(frame: &Frame<'_>, question: &Question) -> String {
    drawn(&Asked::new(frame, question))
}

/// What happened to a credential, newest first.
pub(crate) fn history(frame: &Frame<'_>, overview: &Overview, events: &[Event]) -> String {
    drawn(&History::new(frame, overview, events))
}

/// An end. `root` is what the page's paths begin with; `base` what those of the session do, where there is
/// one, and `root` otherwise.
pub(crate) fn ending(ending: &Ending, root: &str, base: &str) -> String {
    let shell = Shell::bare(&ending.title, root, base);
    drawn(&End { shell, ending })
}

/// What a one-time link shows: a button that opens it. The form goes to the address that it stands at,
/// so that the link is in no page.
pub(crate) fn opening(root: &str) -> String {
    let shell = Shell::bare("Open the page", root, root);
    drawn(&Opening { shell })
}

/// The stylesheet that shows a field, and a setup step, only where its condition holds.
pub(crate) fn conditions(descriptor: &Descriptor) -> String {
    conditions::stylesheet(descriptor)
}

/// The answer to `POST /validate`.
pub(crate) fn problems(problems: &[Problem]) -> serde_json::Value {
    problem::document(problems)
}

/// A template fails only where a value's own `Display` does, and none of these does.
fn drawn(screen: &impl Template) -> String {
    screen.render().unwrap_or_default()
}
