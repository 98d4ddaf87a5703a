//! Properties of created DIDs: each resolves to exactly the keys and services that it was created from.

use proptest::prelude::*;
use pydidcomm::did::local::LocalResolver;
use pydidcomm::did::peer::{self, KeyNaming, Method, Purpose};
use pydidcomm::did::{DidUrl, Document, Relationship, jwk, key, same_party, shortest_form};
use pydidcomm::keys::{Curve, PublicKey, SecretKey};
use serde_json::{Map, Value, json};

type Key = (Purpose, PublicKey);

const SIGNING: [Curve; 5] = [Curve::Ed25519, Curve::P256, Curve::P384, Curve::P521, Curve::Secp256k1];

/// The relationship of a key in the document, by its purpose in a did:peer.
const PURPOSES: [(Purpose, &str); 5] = [
    (Purpose::KeyAgreement, "keyAgreement"),
    (Purpose::Authentication, "authentication"),
    (Purpose::AssertionMethod, "assertionMethod"),
    (Purpose::CapabilityInvocation, "capabilityInvocation"),
    (Purpose::CapabilityDelegation, "capabilityDelegation"),
];

fn public_key(curve: Curve, seed: [u8; 31]) -> PublicKey {
    let kid = DidUrl::parse("did:example:a#k").unwrap();
    // below the order of every curve
    let bytes = [vec![0; curve_length(curve) - seed.len()], seed.to_vec()].concat();
    SecretKey::from_bytes(kid, curve, &bytes).unwrap().public_key()
}

fn curve_length(curve: Curve) -> usize {
    match curve {
        Curve::P384 => 48,
        Curve::P521 => 66,
        _ => 32,
    }
}

fn any_seed() -> impl Strategy<Value = [u8; 31]> {
    any::<[u8; 31]>().prop_filter("zero is no secret", |seed| *seed != [0; 31])
}

fn any_key_on(curves: &'static [Curve]) -> impl Strategy<Value = PublicKey> {
    (prop::sample::select(curves), any_seed()).prop_map(|(curve, seed)| public_key(curve, seed))
}

fn any_key() -> impl Strategy<Value = Key> {
    let signing = prop::sample::select(&PURPOSES[1..]);
    prop_oneof![
        any_key_on(&Curve::FOR_AGREEMENT).prop_map(|key| (Purpose::KeyAgreement, key)),
        (signing, any_key_on(&SIGNING)).prop_map(|((purpose, _), key)| (purpose, key)),
    ]
}

fn any_keys() -> impl Strategy<Value = Vec<Key>> {
    prop::collection::vec(any_key(), 1..6)
}

/// An endpoint as a string, as an object, or as a list of them.
fn any_endpoint() -> impl Strategy<Value = Value> {
    let uri = || "[a-z]{1,9}:[!-/:-~é][!-~é]{0,29}|did:example:[a-z]{1,9}";
    let accept =
        proptest::option::of(prop::sample::subsequence(vec!["didcomm/v2", "didcomm/aip2;env=rfc19"], 0..3));
    let routing =
        proptest::option::of(prop::collection::vec("did:[a-z]{1,4}:[a-z]{1,9}(#[a-z0-9]{1,4})?", 0..3));
    let object = (uri(), accept, routing).prop_map(|(uri, accept, routing)| {
        let mut endpoint = Map::new();
        endpoint.insert("uri".to_owned(), uri.into());
        accept.map(|profiles| endpoint.insert("accept".to_owned(), json!(profiles)));
        routing.map(|keys| endpoint.insert("routingKeys".to_owned(), json!(keys)));
        Value::Object(endpoint)
    });
    prop_oneof![
        uri().prop_map(Value::from),
        object.clone(),
        prop::collection::vec(object, 1..4).prop_map(Value::from),
    ]
}

fn any_service() -> impl Strategy<Value = Value> {
    let kind = prop_oneof![
        3 => Just(json!("DIDCommMessaging")),
        1 => Just(json!("LinkedDomains")),
        1 => Just(json!(["Other", "DIDCommMessaging"])),
    ];
    (proptest::option::of("#[a-z]{1,8}"), kind, any_endpoint(), any::<bool>()).prop_map(
        |(id, kind, endpoint, has_routing)| {
            let mut service = json!({"type": kind, "serviceEndpoint": endpoint});
            if let Some(id) = id {
                service["id"] = json!(id);
            }
            // the form of the drafts, and an undefined member
            if has_routing && endpoint.is_string() {
                service["accept"] = json!(["didcomm/v2"]);
                service["routingKeys"] = json!(["did:example:m#k"]);
                service["priority"] = json!({"level": [0, 1.5, null]});
            }
            service
        },
    )
}

fn any_services() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(any_service(), 0..4).prop_map(|mut services| {
        // services with the same id are refused
        let mut ids = std::collections::HashSet::new();
        services.retain(|service| service.get("id").is_none_or(|id| ids.insert(id.to_string())));
        services
    })
}

fn any_method() -> impl Strategy<Value = Method> {
    prop::sample::select(vec![Method::Genesis, Method::MultipleKeys, Method::Shortened, Method::Document])
}

/// The JSON of the DID's document, resolved with the preimage if the DID is a hash.
fn resolved(did: &DidUrl, known: Option<&str>) -> Value {
    match known {
        Some(known) => peer::resolve_known(did, known, KeyNaming::Numbered),
        None => peer::resolve(did, KeyNaming::Numbered),
    }
    .unwrap()
}

/// The public keys that the document lists in a relationship.
fn listed(json: &Value, relationship: &str) -> Vec<PublicKey> {
    // only two relationships are read; the other ones are for signatures too, so they are read as authentication
    let read = match relationship {
        "keyAgreement" => Relationship::KeyAgreement,
        _ => Relationship::Authentication,
    };
    let mut json = json.clone();
    json[read.name()] = json.get(relationship).cloned().unwrap_or_else(|| json!([]));
    let document = Document::parse(&json).unwrap();
    document.keys(read).iter().map(|method| method.key().unwrap().clone()).collect()
}

/// The services with their expected relative ids.
fn identified(services: &[Value]) -> Vec<Value> {
    let later = (1..).map(|number| format!("#service-{number}"));
    let mut unused = std::iter::once("#service".to_owned()).chain(later);
    let with_id = services.iter().map(|service| {
        let mut service = service.clone();
        if service.get("id").is_none() {
            service["id"] = unused.next().unwrap().into();
        }
        service
    });
    with_id.collect()
}

fn relative(services: Option<&Value>, did: &DidUrl) -> Vec<Value> {
    let relative = services.and_then(Value::as_array).into_iter().flatten().map(|service| {
        let mut service = service.clone();
        service["id"] = service["id"].as_str().unwrap().replace(did.as_str(), "").into();
        service
    });
    relative.collect()
}

/// The text with one character replaced.
fn changed(text: &str, place: prop::sample::Index, from: usize, character: char) -> Option<String> {
    let place = from + place.index(text.len() - from);
    let changed = format!("{}{character}{}", text.get(..place)?, text.get(place + 1..)?);
    (changed != text).then_some(changed)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    // KID-09, DID-20
    #[test]
    fn a_did_peer_resolves_to_its_keys_and_services(
        method in any_method(), keys in any_keys(), services in any_services(),
    ) {
        let created = method.create(&keys, &services).unwrap();
        let json = resolved(&created.did, created.known.as_deref());
        let document = Document::parse(&json.clone()).unwrap();
        prop_assert_eq!(document.did(), &created.did);
        for (purpose, relationship) in PURPOSES {
            let of_purpose = keys.iter().filter(|(known, _)| *known == purpose);
            let made: Vec<_> = of_purpose.map(|(_, key)| key.clone()).collect();
            prop_assert_eq!(listed(&json, relationship), made, "{}", relationship);
        }
        prop_assert_eq!(relative(json.get("service"), &created.did), identified(&services));
        let written = json!({"id": created.did.as_str(), "service": identified(&services)});
        let expected = Document::parse(&written).unwrap();
        prop_assert_eq!(document.services(), expected.services());
        for (kid, (_, key)) in created.kids.iter().zip(&keys) {
            prop_assert!(same_party(kid.did(), created.did.did()));
            let methods = json["verificationMethod"].as_array().unwrap();
            let named = methods.iter().find(|method| method["id"].as_str().unwrap().ends_with(&format!("#{}", kid.fragment().unwrap())));
            prop_assert_eq!(&named.unwrap()["publicKeyMultibase"], &json!(key.to_multikey()));
        }
    }

    // KID-09
    #[test]
    fn a_did_peer_created_from_its_own_document_is_unchanged(keys in any_keys(), services in any_services()) {
        let two = Method::MultipleKeys.create(&keys, &services).unwrap().did;
        let json = resolved(&two, None);
        let purposes = |kid: &Value| PURPOSES.iter().find(|(_, name)| {
            json.get(*name).is_some_and(|kids| kids.as_array().unwrap().contains(kid))
        });
        let again: Vec<Key> = json["verificationMethod"].as_array().unwrap().iter().map(|method| {
            let multikey = method["publicKeyMultibase"].as_str().unwrap();
            (purposes(&method["id"]).unwrap().0, PublicKey::from_multikey(multikey).unwrap())
        }).collect();
        prop_assert_eq!(&again, &keys);
        prop_assert_eq!(&peer::create(&again, &services).unwrap(), &two);
        // the order of members is preserved, so that the hash is the same
        let four = Method::Document.create(&keys, &services).unwrap().did;
        let mut stored = resolved(&four, None);
        let members = stored.as_object_mut().unwrap();
        members.shift_remove("id");
        members.shift_remove("alsoKnownAs");
        for method in members["verificationMethod"].as_array_mut().unwrap() {
            method.as_object_mut().unwrap().shift_remove("controller");
        }
        let stored: Value = serde_json::from_str(&stored.to_string()).unwrap();
        prop_assert_eq!(peer::create_of_document(&stored).unwrap(), four);
    }

    // ADR-05, KID-09
    #[test]
    fn the_long_and_the_short_form_are_one_party(keys in any_keys(), services in any_services()) {
        for method in [Method::MultipleKeys, Method::Document] {
            let long = method.create(&keys, &services).unwrap().did;
            let short = DidUrl::parse(&shortest_form(long.as_str())).unwrap();
            prop_assert!(short != long && same_party(long.as_str(), short.as_str()));
            prop_assert_eq!(shortest_form(short.as_str()), short.as_str());
            let resolver = LocalResolver::default();
            prop_assert!(resolver.resolve(&short).unwrap().is_none());
            let (of_long, of_short) = (resolver.resolve(&long).unwrap().unwrap(), resolver.resolve(&short).unwrap().unwrap());
            prop_assert_eq!(of_short.did(), &short);
            for relationship in [Relationship::KeyAgreement, Relationship::Authentication] {
                for method in of_long.keys(relationship) {
                    for document in [&of_long, &of_short] {
                        let kid = DidUrl::parse(&method.kid().as_str().replace(long.as_str(), short.as_str())).unwrap();
                        for name in [method.kid(), &kid] {
                            prop_assert_eq!(document.key(relationship, name).unwrap().key(), method.key());
                        }
                    }
                }
            }
        }
    }

    // ADR-05
    #[test]
    fn one_changed_character_of_a_long_form_is_refused(
        keys in any_keys(), services in any_services(), place: prop::sample::Index, character in "[!-~]",
    ) {
        let did = Method::Document.create(&keys, &services).unwrap().did;
        let character = character.chars().next().unwrap();
        if let Some(changed) = changed(did.as_str(), place, "did:peer:4".len(), character) {
            prop_assert_eq!(shortest_form(&changed), changed.as_str());
            prop_assert!(!same_party(&changed, did.as_str()) || changed.contains(['#', '?', '/']));
            if let Ok(url) = DidUrl::parse(&changed) {
                prop_assert!(peer::resolve(&url, KeyNaming::Numbered).is_err(), "{}", changed);
                let short = DidUrl::parse(&shortest_form(did.as_str())).unwrap();
                prop_assert!(peer::resolve_known(&short, &changed, KeyNaming::Numbered).is_err());
                let resolver = LocalResolver::default();
                prop_assert!(resolver.remember(&url).is_err() && resolver.resolve(&short).unwrap().is_none());
            }
        }
    }

    // ADR-05
    #[test]
    fn one_changed_character_of_a_hashed_document_is_refused(
        genesis: bool, keys in any_keys(), services in any_services(), place: prop::sample::Index, character in "[ -~]",
    ) {
        let method = if genesis { Method::Genesis } else { Method::Shortened };
        let created = method.create(&keys, &services).unwrap();
        let known = created.known.unwrap();
        let character = character.chars().next().unwrap();
        let from = if genesis { 0 } else { "did:peer:2".len() };
        if let Some(changed) = changed(&known, place, from, character) {
            prop_assert!(peer::resolve_known(&created.did, &changed, KeyNaming::Numbered).is_err(), "{}", changed);
            let resolver = LocalResolver::default();
            let remembered = if genesis {
                resolver.remember_genesis(&changed).ok()
            } else {
                DidUrl::parse(&changed).ok().and_then(|did| resolver.remember(&did).ok())
            };
            prop_assert_ne!(remembered.as_deref(), Some(created.did.as_str()));
            prop_assert!(resolver.resolve(&created.did).unwrap().is_none());
        }
        let text = created.did.as_str();
        if let Some(changed) = changed(text, place, "did:peer:1".len(), character).and_then(|did| DidUrl::parse(&did).ok()) {
            prop_assert!(changed.did() == text || peer::resolve_known(&changed, &known, KeyNaming::Numbered).is_err());
        }
    }

    // KID-05, DID-20
    #[test]
    fn a_did_of_one_key_resolves_to_it_and_is_made_of_it_again(key in any_key_on(&Curve::ALL)) {
        let purpose = if key.curve().can_agree() { Purpose::KeyAgreement } else { Purpose::Authentication };
        let zero = Method::InceptionKey.create(&[(purpose, key.clone())], &[]).unwrap();
        let of_key = DidUrl::parse(&key::create(&key)).unwrap();
        let of_jwk = jwk::create(&key).unwrap();
        let documents = [
            (&zero.did, resolved(&zero.did, None)),
            (&of_key, key::resolve(&of_key).unwrap()),
            (&of_jwk, jwk::resolve(&of_jwk).unwrap()),
        ];
        for (did, json) in documents {
            let document = Document::parse(&json.clone()).unwrap();
            prop_assert_eq!(document.did(), did);
            // only DIDs with a Multikey have the X25519 key that an Ed25519 key implies
            let implied = key.derived_agreement_key().filter(|_| did != &of_jwk);
            let own = key.curve().can_agree().then(|| key.clone());
            let agreeing: Vec<_> = own.into_iter().chain(implied).collect();
            prop_assert_eq!(listed(&json, "keyAgreement"), agreeing);
            let signing = if key.curve().can_sign() { vec![key.clone()] } else { Vec::new() };
            for (_, relationship) in &PURPOSES[1..] {
                prop_assert_eq!(&listed(&json, relationship), &signing, "{} {}", did, relationship);
            }
        }
        let read = |json: &Value| {
            let key = &json["verificationMethod"][0];
            match key.get("publicKeyJwk") {
                Some(jwk) => PublicKey::from_jwk(jwk).unwrap(),
                None => PublicKey::from_multikey(key["publicKeyMultibase"].as_str().unwrap()).unwrap(),
            }
        };
        prop_assert_eq!(key::create(&read(&key::resolve(&of_key).unwrap())), of_key.as_str());
        prop_assert_eq!(jwk::create(&read(&jwk::resolve(&of_jwk).unwrap())).unwrap(), of_jwk);
        prop_assert_eq!(zero.kids[0].as_str(), format!("{}#{}", zero.did, key.to_multikey()));
    }
}
