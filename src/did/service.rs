//! `DIDCommMessaging` services: where a party takes its messages.

use serde_json::Value;

use super::DidUrl;

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

    fn parse(entry: &Value, beside: &Value) -> Option<Self> {
        let (uri, members) = match entry {
            Value::String(uri) => (uri.as_str(), beside),
            _ => (entry.get("uri")?.as_str()?, entry),
        };
        if uri.is_empty() {
            return None;
        }
        let accept = match members.get("accept") {
            None | Some(Value::Null) => None,
            Some(accept) => Some(strings(accept)?),
        };
        let routing_keys = match members.get("routingKeys") {
            None | Some(Value::Null) => Vec::new(),
            Some(keys) => strings(keys)?,
        };
        // an empty list says no more than an absent one (spec-gaps 49)
        let accept = accept.filter(|profiles| !profiles.is_empty());
        Some(Self { uri: uri.to_owned(), accept, routing_keys })
    }
}

impl Service {
    /// Reads a service of the document of `did`; none where it is of another type or has no usable endpoint.
    ///
    /// Reads the object and array of v2.1, and the string of earlier drafts with `accept` beside it.
    pub(crate) fn parse(did: &DidUrl, service: &Value) -> Option<Self> {
        let is_didcomm = match service.get("type")? {
            Value::String(name) => name == SERVICE_TYPE,
            Value::Array(names) => names.iter().any(|name| name == SERVICE_TYPE),
            _ => false,
        };
        if !is_didcomm {
            return None;
        }
        let id = match service.get("id").and_then(Value::as_str) {
            Some(id) if id.starts_with('#') => format!("{}{id}", did.did()),
            Some(id) => id.to_owned(),
            None => String::new(),
        };
        let endpoints: Vec<_> = match service.get("serviceEndpoint")? {
            Value::Array(entries) => {
                entries.iter().filter_map(|entry| Endpoint::parse(entry, service)).collect()
            }
            entry => Endpoint::parse(entry, service).into_iter().collect(),
        };
        if endpoints.is_empty() { None } else { Some(Self { id, endpoints }) }
    }
}

fn strings(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|entry| entry.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(service: &Value) -> Option<Service> {
        Service::parse(&DidUrl::parse("did:example:bob").unwrap(), service)
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
