//! Check a message against the operator's policy.

use super::policy::{Policy, Profile};
use super::unpacked::Unpacked;
use crate::crypto::algorithm::{ContentEncryption, SignatureAlgorithm};
use crate::did::DidSet;
use crate::error::{Demand, Error, Result};

/// Refuses a message that violates a demand of the policy.
pub(super) fn check(policy: &Policy, unpacked: &Unpacked) -> Result<()> {
    let proved = unpacked.proved_sender();
    let allowed = |senders: &DidSet| proved.is_some_and(|did| senders.contains(did));
    let demands = [
        (Demand::Encrypted, !policy.encrypted || unpacked.is_encrypted()),
        (Demand::Authenticated, !policy.authenticated || proved.is_some()),
        (Demand::Signed, !policy.signed || unpacked.signer().is_some()),
        (Demand::Profile, policy.profile.is_none_or(|profile| admits(profile, unpacked))),
        (Demand::Sender, policy.senders.as_ref().is_none_or(allowed)),
        (Demand::Unexpired, !policy.unexpired || !may_be_expired(unpacked)),
    ];
    require_all(demands, proved)
}

/// Whether the message has expired, or has an `expires_time` in an unreadable form.
fn may_be_expired(unpacked: &Unpacked) -> bool {
    let faults = unpacked.message().form_faults();
    unpacked.is_expired() || faults.iter().any(|fault| fault.part() == "expires_time")
}

/// Returns the error of the first demand that is not met.
pub(crate) fn require_all(
    demands: impl IntoIterator<Item = (Demand, bool)>,
    proved: Option<&str>,
) -> Result<()> {
    match demands.into_iter().find(|(_, is_met)| !is_met) {
        Some((demand, _)) => Err(Error::Policy { demand, did: proved.map(ToOwned::to_owned) }),
        None => Ok(()),
    }
}

fn admits(profile: Profile, unpacked: &Unpacked) -> bool {
    match profile {
        Profile::DidcommV2 => {
            let contents = [unpacked.anoncrypt(), unpacked.authcrypt()];
            let has_three_layers = contents.iter().all(Option::is_some) && unpacked.signer().is_some();
            unpacked.is_encrypted()
                && !has_three_layers
                && contents.into_iter().flatten().all(is_content_encryption_of_v2)
                && unpacked.signature_algorithm().is_none_or(is_signature_of_v2)
        }
    }
}

/// DIDComm v2.1, "Content Encryption Algorithms".
fn is_content_encryption_of_v2(encryption: ContentEncryption) -> bool {
    ["A256CBC-HS512", "A256GCM", "XC20P"].contains(&encryption.name())
}

/// DIDComm v2.1, "Algorithms" of signing. ES384 and ES512, which are verified too, are not among them.
fn is_signature_of_v2(algorithm: SignatureAlgorithm) -> bool {
    ["EdDSA", "ES256", "ES256K"].contains(&algorithm.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profile_admits_only_algorithms_of_the_specification() {
        for encryption in
            [ContentEncryption::A256CbcHs512, ContentEncryption::A256Gcm, ContentEncryption::Xc20P]
        {
            assert!(is_content_encryption_of_v2(encryption));
        }
        for (name, is_listed) in
            [("EdDSA", true), ("ES256", true), ("ES256K", true), ("ES384", false), ("ES512", false)]
        {
            if let Ok(algorithm) = SignatureAlgorithm::from_name(name) {
                assert_eq!(is_signature_of_v2(algorithm), is_listed, "{name}");
            }
        }
    }
}
