//! The verification relationships that DIDComm uses.

/// A verification relationship: the authorised use of a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Relationship {
    /// Keys for signatures by the DID.
    Authentication,
    /// Keys for the encryption of messages to and from the DID.
    KeyAgreement,
}

impl Relationship {
    /// The relationship's member name in a DID document.
    pub fn name(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::KeyAgreement => "keyAgreement",
        }
    }
}
