//! The claims of a DID rotation (DIDComm v2.1, "DID Rotation").

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Number;

use crate::did::{DidUrl, same_party};
use crate::error::{Error, Result};

/// The claims of a rotation: a relationship moves from `iss` to `sub`, or ends where there is no `sub`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct FromPrior {
    /// The prior DID, which signs.
    pub iss: String,
    /// The new DID; none ends the relationship.
    #[serde(default, deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// Whom the token is for.
    #[serde(default, deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    pub aud: Option<Audience>,
    /// When the token ceases to be valid, in seconds since the epoch.
    #[serde(default, deserialize_with = "numeric_date", skip_serializing_if = "Option::is_none")]
    pub exp: Option<u64>,
    /// When the token becomes valid, in seconds since the epoch.
    #[serde(default, deserialize_with = "numeric_date", skip_serializing_if = "Option::is_none")]
    pub nbf: Option<u64>,
    /// When the DID was rotated, in seconds since the epoch.
    #[serde(default, deserialize_with = "numeric_date", skip_serializing_if = "Option::is_none")]
    pub iat: Option<u64>,
    /// The id of the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
}

/// Whom a token is for: one party or several (RFC 7519 4.1.3).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Audience {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Audience {
    /// Whether one of these parties is named, by any name of its DID.
    pub(crate) fn names<'a>(&self, parties: impl IntoIterator<Item = &'a str>) -> bool {
        let named = match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(several) => several,
        };
        parties.into_iter().any(|party| named.iter().any(|name| same_party(name, party)))
    }
}

/// Null is not an absent member: without `sub` a token means something else.
fn not_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> std::result::Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A `NumericDate` may have a fraction (RFC 7519 2), which says nothing here.
fn numeric_date<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<u64>, D::Error> {
    /// Far beyond any date, and exact as a float.
    const LATEST: f64 = 9_007_199_254_740_992.0;
    let Some(number) = Option::<Number>::deserialize(deserializer)? else { return Ok(None) };
    if let Some(seconds) = number.as_u64() {
        return Ok(Some(seconds));
    }
    match number.as_f64() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the guard bounds it")]
        Some(seconds) if (0.0..LATEST).contains(&seconds) => Ok(Some(seconds as u64)),
        _ => Err(serde::de::Error::custom("no date")),
    }
}

impl FromPrior {
    /// Refuses claims that no rotation can have.
    pub fn check(&self) -> Result<()> {
        let did = |text: &str, part| {
            let url = DidUrl::parse(text).map_err(|_| Error::malformed(part, "no DID"))?;
            if url.did() == text { Ok(()) } else { Err(Error::malformed(part, "a DID URL, not a DID")) }
        };
        did(&self.iss, "from_prior.iss")?;
        self.sub.as_deref().map(|sub| did(sub, "from_prior.sub")).transpose()?;
        // another form of one DID is no other party
        if self.sub.as_deref().is_some_and(|sub| same_party(sub, &self.iss)) {
            return Err(Error::malformed("from_prior.sub", "the DID that is rotated away from"));
        }
        Ok(())
    }
}
