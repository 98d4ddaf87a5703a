//! Content encryption, once for all recipients, under one content key.

use askar_crypto::buffer::SecretBytes;

use super::a256cbc_hs512;
use super::aead::Aead;
use super::algorithm::ContentEncryption;
use crate::error::{Error, Result};

/// The content ciphers of both versions of DIDComm.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Cipher {
    A256CbcHs512,
    A256Gcm,
    Xc20P,
    C20P,
}

/// The lengths of an algorithm's inputs, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct Lengths {
    pub(crate) key: usize,
    pub(crate) iv: usize,
    pub(crate) tag: usize,
}

impl Cipher {
    pub(crate) const fn lengths(self) -> Lengths {
        match self {
            Self::A256CbcHs512 => Lengths { key: 64, iv: 16, tag: 32 },
            Self::A256Gcm | Self::C20P => Lengths { key: 32, iv: 12, tag: 16 },
            Self::Xc20P => Lengths { key: 32, iv: 24, tag: 16 },
        }
    }

    /// Encrypts in place, and returns the tag.
    ///
    /// Padding makes the buffer up to [`PADDING`] bytes longer. With that capacity it is not reallocated, which would
    /// leave a copy of the plaintext behind.
    pub(crate) fn seal(self, cek: &[u8], iv: &[u8], aad: &[u8], buffer: &mut Vec<u8>) -> Result<Vec<u8>> {
        let sealed = match self {
            Self::A256CbcHs512 => a256cbc_hs512::seal(cek, iv, aad, buffer),
            Self::A256Gcm => Aead::a256gcm(cek, iv).and_then(|aead| aead.seal(aad, buffer)),
            Self::Xc20P => Aead::xc20p(cek, iv).and_then(|aead| aead.seal(aad, buffer)),
            Self::C20P => Aead::c20p(cek, iv).and_then(|aead| aead.seal(aad, buffer)),
        };
        sealed.ok_or_else(|| Error::misuse("the content cannot be encrypted"))
    }

    /// Decrypts in place; after a failure the content of the buffer is undefined.
    pub(crate) fn open(
        self,
        cek: &[u8],
        iv: &[u8],
        aad: &[u8],
        buffer: &mut SecretBytes,
        tag: &[u8],
    ) -> Result<()> {
        let lengths = self.lengths();
        if (cek.len(), iv.len(), tag.len()) != (lengths.key, lengths.iv, lengths.tag) {
            return Err(Error::Decryption);
        }
        let opened = match self {
            Self::A256CbcHs512 => a256cbc_hs512::open(cek, iv, aad, buffer, tag),
            Self::A256Gcm => Aead::a256gcm(cek, iv).and_then(|aead| aead.open(aad, buffer, tag)),
            Self::Xc20P => Aead::xc20p(cek, iv).and_then(|aead| aead.open(aad, buffer, tag)),
            Self::C20P => Aead::c20p(cek, iv).and_then(|aead| aead.open(aad, buffer, tag)),
        };
        opened.ok_or(Error::Decryption)
    }
}

/// Maximum number of bytes of padding: a block of AES.
pub(crate) const PADDING: usize = 16;

impl ContentEncryption {
    pub(crate) fn cipher(self) -> Cipher {
        match self {
            Self::A256CbcHs512 => Cipher::A256CbcHs512,
            Self::A256Gcm => Cipher::A256Gcm,
            Self::Xc20P => Cipher::Xc20P,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) const ALL: [Cipher; 4] = [Cipher::A256CbcHs512, Cipher::A256Gcm, Cipher::Xc20P, Cipher::C20P];

    fn open(
        cipher: Cipher,
        cek: &[u8],
        iv: &[u8],
        aad: &[u8],
        ciphertext: &[u8],
        tag: &[u8],
    ) -> Result<Vec<u8>> {
        let mut buffer = SecretBytes::from_slice(ciphertext);
        cipher.open(cek, iv, aad, &mut buffer, tag).map(|()| buffer.as_ref().to_vec())
    }

    // JWE-18, JWE-19: every part that a tag covers is covered
    #[test]
    fn sealed_content_opens_and_any_flipped_byte_is_refused() {
        for cipher in ALL {
            let lengths = cipher.lengths();
            let (cek, iv) = (vec![1; lengths.key], vec![2; lengths.iv]);
            let mut ciphertext = b"plaintext".to_vec();
            let tag = cipher.seal(&cek, &iv, b"aad", &mut ciphertext).unwrap();
            assert_eq!(tag.len(), lengths.tag);
            assert!(ciphertext.len() <= b"plaintext".len() + PADDING);
            let refused = |cek: &[u8], iv: &[u8], aad: &[u8], ciphertext: &[u8], tag: &[u8]| {
                assert_eq!(open(cipher, cek, iv, aad, ciphertext, tag), Err(Error::Decryption));
            };
            assert_eq!(open(cipher, &cek, &iv, b"aad", &ciphertext, &tag).unwrap(), b"plaintext");
            refused(&cek, &iv, b"axd", &ciphertext, &tag);
            refused(&cek, &iv, b"aad", &ciphertext[1..], &tag);
            refused(&cek, &iv, b"aad", &ciphertext, &tag[1..]);
            refused(&cek, &iv, b"aad", &ciphertext, &[]);
            refused(&cek[1..], &iv, b"aad", &ciphertext, &tag);
            refused(&cek, &iv[1..], b"aad", &ciphertext, &tag);
            refused(&cek, &[iv.as_slice(), &[2]].concat(), b"aad", &ciphertext, &tag);
            refused(&cek, &vec![3; lengths.iv], b"aad", &ciphertext, &tag);
            refused(&vec![3; lengths.key], &iv, b"aad", &ciphertext, &tag);
            for place in 0..ciphertext.len() {
                let mut changed = ciphertext.clone();
                changed[place] ^= 0x80;
                refused(&cek, &iv, b"aad", &changed, &tag);
            }
            for place in 0..tag.len() {
                let mut changed = tag.clone();
                changed[place] ^= 1;
                refused(&cek, &iv, b"aad", &ciphertext, &changed);
            }
        }
    }

    fn bytes(hex: &str) -> Vec<u8> {
        multibase::Base::Base16Lower.decode(hex).unwrap()
    }

    // RFC 8439 2.8.2
    #[test]
    fn vector_of_rfc_8439() {
        let cek: Vec<u8> = (0x80..=0x9f).collect();
        let nonce = bytes("070000004041424344454647");
        let aad = bytes("50515253c0c1c2c3c4c5c6c7");
        let text = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the \
            future, sunscreen would be it.";
        let mut sealed = text.to_vec();
        let tag = Cipher::C20P.seal(&cek, &nonce, &aad, &mut sealed).unwrap();
        assert_eq!(sealed[..16], bytes("d31a8d34648e60db7b86afbc53ef7ec2"));
        assert_eq!(tag, bytes("1ae10b594f09e26a7e902ecbd0600691"));
        assert_eq!(open(Cipher::C20P, &cek, &nonce, &aad, &sealed, &tag).unwrap(), text);
    }
}
