//! A plugin's form, filled in with canaries: every flow, more and less of it.

use credential_runtime::{Descriptor, Field, FieldKind, Requirement, Settings};

use super::canaries::Canaries;

/// How much of a form is filled in.
#[derive(Clone, Copy)]
enum Extent {
    /// What is marked as required.
    Required,
    /// What is always required, and every secret: one may stand in for a text.
    Secrets,
    /// All of it, texts by their examples: what is optional may be what a request needs.
    Examples,
    /// All of it, the tokens too, that nobody fills in.
    Everything,
}

/// The forms to try: for each choice that a form offers, little and much of it.
/// Where the form has no example of a text, `told` stands; where all of it is filled in, it stands in
/// every text, and in the name of a field that the form does not have.
pub(super) fn filled_in(descriptor: &Descriptor, canaries: &Canaries, told: &str) -> Vec<Settings> {
    let extents = [
        Extent::Required,
        Extent::Secrets,
        Extent::Examples,
        Extent::Everything,
    ];
    let choices = chosen(descriptor);
    let forms = choices.iter().flat_map(|choice| {
        extents
            .iter()
            .map(|extent| fill(descriptor, choice.clone(), *extent, (canaries, told)))
    });
    forms.collect()
}

/// Each choice once, the other fields' first.
fn chosen(descriptor: &Descriptor) -> Vec<Settings> {
    let first = descriptor
        .fields
        .iter()
        .fold(Settings::new(), |form, field| match choices(field).next() {
            Some(choice) => form.with_text(&field.id, choice),
            None => form,
        });
    let mut all = vec![first.clone()];
    for field in &descriptor.fields {
        let others = choices(field).skip(1);
        all.extend(others.map(|choice| first.clone().with_text(&field.id, choice)));
    }
    all
}

fn choices(field: &Field) -> impl Iterator<Item = &str> {
    let choices = match &field.kind {
        FieldKind::Choice(choices) => choices.as_slice(),
        _ => &[],
    };
    choices.iter().map(|choice| choice.id.as_str())
}

fn fill(
    descriptor: &Descriptor,
    form: Settings,
    extent: Extent,
    (canaries, told): (&Canaries, &str),
) -> Settings {
    let form = match extent {
        Extent::Required | Extent::Secrets | Extent::Examples => form,
        Extent::Everything => form.with_text(told, ""),
    };
    descriptor.fields.iter().fold(form, |form, field| {
        if !stands(field, &form, extent) {
            return form;
        }
        match &field.kind {
            FieldKind::Choice(_) => form,
            FieldKind::Text | FieldKind::Learned => {
                let example = field.example.as_deref();
                let text = match extent {
                    Extent::Required | Extent::Secrets | Extent::Examples => {
                        example.unwrap_or(told)
                    }
                    Extent::Everything => told,
                };
                form.with_text(&field.id, text)
            }
            FieldKind::Secret
            | FieldKind::AccessToken
            | FieldKind::RefreshToken
            | FieldKind::Other(_) => {
                let role = format!("field {}", field.id);
                let secret = match extent {
                    Extent::Required | Extent::Examples | Extent::Everything => {
                        canaries.draw(&role)
                    }
                    Extent::Secrets => canaries.draw_plain(&role),
                };
                form.with_secret(&field.id, secret)
            }
        }
    })
}

fn stands(field: &Field, form: &Settings, extent: Extent) -> bool {
    let shown = field.shown_when.as_ref().is_none_or(|it| it.holds(form));
    let (always, now) = match &field.requirement {
        Requirement::Required => (true, true),
        Requirement::RequiredWhen(condition) => (false, condition.holds(form)),
        Requirement::Optional => (false, false),
    };
    match extent {
        Extent::Required => shown && now,
        Extent::Secrets => {
            let secret = matches!(field.kind, FieldKind::Secret | FieldKind::Other(_));
            shown && (always || secret)
        }
        Extent::Examples => shown && !field.kind.is_filled_by_connecting(),
        Extent::Everything => true,
    }
}
