//! The v1 envelope: JWE-like, with all of its recipients in the protected header.

use std::borrow::Cow;
use std::collections::HashSet;

use serde::Serialize;

use crate::base64url;
use crate::error::{Error, Result};
use crate::jose::wire::{Shape, Wire, is_header_of_version_1};
use crate::json::{self, Raw, entries, string};

/// The media type of an envelope (Aries RFC 0044).
pub const MEDIA_TYPE: &str = "application/didcomm-envelope-enc";

/// `typ` of an envelope.
const TYP: &str = "JWM/1.0";

/// The common value of `enc`. It means ChaCha20-Poly1305 with a nonce of 12 bytes, despite its name.
const ENC: &str = "xchacha20poly1305_ietf";

/// Other accepted values: the correct name, and a spelling in Aries RFC 0019.
const OTHER_ENCS: [&str; 2] = ["chacha20poly1305_ietf", "xchachapoly1305_ietf"];

/// Maximum length of `kid`, which errors repeat: a verkey has 44 characters, a DID URL some more.
const LONGEST_KID: usize = 2048;

/// The encryption of the content key (`alg`).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Mode {
    Authcrypt,
    Anoncrypt,
}

impl Mode {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Authcrypt => "Authcrypt",
            Self::Anoncrypt => "Anoncrypt",
        }
    }

    /// The schema of Aries RFC 0019 has the names in lower case.
    fn from_name(name: &str) -> Result<Self> {
        [Self::Authcrypt, Self::Anoncrypt]
            .into_iter()
            .find(|mode| mode.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| Error::unsupported("key agreement of DIDComm v1", name))
    }
}

/// A parsed envelope, not decrypted.
pub(super) struct Envelope<'a> {
    pub(super) recipients: Vec<Recipient>,
    pub(super) iv: Vec<u8>,
    pub(super) ciphertext: Vec<u8>,
    pub(super) tag: Vec<u8>,
    protected: Cow<'a, str>,
}

/// One recipient: its key, and the content key for it.
pub(super) struct Recipient {
    pub(super) kid: String,
    pub(super) encrypted_key: String,
    /// The encrypted sender, in authcrypt.
    pub(super) sender: Option<SealedSender>,
}

/// The sender's verkey in a sealed box, and the nonce of the box with the content key.
pub(super) struct SealedSender {
    pub(super) sealed: String,
    pub(super) nonce: String,
}

#[derive(Serialize)]
struct WireRecipient {
    encrypted_key: String,
    header: Header,
}

#[derive(Serialize)]
struct Header {
    kid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    iv: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sender: Option<String>,
}

/// Whether a text is an envelope of DIDComm v1, by its protected header.
pub fn is_v1(text: &str) -> bool {
    Wire::read(text, "envelope").is_ok_and(|wire| {
        wire.shape() == Shape::Encrypted
            && string(wire.protected, "protected").is_ok_and(|protected| is_header_of_version_1(&protected))
    })
}

impl<'a> Envelope<'a> {
    pub(super) fn parse(text: &'a str, most_recipients: usize) -> Result<Self> {
        Self::of(&Wire::read(text, "envelope")?, most_recipients)
    }

    pub(super) fn of(wire: &Wire<'a>, most_recipients: usize) -> Result<Self> {
        const PART: &str = "envelope.protected";
        wire.refuse_other_shape(Shape::Encrypted, "envelope")?;
        refuse_foreign(wire)?;
        let protected = string(wire.protected, PART)?;
        let bytes = base64url::decode_padded(&protected, PART)?;
        let header = json::members(json::utf8(&bytes, PART)?, PART)?;
        let member = |name: &str| find(&header, name);
        let typ = string(member("typ"), "envelope.protected.typ")?;
        if typ != TYP {
            return Err(Error::unsupported("envelope in place of DIDComm v1", typ));
        }
        let enc = string(member("enc"), "envelope.protected.enc")?;
        if enc != ENC && !OTHER_ENCS.contains(&enc.as_ref()) {
            return Err(Error::unsupported("content encryption of DIDComm v1", enc));
        }
        let alg = string(member("alg"), "envelope.protected.alg")?;
        let mode = Mode::from_name(&alg)?;
        let recipients = recipients(member("recipients"), mode, most_recipients)?;
        let bytes = |raw, part| base64url::decode_padded(&string(raw, part)?, part);
        Ok(Self {
            recipients,
            iv: bytes(wire.iv, "envelope.iv")?,
            ciphertext: bytes(wire.ciphertext, "envelope.ciphertext")?,
            tag: bytes(wire.tag, "envelope.tag")?,
            protected,
        })
    }

    /// The additional authenticated data: the header exactly as it arrived, never re-encoded.
    pub(super) fn additional_data(&self) -> &[u8] {
        self.protected.as_bytes()
    }
}

/// Refuses the members of a JWE that change the meaning of others, since the tag of v1 does not cover them.
fn refuse_foreign(wire: &Wire<'_>) -> Result<()> {
    let members = [wire.recipients, wire.header, wire.encrypted_key, wire.unprotected, wire.aad];
    if members.iter().all(Option::is_none) {
        return Ok(());
    }
    Err(Error::malformed("envelope", "must not have members of a JWE that are not in DIDComm v1"))
}

fn recipients(raw: Option<Raw<'_>>, mode: Mode, most: usize) -> Result<Vec<Recipient>> {
    const PART: &str = "envelope.protected.recipients";
    let entries = entries(raw.ok_or_else(|| Error::malformed(PART, "missing"))?, most, PART)?;
    if entries.is_empty() {
        return Err(Error::malformed(PART, "must not be empty"));
    }
    let mut kids = HashSet::new();
    entries
        .into_iter()
        .map(|entry| {
            let recipient = recipient(entry, mode)?;
            if kids.insert(recipient.kid.clone()) {
                Ok(recipient)
            } else {
                Err(Error::malformed(PART, "must be unique keys"))
            }
        })
        .collect()
}

fn find<'a>(members: &json::Members<'a>, name: &str) -> Option<Raw<'a>> {
    members.iter().find(|(known, _)| known == name).map(|(_, raw)| *raw)
}

/// Reads one recipient, of a checked header.
fn recipient(raw: Raw<'_>, mode: Mode) -> Result<Recipient> {
    const PART: &str = "envelope.protected.recipients";
    const HEADER: &str = "envelope.protected.recipients.header";
    let members = json::members(raw.get(), PART)?;
    let header = find(&members, "header").ok_or_else(|| Error::malformed(HEADER, "missing"))?;
    let header = json::members(header.get(), HEADER)?;
    let text = |raw, part| string(raw, part).map(Cow::into_owned);
    let optional = |name, part| match find(&header, name) {
        Some(raw) if raw.get() != "null" => text(Some(raw), part).map(Some),
        _ => Ok(None),
    };
    let sender = optional("sender", "envelope.protected.recipients.header.sender")?;
    let iv = optional("iv", "envelope.protected.recipients.header.iv")?;
    // implementations could differ in which of the two they use
    let sender = match (mode, sender, iv) {
        (Mode::Anoncrypt, None, None) => None,
        (Mode::Authcrypt, Some(sealed), Some(nonce)) => Some(SealedSender { sealed, nonce }),
        _ => return Err(Error::malformed(PART, "must have `sender` and `iv` in Authcrypt, and only there")),
    };
    let kid = text(find(&header, "kid"), "envelope.protected.recipients.header.kid")?;
    if kid.len() > LONGEST_KID {
        return Err(Error::malformed("envelope.protected.recipients.header.kid", "longer than any key id"));
    }
    Ok(Recipient {
        kid,
        encrypted_key: text(find(&members, "encrypted_key"), "envelope.protected.recipients.encrypted_key")?,
        sender,
    })
}

/// The content key for one recipient, to write.
pub(super) struct RecipientOut<'a> {
    pub(super) kid: &'a str,
    pub(super) encrypted_key: Vec<u8>,
    /// The sealed sender, and the nonce of the content key's box.
    pub(super) sender: Option<(Vec<u8>, [u8; 24])>,
}

#[derive(Serialize)]
struct ProtectedOut {
    enc: &'static str,
    typ: &'static str,
    alg: &'static str,
    recipients: Vec<WireRecipient>,
}

/// The protected header, in base64url with padding.
pub(super) fn protected_header(mode: Mode, recipients: Vec<RecipientOut<'_>>) -> String {
    let recipients = recipients.into_iter().map(|RecipientOut { kid, encrypted_key, sender }| {
        let (sender, iv) = sender.unzip();
        WireRecipient {
            encrypted_key: base64url::encode_padded(encrypted_key),
            header: Header {
                kid: kid.to_owned(),
                iv: iv.map(base64url::encode_padded),
                sender: sender.map(base64url::encode_padded),
            },
        }
    });
    let out = ProtectedOut { enc: ENC, typ: TYP, alg: mode.name(), recipients: recipients.collect() };
    base64url::encode_padded(serde_json::to_string(&out).unwrap_or_default())
}

/// The whole envelope.
pub(super) fn write(protected: &str, iv: &[u8], ciphertext: &[u8], tag: &[u8]) -> String {
    let mut text = format!("{{\"protected\":\"{protected}");
    for (name, bytes) in [("iv", iv), ("ciphertext", ciphertext), ("tag", tag)] {
        text.push_str("\",\"");
        text.push_str(name);
        text.push_str("\":\"");
        base64url::encode_padded_append(bytes, &mut text);
    }
    text.push_str("\"}");
    text
}
