//! Components that tests run in the sandbox; no part of the product.
//!
//! In scope: the bytes of the guests `misbehaving` and `versions`, and the lists of what they do. Not in
//! scope: any assertion.

mod behaviours;

pub use behaviours::{Behaviour, Description, Version};
use behaviours::{MARK, ROOM, VERSION_MARK};

/// A plugin that does what it should not, by the text setting `behaviour`.
pub const MISBEHAVING: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/misbehaving.wasm"));

/// The same plugin, describing itself otherwise: a few bytes of its data differ. Absent where the
/// component does not have them.
#[must_use]
pub fn describing(description: Description) -> Option<Vec<u8>> {
    marked(MISBEHAVING, MARK, description.name())
}

/// A plugin that works, in its first version.
const VERSIONS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/versions.wasm"));

/// The plugin `versions` in a version: a few bytes of its data differ. Absent where the component does
/// not have them.
#[must_use]
pub fn version(version: Version) -> Option<Vec<u8>> {
    marked(VERSIONS, VERSION_MARK, version.name())
}

/// A component with this name after its mark.
fn marked(component: &[u8], mark: &str, name: &str) -> Option<Vec<u8>> {
    let mut component = component.to_vec();
    let found = component
        .windows(mark.len())
        .position(|it| it == mark.as_bytes())?;
    let start = found + mark.len();
    let name = format!("{name:.<ROOM$}");
    component
        .get_mut(start..start + ROOM)?
        .copy_from_slice(name.as_bytes());
    Some(component)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_its_own_and_fits() {
        for it in Description::ALL {
            assert_eq!(Description::named(it.name()), Some(*it));
            assert!(it.name().len() <= ROOM, "{it:?}");
        }
        for it in Behaviour::ALL {
            assert_eq!(Behaviour::named(it.name()), Some(*it));
        }
        for it in Version::ALL {
            assert_eq!(Version::named(it.name()), Some(*it));
            assert!(it.name().len() <= ROOM, "{it:?}");
        }
    }

    #[test]
    fn a_description_is_chosen_in_the_bytes() {
        let honest = describing(Description::Honest);
        assert_eq!(honest.as_deref(), Some(MISBEHAVING));
        assert_ne!(describing(Description::Endless), honest);
        assert_eq!(version(Version::First).as_deref(), Some(VERSIONS));
        assert_ne!(version(Version::Second), version(Version::First));
    }
}
