//! The claims of a DID rotation (DIDComm v2.1, "DID Rotation").

use serde::Serialize;
use serde_json::Value;

use crate::did::{DidUrl, same_party};
use crate::error::{Error, Result};
use crate::json;

/// The claims of a rotation: a relationship moves from `iss` to `sub`, or ends without `sub`.
#[derive(Clone, Debug, Eq, Hash, PartialEq, Serialize)]
pub struct FromPrior {
    /// The prior DID, the signer.
    pub iss: String,
    /// The new DID; `None` ends the relationship.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// The audience of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<Audience>,
    /// The time at which the token expires, in seconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<u64>,
    /// The time from which the token is valid, in seconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nbf: Option<u64>,
    /// The time of the rotation, in seconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<u64>,
    /// The id of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
}

/// The audience of a token: one party or several (RFC 7519 4.1.3).
#[derive(Clone, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Audience {
    /// One party.
    One(String),
    /// Several parties.
    Several(Vec<String>),
}

impl Audience {
    /// Whether the audience contains one of these parties, under any form of its DID.
    pub(crate) fn includes<'a>(&self, parties: impl IntoIterator<Item = &'a str>) -> bool {
        let named = match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(several) => several,
        };
        parties.into_iter().any(|party| named.iter().any(|name| same_party(name, party)))
    }
}

/// Reads a `NumericDate`, whose fraction (RFC 7519 2) is dropped.
fn read_numeric_date(value: &Value, part: &'static str) -> Result<u64> {
    /// Far beyond any date, and exact as a float.
    const LATEST: f64 = 9_007_199_254_740_992.0;
    if let Some(seconds) = value.as_u64() {
        return Ok(seconds);
    }
    match value.as_f64() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the guard bounds it")]
        Some(seconds) if (0.0..LATEST).contains(&seconds) => Ok(seconds as u64),
        _ => Err(Error::malformed(part, "must be a number of seconds since 1970-01-01")),
    }
}

fn text(value: &Value, part: &'static str) -> Result<String> {
    value.as_str().map(str::to_owned).ok_or_else(|| Error::malformed(part, "must be a string"))
}

fn audience(value: &Value, part: &'static str) -> Result<Audience> {
    if let Value::Array(several) = value {
        return several.iter().map(|one| text(one, part)).collect::<Result<_>>().map(Audience::Several);
    }
    text(value, part).map(Audience::One)
}

impl FromPrior {
    /// Parses the JSON text of claims; unknown claims are ignored (RFC 7519 4).
    pub fn parse(claims: &str) -> Result<Self> {
        const PART: &str = "from_prior.claims";
        let Value::Object(claims) = json::value(claims, PART)? else {
            return Err(Error::malformed(PART, format!("must be a JSON object, got {}", json::kind(claims))));
        };
        // null means absent, except for claims whose absence has a meaning of its own
        let optional = |name: &str| claims.get(name).filter(|value| !value.is_null());
        let date = |name: &str, part| optional(name).map(|value| read_numeric_date(value, part)).transpose();
        let iss = claims.get("iss").ok_or_else(|| Error::malformed("from_prior.iss", "missing"))?;
        Ok(Self {
            iss: text(iss, "from_prior.iss")?,
            sub: claims.get("sub").map(|sub| text(sub, "from_prior.sub")).transpose()?,
            aud: claims.get("aud").map(|aud| audience(aud, "from_prior.aud")).transpose()?,
            exp: date("exp", "from_prior.exp")?,
            nbf: date("nbf", "from_prior.nbf")?,
            iat: date("iat", "from_prior.iat")?,
            jti: optional("jti").map(|jti| text(jti, "from_prior.jti")).transpose()?,
        })
    }

    /// Refuses claims that are invalid in every rotation.
    pub fn check(&self) -> Result<()> {
        let did = |text: &str, part| {
            let url =
                DidUrl::parse(text).map_err(|_| Error::malformed(part, "not a DID (did:method:...)"))?;
            if url.did() == text { Ok(()) } else { Err(Error::malformed(part, "a DID URL, not a DID")) }
        };
        did(&self.iss, "from_prior.iss")?;
        self.sub.as_deref().map(|sub| did(sub, "from_prior.sub")).transpose()?;
        // another form of the same DID is the same party
        if self.sub.as_deref().is_some_and(|sub| same_party(sub, &self.iss)) {
            return Err(Error::malformed(
                "from_prior.sub",
                "the same DID as `iss`: the new DID must be another one",
            ));
        }
        Ok(())
    }
}
