//! Keys as JSON Web Keys (RFC 7517, RFC 8037).

use std::fmt::{Debug, Formatter};

use serde_json::{Map, Value, json};
use zeroize::{Zeroize, Zeroizing};

use super::{Curve, PublicKey};
use crate::base64url;
use crate::did::Node;
use crate::error::{Error, Result};

/// The members of a JWK that carry the key; the others say nothing that this library needs.
#[derive(Clone)]
pub(crate) struct Jwk {
    kty: String,
    crv: Option<String>,
    x: Option<String>,
    d: Option<String>,
}

impl Drop for Jwk {
    fn drop(&mut self) {
        self.d.zeroize();
    }
}

impl Debug for Jwk {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jwk").field("kty", &self.kty).field("crv", &self.crv).finish_non_exhaustive()
    }
}

impl Jwk {
    /// Reads the members of a JWK; anything else than strings in them is refused.
    pub(crate) fn read<N: Node>(jwk: &N) -> Result<Self> {
        let member = |name: &str| match jwk.member(name) {
            None => Ok(None),
            Some(value) => match value.text() {
                Some(text) => Ok(Some(text.into_owned())),
                None => Err(Error::malformed("jwk", format!("{name} is no string"))),
            },
        };
        let kty = member("kty")?.ok_or_else(|| Error::malformed("jwk.kty", "missing"))?;
        Ok(Self { kty, crv: member("crv")?, x: member("x")?, d: member("d")? })
    }

    /// The public key of a JWK that carries no secret.
    pub(crate) fn only_public_key(&self) -> Result<PublicKey> {
        if self.d.is_some() {
            return Err(Error::malformed("jwk", "a public key carries d"));
        }
        self.public_key()
    }

    fn curve(&self) -> Result<Curve> {
        if !matches!(self.kty.as_str(), "OKP" | "EC") {
            return Err(Error::unsupported("key type", self.kty.as_str()));
        }
        let name = self.crv.as_deref().ok_or_else(|| Error::malformed("jwk.crv", "missing"))?;
        let curve = Curve::from_name(name)?;
        if self.kty == "OKP" { Ok(curve) } else { Err(Error::malformed("jwk.kty", "does not fit crv")) }
    }

    pub(crate) fn public_key(&self) -> Result<PublicKey> {
        let curve = self.curve()?;
        let x = self.x.as_deref().ok_or_else(|| Error::malformed("jwk.x", "missing"))?;
        PublicKey::from_octets(curve, &base64url::decode(x, "jwk.x")?)
    }

    pub(crate) fn secret_octets(&self) -> Result<(Curve, Zeroizing<Vec<u8>>)> {
        let d = self.d.as_deref().ok_or_else(|| Error::malformed("jwk.d", "missing"))?;
        Ok((self.curve()?, Zeroizing::new(base64url::decode(d, "jwk.d")?)))
    }
}

impl PublicKey {
    /// The key as a JWK with its public members only.
    pub fn to_jwk(&self) -> Map<String, Value> {
        let Value::Object(map) = json!({
            "kty": "OKP",
            "crv": self.curve().name(),
            "x": base64url::encode(self.octets()),
        }) else {
            return Map::new();
        };
        map
    }

    /// Reads a JWK that carries no secret.
    pub fn from_jwk(value: &Value) -> Result<Self> {
        Jwk::read(&value)?.only_public_key()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_jwk_reads_back_as_itself() {
        let value =
            json!({"kty": "OKP", "crv": "X25519", "x": "avH0O2Y4tqLAq8y9zpianr8ajii5m4F_mICrzNlatXs"});
        let key = PublicKey::from_jwk(&value).unwrap();
        assert_eq!(Value::Object(key.to_jwk()), value);
    }

    #[test]
    fn a_public_jwk_with_d_and_wrong_kty_are_refused() {
        let x = "avH0O2Y4tqLAq8y9zpianr8ajii5m4F_mICrzNlatXs";
        for value in [
            json!({"kty": "OKP", "crv": "X25519", "x": x, "d": x}),
            json!({"kty": "EC", "crv": "X25519", "x": x}),
            json!({"kty": "RSA", "n": "AQAB", "e": "AQAB"}),
            json!({"kty": "OKP", "crv": "X25519", "x": "AA"}),
            json!({"kty": "OKP", "crv": "X25519", "x": 1}),
            json!([]),
        ] {
            assert!(PublicKey::from_jwk(&value).is_err(), "{value}");
        }
    }
}
