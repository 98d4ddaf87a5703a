//! The parties of the tests: every private key is the hash of its kid, so that a test can forge with any of them.

use askar_crypto::alg::ed25519::Ed25519KeyPair;
use askar_crypto::alg::x25519::X25519KeyPair;
use askar_crypto::buffer::SecretBytes;
use askar_crypto::kdf::KeyExchange;
use askar_crypto::repr::{KeyPublicBytes, KeySecretBytes};
use pydidcomm::did::{DidUrl, Document, Relationship};
use pydidcomm::error::Error;
use pydidcomm::keys::{Curve, PublicKey, SecretKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(crate) const ALICE: &str = "did:example:alice";
pub(crate) const ALICE_2: &str = "did:example:alice2";
pub(crate) const BOB: &str = "did:example:bob";
pub(crate) const CAROL: &str = "did:example:carol";
pub(crate) const MALLORY: &str = "did:example:mallory";

pub(crate) const ALICE_KEY: &str = "did:example:alice#agree-1";
pub(crate) const ALICE_SIGNS: &str = "did:example:alice#sign-1";
/// Listed under `verificationMethod` only.
pub(crate) const ALICE_UNLISTED: &str = "did:example:alice#unlisted-1";
/// Listed under `assertionMethod` only.
pub(crate) const ALICE_ASSERTS: &str = "did:example:alice#assert-1";
pub(crate) const ALICE_2_KEY: &str = "did:example:alice2#agree-1";
pub(crate) const ALICE_2_SIGNS: &str = "did:example:alice2#sign-1";
pub(crate) const BOB_1: &str = "did:example:bob#agree-1";
pub(crate) const BOB_2: &str = "did:example:bob#agree-2";
pub(crate) const BOB_10: &str = "did:example:bob#agree-10";
pub(crate) const CAROL_KEY: &str = "did:example:carol#agree-1";
pub(crate) const MALLORY_KEY: &str = "did:example:mallory#agree-1";
pub(crate) const MALLORY_SIGNS: &str = "did:example:mallory#sign-1";

/// Bob's keys in the order on the wire: by code point, not by number.
pub(crate) const BOB_SORTED: [&str; 3] = [BOB_1, BOB_10, BOB_2];

fn bytes(kid: &str) -> [u8; 32] {
    Sha256::digest(kid).into()
}

/// The key agreement key with this kid.
pub(crate) fn agreement_key(kid: &str) -> X25519KeyPair {
    X25519KeyPair::from_secret_bytes(&bytes(kid)).unwrap()
}

/// The signing key with this kid.
pub(crate) fn signing_key(kid: &str) -> Ed25519KeyPair {
    Ed25519KeyPair::from_secret_bytes(&bytes(kid)).unwrap()
}

/// The shared secret of the key with this kid and a public key.
pub(crate) fn agree(kid: &str, public_key: &PublicKey) -> SecretBytes {
    let mut shared = SecretBytes::with_capacity(32);
    agreement_key(kid).write_key_exchange(&askar_key(public_key), &mut shared).unwrap();
    shared
}

/// The key in the type of askar-crypto.
pub(crate) fn askar_key(public_key: &PublicKey) -> X25519KeyPair {
    assert_eq!(public_key.curve(), Curve::X25519);
    X25519KeyPair::from_public_bytes(&public_key.bytes()).unwrap()
}

fn curve(kid: &str) -> Curve {
    if kid.contains("#sign") || kid.contains("#assert") { Curve::Ed25519 } else { Curve::X25519 }
}

/// The secret with this kid.
pub(crate) fn secret(kid: &str) -> SecretKey {
    SecretKey::from_bytes(DidUrl::parse(kid).unwrap(), curve(kid), &bytes(kid)).unwrap()
}

/// The public key with this kid.
pub(crate) fn public(kid: &str) -> PublicKey {
    secret(kid).public_key()
}

fn method(kid: &str) -> Value {
    let controller = kid.split('#').next();
    let jwk = public(kid).to_jwk();
    json!({"id": kid, "type": "JsonWebKey2020", "controller": controller, "publicKeyJwk": jwk})
}

/// The document of a DID that lists these fragments under these relationships.
pub(crate) fn document(did: &str, relationships: &[(&str, &[&str])]) -> Document {
    let mut json = json!({"id": did, "verificationMethod": []});
    for (relationship, fragments) in relationships {
        for fragment in *fragments {
            let kid = format!("{did}#{fragment}");
            json["verificationMethod"].as_array_mut().unwrap().push(method(&kid));
            if *relationship != "verificationMethod" {
                let listed = json.as_object_mut().unwrap().entry(*relationship).or_insert_with(|| json!([]));
                listed.as_array_mut().unwrap().push(json!(kid));
            }
        }
    }
    Document::parse(&json).unwrap()
}

/// The documents of all parties.
pub(crate) fn documents() -> Vec<Document> {
    let both: [(&str, &[&str]); 2] = [("keyAgreement", &["agree-1"]), ("authentication", &["sign-1"])];
    let alice: [(&str, &[&str]); 4] = [
        ("keyAgreement", &["agree-1"]),
        ("authentication", &["sign-1"]),
        ("assertionMethod", &["assert-1"]),
        ("verificationMethod", &["unlisted-1"]),
    ];
    // sorted neither by number nor by code point
    let bob: [(&str, &[&str]); 2] =
        [("keyAgreement", &["agree-10", "agree-2", "agree-1"]), ("authentication", &["sign-1"])];
    vec![
        document(ALICE, &alice),
        document(ALICE_2, &both),
        document(BOB, &bob),
        document(CAROL, &both),
        document(MALLORY, &both),
    ]
}

/// The secrets of all parties.
pub(crate) fn secrets() -> Vec<SecretKey> {
    let bob = [BOB_1, BOB_2, BOB_10, "did:example:bob#sign-1"];
    let alice = [ALICE_KEY, ALICE_SIGNS, ALICE_UNLISTED, ALICE_ASSERTS, ALICE_2_KEY, ALICE_2_SIGNS];
    let others = [CAROL_KEY, MALLORY_KEY, MALLORY_SIGNS];
    bob.iter().chain(&alice).chain(&others).map(|kid| secret(kid)).collect()
}

/// The error for a key that the document of its DID does not list.
pub(crate) fn key_not_found(kid: &str, relationship: &'static str) -> Error {
    let of_kid = |document: &Document| kid.split('#').next() == Some(document.did().as_str());
    let document = documents().into_iter().find(of_kid).unwrap();
    let listed = match relationship {
        "keyAgreement" => document.keys(Relationship::KeyAgreement),
        _ => document.keys(Relationship::Authentication),
    };
    no_key_but(kid, relationship, listed.iter().map(|method| method.kid().to_string()).collect())
}

/// The error for a key in place of which the document lists these.
pub(crate) fn no_key_but(kid: &str, relationship: &'static str, candidates: Vec<String>) -> Error {
    let did = kid.split('#').next().unwrap().to_owned();
    Error::KeyNotFound { did, kid: kid.to_owned(), relationship, candidates }
}
