//! `DIDCommMessaging` services: the endpoints of a DID.

use super::DidUrl;
use super::room::Room;
use crate::error::{Error, Result};
use crate::json::Node;

/// The service type of DIDComm Messaging.
const SERVICE_TYPE: &str = "DIDCommMessaging";

/// The member names of routing keys: as in the specification, and in snake case.
const ROUTING_KEYS: [&str; 2] = ["routingKeys", "routing_keys"];

/// A service of type `DIDCommMessaging`, its endpoints in the owner's order of preference.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Service {
    /// The absolute id of the service.
    pub id: String,
    /// At least one endpoint.
    pub endpoints: Vec<Endpoint>,
}

/// One endpoint of a service.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Endpoint {
    /// A transport URI, or the DID of a mediator.
    pub uri: String,
    /// The accepted profiles, in order of preference; `None` if the document lists none.
    pub accept: Option<Vec<String>>,
    /// The routing keys, the outermost layer first.
    pub routing_keys: Vec<String>,
}

/// The usable endpoints of a service, and the error of the first endpoint with unreadable routing, which is skipped.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) service: Option<Service>,
    pub(super) routing_fault: Option<String>,
}

impl Endpoint {
    /// Whether a message can be sent to the URI without a forward.
    pub fn is_direct(&self) -> bool {
        self.routing_keys.is_empty() && !self.uri.starts_with("did:")
    }

    /// Reads one entry of `serviceEndpoint`; an unusable entry is an error.
    fn parse<N: Node>(entry: &N, service: &N, room: &mut Room) -> Result<Self, Fault> {
        let is_bare = entry.text().is_some();
        let uri = match entry.text() {
            Some(uri) => uri.into_owned(),
            None => entry.member_text("uri").ok_or(Fault::Unusable)?,
        };
        if uri.is_empty() || !has_uri_characters(&uri) {
            return Err(Fault::Unusable);
        }
        let members = if is_bare { service } else { entry };
        refuse_other_routing(entry, room)?;
        let keys = read_routing_keys(members, room)?;
        if !is_bare && read_routing_keys(service, room)?.is_some_and(|outer| keys.as_ref() != Some(&outer)) {
            return Err(Fault::Routing("`routingKeys` must be a member of the endpoint".to_owned()));
        }
        let accept = match members.member("accept").filter(|list| !list.is_null()) {
            Some(list) => Some(room.texts(&list)?.ok_or(Fault::Unusable)?),
            None => None,
        };
        // an empty list of profiles means the same as an absent one
        let accept = accept.filter(|profiles| !profiles.is_empty());
        Ok(Self { uri, accept, routing_keys: keys.unwrap_or_default() })
    }
}

/// Whether each character is allowed in a URI or an IRI: a line break would inject a header into the HTTP request.
///
/// RFC 3986 has ASCII only; RFC 3987 2.2 and 4.1 add letters, and neither control characters, white space nor bidi
/// formatting.
pub(super) fn has_uri_characters(uri: &str) -> bool {
    let formats = |letter| matches!(letter, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    !uri.chars().any(|letter| letter.is_control() || letter.is_whitespace() || formats(letter))
}

/// Reads the routing keys under either name; `None` if neither is present.
fn read_routing_keys<N: Node>(members: &N, room: &mut Room) -> Result<Option<Vec<String>>, Fault> {
    let mut found: Option<Vec<String>> = None;
    for name in ROUTING_KEYS {
        let Some(list) = members.member(name).filter(|list| !list.is_null()) else { continue };
        let keys = room.texts(&list)?.ok_or(Fault::Unusable)?;
        if found.as_ref().is_some_and(|other| *other != keys) {
            return Err(Fault::Routing("`routingKeys` and `routing_keys` differ".to_owned()));
        }
        found = Some(keys);
    }
    Ok(found.filter(|keys| !keys.is_empty()))
}

/// Refuses members that may be misspelled routing keys: an endpoint is never used without the routing that its owner
/// requires.
fn refuse_other_routing<N: Node>(object: &N, room: &mut Room) -> Result<(), Fault> {
    let looks_like_routing = |name: &&String| {
        let letters: String = name.chars().filter(|letter| letter.is_alphanumeric()).take(4).collect();
        letters.eq_ignore_ascii_case("rout") && !ROUTING_KEYS.contains(&name.as_str())
    };
    match room.names(object)?.iter().find(looks_like_routing) {
        None => Ok(()),
        Some(name) => Err(Fault::Routing(format!(
            "unknown member `{name}`: the member for routing keys is `routingKeys`"
        ))),
    }
}

impl Service {
    /// Reads a service of the document of `did`; empty for a service of another type.
    ///
    /// Reads the object and array of v2.1, and the string of earlier drafts with `accept` in the service.
    pub(super) fn parse<N: Node>(did: &DidUrl, service: &N, room: &mut Room) -> Result<Found> {
        let Some(kind) = service.member("type") else { return Ok(Found::default()) };
        let kinds = room.entries(&kind)?.unwrap_or_default();
        if !kinds.iter().chain([&kind]).any(|kind| kind.text().is_some_and(|name| name == SERVICE_TYPE)) {
            return Ok(Found::default());
        }
        let id = match service.member_text("id") {
            Some(id) if id.starts_with('#') => format!("{}{id}", did.did()),
            id => id.unwrap_or_default(),
        };
        let Some(endpoint) = service.member("serviceEndpoint") else { return Ok(Found::default()) };
        let entries = room.entries(&endpoint)?.unwrap_or_else(|| vec![endpoint]);
        let mut found = Found::default();
        let mut endpoints = Vec::new();
        let of_service = refuse_other_routing(service, room);
        for entry in &entries {
            let read = of_service.clone().and_then(|()| Endpoint::parse(entry, service, room));
            match read {
                Ok(endpoint) => endpoints.push(endpoint),
                Err(Fault::Unusable) => {}
                Err(Fault::Routing(reason)) => {
                    found
                        .routing_fault
                        .get_or_insert_with(|| format!("an endpoint of the service {id}: {reason}"));
                }
                Err(Fault::Error(error)) => return Err(error),
            }
        }
        found.service = (!endpoints.is_empty()).then_some(Self { id, endpoints });
        Ok(found)
    }

    /// Rewrites the service for the other form of its DID.
    pub(super) fn with_did(&self, before: &DidUrl, did: &DidUrl) -> Self {
        let fragment = self.id.strip_prefix(before.did()).filter(|rest| rest.starts_with('#'));
        let id = fragment.map_or_else(|| self.id.clone(), |fragment| format!("{}{fragment}", did.did()));
        Self { id, endpoints: self.endpoints.clone() }
    }
}

/// The reason why an endpoint is skipped.
#[derive(Clone)]
enum Fault {
    /// The endpoint is unusable.
    Unusable,
    /// Its routing is unreadable, so a message to it could be sent unwrapped.
    Routing(String),
    /// The document is too large.
    Error(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn parse(service: &Value) -> Option<Service> {
        let (did, mut room) = (DidUrl::parse("did:example:bob").unwrap(), Room::new("did:example:bob", 100));
        Service::parse(&did, &service, &mut room).unwrap().service
    }

    #[test]
    fn object_array_and_string_endpoints_are_equivalent() {
        let endpoint =
            json!({"uri": "https://example.com", "accept": ["didcomm/v2"], "routingKeys": ["did:a:m#k"]});
        let object =
            parse(&json!({"id": "#d", "type": "DIDCommMessaging", "serviceEndpoint": endpoint})).unwrap();
        let array = parse(
            &json!({"id": "did:example:bob#d", "type": ["X", "DIDCommMessaging"], "serviceEndpoint": [endpoint]}),
        );
        let string =
            parse(&json!({"id": "#d", "type": "DIDCommMessaging", "serviceEndpoint": "https://example.com",
                                   "accept": ["didcomm/v2"], "routingKeys": ["did:a:m#k"]}));
        assert_eq!(object.id, "did:example:bob#d");
        assert_eq!(array.unwrap().endpoints, object.endpoints);
        assert_eq!(string.unwrap().endpoints, object.endpoints);
    }

    #[test]
    fn other_services_are_ignored() {
        for service in [
            json!({"id": "#d", "type": "LinkedDomains", "serviceEndpoint": "https://example.com"}),
            json!({"id": "#d", "type": "DIDCommMessaging", "serviceEndpoint": {"uri": 1}}),
            json!({"id": "#d", "type": "DIDCommMessaging", "serviceEndpoint": {"uri": "https://a", "routingKeys": "k"}}),
            json!({"id": "#d", "type": "DIDCommMessaging", "serviceEndpoint": {"uri": "https://a\r\nb: c"}}),
            json!({"id": "#d", "type": "DIDCommMessaging", "serviceEndpoint": []}),
            json!({"id": "#d", "type": "DIDCommMessaging"}),
            json!([]),
        ] {
            assert_eq!(parse(&service), None, "{service}");
        }
    }
}
