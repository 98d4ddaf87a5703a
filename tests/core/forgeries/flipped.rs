//! Every flipped bit of any layer is detected, and the error does not reveal which bit it was.

use pydidcomm::error::Error;
use serde_json::{Value, json};

use super::{anonymous, from_alice, hello, refusal, wrapped};
use crate::forge::{anoncrypt, authcrypt, decode, encode, signed};
use crate::parties::{ALICE_KEY, ALICE_SIGNS, BOB_1};
use crate::world::World;

/// Every message that differs from `packed` in one bit of the decoded member.
fn flips<'a>(packed: &'a Value, pointer: &'a str) -> impl Iterator<Item = Value> + 'a {
    let bytes = decode(packed.pointer(pointer).unwrap());
    (0..bytes.len() * 8).map(move |bit| {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let mut packed = packed.clone();
        *packed.pointer_mut(pointer).unwrap() = json!(encode(changed));
        packed
    })
}

const SEALED: [&str; 4] = ["/ciphertext", "/iv", "/tag", "/recipients/0/encrypted_key"];
const SIGNED: [&str; 3] = ["/payload", "/signatures/0/protected", "/signatures/0/signature"];

// REQ-01, JWE-16, JWE-18
#[test]
fn a_flipped_bit_of_encrypted_data_gives_one_opaque_error() {
    for packed in [authcrypt(hello(), ALICE_KEY, &[BOB_1]).seal(), anoncrypt(hello(), &[BOB_1]).seal()] {
        for pointer in SEALED {
            for changed in flips(&packed, pointer) {
                assert_eq!(refusal(changed), Error::Decryption, "{pointer}");
            }
        }
    }
}

// REQ-01, JWE-19
#[test]
fn a_flipped_bit_under_gcm_or_chacha_gives_the_same_error() {
    for enc in ["A256GCM", "XC20P"] {
        let packed = anoncrypt(hello(), &[BOB_1]).with("enc", enc).seal();
        for pointer in SEALED {
            for changed in flips(&packed, pointer) {
                assert_eq!(refusal(changed), Error::Decryption, "{enc} {pointer}");
            }
        }
    }
}

// REQ-01, JWE-17
#[test]
fn a_flipped_bit_of_the_protected_header_is_refused() {
    for packed in [authcrypt(hello(), ALICE_KEY, &[BOB_1]).seal(), anoncrypt(hello(), &[BOB_1]).seal()] {
        for changed in flips(&packed, "/protected") {
            assert!(World::new().unpack(changed).is_err());
        }
    }
}

// REQ-01, ADR-08
#[test]
fn a_flipped_bit_of_an_inner_encrypted_layer_is_refused() {
    let inner = authcrypt(hello(), ALICE_KEY, &[BOB_1]).seal();
    for pointer in SEALED.into_iter().chain(["/protected"]) {
        for changed in flips(&inner, pointer).step_by(7) {
            assert!(World::new().unpack(wrapped(changed)).is_err(), "{pointer}");
        }
    }
}

// REQ-01, SIG-18, SIG-22
#[test]
fn a_flipped_bit_of_a_signed_message_is_refused_bare_and_encrypted() {
    let packed = signed(&hello(), ALICE_SIGNS);
    for pointer in SIGNED {
        for changed in flips(&packed, pointer) {
            assert!(World::new().unpack(changed).is_err(), "{pointer}");
        }
        for changed in flips(&packed, pointer).step_by(7) {
            assert!(World::new().unpack(wrapped(changed)).is_err(), "{pointer}");
        }
    }
    for changed in flips(&packed, "/payload").chain(flips(&packed, "/signatures/0/signature")) {
        assert_eq!(refusal(changed), Error::InvalidSignature);
    }
}

// REQ-01: the error is the same for every cause
#[test]
fn decryption_failures_are_indistinguishable() {
    let good = from_alice().seal();
    let mut swapped = good.clone();
    let keys = [1, 0, 2].map(|place| good["recipients"][place]["encrypted_key"].clone());
    for (place, key) in keys.into_iter().enumerate() {
        swapped["recipients"][place]["encrypted_key"] = key;
    }
    let with = |pointer: &str, value: &[u8]| {
        let mut changed = good.clone();
        *changed.pointer_mut(pointer).unwrap() = json!(encode(value));
        changed
    };
    let failures = [
        swapped,
        from_alice().really_anonymous().seal(),
        from_alice().with_epk_point([0; 32]).seal(),
        with("/ciphertext", &[]),
        with("/ciphertext", &[1]),
        with("/ciphertext", &[1; 16]),
        with("/iv", &[]),
        with("/tag", &[2; 32]),
        with("/recipients/0/encrypted_key", &[]),
        with("/recipients/0/encrypted_key", &[3; 7]),
        with("/recipients/0/encrypted_key", &[3; 40]),
        with("/recipients/0/encrypted_key", &[3; 72]),
    ];
    for packed in failures {
        assert_eq!(refusal(packed), Error::Decryption);
    }
}

// ENC-10: there is one content key, so an entry with another one is detected if all keys must open
#[test]
fn recipients_with_different_content_keys_are_refused_if_every_key_must_open() {
    let options = pydidcomm::unpack::UnpackOptions { decrypt_by_all_keys: true, ..Default::default() };
    for jwe in [from_alice(), anonymous()] {
        let mut packed = jwe.clone().seal();
        assert!(World::new().unpack_with(&packed, options.clone()).is_ok());
        packed["recipients"][2]["encrypted_key"] = json!(encode([3; 72]));
        for packed in [packed, jwe.with_stray_key().seal()] {
            assert!(World::new().unpack(&packed).is_ok());
            assert_eq!(World::new().unpack_with(&packed, options.clone()).err(), Some(Error::Decryption));
        }
    }
}
