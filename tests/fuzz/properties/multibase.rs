//! Any text as a key in multibase, any bytes as a key, any JSON as a secret.

use pydidcomm::did::{DidUrl, key};
use pydidcomm::keys::{Curve, PublicKey, SecretKey};
use serde_json::Value;

const KID: &str = "did:example:alice#key";

/// A key is written as it was read: each key has one Multikey, one did:key and one JWK.
pub(crate) fn holds(data: &[u8]) {
    for curve in Curve::ALL {
        if let Ok(key) = PublicKey::from_bytes(curve, data) {
            same(&key);
        }
    }
    let Ok(text) = str::from_utf8(data) else { return };
    if let Ok(key) = PublicKey::from_multikey(text) {
        same(&key);
        assert!(!text.starts_with('z') || key.to_multikey() == text, "{text} is {}", key.to_multikey());
    }
    if let Ok(secret) = SecretKey::from_json(text, Some(KID)) {
        let jwk = Value::Object(secret.expose_jwk().unwrap());
        let again = SecretKey::from_value(&jwk, None).unwrap();
        assert_eq!(again.public_key(), secret.public_key());
        assert_eq!(Value::Object(again.expose_jwk().unwrap()), jwk);
    }
}

fn same(key: &PublicKey) {
    let multikey = key.to_multikey();
    assert_eq!(PublicKey::from_multikey(&multikey).as_ref(), Ok(key));
    assert_eq!(PublicKey::from_bytes(key.curve(), &key.bytes()).as_ref(), Ok(key));
    let jwk = Value::Object(key.to_jwk());
    assert_eq!(PublicKey::from_jwk(&jwk).as_ref(), Ok(key));
    let did = DidUrl::parse(&key::create(key)).unwrap();
    assert_eq!(key::resolve(&did).unwrap()["verificationMethod"][0]["publicKeyMultibase"], multikey);
}
