//! The parts of a DID document that DIDComm uses.

use std::sync::Arc;

use serde_json::Value;

use super::methods::{Entry, Methods};
use super::room::{MOST_ENTRIES, Room};
use super::verification_method::absolute_kid;
use super::{DidUrl, Relationship, Service, VerificationMethod, peer, same_party};
use crate::error::{Error, MOST_LISTED, Result};
use crate::json::{self, Node};

/// The verification relationships of DID Core, and the use of their keys here.
const RELATIONSHIPS: [(&str, Option<Relationship>); 5] = [
    ("authentication", Some(Relationship::Authentication)),
    ("keyAgreement", Some(Relationship::KeyAgreement)),
    // read because an embedded method may have the same id as another one
    ("assertionMethod", None),
    ("capabilityInvocation", None),
    ("capabilityDelegation", None),
];

/// A DID document, parsed once: the keys of two relationships and the DIDComm services.
///
/// An unusable key, service or list does not affect the others.
#[derive(Clone, Debug)]
pub struct Document {
    did: DidUrl,
    authentication: Keys,
    key_agreement: Keys,
    services: Vec<Service>,
    routing_fault: Option<String>,
    deactivated: bool,
    json: Option<Arc<str>>,
}

/// The keys of a relationship, or the reason why its list is unreadable.
type Keys = std::result::Result<Vec<Arc<VerificationMethod>>, String>;

impl Document {
    /// Reads a document of at most [`MOST_ENTRIES`] entries, and stores its JSON.
    pub fn parse(json: &Value) -> Result<Self> {
        let document = Self::read(&json, MOST_ENTRIES)?;
        Ok(Self { json: Some(json.to_string().into()), ..document })
    }

    /// Parses a document of at most so many entries, and stores its text.
    pub fn from_text(text: String, most_entries: usize) -> Result<Self> {
        Self::of_text(text, most_entries, json::NESTING)
    }

    /// The same for a text of our own writer: the content of a DID is nested two levels deeper in its document.
    pub(super) fn of_own_text(text: String) -> Result<Self> {
        Self::of_text(text, MOST_ENTRIES, json::DEEPEST)
    }

    fn of_text(text: String, most_entries: usize, nesting: usize) -> Result<Self> {
        let document = Self::read(&&json::tree(&text, "did document", nesting)?, most_entries)?;
        Ok(Self { json: Some(text.into()), ..document })
    }

    /// Reads a document; its ids may be absolute or relative, its methods embedded or referenced, and a single entry
    /// counts as a list of one.
    pub fn read<N: Node>(json: &N, most_entries: usize) -> Result<Self> {
        let id = json.member_text("id").unwrap_or_default();
        let malformed =
            |reason: &str| Error::MalformedDocument { did: id.clone(), reason: reason.to_owned() };
        let did = DidUrl::parse(&id)
            .map_err(|_| malformed(if id.is_empty() { "`id` is missing" } else { "`id` is not a DID" }))?;
        if did.as_str() != did.did() {
            return Err(malformed("`id` is a DID URL, not a DID"));
        }
        let mut room = Room::new(did.did(), most_entries);
        let mut methods = Methods::default();
        for method in read_list(json, "verificationMethod", &mut room)?.unwrap_or_default() {
            if let Some(method) = VerificationMethod::parse(&did, &method) {
                methods.add(method);
            }
        }
        let mut related = Vec::new();
        for (name, relationship) in RELATIONSHIPS {
            let listed = read_list(json, name, &mut room)?;
            let entries = listed.as_ref().map(|entries| {
                let entries = entries.iter().filter_map(|entry| match entry.text() {
                    Some(id) if relationship.is_some() => absolute_kid(&did, &id).map(Entry::Reference),
                    Some(_) => None,
                    None => {
                        let method = VerificationMethod::parse(&did, entry)?;
                        Some(Entry::Embedded(methods.add(method)))
                    }
                });
                entries.collect::<Vec<_>>()
            });
            related.extend(relationship.map(|relationship| (relationship, entries)));
        }
        let keys = |wanted: Relationship| -> Keys {
            let found = related.iter().find(|(relationship, _)| *relationship == wanted);
            match found.and_then(|(_, entries)| entries.as_ref()) {
                Some(entries) => Ok(methods.of(&did, entries, wanted)),
                None => Err(format!("`{}` must be a list", wanted.name())),
            }
        };
        let (authentication, key_agreement) =
            (keys(Relationship::Authentication), keys(Relationship::KeyAgreement));
        let mut services = Vec::new();
        let mut routing_fault = None;
        for service in read_list(json, "service", &mut room)?.unwrap_or_default() {
            let found = Service::parse(&did, &service, &mut room)?;
            services.extend(found.service);
            routing_fault = routing_fault.or(found.routing_fault);
        }
        let deactivated = json.member("deactivated").is_some_and(|value| value.is_true());
        Ok(Self { authentication, key_agreement, services, routing_fault, deactivated, did, json: None })
    }

    /// Whether the document itself marks its DID as deactivated.
    pub(crate) fn is_deactivated(&self) -> bool {
        self.deactivated
    }

    /// The error of the first endpoint with unreadable routing, which is skipped.
    pub(crate) fn routing_fault(&self) -> Option<Error> {
        let reason = self.routing_fault.clone()?;
        Some(Error::MalformedDocument { did: self.did.to_string(), reason })
    }

    /// The DID of the document.
    pub fn did(&self) -> &DidUrl {
        &self.did
    }

    /// The text of the parsed document; `None` if its source was not JSON.
    pub fn json(&self) -> Option<&str> {
        self.json.as_deref()
    }

    /// Its approximate size in memory, rounded up.
    pub(super) fn bytes(&self) -> usize {
        let lists = [Relationship::Authentication, Relationship::KeyAgreement];
        let methods = lists.into_iter().flat_map(|relationship| self.keys(relationship));
        let kids =
            methods.map(|method| size_of::<VerificationMethod>().saturating_add(method.kid().as_str().len()));
        // the parsed parts other than the kids are included in the length of the text
        let read = self.json.as_ref().map_or(0, |json| json.len().saturating_mul(2));
        kids.fold(read, usize::saturating_add)
    }

    /// The keys of a relationship, in the document's order; empty if its list is unreadable.
    pub fn keys(&self, relationship: Relationship) -> &[Arc<VerificationMethod>] {
        self.list(relationship).unwrap_or_default()
    }

    /// The keys of a required relationship: an unreadable list is an error.
    pub(crate) fn list(&self, relationship: Relationship) -> Result<&[Arc<VerificationMethod>]> {
        let keys = match relationship {
            Relationship::Authentication => &self.authentication,
            Relationship::KeyAgreement => &self.key_agreement,
        };
        keys.as_deref()
            .map_err(|reason| Error::MalformedDocument { did: self.did.to_string(), reason: reason.clone() })
    }

    /// The DIDComm services, in the document's order.
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// Rewrites the document for the requested form of its DID.
    pub(crate) fn with_did(&self, did: &DidUrl) -> Self {
        let renamed = |keys: &Keys| {
            let methods = keys.as_ref().map_err(Clone::clone)?;
            Ok(methods.iter().map(|method| Arc::new(method.with_did(did))).collect())
        };
        let services = self.services.iter().map(|service| service.with_did(&self.did, did));
        Self {
            did: did.clone(),
            authentication: renamed(&self.authentication),
            key_agreement: renamed(&self.key_agreement),
            services: services.collect(),
            routing_fault: self.routing_fault.clone(),
            deactivated: self.deactivated,
            json: self.json.clone(),
        }
    }

    /// The derived agreement key of a did:key, found by the kid of its Ed25519 key.
    ///
    /// Mediators write their routing keys so (`did:key:z6Mk...#z6Mk...`); the DID has one key, so one is meant.
    fn derived_key(&self, relationship: Relationship, kid: &DidUrl) -> Option<&Arc<VerificationMethod>> {
        let of_one_key = ["did:key:", "did:peer:0"].iter().any(|method| kid.as_str().starts_with(method));
        if relationship != Relationship::KeyAgreement || !of_one_key {
            return None;
        }
        let named = self.key(Relationship::Authentication, kid).ok()?;
        let derived = named.key().ok()?.derived_agreement_key()?;
        self.keys(relationship).iter().find(|method| method.key() == Ok(&derived))
    }

    /// The key with this kid, if the relationship lists it.
    ///
    /// A key of a did:peer is also found under its older names, and under the other form of its DID.
    pub fn key(&self, relationship: Relationship, kid: &DidUrl) -> Result<&VerificationMethod> {
        let keys = self.list(relationship)?;
        let found = keys.iter().find(|method| method.kid() == kid).or_else(|| {
            let fragment = kid.fragment().filter(|_| same_party(kid.did(), self.did.as_str()))?;
            let names = [kid, &self.did].map(|did| peer::names(did, fragment)).concat();
            keys.iter().find(|method| {
                let listed = method.kid().fragment();
                listed == Some(fragment) || names.iter().any(|name| listed == Some(name))
            })
        });
        let found = found.or_else(|| self.derived_key(relationship, kid));
        found.map(AsRef::as_ref).ok_or_else(|| Error::KeyNotFound {
            did: self.did.to_string(),
            kid: kid.to_string(),
            relationship: relationship.name(),
            candidates: keys.iter().take(MOST_LISTED).map(|method| method.kid().to_string()).collect(),
        })
    }
}

/// Reads the entries of a list; a single entry counts as a list of one; `None` for any other value.
fn read_list<N: Node>(json: &N, name: &str, room: &mut Room) -> Result<Option<Vec<N>>> {
    let Some(member) = json.member(name).filter(|member| !member.is_null()) else {
        return Ok(Some(Vec::new()));
    };
    if let Some(entries) = room.entries(&member)? {
        return Ok(Some(entries));
    }
    Ok((member.text().is_some() || !member.names().is_empty()).then(|| vec![member]))
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
    fn methods_are_read_embedded_referenced_relative_and_absolute() {
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
    fn methods_of_another_did_are_ignored() {
        let document = Document::parse(&json!({
            "id": "did:example:mallory",
            "keyAgreement": [{"id": "did:example:alice#k", "type": "Multikey", "publicKeyMultibase": X25519}],
        }));
        assert!(document.unwrap().keys(Relationship::KeyAgreement).is_empty());
    }

    #[test]
    fn unusable_key_has_a_reason_and_does_not_affect_others() {
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
    fn null_list_is_empty() {
        let members = ["verificationMethod", "keyAgreement", "authentication", "service"];
        for name in members {
            let mut json = json!({"id": "did:example:a"});
            json[name] = json!(null);
            let document = Document::parse(&json).unwrap();
            assert!(document.keys(Relationship::KeyAgreement).is_empty() && document.services().is_empty());
        }
    }

    #[test]
    fn invalid_documents_are_refused() {
        for json in [json!(null), json!([]), json!({}), json!({"id": "bob"}), json!({"id": "did:a:b#c"})] {
            assert!(Document::parse(&json).is_err());
        }
    }

    #[test]
    fn unreadable_list_fails_only_operations_that_need_it() {
        for broken in [json!(1), json!({}), json!(true)] {
            let agreement = json!([{"id": "#k", "type": "Multikey", "publicKeyMultibase": X25519}]);
            let json = json!({"id": "did:a:b", "authentication": broken, "service": broken, "keyAgreement": agreement});
            let document = Document::parse(&json).unwrap();
            assert_eq!(document.list(Relationship::KeyAgreement).unwrap().len(), 1);
            assert!(matches!(
                document.list(Relationship::Authentication),
                Err(Error::MalformedDocument { .. })
            ));
        }
    }

    #[test]
    fn single_entry_counts_as_a_list() {
        let method = json!({"id": "#k", "type": "Multikey", "publicKeyMultibase": X25519});
        let service =
            json!({"id": "#s", "type": "DIDCommMessaging", "serviceEndpoint": {"uri": "https://a"}});
        for (methods, agreement) in [(json!([]), method.clone()), (method, json!("#k"))] {
            let document = Document::parse(&json!({"id": "did:a:b", "verificationMethod": methods,
                                                   "keyAgreement": agreement, "service": service}))
            .unwrap();
            assert_eq!(kids(&document, Relationship::KeyAgreement), ["did:a:b#k"]);
            assert_eq!(document.services().len(), 1);
        }
    }

    // REQ-01
    #[test]
    fn entries_of_a_document_are_limited() {
        let of = |count: usize| json!({"id": "did:a:b", "authentication": vec!["#k"; count]});
        assert!(Document::read(&&of(10), 10).is_ok());
        assert!(matches!(Document::read(&&of(11), 10), Err(Error::MalformedDocument { .. })));
        let endpoint = json!({"uri": "https://a", "routingKeys": vec!["did:a:m#k"; 20]});
        let service = json!([{"type": "DIDCommMessaging", "serviceEndpoint": [endpoint]}]);
        assert!(Document::read(&&json!({"id": "did:a:b", "service": service}), 20).is_err());
    }

    #[test]
    fn with_did_rewrites_the_ids_of_services() {
        let service = json!([{"id": "#s", "type": "DIDCommMessaging", "serviceEndpoint": {"uri": "https://a"}},
                             {"id": "did:a:c#s", "type": "DIDCommMessaging", "serviceEndpoint": {"uri": "https://a"}}]);
        let document = Document::parse(&json!({"id": "did:a:long", "service": service})).unwrap();
        let renamed = document.with_did(&DidUrl::parse("did:a:short").unwrap());
        let ids: Vec<_> = renamed.services().iter().map(|service| service.id.as_str()).collect();
        assert_eq!(ids, ["did:a:short#s", "did:a:c#s"]);
    }
}
