//! Interface `credential`: the form, and what the plugin asks for. Nearly all of it is data that never
//! changes, and so borrows.

use alloc::{string::String, vec::Vec};

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
    /// The access token, filled by connecting.
    AccessToken,
    /// The refresh token, filled by connecting.
    RefreshToken,
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
    /// Needed only while this holds; always, where absent.
    pub needed_when: Option<Condition>,
}

/// What an origin is for. The three are one host's at Intacct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purposes {
    /// A person signs in there.
    pub browser: bool,
    /// Tokens are obtained and revoked there.
    pub token: bool,
    /// The service's API.
    pub api: bool,
}

/// A place that the plugin asks to reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// Scheme, host and port (RFC 6454).
    pub url: &'static str,
    /// What it is for.
    pub purposes: Purposes,
}

/// How a value of an answer may be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// Kept by the host; the plugin gets its name.
    Secret,
    /// A short identifier.
    Code,
    /// A number.
    Number,
    /// A truth value.
    Boolean,
    /// Only that there is something.
    Presence,
    /// Which of these texts occur, whatever the case of ASCII letters.
    Phrases(Vec<&'static str>),
}

/// A value that the plugin reads of answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredMember {
    /// A JSON Pointer (RFC 6901); the step `*` stands for each element of an array.
    pub pointer: String,
    /// How.
    pub reading: Reading,
}

/// What the plugin says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Descriptor {
    /// Stored with every credential.
    pub id: &'static str,
    /// The plugin's own version.
    pub version: &'static str,
    /// The form's heading.
    pub title: &'static str,
    /// Under the heading.
    pub summary: &'static str,
    /// Where to read more.
    pub documentation: &'static str,
    /// The origins that the plugin asks to reach.
    pub origins: &'static [Origin],
    /// The JWT claims that the plugin asks to read.
    pub claims: &'static [&'static str],
    /// Everything that the plugin reads of an answer's body.
    pub members: Vec<DeclaredMember>,
    /// The headers of an answer that it reads, in lower case.
    pub headers: &'static [&'static str],
    /// Headers that its requests carry beyond the usual ones, in lower case.
    pub request_headers: &'static [&'static str],
    /// The form, in the order in which it is drawn.
    pub fields: &'static [Field],
    /// What to do in Intacct, in order.
    pub setup: &'static [SetupStep],
}
