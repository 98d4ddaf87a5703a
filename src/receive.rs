//! A message of either version of DIDComm: recognised, and read as what it is.

use crate::caller::Caller;
use crate::did::DidSet;
use crate::error::{Demand, Result};
use crate::replay_key::ReplayKey;
use crate::unpack::{Policy, UnpackOptions, Unpacked, first_unmet, unpack};
use crate::v1;

/// A message, as the version of DIDComm has it that it is written in.
pub enum Received {
    /// DIDComm v2.
    V2(Box<Unpacked>),
    /// DIDComm v1, which names parties by their keys, and has other plaintexts.
    V1(Box<v1::Unpacked>),
}

impl Received {
    /// What identifies the message, computed at the first call.
    pub fn replay_key(&self) -> &ReplayKey {
        match self {
            Self::V2(unpacked) => unpacked.replay_key(),
            Self::V1(unpacked) => unpacked.replay_key(),
        }
    }
}

/// Unpacks a message of DIDComm v2 or of v1, whichever it is.
pub async fn receive(caller: &Caller, packed: &str, options: &UnpackOptions) -> Result<Received> {
    // the length is held to its limit by whichever reads the rest
    if packed.len() <= options.limits.bytes && v1::is_one(packed) {
        return receive_v1(caller, packed, options).await.map(|unpacked| Received::V1(Box::new(unpacked)));
    }
    unpack(caller, packed, options).await.map(|unpacked| Received::V2(Box::new(unpacked)))
}

/// Unpacks a message of DIDComm v1 that meets the demands of the options.
pub async fn receive_v1(caller: &Caller, packed: &str, options: &UnpackOptions) -> Result<v1::Unpacked> {
    let unpacked = v1::unpack(caller, packed, &options.limits).await?;
    check_v1(&options.policy, &unpacked)?;
    Ok(unpacked)
}

/// Unpacks a forward of DIDComm v1 for the mediator it is addressed to.
pub async fn receive_v1_forward(
    caller: &Caller,
    packed: &str,
    options: &UnpackOptions,
) -> Result<v1::Forwarded> {
    let unpacked = receive_v1(caller, packed, options).await?;
    Ok(v1::Forwarded { forward: v1::Forward::read(&unpacked)?, unpacked })
}

/// Refuses a message of DIDComm v1 that does not meet every demand; a verkey stands where a DID would.
///
/// It is encrypted, never signed, keeps to no profile of v2 and has no time at which it expires.
fn check_v1(policy: &Policy, unpacked: &v1::Unpacked) -> Result<()> {
    let proved = unpacked.sender().map(|sender| sender.verkey().as_str());
    let allowed = |senders: &DidSet| proved.is_some_and(|verkey| senders.contains(verkey));
    let demands = [
        (Demand::Authenticated, !policy.authenticated || proved.is_some()),
        (Demand::Signed, !policy.signed),
        (Demand::Profile, policy.profile.is_none()),
        (Demand::Sender, policy.senders.as_ref().is_none_or(allowed)),
    ];
    // a verkey is not a DID
    first_unmet(demands, None)
}
