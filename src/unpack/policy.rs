//! The operator's policy. It is checked last, on a message whose claims are proved.

use crate::did::DidSet;
use crate::error::{Error, Result};

/// The operator's demands on every message.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a demand of its own")]
pub struct Policy {
    /// Require encryption.
    pub encrypted: bool,
    /// Require a proved sender, by authcrypt or by a signature.
    pub authenticated: bool,
    /// Require a signature of the sender.
    pub signed: bool,
    /// Require a message that has not expired.
    pub unexpired: bool,
    /// Require conformance to a profile.
    pub profile: Option<Profile>,
    /// Require a proved sender that is one of these DIDs.
    pub senders: Option<DidSet>,
}

/// A combination of envelope, algorithms and plaintext (DIDComm v2.1, "Defined Profiles").
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Profile {
    /// `didcomm/v2`: encrypted, in the layers and with the algorithms that DIDComm v2.1 allows a sender.
    DidcommV2,
}

impl Profile {
    /// Parses the name of a profile; blanks around its parts are ignored.
    pub fn from_name(name: &str) -> Result<Self> {
        match name.split(';').map(str::trim).collect::<Vec<_>>().as_slice() {
            ["didcomm/v2"] => Ok(Self::DidcommV2),
            _ => Err(Error::unsupported("profile", name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // PRF-01
    #[test]
    fn only_didcomm_v2_is_a_supported_profile() {
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
