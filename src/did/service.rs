//! `DIDCommMessaging` services: where a party takes its messages.

use std::borrow::Cow;

use super::DidUrl;
use super::node::Node;

/// The service type that DIDComm Messaging defines.
const SERVICE_TYPE: &str = "DIDCommMessaging";

/// A service of type `DIDCommMessaging`, its endpoints in the owner's order of preference.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Service {
    /// The absolute id of the service.
    pub id: String,
    /// At least one endpoint.
    pub endpoints: Vec<Endpoint>,
}

/// One place that takes messages.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoint {
    /// A URI of some transport, or the DID of a mediator.
    pub uri: String,
    /// The profiles taken, in order of preference; none where the document does not say.
    pub accept: Option<Vec<String>>,
    /// The keys to wrap for, the outermost layer first.
    pub routing_keys: Vec<String>,
}

impl Endpoint {
    /// Whether a message can be handed to the uri as it is, without a forward for a mediator.
    pub fn is_direct(&self) -> bool {
        self.routing_keys.is_empty() && !self.uri.starts_with("did:")
    }

    fn parse<N: Node>(entry: &N, beside: &N) -> Option<Self> {
        let uri = match entry.text() {
            Some(uri) => uri.into_owned(),
            None => entry.member_text("uri")?,
        };
        let members = if entry.text().is_some() { beside } else { entry };
        if uri.is_empty() {
            return None;
        }
        let list = |name: &str| match members.member(name) {
            Some(list) if !list.is_null() => texts(&list).map(Some),
            _ => Some(None),
        };
        // an empty list of profiles says no more than an absent one (spec-gaps 49)
        let accept = list("accept")?.filter(|profiles| !profiles.is_empty());
        Some(Self { uri, accept, routing_keys: list("routingKeys")?.unwrap_or_default() })
    }
}

impl Service {
    /// Reads a service of the document of `did`; none where it is of another type or has no usable endpoint.
    ///
    /// Reads the object and array of v2.1, and the string of earlier drafts with `accept` beside it.
    pub(super) fn parse<N: Node>(did: &DidUrl, service: &N) -> Option<Self> {
        let kind = service.member("type")?;
        let kinds = kind.entries().unwrap_or_default();
        if !kinds.iter().chain([&kind]).any(|kind| kind.text().is_some_and(|name| name == SERVICE_TYPE)) {
            return None;
        }
        let id = match service.member_text("id") {
            Some(id) if id.starts_with('#') => format!("{}{id}", did.did()),
            id => id.unwrap_or_default(),
        };
        let endpoint = service.member("serviceEndpoint")?;
        let entries = endpoint.entries().unwrap_or_else(|| vec![endpoint]);
        let endpoints: Vec<_> = entries.iter().filter_map(|entry| Endpoint::parse(entry, service)).collect();
        if endpoints.is_empty() { None } else { Some(Self { id, endpoints }) }
    }
}

fn texts<N: Node>(list: &N) -> Option<Vec<String>> {
    list.entries()?.iter().map(|entry| entry.text().map(Cow::into_owned)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn parse(service: &Value) -> Option<Service> {
        Service::parse(&DidUrl::parse("did:example:bob").unwrap(), &service)
    }

    #[test]
    fn object_array_and_string_endpoints_mean_the_same() {
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
    fn what_is_no_didcomm_service_is_passed_over() {
        for service in [
            json!({"id": "#d", "type": "LinkedDomains", "serviceEndpoint": "https://example.com"}),
            json!({"id": "#d", "type": "DIDCommMessaging", "serviceEndpoint": {"uri": 1}}),
            json!({"id": "#d", "type": "DIDCommMessaging", "serviceEndpoint": {"uri": "https://a", "routingKeys": "k"}}),
            json!({"id": "#d", "type": "DIDCommMessaging", "serviceEndpoint": []}),
            json!({"id": "#d", "type": "DIDCommMessaging"}),
            json!([]),
        ] {
            assert_eq!(parse(&service), None, "{service}");
        }
    }
}
