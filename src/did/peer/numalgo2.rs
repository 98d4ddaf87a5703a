//! did:peer, numalgo 2: its document, and the historical names of its keys.

use serde_json::{Map, Value, json};

use super::KeyNaming;
use super::elements::{Element, Purpose, split_elements};
use super::service;
use crate::did::DidUrl;
use crate::error::{Error, Result};
use crate::keys::{Curve, curve_of_multikey};
use crate::message::object::ObjectText;

/// The number of characters of a key that the library peerdid uses as its name since 2023.
const SHORT_NAME: usize = 8;

/// The length of a key in its document, without the DID: 48 characters of the key, and the names around it.
const ROOM_OF_KEY: usize = 192;

/// The text of the DID document of a did:peer:2 for `id`, one of its two forms; `other` is the other form.
pub(super) fn document(id: &DidUrl, long: &DidUrl, other: Option<&str>, naming: KeyNaming) -> Result<String> {
    let mut keys = Vec::new();
    let mut services = Vec::new();
    for element in split_elements(long)? {
        match element {
            Element::Key(purpose, multikey) => keys.push((purpose, multikey, curve(multikey)?)),
            Element::Service(encoded) => services.extend(service::decode(encoded)?),
        }
    }
    Ok(match naming {
        KeyNaming::Numbered => write_document(id.did(), other, &keys, services),
        KeyNaming::Multibase => multibase(id.did(), &keys, services).to_string(),
    })
}

/// Every historical fragment of the key, the current one first; empty for an unknown key.
pub(super) fn names(did: &DidUrl, fragment: &str) -> Vec<String> {
    let Ok(elements) = split_elements(did) else { return Vec::new() };
    let keys = elements.iter().filter_map(|element| match element {
        Element::Key(_, multikey) => Some(*multikey),
        Element::Service(_) => None,
    });
    for (place, multikey) in (1_usize..).zip(keys) {
        let bare = multikey.trim_start_matches('z');
        let names = [
            format!("key-{place}"),
            bare.to_owned(),
            bare.chars().take(SHORT_NAME).collect(),
            multikey.to_owned(),
        ];
        if names.iter().any(|name| name == fragment) {
            return names.into();
        }
    }
    Vec::new()
}

/// The curve of the key; `None` if it is unsupported.
fn curve(multikey: &str) -> Result<Option<Curve>> {
    if !multikey.starts_with('z') {
        return Err(Error::malformed("did:peer key", "not base58btc"));
    }
    match curve_of_multikey(multikey) {
        Ok(curve) => Ok(Some(curve)),
        // an unsupported key is listed too: its owner may use it with other software
        Err(Error::Unsupported { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

type Key<'a> = (Purpose, &'a str, Option<Curve>);

fn write_document(did: &str, other: Option<&str>, keys: &[Key<'_>], services: Vec<Value>) -> String {
    // each key repeats the DID three times: its id, its controller and its relationship
    let room = did.len().saturating_mul(3).saturating_add(ROOM_OF_KEY);
    let mut text = String::with_capacity(room.saturating_mul(keys.len().saturating_add(1)));
    let mut document = ObjectText::begin(&mut text);
    document.put_texts("@context", ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]);
    document.put_text("id", did);
    document.put_texts("alsoKnownAs", other);
    let kids: Vec<_> = (1..=keys.len()).map(|place| format!("{did}#key-{place}")).collect();
    document.put_array("verificationMethod", kids.iter().zip(keys), |text, (kid, (_, multikey, _))| {
        let mut method = ObjectText::begin(text);
        method.put_text("id", kid);
        method.put_text("type", "Multikey");
        method.put_text("controller", did);
        method.put_text("publicKeyMultibase", multikey);
        method.end();
    });
    let mut written = Vec::new();
    for (purpose, ..) in keys {
        let name = purpose.relationship();
        if !written.contains(&name) {
            let of_purpose = kids.iter().zip(keys).filter(|(_, (other, ..))| other == purpose);
            document.put_texts(name, of_purpose.map(|(kid, _)| kid.as_str()));
            written.push(name);
        }
    }
    if !services.is_empty() {
        document.put("service", &Value::Array(service::identify(did, services)).to_string());
    }
    document.end();
    text
}

/// The document in the form of the library peerdid until 2022: embedded 2020 methods named by their key.
fn multibase(did: &str, keys: &[Key<'_>], services: Vec<Value>) -> Value {
    let mut document = Map::new();
    document.insert("id".to_owned(), Value::String(did.to_string()));
    for relationship in Purpose::ALL {
        for (_, multikey, curve) in keys.iter().filter(|(purpose, ..)| *purpose == relationship) {
            let suite = match curve {
                Some(Curve::X25519) => "X25519KeyAgreementKey2020",
                Some(Curve::Ed25519) => "Ed25519VerificationKey2020",
                _ => "Multikey",
            };
            let kid = format!("{did}#{}", multikey.trim_start_matches('z'));
            let method = json!({"id": kid, "type": suite, "controller": did, "publicKeyMultibase": multikey});
            push(&mut document, relationship.relationship(), method);
        }
    }
    for (place, entry) in services.into_iter().enumerate() {
        let Value::Object(mut entry) = entry else { continue };
        let name = entry.get("type").and_then(Value::as_str).unwrap_or("service").to_lowercase();
        entry.insert("id".to_owned(), Value::String(format!("{did}#{name}-{place}")));
        push(&mut document, "service", Value::Object(entry));
    }
    Value::Object(document)
}

fn push(document: &mut Map<String, Value>, name: &str, entry: Value) {
    if let Value::Array(entries) = document.entry(name).or_insert_with(|| Value::Array(Vec::new())) {
        entries.push(entry);
    }
}

#[cfg(test)]
mod tests {
    use multibase::Base;
    use ssi_multicodec::MultiEncodedBuf;

    use super::*;
    use crate::did::peer::{aliases, resolve};
    use crate::did::{Document, Relationship};
    use crate::keys::PublicKey;

    /// Alice's DID in the public tutorial of 2022.
    const TUTORIAL: &str = "did:peer:2.Ez6LSh6rmgWhAsvyYRo5mnKTuZtSkMb9keidqDGUygrPD9kgK.Vz6MksqtdXuTar4gjPTMG6tEePL9dFHBc6s7mJxQk8cL98hoj.SeyJpZCI6Im5ldy1pZCIsInQiOiJkbSIsInMiOiJodHRwczovL3d3dy5leGFtcGxlLmNvbS9hbGljZSIsImEiOlsiZGlkY29tbS92MiJdfQ";

    fn tutorial() -> DidUrl {
        DidUrl::parse(TUTORIAL).unwrap()
    }

    // KID-09
    #[test]
    fn keys_are_numbered_in_did_order() {
        let document = Document::parse(&resolve(&tutorial(), KeyNaming::Numbered).unwrap()).unwrap();
        let kid = |relationship| document.keys(relationship)[0].kid().fragment().unwrap().to_owned();
        assert_eq!(kid(Relationship::KeyAgreement), "key-1");
        assert_eq!(kid(Relationship::Authentication), "key-2");
        let service = &document.services()[0];
        assert_eq!(service.id, format!("{TUTORIAL}#new-id"));
        assert_eq!(service.endpoints[0].uri, "https://www.example.com/alice");
        assert_eq!(service.endpoints[0].accept.as_deref(), Some(&["didcomm/v2".to_owned()][..]));
    }

    #[test]
    fn older_naming_yields_the_document_of_the_tutorial() {
        let document = resolve(&tutorial(), KeyNaming::Multibase).unwrap();
        let authentication = &document["authentication"][0];
        assert_eq!(
            authentication["id"],
            format!("{TUTORIAL}#6MksqtdXuTar4gjPTMG6tEePL9dFHBc6s7mJxQk8cL98hoj")
        );
        assert_eq!(authentication["type"], "Ed25519VerificationKey2020");
        assert_eq!(document["keyAgreement"][0]["type"], "X25519KeyAgreementKey2020");
        assert_eq!(
            document["service"],
            json!([{"id": format!("{TUTORIAL}#didcommmessaging-0"), "type": "DIDCommMessaging",
                    "serviceEndpoint": "https://www.example.com/alice", "accept": ["didcomm/v2"]}])
        );
    }

    #[test]
    fn aliases_include_every_historical_name() {
        let today = tutorial().with_fragment("key-1");
        for name in ["key-1", "6LSh6rmgWhAsvyYRo5mnKTuZtSkMb9keidqDGUygrPD9kgK", "6LSh6rmg"] {
            let names = aliases(&tutorial().with_fragment(name));
            assert_eq!(names[0], today, "{name}");
        }
        for unknown in ["key-3", "key-0", "6LS", ""] {
            assert!(aliases(&tutorial().with_fragment(unknown)).is_empty(), "{unknown}");
        }
    }

    #[test]
    fn key_that_is_not_a_point_is_unusable_and_does_not_affect_others() {
        let is_point = |bytes: &[u8]| PublicKey::from_bytes(Curve::Ed25519, bytes).is_ok();
        let bytes =
            (0..=u8::MAX).map(|first| [&[first], &[0; 31][..]].concat()).find(|bytes| !is_point(bytes));
        let multikey = MultiEncodedBuf::encode_bytes(Curve::Ed25519.public_codec(), &bytes.unwrap());
        let multikey = multibase::encode(Base::Base58Btc, multikey);
        let did = DidUrl::parse(&format!(
            "did:peer:2.V{multikey}.Ez6LSh6rmgWhAsvyYRo5mnKTuZtSkMb9keidqDGUygrPD9kgK"
        ));
        let document = Document::parse(&resolve(&did.unwrap(), KeyNaming::Numbered).unwrap()).unwrap();
        assert!(document.keys(Relationship::Authentication)[0].key().is_err());
        assert!(document.keys(Relationship::KeyAgreement)[0].key().is_ok());
    }

    #[test]
    fn malformed_dids_are_refused_without_a_panic() {
        for did in [
            "did:peer:2",
            "did:peer:2.",
            "did:peer:2.E",
            "did:peer:2.Q",
            "did:peer:2.Ez0OIl",
            "did:peer:2.Sxx",
            "did:peer:2.SW10",
            "did:peer:2.Euabc",
            "did:peer:9z",
        ] {
            let result = resolve(&DidUrl::parse(did).unwrap(), KeyNaming::Numbered);
            assert_eq!(result.is_err(), did != "did:peer:2.SW10", "{did}");
        }
        let many = format!("did:peer:2{}", ".Ez6LSh6rmgWhAsvyYRo5mnKTuZtSkMb9keidqDGUygrPD9kgK".repeat(65));
        assert!(resolve(&DidUrl::parse(&many).unwrap(), KeyNaming::Numbered).is_err());
    }
}
