//! A fixture of this crate's own, for benchmarks that run without Python.

use std::collections::BTreeMap;

use pydidcomm::did::DidUrl;
use pydidcomm::keys::{Curve, SecretKey};
use serde_json::{Map, Value, json};

use crate::core_alone;
use crate::fixture::{Description, Fixture, Kind};

/// Messages on each curve, to be packed and packed; all of them, or the one of that name.
pub fn fixture(wanted: Option<&str>) -> Fixture {
    let mut fixture = Fixture { documents: Map::new(), secrets: Vec::new(), operations: BTreeMap::new() };
    let is_wanted = |name: &str| wanted.is_none_or(|wanted| wanted == name);
    for curve in [Curve::X25519, Curve::P256, Curve::P384, Curve::P521] {
        for (mode, is_authcrypt) in [("authcrypt", true), ("anoncrypt", false)] {
            let name = format!("{mode} {}", curve.name());
            if is_wanted(&name) {
                let parties = ["alice", "bob"].map(|who| format!("{who}-{mode}"));
                let [alice, bob] = parties.map(|who| party(&mut fixture, &who, curve, "keyAgreement"));
                let frm = is_authcrypt.then_some(alice.as_str());
                let message = message(frm);
                let pack = json!({"kind": "pack", "to": bob, "frm": frm, "enc": "XC20P", "message": message});
                add(&mut fixture, &name, pack, Kind::Unpack);
            }
        }
    }
    for curve in [Curve::Ed25519, Curve::P256, Curve::Secp256k1] {
        let name = format!("signed {}", curve.name());
        if is_wanted(&name) {
            let signer = party(&mut fixture, "signer", curve, "authentication");
            let mut message = message(Some(&signer));
            // a signed message without recipients is refused
            message["to"] = json!(["did:example:bob"]);
            let signed = json!({"kind": "sign", "sign_frm": signer, "message": message});
            add(&mut fixture, &name, signed, Kind::Verify);
        }
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
