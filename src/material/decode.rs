//! Bytes as text, leniently: what is no UTF-8 is marked, not refused.
//!
//! Must give the same text for the same bytes for good: hashes of premises rest on it.

/// How many bytes tell whether a file is text, as git looks at them.
const LOOKED_AT: usize = 8_000;

/// Reads bytes as text; `None` when they are none. Byte order marks go, UTF-16 is read where one says so, and every
/// sequence that is no UTF-8 becomes U+FFFD.
pub(super) fn text(bytes: &[u8]) -> Option<String> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => Some(utf16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Some(utf16(rest, u16::from_be_bytes)),
        _ => {
            let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
            let is_binary = bytes.iter().take(LOOKED_AT).any(|byte| *byte == 0);
            (!is_binary).then(|| String::from_utf8_lossy(bytes).into_owned())
        }
    }
}

fn utf16(bytes: &[u8], read: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::text;

    fn check(bytes: &[u8], expected: Option<&str>) {
        assert_eq!(text(bytes).as_deref(), expected, "{bytes:?}");
    }

    #[test]
    fn bytes_are_read_as_text_where_they_can_be() {
        check(b"plain\r\n", Some("plain\r\n"));
        check(b"\xef\xbb\xbfmarked", Some("marked"));
        check(b"Z\xfcrich", Some("Z\u{fffd}rich"));
        check(b"\xff\xfeh\0i\0", Some("hi"));
        check(b"\xfe\xff\0h\0i", Some("hi"));
        check(b"\x7fELF\x02\x01\0", None);
        check(b"", Some(""));
    }
}
