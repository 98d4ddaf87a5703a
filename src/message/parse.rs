//! Parse a plaintext message without copying its large parts.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use super::form::{Form, Reading, Tolerance};
use super::headers::{id, party, seconds, text, texts};
use super::plaintext::{FromPriorHeader, MEDIA_TYPE, Message};
use super::shared_text::{SharedText, Source};
use super::{Attachment, FormFault};
use crate::did::DidUrl;
use crate::error::{Error, Result};
use crate::json::{self, Places, Raw};

impl Message {
    /// Parses a plaintext message.
    pub fn parse(json_text: &str) -> Result<Self> {
        Self::keep(Source::Open(json_text.to_owned()), Reading::default())
    }

    /// Parses a plaintext message with at most this nesting.
    pub fn parse_within(json_text: &str, nesting: usize) -> Result<Self> {
        Self::keep(Source::Open(json_text.to_owned()), Reading { nesting, ..Reading::default() })
    }

    /// Parses a plaintext message, and takes ownership of its text.
    pub fn of_text(json_text: String) -> Result<Self> {
        Self::keep(Source::Open(json_text), Reading::default())
    }

    /// Reads a message from a text that was just written, with the places of its members.
    pub fn of_members(json_text: String, places: &Places) -> Result<Self> {
        if places.levels > json::NESTING {
            // its error has the place
            return Self::of_text(json_text);
        }
        let source = Arc::new(Source::Open(json_text));
        Headers::of(places.members_of(source.as_str())).read(&source, Reading::default())
    }

    pub(crate) fn keep(source: Source, reading: Reading) -> Result<Self> {
        let source = Arc::new(source);
        let object = json::object(source.as_str(), "message", reading.nesting)?;
        Self::of_object(&source, object, reading)
    }

    /// Reads the message from the parsed object of the source.
    pub(crate) fn of_object(
        source: &Arc<Source>,
        object: json::Object<'_>,
        reading: Reading,
    ) -> Result<Self> {
        if object.levels > reading.nesting {
            let reason =
                format!("nested {} levels deep, more than the maximum of {}", object.levels, reading.nesting);
            return Err(Error::malformed("message", reason));
        }
        Headers::of(object.members).read(source, reading)
    }

    /// Restores a parsed message, with its recorded form faults.
    pub fn restore(
        json_text: String,
        from_prior: Option<FromPriorHeader>,
        form_faults: Vec<FormFault>,
    ) -> Result<Self> {
        let reading =
            Reading { nesting: json::DEEPEST, tolerance: Tolerance::Optional, ..Reading::default() };
        let message = Self::keep(Source::Open(json_text), reading)?;
        Ok(Self { from_prior, form_faults, ..message })
    }

    /// Assembles a message from the text of its other headers, its body and its attachments.
    pub fn assemble(
        headers: String,
        body: Option<String>,
        attachments: Option<Vec<Attachment>>,
    ) -> Result<Self> {
        let mut message = Self::keep(Source::Open(headers), Reading::default())?;
        if let Some(body) = body {
            // the body is nested one level deep in the message, an attachment two
            json::check(&body, "message", json::NESTING.saturating_sub(1))?;
            message.body = Some(object(SharedText::from_string(body))?);
        }
        if let Some(attachments) = attachments {
            for attachment in &attachments {
                attachment.check_nesting(json::NESTING.saturating_sub(2))?;
            }
            if !repeated_ids(&attachments).is_empty() {
                return Err(repeated_id_error());
            }
            message.attachments = Some(attachments);
        }
        Ok(message)
    }
}

/// The headers of the specification, unparsed, and the custom headers.
#[derive(Default)]
struct Headers<'a> {
    id: Option<Raw<'a>>,
    typ: Option<Raw<'a>>,
    type_: Option<Raw<'a>>,
    from: Option<Raw<'a>>,
    to: Option<Raw<'a>>,
    thid: Option<Raw<'a>>,
    pthid: Option<Raw<'a>>,
    created_time: Option<Raw<'a>>,
    expires_time: Option<Raw<'a>>,
    from_prior: Option<Raw<'a>>,
    please_ack: Option<Raw<'a>>,
    ack: Option<Raw<'a>>,
    lang: Option<Raw<'a>>,
    accept_lang: Option<Raw<'a>>,
    body: Option<Raw<'a>>,
    attachments: Option<Raw<'a>>,
    custom: json::Members<'a>,
}

impl<'a> Headers<'a> {
    fn of(members: json::Members<'a>) -> Self {
        let mut found = Self::default();
        for (name, raw) in members {
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
        found
    }

    fn read(self, source: &Arc<Source>, reading: Reading) -> Result<Message> {
        // headers that identify the parties and the message are never read as absent
        if let Some(raw) = skip_null(self.typ) {
            check_typ(&text(raw, "message.typ")?)?;
        }
        let type_ = text(require(self.type_, "message.type")?, "message.type")?;
        if type_.is_empty() || type_.contains(char::is_whitespace) {
            return Err(Error::malformed("message.type", "must be a URI, without white space"));
        }
        let to = |raw: Raw<'_>| -> Result<Vec<DidUrl>> {
            let dids = texts(raw, "message.to")?;
            check_count(reading.to, dids.len(), "message.to")?;
            dids.iter().map(|did| party(did, "message.to")).collect()
        };
        let mut form = Form::new(source, reading.tolerance);
        let ids = |raw, part| texts(raw, part).map(to_owned_texts);
        let path = |name: &'static str| move || name.to_owned();
        let body = self.body.map(|raw| object(SharedText::part(source, raw.get())));
        let body = match body {
            // null means as little as absence, and any other value has a meaning that would be lost
            Some(Err(error)) if self.body.is_some_and(|raw| raw.get() == "null") => {
                form.tolerate(error, None, path("body"))?;
                None
            }
            body => body.transpose()?,
        };
        let attachments = form.read_optional(skip_null(self.attachments), path("attachments"), |raw| {
            json::entries(raw, usize::MAX, "message.attachments")
                .map_err(|_| Error::malformed("message.attachments", "must be an array"))
        })?;
        let attachments = match attachments {
            Some(entries) => {
                check_count(reading.attachments, entries.len(), "message.attachments")?;
                Some(read_attachments(&entries, &mut form)?)
            }
            None => None,
        };
        Ok(Message {
            id: id(require(self.id, "message.id")?, "message.id")?,
            type_: type_.into_owned(),
            from: skip_null(self.from)
                .map(|raw| party(&text(raw, "message.from")?, "message.from"))
                .transpose()?,
            to: skip_null(self.to).map(to).transpose()?,
            thid: form.read_optional(skip_null(self.thid), path("thid"), |raw| id(raw, "message.thid"))?,
            pthid: form
                .read_optional(skip_null(self.pthid), path("pthid"), |raw| id(raw, "message.pthid"))?,
            created_time: form.read_time(skip_null(self.created_time), "created_time", |raw| {
                seconds(raw, "message.created_time")
            })?,
            expires_time: form.read_time(skip_null(self.expires_time), "expires_time", |raw| {
                seconds(raw, "message.expires_time")
            })?,
            from_prior: skip_null(self.from_prior)
                .map(|raw| text(raw, "message.from_prior").map(|jwt| FromPriorHeader::Jwt(jwt.into_owned())))
                .transpose()?,
            please_ack: form.read_optional(skip_null(self.please_ack), path("please_ack"), |raw| {
                ids(raw, "message.please_ack")
            })?,
            ack: form.read_optional(skip_null(self.ack), path("ack"), |raw| ids(raw, "message.ack"))?,
            lang: form.read_optional(skip_null(self.lang), path("lang"), |raw| {
                text(raw, "message.lang").map(Cow::into_owned)
            })?,
            accept_lang: form.read_optional(skip_null(self.accept_lang), path("accept-lang"), |raw| {
                ids(raw, "message.accept-lang")
            })?,
            body,
            attachments,
            custom: self
                .custom
                .into_iter()
                .map(|(name, raw)| (name.into_owned(), SharedText::part(source, raw.get())))
                .collect(),
            form_faults: form.into_faults(),
        })
    }
}

/// Refuses a collection longer than its limit.
fn check_count(most: usize, count: usize, part: &'static str) -> Result<()> {
    if count > most {
        return Err(Error::malformed(part, format!("must have at most {most} entries, got {count}")));
    }
    Ok(())
}

/// An optional header other than `body`: null means absent.
fn skip_null(raw: Option<Raw<'_>>) -> Option<Raw<'_>> {
    raw.filter(|raw| raw.get() != "null")
}

fn require<'a>(raw: Option<Raw<'a>>, part: &'static str) -> Result<Raw<'a>> {
    raw.ok_or_else(|| Error::malformed(part, "missing"))
}

fn to_owned_texts(texts: Vec<Cow<'_, str>>) -> Vec<String> {
    texts.into_iter().map(Cow::into_owned).collect()
}

fn object(body: SharedText) -> Result<SharedText> {
    let is_object = body.as_str().starts_with('{');
    is_object.then_some(body).ok_or_else(|| Error::malformed("message.body", "must be a JSON object"))
}

/// Checks `typ`: the media type, in its long form or in its short one (RFC 7515 4.1.9).
fn check_typ(typ: &str) -> Result<()> {
    let short = MEDIA_TYPE.strip_prefix("application/").unwrap_or(MEDIA_TYPE);
    if typ.eq_ignore_ascii_case(MEDIA_TYPE) || typ.eq_ignore_ascii_case(short) {
        Ok(())
    } else {
        Err(Error::malformed("message.typ", "must be application/didcomm-plain+json"))
    }
}

/// Reads the attachments, whose ids must be unique.
fn read_attachments(entries: &[Raw<'_>], form: &mut Form<'_>) -> Result<Vec<Attachment>> {
    let mut attachments = Vec::with_capacity(entries.len());
    for (place, entry) in entries.iter().enumerate() {
        let path = || format!("attachments[{place}]");
        match Attachment::keep(entry.get(), form, &path) {
            Ok(attachment) => attachments.push(attachment),
            Err(error) => form.tolerate(error, Some(entry.get()), path)?,
        }
    }
    let repeated = repeated_ids(&attachments);
    if !repeated.is_empty() {
        // a reference to the id would be ambiguous, so the id reads as absent
        form.tolerate(repeated_id_error(), None, || "attachments".to_owned())?;
        for attachment in &mut attachments {
            attachment.forget_id(|id| repeated.contains(id));
        }
    }
    Ok(attachments)
}

/// The ids of more than one attachment.
fn repeated_ids(attachments: &[Attachment]) -> HashSet<String> {
    let mut seen = HashSet::new();
    let ids = attachments.iter().filter_map(Attachment::id);
    ids.filter(|id| !seen.insert(*id)).map(ToOwned::to_owned).collect()
}

fn repeated_id_error() -> Error {
    Error::malformed("message.attachments", "the ids of attachments must be unique")
}
