//! Verkeys: the Ed25519 keys in base58 that identify the parties of DIDComm v1.

use std::fmt::{Display, Formatter};

use multibase::Base;

use super::{Curve, PublicKey, multikey};
use crate::did_url::DidUrl;
use crate::error::{Error, Result};

/// The possible lengths of 32 bytes in base58; a bound is needed because decoding takes quadratic time.
const LENGTHS: std::ops::RangeInclusive<usize> = 32..=44;

/// An Ed25519 public key in base58, with the derived X25519 key for encryption.
#[derive(Clone, Debug)]
pub struct Verkey {
    text: String,
    public_key: PublicKey,
    agreement_key: PublicKey,
}

impl Verkey {
    /// Parses a verkey.
    pub fn parse(text: &str) -> Result<Self> {
        let malformed = || Error::malformed("verkey", "must be an Ed25519 key in base58");
        if !LENGTHS.contains(&text.len()) {
            return Err(malformed());
        }
        let bytes = multikey::decode_base58(text).map_err(|_| malformed())?;
        let key = PublicKey::from_bytes(Curve::Ed25519, &bytes).map_err(|_| malformed())?;
        Self::of(&key)
    }

    /// The verkey of an Ed25519 key.
    pub fn of(key: &PublicKey) -> Result<Self> {
        let agreement_key = key
            .derived_agreement_key()
            .ok_or_else(|| Error::unsupported("curve of a verkey", key.curve().name()))?;
        Ok(Self { text: Base::Base58Btc.encode(key.bytes()), public_key: key.clone(), agreement_key })
    }

    /// The base58 text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The Ed25519 key.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The X25519 key.
    pub fn agreement_key(&self) -> &PublicKey {
        &self.agreement_key
    }

    /// The kid of the key as a DID URL, in its did:key.
    pub fn kid(&self) -> Result<DidUrl> {
        let multikey = self.public_key.to_multikey();
        DidUrl::parse(&format!("did:key:{multikey}#{multikey}"))
    }
}

/// Parses the kid of a secret: the DID URL of a key, or a verkey, for the kid in its did:key.
pub(crate) fn secret_kid(text: &str, part: &'static str) -> Result<DidUrl> {
    match Verkey::parse(text) {
        Ok(verkey) => verkey.kid(),
        Err(_) => DidUrl::parse_kid(text, part),
    }
}

impl PartialEq for Verkey {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Verkey {}

impl Display for Verkey {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verkey_round_trips_and_has_the_kid_of_its_did_key() {
        // this key and its derived X25519 key are from the did:key method specification
        let key = PublicKey::from_multikey("z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH").unwrap();
        let verkey = Verkey::of(&key).unwrap();
        assert_eq!(Verkey::parse(verkey.as_str()).unwrap(), verkey);
        assert_eq!(*verkey.public_key(), key);
        assert_eq!(verkey.agreement_key().to_multikey(), "z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc");
        let kid = verkey.kid().unwrap();
        assert_eq!(kid.did(), "did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH");
        assert_eq!(secret_kid(verkey.as_str(), "x").unwrap(), kid);
        assert_eq!(secret_kid(kid.as_str(), "x").unwrap(), kid);
    }

    #[test]
    fn invalid_verkeys_are_refused() {
        let bytes = |bytes: &[u8]| Base::Base58Btc.encode(bytes);
        let mut no_point = [0; 32];
        no_point[0] = 2;
        for text in [
            String::new(),
            bytes(&[1; 31]),
            bytes(&[1; 33]),
            bytes(&no_point),
            "0".repeat(44),
            "z".repeat(44),
            "1".repeat(100_000),
            format!(" {}", bytes(&[1; 32])),
        ] {
            assert!(matches!(Verkey::parse(&text), Err(Error::Malformed { .. })), "{text}");
            assert!(secret_kid(&text, "x").is_err());
        }
        let agreement = PublicKey::from_bytes(Curve::X25519, &[9; 32]).unwrap();
        assert!(matches!(Verkey::of(&agreement), Err(Error::Unsupported { .. })));
    }
}
