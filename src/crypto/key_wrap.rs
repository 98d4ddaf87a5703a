//! A256KW: the content key wrapped for one recipient (RFC 3394).

use askar_crypto::alg::aes::{A256Kw, AesKey};
use askar_crypto::buffer::SecretBytes;
use askar_crypto::encrypt::KeyAeadInPlace;
use askar_crypto::repr::KeySecretBytes;

use super::wrapping_key::Kek;
use crate::error::{Error, Result};

/// NIST SP 800-38F 5.3.1: at least two blocks of eight bytes, and the block that wrapping adds.
const SHORTEST: usize = 24;

/// Wraps the content key; the result is eight bytes longer.
pub(crate) fn wrap(kek: &Kek, cek: &[u8]) -> Result<Vec<u8>> {
    // capacity for the additional eight bytes, so that no reallocation leaves a copy of the key
    let mut buffer = SecretBytes::from_slice_reserve(cek, 8);
    key(kek)?.encrypt_in_place(&mut buffer, &[], &[]).map_err(|_| Error::Decryption)?;
    Ok(buffer.into_vec())
}

/// Unwraps the content key, and detects any change.
pub(crate) fn unwrap(kek: &Kek, encrypted_key: &[u8]) -> Result<SecretBytes> {
    if encrypted_key.len() < SHORTEST {
        return Err(Error::Decryption);
    }
    let mut buffer = SecretBytes::from_slice(encrypted_key);
    key(kek)?.decrypt_in_place(&mut buffer, &[], &[]).map_err(|_| Error::Decryption)?;
    Ok(buffer)
}

fn key(kek: &Kek) -> Result<AesKey<A256Kw>> {
    AesKey::from_secret_bytes(kek.as_slice()).map_err(|_| Error::Decryption)
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 3394 4.6: 256 bits of key data with a 256-bit KEK. JWE-16
    #[test]
    fn vector_of_rfc_3394() {
        let mut kek = Kek::default();
        for (place, byte) in kek.iter_mut().enumerate() {
            *byte = u8::try_from(place).unwrap();
        }
        let cek: Vec<u8> =
            [0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff]
                .into_iter()
                .chain(0..16)
                .collect();
        let wrapped = wrap(&kek, &cek).unwrap();
        assert_eq!(wrapped.len(), 40);
        assert_eq!(&wrapped[..8], [0x28, 0xc9, 0xf4, 0x04, 0xc4, 0xb8, 0x10, 0xf4]);
        assert_eq!(unwrap(&kek, &wrapped).unwrap().as_ref(), cek);
    }

    #[test]
    fn every_flipped_byte_is_detected() {
        let kek = Kek::new([7; 32]);
        let wrapped = wrap(&kek, &[9; 64]).unwrap();
        for place in 0..wrapped.len() {
            let mut changed = wrapped.clone();
            changed[place] ^= 1;
            assert!(unwrap(&kek, &changed).is_err());
        }
        for short in [&[][..], &[1; 7], &[0xa6; 8], &[1; 15]] {
            assert!(unwrap(&kek, short).is_err());
        }
    }
}
