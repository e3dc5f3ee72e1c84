//! Conditional fields and steps, without a script.
//!
//! In scope: the stylesheet that a descriptor's conditions make: what depends on a choice is hidden
//! until that choice is made. Not in scope: a condition on a field of text, which a stylesheet cannot
//! see change; what depends on one is always shown, and its help says when it counts.

use std::fmt::Write as _;

use credential_runtime::{Condition, Descriptor, Field, FieldKind, SetupStep};

/// Whether a stylesheet can tell that a condition holds.
pub(super) fn is_visible(condition: &Condition, form: &Descriptor) -> bool {
    let field = form.field(&condition.field);
    field.is_some_and(|it| matches!(it.kind, FieldKind::Choice(_)))
}

/// The rules.
pub(super) fn stylesheet(form: &Descriptor) -> String {
    let fields = form.fields.iter().filter_map(|field| of_field(field, form));
    let steps = form.setup.iter().filter_map(|step| of_step(step, form));
    fields.chain(steps).collect()
}

fn of_field(field: &Field, form: &Descriptor) -> Option<String> {
    let condition = field.shown_when.as_ref()?;
    let hidden = format!(
        ":root:not(:has({})) [data-field={}]{{display:none}}\n",
        chosen(&condition.field, &condition.equals),
        quoted(&field.id),
    );
    is_visible(condition, form).then_some(hidden)
}

/// A step that a choice needs goes once another is chosen: before that, one reads them all.
fn of_step(step: &SetupStep, form: &Descriptor) -> Option<String> {
    let condition = step.needed_when.as_ref()?;
    let name = quoted(&input_name(&condition.field));
    let hidden = format!(
        ":root:has(:is(input[name={name}],select[name={name}] option:not([value=\"\"])):checked)\
         :not(:has({})) [data-step={}]{{display:none}}\n",
        chosen(&condition.field, &condition.equals),
        quoted(&step.id),
    );
    is_visible(condition, form).then_some(hidden)
}

/// A choice that is made, be it a radio button or an entry of a list.
fn chosen(field: &str, value: &str) -> String {
    let (name, value) = (quoted(&input_name(field)), quoted(value));
    format!(
        ":is(input[name={name}][value={value}],select[name={name}] option[value={value}]):checked"
    )
}

/// What a field is called in a form that is sent.
pub(super) fn input_name(field: &str) -> String {
    format!("f.{field}")
}

/// A string of CSS (CSS Syntax Level 3, section 4.3.5): whatever is not harmless in one is escaped by
/// number, so that no value ends the string, the rule or the stylesheet.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') {
            quoted.push(c);
        } else {
            let _ = write!(quoted, "\\{:x} ", u32::from(c));
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::samples;

    #[test]
    fn no_value_ends_a_string() {
        let cases = [
            ("plain1", "\"plain1\""),
            ("f.a_b-c", "\"f.a_b-c\""),
            (
                "\"]{}*{x:y}",
                "\"\\22 \\5d \\7b \\7d \\2a \\7b x\\3a y\\7d \"",
            ),
            ("\\", "\"\\5c \""),
            ("</style>\n", "\"\\3c \\2f style\\3e \\a \""),
            ("é\u{202e}", "\"\\e9 \\202e \""),
        ];
        for (text, expected) in cases {
            assert_eq!(quoted(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_depends_on_a_choice_is_hidden_until_it_is_made() {
        let form = samples::descriptor();
        let css = stylesheet(&form);
        let field = ":root:not(:has(:is(input[name=\"f.flow_type\"][value=\"web_services_user\"],";
        assert!(css.contains(field), "{css}");
        assert!(
            css.contains("[data-field=\"username\"]{display:none}"),
            "{css}"
        );
        let step = "[data-step=\"redirect-address\"]{display:none}";
        assert!(css.contains(step), "{css}");
    }

    #[test]
    fn a_condition_on_text_hides_nothing() {
        let mut form = samples::descriptor();
        form.fields[5].shown_when = Some(Condition {
            field: "client_id".to_owned(),
            equals: "x".to_owned(),
        });
        assert!(!stylesheet(&form).contains("data-field"));
    }

    #[test]
    fn a_hostile_id_stays_within_its_string() {
        let mut form = samples::descriptor();
        form.fields[5].id = "x\"]{}body{display:none}/*".to_owned();
        let css = stylesheet(&form);
        assert!(!css.contains("body{"), "{css}");
        let braces = css.matches('{').count();
        assert_eq!(braces, css.matches("{display:none}\n").count(), "{css}");
    }
}
