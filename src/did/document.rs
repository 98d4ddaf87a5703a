//! What DIDComm reads of a DID document.

use std::sync::Arc;

use serde_json::Value;

use super::verification_method::absolute_kid;
use super::{DidUrl, Node, Service, VerificationMethod, peer, same_party};
use crate::error::{Error, MOST_LISTED, Result};

/// A verification relationship: what a key may be used for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Relationship {
    /// Keys that sign in the name of the DID.
    Authentication,
    /// Keys that messages are encrypted to and from.
    KeyAgreement,
}

impl Relationship {
    /// The name of the relationship's member in a DID document.
    pub fn name(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::KeyAgreement => "keyAgreement",
        }
    }
}

/// A DID document, parsed once: the keys of two relationships and the DIDComm services.
///
/// A key or service that cannot be used does no harm to the others.
#[derive(Clone, Debug)]
pub struct Document {
    did: DidUrl,
    authentication: Vec<Arc<VerificationMethod>>,
    key_agreement: Vec<Arc<VerificationMethod>>,
    services: Vec<Service>,
    json: Option<Arc<str>>,
}

impl Document {
    /// Reads a document and keeps its JSON.
    pub fn parse(json: &Value) -> Result<Self> {
        let document = Self::read(&json)?;
        Ok(Self { json: Some(json.to_string().into()), ..document })
    }

    /// Reads the text of a document and keeps it.
    pub fn from_text(text: String) -> Result<Self> {
        let json: Value =
            serde_json::from_str(&text).map_err(|_| Error::malformed("did document", "no JSON"))?;
        Ok(Self { json: Some(text.into()), ..Self::read(&&json)? })
    }

    /// Reads a document; ids in it may be absolute or relative, methods embedded or referenced.
    pub fn read<N: Node>(json: &N) -> Result<Self> {
        let id = json.member_text("id").unwrap_or_default();
        let malformed =
            |reason: &str| Error::MalformedDocument { did: id.clone(), reason: reason.to_owned() };
        let did = DidUrl::parse(&id).map_err(|_| malformed("id is no DID"))?;
        if did.as_str() != did.did() {
            return Err(malformed("id is a DID URL"));
        }
        let entries = |name: &str| match json.member(name) {
            Some(list) if !list.is_null() => {
                list.entries().ok_or_else(|| malformed(&format!("{name} is no array")))
            }
            _ => Ok(Vec::new()),
        };
        let listed: Vec<_> = entries("verificationMethod")?
            .iter()
            .filter_map(|method| VerificationMethod::parse(&did, method).map(Arc::new))
            .collect();
        let related = |name: &str| -> Result<Vec<Arc<VerificationMethod>>> {
            let entries = entries(name)?;
            let methods = entries.iter().filter_map(|entry| match entry.text() {
                Some(id) => {
                    let kid = absolute_kid(&did, &id)?;
                    listed.iter().find(|method| *method.kid() == kid).cloned()
                }
                None => VerificationMethod::parse(&did, entry).map(Arc::new),
            });
            // a key that names another DID would be looked up in that DID's document, not in this one
            Ok(methods.filter(|method| method.kid().did() == did.did()).collect())
        };
        Ok(Self {
            authentication: related("authentication")?,
            key_agreement: related("keyAgreement")?,
            services: entries("service")?.iter().filter_map(|entry| Service::parse(&did, entry)).collect(),
            did,
            json: None,
        })
    }

    /// The DID that the document describes.
    pub fn did(&self) -> &DidUrl {
        &self.did
    }

    /// The text of the document that was parsed; none where it was read from something else than JSON.
    pub fn json(&self) -> Option<&str> {
        self.json.as_deref()
    }

    /// The octets that it takes in memory, about, and rather too many.
    pub(super) fn octets(&self) -> usize {
        let methods = self.authentication.iter().chain(&self.key_agreement);
        let kids =
            methods.map(|method| size_of::<VerificationMethod>().saturating_add(method.kid().as_str().len()));
        // what is read of the text beside the kids is part of it
        let read = self.json.as_ref().map_or(0, |json| json.len().saturating_mul(2));
        kids.fold(read, usize::saturating_add)
    }

    /// The keys of a relationship, in the document's order.
    pub fn keys(&self, relationship: Relationship) -> &[Arc<VerificationMethod>] {
        match relationship {
            Relationship::Authentication => &self.authentication,
            Relationship::KeyAgreement => &self.key_agreement,
        }
    }

    /// The DIDComm services, in the document's order.
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// The same document in the name of its DID's other form, as it was asked for.
    pub(crate) fn in_the_name_of(&self, did: &DidUrl) -> Self {
        let renamed = |methods: &[Arc<VerificationMethod>]| {
            methods.iter().map(|method| Arc::new(method.in_the_name_of(did))).collect()
        };
        Self {
            did: did.clone(),
            authentication: renamed(&self.authentication),
            key_agreement: renamed(&self.key_agreement),
            services: self.services.clone(),
            json: self.json.clone(),
        }
    }

    /// The key of that id, if the relationship lists it.
    ///
    /// A key of a did:peer answers to its older names too, and to those under the other form of its DID.
    pub fn key(&self, relationship: Relationship, kid: &DidUrl) -> Result<&VerificationMethod> {
        let keys = self.keys(relationship);
        let found = keys.iter().find(|method| method.kid() == kid).or_else(|| {
            let fragment = kid.fragment().filter(|_| same_party(kid.did(), self.did.as_str()))?;
            let names = [kid, &self.did].map(|did| peer::names(did, fragment)).concat();
            keys.iter().find(|method| {
                let listed = method.kid().fragment();
                listed == Some(fragment) || names.iter().any(|name| listed == Some(name))
            })
        });
        found.map(AsRef::as_ref).ok_or_else(|| Error::KeyNotFound {
            did: self.did.to_string(),
            kid: kid.to_string(),
            relationship: relationship.name(),
            candidates: keys.iter().take(MOST_LISTED).map(|method| method.kid().to_string()).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const X25519: &str = "z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc";
    const ED25519: &str = "z6MksqtdXuTar4gjPTMG6tEePL9dFHBc6s7mJxQk8cL98hoj";

    fn kids(document: &Document, relationship: Relationship) -> Vec<&str> {
        document.keys(relationship).iter().map(|method| method.kid().as_str()).collect()
    }

    // KID-05, KID-09
    #[test]
    fn embedded_referenced_relative_and_absolute_methods_are_read() {
        let document = Document::parse(&json!({
            "id": "did:example:a",
            "verificationMethod": [
                {"id": "#k1", "type": "Multikey", "publicKeyMultibase": X25519},
                {"id": "did:example:a#k2", "type": "X25519KeyAgreementKey2020", "publicKeyMultibase": X25519},
                {"id": "#k3", "type": "Ed25519VerificationKey2018", "publicKeyMultibase": ED25519},
            ],
            "keyAgreement": ["did:example:a#k1", "#k2", {"id": "#k4", "type": "Multikey", "publicKeyMultibase": X25519}],
            "authentication": ["#k3", "#nowhere"],
        }))
        .unwrap();
        assert_eq!(
            kids(&document, Relationship::KeyAgreement),
            ["did:example:a#k1", "did:example:a#k2", "did:example:a#k4"]
        );
        assert_eq!(kids(&document, Relationship::Authentication), ["did:example:a#k3"]);
        assert!(document.keys(Relationship::KeyAgreement).iter().all(|method| method.key().is_ok()));
    }

    #[test]
    fn a_method_of_another_did_is_not_taken_into_the_document() {
        let document = Document::parse(&json!({
            "id": "did:example:mallory",
            "keyAgreement": [{"id": "did:example:alice#k", "type": "Multikey", "publicKeyMultibase": X25519}],
        }));
        assert!(document.unwrap().keys(Relationship::KeyAgreement).is_empty());
    }

    #[test]
    fn an_unusable_key_says_why_and_harms_no_other() {
        let document = Document::parse(&json!({
            "id": "did:example:a",
            "keyAgreement": [
                {"id": "#p", "type": "JsonWebKey2020", "publicKeyJwk": {"kty": "EC", "crv": "P-192", "x": "AA", "y": "AA"}},
                {"id": "#o", "type": "Oddity2030"},
                {"id": "#k", "type": "JsonWebKey", "publicKeyJwk": {"kty": "OKP", "crv": "X25519",
                 "x": "avH0O2Y4tqLAq8y9zpianr8ajii5m4F_mICrzNlatXs"}},
            ],
        }))
        .unwrap();
        let keys = document.keys(Relationship::KeyAgreement);
        assert_eq!(keys[0].key().unwrap_err().reason, "P-192");
        assert_eq!(keys[1].key().unwrap_err().reason, "Oddity2030");
        assert!(keys[2].key().is_ok());
    }

    #[test]
    fn a_list_that_is_null_is_empty() {
        let members = ["verificationMethod", "keyAgreement", "authentication", "service"];
        for name in members {
            let mut json = json!({"id": "did:example:a"});
            json[name] = json!(null);
            let document = Document::parse(&json).unwrap();
            assert!(document.keys(Relationship::KeyAgreement).is_empty() && document.services().is_empty());
        }
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for json in [
            json!(null),
            json!([]),
            json!({}),
            json!({"id": "bob"}),
            json!({"id": "did:a:b#c"}),
            json!({"id": "did:a:b", "keyAgreement": {}}),
        ] {
            assert!(Document::parse(&json).is_err());
        }
    }
}
