//! The vectors of the specification (appendix C), from the crate `didcomm` and from files.

use didcomm::test_vectors::{
    ENCRYPTED_MSG_ANON_XC20P_1, ENCRYPTED_MSG_ANON_XC20P_2, ENCRYPTED_MSG_AUTH_P256,
    ENCRYPTED_MSG_AUTH_X25519, SIGNED_MSG_ALICE_KEY_1, SIGNED_MSG_ALICE_KEY_2, SIGNED_MSG_ALICE_KEY_3,
};
use pydidcomm::did::Document;
use pydidcomm::error::Error;
use pydidcomm::keys::SecretKey;
use pydidcomm::message::Message;
use pydidcomm::unpack::UnpackOptions;
use pydidcomm::{ContentEncryption, SignatureAlgorithm};
use serde_json::{Value, json};

use super::peer;
use super::world::World;

const BOB_KIDS: [&str; 3] =
    ["did:example:bob#key-x25519-1", "did:example:bob#key-x25519-2", "did:example:bob#key-x25519-3"];

fn lunch() -> Message {
    let json = json!({
        "id": "1234567890",
        "typ": "application/didcomm-plain+json",
        "type": "http://example.com/protocols/lets_do_lunch/1.0/proposal",
        "from": "did:example:alice",
        "to": ["did:example:bob"],
        "created_time": 1_516_269_022,
        "expires_time": 1_516_385_931,
        "body": {"messagespecificattribute": "and its value"},
    });
    Message::parse(&json.to_string()).unwrap()
}

// ENV-11, REQ-02, SIG-15, SIG-23
#[test]
fn the_eddsa_vector_verifies() {
    let unpacked = peer::world().unpack(SIGNED_MSG_ALICE_KEY_1).unwrap();
    assert_eq!(*unpacked.message(), lunch());
    assert_eq!(unpacked.signer().unwrap().kid().as_str(), "did:example:alice#key-1");
    assert_eq!(unpacked.signature_algorithm(), Some(SignatureAlgorithm::EdDsa));
    assert!(!unpacked.is_encrypted() && unpacked.sender().is_none() && !unpacked.hides_sender());
    let shown = unpacked.signed_message().unwrap().to_owned();
    assert_eq!(shown.trim(), SIGNED_MSG_ALICE_KEY_1.trim());
    assert_eq!(*peer::world().unpack(shown).unwrap().message(), lunch());
}

// ENC-07, ENC-11, ALG-07, JWE-13, JWE-15, ENV-09
#[test]
fn the_anoncrypt_vector_opens_with_each_key_alone() {
    for kid in BOB_KIDS {
        let unpacked = peer::world().holding(&[kid]).unpack(ENCRYPTED_MSG_ANON_XC20P_1).unwrap();
        assert_eq!(*unpacked.message(), lunch());
        assert_eq!(unpacked.recipient_kid().unwrap().as_str(), kid);
        assert_eq!(unpacked.anoncrypt(), Some(ContentEncryption::Xc20P));
        assert!(unpacked.sender().is_none() && unpacked.signer().is_none() && unpacked.hides_sender());
        let to: Vec<_> = unpacked.encrypted_to().unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(to, BOB_KIDS);
    }
}

// ENC-06, ENC-11, JWE-11, JWE-12, JWE-13, JWE-14, JWE-18, KID-04
#[test]
fn the_authcrypt_vector_opens_with_each_key_alone() {
    for kid in BOB_KIDS {
        let unpacked = peer::world().holding(&[kid]).unpack(ENCRYPTED_MSG_AUTH_X25519).unwrap();
        assert_eq!(*unpacked.message(), lunch());
        assert_eq!(unpacked.recipient_kid().unwrap().as_str(), kid);
        assert_eq!(unpacked.authcrypt(), Some(ContentEncryption::A256CbcHs512));
        assert_eq!(unpacked.sender().unwrap().kid().as_str(), "did:example:alice#key-x25519-1");
        assert!(unpacked.signer().is_none() && unpacked.anoncrypt().is_none() && !unpacked.hides_sender());
    }
}

// ENC-11
#[test]
fn every_key_opens_the_vectors_when_all_are_required() {
    for packed in [ENCRYPTED_MSG_ANON_XC20P_1, ENCRYPTED_MSG_AUTH_X25519] {
        let options = UnpackOptions { decrypt_by_all_keys: true, ..UnpackOptions::default() };
        assert_eq!(*peer::world().unpack_with(packed, options.clone()).unwrap().message(), lunch());
        let lacking = peer::world().holding(&BOB_KIDS[1..]).unpack_with(packed, options).err();
        assert_eq!(lacking, Some(Error::SecretNotFound { kids: vec![BOB_KIDS[0].to_owned()] }));
    }
}

// ENC-15
#[test]
fn a_vector_for_bob_raises_secret_not_found_for_alice() {
    let alice = peer::world().holding(&["did:example:alice#key-x25519-1"]);
    for packed in [ENCRYPTED_MSG_ANON_XC20P_1, ENCRYPTED_MSG_AUTH_X25519] {
        let kids = BOB_KIDS.map(str::to_owned).to_vec();
        assert_eq!(alice.refusal(packed), Error::SecretNotFound { kids });
    }
}

// ALG-01, SIG-03, SIG-20
#[test]
fn vectors_on_the_other_curves_open() {
    for packed in [ENCRYPTED_MSG_ANON_XC20P_2, SIGNED_MSG_ALICE_KEY_2, SIGNED_MSG_ALICE_KEY_3] {
        assert_eq!(*peer::world().unpack(packed).unwrap().message(), lunch());
    }
    let unpacked = peer::world().unpack(ENCRYPTED_MSG_AUTH_P256).unwrap();
    assert_eq!(*unpacked.message(), lunch());
    assert_eq!(unpacked.sender().unwrap().kid().as_str(), "did:example:alice#key-p256-1");
}

// ALG-02, ALG-12, ENC-11, JWE-25: each of the ten messages, with each of its recipient keys
#[test]
fn the_messages_of_the_specification_open_to_their_plaintext() {
    let (world, kids) = world_of(include_str!("../vectors/specification/parties.json"));
    let mut opened = Vec::new();
    for vector in list(include_str!("../vectors/specification/messages.json")) {
        let name = vector["name"].as_str().unwrap();
        let packed = vector["packed"].to_string();
        let expected = Message::parse(&vector["plaintext"].to_string()).unwrap();
        assert_eq!(*world.unpack(&packed).unwrap().message(), expected, "{name}");
        opened.push(name.split('-').next().unwrap().to_owned());
        for kid in vector["recipients"].as_array().unwrap().iter().map(|kid| kid.as_str().unwrap()) {
            assert!(kids.iter().any(|known| known == kid), "{name}");
            let unpacked = world.holding(&[kid]).unpack(&packed).unwrap();
            assert_eq!(*unpacked.message(), expected, "{name} with {kid}");
            assert_eq!(unpacked.recipient_kid().unwrap().as_str(), kid);
        }
    }
    assert_eq!(opened, ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10"]);
}

fn list(json: &str) -> Vec<Value> {
    serde_json::from_str(json).unwrap()
}

/// The parties of a file, and the ids of the available secrets.
fn world_of(parties: &str) -> (World, Vec<String>) {
    let parties = list(parties);
    let documents = parties.iter().map(|party| Document::parse(&party["document"]).unwrap());
    let secrets: Vec<_> = parties
        .iter()
        .flat_map(|party| party["secrets"].as_array().unwrap())
        .map(|jwk| SecretKey::from_value(jwk, None).unwrap())
        .collect();
    let kids = secrets.iter().map(|secret| secret.kid().to_string()).collect();
    (World::of(documents.collect(), secrets), kids)
}
