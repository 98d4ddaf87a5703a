//! The content: encrypted once under one content key, whoever it goes to.

use askar_crypto::alg::aes::{A256CbcHs512, A256Gcm, AesKey};
use askar_crypto::alg::chacha20::{Chacha20Key, XC20P};
use askar_crypto::buffer::SecretBytes;
use askar_crypto::encrypt::KeyAeadInPlace;
use askar_crypto::repr::KeySecretBytes;

use super::algorithm::ContentEncryption;
use crate::error::{Error, Result};

/// The lengths that an algorithm demands, in octets.
pub(crate) struct Lengths {
    pub(crate) key: usize,
    pub(crate) iv: usize,
    pub(crate) tag: usize,
}

/// Encrypted content and the tag over it and the additional data.
pub(crate) struct Sealed {
    pub(crate) ciphertext: Vec<u8>,
    pub(crate) tag: Vec<u8>,
}

impl ContentEncryption {
    pub(crate) fn lengths(self) -> Lengths {
        match self {
            Self::A256CbcHs512 => Lengths { key: 64, iv: 16, tag: 32 },
            Self::A256Gcm => Lengths { key: 32, iv: 12, tag: 16 },
            Self::Xc20P => Lengths { key: 32, iv: 24, tag: 16 },
        }
    }

    pub(crate) fn seal(self, cek: &[u8], iv: &[u8], aad: &[u8], plaintext: Vec<u8>) -> Result<Sealed> {
        seal(&*self.key(cek)?, iv, aad, plaintext)
    }

    pub(crate) fn open(
        self,
        cek: &[u8],
        iv: &[u8],
        aad: &[u8],
        ciphertext: &[u8],
        tag: &[u8],
    ) -> Result<SecretBytes> {
        open(&*self.key(cek)?, &self.lengths(), iv, aad, ciphertext, tag)
    }

    fn key(self, cek: &[u8]) -> Result<Box<dyn KeyAeadInPlace>> {
        let key: Result<Box<dyn KeyAeadInPlace>, _> = match self {
            Self::A256CbcHs512 => {
                AesKey::<A256CbcHs512>::from_secret_bytes(cek).map(|key| Box::new(key) as _)
            }
            Self::A256Gcm => AesKey::<A256Gcm>::from_secret_bytes(cek).map(|key| Box::new(key) as _),
            Self::Xc20P => Chacha20Key::<XC20P>::from_secret_bytes(cek).map(|key| Box::new(key) as _),
        };
        key.map_err(|_| Error::Decryption)
    }
}

/// Encrypts with a key, which knows its algorithm.
pub(super) fn seal(key: &dyn KeyAeadInPlace, iv: &[u8], aad: &[u8], plaintext: Vec<u8>) -> Result<Sealed> {
    let mut ciphertext = plaintext;
    let length = key
        .encrypt_in_place(&mut ciphertext, iv, aad)
        .map_err(|_| Error::misuse("the content cannot be encrypted"))?;
    let tag = ciphertext.split_off(length);
    Ok(Sealed { ciphertext, tag })
}

/// Decrypts with a key, which knows its algorithm; parts of other lengths than that has are refused.
pub(super) fn open(
    key: &dyn KeyAeadInPlace,
    lengths: &Lengths,
    iv: &[u8],
    aad: &[u8],
    ciphertext: &[u8],
    tag: &[u8],
) -> Result<SecretBytes> {
    if iv.len() != lengths.iv || tag.len() != lengths.tag {
        return Err(Error::Decryption);
    }
    let mut buffer = SecretBytes::with_capacity(ciphertext.len().saturating_add(tag.len()));
    buffer.extend_from_slice(ciphertext);
    buffer.extend_from_slice(tag);
    key.decrypt_in_place(&mut buffer, iv, aad).map_err(|_| Error::Decryption)?;
    Ok(buffer)
}

#[cfg(test)]
mod tests {
    use super::*;

    // JWE-18, JWE-19: every part that a tag covers is covered
    #[test]
    fn what_is_sealed_opens_and_no_flipped_octet_passes() {
        for algorithm in ContentEncryption::ALL {
            let lengths = algorithm.lengths();
            let (cek, iv) = (vec![1; lengths.key], vec![2; lengths.iv]);
            let sealed = algorithm.seal(&cek, &iv, b"aad", b"plaintext".to_vec()).unwrap();
            assert_eq!(sealed.tag.len(), lengths.tag);
            let open = |cek: &[u8], iv: &[u8], aad: &[u8], ciphertext: &[u8], tag: &[u8]| {
                algorithm.open(cek, iv, aad, ciphertext, tag).map(|opened| opened.as_ref().to_vec())
            };
            let Sealed { ciphertext, tag } = &sealed;
            assert_eq!(open(&cek, &iv, b"aad", ciphertext, tag).unwrap(), b"plaintext");
            assert_eq!(open(&cek, &iv, b"axd", ciphertext, tag), Err(Error::Decryption));
            assert_eq!(open(&cek, &iv, b"aad", ciphertext, &tag[1..]), Err(Error::Decryption));
            assert_eq!(open(&cek[1..], &iv, b"aad", ciphertext, tag), Err(Error::Decryption));
            for place in 0..ciphertext.len() {
                let mut changed = ciphertext.clone();
                changed[place] ^= 0x80;
                assert_eq!(open(&cek, &iv, b"aad", &changed, tag), Err(Error::Decryption));
            }
            for place in 0..tag.len() {
                let mut changed = tag.clone();
                changed[place] ^= 1;
                assert_eq!(open(&cek, &iv, b"aad", ciphertext, &changed), Err(Error::Decryption));
            }
        }
    }
}
