//! Diffie-Hellman: what a secret key and a public key have in common.

use askar_crypto::buffer::SecretBytes;
use subtle::ConstantTimeEq;

use super::backend::{Backend, DefaultBackend};
use super::curve::Curve;
use super::private_key::PrivateKey;
use super::public_key::PublicKey;
use crate::error::{Error, Result};

/// A shared secret: the x coordinate at its full length. Zeroed on drop.
#[derive(Clone)]
pub(crate) struct SharedSecret(SecretBytes);

/// As many as the longest shared secret has.
const ZEROS: [u8; 66] = [0; 66];

impl SharedSecret {
    /// Takes the bytes of a secret on the curve, computed here or elsewhere.
    ///
    /// On X25519 the all-zero secret of a low-order point is refused (RFC 7748 6.1); the groups of the
    /// other curves have no such points, and one ordinary point whose x is zero.
    pub(crate) fn new(curve: Curve, bytes: SecretBytes) -> Result<Self> {
        let zero = bool::from(bytes.as_ref().ct_eq(ZEROS.get(..bytes.len()).unwrap_or_default()));
        if bytes.len() != curve.field_length() || (curve == Curve::X25519 && zero) {
            return Err(Error::Decryption);
        }
        Ok(Self(bytes))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_ref()
    }
}

/// Computes the shared secret; keys on different curves have none.
pub(crate) fn agree(secret: &PrivateKey, public: &PublicKey) -> Result<SharedSecret> {
    let point = public.point().filter(|_| secret.curve() == public.curve()).ok_or(Error::Decryption)?;
    let bytes = DefaultBackend::agree(secret.scalar(), point).ok_or(Error::Decryption)?;
    SharedSecret::new(public.curve(), bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    // ALG-01, ALG-16
    #[test]
    fn two_keys_agree_on_one_curve_and_on_no_other() {
        for curve in Curve::ALL {
            let [one, other] = [1, 2].map(|byte| {
                let mut bytes = vec![byte; curve.field_length()];
                bytes[0] = 0;
                PrivateKey::from_bytes(curve, &bytes).unwrap()
            });
            let there = agree(&one, &other.public_key());
            let back = agree(&other, &one.public_key());
            assert_eq!(there.is_ok(), curve.can_agree(), "{}", curve.name());
            if let (Ok(there), Ok(back)) = (there, back) {
                assert_eq!(there.bytes(), back.bytes());
                assert_eq!(there.bytes().len(), curve.field_length());
            }
            for stranger in Curve::ALL.into_iter().filter(|stranger| *stranger != curve) {
                let key = PrivateKey::from_bytes(stranger, &vec![1; stranger.field_length()]).unwrap();
                assert!(agree(&one, &key.public_key()).is_err());
            }
        }
    }

    // ALG-15
    #[test]
    fn points_of_low_order_are_refused() {
        let bob = PrivateKey::from_bytes(Curve::X25519, &[7; 32]).unwrap();
        let mut one = [0; 32];
        one[0] = 1;
        for low in [[0; 32], one] {
            let epk = PublicKey::from_bytes(Curve::X25519, &low).unwrap();
            assert!(matches!(agree(&bob, &epk), Err(Error::Decryption)));
        }
    }

    #[test]
    fn a_secret_of_another_length_is_refused() {
        for length in [0, 31, 33] {
            assert!(SharedSecret::new(Curve::X25519, SecretBytes::from_slice(&vec![1; length])).is_err());
        }
    }
}
