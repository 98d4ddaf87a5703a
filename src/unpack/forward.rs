//! Unpack forwards: for a mediator, which delivers the payload; and for a recipient whose mediator wrapped the
//! message once more ("Rewrapping").

use super::options::UnpackOptions;
use super::outermost::accept;
use super::{Unpacked, acceptance, open};
use crate::caller::Caller;
use crate::did::{DidUrl, same_party};
use crate::error::{Error, Result};
use crate::jose::envelope::Envelope;
use crate::message::Message;
use crate::routing::Forward;

/// An unpacked forward, with what was proved about it; nothing is proved about its payload.
pub struct Forwarded {
    /// The request to the mediator.
    pub forward: Forward,
    /// The forward as a message.
    pub unpacked: Unpacked,
}

impl Forwarded {
    /// The request to a mediator, if the message is a forward.
    pub fn of(message: &Message) -> Result<Option<Forward>> {
        Forward::is_forward(message).then(|| Forward::read(message)).transpose()
    }
}

/// Unpacks a forward, for a mediator.
pub async fn unpack_forward(caller: &Caller, packed: &str, options: &UnpackOptions) -> Result<Forwarded> {
    let unpacked = open(caller, packed, options).await?;
    acceptance::check(&options.policy, &unpacked)?;
    let forward = Forward::read(unpacked.message())?;
    if !options.forward_unencrypted {
        forward.refuse_unencrypted()?;
    }
    Ok(Forwarded { forward, unpacked })
}

/// The payload of a forward to us: `next` is one of our DIDs or keys, and the payload is encrypted to one of our
/// keys. `None` if it is for another party.
pub(super) async fn unwrap_own_forward(
    caller: &Caller,
    message: &Message,
    options: &UnpackOptions,
) -> Result<Option<String>> {
    if !Forward::is_forward(message) {
        return Ok(None);
    }
    let forward = Forward::read(message)?;
    // the result is one message, and linked content is for the application to fetch
    if !forward.links().is_empty() {
        return Ok(None);
    }
    let next = DidUrl::parse(forward.next())?;
    let Ok([payload]) = <[String; 1]>::try_from(forward.into_messages()) else { return Ok(None) };
    let Ok(Envelope::Encrypted(jwe)) = Envelope::parse(&payload, accept(options)) else { return Ok(None) };
    let of_next: Vec<&DidUrl> = jwe.kids().filter(|kid| same_party(kid.did(), next.did())).collect();
    let ours = has_secret(caller, &of_next).await?
        || (next.fragment().is_some() && has_secret(caller, &[&next]).await?);
    Ok(ours.then_some(payload))
}

async fn has_secret(caller: &Caller, kids: &[&DidUrl]) -> Result<bool> {
    if kids.is_empty() {
        return Ok(false);
    }
    match caller.find_secret(kids).await {
        Ok(_) => Ok(true),
        Err(Error::SecretNotFound { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
