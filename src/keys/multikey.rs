//! Keys as multibase text: `Multikey`, `publicKeyMultibase`, `privateKeyMultibase`, did:key and did:peer.

use multibase::Base;
use ssi_multicodec::{MultiEncoded, MultiEncodedBuf};
use zeroize::Zeroizing;

use super::{Curve, PublicKey};
use crate::crypto::public_key::has_length_of;
use crate::error::{Error, Result};

/// Maximum length of an encoded key: base58 takes quadratic time, and documents are untrusted.
///
/// The longest supported key, an uncompressed point on P-521, has 1,081 letters in base2. The limit also allows to
/// report the codec of unsupported keys, such as RSA keys of 8,192 bits and ML-DSA-44.
const LONGEST_TEXT: usize = 2048;

impl PublicKey {
    /// The key as base58btc Multikey, `z6Mk...` or `z6LS...`.
    pub fn to_multikey(&self) -> String {
        let encoded = MultiEncodedBuf::encode_bytes(self.curve().public_codec(), &self.bytes());
        multibase::encode(Base::Base58Btc, encoded)
    }

    /// Parses a Multikey: multibase text over the multicodec and the bytes of a public key.
    pub fn from_multikey(text: &str) -> Result<Self> {
        let (curve, bytes) = split_public(text)?;
        Self::from_bytes(curve, &bytes)
    }

    /// Parses multibase text over the bare bytes, as in some 2020 documents, or a Multikey.
    pub(crate) fn from_multibase(curve: Curve, text: &str) -> Result<Self> {
        let bytes = decode(text)?;
        if has_length_of(curve, &bytes) {
            return Self::from_bytes(curve, &bytes);
        }
        let key = Self::from_multikey(text)?;
        if key.curve() == curve {
            Ok(key)
        } else {
            Err(Error::malformed("publicKeyMultibase", "the key is not on the curve of its method's type"))
        }
    }
}

/// The curve of a Multikey of the right length. It does not check that the key is a point on the curve, which takes as
/// long as the rest of the resolution of a did:peer:2.
pub(crate) fn curve_of_multikey(text: &str) -> Result<Curve> {
    let (curve, bytes) = split_public(text)?;
    if has_length_of(curve, &bytes) {
        Ok(curve)
    } else {
        Err(Error::malformed("public key", format!("wrong length for {}", curve.name())))
    }
}

fn split_public(text: &str) -> Result<(Curve, Zeroizing<Vec<u8>>)> {
    let (codec, bytes) = split(text)?;
    let curve = Curve::ALL
        .into_iter()
        .find(|curve| curve.public_codec() == codec)
        .ok_or_else(|| Error::unsupported("multicodec of a public key", format!("0x{codec:x}")))?;
    Ok((curve, bytes))
}

/// Decodes the curve and the bytes of a secret key in multibase.
pub(crate) fn secret_from_multikey(text: &str) -> Result<(Curve, Zeroizing<Vec<u8>>)> {
    let (codec, bytes) = split(text)?;
    let curve = Curve::ALL
        .into_iter()
        .find(|curve| curve.secret_codec() == codec)
        .ok_or_else(|| Error::unsupported("multicodec of a secret key", format!("0x{codec:x}")))?;
    Ok((curve, bytes))
}

/// Decodes multibase text.
pub(crate) fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>> {
    decode_bounded(text, "multibase", |text| multibase::decode(text).map(|(_, bytes)| bytes))
}

/// Decodes base58 text without a prefix.
pub(crate) fn decode_base58(text: &str) -> Result<Zeroizing<Vec<u8>>> {
    decode_bounded(text, "base58", |text| Base::Base58Btc.decode(text))
}

/// Decodes hexadecimal text, in either case.
pub(crate) fn decode_hex(text: &str) -> Result<Zeroizing<Vec<u8>>> {
    decode_bounded(text, "hex", |text| Base::Base16Lower.decode(text.to_ascii_lowercase()))
}

fn decode_bounded(
    text: &str,
    part: &'static str,
    decode: impl FnOnce(&str) -> multibase::Result<Vec<u8>>,
) -> Result<Zeroizing<Vec<u8>>> {
    if text.len() > LONGEST_TEXT {
        return Err(Error::malformed(part, "longer than any key"));
    }
    decode(text).map(Zeroizing::new).map_err(|_| Error::malformed(part, "not decodable"))
}

fn split(text: &str) -> Result<(u64, Zeroizing<Vec<u8>>)> {
    let decoded = decode(text)?;
    let encoded = MultiEncoded::new(&decoded)
        .map_err(|_| Error::malformed("multicodec", "must begin with a multicodec prefix"))?;
    let (codec, bytes) = encoded.parts();
    Ok((codec, Zeroizing::new(bytes.to_vec())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::PrivateKey;

    #[test]
    fn multikey_round_trips() {
        let text = "z6MksqtdXuTar4gjPTMG6tEePL9dFHBc6s7mJxQk8cL98hoj";
        let key = PublicKey::from_multikey(text).unwrap();
        assert_eq!(key.curve(), Curve::Ed25519);
        assert_eq!(key.to_multikey(), text);
        assert_eq!(PublicKey::from_multibase(Curve::Ed25519, text).unwrap(), key);
        assert!(PublicKey::from_multibase(Curve::X25519, text).is_err());
    }

    #[test]
    fn multikey_round_trips_on_every_curve() {
        for curve in Curve::ALL {
            let bytes = vec![1; curve.field_length()];
            let key = PrivateKey::from_bytes(curve, &bytes).unwrap().public_key();
            assert_eq!(PublicKey::from_multikey(&key.to_multikey()).unwrap(), key);
            let multikey = MultiEncodedBuf::encode_bytes(curve.public_codec(), key.uncompressed_bytes());
            for base in
                [Base::Base58Btc, Base::Base64Url, Base::Base64UrlPad, Base::Base16Lower, Base::Base32Lower]
            {
                assert_eq!(PublicKey::from_multikey(&multibase::encode(base, &multikey)).unwrap(), key);
            }
            let secret = MultiEncodedBuf::encode_bytes(curve.secret_codec(), &bytes);
            let (found, read) = secret_from_multikey(&multibase::encode(Base::Base58Btc, secret)).unwrap();
            assert_eq!((found, read.as_slice()), (curve, bytes.as_slice()));
        }
    }

    #[test]
    fn error_contains_the_unknown_codec() {
        let bytes = MultiEncodedBuf::encode_bytes(ssi_multicodec::BLS12_381_G2_PUB, &[2; 96]);
        let error = PublicKey::from_multikey(&multibase::encode(Base::Base58Btc, bytes)).unwrap_err();
        assert_eq!(error, Error::unsupported("multicodec of a public key", "0xeb"));
    }

    #[test]
    fn invalid_multikeys_are_refused_without_a_panic() {
        for text in ["", "z", "z6", "é", "zzzz0", "u____", "m"] {
            assert!(PublicKey::from_multikey(text).is_err(), "{text}");
        }
    }
    // the reason shows the order of the checks: the text is not decodable either
    #[test]
    fn text_longer_than_any_key_is_refused_before_decoding() {
        let readers = [decode, decode_base58, decode_hex];
        let too_long = |error: &Error| error.to_string().contains("longer than any key");
        for length in [LONGEST_TEXT + 1, 4 << 20] {
            let text = format!("z{}!", "f".repeat(length - 2));
            for read in readers {
                assert!(too_long(&read(&text).unwrap_err()), "{length}");
            }
            for curve in Curve::ALL {
                assert!(too_long(&PublicKey::from_multibase(curve, &text).unwrap_err()), "{length}");
            }
            assert!(too_long(&PublicKey::from_multikey(&text).unwrap_err()), "{length}");
            assert!(too_long(&secret_from_multikey(&text).unwrap_err()), "{length}");
        }
        let longest = format!("z{}!", "f".repeat(LONGEST_TEXT - 2));
        assert!(readers.iter().all(|read| !too_long(&read(&longest).unwrap_err())));
    }

    #[test]
    fn longest_key_is_read_in_the_longest_base() {
        let bytes = vec![1; Curve::P521.field_length()];
        let key = PrivateKey::from_bytes(Curve::P521, &bytes).unwrap().public_key();
        let multikey = MultiEncodedBuf::encode_bytes(ssi_multicodec::P521_PUB, key.uncompressed_bytes());
        let text = multibase::encode(Base::Base2, multikey);
        assert_eq!(text.len(), 1081);
        assert_eq!(PublicKey::from_multikey(&text).unwrap(), key);
    }
}
