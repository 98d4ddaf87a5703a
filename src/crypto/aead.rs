//! A256GCM, ChaCha20-Poly1305 and XC20P, by aws-lc-rs.

use askar_crypto::buffer::SecretBytes;
use aws_lc_rs::aead::{AES_256_GCM, Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use chacha20::cipher::consts::U10;
use chacha20::hchacha;
use zeroize::Zeroizing;

/// A cipher with the key and the nonce of one message.
pub(super) struct Aead {
    key: LessSafeKey,
    nonce: Nonce,
}

impl Aead {
    /// A256GCM (RFC 7518 5.3).
    pub(super) fn a256gcm(key: &[u8], iv: &[u8]) -> Option<Self> {
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?);
        Some(Self { key, nonce: Nonce::try_assume_unique_for_key(iv).ok()? })
    }

    /// ChaCha20-Poly1305 (RFC 8439 2.8).
    pub(super) fn c20p(key: &[u8], iv: &[u8]) -> Option<Self> {
        let key = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, key).ok()?);
        Some(Self { key, nonce: Nonce::try_assume_unique_for_key(iv).ok()? })
    }

    /// XC20P: a derived key for the first part of the nonce (draft-irtf-cfrg-xchacha-03 2.3).
    pub(super) fn xc20p(key: &[u8], iv: &[u8]) -> Option<Self> {
        let key = <[u8; 32]>::try_from(key).map(Zeroizing::new).ok()?;
        let (first, rest) = iv.split_first_chunk::<16>()?;
        let subkey = Zeroizing::new(hchacha::<U10>((&*key).into(), first.into()));
        let mut nonce = [0; NONCE_LEN];
        nonce.get_mut(4..)?.copy_from_slice(<&[u8; 8]>::try_from(rest).ok()?);
        Self::c20p(&subkey, &nonce)
    }

    /// Encrypts in place, and returns the tag.
    pub(super) fn seal(self, aad: &[u8], buffer: &mut [u8]) -> Option<Vec<u8>> {
        let tag = self.key.seal_in_place_separate_tag(self.nonce, Aad::from(aad), buffer).ok()?;
        Some(tag.as_ref().to_vec())
    }

    /// Decrypts in place.
    pub(super) fn open(self, aad: &[u8], buffer: &mut SecretBytes, tag: &[u8]) -> Option<()> {
        let opened = self.key.open_in_place_separate_tag(self.nonce, Aad::from(aad), tag, buffer.as_mut());
        opened.ok().map(|_| ())
    }
}
