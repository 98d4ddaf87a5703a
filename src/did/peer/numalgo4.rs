//! did:peer, numalgo 4: the long form contains a DID document, the short form is its hash.

use multibase::Base;
use serde_json::{Map, Value, json};
use ssi_multicodec::{JSON, MultiEncoded, MultiEncodedBuf};

use super::elements::Purpose;
use super::{base58, service, stored_document};
use crate::did::DidUrl;
use crate::did_url::short_form::{self, NUMALGO4};
use crate::error::{Error, Result};
use crate::json;
use crate::keys::PublicKey;
use crate::multihash::sha2_256;

/// Creates the long form from an input document: a DID document without `id`, whose ids are relative.
pub fn create(document: &Value) -> Result<DidUrl> {
    stored_document::check(document)?;
    let encoded = MultiEncodedBuf::encode_bytes(JSON, document.to_string().as_bytes());
    let encoded = multibase::encode(Base::Base58Btc, encoded);
    let did = format!("{NUMALGO4}{}:{encoded}", sha2_256(&encoded));
    DidUrl::parse(&did).map_err(|_| Error::misuse("`document` is too long for a DID"))
}

/// Creates an input document of these keys and services; the keys are `#key-1`, `#key-2` and so on, in this order.
pub fn input_document(keys: &[(Purpose, PublicKey)], services: &[Value]) -> Result<Value> {
    Purpose::check(keys)?;
    service::check_written(services)?;
    let mut document = Map::new();
    let context = json!(["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]);
    document.insert("@context".to_owned(), context);
    let methods = (1_usize..).zip(keys).map(|(place, (_, key))| {
        json!({"id": format!("#key-{place}"), "type": "Multikey", "publicKeyMultibase": key.to_multikey()})
    });
    document.insert("verificationMethod".to_owned(), methods.collect());
    for (place, (purpose, _)) in (1_usize..).zip(keys) {
        let listed = document.entry(purpose.relationship()).or_insert_with(|| json!([]));
        if let Value::Array(kids) = listed {
            kids.push(Value::String(format!("#key-{place}")));
        }
    }
    if !services.is_empty() {
        document.insert("service".to_owned(), stored_document::identify_services(services)?);
    }
    Ok(Value::Object(document))
}

/// Whether the DID has the shape of a short form.
pub(super) fn is_short(did: &str) -> bool {
    did.strip_prefix(NUMALGO4).is_some_and(|hash| hash.starts_with('z') && !hash.contains(':'))
}

/// The DID document in a long form, with the long form as its id.
pub(super) fn resolve(did: &DidUrl) -> Result<Value> {
    let short = verify_hash(did.did())?;
    stored_document::resolve(did.did(), Some(short), decode(did.did())?)
}

/// The DID document in a long form, with the short form as its id.
pub(super) fn resolve_short(did: &DidUrl, long: &str) -> Result<Value> {
    if verify_hash(long)? != did.did() {
        return Err(Error::malformed("did:peer", "the DID is not the short form of this long form"));
    }
    stored_document::resolve(did.did(), Some(long), decode(long)?)
}

fn verify_hash(did: &str) -> Result<&str> {
    if short_form::split_numalgo4(did).is_none() {
        return Err(Error::malformed("did:peer", "must be the long form of a did:peer:4"));
    }
    short_form::numalgo4(did)
        .ok_or_else(|| Error::malformed("did:peer", "the hash does not match the document"))
}

fn decode(did: &str) -> Result<Map<String, Value>> {
    let malformed = |reason: &str| Error::malformed("did:peer document", reason);
    let (_, encoded) = short_form::split_numalgo4(did).ok_or_else(|| malformed("missing"))?;
    let bytes = base58::decode(encoded).ok_or_else(|| malformed("not decodable as base58btc"))?;
    match MultiEncoded::new(&bytes).map(MultiEncoded::parts) {
        Ok((JSON, text)) => match json::value_of_bytes(text, "did:peer document")? {
            Value::Object(document) => Ok(document),
            _ => Err(malformed("must be a JSON object")),
        },
        _ => Err(malformed("not marked as JSON")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The method specification's smallest example.
    const HELLO: &str =
        "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M:zQSJgiFTYiCHjQ9MktwNThRXM7a";
    const HELLO_SHORT: &str = "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M";

    fn did(text: &str) -> DidUrl {
        DidUrl::parse(text).unwrap()
    }

    #[test]
    fn example_of_the_method_specification_is_created_and_resolved() {
        assert_eq!(create(&json!({"hello": "world"})).unwrap().as_str(), HELLO);
        let long = json!({"id": HELLO, "alsoKnownAs": [HELLO_SHORT], "hello": "world"});
        assert_eq!(resolve(&did(HELLO)).unwrap(), long);
        let short = json!({"id": HELLO_SHORT, "alsoKnownAs": [HELLO], "hello": "world"});
        assert_eq!(resolve_short(&did(HELLO_SHORT), HELLO).unwrap(), short);
        assert_eq!(short_form::numalgo4(HELLO), Some(HELLO_SHORT));
    }

    #[test]
    fn document_with_another_hash_is_refused() {
        for broken in [
            HELLO.replace("zQSJ", "zQSK"),
            HELLO.replace("zQmb", "zQma"),
            HELLO.replace(":zQSJ", ":uQSJ"),
            HELLO_SHORT.to_owned(),
            format!("{NUMALGO4}:{}", "zQSJgiFTYiCHjQ9MktwNThRXM7a"),
            format!("{HELLO}:zQSJ"),
        ] {
            assert!(resolve(&did(&broken)).is_err(), "{broken}");
            assert_eq!(short_form::numalgo4(&broken), None, "{broken}");
        }
        assert!(resolve_short(&did(&HELLO_SHORT.replace("zQmb", "zQma")), HELLO).is_err());
    }

    #[test]
    fn invalid_document_with_the_right_hash_is_refused() {
        let json = |text: &str| MultiEncodedBuf::encode_bytes(JSON, text.as_bytes()).into_bytes();
        for encoded in [
            multibase::encode(Base::Base58Btc, json("[]")),
            multibase::encode(Base::Base58Btc, json("{")),
            multibase::encode(Base::Base58Btc, "{}"),
            multibase::encode(Base::Base64Url, json("{}")),
            "z0".to_owned(),
            "z".to_owned(),
        ] {
            let text = format!("{NUMALGO4}{}:{encoded}", sha2_256(&encoded));
            assert!(short_form::numalgo4(&text).is_some(), "{text}");
            assert!(resolve(&did(&text)).is_err(), "{text}");
        }
    }
}
