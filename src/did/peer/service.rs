//! Services in a did:peer:2: base64url of JSON with abbreviated names.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::base64url;
use crate::did::service::has_uri_characters;
use crate::error::{Error, Result};
use crate::json;

/// The abbreviations of the method, with their full names.
const NAMES: [(&str, &str); 4] =
    [("t", "type"), ("s", "serviceEndpoint"), ("r", "routingKeys"), ("a", "accept")];
/// The accepted names of each member, including the spelling in snake case.
const SPELLINGS: [&[&str]; 4] = [
    &["t", "type"],
    &["s", "serviceEndpoint", "service_endpoint"],
    &["r", "routingKeys", "routing_keys"],
    &["a", "accept"],
];
const TYPES: [(&str, &str); 1] = [("dm", "DIDCommMessaging")];

/// Encodes a service as an element of the DID, and an array of services as one element, as in older DIDs.
pub(super) fn encode(service: &Value) -> Result<String> {
    let several = service.as_array().is_some_and(|services| services.iter().all(Value::is_object));
    if !service.is_object() && !several {
        return Err(Error::misuse("a service must be a JSON object"));
    }
    Ok(base64url::encode(rename(service, &NAMES.map(swap), &TYPES.map(swap)).to_string()))
}

/// Refuses services with the same id, and a DIDComm service with an endpoint without a scheme, which is unreachable.
pub(super) fn check_written(services: &[Value]) -> Result<()> {
    let members = |value: &Value, name: &str| value.get(name).cloned().unwrap_or_default();
    let all = services.iter().flat_map(|service| match service {
        Value::Array(services) => services.iter().collect::<Vec<_>>(),
        service => vec![service],
    });
    let mut ids = HashSet::new();
    let id = |service: &Value| service.get("id").and_then(Value::as_str).map(str::to_owned);
    // `#a` and `a` are one id in a did:peer:2
    if !all.clone().filter_map(id).all(|id| ids.insert(id.trim_start_matches('#').to_owned())) {
        return Err(Error::misuse("the `id` of services must be unique: give each its own, or none"));
    }
    for service in all.filter(|service| members(service, "type") == "DIDCommMessaging") {
        let endpoints = match members(service, "serviceEndpoint") {
            Value::Array(endpoints) => endpoints,
            endpoint => vec![endpoint],
        };
        for endpoint in endpoints {
            let uri = if endpoint.is_object() { members(&endpoint, "uri") } else { endpoint };
            if let Some(uri) = uri.as_str().filter(|uri| !has_scheme(uri)) {
                let reason = "`uri` of an endpoint must have a scheme, such as https:, got a str of";
                return Err(Error::misuse(format!("{reason} {} characters", uri.chars().count())));
            }
            if !uri.as_str().is_none_or(has_uri_characters) {
                return Err(Error::misuse(
                    "`uri` of an endpoint must have no white space and no control characters",
                ));
            }
        }
    }
    Ok(())
}

/// Whether the text begins with a scheme (RFC 3986 3.1), as opposed to a host and port.
fn has_scheme(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once(':') else { return false };
    let begins = scheme.starts_with(|letter: char| letter.is_ascii_alphabetic());
    let letters = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-".contains(&byte));
    begins && letters && !rest.is_empty() && !rest.starts_with(|letter: char| letter.is_ascii_digit())
}

/// Decodes the services of one element: an object, or an array of them in older DIDs.
pub(super) fn decode(encoded: &str) -> Result<Vec<Value>> {
    let malformed = || Error::malformed("did:peer service", "not base64url of a JSON object");
    // older DIDs are padded, and some use the alphabet of plain base64
    let text = encoded.trim_end_matches('=').replace('+', "-");
    let bytes = base64url::decode(&text, "did:peer service").map_err(|_| malformed())?;
    let services = match json::value_of_bytes(&bytes, "did:peer service")? {
        Value::Array(services) => services,
        service => vec![service],
    };
    if services.iter().all(Value::is_object) {
        let renamed = services.iter().map(|service| {
            refuse_repeated_members(service)?;
            Ok(rename(service, &NAMES, &TYPES))
        });
        renamed.collect()
    } else {
        Err(malformed())
    }
}

/// Gives services without an id the ids `#service`, `#service-1` and so on, and makes relative ids absolute.
pub(super) fn identify(did: &str, services: Vec<Value>) -> Vec<Value> {
    let mut unnamed = 0_usize;
    let mut next = || {
        let id = if unnamed == 0 { format!("{did}#service") } else { format!("{did}#service-{unnamed}") };
        unnamed = unnamed.saturating_add(1);
        id
    };
    let objects = services.into_iter().filter_map(|service| match service {
        Value::Object(members) => Some(members),
        _ => None,
    });
    let identified = objects.map(|mut service| {
        let id = match service.get("id").and_then(Value::as_str) {
            Some(id) if id.starts_with("did:") => id.to_owned(),
            Some(id) => format!("{did}#{}", id.trim_start_matches('#')),
            None => next(),
        };
        let mut identified = Map::new();
        identified.insert("id".to_owned(), Value::String(id));
        service.shift_remove("id");
        identified.extend(service);
        Value::Object(identified)
    });
    identified.collect()
}

/// Refuses a service, or an endpoint in it, with one member under two names.
fn refuse_repeated_members(value: &Value) -> Result<()> {
    match value {
        Value::Array(entries) => entries.iter().try_for_each(refuse_repeated_members),
        Value::Object(members) => {
            let spelled_twice = |spellings: &[&str]| {
                spellings.iter().filter(|spelling| members.contains_key(**spelling)).count() > 1
            };
            match SPELLINGS.iter().find(|spellings| spelled_twice(spellings)) {
                Some(spellings) => {
                    let reason = format!("must have only one of the members {}", spellings.join(", "));
                    Err(Error::malformed("did:peer service", reason))
                }
                None => members.values().try_for_each(refuse_repeated_members),
            }
        }
        _ => Ok(()),
    }
}

fn swap<'a>((short, long): (&'a str, &'a str)) -> (&'a str, &'a str) {
    (long, short)
}

/// Renames the members of a service and of the endpoint objects in it.
fn rename(value: &Value, names: &[(&str, &str)], types: &[(&str, &str)]) -> Value {
    let other = |name: &str, table: &[(&str, &str)]| {
        let found = table.iter().find(|(from, _)| *from == name);
        found.map_or_else(|| name.to_owned(), |(_, to)| (*to).to_owned())
    };
    match value {
        Value::Array(entries) => entries.iter().map(|entry| rename(entry, names, types)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| {
                let is_type = name == "t" || name == "type";
                let member = match member.as_str() {
                    Some(text) if is_type => Value::String(other(text, types)),
                    _ => rename(member, names, types),
                };
                (other(name, names), member)
            })
            .collect::<Map<_, _>>()
            .into(),
        plain => plain.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn service_is_unchanged_by_abbreviation_and_expansion() {
        let service = json!({"type": "DIDCommMessaging", "serviceEndpoint": {
            "uri": "http://example.com/didcomm?a~b", "accept": ["didcomm/v2"], "routingKeys": ["did:example:m#k"]}});
        let encoded = encode(&service).unwrap();
        let text = String::from_utf8(base64url::decode(&encoded, "").unwrap()).unwrap();
        assert!(text.starts_with(r#"{"t":"dm","s":{"uri":"#), "{text}");
        assert_eq!(decode(&encoded).unwrap(), [service]);
    }

    #[test]
    fn only_the_type_value_is_abbreviated() {
        let service = json!({"type": "DIDCommMessaging", "serviceEndpoint": "DIDCommMessaging", "name": "t"});
        let encoded = encode(&service).unwrap();
        let text = String::from_utf8(base64url::decode(&encoded, "").unwrap()).unwrap();
        assert_eq!(text, r#"{"t":"dm","s":"DIDCommMessaging","name":"t"}"#);
        assert_eq!(decode(&encoded).unwrap(), [service]);
    }

    // the form that the library peerdid writes
    #[test]
    fn several_services_in_one_element_round_trip() {
        let services =
            json!([{"type": "DIDCommMessaging", "serviceEndpoint": "https://a"}, {"type": "example"}]);
        let encoded = encode(&services).unwrap();
        let text = String::from_utf8(base64url::decode(&encoded, "").unwrap()).unwrap();
        assert_eq!(text, r#"[{"t":"dm","s":"https://a"},{"t":"example"}]"#);
        assert_eq!(Value::from(decode(&encoded).unwrap()), services);
        assert!(encode(&json!([{}, 1])).is_err());
    }

    #[test]
    fn endpoint_without_a_scheme_is_refused() {
        let check = |uri: &str| {
            let service = json!({"type": "DIDCommMessaging", "serviceEndpoint": {"uri": uri}});
            let bare = json!({"type": "DIDCommMessaging", "serviceEndpoint": uri});
            let listed = json!({"type": "DIDCommMessaging", "serviceEndpoint": [{"uri": uri}]});
            [service, bare, listed].map(|service| check_written(&[service]).is_ok())
        };
        for uri in ["https://a.example", "wss://a", "did:example:m", "didcomm:transport/queue", "x+y-z:a"] {
            assert_eq!(check(uri), [true; 3], "{uri}");
        }
        assert_eq!(check("https://a.example/\r\nb: c"), [false; 3]);
        for uri in ["a.example", "a.example:8080/x", "localhost:8080", "//a.example", "", "1a:b", "https:"] {
            assert_eq!(check(uri), [false; 3], "{uri}");
        }
        assert!(check_written(&[json!({"type": "Other", "serviceEndpoint": "a.example"})]).is_ok());
    }

    // did:peer, method 2: only services without an id are counted
    #[test]
    fn only_services_without_an_id_are_counted() {
        let did = "did:example:a";
        let identified =
            identify(did, vec![json!({"id": "#mine"}), json!({}), json!({"id": "x"}), json!({})]);
        let ids: Vec<_> = identified.iter().map(|service| service["id"].as_str().unwrap()).collect();
        let expected = ["mine", "service", "x", "service-1"].map(|name| format!("did:example:a#{name}"));
        assert_eq!(ids, expected);
    }

    // the example of the method specification
    #[test]
    fn example_of_the_method_specification_is_read() {
        let encoded = "eyJ0IjoiZG0iLCJzIjp7InVyaSI6Imh0dHA6Ly9leGFtcGxlLmNvbS9kaWRjb21tIiwiYSI6WyJkaWRjb21tL3YyIl0sInIiOlsiZGlkOmV4YW1wbGU6MTIzNDU2Nzg5YWJjZGVmZ2hpI2tleS0xIl19fQ";
        assert_eq!(
            decode(encoded).unwrap(),
            [json!({"type": "DIDCommMessaging", "serviceEndpoint": {"uri": "http://example.com/didcomm",
                    "accept": ["didcomm/v2"], "routingKeys": ["did:example:123456789abcdefghi#key-1"]}})]
        );
    }
}
