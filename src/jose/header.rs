//! The protected header: JSON inside of base64url, read once.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::base64url;
use crate::error::{Error, Result};

/// Decodes a protected header; unknown members are passed over, as JOSE wants.
pub(super) fn decode<T: DeserializeOwned>(protected: &str, part: &'static str) -> Result<T> {
    let octets = base64url::decode(protected, part)?;
    serde_json::from_slice(&octets)
        .map_err(|error| Error::malformed(part, format!("not the JSON object expected: {}", reason(&error))))
}

/// The names of the members of a protected header.
pub(super) fn names(protected: &str, part: &'static str) -> Result<Vec<String>> {
    let members: Map<String, Value> = decode(protected, part)?;
    Ok(members.into_iter().map(|(name, _)| name).collect())
}

/// What serde says of a header holds names of members, never their values.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let told = ["missing field", "duplicate field"].iter().any(|known| text.starts_with(known));
    if told { text } else { super::envelope::position(error) }
}

/// Header parameters that change what the others mean. None is offered, so each is refused.
#[derive(Deserialize)]
pub(super) struct Extensions {
    #[serde(default, deserialize_with = "present")]
    crit: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    zip: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    b64: Option<Value>,
}

/// A member that is there, were it null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Extensions {
    pub(super) fn refuse(&self) -> Result<()> {
        if let Some(crit) = &self.crit {
            return Err(Error::unsupported("critical header extension", crit.to_string()));
        }
        if let Some(zip) = &self.zip {
            return Err(Error::unsupported("compression", zip.as_str().unwrap_or("zip")));
        }
        match &self.b64 {
            Some(_) => Err(Error::unsupported("payload encoding", "b64")),
            None => Ok(()),
        }
    }
}
