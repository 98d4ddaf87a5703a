//! What the operator demands of a message. It is asked last: the message is proved by then, and may be fine.

use super::Unpacked;
use crate::crypto::algorithm::{ContentEncryption, SignatureAlgorithm};
use crate::did::DidSet;
use crate::error::{Demand, Error, Result};
use crate::v1;

/// What the operator demands of every message.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a demand of its own")]
pub struct Policy {
    /// That it arrived encrypted.
    pub encrypted: bool,
    /// That its sender is proved, by authcrypt or by a signature.
    pub authenticated: bool,
    /// That its sender signed it.
    pub signed: bool,
    /// That it has not expired.
    pub unexpired: bool,
    /// That it keeps to a profile.
    pub profile: Option<Profile>,
    /// That its sender is proved and one of these DIDs.
    pub senders: Option<DidSet>,
}

/// A combination of envelope, algorithms and plaintext (DIDComm v2.1, "Defined Profiles").
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Profile {
    /// `didcomm/v2`: encrypted, in the layers and with the algorithms that DIDComm v2.1 lets a sender use.
    DidcommV2,
}

impl Policy {
    /// Refuses a message that does not meet every demand.
    pub(super) fn check(&self, unpacked: &Unpacked) -> Result<()> {
        let proved = unpacked.proved_sender();
        let allowed = |senders: &DidSet| proved.is_some_and(|did| senders.contains(did));
        let demands = [
            (Demand::Encrypted, !self.encrypted || unpacked.is_encrypted()),
            (Demand::Authenticated, !self.authenticated || proved.is_some()),
            (Demand::Signed, !self.signed || unpacked.signer().is_some()),
            (Demand::Profile, self.profile.is_none_or(|profile| profile.admits(unpacked))),
            (Demand::Sender, self.senders.as_ref().is_none_or(allowed)),
            (Demand::Unexpired, !self.unexpired || !may_be_expired(unpacked)),
        ];
        first_unmet(demands, proved)
    }

    /// Refuses a message of DIDComm v1 that does not meet every demand; a verkey stands where a DID would.
    ///
    /// It is encrypted, never signed, keeps to no profile of v2 and has no time at which it expires.
    pub(crate) fn check_v1(&self, unpacked: &v1::Unpacked) -> Result<()> {
        let proved = unpacked.sender().map(|sender| sender.verkey().as_str());
        let allowed = |senders: &DidSet| proved.is_some_and(|verkey| senders.contains(verkey));
        let demands = [
            (Demand::Authenticated, !self.authenticated || proved.is_some()),
            (Demand::Signed, !self.signed),
            (Demand::Profile, self.profile.is_none()),
            (Demand::Sender, self.senders.as_ref().is_none_or(allowed)),
        ];
        // a verkey is no DID
        first_unmet(demands, None)
    }
}

/// Whether the message has expired, or states a time that could not be read.
fn may_be_expired(unpacked: &Unpacked) -> bool {
    let faults = unpacked.message().form_faults();
    unpacked.is_expired() || faults.iter().any(|fault| fault.part() == "expires_time")
}

fn first_unmet(demands: impl IntoIterator<Item = (Demand, bool)>, proved: Option<&str>) -> Result<()> {
    match demands.into_iter().find(|(_, is_met)| !is_met) {
        Some((demand, _)) => Err(Error::Policy { demand, did: proved.map(ToOwned::to_owned) }),
        None => Ok(()),
    }
}

impl Profile {
    /// Reads the name of a profile; blanks around its parts mean nothing.
    pub fn from_name(name: &str) -> Result<Self> {
        match name.split(';').map(str::trim).collect::<Vec<_>>().as_slice() {
            ["didcomm/v2"] => Ok(Self::DidcommV2),
            _ => Err(Error::unsupported("profile", name)),
        }
    }

    fn admits(self, unpacked: &Unpacked) -> bool {
        match self {
            Self::DidcommV2 => {
                let contents = [unpacked.anoncrypt(), unpacked.authcrypt()];
                let has_three_layers = contents.iter().all(Option::is_some) && unpacked.signer().is_some();
                unpacked.is_encrypted()
                    && !has_three_layers
                    && contents.into_iter().flatten().all(is_content_encryption_of_v2)
                    && unpacked.signature_algorithm().is_none_or(is_signature_of_v2)
            }
        }
    }
}

/// DIDComm v2.1, "Content Encryption Algorithms".
fn is_content_encryption_of_v2(encryption: ContentEncryption) -> bool {
    ["A256CBC-HS512", "A256GCM", "XC20P"].contains(&encryption.name())
}

/// DIDComm v2.1, "Algorithms" of signing; ES384 and ES512, which are read too, are not among them.
fn is_signature_of_v2(algorithm: SignatureAlgorithm) -> bool {
    ["EdDSA", "ES256", "ES256K"].contains(&algorithm.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_algorithms_of_a_profile_are_those_of_the_specification() {
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

    // PRF-01
    #[test]
    fn one_profile_is_ours() {
        for name in ["didcomm/v2", " didcomm/v2 "] {
            assert_eq!(Profile::from_name(name), Ok(Profile::DidcommV2));
        }
        for name in [
            "didcomm/aip1",
            "didcomm/aip2;env=rfc19",
            "didcomm/aip2;env=rfc587",
            "didcomm/v2;x=y",
            "DIDComm/v2",
            "",
        ] {
            assert!(
                matches!(Profile::from_name(name), Err(Error::Unsupported { what: "profile", .. })),
                "{name}"
            );
        }
    }
}
