//! What the policy comes to for one plugin.

use std::sync::Arc;

use credential_runtime::{
    Descriptor, Digest, Field, MappingTarget, Origin, Plugin, Policy, Reading,
};

use super::{OperatorPolicy, PluginEntry, Plugins, builtin_digest};
use crate::document::{Document, FileError, Located, Notes, suggest};
use crate::secret_source::Given;
use crate::settings::{Form, Supplied};

/// What one plugin may do, and what the platform fills in for its form.
#[derive(Clone, Debug)]
pub(crate) struct Allowance {
    pub(crate) policy: Arc<Policy>,
    /// The claims that it may read: asked for and allowed.
    pub(crate) claims: Vec<String>,
    /// The form as it is filled in.
    pub(crate) form: Form,
    pub(crate) supply: Vec<Supplied>,
}

impl Allowance {
    /// The origins that it may reach, as far as the policy says.
    pub(crate) fn origins(&self) -> Vec<String> {
        self.policy.origins().map(ToString::to_string).collect()
    }
}

/// Why a plugin cannot be worked with under this policy.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AllowanceError {
    /// An entry does not fit the plugin that it is about.
    #[error(transparent)]
    File(#[from] FileError),
    /// It may reach nothing that it asks for.
    #[error("the policy lets this plugin reach nothing, and it asks for {}", .asked.join(", "))]
    Nothing {
        /// What the plugin asks for.
        asked: Vec<String>,
        /// What to write, and where.
        missing: MissingEntry,
    },
}

/// An entry that would have to stand in the policy file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MissingEntry {
    /// The file it belongs in, in words.
    pub(crate) place: String,
    /// Its lines.
    pub(crate) lines: String,
}

impl OperatorPolicy {
    /// What this plugin may do. With `mock`, every origin that it asks for leads there and nowhere
    /// else: the operator said so on the command line.
    pub(crate) fn allowance(
        &self,
        plugin: &Plugin,
        mock: Option<&MappingTarget>,
    ) -> Result<Allowance, AllowanceError> {
        let entry = self.entry(plugin.digest());
        let claims = self.claims(plugin, entry, mock.is_some());
        let origins = self.origins(plugin, entry, mock.is_some());
        let policy = origins
            .into_iter()
            .fold(Policy::nothing(), Policy::allow_origin);
        let policy = claims.iter().fold(policy, Policy::allow_claim);
        let texts = self.texts(plugin, entry, mock.is_some());
        let policy = texts.into_iter().fold(policy, Policy::allow_text);
        let policy = self.allow_headers_and_labels(policy, plugin, entry, mock.is_some());
        let form = Form::of(plugin, &policy);
        let supply = match (&self.plugins, entry) {
            (Plugins::Listed(document, _), Some(entry)) => supply(document, entry, plugin, &form)?,
            _ => Vec::new(),
        };
        Ok(Allowance {
            policy: Arc::new(self.map(policy, plugin, mock)),
            claims,
            form,
            supply,
        })
    }

    fn entry(&self, digest: Digest) -> Option<&PluginEntry> {
        let entries = self.entries()?;
        entries.iter().find(|it| it.digest == digest)
    }

    /// Whether the plugin may do what it asks for without an entry: the built-in one where there is
    /// no file, and any where nothing it sends leaves for the service.
    fn trusts(&self, plugin: &Plugin, mocked: bool) -> bool {
        let by_default = matches!(self.plugins, Plugins::Default);
        mocked || (by_default && plugin.digest() == builtin_digest())
    }

    /// Of what the plugin asks to reach, what it may.
    fn origins(&self, plugin: &Plugin, entry: Option<&PluginEntry>, mocked: bool) -> Vec<Origin> {
        let allowed = |origin: &Origin| match entry {
            Some(entry) if !mocked => entry.origins.contains(origin),
            _ => self.trusts(plugin, mocked),
        };
        asked(plugin).filter(allowed).collect()
    }

    /// Of what the plugin asks to read, what it may.
    fn claims(&self, plugin: &Plugin, entry: Option<&PluginEntry>, mocked: bool) -> Vec<String> {
        let allowed = |claim: &&String| match entry {
            Some(entry) => entry.claims.contains(claim),
            None => self.trusts(plugin, mocked),
        };
        let asked = plugin.descriptor().claims.iter();
        asked.filter(allowed).cloned().collect()
    }

    /// Of what the plugin asks to be told as text, what it may. The built-in plugin's digest is enough:
    /// its form is known.
    fn texts(&self, plugin: &Plugin, entry: Option<&PluginEntry>, mocked: bool) -> Vec<String> {
        let is_known = plugin.digest() == builtin_digest();
        let allowed = |field: &&Field| match entry {
            Some(entry) => is_known || entry.texts.contains(&field.id),
            None => is_known || self.trusts(plugin, mocked),
        };
        let asked = plugin.descriptor().fields.iter();
        let asked = asked.filter(|it| it.kind.is_text());
        asked.filter(allowed).map(|it| it.id.clone()).collect()
    }

    /// Of the headers and labels that the plugin asks for, those that it may have. The headers of the
    /// built-in plugin are known, by its digest.
    fn allow_headers_and_labels(
        &self,
        policy: Policy,
        plugin: &Plugin,
        entry: Option<&PluginEntry>,
        mocked: bool,
    ) -> Policy {
        let is_known = plugin.digest() == builtin_digest();
        let trusted = self.trusts(plugin, mocked);
        let may = |named: fn(&PluginEntry) -> &Vec<String>, name: &String| match entry {
            Some(entry) => named(entry).contains(name),
            None => trusted,
        };
        let descriptor = plugin.descriptor();
        let headers = descriptor.request_headers.iter();
        let headers = headers.filter(|it| is_known || may(|entry| &entry.headers, it));
        let policy = headers.fold(policy, |policy, it| policy.allow_header(it));
        let secret = descriptor.secret_headers.iter();
        let secret = secret.filter(|it| may(|entry| &entry.secret_headers, it));
        let policy = secret.fold(policy, |policy, it| policy.allow_secret_header(it));
        let labels = asked_labels(descriptor).filter(|it| may(|entry| &entry.labels, it));
        labels.fold(policy, |policy, it| policy.allow_label(it))
    }

    fn map(&self, policy: Policy, plugin: &Plugin, mock: Option<&MappingTarget>) -> Policy {
        match mock {
            Some(target) => asked(plugin).fold(policy, |policy, from| {
                policy.map_origin(from, target.clone())
            }),
            None => self.mappings.iter().fold(policy, |policy, (from, to)| {
                policy.map_origin(from.clone(), to.clone())
            }),
        }
    }

    /// Stops where the plugin could reach nothing: a sign-in would only fail later.
    pub(crate) fn require_reach(
        &self,
        plugin: &Plugin,
        policy: &Policy,
    ) -> Result<(), AllowanceError> {
        let reaches = |origin: &Origin| policy.origins().any(|it| it == origin);
        let asked: Vec<Origin> = asked(plugin).collect();
        if asked.is_empty() || asked.iter().any(reaches) {
            return Ok(());
        }
        Err(AllowanceError::Nothing {
            asked: asked_urls(plugin),
            missing: self.missing_entry(plugin),
        })
    }

    /// The entry that would let the plugin do what it asks for.
    pub(crate) fn missing_entry(&self, plugin: &Plugin) -> MissingEntry {
        let descriptor = plugin.descriptor();
        let subject = if plugin.digest() == builtin_digest() {
            "builtin = true".to_owned()
        } else {
            format!("digest = \"{}\"", plugin.digest())
        };
        let further = [
            ("headers", descriptor.request_headers.clone()),
            ("secret_headers", descriptor.secret_headers.clone()),
            ("labels", asked_labels(descriptor).cloned().collect()),
        ];
        let further: String = further
            .iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(key, names)| format!("\n{key} = {}", list(names)))
            .collect();
        MissingEntry {
            place: self.location().where_to_write(),
            lines: format!(
                "[[plugin]]\n{subject}\norigins = {}\nclaims = {}\ntexts = {}{further}",
                list(&asked_urls(plugin)),
                list(&descriptor.claims),
                list(&asked_texts(descriptor))
            ),
        }
    }
}

fn asked(plugin: &Plugin) -> impl Iterator<Item = Origin> {
    plugin.origins().cloned()
}

fn asked_urls(plugin: &Plugin) -> Vec<String> {
    plugin.origins().map(ToString::to_string).collect()
}

/// The members that a plugin asks to read as texts for people.
fn asked_labels(descriptor: &Descriptor) -> impl Iterator<Item = &String> {
    let members = descriptor.members.iter();
    let labels = members.filter(|it| it.reading == Reading::Label);
    labels.map(|it| &it.pointer)
}

/// The fields that a plugin asks to be told as text.
pub(crate) fn asked_texts(descriptor: &Descriptor) -> Vec<String> {
    descriptor.text_fields().map(str::to_owned).collect()
}

/// The texts as a TOML list. JSON's strings are TOML's.
fn list(items: &[String]) -> String {
    serde_json::json!(items).to_string()
}

/// What the platform supplies, held against the plugin's form.
fn supply(
    document: &Document,
    entry: &PluginEntry,
    plugin: &Plugin,
    form: &Form,
) -> Result<Vec<Supplied>, FileError> {
    let notes = document.notes();
    let given = entry.supply.iter();
    let supplied = given
        .filter_map(|(field, given)| supplied(&notes, (plugin, form), field, given))
        .collect();
    let mistakes = notes.in_order();
    if mistakes.is_empty() {
        return Ok(supplied);
    }
    Err(document.mistaken(mistakes))
}

fn supplied(
    notes: &Notes<'_>,
    (plugin, form): (&Plugin, &Form),
    field: &Located<String>,
    given: &Located<Given>,
) -> Option<Supplied> {
    let found = form.descriptor.field(&field.value);
    let Some(found) = found.filter(|it| it.platform_may_supply) else {
        not_suppliable(notes, field, plugin);
        return None;
    };
    if let Some((message, hint)) = form.misfit(found, &given.value) {
        notes.add(given.at.clone(), message, Some(hint));
    }
    Some(Supplied {
        field: found.clone(),
        given: given.value.clone(),
    })
}

fn not_suppliable(notes: &Notes<'_>, field: &Located<String>, plugin: &Plugin) {
    let fields = plugin.descriptor().fields.iter();
    let suppliable: Vec<&str> = fields
        .filter(|it| it.platform_may_supply)
        .map(|it| it.id.as_str())
        .collect();
    let message = format!("`{}` is no field that a platform may supply", field.value);
    notes.add(
        field.at.clone(),
        message,
        Some(suggest(&field.value, &suppliable)),
    );
}
