//! A message with every header of the specification, and the custom ones as they came.

use serde::Serialize;
use serde::ser::SerializeMap;
use serde_json::value::RawValue;

use super::headers::{id, party, seconds, text, texts};
use super::{Attachment, FromPrior, TypeUri, json};
use crate::did::DidUrl;
use crate::error::{Error, Result};

/// The media type of a plaintext message.
pub const MEDIA_TYPE: &str = "application/didcomm-plain+json";

/// The names of the headers that the specification defines; custom headers have other names.
const RESERVED: [&str; 16] = [
    "id",
    "typ",
    "type",
    "from",
    "to",
    "thid",
    "pthid",
    "created_time",
    "expires_time",
    "from_prior",
    "please_ack",
    "ack",
    "lang",
    "accept-lang",
    "body",
    "attachments",
];

/// A plaintext message.
///
/// It exists only if every header has the form that the specification demands.
#[derive(Clone, Debug)]
pub struct Message {
    id: String,
    type_: String,
    from: Option<DidUrl>,
    to: Option<Vec<DidUrl>>,
    thid: Option<String>,
    pthid: Option<String>,
    created_time: Option<u64>,
    expires_time: Option<u64>,
    from_prior: Option<FromPriorHeader>,
    please_ack: Option<Vec<String>>,
    ack: Option<Vec<String>>,
    lang: Option<String>,
    accept_lang: Option<Vec<String>>,
    body: Option<Box<RawValue>>,
    attachments: Option<Vec<Attachment>>,
    custom: Vec<(String, Box<RawValue>)>,
}

/// What stands in `from_prior`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FromPriorHeader {
    /// Claims to be signed when the message is packed.
    Claims(FromPrior),
    /// Claims that were verified when the message was unpacked, and the JWT that carried them.
    Verified(FromPrior, String),
    /// A JWT that nobody has verified.
    Jwt(String),
}

impl Message {
    /// Reads a plaintext message.
    pub fn parse(json_text: &str) -> Result<Self> {
        Self::parse_within(json_text, json::NESTING)
    }

    /// Reads a plaintext message that nests no deeper than that.
    pub fn parse_within(json_text: &str, nesting: usize) -> Result<Self> {
        json::check(json_text, "message", nesting)?;
        let members = json::members(json_text, "message")?;
        let find = |name: &str| members.iter().find(|(known, _)| known == name).map(|(_, raw)| *raw);
        // null stands for absent where absence is allowed, but for body
        let optional = |name: &str| find(name).filter(|raw| raw.get() != "null");
        let required = |name: &str, part| find(name).ok_or_else(|| Error::malformed(part, "missing"));
        if let Some(raw) = optional("typ") {
            check_typ(&text(raw, "message.typ")?)?;
        }
        let type_ = text(required("type", "message.type")?, "message.type")?;
        if type_.is_empty() || type_.contains(char::is_whitespace) {
            return Err(Error::malformed("message.type", "no URI"));
        }
        let to = |raw: &RawValue| -> Result<Vec<DidUrl>> {
            texts(raw, "message.to")?.iter().map(|did| party(did, "message.to")).collect()
        };
        let body = find("body").map(|raw| {
            let is_object = raw.get().starts_with('{');
            is_object
                .then(|| raw.to_owned())
                .ok_or_else(|| Error::malformed("message.body", "no JSON object"))
        });
        let custom = members.iter().filter(|(name, _)| !RESERVED.contains(&name.as_ref()));
        Ok(Self {
            id: id(required("id", "message.id")?, "message.id")?,
            type_,
            from: optional("from")
                .map(|raw| party(&text(raw, "message.from")?, "message.from"))
                .transpose()?,
            to: optional("to").map(to).transpose()?,
            thid: optional("thid").map(|raw| id(raw, "message.thid")).transpose()?,
            pthid: optional("pthid").map(|raw| id(raw, "message.pthid")).transpose()?,
            created_time: optional("created_time")
                .map(|raw| seconds(raw, "message.created_time"))
                .transpose()?,
            expires_time: optional("expires_time")
                .map(|raw| seconds(raw, "message.expires_time"))
                .transpose()?,
            from_prior: optional("from_prior")
                .map(|raw| text(raw, "message.from_prior").map(FromPriorHeader::Jwt))
                .transpose()?,
            please_ack: optional("please_ack").map(|raw| texts(raw, "message.please_ack")).transpose()?,
            ack: optional("ack").map(|raw| texts(raw, "message.ack")).transpose()?,
            lang: optional("lang").map(|raw| text(raw, "message.lang")).transpose()?,
            accept_lang: optional("accept-lang").map(|raw| texts(raw, "message.accept-lang")).transpose()?,
            body: body.transpose()?,
            attachments: optional("attachments").map(parse_attachments).transpose()?,
            custom: custom.map(|(name, raw)| (name.to_string(), (*raw).to_owned())).collect(),
        })
    }

    /// Whether a header of that name is defined by the specification.
    pub fn is_reserved(name: &str) -> bool {
        RESERVED.contains(&name)
    }

    /// The id, unique among the sender's messages.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The message type URI.
    pub fn message_type(&self) -> &str {
        &self.type_
    }

    /// The message type taken apart; none where the type is no Message Type URI.
    pub fn type_uri(&self) -> Option<TypeUri<'_>> {
        TypeUri::parse(&self.type_)
    }

    /// The sender that the message names. Only unpacking can prove it.
    pub fn from(&self) -> Option<&DidUrl> {
        self.from.as_ref()
    }

    /// The recipients that the message names.
    pub fn to(&self) -> Option<&[DidUrl]> {
        self.to.as_deref()
    }

    /// The thread id as it was written.
    pub fn thid(&self) -> Option<&str> {
        self.thid.as_deref()
    }

    /// The id of the parent thread.
    pub fn pthid(&self) -> Option<&str> {
        self.pthid.as_deref()
    }

    /// When the message was made, in seconds since the epoch.
    pub fn created_time(&self) -> Option<u64> {
        self.created_time
    }

    /// When the message expires, in seconds since the epoch; never where absent.
    pub fn expires_time(&self) -> Option<u64> {
        self.expires_time
    }

    /// Whether the message has expired at that time, in seconds since the epoch.
    pub fn is_expired(&self, now: u64) -> bool {
        self.expires_time.is_some_and(|expires| expires <= now)
    }

    /// The announcement of a DID rotation.
    pub fn from_prior(&self) -> Option<&FromPriorHeader> {
        self.from_prior.as_ref()
    }

    /// The ids of messages to acknowledge.
    pub fn please_ack(&self) -> Option<&[String]> {
        self.please_ack.as_deref()
    }

    /// The ids of acknowledged messages, oldest first.
    pub fn ack(&self) -> Option<&[String]> {
        self.ack.as_deref()
    }

    /// The language of the message.
    pub fn lang(&self) -> Option<&str> {
        self.lang.as_deref()
    }

    /// The languages that the sender prefers.
    pub fn accept_lang(&self) -> Option<&[String]> {
        self.accept_lang.as_deref()
    }

    /// The JSON text of the body; `{}` where the message has none.
    pub fn body(&self) -> &str {
        self.body.as_ref().map_or("{}", |raw| raw.get())
    }

    /// The attachments.
    pub fn attachments(&self) -> &[Attachment] {
        self.attachments.as_deref().unwrap_or_default()
    }

    /// The attachment of that id, which a body may write with `#` before it.
    pub fn attachment(&self, id: &str) -> Option<&Attachment> {
        let id = id.strip_prefix('#').unwrap_or(id);
        self.attachments().iter().find(|attachment| attachment.id() == Some(id))
    }

    /// The custom headers, each with its JSON text.
    pub fn custom_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.custom.iter().map(|(name, raw)| (name.as_str(), raw.get()))
    }

    /// The same message with the claims of a rotation to be signed when it is packed.
    #[must_use]
    pub fn with_from_prior(mut self, from_prior: FromPrior) -> Self {
        self.from_prior = Some(FromPriorHeader::Claims(from_prior));
        self
    }

    #[must_use]
    pub(crate) fn with_from_prior_header(mut self, header: FromPriorHeader) -> Self {
        self.from_prior = Some(header);
        self
    }

    #[must_use]
    pub(crate) fn with_from(mut self, from: DidUrl) -> Self {
        self.from = Some(from);
        self
    }

    #[must_use]
    pub(crate) fn with_to(mut self, to: Vec<DidUrl>) -> Self {
        self.to = Some(to);
        self
    }

    /// The message as JSON text, with its media type and a body in any case.
    ///
    /// The claims of a rotation that is not yet signed have no plaintext form; they are left out here.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Serialize for Message {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("typ", MEDIA_TYPE)?;
        map.serialize_entry("type", &self.type_)?;
        if let Some(from) = &self.from {
            map.serialize_entry("from", from.as_str())?;
        }
        if let Some(to) = &self.to {
            map.serialize_entry("to", &to.iter().map(DidUrl::as_str).collect::<Vec<_>>())?;
        }
        for (name, value) in [("thid", &self.thid), ("pthid", &self.pthid), ("lang", &self.lang)] {
            if let Some(value) = value {
                map.serialize_entry(name, value)?;
            }
        }
        for (name, value) in [("created_time", self.created_time), ("expires_time", self.expires_time)] {
            if let Some(value) = value {
                map.serialize_entry(name, &value)?;
            }
        }
        if let Some(FromPriorHeader::Jwt(jwt) | FromPriorHeader::Verified(_, jwt)) = &self.from_prior {
            map.serialize_entry("from_prior", jwt)?;
        }
        let lists =
            [("please_ack", &self.please_ack), ("ack", &self.ack), ("accept-lang", &self.accept_lang)];
        for (name, value) in lists {
            if let Some(value) = value {
                map.serialize_entry(name, value)?;
            }
        }
        for (name, raw) in &self.custom {
            map.serialize_entry(name, raw)?;
        }
        match &self.body {
            Some(body) => map.serialize_entry("body", body)?,
            // v2.0 peers demand a body
            None => map.serialize_entry("body", &serde_json::Map::new())?,
        }
        if let Some(attachments) = &self.attachments {
            map.serialize_entry("attachments", attachments)?;
        }
        map.end()
    }
}

impl PartialEq for Message {
    fn eq(&self, other: &Self) -> bool {
        let value = |message: &Self| serde_json::to_value(message).ok();
        self.from_prior == other.from_prior && value(self) == value(other)
    }
}

/// The short form is the long one (RFC 7515 4.1.9); any other type is another kind of thing.
fn check_typ(typ: &str) -> Result<()> {
    let long = if typ.contains('/') { typ.to_owned() } else { format!("application/{typ}") };
    if long.eq_ignore_ascii_case(MEDIA_TYPE) {
        Ok(())
    } else {
        Err(Error::malformed("message.typ", "not application/didcomm-plain+json"))
    }
}

fn parse_attachments(raw: &RawValue) -> Result<Vec<Attachment>> {
    let entries: Vec<&RawValue> =
        serde_json::from_str(raw.get()).map_err(|_| Error::malformed("message.attachments", "no array"))?;
    let attachments = entries
        .into_iter()
        .map(|entry| Attachment::parse_checked(entry.get()))
        .collect::<Result<Vec<_>>>()?;
    let mut ids: Vec<_> = attachments.iter().filter_map(Attachment::id).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() == count {
        Ok(attachments)
    } else {
        Err(Error::malformed("message.attachments", "two attachments of one id"))
    }
}
