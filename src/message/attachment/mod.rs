//! Attachments: inlined or linked content of a message.

mod content;
mod filename;

pub use content::{inline_data, link_data, sha2_256};
use std::ops::Range;
use std::sync::Arc;

use super::compare::are_equal;
use super::form::{Form, Tolerance};
use super::headers::{is_unreserved, text, texts};
use super::object::ObjectText;
use super::shared_text::{SharedText, Source};
use crate::error::{Error, Result};
use crate::json::{self, Raw};
use crate::multihash::Multihash;

/// An attachment with valid `data`. Every member is preserved as it arrived.
#[derive(Clone, Debug)]
pub struct Attachment {
    id: Option<String>,
    members: Vec<(String, SharedText)>,
    data: Data,
}

/// The ranges of the members of `data` in its text.
#[derive(Clone, Debug, Default)]
struct Data {
    base64: Option<Range<usize>>,
    json: Option<Range<usize>>,
    links: Option<Range<usize>>,
    hash: Option<Range<usize>>,
    jws: Option<Range<usize>>,
}

impl Attachment {
    /// Parses an attachment.
    pub fn parse(text: &str) -> Result<Self> {
        Self::keep_whole(text.to_owned())
    }

    /// Parses an attachment, and takes ownership of its text.
    pub(crate) fn keep_whole(text: String) -> Result<Self> {
        let source = Arc::new(Source::Open(text));
        Self::keep(source.as_str(), &mut Form::new(&source, Tolerance::Nothing), &String::new)
    }

    /// Restores a parsed attachment; its id may differ from the id in the text, which was not unique.
    pub fn restore(text: String, id: Option<String>) -> Result<Self> {
        let source = Arc::new(Source::Open(text));
        json::check(source.as_str(), "attachment", json::DEEPEST)?;
        let attachment =
            Self::keep(source.as_str(), &mut Form::new(&source, Tolerance::Optional), &String::new)?;
        Ok(Self { id, ..attachment })
    }

    /// Reads an attachment at this path of a checked JSON text.
    pub(super) fn keep(json_text: &str, form: &mut Form<'_>, path: &dyn Fn() -> String) -> Result<Self> {
        let members = json::members(json_text, "attachment")?;
        let find = |name: &str| members.iter().find(|(known, _)| known == name).map(|(_, raw)| *raw);
        let present = |name: &str| find(name).and_then(optional);
        let member = |name: &'static str| move || format!("{}.{name}", path());
        let id = form.read_optional(present("id"), member("id"), |raw| {
            let id = text(raw, "attachment.id")?;
            if id.is_empty() || !is_unreserved(&id) {
                return Err(Error::malformed(
                    "attachment.id",
                    "must contain only the characters A-Z a-z 0-9 - . _ ~",
                ));
            }
            Ok(id.into_owned())
        })?;
        for (name, part) in [
            ("description", "attachment.description"),
            ("filename", "attachment.filename"),
            ("media_type", "attachment.media_type"),
            ("format", "attachment.format"),
        ] {
            form.read_optional(present(name), member(name), |raw| text(raw, part).map(drop))?;
        }
        let missing = || Error::malformed("attachment.data", "missing");
        let data = match find("data") {
            Some(raw) => Data::read(raw, form, &member("data"))?,
            None => form.tolerate(missing(), None, member("data")).map(|()| Data::default())?,
        };
        let source = form.source();
        let share = |raw: Raw<'_>| SharedText::part(source, raw.get());
        let members = members.into_iter().map(|(name, raw)| (name.into_owned(), share(raw))).collect();
        Ok(Self { id, members, data })
    }

    /// Removes the id if the predicate holds.
    pub(super) fn forget_id(&mut self, is_ambiguous: impl Fn(&str) -> bool) {
        self.id = self.id.take().filter(|id| !is_ambiguous(id));
    }

    /// The same attachment, which retains at most twice its own text: a small part would otherwise retain the whole
    /// plaintext of its message.
    #[must_use]
    pub fn to_detached(&self) -> Self {
        let source = self.members.first().map_or(0, |(_, value)| value.source_length());
        if self.length().saturating_mul(2) >= source {
            return self.clone();
        }
        let copied = self.members.iter().map(|(name, value)| (name.clone(), value.to_unshared()));
        Self { id: self.id.clone(), members: copied.collect(), data: self.data.clone() }
    }

    /// The id, unique within its message.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The stated size of the content, in bytes: a whole number, or a string of one.
    pub fn byte_count(&self) -> Option<u64> {
        let stated = self.member("byte_count")?;
        serde_json::from_str(stated)
            .ok()
            .or_else(|| serde_json::from_str::<String>(stated).ok()?.parse().ok())
    }

    /// A safe file name for the content; `None` if no usable name remains.
    pub fn filename(&self) -> Option<String> {
        let written: String = serde_json::from_str(self.member("filename")?).ok()?;
        filename::sanitize(&written)
    }

    /// The JSON text of a member.
    pub fn member(&self, name: &str) -> Option<&str> {
        self.members.iter().find(|(known, _)| known == name).map(|(_, raw)| raw.as_str())
    }

    /// Refuses forms that are tolerated from peers, and invalid to send.
    pub fn check_exact(&self) -> Result<()> {
        if let Some(hash) = self.hash() {
            Multihash::parse(&hash, "attachment.data.hash")?;
        }
        if let Some(base64) = self.datum(self.data.base64.as_ref()) {
            content::check_url_safe(&content::string(base64, "attachment.data.base64")?)?;
        }
        Ok(())
    }

    /// The JSON text of `data`; an empty object if it has another form.
    pub fn data(&self) -> &str {
        self.member("data").filter(|data| data.starts_with('{')).unwrap_or("{}")
    }

    /// The JSON text of a present member of `data`.
    fn datum(&self, range: Option<&Range<usize>>) -> Option<&str> {
        self.member("data")?.get(range?.clone())
    }

    /// The attachment as JSON text.
    pub fn to_json(&self) -> String {
        let mut text = String::with_capacity(self.length());
        self.write(&mut text);
        text
    }

    /// Appends the JSON to a text.
    pub(super) fn write(&self, text: &mut String) {
        let mut object = ObjectText::begin(text);
        for (name, value) in &self.members {
            object.put(name, value.as_str());
        }
        object.end();
    }

    /// The approximate length of the JSON.
    pub(super) fn length(&self) -> usize {
        let lengths = self.members.iter().map(|(name, value)| name.len().saturating_add(value.length()));
        lengths.fold(2, |sum, length| sum.saturating_add(length).saturating_add(4))
    }

    /// Refuses a deeper nesting than this.
    pub(super) fn check_nesting(&self, nesting: usize) -> Result<()> {
        let inside = nesting.saturating_sub(1);
        self.members.iter().try_for_each(|(_, value)| json::check(value.as_str(), "message", inside))
    }
}

impl PartialEq for Attachment {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && are_equal(&self.to_json(), &other.to_json())
    }
}

impl Data {
    /// Reads `data`, which must have one of `links`, `base64` and `json`; links need a hash.
    ///
    /// Null means absent, except for `json`.
    fn read(raw: Raw<'_>, form: &mut Form<'_>, path: &dyn Fn() -> String) -> Result<Self> {
        let members = match json::members(raw.get(), "attachment.data") {
            Ok(members) => members,
            Err(error) => {
                form.tolerate(error, Some(raw.get()), path)?;
                return Ok(Self::default());
            }
        };
        let find = |name: &str| members.iter().find(|(known, _)| known == name).map(|(_, raw)| *raw);
        let present = |name: &str| find(name).and_then(optional);
        let member = |name: &'static str| move || format!("{}.{name}", path());
        let range = |part: Raw<'_>| offset(raw.get(), part.get());
        let is_text = |raw, part| text(raw, part).map(|_| range(raw));
        let base64 = form.read_optional(present("base64"), member("base64"), |raw| {
            is_text(raw, "attachment.data.base64")
        })?;
        let hash =
            form.read_optional(present("hash"), member("hash"), |raw| is_text(raw, "attachment.data.hash"))?;
        let links = form.read_optional(present("links"), member("links"), |raw| {
            texts(raw, "attachment.data.links").map(|links| (!links.is_empty()).then(|| range(raw)))
        })?;
        let data = Self {
            base64: base64.flatten(),
            json: find("json").and_then(range),
            links: links.flatten().flatten(),
            hash: hash.flatten(),
            jws: present("jws").and_then(range),
        };
        if data.links.is_some() && data.hash.is_none() {
            let fault = Error::malformed("attachment.data.hash", "missing: `links` requires a hash");
            form.tolerate(fault, present("hash").map(|raw: Raw<'_>| raw.get()), member("hash"))?;
        }
        if data.links.is_none() && data.base64.is_none() && data.json.is_none() {
            let fault = Error::malformed("attachment.data", "must have `links`, `base64` or `json`");
            form.tolerate(fault, Some(raw.get()), path)?;
        }
        Ok(data)
    }
}

/// The range of a part within its text.
fn offset(whole: &str, part: &str) -> Option<Range<usize>> {
    let start = part.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
    Some(start..start.checked_add(part.len())?).filter(|range| whole.get(range.clone()).is_some())
}

fn optional(raw: Raw<'_>) -> Option<Raw<'_>> {
    Some(raw).filter(|raw| raw.get() != "null")
}

#[cfg(test)]
mod tests {
    use super::*;

    // ATT-03, ATT-05, ATT-07, ATT-08
    #[test]
    fn data_must_have_content_or_links_with_a_hash() {
        for text in [
            r#"{"id":"a","data":{"json":{"b":1}}}"#,
            r#"{"data":{"base64":"_--_"},"odd":[1,2]}"#,
            r#"{"id":"abc-._~09","description":"d","filename":"f","media_type":"m","format":"g","lastmod_time":1,"byte_count":2,"data":{"links":["https://x/y"],"hash":"h"}}"#,
            r#"{"data":{"json":null}}"#,
            r#"{"data":{"json":1,"base64":null,"links":null,"hash":null,"jws":null}}"#,
        ] {
            assert_eq!(Attachment::parse(text).unwrap().to_json(), text);
        }
        for text in [
            "[]",
            "1",
            "{}",
            r#"{"data":{}}"#,
            r#"{"data":{"hash":"h"}}"#,
            r#"{"data":{"jws":{}}}"#,
            r#"{"data":{"links":[]}}"#,
            r#"{"data":{"links":["https://x/y"]}}"#,
            r#"{"data":{"links":["https://x/y"],"hash":null}}"#,
            r#"{"data":{"base64":1}}"#,
            r#"{"data":{"base64":null}}"#,
            r#"{"data":{"base64":"_--_"},"id":"a b"}"#,
            r#"{"data":{"base64":"_--_"},"id":7}"#,
            r#"{"data":{"base64":"_--_"},"filename":7}"#,
        ] {
            assert!(Attachment::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn detached_small_attachment_retains_only_its_own_text() {
        let body = "x".repeat(1000);
        let message = format!(
            r#"{{"id":"1","type":"t","body":{{"b":"{body}"}},"attachments":[{{"id":"a","data":{{"base64":"Zg","hash":"h"}}}}]}}"#
        );
        let message = crate::message::Message::parse(&message).unwrap();
        let attachment = &message.attachments()[0];
        let detached = attachment.to_detached();
        assert_eq!(detached, *attachment);
        assert_eq!(*detached.content().unwrap(), *b"f");
        assert_eq!(detached.hash().as_deref(), Some("h"));
        let longest = |attachment: &Attachment| {
            attachment.members.iter().map(|(_, value)| value.source_length()).max().unwrap()
        };
        assert!(longest(attachment) > 1000 && longest(&detached) < 50);
        let large = of_data(&format!(r#"{{"base64":"{}"}}"#, "A".repeat(1000)));
        assert_eq!(longest(&large.to_detached()), longest(&large));
    }

    fn of_data(data: &str) -> Attachment {
        Attachment::parse(&format!(r#"{{"id":"a","data":{data}}}"#)).unwrap()
    }
}
