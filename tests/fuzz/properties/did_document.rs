//! Any JSON as a DID document.

use pydidcomm::did::{Document, MOST_ENTRIES, Relationship};
use pydidcomm::keys::PublicKey;

/// A parsed document has only keys of its own DID, and its JSON parses to the same document again.
pub(crate) fn holds(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(json) = pydidcomm::json::value(text, "document") else { return };
    let Ok(document) = Document::parse(&json) else { return };
    assert_eq!(json["id"], document.did().as_str());
    let again = Document::from_text(document.json().unwrap().to_owned(), MOST_ENTRIES).unwrap();
    assert_eq!(again.services(), document.services());
    assert!(document.services().iter().all(|service| !service.endpoints.is_empty()));
    for relationship in [Relationship::Authentication, Relationship::KeyAgreement] {
        let (keys, others) = (document.keys(relationship), again.keys(relationship));
        assert_eq!(keys.len(), others.len());
        for (method, other) in keys.iter().zip(others) {
            assert_eq!(method.kid(), other.kid());
            assert_eq!(method.kid().did(), document.did().as_str());
            assert_eq!(document.key(relationship, method.kid()).unwrap().kid(), method.kid());
            assert_eq!(method.key(), other.key());
            if let Ok(key) = method.key() {
                assert_eq!(PublicKey::from_multikey(&key.to_multikey()).as_ref(), Ok(key));
                assert_eq!(PublicKey::from_bytes(key.curve(), &key.bytes()).as_ref(), Ok(key));
            }
        }
    }
}
