//! What DIDComm reads of a DID document.

use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::sync::Arc;

use serde_json::Value;

use super::room::{MOST_ENTRIES, Room};
use super::verification_method::absolute_kid;
use super::{DidUrl, Relationship, Service, VerificationMethod, peer, same_party};
use crate::error::{Error, MOST_LISTED, Result};
use crate::json::{self, Node};

/// The verification relationships of DID Core, and how a key of each is used here.
const RELATIONSHIPS: [(&str, Option<Relationship>); 5] = [
    ("authentication", Some(Relationship::Authentication)),
    ("keyAgreement", Some(Relationship::KeyAgreement)),
    // read because a method that is embedded there may have the id of another one
    ("assertionMethod", None),
    ("capabilityInvocation", None),
    ("capabilityDelegation", None),
];

/// A DID document, parsed once: the keys of two relationships and the DIDComm services.
///
/// A key, a service or a list that cannot be used does no harm to the others.
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

/// The keys of a relationship, or why its list cannot be read.
type Keys = std::result::Result<Vec<Arc<VerificationMethod>>, String>;

/// An entry of a relationship: the id of a method, or the place of an embedded one.
enum Entry {
    Reference(DidUrl),
    Embedded(usize),
}

/// All methods of a document, found by id.
#[derive(Default)]
struct Methods {
    all: Vec<Arc<VerificationMethod>>,
    by_kid: HashMap<DidUrl, usize>,
}

impl Methods {
    /// Adds a method, and returns its place; of two that have one id and differ, neither can be used.
    fn add(&mut self, method: VerificationMethod) -> usize {
        let place = self.all.len();
        match self.by_kid.entry(method.kid().clone()) {
            Vacant(entry) => {
                entry.insert(place);
                self.all.push(Arc::new(method));
                place
            }
            Occupied(entry) => {
                let place = *entry.get();
                if let Some(known) = self.all.get_mut(place)
                    && !known.is_written_as(&method)
                {
                    *known = Arc::new(known.unusable("two methods of the document have this id"));
                }
                place
            }
        }
    }

    /// The methods of these entries, those apart that must not be used in the relationship.
    fn of(
        &self,
        did: &DidUrl,
        entries: &[Entry],
        relationship: Relationship,
    ) -> Vec<Arc<VerificationMethod>> {
        let methods = entries.iter().filter_map(|entry| {
            let place = match entry {
                Entry::Reference(kid) => *self.by_kid.get(kid)?,
                Entry::Embedded(place) => *place,
            };
            // a key that names another DID would be looked up in that DID's document, not in this one
            self.all.get(place).filter(|method| method.kid().did() == did.did())
        });
        let allowed = methods.map(|method| match method.excluded_from(relationship) {
            Some(reason) => Arc::new(method.unusable(&reason)),
            None => Arc::clone(method),
        });
        allowed.collect()
    }
}

impl Document {
    /// Reads a document of at most [`MOST_ENTRIES`] entries and keeps its JSON.
    pub fn parse(json: &Value) -> Result<Self> {
        let document = Self::read(&json, MOST_ENTRIES)?;
        Ok(Self { json: Some(json.to_string().into()), ..document })
    }

    /// Reads the text of a document of at most so many entries and keeps it.
    pub fn from_text(text: String, most_entries: usize) -> Result<Self> {
        let json = json::value(&text, "did document")?;
        Ok(Self { json: Some(text.into()), ..Self::read(&&json, most_entries)? })
    }

    /// Reads a document; ids in it may be absolute or relative, methods embedded or referenced, and one entry
    /// may stand where a list is meant.
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
        for method in list(json, "verificationMethod", &mut room)?.unwrap_or_default() {
            if let Some(method) = VerificationMethod::parse(&did, &method) {
                methods.add(method);
            }
        }
        let mut related = Vec::new();
        for (name, relationship) in RELATIONSHIPS {
            let listed = list(json, name, &mut room)?;
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
        for service in list(json, "service", &mut room)?.unwrap_or_default() {
            let found = Service::parse(&did, &service, &mut room)?;
            services.extend(found.service);
            routing_fault = routing_fault.or(found.routing_fault);
        }
        let deactivated = json.member("deactivated").is_some_and(|value| value.is_true());
        Ok(Self { authentication, key_agreement, services, routing_fault, deactivated, did, json: None })
    }

    /// Whether the document itself says that its DID is deactivated.
    pub(crate) fn is_deactivated(&self) -> bool {
        self.deactivated
    }

    /// Why the first endpoint is left out whose routing cannot be read.
    pub(crate) fn routing_fault(&self) -> Option<Error> {
        let reason = self.routing_fault.clone()?;
        Some(Error::MalformedDocument { did: self.did.to_string(), reason })
    }

    /// The DID that the document describes.
    pub fn did(&self) -> &DidUrl {
        &self.did
    }

    /// The text of the document that was parsed; none where it was read from something else than JSON.
    pub fn json(&self) -> Option<&str> {
        self.json.as_deref()
    }

    /// The bytes that it takes in memory, about, and rather too many.
    pub(super) fn bytes(&self) -> usize {
        let lists = [Relationship::Authentication, Relationship::KeyAgreement];
        let methods = lists.into_iter().flat_map(|relationship| self.keys(relationship));
        let kids =
            methods.map(|method| size_of::<VerificationMethod>().saturating_add(method.kid().as_str().len()));
        // what is read of the text beside the kids is part of it
        let read = self.json.as_ref().map_or(0, |json| json.len().saturating_mul(2));
        kids.fold(read, usize::saturating_add)
    }

    /// The keys of a relationship, in the document's order; empty where its list cannot be read.
    pub fn keys(&self, relationship: Relationship) -> &[Arc<VerificationMethod>] {
        self.list(relationship).unwrap_or_default()
    }

    /// The keys of a relationship that is needed: a list that cannot be read is an error.
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

    /// The same document in the name of its DID's other form, as it was asked for.
    pub(crate) fn in_the_name_of(&self, did: &DidUrl) -> Self {
        let renamed = |keys: &Keys| {
            let methods = keys.as_ref().map_err(Clone::clone)?;
            Ok(methods.iter().map(|method| Arc::new(method.in_the_name_of(did))).collect())
        };
        let services = self.services.iter().map(|service| service.in_the_name_of(&self.did, did));
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

    /// The agreement key of a did:key that is named by the Ed25519 key from which it is derived.
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

    /// The key of that id, if the relationship lists it.
    ///
    /// A key of a did:peer answers to its older names too, and to those under the other form of its DID.
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

/// The entries of a member: of a list, or the one that stands in its place; none where it is neither.
fn list<N: Node>(json: &N, name: &str, room: &mut Room) -> Result<Option<Vec<N>>> {
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
        for json in [json!(null), json!([]), json!({}), json!({"id": "bob"}), json!({"id": "did:a:b#c"})] {
            assert!(Document::parse(&json).is_err());
        }
    }

    #[test]
    fn a_list_that_cannot_be_read_harms_only_what_needs_it() {
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
    fn one_entry_may_stand_where_a_list_is_meant() {
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
    fn the_entries_of_a_document_are_bounded() {
        let of = |count: usize| json!({"id": "did:a:b", "authentication": vec!["#k"; count]});
        assert!(Document::read(&&of(10), 10).is_ok());
        assert!(matches!(Document::read(&&of(11), 10), Err(Error::MalformedDocument { .. })));
        let endpoint = json!({"uri": "https://a", "routingKeys": vec!["did:a:m#k"; 20]});
        let service = json!([{"type": "DIDCommMessaging", "serviceEndpoint": [endpoint]}]);
        assert!(Document::read(&&json!({"id": "did:a:b", "service": service}), 20).is_err());
    }

    #[test]
    fn services_take_the_name_of_the_other_form_of_their_did() {
        let service = json!([{"id": "#s", "type": "DIDCommMessaging", "serviceEndpoint": {"uri": "https://a"}},
                             {"id": "did:a:c#s", "type": "DIDCommMessaging", "serviceEndpoint": {"uri": "https://a"}}]);
        let document = Document::parse(&json!({"id": "did:a:long", "service": service})).unwrap();
        let renamed = document.in_the_name_of(&DidUrl::parse("did:a:short").unwrap());
        let ids: Vec<_> = renamed.services().iter().map(|service| service.id.as_str()).collect();
        assert_eq!(ids, ["did:a:short#s", "did:a:c#s"]);
    }
}
