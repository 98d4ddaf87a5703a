//! Forwards: opened for a mediator, who hands the payload on; and by a receiver whose mediator wrapped a
//! message once more for it ("Rewrapping").

use super::options::UnpackOptions;
use super::{Unpacked, acceptance, open};
use crate::caller::Caller;
use crate::did::{DidUrl, same_party};
use crate::error::{Error, Result};
use crate::jose::envelope::{Envelope, Most};
use crate::message::Message;
use crate::routing::Forward;

/// A forward that was opened, and what was proved about it; what it carries is proved by nobody yet.
pub struct Forwarded {
    /// What the mediator is asked to do.
    pub forward: Forward,
    /// The forward as a message.
    pub unpacked: Unpacked,
}

impl Forwarded {
    /// What a message asks a mediator to do, where it is a forward.
    pub fn of(message: &Message) -> Result<Option<Forward>> {
        Forward::is_one(message).then(|| Forward::read(message)).transpose()
    }
}

/// Opens a forward for the mediator it is addressed to.
pub async fn unpack_forward(caller: &Caller, packed: &str, options: &UnpackOptions) -> Result<Forwarded> {
    let unpacked = open(caller, packed, options).await?;
    acceptance::check(&options.policy, &unpacked)?;
    let forward = Forward::read(unpacked.message())?;
    if !options.forward_unencrypted {
        forward.refuse_unencrypted()?;
    }
    Ok(Forwarded { forward, unpacked })
}

/// The message inside of a forward that has come to its end: `next` is a DID or a key of ours, and so is a
/// key that the message inside is encrypted to. None where it is for somebody else to hand on.
pub(super) async fn for_us(
    caller: &Caller,
    message: &Message,
    options: &UnpackOptions,
) -> Result<Option<String>> {
    if !Forward::is_one(message) {
        return Ok(None);
    }
    let forward = Forward::read(message)?;
    // one message can be the result, and one that lies elsewhere is for the application to fetch
    if !forward.links().is_empty() {
        return Ok(None);
    }
    let next = DidUrl::parse(forward.next())?;
    let Ok([payload]) = <[String; 1]>::try_from(forward.into_messages()) else { return Ok(None) };
    let most = Most { recipients: options.limits.recipients, signatures: options.limits.signatures };
    let Ok(Envelope::Encrypted(jwe)) = Envelope::parse(&payload, most) else { return Ok(None) };
    let of_next: Vec<&DidUrl> = jwe.kids().filter(|kid| same_party(kid.did(), next.did())).collect();
    let ours =
        holds(caller, &of_next).await? || (next.fragment().is_some() && holds(caller, &[&next]).await?);
    Ok(ours.then_some(payload))
}

async fn holds(caller: &Caller, kids: &[&DidUrl]) -> Result<bool> {
    if kids.is_empty() {
        return Ok(false);
    }
    match caller.find_secret(kids).await {
        Ok(_) => Ok(true),
        Err(Error::SecretNotFound { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
