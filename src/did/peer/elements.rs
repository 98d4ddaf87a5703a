//! The elements of a did:peer:2: `.` and a purpose code, then a key or a service.

use crate::did::DidUrl;
use crate::error::{Error, Result};
use crate::keys::PublicKey;

/// Maximum number of elements, more than in any DID in use; each costs a decoding.
const MAX_ELEMENTS: usize = 64;

/// The purpose of a key of a did:peer:2.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// `A`
    AssertionMethod,
    /// `E`
    KeyAgreement,
    /// `V`
    Authentication,
    /// `I`
    CapabilityInvocation,
    /// `D`
    CapabilityDelegation,
}

impl Purpose {
    pub(super) const ALL: [Self; 5] = [
        Self::Authentication,
        Self::AssertionMethod,
        Self::KeyAgreement,
        Self::CapabilityInvocation,
        Self::CapabilityDelegation,
    ];

    pub(super) fn code(self) -> char {
        match self {
            Self::AssertionMethod => 'A',
            Self::KeyAgreement => 'E',
            Self::Authentication => 'V',
            Self::CapabilityInvocation => 'I',
            Self::CapabilityDelegation => 'D',
        }
    }

    /// Refuses an empty list of keys, and a key that is unfit for its purpose.
    pub(super) fn check(keys: &[(Self, PublicKey)]) -> Result<()> {
        if keys.is_empty() {
            return Err(Error::misuse("a did:peer must have at least one key"));
        }
        for (purpose, key) in keys {
            let curve = key.curve();
            let fits = if *purpose == Self::KeyAgreement { curve.can_agree() } else { curve.can_sign() };
            if !fits {
                let name = curve.name();
                let reason = format!("a key on {name} cannot be used for {}", purpose.relationship());
                return Err(Error::misuse(reason));
            }
        }
        Ok(())
    }

    pub(super) fn relationship(self) -> &'static str {
        match self {
            Self::AssertionMethod => "assertionMethod",
            Self::KeyAgreement => "keyAgreement",
            Self::Authentication => "authentication",
            Self::CapabilityInvocation => "capabilityInvocation",
            Self::CapabilityDelegation => "capabilityDelegation",
        }
    }
}

/// One encoded element.
pub(super) enum Element<'a> {
    Key(Purpose, &'a str),
    Service(&'a str),
}

/// Splits a did:peer:2 into its elements.
pub(super) fn split_elements(did: &DidUrl) -> Result<Vec<Element<'_>>> {
    let malformed = |reason: &str| Error::malformed("did:peer", reason);
    let peer = did.did().strip_prefix("did:peer:").ok_or_else(|| malformed("must be a did:peer"))?;
    let Some(encoded) = peer.strip_prefix('2') else {
        let numalgo: String = peer.chars().take(1).collect();
        return Err(Error::unsupported("did:peer method", numalgo));
    };
    let mut parts = encoded.split('.');
    if parts.next() != Some("") {
        return Err(malformed("must have an element after the numalgo"));
    }
    let elements = parts
        .map(|part| {
            let code = part.chars().next().ok_or_else(|| malformed("an empty element"))?;
            let content = part.get(code.len_utf8()..).unwrap_or_default();
            if code == 'S' {
                return Ok(Element::Service(content));
            }
            let purpose = Purpose::ALL.into_iter().find(|purpose| purpose.code() == code);
            Ok(Element::Key(purpose.ok_or_else(|| malformed("an unknown purpose code"))?, content))
        })
        .take(MAX_ELEMENTS.saturating_add(1))
        .collect::<Result<Vec<_>>>()?;
    match elements.len() {
        0 => Err(malformed("must have an element")),
        count if count > MAX_ELEMENTS => Err(malformed("too many elements")),
        _ => Ok(elements),
    }
}
