//! Reading a plaintext message, whose large parts stay where they are.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::headers::{id, party, seconds, text, texts};
use super::kept::{Kept, Source};
use super::plaintext::{FromPriorHeader, MEDIA_TYPE, Message};
use super::{Attachment, json};
use crate::did::DidUrl;
use crate::error::{Error, Result};

impl Message {
    /// Reads a plaintext message.
    pub fn parse(json_text: &str) -> Result<Self> {
        Self::parse_within(json_text, json::NESTING)
    }

    /// Reads a plaintext message that nests no deeper than that.
    pub fn parse_within(json_text: &str, nesting: usize) -> Result<Self> {
        Self::keep(Source::Open(json_text.to_owned()), nesting)
    }

    /// Reads a plaintext message and keeps its text.
    pub fn of_text(json_text: String) -> Result<Self> {
        Self::keep(Source::Open(json_text), json::NESTING)
    }

    pub(crate) fn keep(source: Source, nesting: usize) -> Result<Self> {
        let source = Arc::new(source);
        json::check(source.as_str(), "message", nesting)?;
        Headers::find(source.as_str())?.read(&source)
    }

    /// A message of the text of its other headers, its body and its attachments.
    pub fn assemble(
        headers: String,
        body: Option<String>,
        attachments: Option<Vec<Attachment>>,
    ) -> Result<Self> {
        let mut message = Self::keep(Source::Open(headers), json::NESTING)?;
        if let Some(body) = body {
            // it stands one level deep in the message, and an attachment two
            json::check(&body, "message", json::NESTING.saturating_sub(1))?;
            message.body = Some(object(Kept::whole(body))?);
        }
        if let Some(attachments) = attachments {
            for attachment in &attachments {
                attachment.check_nesting(json::NESTING.saturating_sub(2))?;
            }
            message.attachments = Some(each_once(attachments)?);
        }
        Ok(message)
    }
}

/// The headers that the specification defines, each still as its text, and the others.
#[derive(Default)]
struct Headers<'a> {
    id: Option<&'a RawValue>,
    typ: Option<&'a RawValue>,
    type_: Option<&'a RawValue>,
    from: Option<&'a RawValue>,
    to: Option<&'a RawValue>,
    thid: Option<&'a RawValue>,
    pthid: Option<&'a RawValue>,
    created_time: Option<&'a RawValue>,
    expires_time: Option<&'a RawValue>,
    from_prior: Option<&'a RawValue>,
    please_ack: Option<&'a RawValue>,
    ack: Option<&'a RawValue>,
    lang: Option<&'a RawValue>,
    accept_lang: Option<&'a RawValue>,
    body: Option<&'a RawValue>,
    attachments: Option<&'a RawValue>,
    custom: json::Members<'a>,
}

impl<'a> Headers<'a> {
    fn find(text: &'a str) -> Result<Self> {
        let mut found = Self::default();
        for (name, raw) in json::members(text, "message")? {
            let place = match name.as_ref() {
                "id" => &mut found.id,
                "typ" => &mut found.typ,
                "type" => &mut found.type_,
                "from" => &mut found.from,
                "to" => &mut found.to,
                "thid" => &mut found.thid,
                "pthid" => &mut found.pthid,
                "created_time" => &mut found.created_time,
                "expires_time" => &mut found.expires_time,
                "from_prior" => &mut found.from_prior,
                "please_ack" => &mut found.please_ack,
                "ack" => &mut found.ack,
                "lang" => &mut found.lang,
                "accept-lang" => &mut found.accept_lang,
                "body" => &mut found.body,
                "attachments" => &mut found.attachments,
                _ => {
                    found.custom.push((name, raw));
                    continue;
                }
            };
            *place = Some(raw);
        }
        Ok(found)
    }

    fn read(self, source: &Arc<Source>) -> Result<Message> {
        if let Some(raw) = present(self.typ) {
            check_typ(&text(raw, "message.typ")?)?;
        }
        let type_ = text(required(self.type_, "message.type")?, "message.type")?;
        if type_.is_empty() || type_.contains(char::is_whitespace) {
            return Err(Error::malformed("message.type", "no URI"));
        }
        let to = |raw: &RawValue| -> Result<Vec<DidUrl>> {
            texts(raw, "message.to")?.iter().map(|did| party(did, "message.to")).collect()
        };
        let ids = |raw, part| texts(raw, part).map(owned);
        Ok(Message {
            id: id(required(self.id, "message.id")?, "message.id")?,
            type_: type_.into_owned(),
            from: present(self.from)
                .map(|raw| party(&text(raw, "message.from")?, "message.from"))
                .transpose()?,
            to: present(self.to).map(to).transpose()?,
            thid: present(self.thid).map(|raw| id(raw, "message.thid")).transpose()?,
            pthid: present(self.pthid).map(|raw| id(raw, "message.pthid")).transpose()?,
            created_time: present(self.created_time)
                .map(|raw| seconds(raw, "message.created_time"))
                .transpose()?,
            expires_time: present(self.expires_time)
                .map(|raw| seconds(raw, "message.expires_time"))
                .transpose()?,
            from_prior: present(self.from_prior)
                .map(|raw| text(raw, "message.from_prior").map(|jwt| FromPriorHeader::Jwt(jwt.into_owned())))
                .transpose()?,
            please_ack: present(self.please_ack).map(|raw| ids(raw, "message.please_ack")).transpose()?,
            ack: present(self.ack).map(|raw| ids(raw, "message.ack")).transpose()?,
            lang: present(self.lang).map(|raw| text(raw, "message.lang").map(Cow::into_owned)).transpose()?,
            accept_lang: present(self.accept_lang).map(|raw| ids(raw, "message.accept-lang")).transpose()?,
            body: self.body.map(|raw| object(Kept::part(source, raw.get()))).transpose()?,
            attachments: present(self.attachments).map(|raw| attachments(raw, source)).transpose()?,
            custom: self
                .custom
                .into_iter()
                .map(|(name, raw)| (name.into_owned(), Kept::part(source, raw.get())))
                .collect(),
        })
    }
}

/// A header that may be absent, for which null stands where absence is allowed, but for body.
fn present(raw: Option<&RawValue>) -> Option<&RawValue> {
    raw.filter(|raw| raw.get() != "null")
}

fn required<'a>(raw: Option<&'a RawValue>, part: &'static str) -> Result<&'a RawValue> {
    raw.ok_or_else(|| Error::malformed(part, "missing"))
}

fn owned(texts: Vec<Cow<'_, str>>) -> Vec<String> {
    texts.into_iter().map(Cow::into_owned).collect()
}

fn object(body: Kept) -> Result<Kept> {
    let is_object = body.as_str().starts_with('{');
    is_object.then_some(body).ok_or_else(|| Error::malformed("message.body", "no JSON object"))
}

/// The short form is the long one (RFC 7515 4.1.9); any other type is another kind of thing.
fn check_typ(typ: &str) -> Result<()> {
    let short = MEDIA_TYPE.strip_prefix("application/").unwrap_or(MEDIA_TYPE);
    if typ.eq_ignore_ascii_case(MEDIA_TYPE) || typ.eq_ignore_ascii_case(short) {
        Ok(())
    } else {
        Err(Error::malformed("message.typ", "not application/didcomm-plain+json"))
    }
}

fn attachments(raw: &RawValue, source: &Arc<Source>) -> Result<Vec<Attachment>> {
    let entries: Vec<&RawValue> =
        serde_json::from_str(raw.get()).map_err(|_| Error::malformed("message.attachments", "no array"))?;
    let read = entries.into_iter().map(|entry| Attachment::keep(entry.get(), source));
    each_once(read.collect::<Result<_>>()?)
}

/// Attachments of which no two have one id.
fn each_once(attachments: Vec<Attachment>) -> Result<Vec<Attachment>> {
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
