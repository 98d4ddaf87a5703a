//! Key ids and key agreement: the owner of a key, and its authorised use.

use pydidcomm::did::DidUrl;
use pydidcomm::error::{Claim, Error};
use pydidcomm::keys::{Curve, SecretKey};
use serde_json::{Value, json};

use super::{anonymous, assert_malformed, assert_unsupported, assert_untrusted, from_alice, hello, refusal};
use crate::forge::{anoncrypt, authcrypt, encode, epk};
use crate::parties::{
    self, ALICE, ALICE_KEY, ALICE_SIGNS, ALICE_UNLISTED, BOB, BOB_1, BOB_SORTED, MALLORY, MALLORY_KEY,
    document, no_key_but, public,
};
use crate::world::{World, plaintext};

fn key_not_found(kid: &str) -> Error {
    parties::key_not_found(kid, "keyAgreement")
}

// REQ-01, REQ-02, JWE-12
#[test]
fn authcrypt_with_another_key_in_the_name_of_alice_is_refused() {
    assert_eq!(refusal(from_alice().really_from(MALLORY_KEY).seal()), Error::Decryption);
    assert_eq!(refusal(from_alice().really_from(BOB_1).seal()), Error::Decryption);
    assert_eq!(refusal(from_alice().really_anonymous().seal()), Error::Decryption);
}

// KID-07
#[test]
fn without_skid_the_sender_is_taken_from_apu() {
    let unpacked = World::new().unpack(from_alice().with("skid", Value::Null).seal()).unwrap();
    assert_eq!(unpacked.sender().unwrap().kid().as_str(), ALICE_KEY);
    let forged = authcrypt(hello(), MALLORY_KEY, &BOB_SORTED).with("skid", Value::Null).seal();
    assert_untrusted(&refusal(forged), Claim::Sender, Some(MALLORY_KEY));
}

// JWE-06
#[test]
fn skid_and_apu_have_to_name_one_key() {
    let other = from_alice().with("apu", encode(MALLORY_KEY));
    for packed in [other.seal(), other.clone().really_from(MALLORY_KEY).seal()] {
        assert_untrusted(&refusal(packed), Claim::SenderKey, Some(ALICE_KEY));
    }
    let same_did = from_alice().with("apu", encode(ALICE_UNLISTED)).seal();
    assert_untrusted(&refusal(same_did), Claim::SenderKey, Some(ALICE_KEY));
}

// KID-08
#[test]
fn a_skid_that_does_not_resolve_is_refused() {
    let kid = "did:example:alice#nowhere";
    assert_eq!(refusal(authcrypt(hello(), kid, &BOB_SORTED).seal()), key_not_found(kid));
    let error = refusal(authcrypt(hello(), "did:example:unknown#agree-1", &BOB_SORTED).seal());
    assert_eq!(error, Error::DidNotFound { did: "did:example:unknown".into() });
    let error = World::new().without(ALICE).refusal(from_alice().seal());
    assert_eq!(error, Error::DidNotFound { did: ALICE.into() });
}

// KID-04
#[test]
fn a_skid_that_is_not_an_absolute_did_url_is_refused() {
    for skid in [ALICE, "#agree-1", "agree-1", "", "did:example:alice#", "did:example:alice#a#b"] {
        let packed = from_alice().with("skid", skid).with("apu", encode(skid)).seal();
        assert_malformed(&refusal(packed), "jwe.protected.skid");
    }
}

// MSG-17, KID-06
#[test]
fn a_sender_key_that_is_not_listed_under_key_agreement_is_refused() {
    let packed = authcrypt(hello(), ALICE_UNLISTED, &BOB_SORTED).seal();
    assert_eq!(refusal(packed), key_not_found(ALICE_UNLISTED));
    let packed = authcrypt(hello(), ALICE_SIGNS, &BOB_SORTED).seal();
    assert_eq!(refusal(packed), key_not_found(ALICE_SIGNS));
    let rotated = document(ALICE, &[("authentication", &["sign-1"]), ("verificationMethod", &["agree-1"])]);
    let error = World::new().with_document(rotated).refusal(from_alice().seal());
    assert_eq!(error, no_key_but(ALICE_KEY, "keyAgreement", vec![]));
}

// MSG-17, KID-05: a document must not list a key for another DID
#[test]
fn a_key_of_alice_in_another_document_does_not_prove_alice() {
    let foreign = json!({"id": MALLORY, "keyAgreement": [
        {"id": ALICE_UNLISTED, "type": "JsonWebKey2020", "publicKeyJwk": public(ALICE_UNLISTED).to_jwk()}]});
    let world = World::new().with_document(pydidcomm::did::Document::parse(&foreign).unwrap());
    let packed = authcrypt(hello(), ALICE_UNLISTED, &BOB_SORTED).seal();
    assert_eq!(world.refusal(packed), key_not_found(ALICE_UNLISTED));
}

// ENC-02
#[test]
fn recipients_of_two_dids_are_refused() {
    let to = [BOB_1, parties::CAROL_KEY];
    let text = plaintext(json!({"from": ALICE, "to": [BOB, parties::CAROL]}));
    for packed in [anoncrypt(&text, &to).seal(), authcrypt(&text, ALICE_KEY, &to).seal()] {
        assert_malformed(&refusal(packed), "jwe.recipients");
    }
}

// ENC-11, ENC-15
#[test]
fn unknown_recipient_keys_do_not_affect_a_known_one() {
    let world = World::new().holding(&[BOB_1]);
    let unknown_kids = ["did:example:bob#gone-1", BOB_1, "did:example:bob#gone-2"];
    assert!(world.unpack(anoncrypt(hello(), &unknown_kids).seal()).is_ok());
    let kids = [unknown_kids[0], unknown_kids[2]];
    let error = world.refusal(anoncrypt(hello(), &kids).seal());
    assert_eq!(error, Error::SecretNotFound { kids: kids.map(str::to_owned).to_vec() });
}

// KID-01, JWE-22
#[test]
fn recipient_kids_that_are_not_did_urls_are_refused() {
    for kid in ["", "agree-1", "#agree-1", BOB, "did:example:bob#"] {
        let packed = anoncrypt(hello(), &[kid]).seal();
        assert_malformed(&refusal(packed), "jwe.recipients.header.kid");
    }
}

// ALG-13
#[test]
fn an_ephemeral_key_with_its_private_member_is_refused() {
    let mut leaking = epk("did:example:ephemeral#1");
    leaking["d"] = json!(encode([1; 32]));
    for jwe in [from_alice(), anonymous()] {
        assert_malformed(&refusal(jwe.with("epk", leaking.clone()).seal()), "jwe.protected.epk");
    }
}

// ALG-15: every point of low order, in each of its encodings
#[test]
fn ephemeral_points_of_low_order_are_refused() {
    let point = |first: u8, rest: u8, last: u8| {
        let mut bytes = [rest; 32];
        (bytes[0], bytes[31]) = (first, last);
        bytes
    };
    let eight: [[u8; 32]; 2] = [
        *b"\xe0\xeb\x7a\x7c\x3b\x41\xb8\xae\x16\x56\xe3\xfa\xf1\x9f\xc4\x6a\
           \xda\x09\x8d\xeb\x9c\x32\xb1\xfd\x86\x62\x05\x16\x5f\x49\xb8\x00",
        *b"\x5f\x9c\x95\xbc\xa3\x50\x8c\x24\xb1\xd0\xb1\x55\x9c\x83\xef\x5b\x04\
           \x44\x5c\xc4\x58\x1c\x8e\x86\xd8\x22\x4e\xdd\xd0\x9f\x11\x57",
    ];
    let around_the_prime =
        [point(0xec, 0xff, 0x7f), point(0xed, 0xff, 0x7f), point(0xee, 0xff, 0x7f), point(0xed, 0xff, 0xff)];
    let all =
        [point(0, 0, 0), point(1, 0, 0), point(0, 0, 0x80)].into_iter().chain(eight).chain(around_the_prime);
    for point in all {
        for jwe in [from_alice(), anonymous()] {
            assert_eq!(refusal(jwe.with_epk_point(point).seal()), Error::Decryption, "{point:x?}");
        }
    }
}

// ALG-16
#[test]
fn an_ephemeral_key_on_another_curve_is_refused() {
    let on = |curve: Curve| {
        let kid = DidUrl::parse("did:example:mallory#other").unwrap();
        let secret = SecretKey::generate(kid, curve, &mut |buffer| buffer.fill(1)).unwrap();
        Value::Object(secret.public_key().to_jwk())
    };
    let brainpool = json!({"kty": "EC", "crv": "BP-256", "x": encode([1; 32]), "y": encode([2; 32])});
    for jwe in [from_alice(), anonymous()] {
        assert_unsupported(&refusal(jwe.clone().with("epk", brainpool.clone()).seal()), "curve");
        for curve in Curve::ALL.into_iter().filter(|curve| *curve != Curve::X25519) {
            let forged = jwe.clone().with("epk", on(curve)).seal();
            assert_malformed(&refusal(forged), "jwe.protected.epk");
        }
    }
}

// ALG-13
#[test]
fn an_invalid_ephemeral_key_is_refused() {
    let odd = [
        json!("x"),
        json!([]),
        json!({"kty": "OKP", "crv": "X25519"}),
        json!({"kty": "OKP", "crv": "X25519", "x": encode([1; 31])}),
        json!({"kty": "OKP", "crv": "X25519", "x": encode([1; 33])}),
        json!({"kty": "OKP", "crv": "X25519", "x": 7}),
        json!({"kty": "EC", "crv": "X25519", "x": encode([1; 32])}),
        json!({"kty": "EC", "crv": "P-256", "x": encode([1; 32]), "y": encode([2; 32])}),
        json!({"kty": "EC", "crv": "P-384", "x": encode([1; 48])}),
        json!({"kty": "OKP", "crv": "P-521", "x": encode([1; 66]), "y": encode([1; 66])}),
    ];
    for epk in odd {
        assert_malformed(&refusal(from_alice().with("epk", epk).seal()), "jwe.protected.epk");
    }
}
