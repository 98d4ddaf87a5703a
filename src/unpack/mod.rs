//! Unpack a message: open its layers, and prove its claims.
//!
//! # Theory of operation
//!
//! A message arrives in layers. From the outside in they are: anoncrypt, authcrypt, signature, plaintext.
//! Any of the first three may be missing, none may occur twice, and their order is fixed; so at most three
//! openings lead to the plaintext, or the message is malformed.
//!
//! Opening a layer proves one fact, and yields a value that stands for the proof:
//!
//! * anoncrypt: the layer was encrypted to one of our keys (`opened::Opened`);
//! * authcrypt: and by the holder of a key that some DID lists under `keyAgreement` (`opened::Authcrypt`);
//! * signature: the holder of a key that some DID lists under `authentication` signed (`signed::Signed`).
//!
//! None of these proves the sender of the *message*. `addressing` does so, once the plaintext is open: `from` must
//! be the DID of each proved key, and `to` must contain our DID. It alone makes [`SenderProved`] and
//! [`SignerProved`], and only with one of them is the result authenticated. Then `from_prior` is verified. The
//! operator's `policy` is checked last, on a message whose claims are proved. The result has a `warning` for each
//! anomaly that is not a reason to refuse the message.

mod acceptance;
mod addressing;
mod attachment;
mod forward;
mod layer;
mod layers;
mod opened;
mod options;
mod outermost;
mod policy;
mod report;
mod rotation;
mod signed;
mod unpacked;
mod warning;

pub(crate) use acceptance::require_all;
pub use addressing::{SenderProved, SignerProved};
pub use attachment::{AttachmentSigned, verify_attachment};
pub use forward::{Forwarded, unpack_forward};
pub use layer::{check_claims, open_layer};
pub use options::{ToMismatch, UnpackOptions};
pub(crate) use outermost::{Outermost, Version};
pub use policy::{Policy, Profile};
pub use report::{Report, Rotation};
pub use rotation::RotationProved;
pub use unpacked::Unpacked;
pub use warning::Warning;

use std::sync::Arc;

use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::jose::envelope::Envelope;
use crate::jose::jwe::Agreement;
use crate::message::Message;
use crate::message::shared_text::Source;
use layers::Layers;
use unpacked::Findings;

/// Maximum length of an id without a warning: UUIDs have 36 bytes, hashes in hexadecimal 64.
const ORDINARY_ID: usize = 64;

/// The current layer; the layers in their only allowed order.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Depth {
    Outside,
    Anoncrypt,
    Authcrypt,
    Signed,
}

/// Opens every layer of a message, and proves its claims.
///
/// A forward proves nothing about the message inside, which is unpacked by itself.
pub async fn unpack(caller: &Caller, packed: &str, options: &UnpackOptions) -> Result<Unpacked> {
    unpack_outermost(caller, packed, Outermost::of_packed(packed, options)?, options).await
}

/// The same for a message whose outermost layer is parsed.
pub(crate) async fn unpack_outermost(
    caller: &Caller,
    packed: &str,
    outermost: Outermost<'_>,
    options: &UnpackOptions,
) -> Result<Unpacked> {
    let mut unpacked = open_outermost(caller, packed, outermost, options).await?;
    let mut depth: usize = 0;
    while !options.keep_forward
        && let Some(payload) = forward::unwrap_own_forward(caller, unpacked.message(), options).await?
    {
        if depth >= options.limits.forward_depth {
            return Err(too_large(format!("more than {depth} nested forwards (`max_forward_depth`)")));
        }
        depth = depth.saturating_add(1);
        unpacked = open(caller, &payload, options).await?.mark_as_forwarded();
    }
    // the policy applies to the message itself, not to a mediator's forward around it
    acceptance::check(&options.policy, &unpacked)?;
    Ok(unpacked)
}

/// Opens the layers of one message.
async fn open(caller: &Caller, packed: &str, options: &UnpackOptions) -> Result<Unpacked> {
    open_outermost(caller, packed, Outermost::of_packed(packed, options)?, options).await
}

/// The same for a message whose outermost layer is parsed.
async fn open_outermost(
    caller: &Caller,
    packed: &str,
    outermost: Outermost<'_>,
    options: &UnpackOptions,
) -> Result<Unpacked> {
    let limits = &options.limits;
    let mut layers_left = limits.layers;
    let mut layers = Layers::default();
    let mut depth = Depth::Outside;
    let mut inner: Option<Arc<Source>> = None;
    let mut outermost = Some(outermost);
    loop {
        let Outermost { object, envelope } = match outermost.take() {
            Some(outermost) => outermost,
            None => Outermost::read(inner.as_deref().map_or(packed, Source::as_str), options)?,
        };
        if !matches!(envelope, Envelope::Plain) {
            layers_left = layers_left
                .checked_sub(1)
                .ok_or_else(|| too_large(format!("more than {} layers", limits.layers)))?;
        }
        let next = match envelope {
            Envelope::Encrypted(jwe) => match &jwe.agreement {
                Agreement::EcdhEs => {
                    depth = depth.descend(Depth::Anoncrypt)?;
                    layers.unbound = jwe.apv.is_none();
                    let (opened, plaintext) = opened::open_anoncrypt(caller, jwe, options).await?;
                    layers.anoncrypt = Some(opened);
                    plaintext
                }
                Agreement::Ecdh1Pu { skid, apu } => {
                    depth = depth.descend(Depth::Authcrypt)?;
                    layers.draft_3 = apu.is_none();
                    layers.unbound |= jwe.apv.is_none();
                    let skid = skid.clone();
                    let (opened, plaintext) = opened::open_authcrypt(caller, jwe, skid, options).await?;
                    layers.authcrypt = Some(opened);
                    plaintext
                }
            },
            Envelope::Signed(jws) => {
                depth = depth.descend(Depth::Signed)?;
                let (proved, payload) = signed::verify(caller, jws).await?;
                layers.signed = Some(proved.with_source(source(packed, inner.as_ref())));
                payload
            }
            Envelope::Plain => {
                let message = match &inner {
                    Some(source) => Message::of_object(source, object, options.reading_options())?,
                    None => Message::keep(Source::Open(packed.to_owned()), options.reading_options())?,
                };
                return conclude(caller, message, layers, options).await;
            }
        };
        inner = Some(Arc::new(next.into()));
    }
}

/// The text that contains the layer: the plaintext of the layer around it, or else the packed message.
fn source(packed: &str, inner: Option<&Arc<Source>>) -> Arc<Source> {
    inner.map_or_else(|| Arc::new(Source::Open(packed.to_owned())), Arc::clone)
}

/// Compares the claims of the plaintext with the proofs of the layers.
async fn conclude(
    caller: &Caller,
    message: Message,
    layers: Layers,
    options: &UnpackOptions,
) -> Result<Unpacked> {
    let sender = layers.authcrypt.as_ref().map(|opened| addressing::sender(&message, opened)).transpose()?;
    let signer = layers.signed.as_ref().map(|signed| addressing::signer(&message, signed)).transpose()?;
    let addressed = addressing::recipients(&message, &layers, options.to_mismatch)?;
    let is_encrypted = layers.anoncrypt.is_some() || layers.authcrypt.is_some();
    let is_to_us = is_encrypted
        || options.own_dids.is_empty()
        || addressing::is_addressed_to_us(&message, &options.own_dids);
    let receiver = rotation::Receiver { did: layers.recipient(), ending_age: options.limits.ending_age };
    let (message, rotation) = rotation::verify(caller, message, is_encrypted, receiver).await?;
    let is_expired = message.is_expired(caller.now());
    let is_signed_authcrypt = layers.authcrypt.is_some() && layers.signed.is_some();
    let is_hidden = layers.anoncrypt.is_some();
    let is_unproved = message.from().is_some() && sender.is_none() && signer.is_none();
    let odd = [
        (Warning::UnprovedFrom, is_unproved),
        (Warning::Type, message.type_uri().is_none()),
        (Warning::LongId, message.id().len() > ORDINARY_ID),
        (Warning::NotToRecipient, addressed == Some(Warning::NotToRecipient)),
        (Warning::MissingTo, addressed == Some(Warning::MissingTo)),
        (Warning::NotToUs, !is_to_us),
        (Warning::Expired, is_expired),
        (Warning::UnboundRecipients, layers.unbound),
        (Warning::AuthcryptDraft3, layers.draft_3),
        (Warning::FormFault, !message.form_faults().is_empty()),
        (Warning::AuthcryptSigned, is_signed_authcrypt && !is_hidden),
        (Warning::AnoncryptAuthcryptSigned, is_signed_authcrypt && is_hidden),
    ];
    let warnings = odd.into_iter().filter(|(_, is_so)| *is_so).map(|(warning, _)| warning).collect();
    let is_veramo = layers.unbound || layers.draft_3 || message.has_invalid_times();
    let is_by_veramo = options.accept_veramo && is_veramo;
    let findings = Findings { sender, signer, rotation, is_expired, is_by_veramo, warnings };
    Ok(Unpacked::new(caller, message, layers, findings))
}

fn too_large(reason: String) -> Error {
    Error::malformed("message", reason)
}

impl Depth {
    /// Goes one layer further in; never outwards, and never into the same kind of layer twice.
    fn descend(self, to: Self) -> Result<Self> {
        if to > self {
            Ok(to)
        } else {
            Err(Error::malformed(
                "message",
                "its layers are in an order that the specification does not allow",
            ))
        }
    }
}
