//! Properties of every DID, every did:peer:2 and every DID document.

use proptest::prelude::*;
use pydidcomm::did::peer::{self, KeyNaming, Purpose};
use pydidcomm::did::{DidUrl, Document, Relationship};
use pydidcomm::error::Error;
use pydidcomm::keys::{Curve, PublicKey, SecretKey};
use serde_json::{Value, json};

use super::parties::{ALICE, document};
use super::properties::any_json;

const NAMINGS: [KeyNaming; 2] = [KeyNaming::Numbered, KeyNaming::Multibase];

/// The members of a DID document that are read.
const MEMBERS: [&str; 5] = ["id", "verificationMethod", "keyAgreement", "authentication", "service"];

type Key = (Purpose, PublicKey);

/// Distinct keys for key agreement and for signatures.
fn any_keys() -> impl Strategy<Value = Vec<Key>> {
    (prop::collection::vec(any::<bool>(), 1..6), any::<[u8; 32]>()).prop_map(|(kinds, seed)| {
        let key = |(place, agrees): (u8, bool)| {
            let mut bytes = seed;
            bytes[1] = place;
            if agrees {
                (Purpose::KeyAgreement, public_key(Curve::X25519, &bytes))
            } else {
                (Purpose::Authentication, public_key(Curve::Ed25519, &bytes))
            }
        };
        (0..).zip(kinds).map(key).collect()
    })
}

fn public_key(curve: Curve, bytes: &[u8]) -> PublicKey {
    let kid = DidUrl::parse("did:example:a#k").unwrap();
    SecretKey::from_bytes(kid, curve, bytes).unwrap().public_key()
}

fn relationship(purpose: Purpose) -> Relationship {
    match purpose {
        Purpose::KeyAgreement => Relationship::KeyAgreement,
        _ => Relationship::Authentication,
    }
}

fn listed(document: &Document, relationship: Relationship) -> Vec<&PublicKey> {
    document.keys(relationship).iter().map(|method| method.key().unwrap()).collect()
}

/// A document with one member replaced by this value.
fn spoilt(name: &str, value: Value) -> Value {
    let both: [(&str, &[&str]); 2] = [("keyAgreement", &["agree-1"]), ("authentication", &["sign-1"])];
    let mut json: Value = serde_json::from_str(document(ALICE, &both).json().unwrap()).unwrap();
    json[name] = value;
    json
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_did_url_is_the_sum_of_its_parts(
        method in "[a-z0-9]{1,8}",
        id in "[A-Za-z0-9._:-]{0,20}[A-Za-z0-9]",
        rest in "(/[a-z]{1,4})?(\\?[a-z=]{1,4})?",
        fragment in proptest::option::of("[A-Za-z0-9_-]{1,12}"),
    ) {
        let did = format!("did:{method}:{id}");
        let hash = fragment.as_ref().map(|fragment| format!("#{fragment}")).unwrap_or_default();
        let text = format!("{did}{rest}{hash}");
        let url = DidUrl::parse(&text).unwrap();
        prop_assert_eq!((url.as_str(), url.did()), (text.as_str(), did.as_str()));
        prop_assert_eq!(url.fragment(), fragment.as_deref());
        prop_assert_eq!(DidUrl::parse_kid(&text, "kid").is_ok(), fragment.is_some());
    }

    #[test]
    fn any_text_parses_as_a_did_url_or_is_refused(text: String) {
        for text in [text.clone(), format!("did:{text}"), format!("did:example:{text}")] {
            if let Ok(url) = DidUrl::parse(&text) {
                prop_assert_eq!(url.as_str(), &text);
                prop_assert!(text.starts_with(url.did()));
            }
        }
    }

    // KID-09
    #[test]
    fn a_did_peer_resolves_to_its_keys_and_services(keys in any_keys(), uri in "[a-z]{1,9}://[!-~]{0,20}") {
        let endpoint = json!({"uri": uri, "accept": ["didcomm/v2"], "routingKeys": ["did:a:b#c"]});
        let service = json!({"type": "DIDCommMessaging", "serviceEndpoint": endpoint});
        let did = peer::create(&keys, &[service]).unwrap();
        for naming in NAMINGS {
            let document = Document::parse(&peer::resolve(&did, naming).unwrap()).unwrap();
            for purpose in [Purpose::KeyAgreement, Purpose::Authentication] {
                let of_purpose = keys.iter().filter(|(known, _)| *known == purpose);
                let made: Vec<_> = of_purpose.map(|(_, key)| key).collect();
                prop_assert_eq!(listed(&document, relationship(purpose)), made);
            }
            prop_assert_eq!(&document.services()[0].endpoints[0].uri, &uri);
        }
    }

    // KID-09
    #[test]
    fn a_key_of_a_did_peer_is_found_under_every_historical_name(keys in any_keys()) {
        let did = peer::create(&keys, &[]).unwrap();
        for naming in NAMINGS {
            let document = Document::parse(&peer::resolve(&did, naming).unwrap()).unwrap();
            for (place, (purpose, key)) in (1..).zip(&keys) {
                let numbered = DidUrl::parse(&format!("{did}#key-{place}")).unwrap();
                let names = peer::aliases(&numbered);
                prop_assert_eq!((names.len(), &names[0]), (4, &numbered));
                for name in &names {
                    prop_assert_eq!(&peer::aliases(name), &names);
                    let found = document.key(relationship(*purpose), name).unwrap();
                    prop_assert_eq!(found.key().unwrap(), key);
                }
            }
        }
    }

    // KID-09
    #[test]
    fn any_text_is_a_did_peer_or_an_error(text in "[.AEIVDSz0-9a-zA-Z_=-]{0,60}", fragment: String) {
        for did in [format!("did:peer:2{text}"), format!("did:peer:2.{text}"), format!("did:peer:{text}")] {
            let Ok(did) = DidUrl::parse(&did) else { continue };
            for naming in NAMINGS {
                if let Ok(json) = peer::resolve(&did, naming) {
                    let document = Document::parse(&json).unwrap();
                    prop_assert_eq!(document.did(), &did);
                }
            }
            if let Ok(kid) = DidUrl::parse(&format!("{did}#{fragment}")) {
                prop_assert!(peer::aliases(&kid).iter().all(|alias| alias.did() == did.did()));
            }
        }
    }

    // KID-05
    #[test]
    fn any_json_in_a_did_document_is_read_or_refused(
        one in any_json(),
        other in any_json(),
        name in prop::sample::select(MEMBERS.to_vec()),
    ) {
        for json in [one.clone(), spoilt(name, one.clone()), spoilt(name, json!([one, other]))] {
            match Document::parse(&json) {
                Ok(document) => prop_assert_eq!(document.did().did(), document.did().as_str()),
                Err(error) => prop_assert!(matches!(error, Error::MalformedDocument { .. }), "{}", error),
            }
        }
    }
}
