//! A message with every header of the specification, and its custom headers as JSON text.

use super::shared_text::SharedText;
use super::{Attachment, FormFault, FromPrior, TypeUri};
use crate::did::DidUrl;

/// The media type of a plaintext message.
pub const MEDIA_TYPE: &str = "application/didcomm-plain+json";

/// The names of the specification's headers; custom headers have other names.
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
/// Every header has the form that the specification requires.
#[derive(Clone, Debug)]
pub struct Message {
    pub(super) id: String,
    pub(super) type_: String,
    pub(super) from: Option<DidUrl>,
    pub(super) to: Option<Vec<DidUrl>>,
    pub(super) thid: Option<String>,
    pub(super) pthid: Option<String>,
    pub(super) created_time: Option<u64>,
    pub(super) expires_time: Option<u64>,
    pub(super) from_prior: Option<FromPriorHeader>,
    pub(super) please_ack: Option<Vec<String>>,
    pub(super) ack: Option<Vec<String>>,
    pub(super) lang: Option<String>,
    pub(super) accept_lang: Option<Vec<String>>,
    pub(super) body: Option<SharedText>,
    pub(super) attachments: Option<Vec<Attachment>>,
    pub(super) custom: Vec<(String, SharedText)>,
    pub(super) form_faults: Vec<FormFault>,
}

/// The value of `from_prior`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FromPriorHeader {
    /// Claims, which packing signs.
    Claims(FromPrior),
    /// Claims verified by unpacking, and their JWT.
    Verified(FromPrior, String),
    /// An unverified JWT.
    Jwt(String),
}

impl Message {
    /// Whether the specification defines a header of this name.
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

    /// The parts of the message type; `None` if the type is not a Message Type URI.
    pub fn type_uri(&self) -> Option<TypeUri<'_>> {
        TypeUri::parse(&self.type_)
    }

    /// The claimed sender. Only unpacking can prove it.
    pub fn from(&self) -> Option<&DidUrl> {
        self.from.as_ref()
    }

    /// The DIDs in `to`.
    pub fn to(&self) -> Option<&[DidUrl]> {
        self.to.as_deref()
    }

    /// The thread id, or `None` if the message has none.
    pub fn thid(&self) -> Option<&str> {
        self.thid.as_deref()
    }

    /// The id of the parent thread.
    pub fn pthid(&self) -> Option<&str> {
        self.pthid.as_deref()
    }

    /// The creation time, in seconds since the epoch.
    pub fn created_time(&self) -> Option<u64> {
        self.created_time
    }

    /// The expiry time, in seconds since the epoch; `None` for a message that never expires.
    pub fn expires_time(&self) -> Option<u64> {
        self.expires_time
    }

    /// Whether the message has expired at that time, in seconds since the epoch.
    pub fn is_expired(&self, now: u64) -> bool {
        self.expires_time.is_some_and(|expires| expires <= now)
    }

    /// The DID rotation.
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

    /// The JSON text of the body; `{}` if the message has none.
    pub fn body(&self) -> &str {
        self.body.as_ref().map_or("{}", SharedText::as_str)
    }

    /// The attachments.
    pub fn attachments(&self) -> &[Attachment] {
        self.attachments.as_deref().unwrap_or_default()
    }

    /// The attachment with this id, which may have a leading `#` as in a body.
    pub fn attachment(&self, id: &str) -> Option<&Attachment> {
        let id = id.strip_prefix('#').unwrap_or(id);
        self.attachments().iter().find(|attachment| attachment.id() == Some(id))
    }

    /// The custom headers, each with its JSON text.
    pub fn custom_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.custom.iter().map(|(name, raw)| (name.as_str(), raw.as_str()))
    }

    /// The optional parts that were read as absent because of their invalid form.
    pub fn form_faults(&self) -> &[FormFault] {
        &self.form_faults
    }

    /// Whether a time has an invalid form and reads as absent.
    pub(crate) fn has_invalid_times(&self) -> bool {
        self.form_faults.iter().any(|fault| matches!(fault.part(), "created_time" | "expires_time"))
    }

    /// The same message, with one header taken from another message.
    ///
    /// Every other part remains as it is.
    #[must_use]
    pub fn with_header_of(mut self, name: &str, other: &Self) -> Self {
        match name {
            "id" => self.id.clone_from(&other.id),
            "type" => self.type_.clone_from(&other.type_),
            "from" => self.from.clone_from(&other.from),
            "to" => self.to.clone_from(&other.to),
            "thid" => self.thid.clone_from(&other.thid),
            "pthid" => self.pthid.clone_from(&other.pthid),
            "created_time" => self.created_time = other.created_time,
            "expires_time" => self.expires_time = other.expires_time,
            "from_prior" => self.from_prior.clone_from(&other.from_prior),
            "please_ack" => self.please_ack.clone_from(&other.please_ack),
            "ack" => self.ack.clone_from(&other.ack),
            "lang" => self.lang.clone_from(&other.lang),
            "accept-lang" => self.accept_lang.clone_from(&other.accept_lang),
            "body" => self.body.clone_from(&other.body),
            "attachments" => self.attachments.clone_from(&other.attachments),
            _ => self.custom.clone_from(&other.custom),
        }
        self.form_faults.clear();
        self
    }

    /// The same message with the claims of a rotation, which packing signs.
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
}
