//! DID documents without their DID, which is derived from the document (did:peer, numalgo 1 and 4).

use serde_json::{Map, Value, json};

use crate::error::{Error, Result};

/// The members of a DID document with keys.
const KEYS: [&str; 6] = [
    "verificationMethod",
    "authentication",
    "assertionMethod",
    "keyAgreement",
    "capabilityInvocation",
    "capabilityDelegation",
];

/// Refuses a document with its DID, or with absolute ids.
pub(super) fn check(document: &Value) -> Result<()> {
    let Value::Object(members) = document else {
        return Err(Error::misuse("`document` must be a JSON object"));
    };
    if members.contains_key("id") {
        return Err(Error::misuse("`document` must not have an `id`, because its DID is derived from it"));
    }
    for name in KEYS.iter().chain(&["service"]) {
        for entry in members.get(*name).and_then(Value::as_array).into_iter().flatten() {
            let id = entry.as_str().or_else(|| entry.get("id").and_then(Value::as_str));
            if id.is_some_and(|id| !id.starts_with('#')) {
                return Err(Error::misuse(format!(
                    "an id under `{name}` must be relative, with a leading #"
                )));
            }
        }
    }
    Ok(())
}

/// Gives services without an id the ids `#service`, `#service-1` and so on.
pub(super) fn identify_services(services: &[Value]) -> Result<Value> {
    let mut unnamed = 0_usize;
    let named = services.iter().map(|service| {
        let Value::Object(members) = service else {
            return Err(Error::misuse("a service must be a JSON object"));
        };
        let mut members = members.clone();
        if !members.contains_key("id") {
            let id = if unnamed == 0 { "#service".to_owned() } else { format!("#service-{unnamed}") };
            unnamed = unnamed.saturating_add(1);
            members.insert("id".to_owned(), Value::String(id));
        }
        Ok(Value::Object(members))
    });
    named.collect::<Result<Vec<_>>>().map(Value::Array)
}

/// Writes the DID into its document: as `id`, its other form in `alsoKnownAs`, and as controller of the keys.
pub(super) fn resolve(did: &str, other: Option<&str>, stored: Map<String, Value>) -> Result<Value> {
    let mut document = stored;
    document.insert("id".to_owned(), Value::String(did.to_owned()));
    if let Some(other) = other {
        match document.entry("alsoKnownAs").or_insert_with(|| json!([])) {
            Value::Array(names) => names.push(Value::String(other.to_owned())),
            _ => return Err(Error::malformed("did:peer document", "`alsoKnownAs` must be an array")),
        }
    }
    for name in KEYS {
        let Some(Value::Array(entries)) = document.get_mut(name) else { continue };
        for method in entries.iter_mut().filter_map(Value::as_object_mut) {
            let controller = method.entry("controller").or_insert_with(|| json!("#id"));
            // a reference to the member `id`, which is the DID itself
            if *controller == "#id" {
                *controller = Value::String(did.to_owned());
            }
        }
    }
    Ok(Value::Object(document))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn did_is_the_default_controller_of_keys() {
        let stored = json!({
            "alsoKnownAs": ["https://example.com"],
            "verificationMethod": [{"id": "#a"}, {"id": "#b", "controller": "did:example:other"}],
            "authentication": ["#a", {"id": "#c", "controller": "#id"}],
        });
        let resolved =
            resolve("did:a:long", Some("did:a:short"), stored.as_object().unwrap().clone()).unwrap();
        assert_eq!(
            resolved,
            json!({
                "id": "did:a:long",
                "alsoKnownAs": ["https://example.com", "did:a:short"],
                "verificationMethod": [
                    {"id": "#a", "controller": "did:a:long"},
                    {"id": "#b", "controller": "did:example:other"},
                ],
                "authentication": ["#a", {"id": "#c", "controller": "did:a:long"}],
            })
        );
    }

    #[test]
    fn document_that_contains_its_did_is_refused() {
        for document in [
            json!([]),
            json!({"id": "did:example:a"}),
            json!({"verificationMethod": [{"id": "did:example:a#key-1"}]}),
            json!({"authentication": ["did:example:a#key-1"]}),
            json!({"service": [{"id": "did:example:a#service"}]}),
        ] {
            assert!(matches!(check(&document), Err(Error::Misuse(_))), "{document}");
        }
        check(&json!({"verificationMethod": [{"id": "#a"}], "authentication": ["#a"], "service": [{}]}))
            .unwrap();
    }
}
