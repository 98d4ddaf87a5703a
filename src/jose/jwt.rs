//! JWT in compact serialization (RFC 7519), for `from_prior`.

use std::borrow::Cow;

use super::header::{self, Header};
use super::jws;
use crate::base64url;
use crate::crypto::algorithm::SignatureAlgorithm;
use crate::did::DidUrl;
use crate::error::{Error, Result};
use crate::json::{Read, Reader};

/// A JWT, decoded and unverified.
pub(crate) struct Jwt<'a> {
    pub(crate) kid: DidUrl,
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) claims: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    pub(crate) signing_input: &'a str,
}

#[derive(Default)]
struct Protected<'a> {
    alg: Option<Cow<'a, str>>,
    kid: Option<Cow<'a, str>>,
    typ: Option<Cow<'a, str>>,
}

impl<'a> header::Members<'a> for Protected<'a> {
    fn read(&mut self, name: &str, reader: &mut Reader<'a>) -> Read<bool> {
        match name {
            "alg" => self.alg = header::text(name, reader)?,
            "kid" => self.kid = header::text(name, reader)?,
            "typ" => self.typ = header::optional(name, reader)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn missing_member(&self) -> Option<&'static str> {
        if self.alg.is_none() {
            return Some("alg");
        }
        self.kid.is_none().then_some("kid")
    }
}

impl<'a> Jwt<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self> {
        const PART: &str = "message.from_prior";
        const HEADER: &str = "from_prior.header";
        let malformed = || Error::malformed(PART, "not a compact JWT");
        let (signing_input, signature) = text.rsplit_once('.').ok_or_else(malformed)?;
        let (protected, claims) = signing_input.split_once('.').ok_or_else(malformed)?;
        let bytes = base64url::decode(protected, HEADER)?;
        let header = Header::<Protected<'_>>::read(&bytes, HEADER)?;
        header.refuse_extensions()?;
        let header = header.members;
        if header.typ.as_deref().is_some_and(|typ| jws::short_media_type(typ) != "jwt") {
            return Err(Error::malformed("from_prior.header.typ", "must be JWT"));
        }
        Ok(Self {
            kid: DidUrl::parse_key_of_did(
                header.kid.as_deref().unwrap_or_default(),
                "from_prior.header.kid",
            )?,
            algorithm: SignatureAlgorithm::from_name(header.alg.as_deref().unwrap_or_default())?,
            claims: base64url::decode(claims, PART)?,
            signature: base64url::decode(signature, PART)?,
            signing_input,
        })
    }
}

/// The signing input: header and claims.
pub(crate) fn signing_input(kid: &DidUrl, algorithm: SignatureAlgorithm, claims: &str) -> String {
    format!("{}.{}", jws::protected_header("JWT", algorithm, Some(kid)), base64url::encode(claims))
}

/// The signed text.
pub(crate) fn write(signing_input: &str, signature: &[u8]) -> String {
    format!("{signing_input}.{}", base64url::encode(signature))
}
