//! Views of an envelope: the layers that are visible without a key, with their sizes.

use serde::Serialize;

use super::encrypted::EncryptedView;
use super::findings::Fault;
use super::plaintext::PlaintextView;
use super::signed::SignedView;

/// The claims of an envelope, none of them proved.
#[derive(Clone, Debug, Serialize)]
pub struct EnvelopeView {
    /// The length of the whole text in bytes.
    #[serde(rename = "octets")]
    pub bytes: usize,
    /// The layers that are visible without a key, from the outside in.
    pub layers: Vec<LayerView>,
    /// The reasons for unpacking to refuse the envelope.
    pub faults: Vec<Fault>,
}

impl EnvelopeView {
    /// The view as JSON text.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// One layer of an envelope.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "layer", rename_all = "lowercase")]
pub enum LayerView {
    /// A JWE, whose content only its recipients can decrypt.
    Encrypted(EncryptedView),
    /// A JWS, whose payload is the next layer.
    Signed(SignedView),
    /// The plaintext, without its body.
    Plaintext(PlaintextView),
}
