//! A credential belongs to the plugin, and the origins, that its secrets were entered for. Another plugin
//! of the same id, or another origin, is an act of somebody who saw the difference.

use std::collections::BTreeSet;
use std::fmt;

use credential_runtime::{Digest, Field, FieldKind, Plugin, Policy, Reading, SettingValue};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{Confirm, Connections, Error, Inner, Installed};
use crate::record::{Bound, Name, NewEvent, PluginRef, Record, Tenant};
use crate::state::Event;

/// How the plugin that is installed differs from what a credential was entered for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PluginDifference {
    /// The plugin's id.
    pub plugin: String,
    /// What the credential was entered for.
    #[serde(serialize_with = "as_text")]
    pub accepted: Digest,
    /// What is installed.
    #[serde(serialize_with = "as_text")]
    pub installed: Digest,
    /// Whether it was noted what the accepted one reaches and reads; earlier versions did not.
    pub noted: bool,
    /// Origins that it may reach now and might not then.
    pub reaches_more: Vec<String>,
    /// What it reads now and did not then.
    pub reads_more: Vec<String>,
    /// The headers that it may send now, or put secrets into, and might not then.
    pub sends_more: Vec<String>,
    /// What it reached, read or sent then and no longer does.
    pub no_longer: Vec<String>,
}

impl PluginDifference {
    /// What a page hands out with this difference, and takes back: that a person has seen this one.
    #[must_use]
    pub fn confirm(&self) -> Confirm {
        Confirm::to_accept(self)
    }
}

fn as_text<S: serde::Serializer>(digest: &Digest, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(digest)
}

impl fmt::Display for PluginDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { plugin, .. } = self;
        if self.accepted != self.installed {
            write!(
                f,
                "the installed plugin `{plugin}` is another than this credential was entered for"
            )?;
        } else if self.noted {
            write!(
                f,
                "the plugin `{plugin}` may reach, read or send more than when this credential was entered"
            )?;
        } else {
            write!(
                f,
                "what the plugin `{plugin}` might reach when this credential was entered was not noted"
            )?;
        }
        for (what, items) in [
            ("reach", &self.reaches_more),
            ("read", &self.reads_more),
            ("send", &self.sends_more),
        ] {
            if !items.is_empty() {
                write!(f, "; it would {what} {}", items.join(", "))?;
            }
        }
        Ok(())
    }
}

/// What a plugin may reach, read and send under a policy, a line each, in order: what both say. What one of
/// them says alone has no effect, and is no part of it.
pub(super) fn bound(plugin: &Plugin, policy: &Policy) -> Bound {
    let allowed: BTreeSet<String> = policy.origins().map(ToString::to_string).collect();
    let asked = plugin.origins().map(ToString::to_string);
    let origins: BTreeSet<String> = asked.filter(|it| allowed.contains(it)).collect();
    let it = plugin.descriptor();
    let claims = both(policy.claims(), &it.claims).map(|it| format!("{CLAIM}{it}"));
    let labels: BTreeSet<&str> = policy.labels().collect();
    let members = it.members.iter();
    let members =
        members.filter(|it| it.reading != Reading::Label || labels.contains(it.pointer.as_str()));
    let members = members.map(|it| {
        let pointer = if it.pointer.is_empty() {
            "the answer"
        } else {
            &it.pointer
        };
        format!("{pointer} {}", kind(&it.reading))
    });
    let headers = it.headers.iter().map(|it| format!("the header {it}"));
    let parameters = it.redirect_parameters.iter();
    let parameters = parameters.map(|it| format!("the redirect's {it}"));
    let is_text = |it: &&Field| matches!(it.kind, FieldKind::Text | FieldKind::Choice(_));
    let fields: Vec<String> = it
        .fields
        .iter()
        .filter(is_text)
        .map(|it| it.id.clone())
        .collect();
    let texts = both(policy.texts(), &fields).map(|it| format!("the field {it} as text"));
    let reads: BTreeSet<String> = claims
        .chain(members)
        .chain(headers)
        .chain(parameters)
        .chain(texts)
        .collect();
    let plain = both(policy.headers(), &it.request_headers);
    let plain = plain.map(|it| format!("the request header {it}"));
    let secret = both(policy.secret_headers(), &it.secret_headers);
    let secret = secret.map(|it| format!("secrets in the request header {it}"));
    let sends: BTreeSet<String> = plain.chain(secret).collect();
    Bound {
        origins: origins.into_iter().collect(),
        reads: reads.into_iter().collect(),
        sends: Some(sends.into_iter().collect()),
    }
}

/// How the line of a claim begins.
const CLAIM: &str = "the claim ";

/// Whether a line of what is read is of a claim or a label: what the policy allows one by one.
fn is_allowed_by_name(line: &str) -> bool {
    line.starts_with(CLAIM) || line.ends_with(&format!(" {}", Reading::Label.describe()))
}

/// What the policy allows and the plugin asks for.
fn both<'a>(
    allowed: impl Iterator<Item = &'a str>,
    asked: &'a [String],
) -> impl Iterator<Item = &'a str> {
    allowed.filter(|it| asked.iter().any(|asked| asked == it))
}

/// In a word; of phrases a short hash, since there may be hundreds.
fn kind(reading: &Reading) -> String {
    match reading {
        Reading::Phrases(phrases) => {
            let hash = Sha256::digest(phrases.join("\n"));
            format!(
                "for {} phrases ({:02x}{:02x})",
                phrases.len(),
                hash[0],
                hash[1]
            )
        }
        other => other.describe(),
    }
}

/// How what is installed differs from what a credential was entered for; absent where it may be used. A
/// credential without secrets has nothing to lose.
pub(super) fn forbids(record: &Record, installed: &Installed) -> Option<PluginDifference> {
    let difference = difference(&record.overview.plugin, &installed.reference());
    difference.filter(|_| holds_secret(record))
}

fn holds_secret(record: &Record) -> bool {
    let mut values = record.settings.iter().map(|(_, value)| value);
    record.tokens.is_some() || values.any(|it| matches!(it, SettingValue::Secret(_)))
}

/// What was accepted, where all of it was recorded. Rows of before do not say which claims and labels were
/// allowed, nor which headers. For the same plugin with the same origins, what is allowed now is taken for
/// it: nobody is asked again because the record says more by now, and from its first use it is bound. For
/// another plugin, or other origins, something was changed since, so none of that counts as accepted.
fn recorded(accepted: &PluginRef, now: &PluginRef) -> Bound {
    let mut old = accepted.bound.clone().unwrap_or_default();
    let new = now.bound.clone().unwrap_or_default();
    if old.sends.is_none() {
        let is_same = accepted.digest == now.digest && old.origins == new.origins;
        old.reads.retain(|it| !is_allowed_by_name(it));
        if is_same {
            let by_name = new.reads.into_iter().filter(|it| is_allowed_by_name(it));
            old.reads.extend(by_name);
            old.sends = new.sends;
        }
    }
    old
}

/// How what is installed differs; absent where it is the same plugin and reaches, reads and sends no more.
pub(super) fn difference(accepted: &PluginRef, now: &PluginRef) -> Option<PluginDifference> {
    let noted = accepted.bound.is_some();
    let (old, new) = (
        recorded(accepted, now),
        now.bound.clone().unwrap_or_default(),
    );
    let sends = |it: &Bound| it.sends.clone().unwrap_or_default();
    let (old_sends, new_sends) = (sends(&old), sends(&new));
    let more = |old: &[String], new: &[String]| -> Vec<String> {
        new.iter().filter(|it| !old.contains(it)).cloned().collect()
    };
    let mut no_longer = more(&new.origins, &old.origins);
    no_longer.extend(more(&new.reads, &old.reads));
    no_longer.extend(more(&new_sends, &old_sends));
    let difference = PluginDifference {
        plugin: now.id.clone(),
        accepted: accepted.digest,
        installed: now.digest,
        noted,
        reaches_more: more(&old.origins, &new.origins),
        reads_more: more(&old.reads, &new.reads),
        sends_more: more(&old_sends, &new_sends),
        no_longer,
    };
    let same = noted
        && accepted.digest == now.digest
        && difference.reaches_more.is_empty()
        && difference.reads_more.is_empty()
        && difference.sends_more.is_empty();
    (!same).then_some(difference)
}

impl Inner {
    /// At the first use of a credential whose row does not say which claims, labels and headers were allowed:
    /// binds it to those that are. Where that cannot be written, the next use does it.
    pub(super) async fn complete_binding(&self, record: &Record, installed: &Installed) {
        let from = &record.overview.plugin;
        let is_complete = |it: &Bound| it.sends.is_some();
        if from.bound.as_ref().is_none_or(is_complete) || !holds_secret(record) {
            return;
        }
        let (tenant, id) = (&record.overview.tenant, record.overview.id);
        let event = NewEvent::new("plugin-noted");
        let (to, now) = (installed.reference(), self.clock.now());
        let written = self
            .store
            .accept_plugin(tenant, id, (from, &to), (None, &event), now);
        match written.await {
            // Somebody else was quicker.
            Ok(()) | Err(crate::store::StoreError::StaleState) => {}
            Err(error) => tracing::warn!(
                %error,
                "it is not recorded yet what the plugin of a credential may read and send"
            ),
        }
    }
}

impl Connections {
    /// How the plugin that is installed differs from what a credential was entered for; absent where it
    /// may be used as it is. Calls no plugin and decrypts nothing.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchPlugin`]; the store's.
    pub async fn plugin_difference(
        &self,
        tenant: &Tenant,
        name: &Name,
    ) -> Result<Option<PluginDifference>, Error> {
        let record = self.0.store.get_by_name(tenant, name).await?;
        let installed = self.0.plugins.get(&record.overview.plugin.id)?;
        Ok(forbids(&record, installed))
    }

    /// Binds a credential to the plugin that is installed and to what it may reach and read now: an act of
    /// the operator's or of the person's, who has seen the difference. Whatever the plugin before has said
    /// against the credential, it is renewed once more.
    ///
    /// # Errors
    ///
    /// [`StoreError::StaleState`](crate::store::StoreError::StaleState) where the difference is another by
    /// now; [`Error::NoSuchPlugin`]; the store's.
    pub async fn accept_plugin(
        &self,
        tenant: &Tenant,
        name: &Name,
        seen: &PluginDifference,
    ) -> Result<(), Error> {
        let record = self.0.store.get_by_name(tenant, name).await?;
        let from = &record.overview.plugin;
        let to = self.0.plugins.get(&from.id)?.reference();
        if difference(from, &to).as_ref() != Some(seen) {
            return Err(crate::store::StoreError::StaleState.into());
        }
        let note = format!("From {} to {}.", from.digest, to.digest);
        let event = NewEvent::new("plugin-accepted").with_note(note);
        let change = self.state_after(&record, &Event::PluginChanged)?;
        let id = record.overview.id;
        let store = &self.0.store;
        let change = (change.as_ref(), &event);
        Ok(store
            .accept_plugin(tenant, id, (from, &to), change, self.now())
            .await?)
    }
}

#[cfg(test)]
mod tests;
