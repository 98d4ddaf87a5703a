//! What the operator demands of a message. It is asked last: the message is proved by then, and may be fine.

use crate::did::DidSet;
use crate::error::{Error, Result};

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

impl Profile {
    /// Reads the name of a profile; blanks around its parts mean nothing.
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
