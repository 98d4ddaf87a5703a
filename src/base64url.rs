//! base64url without padding (RFC 7515 2), decoded strictly: one text for one value. DIDComm v1 uses padding.

use base64_simd::{URL_SAFE, URL_SAFE_NO_PAD};

use crate::error::{Error, Result};
use crate::memory::check_room;

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode_to_string(bytes)
}

pub(crate) fn encode_append(bytes: impl AsRef<[u8]>, text: &mut String) {
    URL_SAFE_NO_PAD.encode_append(bytes, text);
}

/// Encodes with padding, as in every example of Aries RFC 0019; some implementations require it.
pub(crate) fn encode_padded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE.encode_to_string(bytes)
}

pub(crate) fn encode_padded_append(bytes: impl AsRef<[u8]>, text: &mut String) {
    URL_SAFE.encode_append(bytes, text);
}

/// The length of the text for so many bytes.
pub(crate) fn encoded_length(bytes: usize) -> usize {
    URL_SAFE_NO_PAD.encoded_length(bytes)
}

pub(crate) fn decode(text: &str, part: &'static str) -> Result<Vec<u8>> {
    check_room(URL_SAFE_NO_PAD.estimated_decoded_length(text.len()))?;
    URL_SAFE_NO_PAD.decode_to_vec(text).map_err(|_| Error::malformed(part, "not base64url without padding"))
}

/// Decodes with optional padding, as Aries RFC 0019 requires; otherwise as strictly.
pub(crate) fn decode_padded(text: &str, part: &'static str) -> Result<Vec<u8>> {
    let bare = match text.strip_suffix('=') {
        Some(bare) if text.len().is_multiple_of(4) => bare.strip_suffix('=').unwrap_or(bare),
        _ => text,
    };
    decode(bare, part)
}

/// Decodes base64 in either alphabet, with or without padding, and with white space, as MIME and Android write it.
///
/// Only for parts whose text is not input of a signature; each of these texts still has one meaning.
pub(crate) fn decode_any(text: &str, part: &'static str) -> Result<Vec<u8>> {
    let not_base64 = || Error::malformed(part, "not base64");
    let decoded = if text.bytes().any(|byte| byte.is_ascii_whitespace() || b"+/".contains(&byte)) {
        let dense = text.chars().filter(|letter| !letter.is_ascii_whitespace());
        let dense: String = dense
            .map(|letter| match letter {
                '+' => '-',
                '/' => '_',
                other => other,
            })
            .collect();
        decode_padded(&dense, part)
    } else {
        decode_padded(text, part)
    };
    decoded.map_err(|error| if error == Error::Memory { error } else { not_base64() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_rfc_4648() {
        for (bytes, text) in [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg")] {
            assert_eq!(encode(bytes), text);
            assert_eq!(decode(text, "x").unwrap(), bytes.as_bytes());
        }
        assert_eq!(encode([0xff, 0xef, 0xbe]), "_---");
    }

    // JWE-20
    #[test]
    fn decode_refuses_padding_other_letters_and_stray_bits() {
        for text in ["Zg==", "Zg=", "+-__", "Z", "Zh", "Zm9", "Zm9v\n", "Zm 9v", "é"] {
            assert!(decode(text, "x").is_err(), "{text}");
        }
    }

    // ATT-13, ATT-14
    #[test]
    fn decode_any_accepts_both_alphabets_padding_and_line_breaks() {
        for (text, bytes) in [
            ("", &b""[..]),
            ("Zg", b"f"),
            ("Zg==", b"f"),
            ("Zg==\r\n", b"f"),
            ("\nZ m\t9\r\nv\n", b"foo"),
            ("_---", b"\xff\xef\xbe"),
            ("/++-", b"\xff\xef\xbe"),
        ] {
            assert_eq!(decode_any(text, "x").unwrap(), bytes, "{text:?}");
        }
        for text in ["Z", "Zh", "Z===", "Zg===", "Zg=", "=", "==", "====", "Zg=Zg", "Zg=\n=\n=", "Zm.9v", "é"]
        {
            assert_eq!(decode_any(text, "x").unwrap_err(), Error::malformed("x", "not base64"), "{text}");
        }
    }

    #[test]
    fn decode_padded_accepts_only_complete_or_absent_padding() {
        for (text, bytes) in
            [("", ""), ("Zg==", "f"), ("Zg", "f"), ("Zm8=", "fo"), ("Zm8", "fo"), ("Zm9v", "foo")]
        {
            assert_eq!(decode_padded(text, "x").unwrap(), bytes.as_bytes());
            let padded = encode_padded(bytes);
            assert!(padded.starts_with(text) && padded.len().is_multiple_of(4));
            let mut appended = String::from("x");
            encode_padded_append(bytes, &mut appended);
            assert_eq!(appended.strip_prefix('x'), Some(padded.as_str()));
        }
        for text in ["=", "==", "====", "Zg=", "Zg===", "Zm8==", "Zm9v=", "Zm9v====", "Z===", "Zh==", "+-=="]
        {
            assert!(decode_padded(text, "x").is_err(), "{text}");
        }
    }
}
