//! A credential's record.

use std::collections::BTreeMap;

use credential_runtime::{Digest, Settings};
use serde::{Deserialize, Serialize};

use super::{
    CredentialId, Diagnosis, Document, Fence, HeldBy, Identity, Name, NewEvent, Tenant, Timestamp,
    TokenFacts, TokenPair,
};

/// How often a credential's tokens have been replaced or thrown away: what a writer must have read
/// to be allowed to replace them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Generation(pub(crate) u64);

impl Generation {
    /// The one that follows.
    pub(crate) const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// How often a credential's settings have been replaced: what an editor must have read to be
/// allowed to replace them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct SettingsVersion(pub(crate) u64);

impl SettingsVersion {
    /// The one that follows.
    pub(crate) const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// The plugin that a credential belongs to, and what its secrets were entered for. All of it stands in
/// the associated data of the credential's key (AEAD): a row whose plugin, digest or origins were changed
/// by somebody without the master key opens nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginRef {
    /// As its descriptor says.
    pub id: String,
    /// The component that a person or the operator accepted.
    pub digest: Digest,
    /// What it reached and read then; absent in rows of before that was noted.
    pub bound: Option<Bound>,
}

/// What a plugin might reach, read and send when the secrets were entered: what descriptor and policy both
/// say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// The origins that descriptor and policy named, in order.
    pub origins: Vec<String>,
    /// What it reads of answers and forms, a line each.
    pub reads: Vec<String>,
    /// The headers that its requests may have beyond the usual ones, and those in which a secret may stand,
    /// a line each. Absent in rows of before that was recorded: of claims and labels, such a row's `reads`
    /// hold what the plugin declared, whatever the policy allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sends: Option<Vec<String>>,
}

impl PluginRef {
    /// What the associated data say of it; absent in rows of before.
    pub(crate) fn associated(&self) -> Option<String> {
        let bound = self.bound.as_ref()?;
        let (id, digest) = (&self.id, self.digest.to_string());
        let (origins, reads) = (&bound.origins, &bound.reads);
        match &bound.sends {
            Some(sends) => serde_json::to_string(&(id, digest, origins, reads, sends)),
            None => serde_json::to_string(&(id, digest, origins, reads)),
        }
        .ok()
    }
}

impl Serialize for PluginRef {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut plugin = serializer.serialize_struct("PluginRef", 3)?;
        plugin.serialize_field("id", &self.id)?;
        plugin.serialize_field("digest", &self.digest.to_string())?;
        let origins = self.bound.as_ref().map(|it| &it.origins);
        plugin.serialize_field("origins", &origins)?;
        plugin.end()
    }
}

/// A request that may be on its way, written down before it left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Intent {
    /// What was about to be sent, in the caller's words.
    pub document: Document,
    /// When.
    pub at: Timestamp,
    /// Under which lease.
    pub fence: Fence,
}

/// The last thing that went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// When.
    pub at: Timestamp,
    /// What, and who has to act.
    pub diagnosis: Diagnosis,
}

/// A credential without its secrets: what a list shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Overview {
    /// Whose it is.
    pub tenant: Tenant,
    /// What programs call it.
    pub id: CredentialId,
    /// What people call it.
    pub name: Name,
    /// What it was made with.
    pub plugin: PluginRef,
    /// Which settings these are.
    pub settings_version: SettingsVersion,
    /// Whom its tokens speak for; absent until a service has said so.
    pub identity: Option<Identity>,
    /// As the state machine wrote it.
    pub state: Document,
    /// When whoever held the lease last wrote it; absent where nobody has.
    pub state_at: Option<Timestamp>,
    /// Which tokens these are.
    pub generation: Generation,
    /// What may be known of its tokens; absent where there are none.
    pub tokens: Option<TokenFacts>,
    /// When something must be done about it; absent where nothing will be.
    pub due_at: Option<Timestamp>,
    /// When tokens last came.
    pub last_success: Option<Timestamp>,
    /// What last went wrong; it stays after the next success.
    pub last_failure: Option<Failure>,
    /// Who holds the lease, or held it last and let it run out.
    pub lease: Option<HeldBy>,
    /// A request whose end nobody has stored.
    pub intent: Option<Intent>,
    /// When it was created.
    pub created_at: Timestamp,
}

/// Moments by the secret field that they are of.
pub type SecretsSince = BTreeMap<String, Timestamp>;

/// A credential with its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// All of it that is no secret.
    pub overview: Overview,
    /// The filled-in form.
    pub settings: Settings,
    /// Since when each of its secrets has been what it is, by field; a secret that an earlier
    /// version of the store wrote is not in it.
    pub secrets_since: SecretsSince,
    /// The tokens, where there are any.
    pub tokens: Option<TokenPair>,
    /// What connecting taught, by the form's field.
    pub facts: BTreeMap<String, String>,
}

/// A credential to create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCredential {
    /// What people call it.
    pub name: Name,
    /// What it is made with.
    pub plugin: PluginRef,
    /// The filled-in form.
    pub settings: Settings,
    /// Its first state.
    pub state: Document,
    /// When something must be done about it.
    pub due_at: Option<Timestamp>,
    /// The history's first event.
    pub event: NewEvent,
}

/// Settings to put in place of those that a caller has read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsChange {
    /// Those that the caller has read.
    pub expected: SettingsVersion,
    /// What the new ones were checked with.
    pub plugin: PluginRef,
    /// The whole filled-in form; a field that is not in it is gone.
    pub settings: Settings,
    /// What it does to the state; nothing, where absent.
    pub state: Option<StateChange>,
    /// What to say of it in the history.
    pub event: NewEvent,
}

/// A change of state by someone who holds no lease: made only if the state is still the one that
/// was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateChange {
    /// As it was read.
    pub from: Document,
    /// The state from now on.
    pub to: Document,
    /// When something must be done about it next; absent where nothing will be.
    pub due_at: Option<Timestamp>,
}

/// A request that is about to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewIntent {
    /// What is about to be sent, in the caller's words; holds no secret.
    pub document: Document,
    /// The state from now on.
    pub state: Document,
    /// When to look at it if nobody stores the request's end: not before the lease runs out.
    pub due_at: Option<Timestamp>,
}

/// A step of the state machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The state from now on.
    pub state: Document,
    /// When something must be done about it next; absent where nothing will be.
    pub due_at: Option<Timestamp>,
    /// What went wrong, where something did: becomes the last failure.
    pub diagnosis: Option<Diagnosis>,
    /// What to say of it in the history.
    pub event: NewEvent,
}
