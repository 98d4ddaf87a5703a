//! Keys as JSON Web Keys (RFC 7517, RFC 8037).

use std::fmt::{Debug, Formatter};

use serde_json::{Map, Value};
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
    y: Option<String>,
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
        Ok(Self { kty, crv: member("crv")?, x: member("x")?, y: member("y")?, d: member("d")? })
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
        let fits = self.kty == curve.key_type();
        if fits { Ok(curve) } else { Err(Error::malformed("jwk.kty", "does not fit crv")) }
    }

    pub(crate) fn public_key(&self) -> Result<PublicKey> {
        let curve = self.curve()?;
        let x = octets(self.x.as_deref(), "jwk.x")?;
        match curve.key_type() {
            "EC" => PublicKey::from_coordinates(curve, &x, &octets(self.y.as_deref(), "jwk.y")?),
            _ => PublicKey::from_octets(curve, &x),
        }
    }

    pub(crate) fn secret_octets(&self) -> Result<(Curve, Zeroizing<Vec<u8>>)> {
        let curve = self.curve()?;
        let d = Zeroizing::new(octets(self.d.as_deref(), "jwk.d")?);
        // the peer that writes short coordinates writes short secrets too
        let missing = match curve.key_type() {
            "EC" => curve.field_length().saturating_sub(d.len()),
            _ => 0,
        };
        let mut padded = Zeroizing::new(Vec::with_capacity(missing.saturating_add(d.len())));
        padded.extend(std::iter::repeat_n(0, missing));
        padded.extend_from_slice(&d);
        Ok((curve, padded))
    }
}

fn octets(text: Option<&str>, part: &'static str) -> Result<Vec<u8>> {
    base64url::decode(text.ok_or_else(|| Error::malformed(part, "missing"))?, part)
}

impl PublicKey {
    /// The key as a JWK with its public members only.
    pub fn to_jwk(&self) -> Map<String, Value> {
        let (x, y) = self.coordinates();
        let mut jwk = Map::new();
        jwk.insert("kty".to_owned(), self.curve().key_type().into());
        jwk.insert("crv".to_owned(), self.curve().name().into());
        jwk.insert("x".to_owned(), base64url::encode(x).into());
        if let Some(y) = y {
            jwk.insert("y".to_owned(), base64url::encode(y).into());
        }
        jwk
    }

    /// Reads a JWK that carries no secret.
    pub fn from_jwk(value: &Value) -> Result<Self> {
        Jwk::read(&value)?.only_public_key()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::keys::SecretKind;

    // ALG-13
    #[test]
    fn a_jwk_on_every_curve_reads_back_as_itself() {
        for curve in Curve::ALL {
            let secret = SecretKind::from_octets(curve, &vec![1; curve.field_length()]).unwrap();
            let key = secret.public_key();
            let jwk = key.to_jwk();
            assert_eq!(jwk["crv"], curve.name());
            assert_eq!(jwk.contains_key("y"), jwk["kty"] == "EC");
            assert_eq!(PublicKey::from_jwk(&jwk.into()).unwrap(), key);
        }
    }

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
