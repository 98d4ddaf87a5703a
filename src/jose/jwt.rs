//! JWT in compact serialisation (RFC 7519), as `from_prior` carries it.

use serde::Deserialize;
use serde_json::json;

use super::header::{self, Extensions};
use crate::base64url;
use crate::crypto::algorithm::SignatureAlgorithm;
use crate::did::DidUrl;
use crate::error::{Error, Result};

/// A JWT taken apart and not yet verified.
pub(crate) struct Jwt<'a> {
    pub(crate) kid: DidUrl,
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) claims: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    pub(crate) signing_input: &'a str,
}

#[derive(Deserialize)]
struct Protected {
    alg: String,
    kid: String,
    typ: Option<String>,
    #[serde(flatten)]
    extensions: Extensions,
}

impl<'a> Jwt<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self> {
        const PART: &str = "message.from_prior";
        let malformed = || Error::malformed(PART, "no compact JWT");
        let (signing_input, signature) = text.rsplit_once('.').ok_or_else(malformed)?;
        let (protected, claims) = signing_input.split_once('.').ok_or_else(malformed)?;
        let header: Protected = header::decode(protected, "from_prior.header")?;
        header.extensions.refuse()?;
        if header.typ.as_deref().is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT")) {
            return Err(Error::malformed("from_prior.header.typ", "not JWT"));
        }
        Ok(Self {
            kid: DidUrl::parse_kid(&header.kid, "from_prior.header.kid")?,
            algorithm: SignatureAlgorithm::from_name(&header.alg)?,
            claims: base64url::decode(claims, PART)?,
            signature: base64url::decode(signature, PART)?,
            signing_input,
        })
    }
}

/// What is signed: header and claims.
pub(crate) fn signing_input(kid: &DidUrl, algorithm: SignatureAlgorithm, claims: &str) -> String {
    let header = json!({"typ": "JWT", "alg": algorithm.name(), "kid": kid.as_str()}).to_string();
    format!("{}.{}", base64url::encode(header), base64url::encode(claims))
}

/// The signed text.
pub(crate) fn write(signing_input: &str, signature: &[u8]) -> String {
    format!("{signing_input}.{}", base64url::encode(signature))
}
