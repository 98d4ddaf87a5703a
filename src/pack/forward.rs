//! Wrap an encrypted message for mediators: one forward in anoncrypt for each, the first mediator's outermost.

use std::fmt::{Debug, Formatter};
use std::sync::Arc;

use super::keys::{Group, few_keys, recipients};
use super::seal::anoncrypt;
use crate::caller::{Caller, Context, Random};
use crate::crypto::algorithm::ContentEncryption;
use crate::did::DidUrl;
use crate::error::{Error, Result};
use crate::jose::wire;
use crate::json;
use crate::keys::Curve;
use crate::memory::check_room;
use crate::operation::{Operation, Step};
use crate::routing::{self, ForwardHeaders, MOST_LAYERS};

/// Options of forwards.
#[derive(Clone, Debug)]
pub struct ForwardOptions {
    /// The content encryption of every layer.
    pub anoncrypt: ContentEncryption,
    /// The allowed curves, the preferred first; each forward is encrypted on one of them.
    pub curves: Vec<Curve>,
    /// Additional headers of every forward.
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
/// A routing key is the DID URL of a key, or a DID, for the key agreement keys of that DID.
pub async fn wrap_in_forward(
    caller: &Caller,
    payload: &str,
    to: &DidUrl,
    routing_keys: &[DidUrl],
    options: &ForwardOptions,
) -> Result<PackedForward> {
    check(payload)?;
    if routing_keys.len() > MOST_LAYERS {
        return Err(Error::misuse(format!("`routing_keys` must have at most {MOST_LAYERS} keys")));
    }
    let wrapping = Wrapping::prepare(caller, to.as_str(), routing_keys, options).await?;
    wrapping.wrap(caller, payload.trim()).await
}

/// Rewraps the payload of a forward, as a mediator does before it delivers the payload.
///
/// With the recipient's registered routing keys, there is a forward for each; without them, the only forward is
/// encrypted for the recipient itself ("Rewrapping").
pub async fn rewrap(
    caller: &Caller,
    payload: &str,
    next: &DidUrl,
    routing_keys: &[DidUrl],
    options: &ForwardOptions,
) -> Result<PackedForward> {
    if !routing_keys.is_empty() {
        return wrap_in_forward(caller, payload, next, routing_keys, options).await;
    }
    check(payload)?;
    // the recipient may use any of its keys
    let keys = recipients(caller, next, &options.curves).await?.groups.into_iter().next();
    let layers = vec![Layer { mediator: next.clone(), keys: keys.ok_or_else(no_curve)? }];
    Wrapping { target: next.to_string(), layers, options: options.clone() }.wrap(caller, payload.trim()).await
}

/// Checks that the payload is an encrypted message: the mediator could read any other.
fn check(payload: &str) -> Result<()> {
    if !wire::is_encrypted(payload) {
        return Err(Error::malformed(
            "forward",
            "the payload is not an encrypted message, so a mediator could read it",
        ));
    }
    json::check(payload, "forward", json::NESTING)
}

fn no_curve() -> Error {
    Error::misuse("`curves` must not be empty")
}

/// The mediators on one route, with their resolved keys.
#[derive(Clone)]
pub struct Wrapping {
    target: String,
    /// The outermost layer first; at least one.
    layers: Vec<Layer>,
    options: ForwardOptions,
}

#[derive(Clone)]
struct Layer {
    mediator: DidUrl,
    keys: Group,
}

impl Debug for Wrapping {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.layers.iter().map(|layer| layer.mediator.as_str())).finish()
    }
}

impl Wrapping {
    /// Resolves the keys of every mediator.
    pub(super) async fn prepare(
        caller: &Caller,
        target: &str,
        mediators: &[DidUrl],
        options: &ForwardOptions,
    ) -> Result<Self> {
        if mediators.is_empty() {
            return Err(Error::misuse("`routing_keys` must not be empty"));
        }
        let mut layers = Vec::with_capacity(mediators.len());
        for mediator in mediators {
            let keys = few_keys(caller, mediator, &options.curves).await?;
            layers.push(Layer { mediator: mediator.clone(), keys });
        }
        Ok(Self { target: target.to_owned(), layers, options: options.clone() })
    }

    /// The keys that the outermost layer is encrypted to.
    pub fn to_kids(&self) -> Vec<DidUrl> {
        let outermost = self.layers.first().map(|layer| &layer.keys.keys);
        outermost.into_iter().flatten().map(|key| key.kid.clone()).collect()
    }

    /// The number of keys in all layers together.
    pub(super) fn keys(&self) -> usize {
        self.layers.iter().map(|layer| layer.keys.keys.len()).sum()
    }

    /// Wraps the envelope in one forward for each mediator, the last mediator first.
    pub(super) async fn wrap(&self, caller: &Caller, envelope: &str) -> Result<PackedForward> {
        let Self { target, layers, options } = self;
        let mut wrapped: Option<String> = None;
        let mut next = target.as_str();
        for Layer { mediator, keys } in layers.iter().rev() {
            let payload = wrapped.as_deref().unwrap_or(envelope);
            check_room(payload.len())?;
            let plaintext = routing::write(&caller.random_id(), mediator, next, payload, &options.headers);
            wrapped = Some(anoncrypt(caller, plaintext.into_bytes(), keys, options.anoncrypt).await?);
            next = mediator.as_str();
        }
        let text = wrapped.ok_or_else(no_curve)?;
        Ok(PackedForward { text, to_kids: self.to_kids() })
    }

    /// Wraps the envelope on request; apart from `random`, it needs nothing from the caller.
    pub fn wrap_later(self: &Arc<Self>, envelope: &str, random: Random) -> Result<PackedForward> {
        check_room(envelope.len())?;
        let (wrapping, envelope) = (Arc::clone(self), envelope.to_owned());
        let mut operation = Operation::new(Context::new(0, random), |caller| async move {
            wrapping.wrap(&caller, &envelope).await
        });
        match operation.start()? {
            Step::Done(wrapped) => Ok(wrapped),
            Step::Ask(_) => Err(Error::Answer("expected no question while wrapping")),
        }
    }
}
