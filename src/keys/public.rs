//! Public keys.

use askar_crypto::alg::KeyAlg;
use askar_crypto::alg::ed25519::Ed25519KeyPair;
use askar_crypto::alg::k256::K256KeyPair;
use askar_crypto::alg::p256::P256KeyPair;
use askar_crypto::alg::p384::P384KeyPair;
use askar_crypto::alg::x25519::X25519KeyPair;
use askar_crypto::jwk::{JwkEncoder, JwkEncoderMode, ToJwk};
use askar_crypto::repr::KeyPublicBytes;
use p521::elliptic_curve::sec1::ToEncodedPoint;

use super::Curve;
use crate::error::{Error, Result};

/// A public key whose octets are those of a point on its curve.
#[derive(Clone, Debug)]
pub enum PublicKey {
    /// For key agreement.
    X25519(X25519KeyPair),
    /// For signatures.
    Ed25519(Ed25519KeyPair),
    /// For both.
    P256(P256KeyPair),
    /// For both.
    P384(P384KeyPair),
    /// For both.
    P521(p521::PublicKey),
    /// For signatures.
    Secp256k1(K256KeyPair),
}

/// The first octet of a point in the compressed form (SEC 1, 2.3.3).
const COMPRESSED: [u8; 2] = [2, 3];

/// The first octet of a point in the uncompressed form.
const UNCOMPRESSED: u8 = 4;

impl PublicKey {
    /// Reads the octets of a public key: raw ones, or a point in the compressed or uncompressed form of SEC 1.
    pub fn from_octets(curve: Curve, octets: &[u8]) -> Result<Self> {
        if !has_length_of(curve, octets) {
            return Err(Error::malformed("public key", format!("wrong length for {}", curve.name())));
        }
        let key = match curve {
            Curve::X25519 => X25519KeyPair::from_public_bytes(octets).map(Self::X25519).ok(),
            Curve::Ed25519 => Ed25519KeyPair::from_public_bytes(octets).map(Self::Ed25519).ok(),
            Curve::P256 => P256KeyPair::from_public_bytes(octets).map(Self::P256).ok(),
            Curve::P384 => P384KeyPair::from_public_bytes(octets).map(Self::P384).ok(),
            Curve::P521 => p521::PublicKey::from_sec1_bytes(octets).map(Self::P521).ok(),
            Curve::Secp256k1 => K256KeyPair::from_public_bytes(octets).map(Self::Secp256k1).ok(),
        };
        key.ok_or_else(|| Error::malformed("public key", format!("no point on {}", curve.name())))
    }

    /// Reads the affine coordinates of a point; zeros that are missing in front are put back.
    pub(crate) fn from_coordinates(curve: Curve, x: &[u8], y: &[u8]) -> Result<Self> {
        let mut point = vec![UNCOMPRESSED];
        for coordinate in [x, y] {
            // one peer writes coordinates without their leading zeros
            let missing = curve.field_length().checked_sub(coordinate.len()).ok_or_else(|| {
                Error::malformed("public key", format!("a coordinate too long for {}", curve.name()))
            })?;
            point.extend(std::iter::repeat_n(0, missing));
            point.extend_from_slice(coordinate);
        }
        Self::from_octets(curve, &point)
    }

    /// The curve it lies on.
    pub fn curve(&self) -> Curve {
        match self {
            Self::X25519(_) => Curve::X25519,
            Self::Ed25519(_) => Curve::Ed25519,
            Self::P256(_) => Curve::P256,
            Self::P384(_) => Curve::P384,
            Self::P521(_) => Curve::P521,
            Self::Secp256k1(_) => Curve::Secp256k1,
        }
    }

    /// Its octets: raw on X25519 and Ed25519, elsewhere the point in compressed form.
    pub fn octets(&self) -> Vec<u8> {
        match self {
            Self::X25519(key) => key.with_public_bytes(<[u8]>::to_vec),
            Self::Ed25519(key) => key.with_public_bytes(<[u8]>::to_vec),
            Self::P256(key) => key.with_public_bytes(<[u8]>::to_vec),
            Self::P384(key) => key.with_public_bytes(<[u8]>::to_vec),
            Self::P521(key) => key.to_encoded_point(true).as_bytes().to_vec(),
            Self::Secp256k1(key) => key.with_public_bytes(<[u8]>::to_vec),
        }
    }

    /// The octets that key stores take: raw on X25519 and Ed25519, elsewhere the point in uncompressed form.
    pub fn uncompressed_octets(&self) -> Vec<u8> {
        match self.coordinates() {
            Coordinates { x, y: None } => x,
            Coordinates { x, y: Some(y) } => [&[UNCOMPRESSED], x.as_slice(), &y].concat(),
        }
    }

    /// The coordinates at their full length, as a JWK has them.
    pub(crate) fn coordinates(&self) -> Coordinates {
        let mut coordinates = Coordinates::default();
        let encoded = match self {
            Self::X25519(key) => key.encode_jwk(&mut coordinates),
            Self::Ed25519(key) => key.encode_jwk(&mut coordinates),
            Self::P256(key) => key.encode_jwk(&mut coordinates),
            Self::P384(key) => key.encode_jwk(&mut coordinates),
            Self::Secp256k1(key) => key.encode_jwk(&mut coordinates),
            Self::P521(key) => {
                let point = key.to_encoded_point(false);
                let (x, y) = (point.x().map(|x| x.to_vec()), point.y().map(|y| y.to_vec()));
                return Coordinates { x: x.unwrap_or_default(), y };
            }
        };
        // the encoder below cannot fail, and the identity is no public key
        debug_assert!(encoded.is_ok());
        coordinates
    }

    /// The X25519 key that did:key derives from an Ed25519 key; none for other curves.
    pub fn derived_agreement_key(&self) -> Option<Self> {
        match self {
            Self::Ed25519(key) => Some(Self::X25519(key.to_x25519_keypair())),
            _ => None,
        }
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.curve() == other.curve() && self.octets() == other.octets()
    }
}

impl Eq for PublicKey {}

/// Whether there can be a key on the curve of that many octets, in any form that is read.
pub(super) fn has_length_of(curve: Curve, octets: &[u8]) -> bool {
    let field = curve.field_length();
    match (curve.key_type(), octets.split_first()) {
        ("OKP", _) => octets.len() == field,
        (_, Some((form, point))) if COMPRESSED.contains(form) => point.len() == field,
        (_, Some((&UNCOMPRESSED, point))) => point.len() == field.saturating_mul(2),
        _ => false,
    }
}

/// A point as a JWK has it.
#[derive(Default)]
pub(crate) struct Coordinates {
    pub(crate) x: Vec<u8>,
    /// None on X25519 and Ed25519.
    pub(crate) y: Option<Vec<u8>>,
}

/// Takes the coordinates out of askar-crypto.
impl JwkEncoder for Coordinates {
    fn alg(&self) -> Option<KeyAlg> {
        None
    }

    fn add_str(&mut self, _: &str, _: &str) -> Result<(), askar_crypto::Error> {
        Ok(())
    }

    fn add_as_base64(&mut self, name: &str, value: &[u8]) -> Result<(), askar_crypto::Error> {
        match name {
            "x" => value.clone_into(&mut self.x),
            "y" => self.y = Some(value.to_vec()),
            _ => {}
        }
        Ok(())
    }

    fn mode(&self) -> JwkEncoderMode {
        JwkEncoderMode::PublicKey
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::SecretKind;

    fn key_on(curve: Curve) -> PublicKey {
        let octets = vec![1; curve.field_length()];
        SecretKind::from_octets(curve, &octets).unwrap().public_key().unwrap()
    }

    #[test]
    fn every_form_of_a_point_reads_back_as_the_key() {
        for curve in Curve::ALL {
            let key = key_on(curve);
            assert_eq!(PublicKey::from_octets(curve, &key.octets()).unwrap(), key);
            assert_eq!(PublicKey::from_octets(curve, &key.uncompressed_octets()).unwrap(), key);
            let Coordinates { x, y } = key.coordinates();
            assert_eq!(x.len(), curve.field_length());
            assert_eq!(y.is_some(), curve.key_type() == "EC");
        }
    }

    // ALG-04
    #[test]
    fn points_off_the_curve_and_of_other_lengths_are_refused() {
        for curve in Curve::ALL.into_iter().filter(|curve| curve.key_type() == "EC") {
            let key = key_on(curve);
            let Coordinates { x, y } = key.coordinates();
            let mut y = y.unwrap();
            assert_eq!(PublicKey::from_coordinates(curve, &x, &y).unwrap(), key);
            *y.last_mut().unwrap() ^= 1;
            assert!(PublicKey::from_coordinates(curve, &x, &y).is_err(), "{}", curve.name());
            assert!(PublicKey::from_coordinates(curve, &[&[0], x.as_slice()].concat(), &y).is_err());
            for octets in [&[][..], &[0], &[4], &x, &key.octets()[1..], &key.uncompressed_octets()[1..]] {
                assert!(PublicKey::from_octets(curve, octets).is_err(), "{}", curve.name());
            }
            for form in [0, 5, 6, 7] {
                let mut octets = key.octets();
                octets[0] = form;
                assert!(PublicKey::from_octets(curve, &octets).is_err(), "{} {form}", curve.name());
            }
        }
    }

    // JWE-21
    #[test]
    fn leading_zeros_are_written_and_may_be_missing_when_read() {
        for curve in [Curve::P256, Curve::P384, Curve::P521] {
            // by trial: a secret whose public x begins with a zero octet
            let key = (1..=u16::MAX)
                .map(|number| {
                    let mut octets = vec![0; curve.field_length()];
                    octets[curve.field_length() - 2..].copy_from_slice(&number.to_be_bytes());
                    SecretKind::from_octets(curve, &octets).unwrap().public_key().unwrap()
                })
                .find(|key| key.coordinates().x[0] == 0)
                .unwrap();
            let Coordinates { x, y } = key.coordinates();
            let short: Vec<_> = x.iter().copied().skip_while(|octet| *octet == 0).collect();
            assert!(short.len() < x.len());
            assert_eq!(PublicKey::from_coordinates(curve, &short, &y.unwrap()).unwrap(), key);
        }
    }
}
