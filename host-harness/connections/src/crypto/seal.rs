//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03), with a random nonce.
//!
//! A nonce of 192 bits may be drawn at random as often as one likes under one key, so no counter has
//! to be kept across processes and restored backups.

use chacha20poly1305::aead::AeadInOut as _;
use chacha20poly1305::{KeyInit as _, Tag, XChaCha20Poly1305, XNonce};
use credential_runtime::Randomness;
use zeroize::Zeroizing;

/// Bytes of a key.
pub(crate) const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;

/// How a sealed value is laid out: this byte, the nonce, the encrypted value, the tag.
const FORMAT: u8 = 1;
const HEADER_BYTES: usize = 1 + NONCE_BYTES;

/// A key, wiped when dropped.
pub(crate) type Key = Zeroizing<[u8; KEY_BYTES]>;

/// A sealed value that does not open: damaged, sealed for another place, or under another key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken;

/// Encrypts a value for one place. `associated` says which; it is not stored.
pub(crate) fn seal(
    key: &Key,
    associated: &[u8],
    value: &[u8],
    randomness: &dyn Randomness,
) -> Result<Vec<u8>, Broken> {
    let mut nonce = [0; NONCE_BYTES];
    randomness.fill(&mut nonce);
    // In one piece, so that no copy of the value stays behind in a smaller buffer.
    let mut sealed = Vec::with_capacity(HEADER_BYTES + value.len() + TAG_BYTES);
    sealed.push(FORMAT);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(value);
    let tag = cipher(key)
        .encrypt_inout_detached(
            &XNonce::from(nonce),
            associated,
            (&mut sealed[HEADER_BYTES..]).into(),
        )
        .map_err(|_| Broken)?;
    sealed.extend_from_slice(&tag);
    Ok(sealed)
}

/// Decrypts what was sealed for that place.
pub(crate) fn open(
    key: &Key,
    associated: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Broken> {
    let (&format, rest) = sealed.split_first().ok_or(Broken)?;
    let (nonce, rest) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(Broken)?;
    let (encrypted, tag) = rest.split_last_chunk::<TAG_BYTES>().ok_or(Broken)?;
    if format != FORMAT {
        return Err(Broken);
    }
    let mut value = Zeroizing::new(encrypted.to_vec());
    cipher(key)
        .decrypt_inout_detached(
            &XNonce::from(*nonce),
            associated,
            value.as_mut_slice().into(),
            &Tag::from(*tag),
        )
        .map_err(|_| Broken)?;
    Ok(value)
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new((&**key).into())
}

#[cfg(test)]
mod tests {
    use credential_runtime::SystemRandomness;

    use super::*;

    fn key(byte: u8) -> Key {
        Key::new([byte; KEY_BYTES])
    }

    #[test]
    fn what_was_sealed_opens_at_its_place_alone() {
        let sealed = seal(&key(1), b"here", b"a value", &SystemRandomness).unwrap();
        assert_eq!(
            open(&key(1), b"here", &sealed).unwrap().as_slice(),
            b"a value"
        );
        assert_eq!(open(&key(1), b"there", &sealed), Err(Broken));
        assert_eq!(open(&key(2), b"here", &sealed), Err(Broken));
    }

    #[test]
    fn no_byte_may_be_changed_or_missing() {
        let sealed = seal(&key(1), b"", b"a value", &SystemRandomness).unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(open(&key(1), b"", &changed), Err(Broken), "byte {at}");
            assert_eq!(open(&key(1), b"", &sealed[..at]), Err(Broken), "{at} bytes");
        }
    }

    #[test]
    fn the_same_value_is_sealed_differently_each_time() {
        let sealed = |value: &[u8]| seal(&key(1), b"", value, &SystemRandomness).unwrap();
        assert_ne!(sealed(b"a value"), sealed(b"a value"));
        assert!(!sealed(b"a value").windows(7).any(|it| it == b"a value"));
    }

    /// draft-irtf-cfrg-xchacha-03, appendix A.3.1.
    #[test]
    fn it_is_the_cipher_of_the_draft() {
        struct Nonce;
        impl Randomness for Nonce {
            fn fill(&self, buffer: &mut [u8]) {
                (0x40_u8..)
                    .zip(buffer)
                    .for_each(|(value, byte)| *byte = value);
            }
        }
        let mut key = Key::default();
        (0x80_u8..)
            .zip(key.iter_mut())
            .for_each(|(value, byte)| *byte = value);
        let associated = [
            0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7,
        ];
        let text = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip \
                     for the future, sunscreen would be it.";
        let sealed = seal(&key, &associated, text, &Nonce).unwrap();
        assert_eq!(
            crate::crypto::hex(&sealed[25..41]),
            "bd6d179d3e83d43b9576579493c0e939"
        );
        assert_eq!(
            crate::crypto::hex(&sealed[sealed.len() - 16..]),
            "c0875924c1c7987947deafd8780acf49"
        );
    }
}
