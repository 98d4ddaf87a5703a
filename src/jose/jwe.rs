//! JWE in its general JSON serialisation (RFC 7516 7.2.1).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::entries::entries;
use super::envelope::{Wire, is_header_of_version_1, is_of_version_1, string};
use super::header::{self, Extensions};
use crate::base64url;
use crate::crypto::algorithm::{AgreementAlgorithm, ContentEncryption};
use crate::did::DidUrl;
use crate::error::{Error, Result};
use crate::keys::PublicKey;

/// The media type that `typ` names.
pub(crate) const MEDIA_TYPE: &str = "application/didcomm-encrypted+json";

/// An encrypted message, decoded and not yet decrypted.
pub(crate) struct Jwe<'a> {
    pub(crate) agreement: Agreement,
    pub(crate) encryption: ContentEncryption,
    /// Absent in the anoncrypt of one peer; whether that is read is for the caller to say.
    pub(crate) apv: Option<Vec<u8>>,
    pub(crate) recipients: Vec<Recipient>,
    pub(crate) iv: Vec<u8>,
    pub(crate) ciphertext: Vec<u8>,
    pub(crate) tag: Vec<u8>,
    protected: Cow<'a, str>,
    aad: Option<Cow<'a, str>>,
}

/// How the key was agreed on, with the sender's key id where it has one.
#[derive(Debug)]
pub(crate) enum Agreement {
    /// Anoncrypt.
    EcdhEs,
    /// Authcrypt: the sender's key and the octets of `apu`.
    Ecdh1Pu { skid: DidUrl, apu: Vec<u8> },
}

/// One entry of `recipients`.
pub(crate) struct Recipient {
    pub(crate) kid: DidUrl,
    pub(crate) encrypted_key: Vec<u8>,
    pub(crate) epk: PublicKey,
}

#[derive(Deserialize)]
struct Protected {
    typ: Option<Value>,
    alg: String,
    enc: String,
    epk: Option<Value>,
    apu: Option<String>,
    apv: Option<String>,
    skid: Option<String>,
    #[serde(flatten)]
    extensions: Extensions,
}

#[derive(Deserialize)]
struct WireRecipient<'a> {
    #[serde(borrow)]
    header: Option<&'a RawValue>,
    #[serde(borrow)]
    encrypted_key: Option<&'a RawValue>,
}

impl<'a> Jwe<'a> {
    pub(super) fn parse(wire: &Wire<'a>, most_recipients: usize) -> Result<Self> {
        if wire.encrypted_key.is_some() || wire.header.is_some() {
            return Err(Error::unsupported("JWE serialisation", "flattened"));
        }
        let protected = string(wire.protected, "jwe.protected")?;
        let header = header::decode(&protected, "jwe.protected");
        let is_of_version_1 = match &header {
            Ok(Protected { typ, .. }) => is_of_version_1(typ.as_ref().and_then(Value::as_str)),
            // it may be padded there
            Err(_) => is_header_of_version_1(&protected),
        };
        if is_of_version_1 {
            return Err(Error::unsupported("envelope", "DIDComm v1"));
        }
        let header: Protected = header?;
        header.extensions.refuse()?;
        let names = header::names(&protected, "jwe.protected")?;
        let shared = shared_names(&names, wire.unprotected)?;
        let encryption = ContentEncryption::from_name(&header.enc)?;
        let algorithm = AgreementAlgorithm::from_name(&header.alg)?;
        let agreement = agreement(&header, algorithm)?;
        if algorithm == AgreementAlgorithm::Ecdh1Pu && encryption != ContentEncryption::A256CbcHs512 {
            // only a content encryption that commits to its key may go with ECDH-1PU
            return Err(Error::unsupported("content encryption with ECDH-1PU", encryption.name()));
        }
        let apv = header.apv.as_deref().map(|apv| base64url::decode(apv, "jwe.protected.apv")).transpose()?;
        let epk = header.epk.as_ref().map(parse_epk).transpose()?;
        let recipients =
            parse_recipients(wire.recipients, &shared, algorithm, epk.as_ref(), most_recipients)?;
        let octets = |raw, part| base64url::decode(&string(raw, part)?, part);
        Ok(Self {
            agreement,
            encryption,
            apv,
            recipients,
            iv: octets(wire.iv, "jwe.iv")?,
            ciphertext: octets(wire.ciphertext, "jwe.ciphertext")?,
            tag: octets(wire.tag, "jwe.tag")?,
            aad: wire.aad.map(|aad| string(Some(aad), "jwe.aad")).transpose()?,
            protected,
        })
    }

    /// The additional authenticated data: the header as it was sent, never as it was understood.
    pub(crate) fn additional_data(&self) -> Cow<'_, [u8]> {
        match &self.aad {
            None => Cow::Borrowed(self.protected.as_bytes()),
            Some(aad) => Cow::Owned(format!("{}.{aad}", self.protected).into_bytes()),
        }
    }

    /// The ids of all recipient keys, in the order of the message.
    pub(crate) fn kids(&self) -> impl Iterator<Item = &DidUrl> {
        self.recipients.iter().map(|recipient| &recipient.kid)
    }
}

impl std::fmt::Debug for Jwe<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jwe").field("agreement", &self.agreement).finish_non_exhaustive()
    }
}

fn agreement(header: &Protected, algorithm: AgreementAlgorithm) -> Result<Agreement> {
    match algorithm {
        AgreementAlgorithm::EcdhEs if header.skid.is_some() || header.apu.is_some() => {
            Err(Error::malformed("jwe.protected", "an anonymous sender has neither skid nor apu"))
        }
        AgreementAlgorithm::EcdhEs => Ok(Agreement::EcdhEs),
        AgreementAlgorithm::Ecdh1Pu => {
            let apu =
                header.apu.as_deref().ok_or_else(|| Error::malformed("jwe.protected.apu", "missing"))?;
            let apu = base64url::decode(apu, "jwe.protected.apu")?;
            let named = str::from_utf8(&apu).map_err(|_| Error::malformed("jwe.protected.apu", "no text"))?;
            let skid = DidUrl::parse_kid(header.skid.as_deref().unwrap_or(named), "jwe.protected.skid")?;
            if skid.as_str() != named {
                return Err(Error::Untrusted {
                    claim: crate::error::Claim::SenderKey,
                    kid: Some(skid.to_string()),
                    did: None,
                });
            }
            Ok(Agreement::Ecdh1Pu { skid, apu })
        }
    }
}

fn parse_recipients(
    raw: Option<&RawValue>,
    shared: &[String],
    algorithm: AgreementAlgorithm,
    epk: Option<&PublicKey>,
    most: usize,
) -> Result<Vec<Recipient>> {
    const PART: &str = "jwe.recipients";
    let raw = raw.ok_or_else(|| Error::malformed(PART, "missing"))?;
    let entries: Vec<WireRecipient<'_>> = entries(raw, most, PART)?;
    if entries.is_empty() {
        return Err(Error::malformed(PART, "empty"));
    }
    let mut recipients: Vec<Recipient> = Vec::with_capacity(entries.len());
    for entry in entries {
        let missing = || Error::malformed("jwe.recipients.header", "missing or no object");
        let header: Map<String, Value> =
            serde_json::from_str(entry.header.ok_or_else(missing)?.get()).map_err(|_| missing())?;
        if header.keys().any(|name| shared.contains(name)) {
            return Err(Error::malformed("jwe.recipients.header", "repeats a name of another header"));
        }
        let kid = header.get("kid").and_then(Value::as_str).unwrap_or_default();
        let kid = DidUrl::parse_kid(kid, "jwe.recipients.header.kid")?;
        if recipients.first().is_some_and(|first| first.kid.did() != kid.did()) {
            return Err(Error::malformed(PART, "keys of more than one DID"));
        }
        // one peer makes an ephemeral key for each recipient; for ECDH-ES that is odd but harmless
        let epk = match (epk, header.get("epk")) {
            (Some(epk), _) => epk.clone(),
            (None, Some(own)) if algorithm == AgreementAlgorithm::EcdhEs => parse_epk(own)?,
            _ => return Err(Error::malformed("jwe.protected.epk", "missing")),
        };
        let encrypted_key = string(entry.encrypted_key, "jwe.recipients.encrypted_key")?;
        let encrypted_key = base64url::decode(&encrypted_key, "jwe.recipients.encrypted_key")?;
        recipients.push(Recipient { kid, encrypted_key, epk });
    }
    Ok(recipients)
}

pub(crate) fn parse_epk(epk: &Value) -> Result<PublicKey> {
    PublicKey::from_jwk(epk).map_err(|error| match error {
        Error::Malformed { part, reason } => {
            Error::malformed("jwe.protected.epk", format!("{part}: {reason}"))
        }
        other => other,
    })
}

/// The names that no header of a recipient may repeat: those of the protected and of the shared header.
fn shared_names(protected: &[String], unprotected: Option<&RawValue>) -> Result<Vec<String>> {
    let Some(raw) = unprotected else { return Ok(protected.to_vec()) };
    let members: Map<String, Value> =
        serde_json::from_str(raw.get()).map_err(|_| Error::malformed("jwe.unprotected", "no object"))?;
    if members.keys().any(|name| protected.contains(name)) {
        return Err(Error::malformed("jwe.unprotected", "repeats a name of the protected header"));
    }
    Ok(protected.iter().cloned().chain(members.into_iter().map(|(name, _)| name)).collect())
}

/// What a packer puts into the protected header, in the order in which it is written.
#[derive(Serialize)]
pub(crate) struct ProtectedOut<'a> {
    pub(crate) typ: &'static str,
    pub(crate) alg: &'static str,
    pub(crate) enc: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) skid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) apu: Option<String>,
    pub(crate) apv: String,
    pub(crate) epk: Map<String, Value>,
}

/// Everything a written JWE consists of.
pub(crate) struct JweOut<'a> {
    pub(crate) protected: &'a str,
    pub(crate) recipients: Vec<(&'a DidUrl, Vec<u8>)>,
    pub(crate) iv: &'a [u8],
    pub(crate) ciphertext: &'a [u8],
    pub(crate) tag: &'a [u8],
}

/// The room that one recipient and the names of the members take beside the content.
const RECIPIENT_ROOM: usize = 256;

impl JweOut<'_> {
    /// Writes the JSON straight into its final text.
    pub(crate) fn write(&self) -> String {
        let content = self.ciphertext.len().saturating_div(3).saturating_add(1).saturating_mul(4);
        let recipients = self.recipients.len().saturating_add(2).saturating_mul(RECIPIENT_ROOM);
        let room = content.saturating_add(recipients).saturating_add(self.protected.len());
        let mut text = String::with_capacity(room);
        text.push_str("{\"protected\":\"");
        text.push_str(self.protected);
        text.push_str("\",\"recipients\":[");
        for (place, (kid, encrypted_key)) in self.recipients.iter().enumerate() {
            if place > 0 {
                text.push(',');
            }
            // a DID URL has no character that JSON escapes
            text.push_str("{\"header\":{\"kid\":\"");
            text.push_str(kid.as_str());
            text.push_str("\"},\"encrypted_key\":\"");
            base64url::encode_append(encrypted_key, &mut text);
            text.push_str("\"}");
        }
        for (name, octets) in
            [("],\"iv\":\"", self.iv), ("\",\"ciphertext\":\"", self.ciphertext), ("\",\"tag\":\"", self.tag)]
        {
            text.push_str(name);
            base64url::encode_append(octets, &mut text);
        }
        text.push_str("\"}");
        text
    }
}
