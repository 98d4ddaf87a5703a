//! Unpack a message of DIDComm v1 or v2, by the form of its envelope.

use crate::caller::Caller;
use crate::did::DidSet;
use crate::error::{Demand, Result};
use crate::replay_key::ReplayKey;
use crate::unpack::{Policy, UnpackOptions, Unpacked, Version, require_all, unpack_outermost};
use crate::v1;

/// An unpacked message of either version of DIDComm.
pub enum Received {
    /// DIDComm v2.
    V2(Box<Unpacked>),
    /// DIDComm v1, which identifies parties by verkeys, and has other plaintexts.
    V1(Box<v1::Unpacked>),
}

impl Received {
    /// The replay key of the message, computed on the first call.
    pub fn replay_key(&self) -> &ReplayKey {
        match self {
            Self::V2(unpacked) => unpacked.replay_key(),
            Self::V1(unpacked) => unpacked.replay_key(),
        }
    }
}

/// Unpacks a message of DIDComm v2 or v1.
pub async fn receive(caller: &Caller, packed: &str, options: &UnpackOptions) -> Result<Received> {
    match Version::read(packed, options)? {
        Version::V2(outermost) => {
            let unpacked = unpack_outermost(caller, packed, outermost, options).await?;
            Ok(Received::V2(Box::new(unpacked)))
        }
        Version::V1(wire) => {
            let unpacked = v1::unpack_wire(caller, &wire, &options.limits).await?;
            check_v1(&options.policy, &unpacked)?;
            Ok(Received::V1(Box::new(unpacked)))
        }
    }
}

/// Unpacks a message of DIDComm v1, and checks it against the policy of the options.
pub async fn receive_v1(caller: &Caller, packed: &str, options: &UnpackOptions) -> Result<v1::Unpacked> {
    let unpacked = v1::unpack(caller, packed, &options.limits).await?;
    check_v1(&options.policy, &unpacked)?;
    Ok(unpacked)
}

/// Unpacks a forward of DIDComm v1, for a mediator.
pub async fn receive_v1_forward(
    caller: &Caller,
    packed: &str,
    options: &UnpackOptions,
) -> Result<v1::Forwarded> {
    let unpacked = receive_v1(caller, packed, options).await?;
    Ok(v1::Forwarded { forward: v1::Forward::read(&unpacked)?, unpacked })
}

/// Refuses a message of DIDComm v1 that violates the policy; the sender's verkey takes the place of a DID.
///
/// A v1 message is always encrypted and never signed, conforms to no profile of v2, and has no expiry time.
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
    require_all(demands, None)
}
