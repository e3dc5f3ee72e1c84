//! A credential's own key.

use credential_runtime::{Randomness, Secret};

use super::{Broken, Key, Part, Place, open, seal};
use crate::master_key::MasterKey;
use crate::record::PluginRef;

/// The key that one credential's secrets are sealed with. It is stored wrapped by a master key, so
/// that a rotation touches 32 bytes of each credential and none of its secrets.
#[derive(Clone)]
pub(crate) struct DataKey(Key);

impl DataKey {
    pub(crate) fn draw(randomness: &dyn Randomness) -> Self {
        let mut key = Key::default();
        randomness.fill(key.as_mut_slice());
        Self(key)
    }

    /// For storing.
    pub(crate) fn wrap(
        &self,
        master: &MasterKey,
        (place, plugin): (Place<'_>, &PluginRef),
        randomness: &dyn Randomness,
    ) -> Result<Vec<u8>, Broken> {
        let associated = place.associated(Part::DataKey(master.id(), plugin));
        seal(master.key(), &associated, self.0.as_slice(), randomness)
    }

    /// As it was stored.
    pub(crate) fn unwrap(
        master: &MasterKey,
        (place, plugin): (Place<'_>, &PluginRef),
        wrapped: &[u8],
    ) -> Result<Self, Broken> {
        let associated = place.associated(Part::DataKey(master.id(), plugin));
        let bytes = open(master.key(), &associated, wrapped)?;
        let mut key = Key::default();
        if bytes.len() != key.len() {
            return Err(Broken);
        }
        key.copy_from_slice(&bytes);
        Ok(Self(key))
    }

    pub(crate) fn seal(
        &self,
        place: Place<'_>,
        part: Part<'_>,
        secret: &Secret,
        randomness: &dyn Randomness,
    ) -> Result<Vec<u8>, Broken> {
        let associated = place.associated(part);
        seal(&self.0, &associated, secret.expose().as_bytes(), randomness)
    }

    pub(crate) fn open(
        &self,
        place: Place<'_>,
        part: Part<'_>,
        sealed: &[u8],
    ) -> Result<Secret, Broken> {
        let mut bytes = open(&self.0, &place.associated(part), sealed)?;
        // Moves the bytes: no copy is left to wipe.
        String::from_utf8(std::mem::take(&mut *bytes))
            .map(Secret::new)
            .map_err(|_| Broken)
    }
}

#[cfg(test)]
mod tests {
    use credential_runtime::SystemRandomness;

    use super::*;
    use crate::record::{Bound, CredentialId, Digest, Generation, Tenant};

    fn plugin() -> PluginRef {
        PluginRef {
            id: "test".to_owned(),
            digest: Digest::of(b"test"),
            bound: Some(Bound {
                origins: vec!["https://api.example.com".to_owned()],
                reads: vec!["the claim sub".to_owned()],
                sends: Some(vec!["the request header x-note".to_owned()]),
            }),
        }
    }

    #[test]
    fn a_wrapped_key_opens_what_it_sealed() {
        let tenant = Tenant::default();
        let place = Place {
            tenant: &tenant,
            id: CredentialId::draw(&SystemRandomness),
        };
        let master = MasterKey::draw(&SystemRandomness);
        let part = Part::Refresh(Generation(3));
        let secret = Secret::new("not-a-real-secret-refresh");

        let key = DataKey::draw(&SystemRandomness);
        let sealed = key.seal(place, part, &secret, &SystemRandomness).unwrap();
        let wrapped = key
            .wrap(&master, (place, &plugin()), &SystemRandomness)
            .unwrap();

        let key = DataKey::unwrap(&master, (place, &plugin()), &wrapped).unwrap();
        assert_eq!(key.open(place, part, &sealed), Ok(secret));
    }

    #[test]
    fn another_master_key_does_not_unwrap() {
        let tenant = Tenant::default();
        let place = Place {
            tenant: &tenant,
            id: CredentialId::draw(&SystemRandomness),
        };
        let [right, wrong] = [(); 2].map(|()| MasterKey::draw(&SystemRandomness));
        let wrapped = DataKey::draw(&SystemRandomness)
            .wrap(&right, (place, &plugin()), &SystemRandomness)
            .unwrap();
        assert!(DataKey::unwrap(&wrong, (place, &plugin()), &wrapped).is_err());
    }

    /// Somebody who can write to the database and has no key cannot give a credential to another plugin,
    /// nor let it reach or read more.
    #[test]
    fn a_key_is_for_the_plugin_that_it_was_wrapped_for() {
        let tenant = Tenant::default();
        let place = Place {
            tenant: &tenant,
            id: CredentialId::draw(&SystemRandomness),
        };
        let master = MasterKey::draw(&SystemRandomness);
        let key = DataKey::draw(&SystemRandomness);
        let wrapped = key
            .wrap(&master, (place, &plugin()), &SystemRandomness)
            .unwrap();
        let bound = plugin().bound.unwrap();
        let others = [
            PluginRef {
                id: "other".to_owned(),
                ..plugin()
            },
            PluginRef {
                digest: Digest::of(b"other"),
                ..plugin()
            },
            PluginRef {
                bound: None,
                ..plugin()
            },
            PluginRef {
                bound: Some(Bound {
                    origins: vec!["https://evil.example".to_owned()],
                    ..bound.clone()
                }),
                ..plugin()
            },
            PluginRef {
                bound: Some(Bound {
                    reads: Vec::new(),
                    ..bound.clone()
                }),
                ..plugin()
            },
            PluginRef {
                bound: Some(Bound {
                    sends: Some(vec!["secrets in the request header x-note".to_owned()]),
                    ..bound.clone()
                }),
                ..plugin()
            },
            // As if it were of before that was recorded.
            PluginRef {
                bound: Some(Bound {
                    sends: None,
                    ..bound
                }),
                ..plugin()
            },
        ];
        for other in others {
            let opened = DataKey::unwrap(&master, (place, &other), &wrapped);
            assert!(opened.is_err(), "{other:?}");
        }
        assert!(DataKey::unwrap(&master, (place, &plugin()), &wrapped).is_ok());
    }
}
