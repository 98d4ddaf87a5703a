//! Attachments: content beside the body, inlined or linked.

mod content;

pub use content::{inlined, linked, sha2_256};
use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;
use serde_json::value::RawValue;

use super::headers::{is_unreserved, text, texts};
use super::json;
use super::kept::{Kept, Source};
use super::object::ObjectText;
use crate::error::{Error, Result};
use crate::multihash::Multihash;

/// An attachment whose data reaches its content. Every member is kept as it was written.
#[derive(Clone, Debug)]
pub struct Attachment {
    id: Option<String>,
    members: Vec<(String, Kept)>,
}

impl Attachment {
    /// Reads an attachment.
    pub fn parse(text: &str) -> Result<Self> {
        Self::keep_whole(text.to_owned())
    }

    /// Reads an attachment and keeps its text.
    pub(crate) fn keep_whole(text: String) -> Result<Self> {
        let source = Arc::new(Source::Open(text));
        json::check(source.as_str(), "attachment", json::NESTING)?;
        Self::keep(source.as_str(), &source)
    }

    /// Reads an attachment that is part of a text without ambiguities.
    pub(super) fn keep(json_text: &str, source: &Arc<Source>) -> Result<Self> {
        let members = json::members(json_text, "attachment")?;
        let mut id = None;
        let mut data = None;
        for (name, raw) in &members {
            match name.as_ref() {
                "id" => {
                    let text = optional(raw).map(|raw| text(raw, "attachment.id")).transpose()?;
                    id = text.map(Cow::into_owned);
                }
                "description" => check(optional(raw), |raw| text(raw, "attachment.description"))?,
                "filename" => check(optional(raw), |raw| text(raw, "attachment.filename"))?,
                "media_type" => check(optional(raw), |raw| text(raw, "attachment.media_type"))?,
                "format" => check(optional(raw), |raw| text(raw, "attachment.format"))?,
                "data" => data = Some(*raw),
                _ => {}
            }
        }
        if id.as_deref().is_some_and(|id| id.is_empty() || !is_unreserved(id)) {
            return Err(Error::malformed("attachment.id", "characters other than A-Z a-z 0-9 - . _ ~"));
        }
        check_data(data.ok_or_else(|| Error::malformed("attachment.data", "missing"))?)?;
        let kept = |raw: &RawValue| Kept::part(source, raw.get());
        let members = members.into_iter().map(|(name, raw)| (name.into_owned(), kept(raw))).collect();
        Ok(Self { id, members })
    }

    /// The id, unique within its message.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The size of the content as it is stated, in bytes: a whole number, or the text of one.
    pub fn byte_count(&self) -> Option<u64> {
        let stated = self.member("byte_count")?;
        serde_json::from_str(stated)
            .ok()
            .or_else(|| serde_json::from_str::<String>(stated).ok()?.parse().ok())
    }

    /// The JSON text of a member.
    pub fn member(&self, name: &str) -> Option<&str> {
        self.members.iter().find(|(known, _)| known == name).map(|(_, raw)| raw.as_str())
    }

    /// Refuses what is read from others, and would be wrong to send.
    pub fn check_exact(&self) -> Result<()> {
        if let Some(hash) = self.hash() {
            Multihash::parse(&hash, "attachment.data.hash")?;
        }
        if let Some(base64) = self.datum("base64") {
            content::check_url_safe(&text(base64, "attachment.data.base64")?)?;
        }
        Ok(())
    }

    /// A member of `data` that is there; null stands for absent, but for `json`.
    fn datum(&self, name: &str) -> Option<&RawValue> {
        let members = json::members(self.member("data")?, "attachment.data").ok()?;
        let (_, raw) = members.into_iter().find(|(known, _)| known == name)?;
        if name == "json" { Some(raw) } else { optional(raw) }
    }

    /// The attachment as JSON text.
    pub fn to_json(&self) -> String {
        let mut text = String::with_capacity(self.length());
        self.write(&mut text);
        text
    }

    /// Writes the JSON to the end of a text.
    pub(super) fn write(&self, text: &mut String) {
        let mut object = ObjectText::begin(text);
        for (name, value) in &self.members {
            object.put(name, value.as_str());
        }
        object.end();
    }

    /// About how long the JSON is.
    pub(super) fn length(&self) -> usize {
        let lengths = self.members.iter().map(|(name, value)| name.len().saturating_add(value.length()));
        lengths.fold(2, |sum, length| sum.saturating_add(length).saturating_add(4))
    }

    /// Refuses what is nested more deeply than that.
    pub(super) fn check_nesting(&self, nesting: usize) -> Result<()> {
        let inside = nesting.saturating_sub(1);
        self.members.iter().try_for_each(|(_, value)| json::check(value.as_str(), "message", inside))
    }
}

impl PartialEq for Attachment {
    fn eq(&self, other: &Self) -> bool {
        let value = |attachment: &Self| serde_json::from_str::<Value>(&attachment.to_json()).ok();
        value(self) == value(other)
    }
}

/// One of `links`, `base64` and `json` has to lead to the content; links need a hash.
fn check_data(raw: &RawValue) -> Result<()> {
    let members = json::members(raw.get(), "attachment.data")?;
    let find = |name: &str| members.iter().find(|(known, _)| known == name).map(|(_, raw)| *raw);
    let given = |name: &str| find(name).and_then(optional);
    check(given("base64"), |raw| text(raw, "attachment.data.base64"))?;
    check(given("hash"), |raw| text(raw, "attachment.data.hash"))?;
    let links = given("links").map(|raw| texts(raw, "attachment.data.links")).transpose()?;
    let linked = links.is_some_and(|links| !links.is_empty());
    if linked && given("hash").is_none() {
        return Err(Error::malformed("attachment.data.hash", "missing beside links"));
    }
    if linked || given("base64").is_some() || find("json").is_some() {
        Ok(())
    } else {
        Err(Error::malformed("attachment.data", "neither links nor base64 nor json"))
    }
}

fn optional(raw: &RawValue) -> Option<&RawValue> {
    Some(raw).filter(|raw| raw.get() != "null")
}

fn check<'a, T>(raw: Option<&'a RawValue>, read: impl FnOnce(&'a RawValue) -> Result<T>) -> Result<()> {
    raw.map(read).transpose().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    // ATT-03, ATT-05, ATT-07, ATT-08
    #[test]
    fn data_has_to_reach_its_content() {
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
}
