//! Keys as JSON Web Keys (RFC 7517, RFC 8037).

use std::borrow::Cow;
use std::fmt::{Debug, Formatter};

use serde_json::{Map, Value};
use zeroize::{Zeroize, Zeroizing};

use super::{Curve, PublicKey};
use crate::base64url;
use crate::error::{Error, Result};
use crate::json::Node;

/// The private members of a JWK of any key type (RFC 7518 6.2.2, 6.3.2 and 6.4).
pub(crate) const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The members of a JWK with the key, and those that restrict its use.
#[derive(Clone)]
pub(crate) struct Jwk {
    kty: String,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    d: Option<String>,
    /// Whether it has a private member, `d` or one of another key type.
    private: bool,
    purpose: Purpose,
}

/// The members that restrict the use of a key (RFC 7517 4.2 to 4.4).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct Purpose {
    usage: Option<String>,
    key_ops: Vec<String>,
    alg: Option<String>,
}

/// Values of `key_ops` that allow key agreement: `deriveKey` and `deriveBits` by the RFC, the others in practice.
const AGREEMENT_OPS: [&str; 6] = ["deriveKey", "deriveBits", "encrypt", "decrypt", "wrapKey", "unwrapKey"];

/// Values of `key_ops` that allow signatures.
const SIGNATURE_OPS: [&str; 2] = ["sign", "verify"];

impl Purpose {
    fn read<N: Node>(jwk: &N) -> Self {
        let ops = jwk.member("key_ops").and_then(|ops| ops.entries()).unwrap_or_default();
        Self {
            usage: jwk.member_text("use"),
            // the number of registered values, so a longer list has no further meaning
            key_ops: ops.iter().take(16).filter_map(|op| op.text().map(Cow::into_owned)).collect(),
            alg: jwk.member_text("alg"),
        }
    }

    /// The member that excludes key agreement, with its value.
    fn excludes_agreement(&self) -> Option<String> {
        let signs = |alg: &str| SIGNATURE_ALGS.contains(&alg);
        self.find_exclusion("sig", &AGREEMENT_OPS, signs)
    }

    /// The member that excludes signatures by a key on the curve, with its value.
    fn excludes_signature(&self, curve: Option<Curve>) -> Option<String> {
        let fitting: &[&str] = match curve {
            Some(Curve::Ed25519) => &["EdDSA", "Ed25519"],
            Some(Curve::P256) => &["ES256"],
            Some(Curve::P384) => &["ES384"],
            Some(Curve::P521) => &["ES512"],
            Some(Curve::Secp256k1) => &["ES256K"],
            Some(Curve::X25519) | None => &[],
        };
        let other =
            |alg: &str| alg.starts_with("ECDH") || (SIGNATURE_ALGS.contains(&alg) && !fitting.contains(&alg));
        self.find_exclusion("enc", &SIGNATURE_OPS, other)
    }

    fn find_exclusion(&self, usage: &str, ops: &[&str], alg: impl Fn(&str) -> bool) -> Option<String> {
        if self.usage.as_deref() == Some(usage) {
            return Some(format!("`use` is {usage}"));
        }
        // WebCrypto writes an empty list for every public key for key agreement
        if !self.key_ops.is_empty() && !self.key_ops.iter().any(|op| ops.contains(&op.as_str())) {
            return Some("`key_ops` does not list it".to_owned());
        }
        let found = self.alg.as_deref().filter(|name| alg(name))?;
        Some(format!("`alg` is {found}"))
    }
}

/// The registered names of signature algorithms (RFC 7518, RFC 8037, RFC 8812, RFC 9864).
const SIGNATURE_ALGS: [&str; 15] = [
    "EdDSA", "Ed25519", "Ed448", "ES256", "ES256K", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256",
    "PS384", "PS512", "HS256", "HS512",
];

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
    /// Reads the members of a JWK. A null member counts as absent; any type other than string is refused.
    pub(crate) fn read<N: Node>(jwk: &N) -> Result<Self> {
        let member = |name: &str| match jwk.member(name).filter(|value| !value.is_null()) {
            None => Ok(None),
            Some(value) => match value.text() {
                Some(text) => Ok(Some(text.into_owned())),
                None => Err(Error::malformed("jwk", format!("`{name}` must be a string"))),
            },
        };
        let kty = member("kty")?.ok_or_else(|| Error::malformed("jwk.kty", "missing"))?;
        let is_private = |name: &str| jwk.member(name).is_some_and(|value| !value.is_null());
        Ok(Self {
            kty,
            crv: member("crv")?,
            x: member("x")?,
            y: member("y")?,
            d: member("d")?,
            private: PRIVATE_MEMBERS.iter().any(|name| is_private(name)),
            purpose: Purpose::read(jwk),
        })
    }

    /// Whether both have the same members.
    pub(crate) fn has_same_encoding(&self, other: &Self) -> bool {
        let public = |jwk: &Self| [jwk.crv.clone(), jwk.x.clone(), jwk.y.clone()];
        // a JWK with a private member is unusable, so it equals no other
        self.kty == other.kty
            && public(self) == public(other)
            && self.private == other.private
            && self.purpose == other.purpose
    }

    /// The member that excludes key agreement, with its value; `None` if it is allowed.
    pub(crate) fn excludes_agreement(&self) -> Option<String> {
        self.purpose.excludes_agreement()
    }

    /// The member that excludes signatures, with its value; `None` if they are allowed.
    pub(crate) fn excludes_signature(&self) -> Option<String> {
        self.purpose.excludes_signature(self.curve().ok())
    }

    /// The public key of a JWK without a private member, which is refused.
    pub(crate) fn only_public_key(&self) -> Result<PublicKey> {
        if self.private {
            return Err(Error::malformed("jwk", "a public key must not have a private member"));
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
        if fits { Ok(curve) } else { Err(Error::malformed("jwk.kty", "does not match `crv`")) }
    }

    pub(crate) fn public_key(&self) -> Result<PublicKey> {
        let curve = self.curve()?;
        let x = bytes(self.x.as_deref(), "jwk.x")?;
        match curve.key_type() {
            "EC" => PublicKey::from_coordinates(curve, &x, &bytes(self.y.as_deref(), "jwk.y")?),
            _ => PublicKey::from_bytes(curve, &x),
        }
    }

    pub(crate) fn secret_bytes(&self) -> Result<(Curve, Zeroizing<Vec<u8>>)> {
        let curve = self.curve()?;
        let d = Zeroizing::new(bytes(self.d.as_deref(), "jwk.d")?);
        // the implementation that truncates coordinates truncates private keys too
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

fn bytes(text: Option<&str>, part: &'static str) -> Result<Vec<u8>> {
    base64url::decode(text.ok_or_else(|| Error::malformed(part, "missing"))?, part)
}

impl PublicKey {
    /// The key as a JWK, with its public members only.
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

    /// Reads a JWK without a private member.
    pub fn from_jwk(value: &Value) -> Result<Self> {
        Jwk::read(&value)?.only_public_key()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::keys::PrivateKey;

    // ALG-13
    #[test]
    fn secret_jwk_round_trips_on_every_curve() {
        for curve in Curve::ALL {
            let secret = PrivateKey::from_bytes(curve, &vec![1; curve.field_length()]).unwrap();
            let key = secret.public_key();
            let jwk = key.to_jwk();
            assert_eq!(jwk["crv"], curve.name());
            assert_eq!(jwk.contains_key("y"), jwk["kty"] == "EC");
            assert_eq!(PublicKey::from_jwk(&jwk.into()).unwrap(), key);
        }
    }

    #[test]
    fn public_jwk_round_trips() {
        let value =
            json!({"kty": "OKP", "crv": "X25519", "x": "avH0O2Y4tqLAq8y9zpianr8ajii5m4F_mICrzNlatXs"});
        let key = PublicKey::from_jwk(&value).unwrap();
        assert_eq!(Value::Object(key.to_jwk()), value);
    }

    #[test]
    fn public_jwk_with_d_or_wrong_kty_is_refused() {
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
