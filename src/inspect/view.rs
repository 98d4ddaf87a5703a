//! A view: the layers that everybody can see, with their sizes.

use serde::Serialize;

use super::encrypted::EncryptedView;
use super::findings::Fault;
use super::plaintext::PlaintextView;
use super::signed::SignedView;

/// What an envelope says of itself. All of it is claimed, none of it proved.
#[derive(Clone, Debug, Serialize)]
pub struct EnvelopeView {
    /// The length of the whole text in bytes.
    #[serde(rename = "octets")]
    pub bytes: usize,
    /// The layers that can be seen without a key, from the outside in.
    pub layers: Vec<LayerView>,
    /// Why unpacking would refuse it.
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
    /// A JWE: what it holds is for its recipients.
    Encrypted(EncryptedView),
    /// A JWS: what it holds is the next layer.
    Signed(SignedView),
    /// The message itself, without its body.
    Plaintext(PlaintextView),
}
