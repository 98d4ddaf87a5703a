//! Wrapping: an encrypted message becomes one layer of anoncrypt a mediator, the outermost for the first.

use super::keys::recipients;
use super::seal::anoncrypt;
use crate::caller::Caller;
use crate::crypto::algorithm::ContentEncryption;
use crate::did::DidUrl;
use crate::error::{Error, Result};
use crate::jose::envelope;
use crate::json;
use crate::keys::Curve;
use crate::routing::{self, ForwardHeaders, MOST_LAYERS};

/// How forwards are written.
#[derive(Clone, Debug)]
pub struct ForwardOptions {
    /// The content encryption of every layer.
    pub anoncrypt: ContentEncryption,
    /// The curves that may be used, the preferred first; each mediator is encrypted to on one of them.
    pub curves: Vec<Curve>,
    /// What every forward has beside the next hop and the payload.
    pub headers: ForwardHeaders,
}

impl Default for ForwardOptions {
    fn default() -> Self {
        Self {
            anoncrypt: ContentEncryption::default(),
            curves: Curve::FOR_AGREEMENT.to_vec(),
            headers: ForwardHeaders::default(),
        }
    }
}

/// A message wrapped for mediators.
#[derive(Clone, Debug)]
pub struct PackedForward {
    /// The text for the wire.
    pub text: String,
    /// The keys that the outermost layer is encrypted to.
    pub to_kids: Vec<DidUrl>,
}

/// Wraps an encrypted message for `to` in one forward for each routing key, the first outermost.
///
/// A routing key is the DID URL of a key, or a DID, which stands for its key agreement keys.
pub async fn wrap_in_forward(
    caller: &Caller,
    payload: &str,
    to: &DidUrl,
    routing_keys: &[DidUrl],
    options: &ForwardOptions,
) -> Result<PackedForward> {
    // a forward that carries anything else shows it to the mediator
    if !envelope::is_encrypted(payload) {
        return Err(Error::malformed("forward", "what is to be wrapped is no encrypted message"));
    }
    json::check(payload, "forward", json::NESTING)?;
    if routing_keys.len() > MOST_LAYERS {
        return Err(Error::misuse(format!("more than {MOST_LAYERS} routing keys")));
    }
    let wrapped = wrap(caller, payload.trim(), to.as_str(), routing_keys, options).await?;
    wrapped.ok_or_else(|| Error::misuse("no routing key to wrap for"))
}

/// Wraps what a forward carried once more, as a mediator does before it hands it on.
///
/// With routing keys, which the recipient has registered, there is a layer for each; without them the one
/// layer is for the recipient itself, who finds a forward to itself inside ("Rewrapping").
pub async fn rewrap(
    caller: &Caller,
    payload: &str,
    next: &DidUrl,
    routing_keys: &[DidUrl],
    options: &ForwardOptions,
) -> Result<PackedForward> {
    let receiver = std::slice::from_ref(next);
    let layers = if routing_keys.is_empty() { receiver } else { routing_keys };
    wrap_in_forward(caller, payload, next, layers, options).await
}

/// Wraps in one forward for each of the layers, of which the first is outermost; none where there are none.
pub(super) async fn wrap(
    caller: &Caller,
    envelope: &str,
    to: &str,
    layers: &[DidUrl],
    options: &ForwardOptions,
) -> Result<Option<PackedForward>> {
    let mut wrapped: Option<PackedForward> = None;
    let mut next = to;
    for mediator in layers.iter().rev() {
        let keys = recipients(caller, mediator, &options.curves).await?.groups.into_iter().next();
        let keys = keys.ok_or_else(|| Error::misuse("no curve to encrypt on"))?;
        let payload = wrapped.as_ref().map_or(envelope, |inner| inner.text.as_str());
        let plaintext = routing::write(&caller.random_id(), mediator, next, payload, &options.headers);
        wrapped = Some(PackedForward {
            text: anoncrypt(caller, plaintext.into_bytes(), &keys, options.anoncrypt).await?,
            to_kids: keys.keys.into_iter().map(|key| key.kid).collect(),
        });
        next = mediator.as_str();
    }
    Ok(wrapped)
}
