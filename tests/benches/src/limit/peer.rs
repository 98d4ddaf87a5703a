//! did:peer:2: two keys generated and written, or read and shown as a document.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};

use super::agreement;
use crate::fixture::Description;
use crate::serve::Task;

const X25519: [u8; 2] = [0xec, 0x01];
const ED25519: [u8; 2] = [0xed, 0x01];

/// A did:peer:2 of two new keys.
#[derive(Default)]
pub(super) struct Create {
    did: String,
}

impl Task for Create {
    fn run(&mut self) {
        let agreement = agreement::generate("X25519").compute_public_key().unwrap();
        let signing = Ed25519KeyPair::generate().unwrap();
        self.did.clear();
        self.did.push_str("did:peer:2");
        let keys = [("E", X25519, agreement.as_ref()), ("V", ED25519, signing.public_key().as_ref())];
        for (purpose, codec, bytes) in keys {
            let mut bytes_with_codec = codec.to_vec();
            bytes_with_codec.extend(bytes);
            self.did.push('.');
            self.did.push_str(purpose);
            self.did.push('z');
            self.did.push_str(&bs58::encode(bytes_with_codec).into_string());
        }
    }

    fn result(&self) -> String {
        self.did.clone()
    }
}

/// A did:peer:2 of two keys to resolve.
pub(super) struct Resolve {
    did: String,
    document: Value,
}

impl Resolve {
    pub(super) fn new(description: &Description) -> Self {
        Self { did: description.did.clone().unwrap(), document: Value::Null }
    }
}

impl Task for Resolve {
    fn run(&mut self) {
        let did = self.did.as_str();
        let (mut methods, mut agreement, mut signing) = (Vec::new(), Vec::new(), Vec::new());
        for (place, element) in (1..).zip(did.split('.').skip(1)) {
            let key = &element[1..];
            let bytes = bs58::decode(&key[1..]).into_vec().unwrap();
            assert_eq!(bytes.len(), 34);
            let id = format!("#key-{place}");
            if element.starts_with('E') {
                agreement.push(id.clone())
            } else {
                signing.push(id.clone())
            }
            methods.push(json!({"id": id, "type": "Multikey", "controller": did, "publicKeyMultibase": key}));
        }
        self.document = json!({
            "id": did, "verificationMethod": methods, "keyAgreement": agreement, "authentication": signing,
        });
    }

    fn result(&self) -> String {
        self.document.to_string()
    }
}
