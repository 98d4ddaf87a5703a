//! Diffie-Hellman key agreement.

use super::private_key::PrivateKey;
use super::public_key::PublicKey;
use super::shared_secret::SharedSecret;
use crate::error::{Error, Result};

/// Computes the shared secret; keys on different curves are an error.
pub(crate) fn agree(secret: &PrivateKey, public: &PublicKey) -> Result<SharedSecret> {
    let point = public.point().filter(|_| secret.curve() == public.curve()).ok_or(Error::Decryption)?;
    let bytes = secret.scalar().agree(point).ok_or(Error::Decryption)?;
    SharedSecret::new(public.curve(), bytes)
}

/// Computes the static-static shared secret, or takes it from the key's cache.
pub(crate) fn agree_and_remember(secret: &PrivateKey, public: &PublicKey) -> Result<SharedSecret> {
    if secret.curve() != public.curve() {
        return agree(secret, public);
    }
    let (peers, public_bytes) = (secret.static_secrets(), public.uncompressed_bytes());
    if let Some(shared) = peers.get(public_bytes) {
        return Ok(shared);
    }
    let shared = agree(secret, public)?;
    peers.insert(public_bytes, shared.clone());
    Ok(shared)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::curve::Curve;

    // ALG-01, ALG-16
    #[test]
    fn keys_agree_only_on_the_same_curve() {
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
            for other in Curve::ALL.into_iter().filter(|other| *other != curve) {
                let key = PrivateKey::from_bytes(other, &vec![1; other.field_length()]).unwrap();
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
}
