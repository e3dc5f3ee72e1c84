//! Interface `credential`: the form. All of it is data that never changes, so all of it borrows.

/// One of the values of a choice field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The setting's value.
    pub id: &'static str,
    /// What a person reads.
    pub label: &'static str,
    /// What choosing it means.
    pub help: &'static str,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// One line of text.
    Text,
    /// Written once, shown never.
    Secret,
    /// One of these.
    Choice(&'static [Choice]),
    /// Filled by connecting.
    Token,
}

/// Holds where `field` has the value `equals`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    /// A field's `id`.
    pub field: &'static str,
    /// Compared to the letter.
    pub equals: &'static str,
}

/// How the form marks a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
    /// Always required.
    Required,
    /// Required while this holds.
    RequiredWhen(Condition),
    /// Not required.
    Optional,
}

/// One field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Settings are stored under it.
    pub id: &'static str,
    /// What stands before the box.
    pub label: &'static str,
    /// What stands beside it.
    pub help: &'static str,
    /// To show in an empty box.
    pub example: Option<&'static str>,
    /// What it holds.
    pub kind: FieldKind,
    /// How the form marks it.
    pub requirement: Requirement,
    /// Shown only while this holds.
    pub shown_when: Option<Condition>,
    /// Whether a platform may fill it in for its customers.
    pub platform_may_supply: bool,
}

/// One thing to do in Intacct before a credential can work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetupStep {
    /// A diagnosis points at it.
    pub id: &'static str,
    /// What to do.
    pub title: &'static str,
    /// Where to click, and what goes wrong without it.
    pub detail: &'static str,
    /// The flow that needs it; every flow, where absent.
    pub flow: Option<&'static str>,
}

/// What the plugin says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptor {
    /// Stored with every credential.
    pub id: &'static str,
    /// The form's heading.
    pub title: &'static str,
    /// Under the heading.
    pub summary: &'static str,
    /// Where to read more.
    pub documentation: &'static str,
    /// The origins that the plugin asks to reach.
    pub origins: &'static [&'static str],
    /// The JWT claims that the plugin asks to read.
    pub claims: &'static [&'static str],
    /// The form, in the order in which it is drawn.
    pub fields: &'static [Field],
    /// What to do in Intacct, in order.
    pub setup: &'static [SetupStep],
}
