//! What a plugin is told as text of a form: the operator decides, not the plugin.
//!
//! A plugin can ask for a secret in a field that it calls text. So a field is text only where the
//! policy names it; any other is asked for, kept and told as a secret is. One of a choice's own values
//! is always told, since it is the plugin's word already. A fact that connecting brought is the plugin's
//! own word, too; what somebody gives for such a field is no fact, and a secret.

use crate::contract::{Descriptor, Field, FieldKind, SettingValue, Settings};
use crate::egress::Policy;
use crate::secret::Secret;

impl Policy {
    /// The form as a person fills it in under this policy: a field that the plugin calls text and that
    /// the policy does not allow as text is of kind [`FieldKind::Secret`].
    #[must_use]
    pub fn form(&self, asked: &Descriptor) -> Descriptor {
        let mut form = asked.clone();
        for field in &mut form.fields {
            if self.withholds(field) {
                field.kind = FieldKind::Secret;
                field.example = None;
            }
        }
        form
    }

    /// Whether the plugin asks for this field as text, and the policy keeps it as a secret.
    #[must_use]
    pub fn withholds(&self, field: &Field) -> bool {
        field.kind == FieldKind::Text && !self.allows_text(&field.id)
    }

    /// Whether a text that somebody gives for the field is kept and told as it stands; as a secret, where
    /// not. Nobody gives what connecting fills in.
    #[must_use]
    pub fn keeps_as_text(&self, field: &Field, text: &str) -> bool {
        !field.kind.is_filled_by_connecting() && self.tells(field, text)
    }

    /// Whether the plugin may be told this text of the field. Of a field of kind [`FieldKind::Learned`],
    /// the text is a stored fact: see [`Plugin::operation_with_facts`](crate::Plugin::operation_with_facts).
    #[must_use]
    pub fn tells(&self, field: &Field, text: &str) -> bool {
        match &field.kind {
            FieldKind::Text => self.allows_text(&field.id),
            FieldKind::Choice(choices) => {
                choices.iter().any(|it| it.id == text) || self.allows_text(&field.id)
            }
            // What was given for it is a secret by now (`with_facts`): this is what the plugin has learnt.
            FieldKind::Learned => true,
            FieldKind::Secret
            | FieldKind::AccessToken
            | FieldKind::RefreshToken
            | FieldKind::Other(_) => false,
        }
    }
}

impl Descriptor {
    /// The settings that a plugin is told: given values, and facts in the fields of kind
    /// [`FieldKind::Learned`] alone. What was given for such a field is a secret.
    pub(crate) fn with_facts<'a>(
        &self,
        given: &Settings,
        facts: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Settings {
        let is_learned = |field: &str| {
            let field = self.field(field);
            field.is_some_and(|it| it.kind == FieldKind::Learned)
        };
        let mut settings = Settings::new();
        for (field, value) in given.iter() {
            let value = match value {
                SettingValue::Text(text) if is_learned(field) => {
                    SettingValue::Secret(Secret::new(text.as_str()))
                }
                value => value.clone(),
            };
            settings.set(field, value);
        }
        let facts = facts.into_iter().filter(|(field, _)| is_learned(field));
        facts.fold(settings, |all, (field, fact)| all.with_text(field, fact))
    }

    /// The fields that the plugin asks to be told as text, by id. A policy that allows them all:
    ///
    /// ```
    /// # use credential_runtime::{Descriptor, Policy};
    /// # fn all(descriptor: &Descriptor) -> Policy {
    /// descriptor.text_fields().fold(Policy::nothing(), Policy::allow_text)
    /// # }
    /// ```
    pub fn text_fields(&self) -> impl Iterator<Item = &str> {
        let texts = self.fields.iter().filter(|it| it.kind == FieldKind::Text);
        texts.map(|it| it.id.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Choice, Requirement};

    fn field(kind: FieldKind) -> Field {
        Field {
            id: "field".to_owned(),
            label: "Field".to_owned(),
            help: String::new(),
            example: Some("example".to_owned()),
            kind,
            requirement: Requirement::Optional,
            shown_when: None,
            platform_may_supply: false,
        }
    }

    fn choice() -> FieldKind {
        FieldKind::Choice(vec![Choice {
            id: "one".to_owned(),
            label: "One".to_owned(),
            help: String::new(),
        }])
    }

    #[track_caller]
    fn check(kind: FieldKind, text: &str, by_default: bool, where_allowed: bool) {
        let field = field(kind);
        let nothing = Policy::nothing();
        assert_eq!(nothing.tells(&field, text), by_default, "{field:?}");
        let another = Policy::nothing().allow_text("another");
        assert_eq!(another.tells(&field, text), by_default, "{field:?}");
        let allowed = Policy::nothing().allow_text("field");
        assert_eq!(allowed.tells(&field, text), where_allowed, "{field:?}");
    }

    #[test]
    fn the_policy_decides_what_is_told_as_text() {
        check(FieldKind::Text, "x", false, true);
        check(choice(), "one", true, true);
        check(choice(), "not one of them", false, true);
        check(FieldKind::Learned, "x", true, true);
        check(FieldKind::Secret, "x", false, false);
        check(FieldKind::AccessToken, "x", false, false);
        check(FieldKind::RefreshToken, "x", false, false);
        check(FieldKind::Other("number".to_owned()), "x", false, false);
    }

    #[test]
    fn what_is_given_is_kept_as_text_only_where_it_is_told_and_somebody_types_it() {
        let allowed = Policy::nothing().allow_text("field");
        for (kind, text, by_default, where_allowed) in [
            (FieldKind::Text, "x", false, true),
            (choice(), "one", true, true),
            (choice(), "not one of them", false, true),
            (FieldKind::Learned, "x", false, false),
            (FieldKind::AccessToken, "x", false, false),
            (FieldKind::Secret, "x", false, false),
        ] {
            let field = field(kind);
            let nothing = Policy::nothing();
            assert_eq!(nothing.keeps_as_text(&field, text), by_default, "{field:?}");
            assert_eq!(
                allowed.keeps_as_text(&field, text),
                where_allowed,
                "{field:?}"
            );
        }
    }

    #[track_caller]
    fn check_form(policy: &Policy, kind: FieldKind, expected: FieldKind) {
        let asked = Descriptor {
            id: String::new(),
            version: String::new(),
            title: String::new(),
            summary: String::new(),
            documentation: String::new(),
            origins: Vec::new(),
            claims: Vec::new(),
            members: Vec::new(),
            headers: Vec::new(),
            request_headers: Vec::new(),
            secret_headers: Vec::new(),
            redirect_parameters: Vec::new(),
            fields: vec![field(kind.clone())],
            setup: Vec::new(),
        };
        let form = policy.form(&asked);
        let changed = kind != expected;
        assert_eq!(form.fields[0].kind, expected);
        assert_eq!(form.fields[0].example.is_none(), changed);
        assert_eq!(policy.withholds(&asked.fields[0]), changed);
    }

    #[test]
    fn the_form_asks_for_what_is_not_allowed_as_text_as_a_secret() {
        let (nothing, allowed) = (Policy::nothing(), Policy::nothing().allow_text("field"));
        check_form(&nothing, FieldKind::Text, FieldKind::Secret);
        check_form(&allowed, FieldKind::Text, FieldKind::Text);
        check_form(&nothing, choice(), choice());
        check_form(&nothing, FieldKind::Learned, FieldKind::Learned);
        check_form(&allowed, FieldKind::Secret, FieldKind::Secret);
    }
}
