//! A fixture of this crate's own, for benchmarks that run without Python.

use std::collections::BTreeMap;

use pydidcomm::did::DidUrl;
use pydidcomm::keys::{Curve, SecretKey};
use serde_json::{Map, Value, json};

use crate::core_alone;
use crate::fixture::{Description, Fixture, Kind};

/// Messages of two parties on each curve, packed and to be packed.
pub fn fixture() -> Fixture {
    let mut fixture = Fixture { documents: Map::new(), secrets: Vec::new(), operations: BTreeMap::new() };
    for curve in [Curve::X25519, Curve::P256, Curve::P384, Curve::P521] {
        let [alice, bob] = ["alice", "bob"].map(|name| party(&mut fixture, name, curve, "keyAgreement"));
        let authcrypt = json!({"kind": "pack", "to": bob, "frm": alice, "message": message(Some(&alice))});
        let anoncrypt = json!({"kind": "pack", "to": bob, "enc": "XC20P", "message": message(None)});
        add(&mut fixture, &format!("authcrypt {}", curve.name()), authcrypt, Kind::Unpack);
        add(&mut fixture, &format!("anoncrypt {}", curve.name()), anoncrypt, Kind::Unpack);
    }
    for curve in [Curve::Ed25519, Curve::P256, Curve::Secp256k1] {
        let signer = party(&mut fixture, "signer", curve, "authentication");
        let signed = json!({"kind": "sign", "sign_frm": signer, "message": message(Some(&signer))});
        add(&mut fixture, &format!("signed {}", curve.name()), signed, Kind::Verify);
    }
    fixture
}

/// Adds an operation that packs, and the one that unpacks what it packed.
fn add(fixture: &mut Fixture, name: &str, pack: Value, unpack: Kind) {
    let pack: Description = serde_json::from_value(pack).unwrap();
    let mut task = core_alone::prepare(fixture, &pack).unwrap();
    task.run();
    let back = Description { kind: unpack, packed: Some(task.result()), message: None, ..pack.clone() };
    fixture.operations.insert(format!("{name}, pack"), pack);
    fixture.operations.insert(format!("{name}, unpack"), back);
}

fn message(from: Option<&str>) -> Value {
    let mut message = json!({
        "id": "1f9a9c1e-6a3b-4b7e-9a59-3f5a2d7c8e01",
        "typ": "application/didcomm-plain+json",
        "type": "https://example.org/bench/1.0/message",
        "created_time": 1_700_000_000,
        "body": {"text": "x".repeat(194)},
    });
    if let Some(from) = from {
        message["from"] = json!(from);
    }
    message
}

/// A party with one key.
fn party(fixture: &mut Fixture, name: &str, curve: Curve, relationship: &str) -> String {
    let did = format!("did:example:{name}-{}", curve.name());
    let kid = DidUrl::parse(&format!("{did}#key-1")).unwrap();
    let secret =
        SecretKey::generate(kid, curve, &mut |buffer: &mut [u8]| getrandom::fill(buffer).unwrap()).unwrap();
    let kid = secret.kid().as_str();
    let document = json!({
        "id": did,
        "verificationMethod": [{
            "id": kid, "type": "JsonWebKey2020", "controller": did,
            "publicKeyJwk": secret.public_key().to_jwk(),
        }],
        relationship: [kid],
    });
    let mut jwk = secret.expose_jwk().unwrap();
    jwk.insert("kid".to_owned(), json!(kid));
    fixture.secrets.push(Value::from(jwk));
    fixture.documents.insert(did.clone(), document);
    did
}

/// An operation of the sample, run once so that nothing is left to be set up.
pub fn prepared(fixture: &Fixture, name: &str) -> Box<dyn crate::serve::Task> {
    let mut task = core_alone::prepare(fixture, &fixture.operations[name]).unwrap();
    task.run();
    task
}
