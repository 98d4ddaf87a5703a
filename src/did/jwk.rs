//! did:jwk: a DID that consists of one public key, as a JWK.

use serde_json::{Map, Value, json};

use super::DidUrl;
use crate::base64url;
use crate::error::{Error, Result};
use crate::json;
use crate::keys::{PRIVATE_MEMBERS, PublicKey};

/// The prefix of this method's DIDs.
const PREFIX: &str = "did:jwk:";

/// Creates the DID of a public key, with the key's use if its curve allows only one.
pub fn create(key: &PublicKey) -> Result<DidUrl> {
    let mut jwk = key.to_jwk();
    let usage = match (key.curve().can_agree(), key.curve().can_sign()) {
        (true, false) => Some("enc"),
        (false, true) => Some("sig"),
        _ => None,
    };
    if let Some(usage) = usage {
        jwk.insert("use".to_owned(), Value::from(usage));
    }
    DidUrl::parse(&format!("{PREFIX}{}", base64url::encode(Value::Object(jwk).to_string())))
}

/// The kid of its key.
pub fn kid(did: &DidUrl) -> DidUrl {
    did.with_fragment("0")
}

/// The DID document of a did:jwk: one key, `#0`, in every relationship that `use` and its curve allow.
pub fn resolve(did: &DidUrl) -> Result<Value> {
    let malformed = |reason: &str| Error::malformed("did:jwk", reason);
    let did = did.did();
    let encoded = did.strip_prefix(PREFIX).ok_or_else(|| malformed("must be a did:jwk"))?;
    let bytes = base64url::decode(encoded, "did:jwk")?;
    let Value::Object(jwk) = json::value_of_bytes(&bytes, "did:jwk")? else {
        return Err(malformed("the JWK must be a JSON object"));
    };
    if PRIVATE_MEMBERS.iter().any(|name| jwk.get(*name).is_some_and(|member| !member.is_null())) {
        return Err(malformed("the JWK must not contain a private key"));
    }
    let (agrees, signs) = purposes(&jwk)?;
    let kid = format!("{did}#0");
    let mut document = Map::new();
    document.insert(
        "@context".to_owned(),
        json!(["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"]),
    );
    document.insert("id".to_owned(), Value::from(did));
    let method = json!({"id": kid, "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": jwk});
    document.insert("verificationMethod".to_owned(), json!([method]));
    let signing = super::key::SIGNING.iter().filter(|_| signs);
    for name in signing.chain(["keyAgreement"].iter().filter(|_| agrees)) {
        document.insert((*name).to_owned(), json!([kid]));
    }
    Ok(Value::Object(document))
}

/// Whether the key is for key agreement, and whether for signatures.
fn purposes(jwk: &Map<String, Value>) -> Result<(bool, bool)> {
    let (agrees, signs) = match PublicKey::from_jwk(&Value::Object(jwk.clone())) {
        Ok(key) => (key.curve().can_agree(), key.curve().can_sign()),
        // an unsupported key is listed too: its owner may use it with other software
        Err(Error::Unsupported { .. }) => (true, true),
        Err(error) => return Err(error),
    };
    Ok(match jwk.get("use").and_then(Value::as_str) {
        Some("enc") => (agrees, false),
        Some("sig") => (false, signs),
        _ => (agrees, signs),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::did::{Document, Relationship};

    /// The method specification's X25519 example.
    const X25519: &str = "did:jwk:eyJrdHkiOiJPS1AiLCJjcnYiOiJYMjU1MTkiLCJ1c2UiOiJlbmMiLCJ4IjoiM3A3YmZYdDl3YlRUVzJIQzdPUTFOei1EUThoYmVHZE5yZngtRkctSUswOCJ9";

    fn did(text: &str) -> DidUrl {
        DidUrl::parse(text).unwrap()
    }

    fn of(jwk: &Value) -> DidUrl {
        did(&format!("{PREFIX}{}", base64url::encode(jwk.to_string())))
    }

    fn relationships(jwk: &Value) -> Vec<String> {
        let document = resolve(&of(jwk)).unwrap();
        let names = document.as_object().unwrap().keys().skip(3).cloned();
        names.collect()
    }

    // DID-20
    #[test]
    fn example_of_the_method_specification_resolves() {
        let json = resolve(&did(X25519)).unwrap();
        assert_eq!(json["verificationMethod"][0]["type"], "JsonWebKey2020");
        let document = Document::parse(&json).unwrap();
        let [key] = document.keys(Relationship::KeyAgreement) else { panic!() };
        assert_eq!(key.kid().as_str(), format!("{X25519}#0"));
        assert_eq!(key.key().unwrap().to_jwk()["x"], "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08");
        assert!(document.keys(Relationship::Authentication).is_empty());
    }

    #[test]
    fn relationships_follow_use_and_curve() {
        let okp = |crv: &str, usage: Value| {
            let x = "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08";
            json!({"kty": "OKP", "crv": crv, "x": x, "use": usage})
        };
        assert_eq!(relationships(&okp("X25519", json!(null))), ["keyAgreement"]);
        assert!(relationships(&okp("X25519", json!("sig"))).is_empty());
        let rsa = |usage: &str| json!({"kty": "RSA", "n": "AQAB", "e": "AQAB", "use": usage});
        assert_eq!(relationships(&rsa("")).len(), 5);
        assert_eq!(relationships(&rsa("sig")), super::super::key::SIGNING);
        assert_eq!(relationships(&rsa("enc")), ["keyAgreement"]);
    }

    #[test]
    fn created_did_resolves_to_its_key() {
        let document = Document::parse(&resolve(&did(X25519)).unwrap()).unwrap();
        let key = document.keys(Relationship::KeyAgreement)[0].key().unwrap();
        let again = Document::parse(&resolve(&create(key).unwrap()).unwrap()).unwrap();
        assert_eq!(again.keys(Relationship::KeyAgreement)[0].key().unwrap(), key);
    }

    #[test]
    fn invalid_public_keys_are_refused() {
        for text in ["did:jwk:e", "did:jwk:W10", "did:jwk:e30", "did:jwk:===", "did:key:z"] {
            assert!(resolve(&did(text)).is_err(), "{text}");
        }
        let x = "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08";
        for jwk in [
            json!({"kty": "OKP", "crv": "X25519", "x": x, "d": x}),
            json!({"kty": "RSA", "n": "AQAB", "e": "AQAB", "p": "AQ"}),
            json!({"kty": "oct", "k": x}),
            json!({"kty": "OKP", "crv": "X25519", "x": "AA"}),
        ] {
            assert!(resolve(&of(&jwk)).is_err(), "{jwk}");
        }
    }
}
