//! Public keys.

use std::fmt::{Debug, Formatter};
use std::sync::{Arc, OnceLock};

use super::backend::askar::{decompress, derived_point};
use super::backend::{Backend, Chosen, Point, Scalar};
use super::curve::Curve;
use crate::error::{Error, Result};

/// A public key whose octets are those of a point on its curve.
#[derive(Clone)]
pub struct PublicKey(Arc<Key>);

struct Key {
    curve: Curve,
    /// Raw on X25519 and Ed25519, elsewhere the point in uncompressed form.
    octets: Vec<u8>,
    /// Ready to compute with; a key of our own, which is only written, never is.
    point: OnceLock<Option<Point>>,
}

/// The first octet of a point in the compressed form (SEC 1, 2.3.3): that of an even y, and that of an odd one.
const COMPRESSED: [u8; 2] = [2, 3];

/// The first octet of a point in the uncompressed form.
pub(super) const UNCOMPRESSED: u8 = 4;

impl PublicKey {
    /// Reads the octets of a public key: raw ones, or a point in the compressed or uncompressed form of SEC 1.
    pub fn from_octets(curve: Curve, octets: &[u8]) -> Result<Self> {
        if !has_length_of(curve, octets) {
            return Err(Error::malformed("public key", format!("wrong length for {}", curve.name())));
        }
        let off_the_curve = || Error::malformed("public key", format!("no point on {}", curve.name()));
        let is_compressed = curve.has_y() && octets.first() != Some(&UNCOMPRESSED);
        let octets = if is_compressed {
            decompress(curve, octets).ok_or_else(off_the_curve)?
        } else {
            octets.to_vec()
        };
        let point = Chosen::point(curve, &octets).ok_or_else(off_the_curve)?;
        Ok(Self(Arc::new(Key { curve, octets, point: OnceLock::from(Some(point)) })))
    }

    /// The public half of a secret.
    pub(super) fn of(curve: Curve, scalar: &Scalar) -> Option<Self> {
        let octets = Chosen::public_octets(scalar)?;
        Some(Self(Arc::new(Key { curve, octets, point: OnceLock::new() })))
    }

    /// The point, ready to compute with.
    pub(super) fn point(&self) -> Option<&Point> {
        let Key { curve, octets, point } = &*self.0;
        point.get_or_init(|| Chosen::point(*curve, octets)).as_ref()
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
        self.0.curve
    }

    /// Its octets: raw on X25519 and Ed25519, elsewhere the point in compressed form.
    pub fn octets(&self) -> Vec<u8> {
        match self.coordinates() {
            (x, None) => x.to_vec(),
            (x, Some(y)) => {
                let [even, odd] = COMPRESSED;
                let form = if y.last().is_some_and(|last| last & 1 == 1) { odd } else { even };
                [&[form], x].concat()
            }
        }
    }

    /// The octets that key stores take: raw on X25519 and Ed25519, elsewhere the point in uncompressed form.
    pub fn uncompressed_octets(&self) -> &[u8] {
        &self.0.octets
    }

    /// The coordinates at their full length, as a JWK has them; there is no y on X25519 and Ed25519.
    pub(crate) fn coordinates(&self) -> (&[u8], Option<&[u8]>) {
        let Key { curve, octets, .. } = &*self.0;
        match octets.split_first() {
            Some((_, point)) if curve.has_y() => {
                let (x, y) = point.split_at_checked(curve.field_length()).unwrap_or((point, &[]));
                (x, Some(y))
            }
            _ => (octets, None),
        }
    }

    /// The X25519 key that did:key derives from an Ed25519 key; none for other curves.
    pub fn derived_agreement_key(&self) -> Option<Self> {
        match self.curve() {
            Curve::Ed25519 => Self::from_octets(Curve::X25519, &derived_point(&self.0.octets)?).ok(),
            _ => None,
        }
    }
}

impl Debug for PublicKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PublicKey").field("curve", &self.curve()).field("octets", &self.0.octets).finish()
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.curve() == other.curve() && self.0.octets == other.0.octets
    }
}

impl Eq for PublicKey {}

/// Whether there can be a key on the curve of that many octets, in any form that is read.
pub(crate) fn has_length_of(curve: Curve, octets: &[u8]) -> bool {
    let field = curve.field_length();
    match (curve.has_y(), octets.split_first()) {
        (false, _) => octets.len() == field,
        (_, Some((form, point))) if COMPRESSED.contains(form) => point.len() == field,
        (_, Some((&UNCOMPRESSED, point))) => point.len() == field.saturating_mul(2),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::secret_kind::SecretKind;

    fn key_on(curve: Curve) -> PublicKey {
        let octets = vec![1; curve.field_length()];
        SecretKind::from_octets(curve, &octets).unwrap().public_key()
    }

    #[test]
    fn every_form_of_a_point_reads_back_as_the_key() {
        for curve in Curve::ALL {
            let key = key_on(curve);
            assert_eq!(PublicKey::from_octets(curve, &key.octets()).unwrap(), key);
            assert_eq!(PublicKey::from_octets(curve, key.uncompressed_octets()).unwrap(), key);
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
            for octets in [&[][..], &[0], &[4], x, &key.octets()[1..], &key.uncompressed_octets()[1..]] {
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
                    SecretKind::from_octets(curve, &octets).unwrap().public_key()
                })
                .find(|key| key.coordinates().0[0] == 0)
                .unwrap();
            let (x, y) = key.coordinates();
            let short: Vec<_> = x.iter().copied().skip_while(|octet| *octet == 0).collect();
            assert!(short.len() < x.len());
            assert_eq!(PublicKey::from_coordinates(curve, &short, y.unwrap()).unwrap(), key);
        }
    }
}
