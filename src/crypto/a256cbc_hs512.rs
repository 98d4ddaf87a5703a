//! A256CBC-HS512 (RFC 7518 5.2.5): AES and HMAC of aws-lc-rs.

use askar_crypto::buffer::{ResizeBuffer, SecretBytes};
use aws_lc_rs::cipher::{
    self, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey,
    UnboundCipherKey,
};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use subtle::ConstantTimeEq;

/// The length of the tag: half of the MAC (RFC 7518 5.2.2.1).
const TAG_LENGTH: usize = 32;

/// Encrypts in place, with padding at the end of the buffer, and returns the tag.
pub(super) fn seal(cek: &[u8], iv: &[u8], aad: &[u8], buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let (mac_key, key) = split(cek)?;
    let key = PaddedBlockEncryptingKey::cbc_pkcs7(key).ok()?;
    let context = EncryptionContext::Iv128(FixedLength::from(<&[u8; 16]>::try_from(iv).ok()?));
    key.less_safe_encrypt(buffer, context).ok()?;
    Some(mac(&mac_key, iv, aad, buffer)?.as_ref().get(..TAG_LENGTH)?.to_vec())
}

/// Decrypts in place, and removes the padding.
pub(super) fn open(cek: &[u8], iv: &[u8], aad: &[u8], buffer: &mut SecretBytes, tag: &[u8]) -> Option<()> {
    let (mac_key, key) = split(cek)?;
    let computed = mac(&mac_key, iv, aad, buffer.as_ref())?;
    // the padding is checked only after the tag has been verified
    if !bool::from(computed.as_ref().get(..TAG_LENGTH)?.ct_eq(tag)) {
        return None;
    }
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).ok()?;
    let context = DecryptionContext::Iv128(FixedLength::from(<&[u8; 16]>::try_from(iv).ok()?));
    let length = key.decrypt(buffer.as_mut(), context).ok()?.len();
    buffer.buffer_resize(length).ok()
}

/// Splits the content key into the keys of the MAC and of the encryption (RFC 7518 5.2.2.1).
fn split(cek: &[u8]) -> Option<(hmac::Key, UnboundCipherKey)> {
    let (mac_key, key) = cek.split_at_checked(32)?;
    let key = UnboundCipherKey::new(&cipher::AES_256, key).ok()?;
    Some((hmac::Key::new(hmac::HMAC_SHA512, mac_key), key))
}

/// The MAC over the additional data, the IV, the ciphertext and the length of the first in bits.
fn mac(key: &hmac::Key, iv: &[u8], aad: &[u8], ciphertext: &[u8]) -> Option<hmac::Tag> {
    let bits = u64::try_from(aad.len()).ok()?.checked_mul(8)?;
    let mut mac = hmac::Context::with_key(key);
    for part in [aad, iv, ciphertext, &bits.to_be_bytes()] {
        mac.update(part);
    }
    Some(mac.sign())
}
