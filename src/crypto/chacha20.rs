//! The content of DIDComm v1: ChaCha20-Poly1305 of RFC 8439, with its nonce of 12 octets.

use askar_crypto::alg::chacha20::{C20P, Chacha20Key};
use askar_crypto::buffer::SecretBytes;
use askar_crypto::repr::KeySecretBytes;

use super::content::{self, Lengths, Sealed};
use crate::error::{Error, Result};

/// How long its parts are.
pub(crate) const LENGTHS: Lengths = Lengths { key: 32, iv: 12, tag: 16 };

pub(crate) fn seal(cek: &[u8], nonce: &[u8], aad: &[u8], plaintext: Vec<u8>) -> Result<Sealed> {
    content::seal(&key(cek)?, nonce, aad, plaintext)
}

pub(crate) fn open(
    cek: &[u8],
    nonce: &[u8],
    aad: &[u8],
    ciphertext: &[u8],
    tag: &[u8],
) -> Result<SecretBytes> {
    content::open(&key(cek)?, &LENGTHS, nonce, aad, ciphertext, tag)
}

fn key(cek: &[u8]) -> Result<Chacha20Key<C20P>> {
    Chacha20Key::<C20P>::from_secret_bytes(cek).map_err(|_| Error::Decryption)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn octets(hex: &str) -> Vec<u8> {
        multibase::Base::Base16Lower.decode(hex).unwrap()
    }

    // RFC 8439 2.8.2
    #[test]
    fn the_vector_of_rfc_8439_holds() {
        let cek: Vec<u8> = (0x80..=0x9f).collect();
        let nonce = octets("070000004041424344454647");
        let aad = octets("50515253c0c1c2c3c4c5c6c7");
        let text = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the \
            future, sunscreen would be it.";
        let sealed = seal(&cek, &nonce, &aad, text.to_vec()).unwrap();
        assert_eq!(sealed.ciphertext[..16], octets("d31a8d34648e60db7b86afbc53ef7ec2"));
        assert_eq!(sealed.tag, octets("1ae10b594f09e26a7e902ecbd0600691"));
        let opened = open(&cek, &nonce, &aad, &sealed.ciphertext, &sealed.tag).unwrap();
        assert_eq!(opened.as_ref(), text);
    }

    #[test]
    fn no_changed_part_and_no_other_length_opens() {
        let (cek, nonce) = ([1; LENGTHS.key], [2; LENGTHS.iv]);
        let Sealed { ciphertext, tag } = seal(&cek, &nonce, b"aad", b"plaintext".to_vec()).unwrap();
        let refused = |cek: &[u8], nonce: &[u8], aad: &[u8], ciphertext: &[u8], tag: &[u8]| {
            assert_eq!(open(cek, nonce, aad, ciphertext, tag).err(), Some(Error::Decryption));
        };
        refused(&[3; LENGTHS.key], &nonce, b"aad", &ciphertext, &tag);
        refused(&cek[1..], &nonce, b"aad", &ciphertext, &tag);
        refused(&cek, &[3; LENGTHS.iv], b"aad", &ciphertext, &tag);
        refused(&cek, &[2; 24], b"aad", &ciphertext, &tag);
        refused(&cek, &nonce, b"axd", &ciphertext, &tag);
        refused(&cek, &nonce, b"aad", &ciphertext[1..], &tag);
        refused(&cek, &nonce, b"aad", &ciphertext, &tag[1..]);
        refused(&cek, &nonce, b"aad", &ciphertext, &[]);
    }
}
