//! One field of the form, as it is drawn.

use credential_connections::record::{Fingerprint, Timestamp, TokenFacts};
use credential_runtime::{Choice, Descriptor, Field, FieldKind, Requirement};

use super::Filled;
use super::anchor::Anchor;
use super::conditions::{input_name, is_visible};
use super::moment::Moment;
use super::problem::Wrong;
use super::text::counted;

/// More choices than this make a list that opens; these and fewer are all seen at once.
const MOST_RADIOS: usize = 6;

/// The fields that connecting fills in by their names in a token response (RFC 6749 section 5.1).

/// What entries are drawn from.
#[derive(Clone, Copy)]
pub(super) struct Sources<'a> {
    pub(super) form: &'a Descriptor,
    pub(super) tokens: Option<&'a TokenFacts>,
    pub(super) now: Timestamp,
}

/// A field.
pub(super) struct Entry<'a> {
    pub(super) id: &'a str,
    pub(super) anchor: Anchor,
    /// What the input is called in the form that is sent.
    pub(super) name: String,
    pub(super) label: &'a str,
    pub(super) help: &'a str,
    pub(super) example: Option<&'a str>,
    /// What is said of whether it must be filled in, where something is.
    pub(super) mark: Option<String>,
    pub(super) required: bool,
    pub(super) control: Control<'a>,
    pub(super) wrong: Wrong<'a>,
}

/// What a field is filled in with.
pub(super) enum Control<'a> {
    Text {
        value: &'a str,
    },
    Secret,
    /// A value that is there and not shown; another may be given instead.
    Hidden {
        /// "Set 3 days ago"
        said: String,
        since: Option<Moment>,
        /// "Replace"
        verb: &'static str,
        secret: bool,
        /// Whether it may be emptied.
        clears: bool,
        /// Whether the input for another is in sight.
        open: bool,
    },
    Token(Option<Token<'a>>),
    /// What connecting taught; empty before.
    Learned(&'a str),
    Radios(Vec<Offer<'a>>),
    List(Vec<Offer<'a>>),
}

/// A token that connecting brought.
pub(super) struct Token<'a> {
    pub(super) filled: Moment,
    pub(super) ends: Option<Moment>,
    pub(super) fingerprint: &'a Fingerprint,
}

/// A choice, and whether it is made.
pub(super) struct Offer<'a> {
    pub(super) id: String,
    pub(super) choice: &'a Choice,
    pub(super) chosen: bool,
}

impl<'a> Entry<'a> {
    pub(super) fn new(
        field: &'a Field,
        filled: Option<&'a Filled>,
        wrong: Wrong<'a>,
        sources: Sources<'a>,
    ) -> Self {
        let anchor = Anchor::of(&field.id);
        Self {
            id: &field.id,
            name: input_name(&field.id),
            label: &field.label,
            help: &field.help,
            example: field.example.as_deref(),
            mark: mark(field, sources.form),
            required: field.requirement == Requirement::Required,
            control: control(field, filled, &wrong, &anchor, sources),
            anchor,
            wrong,
        }
    }

    /// A browser is to offer neither a stored password nor what stood in another form.
    pub(super) fn autocomplete(&self) -> &'static str {
        match self.control {
            Control::Secret | Control::Hidden { secret: true, .. } => "new-password",
            Control::Text { .. }
            | Control::Hidden { secret: false, .. }
            | Control::Token(_)
            | Control::Learned(_)
            | Control::Radios(_)
            | Control::List(_) => "off",
        }
    }

    /// The elements that describe the input (`aria-describedby`).
    pub(super) fn described_by(&self) -> String {
        let help = (!self.help.is_empty()).then(|| self.anchor.help());
        let has_state = matches!(
            self.control,
            Control::Hidden { .. } | Control::Token(Some(_))
        );
        let state = has_state.then(|| self.anchor.state());
        let ids: Vec<String> = help
            .into_iter()
            .chain(state)
            .chain([self.anchor.problem()])
            .collect();
        ids.join(" ")
    }
}

/// Most fields are required, so those that are not are marked.
fn mark(field: &Field, form: &Descriptor) -> Option<String> {
    match &field.requirement {
        Requirement::Required => None,
        Requirement::Optional if field.kind.is_filled_by_connecting() => None,
        Requirement::Optional => Some("Optional".to_owned()),
        Requirement::RequiredWhen(condition) => {
            let only_then = field.shown_when.as_ref() == Some(condition);
            if only_then && is_visible(condition, form) {
                return None;
            }
            let other = form.field(&condition.field);
            let label = other.map_or(condition.field.as_str(), |it| &it.label);
            let value = other.map_or(condition.equals.as_str(), |it| said(it, &condition.equals));
            Some(format!("Required where {label} is {value}"))
        }
    }
}

/// A choice by its label.
fn said<'a>(field: &'a Field, value: &'a str) -> &'a str {
    let FieldKind::Choice(choices) = &field.kind else {
        return value;
    };
    let choice = choices.iter().find(|it| it.id == value);
    choice.map_or(value, |it| &it.label)
}

fn control<'a>(
    field: &'a Field,
    filled: Option<&'a Filled>,
    wrong: &Wrong<'_>,
    anchor: &Anchor,
    sources: Sources<'a>,
) -> Control<'a> {
    match (&field.kind, filled) {
        (FieldKind::AccessToken | FieldKind::RefreshToken, _) => {
            Control::Token(token(&field.kind, sources))
        }
        (FieldKind::Learned, _) => Control::Learned(text(filled)),
        (FieldKind::Choice(choices), filled) => choice(choices, text(filled), anchor),
        (_, Some(Filled::Text(value))) => Control::Text { value },
        (_, Some(filled)) => hidden(field, filled, !wrong.problems.is_empty(), sources.now),
        (FieldKind::Text, None) => Control::Text { value: "" },
        (FieldKind::Secret | FieldKind::Other(_), None) => Control::Secret,
    }
}

fn text(filled: Option<&Filled>) -> &str {
    match filled {
        Some(Filled::Text(text)) => text,
        Some(Filled::Typed { .. } | Filled::Stored { .. } | Filled::Supplied) | None => "",
    }
}

fn hidden<'a>(field: &Field, filled: &Filled, open: bool, now: Timestamp) -> Control<'a> {
    let (said, since, verb) = match filled {
        Filled::Supplied => ("Supplied by your platform", None, "Use your own instead"),
        Filled::Stored { since } => {
            let said = if since.is_some() {
                "Set"
            } else {
                "Set earlier"
            };
            (said, since.map(|it| Moment::new(it, now)), "Replace")
        }
        Filled::Typed { .. } | Filled::Text(_) => ("Typed, not saved yet", None, "Replace"),
    };
    let said = match filled {
        Filled::Typed { characters } => {
            let length = counted(*characters, "character", "characters");
            format!("{said} ({length})")
        }
        Filled::Supplied | Filled::Stored { .. } | Filled::Text(_) => said.to_owned(),
    };
    let optional = field.requirement == Requirement::Optional;
    Control::Hidden {
        said,
        since,
        verb,
        secret: !field.kind.is_text(),
        clears: optional && *filled != Filled::Supplied,
        open,
    }
}

fn token<'a>(kind: &FieldKind, sources: Sources<'a>) -> Option<Token<'a>> {
    let facts = sources.tokens?;
    let (fingerprint, ends) = match kind {
        FieldKind::RefreshToken => (facts.refresh.as_ref()?, None),
        _ => (&facts.access, facts.expires_at),
    };
    Some(Token {
        filled: Moment::new(facts.obtained_at, sources.now),
        ends: ends.map(|at| Moment::new(at, sources.now)),
        fingerprint,
    })
}

fn choice<'a>(choices: &'a [Choice], chosen: &str, anchor: &Anchor) -> Control<'a> {
    let options = choices.iter().enumerate().map(|(number, choice)| Offer {
        id: anchor.nth_input(number),
        chosen: choice.id == chosen,
        choice,
    });
    let options: Vec<_> = options.collect();
    if options.len() > MOST_RADIOS {
        Control::List(options)
    } else {
        Control::Radios(options)
    }
}
