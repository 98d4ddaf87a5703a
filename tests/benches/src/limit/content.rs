//! Content encryption, in place.

use aws_lc_rs::aead::{AES_256_GCM, Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{
    AES_256, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey,
    UnboundCipherKey,
};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use chacha20::cipher::consts::U10;
use chacha20::hchacha;

#[derive(Clone, Copy, Eq, PartialEq)]
pub enum Content {
    A256CbcHs512,
    A256Gcm,
    Xc20p,
}

impl Content {
    pub fn from_name(name: &str) -> Self {
        match name {
            "A256CBC-HS512" => Self::A256CbcHs512,
            "A256GCM" => Self::A256Gcm,
            _ => Self::Xc20p,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::A256CbcHs512 => "A256CBC-HS512",
            Self::A256Gcm => "A256GCM",
            Self::Xc20p => "XC20P",
        }
    }

    /// How long the key and the initialisation vector are.
    pub fn lengths(self) -> (usize, usize) {
        match self {
            Self::A256CbcHs512 => (64, 16),
            Self::A256Gcm => (32, 12),
            Self::Xc20p => (32, 24),
        }
    }

    /// Encrypts the text where it lies; the tag is handed back.
    pub fn seal(self, key: &[u8], iv: &[u8], aad: &[u8], text: &mut Vec<u8>) -> Vec<u8> {
        if self != Self::A256CbcHs512 {
            let (key, nonce) = self.aead(key, iv);
            let tag = key.seal_in_place_separate_tag(nonce, Aad::from(aad), text).unwrap();
            return tag.as_ref().to_vec();
        }
        let context = EncryptionContext::Iv128(<&[u8; 16]>::try_from(iv).unwrap().into());
        let cipher = UnboundCipherKey::new(&AES_256, &key[32..]).unwrap();
        text.reserve(16);
        PaddedBlockEncryptingKey::cbc_pkcs7(cipher).unwrap().less_safe_encrypt(text, context).unwrap();
        mac(key, iv, aad, text).as_ref()[..32].to_vec()
    }

    /// Decrypts the ciphertext where it lies, and says how long the text is.
    pub fn open(self, key: &[u8], iv: &[u8], aad: &[u8], ciphertext: &mut Vec<u8>, tag: &[u8]) -> usize {
        if self != Self::A256CbcHs512 {
            let (key, nonce) = self.aead(key, iv);
            ciphertext.extend(tag);
            return key.open_in_place(nonce, Aad::from(aad), ciphertext).unwrap().len();
        }
        verify_slices_are_equal(&mac(key, iv, aad, ciphertext).as_ref()[..32], tag).unwrap();
        let context = DecryptionContext::Iv128(<&[u8; 16]>::try_from(iv).unwrap().into());
        let cipher = UnboundCipherKey::new(&AES_256, &key[32..]).unwrap();
        PaddedBlockDecryptingKey::cbc_pkcs7(cipher).unwrap().decrypt(ciphertext, context).unwrap().len()
    }

    fn aead(self, key: &[u8], iv: &[u8]) -> (LessSafeKey, Nonce) {
        if self == Self::A256Gcm {
            let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).unwrap());
            return (key, Nonce::try_assume_unique_for_key(iv).unwrap());
        }
        let (first, rest) = iv.split_at(16);
        let derived = hchacha::<U10>(key.into(), first.into());
        let mut nonce = [0; 12];
        nonce[4..].copy_from_slice(rest);
        let key = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &derived).unwrap());
        (key, Nonce::assume_unique_for_key(nonce))
    }
}

fn mac(key: &[u8], iv: &[u8], aad: &[u8], ciphertext: &[u8]) -> hmac::Tag {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA512, &key[..32]));
    for part in [aad, iv, ciphertext] {
        context.update(part);
    }
    context.update(&(u64::try_from(aad.len()).unwrap() * 8).to_be_bytes());
    context.sign()
}
