//! Components that tests run in the sandbox; no part of the product.
//!
//! In scope: the bytes of the guest `misbehaving`, and the list of what it does. Not in scope: any
//! assertion.

mod behaviours;

pub use behaviours::{Behaviour, Description};
use behaviours::{MARK, ROOM};

/// A plugin that does what it should not, by the text setting `behaviour`.
pub const MISBEHAVING: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/misbehaving.wasm"));

/// The same plugin, describing itself otherwise: a few bytes of its data differ. Absent where the
/// component does not have them.
#[must_use]
pub fn describing(description: Description) -> Option<Vec<u8>> {
    let mut component = MISBEHAVING.to_vec();
    let marked = component
        .windows(MARK.len())
        .position(|it| it == MARK.as_bytes())?;
    let start = marked + MARK.len();
    let name = format!("{:.<ROOM$}", description.name());
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
    }

    #[test]
    fn a_description_is_chosen_in_the_bytes() {
        let honest = describing(Description::Honest);
        assert_eq!(honest.as_deref(), Some(MISBEHAVING));
        assert_ne!(describing(Description::Endless), honest);
    }
}
