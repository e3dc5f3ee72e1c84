//! What a row holds encrypted.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use credential_runtime::{Randomness, SettingValue, Settings};
use serde::{Deserialize, Serialize};

use super::{Keys, Row, Value};
use crate::crypto::{DataKey, Part, Place};
use crate::master_key::{KeyId, MasterKey};
use crate::record::{
    Generation, PluginRef, RefreshChange, Secret, SecretsSince, SettingsVersion, Timestamp,
    TokenPair,
};
use crate::store::StoreError;

/// What cannot be decrypted or understood.
pub(super) fn broken(what: &str) -> StoreError {
    StoreError::Corrupt(format!("{what} cannot be read"))
}

/// A data key as it is stored, and the plugin that it is bound to.
pub(super) struct WrappedKey {
    key_id: KeyId,
    wrapped: Vec<u8>,
    plugin: PluginRef,
}

impl WrappedKey {
    /// From the columns `plugin_id, plugin_digest, plugin_bound, key_id, data_key`, in this order.
    pub(super) fn read(row: &mut Row) -> Result<Self, StoreError> {
        let plugin = read_plugin(row)?;
        Self::read_for(row, plugin)
    }

    /// Where the plugin was read already.
    pub(super) fn read_for(row: &mut Row, plugin: PluginRef) -> Result<Self, StoreError> {
        let key_id = KeyId::stored(row.text()?);
        Ok(Self {
            key_id,
            wrapped: row.blob()?,
            plugin,
        })
    }

    pub(super) fn wrap(
        key: &DataKey,
        master: &MasterKey,
        (place, plugin): (Place<'_>, &PluginRef),
        randomness: &dyn Randomness,
    ) -> Result<Self, StoreError> {
        let wrapped = key
            .wrap(master, (place, plugin), randomness)
            .map_err(|_| broken("a data key"))?;
        Ok(Self {
            key_id: master.id().clone(),
            wrapped,
            plugin: plugin.clone(),
        })
    }

    pub(super) fn unwrap(&self, keys: &Keys, place: Place<'_>) -> Result<DataKey, StoreError> {
        let master = keys.get(&self.key_id)?;
        DataKey::unwrap(&master, (place, &self.plugin), &self.wrapped)
            .map_err(|_| broken("a data key"))
    }

    /// The plugin that it is bound to.
    pub(super) fn plugin(&self) -> &PluginRef {
        &self.plugin
    }

    /// The same key for the same plugin, by another master key.
    pub(super) fn under(
        &self,
        master: &MasterKey,
        keys: &Keys,
        place: Place<'_>,
    ) -> Result<Self, StoreError> {
        let key = self.unwrap(keys, place)?;
        Self::wrap(&key, master, (place, &self.plugin), keys.randomness())
    }

    /// The same key by the same master key, for another plugin or another version of it.
    pub(super) fn bound_to(
        &self,
        plugin: &PluginRef,
        keys: &Keys,
        place: Place<'_>,
    ) -> Result<Self, StoreError> {
        let key = self.unwrap(keys, place)?;
        let master = keys.get(&self.key_id)?;
        Self::wrap(&key, &master, (place, plugin), keys.randomness())
    }

    /// Id, digest, what it is bound to, key id, data key: as they are read.
    pub(super) fn values(self) -> Result<[Value; 5], StoreError> {
        let bound = self.plugin.bound.as_ref();
        let bound = bound.map(serde_json::to_string).transpose();
        Ok([
            self.plugin.id.as_str().into(),
            self.plugin.digest.to_string().into(),
            bound
                .map_err(|_| broken("what a plugin is bound to"))?
                .into(),
            self.key_id.as_str().into(),
            self.wrapped.into(),
        ])
    }
}

pub(super) fn read_plugin(row: &mut Row) -> Result<PluginRef, StoreError> {
    let broken_plugin = || broken("the plugin that a credential belongs to");
    Ok(PluginRef {
        id: row.text()?,
        digest: row.text()?.parse().map_err(|_| broken_plugin())?,
        bound: row
            .optional_text()?
            .map(|text| serde_json::from_str(&text).map_err(|_| broken_plugin()))
            .transpose()?,
    })
}

/// One credential's key and the place it is for.
pub(super) struct Sealer<'a> {
    pub(super) place: Place<'a>,
    pub(super) key: DataKey,
    pub(super) randomness: &'a dyn Randomness,
}

/// A field as it is stored, in JSON.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum StoredField {
    /// As it stands.
    Text(String),
    /// Encrypted, in base64; written before it was noted since when.
    Sealed(String),
    /// Encrypted, in base64, and since when it has been what it is.
    SealedSince(String, Timestamp),
}

/// A filled-in form, and since when each of its secrets has been what it is.
pub(super) struct Dated {
    pub(super) settings: Settings,
    pub(super) since: SecretsSince,
}

impl Dated {
    /// All of it filled in at one moment.
    pub(super) fn new(settings: &Settings, now: Timestamp) -> Self {
        let secrets = settings
            .iter()
            .filter(|(_, value)| matches!(value, SettingValue::Secret(_)));
        Self {
            settings: settings.clone(),
            since: secrets.map(|(field, _)| (field.to_owned(), now)).collect(),
        }
    }

    /// These settings after those: a secret that is still the same keeps its moment.
    pub(super) fn after(settings: &Settings, old: &Self, now: Timestamp) -> Self {
        let mut dated = Self::new(settings, now);
        for (field, since) in &mut dated.since {
            if settings.get(field) == old.settings.get(field) {
                *since = old.since.get(field).copied().unwrap_or(now);
            }
        }
        dated
    }
}

/// Tokens as they are stored.
pub(super) struct SealedTokens {
    pub(super) access: Option<Vec<u8>>,
    pub(super) refresh: Option<Vec<u8>>,
}

impl SealedTokens {
    pub(super) fn read(row: &mut Row) -> Result<Self, StoreError> {
        Ok(Self {
            access: row.optional_blob()?,
            refresh: row.optional_blob()?,
        })
    }
}

impl Sealer<'_> {
    fn seal(&self, part: Part<'_>, secret: &Secret) -> Result<Vec<u8>, StoreError> {
        self.key
            .seal(self.place, part, secret, self.randomness)
            .map_err(|_| broken("a secret"))
    }

    fn open(&self, part: Part<'_>, sealed: &[u8]) -> Result<Secret, StoreError> {
        let what = match part {
            Part::DataKey(..) => "a data key".to_owned(),
            Part::Setting(field, _) => format!("the secret setting `{field}`"),
            Part::Access(_) => "the access token".to_owned(),
            Part::Refresh(_) => "the refresh token".to_owned(),
        };
        self.key
            .open(self.place, part, sealed)
            .map_err(|_| broken(&format!("{what} of credential {}", self.place.id)))
    }

    /// Settings as JSON text, the secret ones encrypted.
    pub(super) fn seal_settings(
        &self,
        dated: &Dated,
        version: SettingsVersion,
    ) -> Result<String, StoreError> {
        let mut fields = BTreeMap::new();
        for (field, value) in dated.settings.iter() {
            let since = dated.since.get(field).copied();
            fields.insert(field, self.seal_field(field, value, since, version)?);
        }
        serde_json::to_string(&fields).map_err(|_| broken("the settings"))
    }

    fn seal_field(
        &self,
        field: &str,
        value: &SettingValue,
        since: Option<Timestamp>,
        version: SettingsVersion,
    ) -> Result<StoredField, StoreError> {
        let secret = match value {
            SettingValue::Text(text) => return Ok(StoredField::Text(text.clone())),
            SettingValue::Secret(secret) => secret,
        };
        let sealed = STANDARD.encode(self.seal(Part::Setting(field, version), secret)?);
        Ok(match since {
            Some(since) => StoredField::SealedSince(sealed, since),
            None => StoredField::Sealed(sealed),
        })
    }

    pub(super) fn open_settings(
        &self,
        text: &str,
        version: SettingsVersion,
    ) -> Result<Dated, StoreError> {
        let fields: BTreeMap<String, StoredField> =
            serde_json::from_str(text).map_err(|_| broken("the settings"))?;
        let (mut settings, mut since) = (Settings::new(), SecretsSince::new());
        for (field, stored) in fields {
            if let StoredField::SealedSince(_, at) = &stored {
                since.insert(field.clone(), *at);
            }
            let value = self.open_field(&field, stored, version)?;
            settings.set(field, value);
        }
        Ok(Dated { settings, since })
    }

    fn open_field(
        &self,
        field: &str,
        stored: StoredField,
        version: SettingsVersion,
    ) -> Result<SettingValue, StoreError> {
        match stored {
            StoredField::Text(text) => Ok(SettingValue::Text(text)),
            StoredField::Sealed(text) | StoredField::SealedSince(text, _) => {
                let sealed = STANDARD
                    .decode(text)
                    .map_err(|_| broken("a sealed setting"))?;
                self.open(Part::Setting(field, version), &sealed)
                    .map(SettingValue::Secret)
            }
        }
    }

    pub(super) fn seal_access(
        &self,
        access: &Secret,
        generation: Generation,
    ) -> Result<Vec<u8>, StoreError> {
        self.seal(Part::Access(generation), access)
    }

    /// The refresh token that goes with the next generation. One that is kept is sealed anew, since
    /// the generation is part of its place.
    pub(super) fn seal_refresh(
        &self,
        change: &RefreshChange,
        old: Option<&[u8]>,
        generation: Generation,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let secret = match (change, old) {
            (RefreshChange::Replace(secret), _) => secret.clone(),
            (RefreshChange::Keep, Some(old)) => self.open(Part::Refresh(generation), old)?,
            (RefreshChange::Keep, None) | (RefreshChange::Drop, _) => return Ok(None),
        };
        self.seal(Part::Refresh(generation.next()), &secret)
            .map(Some)
    }

    pub(super) fn open_tokens(
        &self,
        sealed: &SealedTokens,
        generation: Generation,
    ) -> Result<Option<TokenPair>, StoreError> {
        let Some(access) = &sealed.access else {
            return Ok(None);
        };
        let refresh = sealed.refresh.as_deref();
        Ok(Some(TokenPair {
            access: self.open(Part::Access(generation), access)?,
            refresh: refresh
                .map(|refresh| self.open(Part::Refresh(generation), refresh))
                .transpose()?,
        }))
    }
}

#[cfg(test)]
mod tests {
    use credential_runtime::SystemRandomness;

    use super::*;
    use crate::record::{CredentialId, Tenant};

    const NOW: Timestamp = Timestamp::from_millis(1_780_000_000_000);
    const VERSION: SettingsVersion = SettingsVersion(1);

    fn settings() -> Settings {
        Settings::new()
            .with_text("username", "user@company")
            .with_secret("client_secret", "not-a-real-secret-client")
    }

    #[track_caller]
    fn check(dated: &Dated, since: Option<Timestamp>) {
        let sealer = Sealer {
            place: Place {
                tenant: &Tenant::default(),
                id: CredentialId::draw(&SystemRandomness),
            },
            key: DataKey::draw(&SystemRandomness),
            randomness: &SystemRandomness,
        };
        let sealed = sealer.seal_settings(dated, VERSION).unwrap();
        let read = sealer.open_settings(&sealed, VERSION).unwrap();
        assert_eq!(read.settings, settings());
        assert_eq!(read.since.get("client_secret"), since.as_ref());
        assert_eq!(read.since.get("username"), None);
    }

    #[test]
    fn a_secret_reads_back_with_its_moment() {
        check(&Dated::new(&settings(), NOW), Some(NOW));
    }

    /// Stores of before hold no moments.
    #[test]
    fn a_secret_without_a_moment_is_read_all_the_same() {
        let (settings, since) = (settings(), SecretsSince::new());
        check(&Dated { settings, since }, None);
    }
}
