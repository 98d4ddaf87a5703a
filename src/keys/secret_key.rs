//! Local secret keys: parsed once, zeroed on drop, never printed.

use std::fmt::{Debug, Formatter};

use serde_json::{Map, Value};
use zeroize::Zeroize;

use super::jwk::Jwk;
use super::multikey;
use super::{Curve, PrivateKey, PublicKey, curve_of_suite, secret_kid};
use crate::base64url;
use crate::crypto::random_bytes::Draw;
use crate::did_url::DidUrl;
use crate::error::{Error, Result};
use crate::json;

/// A secret key, with the kid of its public key in DID documents.
#[derive(Clone)]
pub struct SecretKey {
    kid: DidUrl,
    kind: PrivateKey,
}

impl SecretKey {
    /// Generates a key on the curve; `draw` fills its argument with random bytes.
    pub fn generate(kid: DidUrl, curve: Curve, draw: Draw<'_>) -> Result<Self> {
        Ok(Self { kid, kind: PrivateKey::generate(curve, draw)? })
    }

    /// Reads the raw bytes of a secret key, and computes its public key.
    pub fn from_bytes(kid: DidUrl, curve: Curve, bytes: &[u8]) -> Result<Self> {
        Ok(Self { kid, kind: PrivateKey::from_bytes(curve, bytes)? })
    }

    /// Parses the JSON text of a secret in any common form; its copies are zeroed.
    pub fn from_json(text: &str, kid: Option<&str>) -> Result<Self> {
        let value = json::value(text, "secret")?;
        Self::from_value(&Wiped(value).0, kid)
    }

    /// Reads a secret in any common form.
    ///
    /// A JWK with `d`; or a verification method with `id` (or `kid`) and one of `privateKeyJwk`,
    /// `privateKeyMultibase`, `privateKeyBase58`, or `secretKeyJwk`, `secretKeyMultibase` of W3C Controlled
    /// Identifiers 1.0. `kid` takes precedence over the value's own id; a verkey counts as the kid in its did:key. A
    /// public key in the same value must match the secret.
    pub fn from_value(value: &Value, kid: Option<&str>) -> Result<Self> {
        let member = |name: &str| value.get(name).and_then(Value::as_str);
        let named = kid.or_else(|| member("kid")).or_else(|| member("id")).ok_or_else(|| {
            Error::malformed("secret", "must have a kid: pass `kid`, or a value with `kid` or `id`")
        })?;
        let kid = secret_kid(named, "secret.kid")?;
        if value.get("kty").is_some() {
            return Self::from_jwk(kid, &Jwk::read(&value)?);
        }
        let jwks = ["privateKeyJwk", "secretKeyJwk"].into_iter().filter_map(|name| value.get(name));
        let jwks =
            jwks.filter(|jwk| !jwk.is_null()).map(|jwk| Self::from_jwk(kid.clone(), &Jwk::read(&jwk)?));
        let multibase = ["privateKeyMultibase", "secretKeyMultibase"].into_iter().filter_map(member);
        let multibase = multibase.map(|text| {
            let (curve, bytes) = multikey::secret_from_multikey(text)?;
            Self::from_bytes_of_any_length(kid.clone(), curve, &bytes)
        });
        let base58 = member("privateKeyBase58").map(|text| {
            let curve = curve_of_type(member("type").unwrap_or_default())?;
            Self::from_bytes_of_any_length(kid.clone(), curve, &multikey::decode_base58(text)?)
        });
        let mut forms = jwks.chain(multibase).chain(base58);
        let Some(key) = forms.next().transpose()? else {
            return Err(Error::malformed(
                "secret",
                "must be a JWK, or a verification method with `privateKeyJwk`, `privateKeyMultibase`, \
                 `privateKeyBase58`, `secretKeyJwk` or `secretKeyMultibase`",
            ));
        };
        for other in forms {
            if other?.public_key() != key.public_key() {
                return Err(Error::malformed("secret", "two members have different private keys"));
            }
        }
        key.check_public_keys_of(value)?;
        Ok(key)
    }

    /// Compares the key with each public key in the method.
    fn check_public_keys_of(&self, method: &Value) -> Result<()> {
        let member = |name: &str| method.get(name).and_then(Value::as_str);
        let curve = self.curve();
        let jwk = method.get("publicKeyJwk").filter(|jwk| !jwk.is_null());
        let public = [
            jwk.map(PublicKey::from_jwk),
            member("publicKeyMultibase").map(|text| PublicKey::from_multibase(curve, text)),
            member("publicKeyBase58")
                .map(|text| PublicKey::from_bytes(curve, &multikey::decode_base58(text)?)),
            member("publicKeyHex").map(|text| PublicKey::from_bytes(curve, &multikey::decode_hex(text)?)),
        ];
        for key in public.into_iter().flatten() {
            if key.ok().as_ref() != Some(&self.public_key()) {
                return Err(Error::malformed(
                    "secret",
                    "the private and the public key do not belong together",
                ));
            }
        }
        Ok(())
    }

    fn from_jwk(kid: DidUrl, jwk: &Jwk) -> Result<Self> {
        let (curve, bytes) = jwk.secret_bytes()?;
        let key = Self::from_bytes(kid, curve, &bytes)?;
        if key.public_key() == jwk.public_key()? {
            Ok(key)
        } else {
            Err(Error::malformed("jwk.d", "does not match the public key"))
        }
    }

    /// Reads a secret key that some formats store with the public key appended.
    fn from_bytes_of_any_length(kid: DidUrl, curve: Curve, bytes: &[u8]) -> Result<Self> {
        match (curve, bytes.split_at_checked(32)) {
            (Curve::Ed25519 | Curve::X25519, Some((secret, public))) if public.len() == 32 => {
                let key = Self::from_bytes(kid, curve, secret)?;
                if key.public_key().bytes() == public {
                    Ok(key)
                } else {
                    Err(Error::malformed("secret", "its private and public keys do not match"))
                }
            }
            _ => Self::from_bytes(kid, curve, bytes),
        }
    }

    /// The kid.
    pub fn kid(&self) -> &DidUrl {
        &self.kid
    }

    /// The same key under another kid, for instance the older kid in a peer's message.
    #[must_use]
    pub fn with_kid(&self, kid: DidUrl) -> Self {
        Self { kid, kind: self.kind.clone() }
    }

    /// The curve of the key.
    pub fn curve(&self) -> Curve {
        self.kind.curve()
    }

    /// The public key.
    pub fn public_key(&self) -> PublicKey {
        self.kind.public_key()
    }

    /// The X25519 secret derived from an Ed25519 secret, under this kid; `None` for other curves.
    pub fn derived_agreement_key(&self, kid: DidUrl) -> Option<Self> {
        Some(Self { kid, kind: self.kind.derived_agreement_key()? })
    }

    /// Whether this is its public key.
    pub(crate) fn belongs_to(&self, public_key: &PublicKey) -> bool {
        self.public_key() == *public_key
    }

    pub(crate) fn kind(&self) -> &PrivateKey {
        &self.kind
    }

    /// The key as a JWK with its private member `d`, for storage; no other method exposes the secret.
    pub fn expose_jwk(&self) -> Result<Map<String, Value>> {
        let mut jwk = self.public_key().to_jwk();
        let d = self.kind.bytes().ok_or_else(|| Error::misuse("the private key cannot be exported"))?;
        let d = base64url::encode(d.as_ref());
        jwk.insert("d".to_owned(), Value::String(d));
        jwk.insert("kid".to_owned(), Value::String(self.kid.to_string()));
        Ok(jwk)
    }
}

/// JSON whose strings are zeroed on drop.
struct Wiped(Value);

impl Drop for Wiped {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(entries) => entries.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        _ => {}
    }
}

impl Debug for SecretKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretKey").field("kid", &self.kid.as_str()).finish_non_exhaustive()
    }
}

fn curve_of_type(method_type: &str) -> Result<Curve> {
    curve_of_suite(method_type).ok_or_else(|| Error::unsupported("verification method type", method_type))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const KID: &str = "did:example:alice#key-x25519-1";

    fn jwk() -> Value {
        json!({"kty": "OKP", "crv": "X25519", "d": "r-jK2cO3taR8LQnJB1_ikLBTAnOtShJOsHXRUWT-aZA",
               "x": "avH0O2Y4tqLAq8y9zpianr8ajii5m4F_mICrzNlatXs"})
    }

    #[test]
    fn secret_is_read_from_every_form() {
        let from_jwk = SecretKey::from_value(&jwk(), Some(KID)).unwrap();
        let bytes = base64url::decode(jwk()["d"].as_str().unwrap(), "d").unwrap();
        let base58 = multibase::Base::Base58Btc.encode(&bytes);
        let halves = [bytes.clone(), from_jwk.public_key().bytes()].concat();
        let both = multibase::Base::Base58Btc.encode(&halves);
        let strange = multibase::Base::Base58Btc.encode([bytes.clone(), bytes.clone()].concat());
        let codec = ssi_multicodec::MultiEncodedBuf::encode_bytes(ssi_multicodec::X25519_PRIV, &bytes);
        let multibase = multibase::encode(multibase::Base::Base64Url, codec);
        for value in [
            json!({"id": KID, "type": "JsonWebKey2020", "privateKeyJwk": jwk()}),
            json!({"id": KID, "type": "X25519KeyAgreementKey2019", "privateKeyBase58": base58}),
            json!({"id": KID, "type": "X25519KeyAgreementKey2019", "privateKeyBase58": both}),
            json!({"id": KID, "type": "X25519KeyAgreementKey2020", "privateKeyMultibase": multibase}),
        ] {
            let secret = SecretKey::from_value(&value, None).unwrap();
            assert_eq!(secret.public_key(), from_jwk.public_key());
            assert_eq!(secret.kid().as_str(), KID);
        }
        let strange = json!({"id": KID, "type": "X25519KeyAgreementKey2019", "privateKeyBase58": strange});
        assert!(SecretKey::from_value(&strange, None).is_err());
        for value in [
            json!({"id": KID, "type": "JsonWebKey", "secretKeyJwk": jwk()}),
            json!({"id": KID, "type": "Multikey", "secretKeyMultibase": multibase}),
            json!({"id": KID, "type": "Multikey", "secretKeyMultibase": multibase, "privateKeyJwk": jwk()}),
        ] {
            assert_eq!(SecretKey::from_value(&value, None).unwrap().public_key(), from_jwk.public_key());
        }
        let mut other = jwk();
        other["d"] = json!(base64url::encode([1; 32]));
        other["x"] = json!(base64url::encode(
            SecretKey::from_bytes(DidUrl::parse(KID).unwrap(), Curve::X25519, &[1; 32])
                .unwrap()
                .public_key()
                .bytes()
        ));
        let both =
            json!({"id": KID, "type": "Multikey", "secretKeyMultibase": multibase, "privateKeyJwk": other});
        assert!(SecretKey::from_value(&both, None).is_err());
    }

    #[test]
    fn jwk_with_mismatched_keys_is_refused() {
        let mut value = jwk();
        value["x"] = json!("tGskN_ae61DP4DLY31_fjkbvnKqf-ze7kA6Cj2vyQxU");
        assert!(matches!(
            SecretKey::from_value(&value, Some(KID)),
            Err(Error::Malformed { part: "jwk.d", .. })
        ));
    }

    #[test]
    fn debug_never_contains_the_secret() {
        let secret = SecretKey::from_value(&jwk(), Some(KID)).unwrap();
        assert_eq!(format!("{secret:?}"), format!("SecretKey {{ kid: \"{KID}\", .. }}"));
        assert_eq!(secret.expose_jwk().unwrap()["d"], jwk()["d"]);
    }

    #[test]
    fn derived_secret_matches_the_derived_public_key() {
        let kid = DidUrl::parse("did:example:a#1").unwrap();
        let secret = SecretKey::from_bytes(kid.clone(), Curve::Ed25519, &[7; 32]).unwrap();
        let derived = secret.derived_agreement_key(kid.clone()).unwrap();
        let public = secret.public_key().derived_agreement_key().unwrap();
        assert_eq!(derived.public_key(), public);
        assert!(derived.derived_agreement_key(kid).is_none());
    }
}
