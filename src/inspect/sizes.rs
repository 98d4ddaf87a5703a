//! How a layer is written, and how long its parts are.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// How JOSE writes a layer.
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

/// How long a layer and its parts are, in bytes.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Sizes {
    /// The text of the layer.
    #[serde(rename = "octets")]
    pub bytes: usize,
    /// What it holds, decoded.
    #[serde(rename = "content_octets")]
    pub content_bytes: usize,
    /// The parts as they stand in the text; what is left of it joins them.
    #[serde(serialize_with = "as_object")]
    pub parts: Vec<(&'static str, usize)>,
}

impl Sizes {
    /// The sizes of parts joined by full stops, of which one is the content.
    pub(super) fn of_compact(parts: &[(&'static str, &str)]) -> Self {
        let parts: Vec<_> = parts.iter().map(|(name, text)| (*name, text.len())).collect();
        let dots = parts.len().saturating_sub(1);
        let bytes = parts.iter().fold(dots, |sum, (_, bytes)| sum.saturating_add(*bytes));
        let content = parts.iter().find(|(name, _)| matches!(*name, "ciphertext" | "payload"));
        Self { bytes, content_bytes: content.map_or(0, |(_, letters)| decoded(*letters)), parts }
    }
}

/// How many bytes so many letters of base64url stand for.
pub(super) fn decoded(letters: usize) -> usize {
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
