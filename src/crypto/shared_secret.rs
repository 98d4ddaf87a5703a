//! The shared secret of a key agreement.

use askar_crypto::buffer::SecretBytes;
use subtle::ConstantTimeEq;

use super::curve::Curve;
use crate::error::{Error, Result};

/// A shared secret: the x coordinate at its full length. Zeroed on drop.
#[derive(Clone)]
pub(crate) struct SharedSecret(SecretBytes);

/// The length of the longest shared secret, in bytes.
const ZEROS: [u8; 66] = [0; 66];

impl SharedSecret {
    /// Takes the bytes of a shared secret on the curve, from a local or an external key.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_of_another_length_is_refused() {
        for length in [0, 31, 33] {
            assert!(SharedSecret::new(Curve::X25519, SecretBytes::from_slice(&vec![1; length])).is_err());
        }
    }
}
