//! Public keys.

use std::fmt::{Debug, Formatter};
use std::sync::{Arc, OnceLock};

use super::compressed_point::decompress;
use super::curve::Curve;
use super::ed25519::derived_point;
use super::point::Point;
use super::scalar::Scalar;
use super::sec1::{COMPRESSED, UNCOMPRESSED};
use crate::error::{Error, Result};

/// A public key, a valid point on its curve.
#[derive(Clone)]
pub struct PublicKey(Arc<Key>);

struct Key {
    curve: Curve,
    /// Raw on X25519 and Ed25519, the point in uncompressed form on other curves.
    bytes: Vec<u8>,
    /// Parsed on first use: our own public keys are never parsed.
    point: OnceLock<Option<Point>>,
}

/// The points on Curve25519 and on its twist with an order that divides 8, in all of their encodings.
///
/// 0, 1, the two points of order 8, p - 1, and 0 and 1 once more as p and p + 1.
#[rustfmt::skip]
const LOW_ORDER: [[u8; 32]; 7] = [
    [0; 32],
    [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    [0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
     0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00],
    [0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b,
     0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57],
    [0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
    [0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
    [0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
];

impl PublicKey {
    /// Reads the bytes of a public key: raw ones, or a point in the compressed or uncompressed form of SEC 1.
    pub fn from_bytes(curve: Curve, bytes: &[u8]) -> Result<Self> {
        if !has_length_of(curve, bytes) {
            return Err(Error::malformed("public key", format!("wrong length for {}", curve.name())));
        }
        let off_the_curve = || Error::malformed("public key", format!("not a point on {}", curve.name()));
        let is_compressed = curve.has_y() && bytes.first() != Some(&UNCOMPRESSED);
        let bytes =
            if is_compressed { decompress(curve, bytes).ok_or_else(off_the_curve)? } else { bytes.to_vec() };
        let point = Point::parse(curve, &bytes).ok_or_else(off_the_curve)?;
        Ok(Self(Arc::new(Key { curve, bytes, point: OnceLock::from(Some(point)) })))
    }

    /// The public key of a private one.
    pub(super) fn of(curve: Curve, scalar: &Scalar) -> Option<Self> {
        let bytes = scalar.public_bytes()?;
        Some(Self(Arc::new(Key { curve, bytes, point: OnceLock::new() })))
    }

    /// The parsed point.
    pub(super) fn point(&self) -> Option<&Point> {
        let Key { curve, bytes, point } = &*self.0;
        point.get_or_init(|| Point::parse(*curve, bytes)).as_ref()
    }

    /// Reads the affine coordinates of a point, and restores missing leading zeros.
    pub(crate) fn from_coordinates(curve: Curve, x: &[u8], y: &[u8]) -> Result<Self> {
        let mut point = vec![UNCOMPRESSED];
        for coordinate in [x, y] {
            // one implementation writes coordinates without leading zeros
            let missing = curve.field_length().checked_sub(coordinate.len()).ok_or_else(|| {
                Error::malformed("public key", format!("a coordinate too long for {}", curve.name()))
            })?;
            point.extend(std::iter::repeat_n(0, missing));
            point.extend_from_slice(coordinate);
        }
        Self::from_bytes(curve, &point)
    }

    /// The curve of the key.
    pub fn curve(&self) -> Curve {
        self.0.curve
    }

    /// Its bytes: raw on X25519 and Ed25519, the point in compressed form on other curves.
    pub fn bytes(&self) -> Vec<u8> {
        match self.coordinates() {
            (x, None) => x.to_vec(),
            (x, Some(y)) => {
                let [even, odd] = COMPRESSED;
                let form = if y.last().is_some_and(|last| last & 1 == 1) { odd } else { even };
                [&[form], x].concat()
            }
        }
    }

    /// The bytes for key stores: raw on X25519 and Ed25519, the point in uncompressed form on other curves.
    pub fn uncompressed_bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// The coordinates at their full length, as in a JWK; X25519 and Ed25519 keys have only x.
    pub(crate) fn coordinates(&self) -> (&[u8], Option<&[u8]>) {
        let Key { curve, bytes, .. } = &*self.0;
        match bytes.split_first() {
            Some((_, point)) if curve.has_y() => {
                let (x, y) = point.split_at_checked(curve.field_length()).unwrap_or((point, &[]));
                (x, Some(y))
            }
            _ => (bytes, None),
        }
    }

    /// Whether it has low order: every private key agrees with it on the all-zero secret.
    pub(crate) fn has_low_order(&self) -> bool {
        let Key { curve, bytes, .. } = &*self.0;
        // RFC 7748, section 5: the highest bit of the last byte is ignored
        let masked = |(place, byte): (usize, &u8)| if place == 31 { *byte & 0x7f } else { *byte };
        *curve == Curve::X25519
            && LOW_ORDER.iter().any(|low| bytes.iter().enumerate().map(masked).eq(low.iter().copied()))
    }

    /// The X25519 key that did:key derives from an Ed25519 key; `None` for other curves.
    pub fn derived_agreement_key(&self) -> Option<Self> {
        match self.curve() {
            Curve::Ed25519 => Self::from_bytes(Curve::X25519, &derived_point(&self.0.bytes)?).ok(),
            _ => None,
        }
    }
}

impl Debug for PublicKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PublicKey").field("curve", &self.curve()).field("bytes", &self.0.bytes).finish()
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.curve() == other.curve() && self.0.bytes == other.0.bytes
    }
}

impl Eq for PublicKey {}

/// Whether this is a valid length of a key on the curve, in any supported form.
pub(crate) fn has_length_of(curve: Curve, bytes: &[u8]) -> bool {
    let field = curve.field_length();
    match (curve.has_y(), bytes.split_first()) {
        (false, _) => bytes.len() == field,
        (_, Some((form, point))) if COMPRESSED.contains(form) => point.len() == field,
        (_, Some((&UNCOMPRESSED, point))) => point.len() == field.saturating_mul(2),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::private_key::PrivateKey;

    fn key_on(curve: Curve) -> PublicKey {
        let bytes = vec![1; curve.field_length()];
        PrivateKey::from_bytes(curve, &bytes).unwrap().public_key()
    }

    #[test]
    fn every_form_of_a_point_round_trips() {
        for curve in Curve::ALL {
            let key = key_on(curve);
            assert_eq!(PublicKey::from_bytes(curve, &key.bytes()).unwrap(), key);
            assert_eq!(PublicKey::from_bytes(curve, key.uncompressed_bytes()).unwrap(), key);
            let (x, y) = key.coordinates();
            assert_eq!(x.len(), curve.field_length());
            assert_eq!(y.is_some(), curve.key_type() == "EC");
        }
    }

    // ALG-04
    #[test]
    fn points_off_the_curve_and_of_other_lengths_are_refused() {
        for curve in Curve::ALL.into_iter().filter(|curve| curve.key_type() == "EC") {
            let key = key_on(curve);
            let (x, y) = key.coordinates();
            let mut y = y.unwrap().to_vec();
            assert_eq!(PublicKey::from_coordinates(curve, x, &y).unwrap(), key);
            *y.last_mut().unwrap() ^= 1;
            assert!(PublicKey::from_coordinates(curve, x, &y).is_err(), "{}", curve.name());
            assert!(PublicKey::from_coordinates(curve, &[&[0], x].concat(), &y).is_err());
            for bytes in [&[][..], &[0], &[4], x, &key.bytes()[1..], &key.uncompressed_bytes()[1..]] {
                assert!(PublicKey::from_bytes(curve, bytes).is_err(), "{}", curve.name());
            }
            for form in [0, 5, 6, 7] {
                let mut bytes = key.bytes();
                bytes[0] = form;
                assert!(PublicKey::from_bytes(curve, &bytes).is_err(), "{} {form}", curve.name());
            }
        }
    }

    // ALG-04
    #[test]
    fn compressed_point_off_the_curve_is_refused() {
        for curve in Curve::ALL.into_iter().filter(|curve| curve.has_y()) {
            let mut bytes = vec![0; curve.field_length() + 1];
            bytes[0] = 2;
            let read = |x: u8| {
                *bytes.last_mut().unwrap() = x;
                PublicKey::from_bytes(curve, &bytes).map(|key| assert_eq!(key.bytes(), bytes)).is_ok()
            };
            let on_the_curve = (0..32).map(read).filter(|is_ok| *is_ok).count();
            assert!((8..24).contains(&on_the_curve), "{} {on_the_curve}", curve.name());
        }
    }

    // ALG-18
    #[test]
    fn has_low_order_matches_agreement_on_zero() {
        let bob = PrivateKey::from_bytes(Curve::X25519, &[7; 32]).unwrap();
        let flipped = |point: &[u8; 32]| {
            let mut point = *point;
            point[31] |= 0x80;
            point
        };
        for point in LOW_ORDER.iter().copied().chain(LOW_ORDER.iter().map(flipped)) {
            let key = PublicKey::from_bytes(Curve::X25519, &point).unwrap();
            assert!(key.has_low_order());
            assert!(crate::crypto::agreement::agree(&bob, &key).is_err());
        }
        for number in 2..=u8::MAX {
            let mut point = [0; 32];
            point[0] = number;
            let key = PublicKey::from_bytes(Curve::X25519, &point).unwrap();
            assert_eq!(key.has_low_order(), crate::crypto::agreement::agree(&bob, &key).is_err());
        }
        assert!(!key_on(Curve::Ed25519).has_low_order());
    }

    // ALG-17, JWE-21
    #[test]
    fn leading_zeros_are_written_and_optional_when_read() {
        for curve in [Curve::P256, Curve::P384, Curve::P521] {
            // by trial: a secret whose public x begins with a zero byte
            let key = (1..=u16::MAX)
                .map(|number| {
                    let mut bytes = vec![0; curve.field_length()];
                    bytes[curve.field_length() - 2..].copy_from_slice(&number.to_be_bytes());
                    PrivateKey::from_bytes(curve, &bytes).unwrap().public_key()
                })
                .find(|key| key.coordinates().0[0] == 0)
                .unwrap();
            let (x, y) = key.coordinates();
            let short: Vec<_> = x.iter().copied().skip_while(|byte| *byte == 0).collect();
            assert!(short.len() < x.len());
            assert_eq!(PublicKey::from_coordinates(curve, &short, y.unwrap()).unwrap(), key);
            assert_eq!(key.to_jwk()["x"], crate::base64url::encode(x));
            let too_long = [&[0], x].concat();
            assert!(PublicKey::from_coordinates(curve, &too_long, y.unwrap()).is_err());
        }
    }
}
