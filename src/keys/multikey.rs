//! Keys as multibase text: `Multikey`, `publicKeyMultibase`, `privateKeyMultibase`, did:key and did:peer.

use multibase::Base;
use ssi_multicodec::{MultiEncoded, MultiEncodedBuf};
use zeroize::Zeroizing;

use super::{Curve, PublicKey};
use crate::error::{Error, Result};

impl PublicKey {
    /// The key as base58btc Multikey, `z6Mk...` or `z6LS...`.
    pub fn to_multikey(&self) -> String {
        let encoded = MultiEncodedBuf::encode_bytes(self.curve().public_codec(), &self.octets());
        multibase::encode(Base::Base58Btc, encoded)
    }

    /// Reads a Multikey: multibase text over the multicodec and the octets of a public key.
    pub fn from_multikey(text: &str) -> Result<Self> {
        let (codec, octets) = split(text)?;
        let curve = Curve::ALL
            .into_iter()
            .find(|curve| curve.public_codec() == codec)
            .ok_or_else(|| Error::unsupported("multicodec of a public key", format!("0x{codec:x}")))?;
        Self::from_octets(curve, &octets)
    }

    /// Reads multibase text over the bare octets, as some 2020 documents have it, or a Multikey.
    pub(crate) fn from_multibase(curve: Curve, text: &str) -> Result<Self> {
        let octets = decode(text)?;
        if octets.len() == curve.public_length() {
            return Self::from_octets(curve, &octets);
        }
        let key = Self::from_multikey(text)?;
        if key.curve() == curve {
            Ok(key)
        } else {
            Err(Error::malformed("publicKeyMultibase", "the key is not on the curve of its method's type"))
        }
    }
}

/// The curve and the octets of a secret key in multibase.
pub(crate) fn secret_from_multikey(text: &str) -> Result<(Curve, Zeroizing<Vec<u8>>)> {
    let (codec, octets) = split(text)?;
    let curve = Curve::ALL
        .into_iter()
        .find(|curve| curve.secret_codec() == codec)
        .ok_or_else(|| Error::unsupported("multicodec of a secret key", format!("0x{codec:x}")))?;
    Ok((curve, octets))
}

/// The octets of multibase text.
pub(crate) fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>> {
    multibase::decode(text)
        .map(|(_, octets)| Zeroizing::new(octets))
        .map_err(|_| Error::malformed("multibase", "not decodable"))
}

/// The octets of bare base58 text.
pub(crate) fn decode_base58(text: &str) -> Result<Zeroizing<Vec<u8>>> {
    Base::Base58Btc.decode(text).map(Zeroizing::new).map_err(|_| Error::malformed("base58", "not decodable"))
}

fn split(text: &str) -> Result<(u64, Zeroizing<Vec<u8>>)> {
    let decoded = decode(text)?;
    let encoded =
        MultiEncoded::new(&decoded).map_err(|_| Error::malformed("multicodec", "no multicodec prefix"))?;
    let (codec, octets) = encoded.parts();
    Ok((codec, Zeroizing::new(octets.to_vec())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multikey_reads_back_as_itself() {
        let text = "z6MksqtdXuTar4gjPTMG6tEePL9dFHBc6s7mJxQk8cL98hoj";
        let key = PublicKey::from_multikey(text).unwrap();
        assert_eq!(key.curve(), Curve::Ed25519);
        assert_eq!(key.to_multikey(), text);
        assert_eq!(PublicKey::from_multibase(Curve::Ed25519, text).unwrap(), key);
        assert!(PublicKey::from_multibase(Curve::X25519, text).is_err());
    }

    #[test]
    fn an_unknown_codec_is_named() {
        // multicodec 0x1200: a P-256 public key
        let text = multibase::encode(
            Base::Base58Btc,
            MultiEncodedBuf::encode_bytes(ssi_multicodec::P256_PUB, &[2; 33]),
        );
        let error = PublicKey::from_multikey(&text).unwrap_err();
        assert_eq!(error, Error::unsupported("multicodec of a public key", "0x1200"));
    }

    #[test]
    fn rubbish_is_refused_without_a_panic() {
        for text in ["", "z", "z6", "é", "zzzz0", "u____", "m"] {
            assert!(PublicKey::from_multikey(text).is_err(), "{text}");
        }
    }
}
