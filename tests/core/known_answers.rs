//! Our own known answers: with fixed randomness, every byte of an envelope is the same.

use std::fs;
use std::path::PathBuf;

use pydidcomm::ContentEncryption;
use pydidcomm::did::{DidUrl, Document};
use pydidcomm::keys::{Curve, SecretKey};
use pydidcomm::message::Message;
use pydidcomm::pack::EncryptOptions;
use serde_json::{Value, json};

use super::world::{World, from};

const ALICE: &str = "did:example:alice";
const BOB: &str = "did:example:bob";

/// A private key that is valid on every curve.
fn secret(kid: &str, curve: Curve, byte: u8) -> SecretKey {
    let length = match curve {
        Curve::P521 => 66,
        Curve::P384 => 48,
        _ => 32,
    };
    let mut bytes = vec![byte; length];
    bytes[0] = 0;
    SecretKey::from_bytes(DidUrl::parse(kid).unwrap(), curve, &bytes).unwrap()
}

fn document(did: &str, secrets: &[SecretKey]) -> Document {
    let method = |secret: &SecretKey| {
        let jwk = secret.public_key().to_jwk();
        json!({"id": secret.kid().as_str(), "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": jwk})
    };
    let listed = |signs: bool| -> Value {
        let fits = |secret: &&SecretKey| secret.kid().as_str().contains("#sign") == signs;
        secrets.iter().filter(fits).map(method).collect()
    };
    let json = json!({"id": did, "authentication": listed(true), "keyAgreement": listed(false)});
    Document::parse(&json).unwrap()
}

/// Alice and Bob, with a key on each curve for key agreement and for signatures.
fn world() -> World {
    let of = |did: &str, byte: u8| -> Vec<SecretKey> {
        let agree =
            Curve::FOR_AGREEMENT.map(|curve| secret(&format!("{did}#agree-{}", curve.name()), curve, byte));
        let sign = [Curve::Ed25519, Curve::P256, Curve::Secp256k1]
            .map(|curve| secret(&format!("{did}#sign-{}", curve.name()), curve, byte));
        agree.into_iter().chain(sign).collect()
    };
    let (alice, bob) = (of(ALICE, 0x11), of(BOB, 0x22));
    let documents = vec![document(ALICE, &alice), document(BOB, &bob)];
    World::of(documents, alice.into_iter().chain(bob).collect())
}

fn message() -> Message {
    let json = json!({"id": "1", "type": "https://example.com/protocols/lets_do_lunch/1.0/proposal",
                      "from": ALICE, "to": [BOB], "body": {"dish": "soupe à l'oignon"}});
    Message::parse(&json.to_string()).unwrap()
}

/// The envelopes by name: every mode, on every curve, with every content encryption of the mode.
fn envelopes() -> Vec<(String, String)> {
    let (world, message) = (world(), message());
    let mut envelopes = Vec::new();
    for curve in ["Ed25519", "P-256", "secp256k1"] {
        let signed = world.sign(&message, &format!("{ALICE}#sign-{curve}")).unwrap();
        envelopes.push((format!("signed-{curve}"), signed.text));
    }
    let signer = Some(DidUrl::parse(&format!("{ALICE}#sign-Ed25519")).unwrap());
    for curve in Curve::FOR_AGREEMENT.map(Curve::name) {
        let (to, sender) = (format!("{BOB}#agree-{curve}"), from(&format!("{ALICE}#agree-{curve}")));
        let mut ways = vec![("authcrypt".to_owned(), sender.clone())];
        for anoncrypt in ContentEncryption::ALL {
            let enc = anoncrypt.name();
            ways.extend([
                (format!("anoncrypt-{enc}"), EncryptOptions { anoncrypt, ..EncryptOptions::default() }),
                (
                    format!("anoncrypt-{enc}-authcrypt"),
                    EncryptOptions { anoncrypt, protect_sender: true, ..sender.clone() },
                ),
                (
                    format!("anoncrypt-{enc}-signed"),
                    EncryptOptions { anoncrypt, signer: signer.clone(), ..EncryptOptions::default() },
                ),
            ]);
        }
        for (mode, options) in ways {
            let packed = world.encrypt(&message, &to, &options).unwrap();
            envelopes.push((format!("{mode}-{curve}"), packed.envelope.text));
        }
    }
    envelopes
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/envelopes.json")
}

/// Whether aws-lc uses its own random generator for ephemeral keys or signatures, so that each envelope differs.
fn is_randomized(name: &str) -> bool {
    ["P-256", "P-384", "P-521"].iter().any(|curve| name.ends_with(curve))
}

// ALG-01, ENC-06, ENC-07
#[test]
#[expect(clippy::disallowed_methods, reason = "the answers are a file")]
fn packing_gives_the_known_answers_and_they_unpack() {
    let known: Value = serde_json::from_str(&fs::read_to_string(path()).unwrap()).unwrap();
    let envelopes = envelopes();
    assert_eq!(known.as_object().unwrap().len(), envelopes.len());
    for (name, text) in envelopes {
        if !is_randomized(&name) {
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), known[&name], "{name}");
            assert_eq!(text, known[&name].to_string(), "{name}");
        }
        assert_eq!(*world().unpack(&known[&name]).unwrap().message(), message(), "{name}");
    }
}

#[test]
#[ignore = "writes the known answers anew"]
fn write_the_known_answers() {
    let all: serde_json::Map<String, Value> =
        envelopes().into_iter().map(|(name, text)| (name, serde_json::from_str(&text).unwrap())).collect();
    fs::create_dir_all(path().parent().unwrap()).unwrap();
    fs::write(path(), format!("{:#}\n", Value::Object(all))).unwrap();
}
