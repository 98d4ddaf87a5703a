//! Any text as a DID that contains its document, and any keys and services as a did:peer:2.

use std::sync::LazyLock;

use pydidcomm::did::local::LocalResolver;
use pydidcomm::did::peer::{self, Purpose};
use pydidcomm::did::{DidUrl, Document, MOST_ENTRIES, Relationship};
use pydidcomm::keys::{Curve, PublicKey, SecretKey};
use serde_json::Value;

use super::mutation::Source;

/// Maximum ratio of the length of a document to that of its DID, which the ids of a bounded number of keys repeat.
const GROWTH: usize = 400;

/// Two keys on each curve, created once: creating a key takes longer than reading a DID.
static KEYS: LazyLock<Vec<PublicKey>> = LazyLock::new(|| {
    let unnamed = DidUrl::parse("did:example:unnamed#key").unwrap();
    let mut keys = Vec::new();
    for curve in Curve::ALL {
        let length = match curve {
            Curve::P521 => 66,
            Curve::P384 => 48,
            _ => 32,
        };
        for number in 1..=2 {
            let mut bytes = vec![0; length];
            bytes[length - 1] = number;
            keys.push(SecretKey::from_bytes(unnamed.clone(), curve, &bytes).unwrap().public_key());
        }
    }
    keys
});

pub(crate) fn holds(data: &[u8]) {
    let mut source = Source::new(data);
    match source.byte() {
        Some(0) => created(&mut source),
        Some(_) => resolved(source.rest()),
        None => {}
    }
}

/// A DID resolves to a valid document with its own id and of proportionate length, or to an error.
fn resolved(data: &[u8]) {
    let Some(did) = str::from_utf8(data).ok().and_then(|text| DidUrl::parse(text).ok()) else { return };
    let Ok(Some(document)) = LocalResolver::default().resolve(&did) else { return };
    assert_eq!(document.did().as_str(), did.did());
    let json = document.json().unwrap();
    let length = json.len();
    assert!(length <= did.did().len() * GROWTH, "{length} bytes of {}", did.did().len());
    let again = LocalResolver::default().resolve(document.did()).unwrap().unwrap();
    assert_eq!(again.json(), Some(json));
}

/// The document of a DID has the keys and services that the DID was created from.
fn created(source: &mut Source<'_>) {
    let keys: Vec<(Purpose, PublicKey)> = (0..source.index(5))
        .map(|_| {
            let purpose = *source.choose(&[Purpose::KeyAgreement, Purpose::Authentication]);
            (purpose, source.choose(&KEYS).clone())
        })
        .collect();
    let service: Vec<Value> = serde_json::from_slice(source.rest()).into_iter().collect();
    let Ok(did) = peer::create(&keys, &service) else { return };
    let document = LocalResolver::default().resolve(&did).unwrap().unwrap();
    for (purpose, relationship) in [
        (Purpose::KeyAgreement, Relationship::KeyAgreement),
        (Purpose::Authentication, Relationship::Authentication),
    ] {
        let put: Vec<_> = keys.iter().filter(|(put, _)| *put == purpose).map(|(_, key)| key).collect();
        let got: Vec<_> = document.keys(relationship).iter().map(|method| method.key().unwrap()).collect();
        assert_eq!(got, put);
    }
    let plain = Document::from_text(document.json().unwrap().to_owned(), MOST_ENTRIES).unwrap();
    assert_eq!(plain.services(), document.services());
}
