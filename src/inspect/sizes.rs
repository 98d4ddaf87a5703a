//! The serialization of a layer, and the sizes of its parts.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// The JOSE serialization of a layer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Serialisation {
    /// JSON, with lists of recipients or signatures.
    General,
    /// JSON, with one recipient or signature.
    Flattened,
    /// Parts joined by full stops, which DIDComm does not use.
    Compact,
}

/// The sizes of a layer and its parts, in bytes.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Sizes {
    /// The text of the layer.
    #[serde(rename = "octets")]
    pub bytes: usize,
    /// The decoded content.
    #[serde(rename = "content_octets")]
    pub content_bytes: usize,
    /// The encoded parts; the rest of the text is syntax.
    #[serde(serialize_with = "as_object")]
    pub parts: Vec<(&'static str, usize)>,
}

impl Sizes {
    /// The sizes of parts joined by full stops, one of them the content.
    pub(super) fn of_compact(parts: &[(&'static str, &str)]) -> Self {
        let parts: Vec<_> = parts.iter().map(|(name, text)| (*name, text.len())).collect();
        let dots = parts.len().saturating_sub(1);
        let bytes = parts.iter().fold(dots, |sum, (_, bytes)| sum.saturating_add(*bytes));
        let content = parts.iter().find(|(name, _)| matches!(*name, "ciphertext" | "payload"));
        Self { bytes, content_bytes: content.map_or(0, |(_, letters)| decoded_length(*letters)), parts }
    }
}

/// The number of bytes that so many letters of base64url encode.
pub(super) fn decoded_length(letters: usize) -> usize {
    let whole = letters.saturating_div(4).saturating_mul(3);
    whole.saturating_add((letters % 4).saturating_sub(1))
}

fn as_object<S: Serializer>(parts: &[(&'static str, usize)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(parts.len()))?;
    for (name, bytes) in parts {
        map.serialize_entry(name, bytes)?;
    }
    map.end()
}
