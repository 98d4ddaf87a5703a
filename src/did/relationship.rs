//! The verification relationships that DIDComm uses.

/// A verification relationship: what a key may be used for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Relationship {
    /// Keys that sign in the name of the DID.
    Authentication,
    /// Keys that messages are encrypted to and from.
    KeyAgreement,
}

impl Relationship {
    /// The name of the relationship's member in a DID document.
    pub fn name(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::KeyAgreement => "keyAgreement",
        }
    }
}
