//! Inspection: an envelope's unverified headers, without any key.
//!
//! Nothing here is proved: a view repeats the claims of the envelope's author, and only unpacking verifies them. An
//! envelope that unpacking would refuse is described too, and the view lists its faults, in each layer first the one
//! that unpacking would report.

mod encrypted;
mod findings;
mod lenient_json;
mod plaintext;
mod signed;
mod sizes;
mod view;

pub use encrypted::EncryptedView;
pub use findings::Fault;
pub use plaintext::PlaintextView;
pub use signed::{SignatureView, SignedView};
pub use sizes::{Serialisation, Sizes};
pub use view::{EnvelopeView, LayerView};

use crate::error::{Error, Result};
use crate::jose::accept::Accept;
use crate::jose::envelope::{Envelope, compact};
use crate::jose::wire::Shape;
use crate::limits::Limits;
use crate::memory::check_room;
use crate::message::Message;
use findings::Faults;
use lenient_json::Object;
use signed::Payload;

/// Describes an envelope; an error only if the text is not a JSON object, or is too long.
pub fn inspect(packed: &str, limits: &Limits) -> Result<EnvelopeView> {
    if packed.len() > limits.bytes {
        let reason = format!("longer than the maximum of {} bytes", limits.bytes);
        return Err(Error::malformed("message", reason));
    }
    // room for a copy of the text, and for its content
    check_room(packed.len().saturating_mul(2))?;
    let mut layers = Vec::new();
    let mut faults = Faults::default();
    let payload = match Object::read(packed) {
        Some(object) => layer(packed, &object, limits, &mut layers, &mut faults),
        None => compact_layer(packed, limits, &mut layers, &mut faults)?,
    };
    if let Some(Payload(text)) = payload {
        match Object::read(&text) {
            Some(object) => {
                layer(&text, &object, limits, &mut layers, &mut faults);
                if !matches!(layers.last(), Some(LayerView::Plaintext(_))) {
                    let reason = "its layers are in an order that the specification does not allow";
                    faults.add("message", &Error::malformed("message", reason));
                }
            }
            None => {
                faults.check("message", Envelope::parse(&text, accept(limits)));
            }
        }
    }
    Ok(EnvelopeView { bytes: packed.len(), layers, faults: faults.into() })
}

/// The claimed recipient keys of the outermost layer, for a message that did not decrypt.
pub fn recipient_kids(packed: &str, limits: &Limits) -> Vec<String> {
    // also for a message that was accepted with higher limits
    let limits = Limits { bytes: packed.len(), ..*limits };
    match inspect(packed, &limits).ok().and_then(|view| view.layers.into_iter().next()) {
        Some(LayerView::Encrypted(view)) => view.claimed_recipient_kids,
        _ => Vec::new(),
    }
}

/// Describes one layer, and returns its content if it is not encrypted.
fn layer(
    text: &str,
    object: &Object<'_>,
    limits: &Limits,
    layers: &mut Vec<LayerView>,
    faults: &mut Faults,
) -> Option<Payload> {
    faults.begin_layer();
    match object.wire().shape() {
        Shape::Encrypted => {
            layers.push(LayerView::Encrypted(EncryptedView::of_json(text.len(), object, limits, faults)));
            faults.add_refusal("jwe", Envelope::parse(text, accept(limits)).err());
            None
        }
        Shape::Signed => {
            let (view, payload) = SignedView::of_json(text.len(), object, limits, faults);
            layers.push(LayerView::Signed(view));
            faults.add_refusal("jws", Envelope::parse(text, accept(limits)).err());
            payload
        }
        Shape::Plain => {
            layers.push(LayerView::Plaintext(PlaintextView::of_json(text.len(), object)));
            faults.add_refusal("message", Message::parse_within(text, limits.nesting).err());
            None
        }
    }
}

/// Describes an envelope in the compact form, which DIDComm does not use.
fn compact_layer(
    text: &str,
    limits: &Limits,
    layers: &mut Vec<LayerView>,
    faults: &mut Faults,
) -> Result<Option<Payload>> {
    let Err(refused) = Envelope::parse(text, accept(limits)) else { return Ok(None) };
    match compact(text).as_deref() {
        Some([protected, payload, signature]) => {
            faults.add("message", &refused);
            let (view, payload) = SignedView::of_compact(protected, payload, signature, faults);
            layers.push(LayerView::Signed(view));
            Ok(payload)
        }
        Some([protected, encrypted_key, iv, ciphertext, tag]) => {
            faults.add("message", &refused);
            let sizes = Sizes::of_compact(&[
                ("protected", protected),
                ("encrypted_key", encrypted_key),
                ("iv", iv),
                ("ciphertext", ciphertext),
                ("tag", tag),
            ]);
            layers.push(LayerView::Encrypted(EncryptedView::of_compact(protected, sizes, limits, faults)));
            Ok(None)
        }
        _ => Err(refused),
    }
}

/// What unpacking reads by default, within the limits.
fn accept(limits: &Limits) -> Accept {
    Accept { recipients: limits.recipients, signatures: limits.signatures, draft_3: false }
}
