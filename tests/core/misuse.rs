//! Packing refuses messages that every conforming recipient would refuse.

use pydidcomm::did::{DidUrl, Document};
use pydidcomm::error::{Error, ListedKey};
use pydidcomm::keys::{Curve, SecretKey};
use pydidcomm::pack::EncryptOptions;
use serde_json::json;

use super::forge::epk;
use super::parties::{
    ALICE, ALICE_ASSERTS, ALICE_KEY, ALICE_SIGNS, ALICE_UNLISTED, BOB, BOB_1, CAROL, MALLORY, MALLORY_SIGNS,
    document, documents, key_not_found, secret, secrets,
};
use super::world::{World, from, from_alice_to_bob, message, misused};

fn signer(signer: &str) -> EncryptOptions {
    EncryptOptions { signer: Some(DidUrl::parse(signer).unwrap()), ..EncryptOptions::default() }
}

// ADR-10, ENV-02
#[test]
fn arguments_that_contradict_the_message_are_refused() {
    let world = World::new();
    misused(world.encrypt(&from_alice_to_bob(), BOB, &from(MALLORY)));
    misused(world.encrypt(&from_alice_to_bob(), BOB, &signer(MALLORY)));
    misused(world.sign(&from_alice_to_bob(), MALLORY_SIGNS));
    misused(world.encrypt(&from_alice_to_bob(), CAROL, &from(ALICE)));
    misused(world.encrypt(&message(json!({"to": []})), BOB, &EncryptOptions::default()));
    let both = EncryptOptions { from: Some(DidUrl::parse(ALICE).unwrap()), ..signer(MALLORY) };
    misused(world.encrypt(&message(json!({})), BOB, &both));
}

// MSG-16, KID-02, KID-06, SIG-05
#[test]
fn a_key_outside_of_its_relationship_is_not_used() {
    let world = World::new();
    for kid in [ALICE_UNLISTED, ALICE_SIGNS] {
        let error = world.encrypt(&from_alice_to_bob(), BOB, &from(kid)).err();
        assert_eq!(error, Some(key_not_found(kid, "keyAgreement")));
    }
    for kid in ["did:example:bob#sign-1", "did:example:bob#nowhere"] {
        let error = world.encrypt(&from_alice_to_bob(), kid, &from(ALICE)).err();
        assert_eq!(error, Some(key_not_found(kid, "keyAgreement")));
    }
    for kid in [ALICE_ASSERTS, ALICE_KEY] {
        assert_eq!(world.sign(&from_alice_to_bob(), kid).err(), Some(key_not_found(kid, "authentication")));
    }
}

// KID-03, KID-08
#[test]
fn an_unknown_did_or_a_missing_secret_is_an_error() {
    let world = World::new();
    let gone = world.without(BOB).encrypt(&from_alice_to_bob(), BOB, &from(ALICE)).err();
    assert_eq!(gone, Some(Error::DidNotFound { did: BOB.into() }));
    let unheld = world.holding(&[]).encrypt(&from_alice_to_bob(), BOB, &from(ALICE)).err();
    assert_eq!(unheld, Some(Error::SecretNotFound { kids: vec![ALICE_KEY.into()] }));
    let unheld = world.holding(&[]).sign(&from_alice_to_bob(), ALICE).err();
    assert_eq!(unheld, Some(Error::SecretNotFound { kids: vec![ALICE_SIGNS.into()] }));
}

// ENC-09, KID-06
#[test]
fn a_recipient_without_a_key_agreement_key_is_an_error() {
    let mute = World::new().with_document(document(BOB, &[("authentication", &["sign-1"])]));
    let error = mute.encrypt(&from_alice_to_bob(), BOB, &from(ALICE)).err();
    let expected = Error::KeyNotFound {
        did: BOB.into(),
        kid: "*".into(),
        relationship: "keyAgreement",
        candidates: vec![],
    };
    assert_eq!(error, Some(expected));
}

// ENC-01, KID-01
#[test]
fn a_key_of_another_did_in_the_document_is_not_encrypted_to() {
    let method = |kid: &str| json!({"id": kid, "type": "JsonWebKey2020", "publicKeyJwk": epk(kid)});
    let greedy = json!({"id": BOB, "keyAgreement": [method("did:example:mallory#agree-1"), method(BOB_1)]});
    let world = World::new().with_document(Document::parse(&greedy).unwrap());
    let packed = world.encrypt(&from_alice_to_bob(), BOB, &from(ALICE)).unwrap();
    assert_eq!(packed.envelope.to_kids, [DidUrl::parse(BOB_1).unwrap()]);
}

// ENC-03, ENC-12
#[test]
fn keys_on_unsupported_curves_are_skipped_or_named() {
    let other = json!({"id": format!("{BOB}#other"), "type": "JsonWebKey2020",
                       "publicKeyJwk": {"kty": "EC", "crv": "P-192", "x": "AA", "y": "AA"}});
    let x25519 = json!({"id": BOB_1, "type": "JsonWebKey2020", "publicKeyJwk": epk(BOB_1)});
    let bob = |keys| Document::parse(&json!({"id": BOB, "keyAgreement": keys})).unwrap();
    let world = World::new().with_document(bob(json!([other, x25519])));
    let packed = world.encrypt(&from_alice_to_bob(), BOB, &from(ALICE)).unwrap();
    assert_eq!(packed.envelope.to_kids, [DidUrl::parse(BOB_1).unwrap()]);
    let world = World::new().with_document(bob(json!([other])));
    let error = world.encrypt(&from_alice_to_bob(), BOB, &from(ALICE)).err();
    let keys = vec![ListedKey { kid: format!("{BOB}#other"), kind: "P-192".into() }];
    assert_eq!(error, Some(Error::UnsupportedKeys { relationship: "keyAgreement", keys }));
    let alice = Document::parse(&json!({"id": ALICE, "keyAgreement": [
        {"id": format!("{ALICE}#other"), "type": "JsonWebKey2020",
         "publicKeyJwk": {"kty": "EC", "crv": "P-192", "x": "AA", "y": "AA"}}]}));
    let error =
        World::new().with_document(alice.unwrap()).encrypt(&from_alice_to_bob(), BOB, &from(ALICE)).err();
    let expected = Error::IncompatibleKeys {
        sender: ALICE.into(),
        recipient: BOB.into(),
        sender_curves: vec!["P-192".into()],
        recipient_curves: vec!["X25519".into()],
    };
    assert_eq!(error, Some(expected));
}

// ALG-03
#[test]
fn p_384_is_preferred_to_p_256_in_whatever_order_the_document_has_them() {
    let key = |curve: Curve, bytes: &[u8]| {
        let kid = DidUrl::parse(&format!("{BOB}#{}", curve.name())).unwrap();
        let jwk = SecretKey::from_bytes(kid.clone(), curve, bytes).unwrap().public_key().to_jwk();
        json!({"id": kid.as_str(), "type": "JsonWebKey2020", "publicKeyJwk": jwk})
    };
    let keys = [key(Curve::P256, &[1; 32]), key(Curve::P384, &[1; 48])];
    for keys in [json!([keys[0], keys[1]]), json!([keys[1], keys[0]])] {
        let bob = Document::parse(&json!({"id": BOB, "keyAgreement": keys})).unwrap();
        let world = World::new().with_document(bob);
        let packed = world.encrypt(&from_alice_to_bob(), BOB, &EncryptOptions::default()).unwrap();
        assert_eq!(packed.envelope.to_kids, [DidUrl::parse(&format!("{BOB}#P-384")).unwrap()]);
    }
}

// KID-03
#[test]
fn a_secret_that_is_not_the_published_one_is_not_used() {
    let stray = |kid: &str, other: &str| -> SecretKey { secret(other).with_kid(DidUrl::parse(kid).unwrap()) };
    for (kid, other) in [(ALICE_KEY, BOB_1), (ALICE_SIGNS, MALLORY_SIGNS)] {
        let mut known = secrets();
        known.push(stray(kid, other));
        let world = World::of(documents(), known);
        if kid == ALICE_KEY {
            misused(world.encrypt(&from_alice_to_bob(), BOB, &from(ALICE)));
        } else {
            misused(world.sign(&from_alice_to_bob(), ALICE));
        }
    }
}

// KID-03
#[test]
fn the_key_to_encrypt_to_comes_from_the_document() {
    let rekeyed = Document::parse(&json!({"id": BOB, "keyAgreement": [
        {"id": BOB_1, "type": "JsonWebKey2020", "publicKeyJwk": epk("did:example:bob#agree-2")}]}));
    let world = World::new().with_document(rekeyed.unwrap());
    let packed = world.encrypt(&from_alice_to_bob(), BOB, &from(ALICE)).unwrap();
    assert_eq!(world.unpack(&packed.envelope.text).err(), Some(Error::Decryption));
    let mut known = secrets();
    known.push(secret("did:example:bob#agree-2").with_kid(DidUrl::parse(BOB_1).unwrap()));
    assert!(World::of(documents(), known).unpack(&packed.envelope.text).is_ok());
}
