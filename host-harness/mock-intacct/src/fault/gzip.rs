//! A gzip member (RFC 1952) of stored blocks (RFC 1951 section 3.2.4): a content coding, without a
//! compressor.

use bytes::Bytes;

/// The largest stored block.
const BLOCK: usize = 0xFFFF;

/// The body in the content coding `gzip`.
pub(super) fn encode(body: &[u8]) -> Bytes {
    let mut out = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut blocks = body.chunks(BLOCK).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(u8::from(blocks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    if body.is_empty() {
        out.extend([1, 0, 0, 0xFF, 0xFF]);
    }
    out.extend(crc32(body).to_le_bytes());
    let length = u32::try_from(body.len() & 0xFFFF_FFFF).unwrap_or(u32::MAX);
    out.extend(length.to_le_bytes());
    Bytes::from(out)
}

/// CRC-32 (RFC 1952 section 8).
fn crc32(body: &[u8]) -> u32 {
    let table = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            let carry = if crc & 1 == 1 { 0xEDB8_8320 } else { 0 };
            (crc >> 1) ^ carry
        })
    };
    !body.iter().fold(u32::MAX, table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn a_member_has_its_head_its_block_and_its_length() {
        let member = encode(b"{}");
        assert!(member.starts_with(&[0x1F, 0x8B, 8]));
        assert!(member.ends_with(&[2, 0, 0, 0]));
        assert!(member.windows(2).any(|it| it == b"{}"));
    }
}
