//! Where a sealed value belongs: what its associated data says.

use crate::master_key::KeyId;
use crate::record::{CredentialId, Generation, PluginRef, SettingsVersion, Tenant};

/// Stands first in all associated data, so that a later layout cannot be mistaken for this one.
const LAYOUT: &str = "credential-store/1";

/// Which part of a credential a sealed value is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'a> {
    /// The credential's data key, wrapped by that master key, for that plugin.
    DataKey(&'a KeyId, &'a PluginRef),
    /// A secret setting, in that version of the settings.
    Setting(&'a str, SettingsVersion),
    /// The access token of that generation.
    Access(Generation),
    /// The refresh token of that generation.
    Refresh(Generation),
}

/// Where a sealed value belongs. A value that is moved to another tenant, credential, field or
/// generation in the database no longer opens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) id: CredentialId,
}

impl Place<'_> {
    /// The associated data: each piece after its length, so that no two places read the same.
    pub(crate) fn associated(&self, part: Part<'_>) -> Vec<u8> {
        let (kind, detail, number) = match part {
            Part::DataKey(key, plugin) => return self.of_data_key(key, plugin),
            Part::Setting(field, version) => ("setting", field, version.number()),
            Part::Access(generation) => ("access-token", "", generation.number()),
            Part::Refresh(generation) => ("refresh-token", "", generation.number()),
        };
        pieces(&[
            LAYOUT.as_bytes(),
            self.tenant.as_str().as_bytes(),
            self.id.as_bytes(),
            kind.as_bytes(),
            detail.as_bytes(),
            &number.to_be_bytes(),
        ])
    }

    fn of_data_key(&self, key: &KeyId, plugin: &PluginRef) -> Vec<u8> {
        let mut all = vec![
            LAYOUT.as_bytes(),
            self.tenant.as_str().as_bytes(),
            self.id.as_bytes(),
            b"data-key",
            key.as_str().as_bytes(),
            &[0; 8],
        ];
        let plugin = plugin.associated();
        all.extend(plugin.as_deref().map(str::as_bytes));
        pieces(&all)
    }
}

fn pieces(pieces: &[&[u8]]) -> Vec<u8> {
    let mut joined = Vec::new();
    for piece in pieces {
        joined.extend_from_slice(&(piece.len() as u64).to_be_bytes());
        joined.extend_from_slice(piece);
    }
    joined
}

#[cfg(test)]
mod tests {
    use credential_runtime::SystemRandomness;

    use super::*;

    #[test]
    fn no_two_places_read_the_same() {
        let (tenant, other) = (Tenant::default(), Tenant::parse("other").unwrap());
        let id = CredentialId::draw(&SystemRandomness);
        let place = Place {
            tenant: &tenant,
            id,
        };
        let texts = [
            place.associated(Part::Access(Generation(1))),
            place.associated(Part::Access(Generation(2))),
            place.associated(Part::Refresh(Generation(1))),
            place.associated(Part::Setting("", SettingsVersion(1))),
            place.associated(Part::Setting("client_secret", SettingsVersion(1))),
            place.associated(Part::Setting("client_secret", SettingsVersion(2))),
            Place { tenant: &other, id }.associated(Part::Access(Generation(1))),
            Place {
                tenant: &tenant,
                id: CredentialId::draw(&SystemRandomness),
            }
            .associated(Part::Access(Generation(1))),
        ];
        for (at, text) in texts.iter().enumerate() {
            assert!(!texts[at + 1..].contains(text), "place {at}");
        }
    }

    #[test]
    fn a_piece_cannot_reach_into_the_next() {
        assert_ne!(pieces(&[b"ab", b"c"]), pieces(&[b"a", b"bc"]));
    }
}
