//! Creation of did:peer DIDs from valid and invalid keys and services, and the other form of the DID in the document.

use pydidcomm::did::DidUrl;
use pydidcomm::did::peer::{self, KeyNaming, Method, Purpose};
use pydidcomm::error::Error;
use pydidcomm::keys::{Curve, PublicKey, SecretKey};
use serde_json::{Value, json};

fn public_key(curve: Curve) -> PublicKey {
    let kid = DidUrl::parse("did:example:a#k").unwrap();
    SecretKey::from_bytes(kid, curve, &[7; 32]).unwrap().public_key()
}

fn keys() -> Vec<(Purpose, PublicKey)> {
    vec![
        (Purpose::KeyAgreement, public_key(Curve::X25519)),
        (Purpose::Authentication, public_key(Curve::Ed25519)),
    ]
}

#[test]
fn a_did_peer_has_keys_and_each_can_serve_its_purpose() {
    for method in [Method::Genesis, Method::MultipleKeys, Method::Shortened, Method::Document] {
        assert!(method.create(&keys(), &[]).is_ok());
        let unfit = [
            (Purpose::Authentication, public_key(Curve::X25519)),
            (Purpose::KeyAgreement, public_key(Curve::Ed25519)),
        ];
        for key in unfit {
            let name = key.1.curve().name();
            let Err(Error::Misuse(reason)) = method.create(&[key], &[]) else { panic!("{name}") };
            assert!(reason.contains(name), "{reason}");
        }
        assert!(matches!(method.create(&[], &[]), Err(Error::Misuse(_))));
    }
}

#[test]
fn a_did_peer_0_is_one_key_and_nothing_else() {
    let create = |keys: &[_], services: &[Value]| Method::InceptionKey.create(keys, services);
    let one = json!({"type": "DIDCommMessaging", "serviceEndpoint": {"uri": "https://example.com"}});
    assert!(create(&keys()[..1], &[]).is_ok());
    assert!(matches!(create(&keys()[..1], &[one]), Err(Error::Misuse(_))));
    assert!(matches!(create(&keys(), &[]), Err(Error::Misuse(_))));
    assert!(matches!(create(&[], &[]), Err(Error::Misuse(_))));
}

#[test]
fn a_document_has_services_if_there_are_any() {
    let services = |method: Method, services: &[Value]| {
        let created = method.create(&keys(), services).unwrap();
        let json = match &created.known {
            Some(known) => peer::resolve_known(&created.did, known, KeyNaming::Numbered).unwrap(),
            None => peer::resolve(&created.did, KeyNaming::Numbered).unwrap(),
        };
        json.get("service").and_then(Value::as_array).map_or(0, Vec::len)
    };
    let one = json!({"type": "DIDCommMessaging", "serviceEndpoint": {"uri": "https://example.com"}});
    for method in [Method::Genesis, Method::MultipleKeys, Method::Shortened, Method::Document] {
        assert_eq!(services(method, &[]), 0);
        assert_eq!(services(method, std::slice::from_ref(&one)), 1);
    }
    let stored = Method::Genesis.create(&keys(), &[]).unwrap().known.unwrap();
    assert!(serde_json::from_str::<Value>(&stored).unwrap().get("service").is_none());
}

#[test]
fn a_did_peer_2_has_up_to_64_elements() {
    let keys = |count| vec![(Purpose::KeyAgreement, public_key(Curve::X25519)); count];
    let resolved = |count| peer::resolve(&peer::create(&keys(count), &[]).unwrap(), KeyNaming::Numbered);
    assert!(resolved(64).is_ok());
    assert!(matches!(resolved(65), Err(Error::Malformed { .. })));
}

// ADR-05
#[test]
fn a_document_names_the_other_form_of_its_did() {
    for method in [Method::MultipleKeys, Method::Document] {
        let long = method.create(&keys(), &[]).unwrap().did;
        let short = DidUrl::parse(&pydidcomm::did::short_form(long.as_str()).unwrap()).unwrap();
        let of_long = peer::resolve(&long, KeyNaming::Numbered).unwrap();
        assert_eq!(
            (&of_long["id"], &of_long["alsoKnownAs"]),
            (&json!(long.as_str()), &json!([short.as_str()]))
        );
        let of_short = peer::resolve_known(&short, long.as_str(), KeyNaming::Numbered).unwrap();
        assert_eq!(
            (&of_short["id"], &of_short["alsoKnownAs"]),
            (&json!(short.as_str()), &json!([long.as_str()]))
        );
    }
}
