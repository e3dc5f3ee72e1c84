//! A credential's own key.

use credential_runtime::{Randomness, Secret};

use super::{Broken, Key, Part, Place, open, seal};
use crate::master_key::MasterKey;

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
        place: Place<'_>,
        randomness: &dyn Randomness,
    ) -> Result<Vec<u8>, Broken> {
        let associated = place.associated(Part::DataKey(master.id()));
        seal(master.key(), &associated, self.0.as_slice(), randomness)
    }

    /// As it was stored.
    pub(crate) fn unwrap(
        master: &MasterKey,
        place: Place<'_>,
        wrapped: &[u8],
    ) -> Result<Self, Broken> {
        let associated = place.associated(Part::DataKey(master.id()));
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
    use crate::record::{CredentialId, Generation, Tenant};

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
        let wrapped = key.wrap(&master, place, &SystemRandomness).unwrap();

        let key = DataKey::unwrap(&master, place, &wrapped).unwrap();
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
            .wrap(&right, place, &SystemRandomness)
            .unwrap();
        assert!(DataKey::unwrap(&wrong, place, &wrapped).is_err());
    }
}
