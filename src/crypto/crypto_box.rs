//! The boxes of `NaCl`: `crypto_box`, between two keys, and `crypto_box_seal`, from an anonymous sender.
//!
//! Both take the shared secret of two X25519 keys as input: so an external key can open them, and a point of low
//! order, whose shared secret is public, is refused.

use askar_crypto::buffer::SecretBytes;
use askar_crypto::encrypt::crypto_box::crypto_box_seal_nonce;
use crypto_secretbox::{AeadInPlace, KeyInit, XSalsa20Poly1305};
use salsa20::cipher::consts::U10;
use salsa20::hsalsa;
use zeroize::Zeroizing;

use super::public_key::PublicKey;
use super::shared_secret::SharedSecret;
use crate::error::{Error, Result};

/// The length of a nonce in bytes.
pub(crate) const NONCE_LENGTH: usize = 24;

/// The length of the tag, which precedes the ciphertext.
const TAG_LENGTH: usize = 16;

/// The length of the ephemeral public key, which precedes a sealed box.
const EPHEMERAL_LENGTH: usize = 32;

/// The box between two keys, for both directions.
pub(crate) struct CryptoBox(XSalsa20Poly1305);

impl CryptoBox {
    pub(crate) fn new(shared: &SharedSecret) -> Result<Self> {
        let bytes =
            <[u8; 32]>::try_from(shared.bytes()).map(Zeroizing::new).map_err(|_| Error::Decryption)?;
        let key = Zeroizing::new(hsalsa::<U10>((&*bytes).into(), (&[0; 16]).into()));
        Ok(Self(XSalsa20Poly1305::new(&key)))
    }

    pub(crate) fn seal(&self, nonce: &[u8; NONCE_LENGTH], plaintext: &[u8]) -> Result<Vec<u8>> {
        let mut ciphertext = plaintext.to_vec();
        let tag = self.0.encrypt_in_place_detached(nonce.into(), &[], &mut ciphertext);
        let tag = tag.map_err(|_| Error::misuse("the content key cannot be encrypted"))?;
        Ok([&tag[..], &ciphertext].concat())
    }

    pub(crate) fn open(&self, nonce: &[u8], boxed: &[u8]) -> Result<SecretBytes> {
        let nonce = <[u8; NONCE_LENGTH]>::try_from(nonce).map_err(|_| Error::Decryption)?;
        let (tag, ciphertext) = boxed.split_at_checked(TAG_LENGTH).ok_or(Error::Decryption)?;
        let tag = <[u8; TAG_LENGTH]>::try_from(tag).map_err(|_| Error::Decryption)?;
        let mut plaintext = SecretBytes::from_slice(ciphertext);
        let opened = self.0.decrypt_in_place_detached(&nonce.into(), &[], plaintext.as_mut(), &tag.into());
        opened.map(|()| plaintext).map_err(|_| Error::Decryption)
    }
}

/// The ephemeral public key of a sealed box, and the box itself.
pub(crate) fn split_sealed(sealed: &[u8]) -> Result<(&[u8], &[u8])> {
    sealed.split_at_checked(EPHEMERAL_LENGTH).ok_or(Error::Decryption)
}

/// The nonce of a sealed box, derived from both public keys.
pub(crate) fn sealed_nonce(ephemeral: &PublicKey, recipient: &PublicKey) -> Result<[u8; NONCE_LENGTH]> {
    crypto_box_seal_nonce(&ephemeral.bytes(), &recipient.bytes()).map_err(|_| Error::Decryption)
}

#[cfg(test)]
mod tests {
    use askar_crypto::encrypt::crypto_box::{
        crypto_box, crypto_box_open, crypto_box_seal, crypto_box_seal_open,
    };
    use askar_crypto::repr::KeySecretBytes;

    use super::*;
    use crate::crypto::agreement::agree;
    use crate::keys::{Curve, PrivateKey};

    const NONCE: [u8; NONCE_LENGTH] = *b"012345678912012345678912";

    fn secret(byte: u8) -> PrivateKey {
        PrivateKey::from_bytes(Curve::X25519, &[byte; 32]).unwrap()
    }

    fn new_box(one: &PrivateKey, other: &PrivateKey) -> CryptoBox {
        CryptoBox::new(&agree(one, &other.public_key()).unwrap()).unwrap()
    }

    /// The key pair in the type of askar-crypto, which computes the shared secret itself.
    fn pair(secret: &PrivateKey) -> askar_crypto::alg::x25519::X25519KeyPair {
        let bytes = secret.bytes().unwrap();
        KeySecretBytes::from_secret_bytes(bytes.as_ref()).unwrap()
    }

    #[test]
    fn boxes_are_compatible_with_askar_crypto() {
        let (alice, bob) = (secret(1), secret(2));
        let boxed = new_box(&alice, &bob).seal(&NONCE, b"hello there").unwrap();
        let mut theirs = SecretBytes::from_slice(b"hello there");
        crypto_box(&pair(&bob), &pair(&alice), &mut theirs, &NONCE).unwrap();
        assert_eq!(boxed, theirs.as_ref());
        assert_eq!(new_box(&bob, &alice).open(&NONCE, theirs.as_ref()).unwrap().as_ref(), b"hello there");
        let mut ours = SecretBytes::from_slice(&boxed);
        crypto_box_open(&pair(&bob), &pair(&alice), &mut ours, &NONCE).unwrap();
        assert_eq!(ours.as_ref(), b"hello there");
    }

    #[test]
    fn sealed_boxes_are_compatible_with_askar_crypto() {
        let (ephemeral, bob) = (secret(3), secret(2));
        let public = [&ephemeral, &bob].map(PrivateKey::public_key);
        let nonce = sealed_nonce(&public[0], &public[1]).unwrap();
        let boxed = new_box(&ephemeral, &bob).seal(&nonce, b"hello there").unwrap();
        let sealed = [public[0].bytes(), boxed].concat();
        assert_eq!(crypto_box_seal_open(&pair(&bob), &sealed).unwrap().as_ref(), b"hello there");

        let theirs = crypto_box_seal(&pair(&bob), b"hello there").unwrap();
        let (ephemeral, boxed) = split_sealed(theirs.as_ref()).unwrap();
        let ephemeral = PublicKey::from_bytes(Curve::X25519, ephemeral).unwrap();
        let nonce = sealed_nonce(&ephemeral, &public[1]).unwrap();
        let opened = CryptoBox::new(&agree(&bob, &ephemeral).unwrap()).unwrap().open(&nonce, boxed).unwrap();
        assert_eq!(opened.as_ref(), b"hello there");
    }

    #[test]
    fn changed_bytes_and_other_lengths_are_refused() {
        let (alice, bob, carol) = (secret(1), secret(2), secret(3));
        let boxed = new_box(&alice, &bob).seal(&NONCE, b"hello there").unwrap();
        for place in 0..boxed.len() {
            let mut changed = boxed.clone();
            changed[place] ^= 1;
            assert_eq!(new_box(&bob, &alice).open(&NONCE, &changed).err(), Some(Error::Decryption));
        }
        for length in 0..boxed.len() {
            assert!(new_box(&bob, &alice).open(&NONCE, &boxed[..length]).is_err());
        }
        assert!(new_box(&bob, &alice).open(&NONCE[1..], &boxed).is_err());
        assert!(new_box(&bob, &alice).open(&[0; NONCE_LENGTH], &boxed).is_err());
        assert!(new_box(&bob, &carol).open(&NONCE, &boxed).is_err());
        assert!(split_sealed(&[0; 31]).is_err());
    }
}
