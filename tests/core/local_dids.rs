//! DIDs without a network: the use of their keys, and the cache of the resolver.

use std::sync::Arc;

use pydidcomm::did::local::LocalResolver;
use pydidcomm::did::{DidUrl, Relationship, jwk, key};
use pydidcomm::keys::{Curve, SecretKey};
use serde_json::{Value, json};

use super::forge::decode;

#[test]
fn a_did_jwk_says_what_its_key_is_for_where_its_curve_leaves_no_choice() {
    let usage = |curve| {
        let kid = DidUrl::parse("did:example:a#k").unwrap();
        let key = SecretKey::from_bytes(kid, curve, &[7; 32]).unwrap().public_key();
        let did = jwk::create(&key).unwrap();
        let json: Value =
            serde_json::from_slice(&decode(&json!(did.as_str().strip_prefix("did:jwk:").unwrap()))).unwrap();
        json.get("use").and_then(Value::as_str).map(str::to_owned)
    };
    assert_eq!(usage(Curve::X25519).as_deref(), Some("enc"));
    assert_eq!(usage(Curve::Ed25519).as_deref(), Some("sig"));
    assert_eq!(usage(Curve::Secp256k1), None);
    assert_eq!(usage(Curve::P256), None);
}

#[test]
fn local_resolver_supports_methods_without_a_network_and_caches_documents() {
    let supported = ["did:key:z6Mk", "did:jwk:e30", "did:peer:2.V"].map(LocalResolver::supports);
    assert_eq!(supported, [true; 3]);
    for did in ["did:web:example.com", "did:keys:z6Mk", "did:example:a"] {
        assert!(!LocalResolver::supports(did));
        assert!(LocalResolver::default().resolve(&DidUrl::parse(did).unwrap()).unwrap().is_none());
    }
    let resolver = LocalResolver::default();
    let did = DidUrl::parse("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK").unwrap();
    let first = resolver.resolve(&did).unwrap().unwrap();
    assert!(Arc::ptr_eq(&first, &resolver.resolve(&did).unwrap().unwrap()));
    let other = DidUrl::parse("did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH").unwrap();
    resolver.resolve(&other).unwrap().unwrap();
    assert!(Arc::ptr_eq(&first, &resolver.resolve(&did).unwrap().unwrap()));
}

#[test]
fn a_did_key_has_a_secret_for_each_of_its_keys() {
    for (curve, count) in [(Curve::Ed25519, 2), (Curve::X25519, 1), (Curve::P256, 1)] {
        let secret =
            SecretKey::from_bytes(DidUrl::parse("did:example:a#k").unwrap(), curve, &[7; 32]).unwrap();
        let did = DidUrl::parse(&key::create(&secret.public_key())).unwrap();
        let document = LocalResolver::default().resolve(&did).unwrap().unwrap();
        let secrets = key::derive_secrets(&did, &secret).unwrap();
        assert_eq!(secrets.len(), count);
        for secret in secrets {
            let purpose = if secret.public_key().curve().can_sign() {
                Relationship::Authentication
            } else {
                Relationship::KeyAgreement
            };
            let method = document.key(purpose, secret.kid()).unwrap();
            assert_eq!(*method.key().unwrap(), secret.public_key());
        }
    }
}
