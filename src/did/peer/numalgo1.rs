//! did:peer, numalgo 1: the hash of a genesis document.
//!
//! The DID does not contain its document: a resolver needs the stored variant, byte for byte, which the peer must
//! send over another channel.

use serde_json::Value;

use super::stored_document;
use crate::did::DidUrl;
use crate::error::{Error, Result};
use crate::json;
use crate::multihash::sha2_256;

/// The prefix of the DIDs.
const PREFIX: &str = "did:peer:1";

/// The did:peer:1 of a genesis document: the JSON text of a DID document without `id`, its ids relative.
pub fn create(document: &str) -> Result<DidUrl> {
    let read = json::value(document, "genesis document").map_err(|error| Error::misuse(error.to_string()))?;
    stored_document::check(&read)?;
    DidUrl::parse(&format!("{PREFIX}{}", sha2_256(document)))
}

/// Whether the DID is the hash of this genesis document.
pub fn is_hash_of(did: &DidUrl, document: &str) -> bool {
    did.did().strip_prefix(PREFIX) == Some(&sha2_256(document))
}

/// Resolves the DID with its genesis document.
pub(super) fn resolve(did: &DidUrl, document: &str) -> Result<Value> {
    let malformed = |reason: &str| Error::malformed("did:peer document", reason);
    if !is_hash_of(did, document) {
        return Err(malformed("the DID is not the hash of this genesis document"));
    }
    match json::value(document, "did:peer document")? {
        Value::Object(stored) => stored_document::resolve(did.did(), None, stored),
        _ => Err(malformed("must be a JSON object")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn did_is_the_hash_of_the_document_bytes() {
        let document = r##"{"verificationMethod":[{"id":"#key-1","type":"Multikey"}]}"##;
        let did = create(document).unwrap();
        assert!(did.as_str().starts_with("did:peer:1zQm"));
        assert!(is_hash_of(&did, document));
        let spaced = document.replace(':', ": ");
        assert!(!is_hash_of(&did, &spaced));
        assert!(resolve(&did, &spaced).is_err());
        let method = json!({"id": "#key-1", "type": "Multikey", "controller": did.as_str()});
        assert_eq!(
            resolve(&did, document).unwrap(),
            json!({"id": did.as_str(), "verificationMethod": [method]})
        );
    }

    #[test]
    fn invalid_genesis_documents_are_refused() {
        for document in ["", "[]", r#"{"id":"did:example:a"}"#] {
            assert!(matches!(create(document), Err(Error::Misuse(_))), "{document}");
        }
    }
}
