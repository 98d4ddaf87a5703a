//! Signatures: by an authorised key, over the sent bytes, with a supported algorithm.

use pydidcomm::error::{Claim, Error};
use pydidcomm::limits::Limits;
use pydidcomm::unpack::UnpackOptions;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{accepts, assert_malformed, assert_unsupported, assert_untrusted, hello, refusal, wrapped};
use crate::forge::{self, encode, flattened, jws, signed};
use crate::parties::{
    self, ALICE, ALICE_ASSERTS, ALICE_KEY, ALICE_SIGNS, BOB, CAROL, MALLORY_SIGNS, document, no_key_but,
    public,
};
use crate::world::{World, plaintext};

fn eddsa() -> Value {
    json!({"typ": "application/didcomm-signed+json", "alg": "EdDSA"})
}

fn key_not_found(kid: &str) -> Error {
    parties::key_not_found(kid, "authentication")
}

// SIG-08
#[test]
fn general_and_flattened_forms_are_read_bare_and_encrypted() {
    let general = signed(&hello(), ALICE_SIGNS);
    for form in [flattened(&general), general] {
        for packed in [wrapped(&form), form] {
            let unpacked = World::new().unpack(packed).unwrap();
            assert_eq!(unpacked.signer().unwrap().kid().as_str(), ALICE_SIGNS);
        }
    }
}

// SIG-15
#[test]
fn the_kid_is_found_in_either_header() {
    let kid = json!({"kid": ALICE_SIGNS});
    let mut inside = eddsa();
    inside["kid"] = json!(ALICE_SIGNS);
    for (protected, header) in [
        (inside.clone(), None),
        (inside.clone(), Some(json!({}))),
        (eddsa(), Some(kid.clone())),
        (inside, Some(kid)),
    ] {
        let unpacked = World::new().unpack(jws(&hello(), &protected, header, ALICE_SIGNS)).unwrap();
        assert_eq!(unpacked.signer().unwrap().kid().as_str(), ALICE_SIGNS);
    }
}

// SIG-15
#[test]
fn two_missing_or_invalid_kids_are_refused() {
    let mut inside = eddsa();
    inside["kid"] = json!(ALICE_SIGNS);
    let differing = jws(&hello(), &inside, Some(json!({"kid": MALLORY_SIGNS})), ALICE_SIGNS);
    assert_malformed(&refusal(differing), "jws.header.kid");
    let repeated = jws(&hello(), &inside, Some(json!({"alg": "none"})), ALICE_SIGNS);
    assert_malformed(&refusal(repeated), "jws.header");
    let headers = [
        None,
        Some(json!({})),
        Some(json!({"kid": ALICE})),
        Some(json!({"kid": "#sign-1"})),
        Some(json!({"kid": 7})),
    ];
    for header in headers {
        assert_malformed(&refusal(jws(&hello(), &eddsa(), header, ALICE_SIGNS)), "jws.header.kid");
    }
    assert_malformed(&refusal(jws(&hello(), &eddsa(), Some(json!([])), ALICE_SIGNS)), "jws.header");
}

// SIG-16, MED-08, MED-09, MED-10
#[test]
fn the_typ_of_a_signed_message_may_be_short_odd_or_absent() {
    let kid = json!({"kid": ALICE_SIGNS});
    let typs = ["application/didcomm-signed+json", "didcomm-signed+json", "JWM"];
    for protected in
        typs.map(|typ| json!({"typ": typ, "alg": "EdDSA"})).into_iter().chain([json!({"alg": "EdDSA"})])
    {
        accepts(jws(&hello(), &protected, Some(kid.clone()), ALICE_SIGNS));
    }
}

// SIG-07
#[test]
fn the_compact_form_is_refused() {
    let general = signed(&hello(), ALICE_SIGNS);
    let part = |value: &Value| value.as_str().unwrap().to_owned();
    let one = &general["signatures"][0];
    let compact = [&one["protected"], &general["payload"], &one["signature"]].map(part).join(".");
    assert_malformed(&refusal(&compact), "message");
    assert_malformed(&refusal(json!(compact)), "message");
    assert_malformed(&refusal(wrapped(compact)), "message");
}

// SIG-05, SIG-13, ADR-03
#[test]
fn a_key_that_may_not_authenticate_does_not_sign() {
    assert_eq!(refusal(signed(&hello(), ALICE_ASSERTS)), key_not_found(ALICE_ASSERTS));
    assert_eq!(refusal(signed(&hello(), ALICE_KEY)), key_not_found(ALICE_KEY));
    assert_eq!(refusal(wrapped(signed(&hello(), ALICE_ASSERTS))), key_not_found(ALICE_ASSERTS));
    assert_untrusted(&refusal(signed(&hello(), MALLORY_SIGNS)), Claim::Signer, Some(MALLORY_SIGNS));
    let revoked = document(ALICE, &[("verificationMethod", &["sign-1"])]);
    let error = World::new().with_document(revoked).refusal(signed(&hello(), ALICE_SIGNS));
    assert_eq!(error, no_key_but(ALICE_SIGNS, "authentication", vec![]));
    let error = World::new().without(ALICE).refusal(signed(&hello(), ALICE_SIGNS));
    assert_eq!(error, Error::DidNotFound { did: ALICE.into() });
}

// SIG-14
#[test]
fn authorisation_is_checked_before_the_signature() {
    let mut garbage = signed(&hello(), ALICE_ASSERTS);
    garbage["signatures"][0]["signature"] = json!(encode([1; 64]));
    assert_eq!(refusal(garbage), key_not_found(ALICE_ASSERTS));
}

// SIG-13, REQ-01
#[test]
fn a_signature_by_another_key_in_the_name_of_alice_is_refused() {
    let forged = jws(&hello(), &eddsa(), Some(json!({"kid": ALICE_SIGNS})), MALLORY_SIGNS);
    for packed in [flattened(&forged), wrapped(&forged), forged] {
        assert_eq!(refusal(packed), Error::InvalidSignature);
    }
}

// SIG-17
#[test]
fn other_than_one_signature_is_refused() {
    let mut two = signed(&hello(), ALICE_SIGNS);
    let other = signed(&hello(), MALLORY_SIGNS)["signatures"][0].clone();
    two["signatures"].as_array_mut().unwrap().push(other);
    assert_malformed(&refusal(&two), "jws.signatures");
    two["signatures"].as_array_mut().unwrap().rotate_left(1);
    assert_malformed(&refusal(&two), "jws.signatures");
    two["signatures"] = json!([]);
    assert_malformed(&refusal(&two), "jws.signatures");
    for none in [json!({}), json!("x"), json!([1])] {
        two["signatures"] = none;
        assert_malformed(&refusal(&two), "jws.signatures");
    }
}

// SIG-17
#[test]
fn several_signatures_are_read_on_demand_if_each_is_by_the_sender() {
    let two = |signer| {
        let mut two = signed(&hello(), ALICE_SIGNS);
        let other = signed(&hello(), signer)["signatures"][0].clone();
        two["signatures"].as_array_mut().unwrap().push(other);
        two
    };
    let unpacked = |message: &Value, signatures| {
        let limits = Limits { signatures, ..Limits::default() };
        World::new().unpack_with(message, UnpackOptions { limits, ..UnpackOptions::default() })
    };
    let read = unpacked(&two(ALICE_SIGNS), 2).unwrap();
    assert_eq!(read.signer().unwrap().kid().as_str(), ALICE_SIGNS);
    assert_malformed(&unpacked(&two(ALICE_SIGNS), 1).err().unwrap(), "jws.signatures");
    assert_malformed(&unpacked(&two(MALLORY_SIGNS), 2).err().unwrap(), "jws.signatures");
    let mut broken = two(ALICE_SIGNS);
    broken["signatures"][1]["signature"] = json!(encode([0; 64]));
    assert_eq!(unpacked(&broken, 2).err().unwrap(), Error::InvalidSignature);
}

// SIG-08, SIG-17
#[test]
fn general_and_flattened_members_together_are_refused() {
    let general = signed(&hello(), ALICE_SIGNS);
    let other = signed(&hello(), MALLORY_SIGNS);
    for name in ["signature", "protected", "header"] {
        let mut mixed = general.clone();
        mixed[name] = other["signatures"][0][name].clone();
        assert_malformed(&refusal(mixed), "jws");
    }
}

// SIG-18
#[test]
fn a_signature_of_another_length_is_refused() {
    let good = signed(&hello(), ALICE_SIGNS);
    let bytes = forge::decode(&good["signatures"][0]["signature"]);
    for other in [&bytes[..63], &[&bytes[..], &[0]].concat(), &bytes.repeat(2), &[], &[0; 64]] {
        let mut changed = good.clone();
        changed["signatures"][0]["signature"] = json!(encode(other));
        assert_eq!(refusal(changed), Error::InvalidSignature);
    }
}

// SIG-18: an S that is not reduced would be a second valid signature over the same text
#[test]
fn a_signature_has_one_encoding() {
    let good = signed(&hello(), ALICE_SIGNS);
    let mut bytes = forge::decode(&good["signatures"][0]["signature"]);
    // the order of the group, little endian
    let order = *b"\xed\xd3\xf5\x5c\x1a\x63\x12\x58\xd6\x9c\xf7\xa2\xde\xf9\xde\x14\
        \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10";
    let mut carry = 0;
    for (byte, add) in bytes[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
    }
    let mut changed = good;
    changed["signatures"][0]["signature"] = json!(encode(bytes));
    assert_eq!(refusal(changed), Error::InvalidSignature);
}

// SIG-19
#[test]
fn signature_algorithms_outside_the_profile_are_refused() {
    for alg in ["none", "None", "HS256", "RS256", "PS256", "ES256KR", "EdDSA ", "", "HS512"] {
        let protected = json!({"typ": "application/didcomm-signed+json", "alg": alg});
        let mut forged = jws(&hello(), &protected, Some(json!({"kid": ALICE_SIGNS})), ALICE_SIGNS);
        assert_unsupported(&refusal(&forged), "signature algorithm");
        forged["signatures"][0]["signature"] = json!("");
        assert_unsupported(&refusal(&forged), "signature algorithm");
    }
}

// SIG-19
#[test]
fn an_algorithm_that_does_not_fit_the_key_is_refused() {
    for alg in ["ES256", "ES256K", "ES384", "ES512"] {
        let protected = json!({"alg": alg});
        let error = refusal(jws(&hello(), &protected, Some(json!({"kid": ALICE_SIGNS})), ALICE_SIGNS));
        assert_eq!(error, Error::InvalidSignature);
    }
}

// SIG-19
#[test]
fn a_mac_keyed_with_the_public_key_is_refused() {
    let protected = json!({"alg": "HS256", "kid": ALICE_SIGNS});
    let mut forged = jws(&hello(), &protected, None, ALICE_SIGNS);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let input = format!("{}.{}", text(&forged["signatures"][0]["protected"]), text(&forged["payload"]));
    let mut block = [0; 64];
    block[..32].copy_from_slice(&public(ALICE_SIGNS).bytes());
    let pad = |byte: u8| block.map(|key| key ^ byte);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(input).finalize();
    let mac = Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize();
    forged["signatures"][0]["signature"] = json!(encode(mac));
    assert_unsupported(&refusal(forged), "signature algorithm");
}

// SIG-19: extensions that change the signing input
#[test]
fn critical_extensions_and_unencoded_payloads_are_refused() {
    for (name, value) in
        [("crit", json!(["b64"])), ("crit", json!(["foo"])), ("crit", json!(null)), ("b64", json!(false))]
    {
        let mut protected = eddsa();
        protected[name] = value;
        let error = refusal(jws(&hello(), &protected, Some(json!({"kid": ALICE_SIGNS})), ALICE_SIGNS));
        assert!(matches!(error, Error::Unsupported { .. }), "{name}: {error}");
    }
}

// SIG-18, REQ-01
#[test]
fn a_signature_over_another_payload_or_header_is_refused() {
    let good = signed(&hello(), ALICE_SIGNS);
    let mut other = good.clone();
    other["payload"] = json!(encode(plaintext(json!({"from": ALICE, "to": [BOB, CAROL]}))));
    assert_eq!(refusal(other), Error::InvalidSignature);
    let mut other = good;
    other["signatures"][0]["protected"] = json!(encode(json!({"alg": "EdDSA"}).to_string()));
    assert_eq!(refusal(other), Error::InvalidSignature);
}

// SIG-06, SIG-18
#[test]
fn a_jws_without_one_of_its_parts_is_malformed() {
    let good = signed(&hello(), ALICE_SIGNS);
    let mut changed = good.clone();
    changed.as_object_mut().unwrap().shift_remove("payload");
    assert_malformed(&refusal(&changed), "jws.payload");
    for (name, part) in [("protected", "jws.protected"), ("signature", "jws.signature")] {
        let mut changed = good.clone();
        changed["signatures"][0].as_object_mut().unwrap().shift_remove(name);
        assert_malformed(&refusal(&changed), part);
        changed["signatures"][0][name] = json!("=");
        assert_malformed(&refusal(&changed), part);
    }
}
