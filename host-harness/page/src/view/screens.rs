//! The screens: which template, filled with what.

use askama::Template;
use credential_connections::record::{Event, Overview, Timestamp};
use credential_connections::service::{Listed, PluginDifference, PluginStanding, Status};
use credential_runtime::Descriptor;

use super::entry::{Control, Sources};
use super::form::{Form, Guide};
use super::happening::Happening;
use super::moment::Moment;
use super::shell::Shell;
use super::standing::Stand;
use super::told::Told;
use super::{Ending, FormView, Frame, Question, Tone};

/// Where a credential's page is, within the session.
pub(super) fn path(overview: &Overview) -> String {
    format!("/credentials/{}", overview.id)
}

#[derive(Template)]
#[template(path = "list.html")]
pub(super) struct List<'a> {
    shell: Shell<'a>,
    rows: Vec<Row<'a>>,
}

/// A line of the list.
struct Row<'a> {
    path: String,
    name: &'a str,
    plugin: &'a str,
    stand: Stand,
    who: Vec<&'a str>,
    ends: Option<(&'static str, Moment)>,
}

impl<'a> List<'a> {
    pub(super) fn new(
        frame: &Frame<'a>,
        credentials: &'a [Listed],
        plugins: &[&'a Descriptor],
    ) -> Self {
        let row = |it| Row::new(it, plugins, frame.now);
        Self {
            shell: Shell::new(frame, "Credentials", None),
            rows: credentials.iter().map(row).collect(),
        }
    }
}

impl<'a> Row<'a> {
    /// What is to be done, where what went wrong does not say so itself.
    fn to_do(&self) -> Option<&'static str> {
        let told = self.stand.trouble.as_ref().map(|it| &it.told);
        self.stand
            .to_do
            .filter(|_| told.is_none_or(|it| it.hint.is_none()))
    }

    fn new(listed: &'a Listed, plugins: &[&'a Descriptor], now: Timestamp) -> Self {
        let overview = &listed.overview;
        let plugin = plugins
            .iter()
            .find(|it| it.id == overview.plugin.id)
            .copied();
        let ends = overview.tokens.as_ref().and_then(|it| it.expires_at);
        let verb = |at| if at > now { "expires" } else { "expired" };
        Self {
            path: path(overview),
            name: overview.name.as_str(),
            plugin: plugin.map_or(overview.plugin.id.as_str(), |it| &it.title),
            stand: Stand::of(&listed.standing, overview, plugin, now),
            who: identity(overview).into_iter().map(|(_, it)| it).collect(),
            ends: ends.map(|at| (verb(at), Moment::new(at, now))),
        }
    }
}

/// Whom the tokens speak for, part by part.
fn identity(overview: &Overview) -> Vec<(&'static str, &str)> {
    let Some(it) = overview
        .identity
        .as_ref()
        .filter(|_| overview.tokens.is_some())
    else {
        return Vec::new();
    };
    let parts = [
        ("User", &it.user),
        ("Company", &it.company),
        ("Entity", &it.entity),
    ];
    let said = parts.into_iter();
    said.filter_map(|(part, value)| Some((part, value.as_deref()?)))
        .collect()
}

#[derive(Template)]
#[template(path = "choose.html")]
pub(super) struct Choose<'a> {
    pub(super) shell: Shell<'a>,
    pub(super) plugins: &'a [&'a Descriptor],
}

#[derive(Template)]
#[template(path = "new.html")]
pub(super) struct NewCredential<'a> {
    shell: Shell<'a>,
    descriptor: &'a Descriptor,
    form: Form<'a>,
    guide: Guide<'a>,
}

impl<'a> NewCredential<'a> {
    pub(super) fn new(frame: &Frame<'a>, view: &FormView<'a>) -> Self {
        let sources = Sources {
            form: view.descriptor,
            tokens: None,
            now: frame.now,
        };
        let mut form = Form::new(view, "/new".to_owned(), sources);
        form.plugin = Some(&view.descriptor.id);
        let title = window(&form, "New credential");
        Self {
            shell: Shell::new(frame, title, Some(view.descriptor)),
            descriptor: view.descriptor,
            form,
            guide: Guide::new(view),
        }
    }
}

/// A window's title says first that something is to be put right.
fn window(form: &Form<'_>, title: &str) -> String {
    if form.summary.is_some() {
        format!("To put right: {title}")
    } else {
        title.to_owned()
    }
}

#[derive(Template)]
#[template(path = "credential.html")]
pub(super) struct Credential<'a> {
    shell: Shell<'a>,
    path: String,
    name: &'a str,
    plugin: &'a str,
    stand: Stand,
    facts: Vec<Fact<'a>>,
    /// Until when a sign-in is open.
    sign_in_until: Option<Moment>,
    /// Whether it is another version, and nobody has to accept it.
    plugin_changed: bool,
    /// What has to be accepted before the plugin is used, and what a person hands back who has seen it.
    difference: Option<(&'a PluginDifference, String)>,
    /// Fields that are stored and that the form no longer has.
    unused: &'a [String],
    /// Absent where the plugin is not installed.
    form: Option<(Form<'a>, Guide<'a>)>,
    holds_tokens: bool,
    installed: bool,
}

/// Something that is known of a credential.
struct Fact<'a> {
    label: &'static str,
    text: &'a str,
    moment: Option<Moment>,
}

impl<'a> Credential<'a> {
    pub(super) fn new(frame: &Frame<'a>, status: &'a Status, view: Option<&FormView<'a>>) -> Self {
        let overview = &status.overview;
        let descriptor = view.map(|it| it.descriptor);
        let form = view.map(|view| {
            let sources = Sources {
                form: view.descriptor,
                tokens: overview.tokens.as_ref(),
                now: frame.now,
            };
            (Form::new(view, path(overview), sources), Guide::new(view))
        });
        let name = overview.name.as_str();
        let title = form
            .as_ref()
            .map_or_else(|| name.to_owned(), |(form, _)| window(form, name));
        let shell = Shell::new(frame, title, descriptor);
        let mut stand = Stand::of(&status.standing, overview, descriptor, frame.now);
        say_once(&mut stand, &shell);
        stand.to_do = stand.to_do.filter(|_| status.sign_in_until.is_none());
        Self {
            path: path(overview),
            name,
            plugin: descriptor.map_or(overview.plugin.id.as_str(), |it| &it.title),
            facts: facts(overview, stand.by_itself.is_none(), frame.now),
            stand,
            sign_in_until: status.sign_in_until.map(|at| Moment::new(at, frame.now)),
            plugin_changed: matches!(status.form.plugin, PluginStanding::Changed { .. })
                && status.form.difference.is_none(),
            difference: status
                .form
                .difference
                .as_ref()
                .map(|it| (it, it.confirm().as_str().to_owned())),
            unused: &status.form.unknown,
            holds_tokens: overview.tokens.is_some(),
            installed: view.is_some(),
            form,
            shell,
        }
    }
}

/// What the notice says is not said again below it.
fn say_once(stand: &mut Stand, shell: &Shell<'_>) {
    let said = |told: &Told| {
        shell
            .notice
            .as_ref()
            .is_some_and(|it| it.told.message == told.message)
    };
    if stand.trouble.as_ref().is_some_and(|it| said(&it.told)) {
        (stand.trouble, stand.to_do) = (None, None);
    }
}

fn facts<'a>(overview: &'a Overview, renews: bool, now: Timestamp) -> Vec<Fact<'a>> {
    let Some(tokens) = &overview.tokens else {
        return Vec::new();
    };
    let moment = |label, at| Fact {
        label,
        text: "",
        moment: Some(Moment::new(at, now)),
    };
    let ends = match tokens.expires_at {
        Some(at) if at > now => moment("Access ends", at),
        Some(at) => moment("Access ended", at),
        None => Fact {
            label: "Access ends",
            text: "the service does not say",
            moment: None,
        },
    };
    let who = identity(overview).into_iter().map(|(label, text)| Fact {
        label,
        text,
        moment: None,
    });
    let next = overview.due_at.filter(|at| renews && *at > now);
    who.chain([ends, moment("Last renewed", tokens.obtained_at)])
        .chain(next.map(|at| moment("Next renewal", at)))
        .collect()
}

#[derive(Template)]
#[template(path = "question.html")]
pub(super) struct Asked<'a> {
    shell: Shell<'a>,
    question: &'a Question,
    /// Whether it cannot be undone.
    grave: bool,
}

impl<'a> Asked<'a> {
    pub(super) fn new(frame: &Frame<'a>, question: &'a Question) -> Self {
        Self {
            shell: Shell::new(frame, &question.title, None),
            question,
            grave: question.tone == Tone::Bad,
        }
    }
}

#[derive(Template)]
#[template(path = "history.html")]
pub(super) struct History<'a> {
    shell: Shell<'a>,
    path: String,
    name: &'a str,
    happenings: Vec<Happening<'a>>,
}

impl<'a> History<'a> {
    pub(super) fn new(frame: &Frame<'a>, overview: &'a Overview, events: &'a [Event]) -> Self {
        let name = overview.name.as_str();
        Self {
            shell: Shell::new(frame, format!("History of {name}"), None),
            path: path(overview),
            name,
            happenings: events
                .iter()
                .map(|it| Happening::of(it, frame.now))
                .collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "ending.html")]
pub(super) struct End<'a> {
    pub(super) shell: Shell<'a>,
    pub(super) ending: &'a Ending,
}

#[derive(Template)]
#[template(path = "opening.html")]
pub(super) struct Opening<'a> {
    pub(super) shell: Shell<'a>,
}
