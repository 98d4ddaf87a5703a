//! Parse an encrypted message.

use std::borrow::Cow;

use crate::base64url;
use crate::crypto::algorithm::{AgreementAlgorithm, ContentEncryption};
use crate::did::DidUrl;
use crate::error::{Error, Result};
use crate::jose::accept::Accept;
use crate::jose::header::{self, Header, refuse_unprotected_extensions};
use crate::jose::jwe::LEFT_OUT;
use crate::jose::wire::{Wire, decode_member, is_header_of_version_1, is_of_version_1, parse_unprotected};
use crate::json::{Datum, Names, Raw, Read, Reader, entries, members, string};
use crate::keys::{Jwk, PublicKey};

/// An encrypted message, decoded and not decrypted.
pub(crate) struct Jwe<'a> {
    pub(crate) agreement: Agreement,
    pub(crate) encryption: ContentEncryption,
    /// Absent in the envelopes of one implementation; the caller decides whether to accept that.
    pub(crate) apv: Option<Vec<u8>>,
    pub(crate) recipients: Vec<Recipient>,
    pub(crate) iv: Vec<u8>,
    pub(crate) ciphertext: Vec<u8>,
    pub(crate) tag: Vec<u8>,
    protected: Cow<'a, str>,
    aad: Option<Cow<'a, str>>,
}

/// The key agreement, with the sender's kid in authcrypt.
#[derive(Debug)]
pub(crate) enum Agreement {
    /// Anoncrypt.
    EcdhEs,
    /// Authcrypt: the sender's kid and the bytes of `apu`; `None` by draft 3, which is read on demand.
    Ecdh1Pu { skid: DidUrl, apu: Option<Vec<u8>> },
}

/// One entry of `recipients`.
pub(crate) struct Recipient {
    pub(crate) kid: DidUrl,
    pub(crate) encrypted_key: Vec<u8>,
    pub(crate) epk: PublicKey,
}

/// The known members of the protected header.
#[derive(Default)]
struct Protected<'a> {
    typ: Datum<'a>,
    alg: Option<Cow<'a, str>>,
    enc: Option<Cow<'a, str>>,
    epk: Option<Datum<'a>>,
    apu: Option<Cow<'a, str>>,
    apv: Option<Cow<'a, str>>,
    skid: Option<Cow<'a, str>>,
}

impl<'a> header::Members<'a> for Protected<'a> {
    fn read(&mut self, name: &str, reader: &mut Reader<'a>) -> Read<bool> {
        match name {
            "typ" => self.typ = reader.value()?,
            "alg" => self.alg = header::text(name, reader)?,
            "enc" => self.enc = header::text(name, reader)?,
            "epk" => self.epk = Some(reader.value()?),
            "apu" => self.apu = header::optional(name, reader)?,
            "apv" => self.apv = header::optional(name, reader)?,
            "skid" => self.skid = header::optional(name, reader)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn missing_member(&self) -> Option<&'static str> {
        if self.alg.is_none() {
            return Some("alg");
        }
        self.enc.is_none().then_some("enc")
    }
}

/// The members of an entry of `recipients`.
#[derive(Default)]
struct WireRecipient<'a> {
    header: Option<Raw<'a>>,
    encrypted_key: Option<Raw<'a>>,
}

impl<'a> WireRecipient<'a> {
    fn read(raw: Raw<'a>) -> Result<Self> {
        const PART: &str = "jwe.recipients";
        let mut recipient = Self::default();
        for (name, raw) in members(raw.get(), PART)? {
            match name.as_ref() {
                "header" => recipient.header = Some(raw),
                "encrypted_key" => recipient.encrypted_key = Some(raw),
                // unknown members are ignored (RFC 7516 7.2.1)
                _ => {}
            }
        }
        Ok(recipient)
    }
}

impl<'a> Jwe<'a> {
    /// Parses an encrypted message; `None` if its protected header is one of DIDComm v1.
    pub(in crate::jose) fn parse(wire: &Wire<'a>, accept: Accept) -> Result<Option<Self>> {
        const PART: &str = "jwe.protected";
        let is_flattened = wire.encrypted_key.is_some() || wire.header.is_some();
        let flattened = || Error::unsupported("JWE serialisation", "flattened");
        let protected = match string(wire.protected, PART) {
            Err(_) if is_flattened => return Err(flattened()),
            protected => protected?,
        };
        let bytes = base64url::decode(&protected, PART);
        let header = match &bytes {
            Ok(bytes) => Header::<Protected<'_>>::read(bytes, PART),
            Err(error) => Err(error.clone()),
        };
        let is_of_version_1 = match &header {
            Ok(header) => is_of_version_1(header.members.typ.as_text()),
            // the header of DIDComm v1 may be padded
            Err(_) => is_header_of_version_1(&protected),
        };
        if is_of_version_1 {
            return Ok(None);
        }
        if is_flattened {
            return Err(flattened());
        }
        let header = header?;
        header.refuse_extensions()?;
        let Header { members: header, names, .. } = header;
        let shared = shared_names(names, wire.unprotected)?;
        let encryption = ContentEncryption::from_name(header.enc.as_deref().unwrap_or_default())?;
        let algorithm = AgreementAlgorithm::from_name(header.alg.as_deref().unwrap_or_default())?;
        let agreement = read_agreement(&header, algorithm, accept.draft_3)?;
        let is_draft_3 = matches!(agreement, Agreement::Ecdh1Pu { apu: None, .. });
        if algorithm == AgreementAlgorithm::Ecdh1Pu
            && encryption != ContentEncryption::A256CbcHs512
            && !is_draft_3
        {
            // ECDH-1PU requires a content encryption that commits to its key
            return Err(Error::unsupported("content encryption with ECDH-1PU", encryption.name()));
        }
        let apv = header.apv.as_deref().map(|apv| base64url::decode(apv, "jwe.protected.apv")).transpose()?;
        let epk = header.epk.as_ref().map(parse_epk).transpose()?;
        let recipients =
            parse_recipients(wire.recipients, &shared, algorithm, epk.as_ref(), accept.recipients)?;
        if is_draft_3 && recipients.len() > 1 {
            // each of them could write a message to the others in the name of the sender
            let reason =
                format!("must be one key in authcrypt by draft 3 of ECDH-1PU, got {}", recipients.len());
            return Err(Error::malformed("jwe.recipients", reason));
        }
        Ok(Some(Self {
            agreement,
            encryption,
            apv,
            recipients,
            iv: decode_member(wire.iv, "jwe.iv")?,
            ciphertext: decode_member(wire.ciphertext, "jwe.ciphertext")?,
            tag: decode_member(wire.tag, "jwe.tag")?,
            aad: wire.aad.map(|aad| string(Some(aad), "jwe.aad")).transpose()?,
            protected,
        }))
    }

    /// The additional authenticated data: the header exactly as it arrived, never re-encoded.
    pub(crate) fn additional_data(&self) -> Cow<'_, [u8]> {
        match &self.aad {
            None => Cow::Borrowed(self.protected.as_bytes()),
            Some(aad) => Cow::Owned(format!("{}.{aad}", self.protected).into_bytes()),
        }
    }

    /// The kids of all recipients, in the order of the message.
    pub(crate) fn kids(&self) -> impl Iterator<Item = &DidUrl> {
        self.recipients.iter().map(|recipient| &recipient.kid)
    }
}

impl std::fmt::Debug for Jwe<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jwe").field("agreement", &self.agreement).finish_non_exhaustive()
    }
}

fn read_agreement(header: &Protected<'_>, algorithm: AgreementAlgorithm, draft_3: bool) -> Result<Agreement> {
    match algorithm {
        AgreementAlgorithm::EcdhEs if header.skid.is_some() || header.apu.is_some() => {
            Err(Error::malformed("jwe.protected", "anoncrypt must have neither `skid` nor `apu`"))
        }
        AgreementAlgorithm::EcdhEs => Ok(Agreement::EcdhEs),
        AgreementAlgorithm::Ecdh1Pu if draft_3 && header.apu.is_none() && header.apv.is_none() => {
            let skid =
                header.skid.as_deref().ok_or_else(|| Error::malformed("jwe.protected.skid", "missing"))?;
            Ok(Agreement::Ecdh1Pu { skid: DidUrl::parse_key_of_did(skid, "jwe.protected.skid")?, apu: None })
        }
        AgreementAlgorithm::Ecdh1Pu => {
            let apu = header.apu.as_deref().ok_or_else(|| Error::malformed("jwe.protected.apu", LEFT_OUT))?;
            let apu = base64url::decode(apu, "jwe.protected.apu")?;
            let named =
                str::from_utf8(&apu).map_err(|_| Error::malformed("jwe.protected.apu", "not UTF-8"))?;
            let skid =
                DidUrl::parse_key_of_did(header.skid.as_deref().unwrap_or(named), "jwe.protected.skid")?;
            if skid.as_str() != named {
                return Err(Error::Untrusted {
                    claim: crate::error::Claim::SenderKey,
                    kid: Some(skid.to_string()),
                    did: None,
                });
            }
            Ok(Agreement::Ecdh1Pu { skid, apu: Some(apu) })
        }
    }
}

fn parse_recipients(
    raw: Option<Raw<'_>>,
    shared: &Names<'_>,
    algorithm: AgreementAlgorithm,
    epk: Option<&PublicKey>,
    most: usize,
) -> Result<Vec<Recipient>> {
    const PART: &str = "jwe.recipients";
    let raw = raw.ok_or_else(|| Error::malformed(PART, "missing"))?;
    let entries = entries(raw, most, PART)?;
    if entries.is_empty() {
        return Err(Error::malformed(PART, "must not be empty"));
    }
    let mut recipients: Vec<Recipient> = Vec::with_capacity(entries.len());
    for entry in entries {
        const HEADER: &str = "jwe.recipients.header";
        let entry = WireRecipient::read(entry)?;
        if entry.header.is_none() {
            return Err(Error::malformed(HEADER, "missing"));
        }
        let members = parse_unprotected(entry.header, HEADER)?;
        refuse_unprotected_extensions(&members, HEADER)?;
        if members.iter().any(|(name, _)| shared.contains(name)) {
            return Err(Error::malformed(HEADER, "must not repeat a name of another header"));
        }
        let header = Datum::Object(members);
        let kid = header.get("kid").and_then(Datum::as_text).unwrap_or_default();
        let kid = DidUrl::parse_kid(kid, "jwe.recipients.header.kid")?;
        if recipients.first().is_some_and(|first| first.kid.did() != kid.did()) {
            return Err(Error::malformed(PART, "must be keys of one DID, got keys of several"));
        }
        // one implementation has an ephemeral key for each recipient; for ECDH-ES that is unusual but harmless
        let epk = match (epk, header.get("epk")) {
            (Some(epk), _) => epk.clone(),
            (None, Some(own)) if algorithm == AgreementAlgorithm::EcdhEs => parse_epk(own)?,
            _ => return Err(Error::malformed("jwe.protected.epk", "missing")),
        };
        let encrypted_key = string(entry.encrypted_key, "jwe.recipients.encrypted_key")?;
        let encrypted_key = base64url::decode(&encrypted_key, "jwe.recipients.encrypted_key")?;
        recipients.push(Recipient { kid, encrypted_key, epk });
    }
    let mut kids = Names::default();
    // which of two entries is the first could depend on the implementation
    if recipients.iter().all(|recipient| kids.insert(recipient.kid.as_str().into())) {
        Ok(recipients)
    } else {
        Err(Error::malformed("jwe.recipients.header.kid", "must be unique among the recipients"))
    }
}

pub(crate) fn parse_epk(epk: &Datum<'_>) -> Result<PublicKey> {
    Jwk::read(&epk).and_then(|jwk| jwk.only_public_key()).map_err(|error| match error {
        Error::Malformed { part, reason } => {
            Error::malformed("jwe.protected.epk", format!("{part}: {reason}"))
        }
        other => other,
    })
}

/// The names of the protected and of the shared header, which no recipient's header may repeat.
fn shared_names<'a>(mut names: Names<'a>, raw: Option<Raw<'a>>) -> Result<Names<'a>> {
    const PART: &str = "jwe.unprotected";
    let members = parse_unprotected(raw, PART)?;
    refuse_unprotected_extensions(&members, PART)?;
    for (name, _) in members {
        if !names.insert(name) {
            return Err(Error::malformed(PART, "must not repeat a name of the protected header"));
        }
    }
    Ok(names)
}
