//! Lenient JSON reader: values of the wrong form are skipped, and reading continues.

use std::borrow::Cow;

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::jose::wire::Wire;
use crate::json::{Members, Raw, Text, string};

/// Maximum length of a text in a view, that of the longest accepted DID.
const LONGEST_TEXT: usize = 16_384;

/// Maximum number of entries of a list of texts in a view.
const MOST_TEXTS: usize = 1000;

/// A JSON object with unparsed members.
#[derive(Default)]
pub(super) struct Object<'a>(Members<'a>);

impl<'a> Object<'a> {
    /// Reads an object; `None` for any other text.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let mut reader = serde_json::Deserializer::from_str(text);
        reader.deserialize_map(AsFound).and_then(|members| reader.end().map(|()| Self(members))).ok()
    }

    /// The members of an envelope.
    pub(super) fn wire(&self) -> Wire<'a> {
        Wire::of(&self.0)
    }

    /// The member of that name; null means absent.
    pub(super) fn member(&self, name: &str) -> Option<Raw<'a>> {
        self.0.iter().find(|(known, raw)| known == name && raw.get() != "null").map(|(_, raw)| *raw)
    }

    /// Whether a member of that name is present, even with the value null.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    pub(super) fn object(&self, name: &str) -> Option<Self> {
        Self::read(self.member(name)?.get())
    }

    /// A whole text.
    pub(super) fn full_text(&self, name: &'static str) -> Option<Cow<'a, str>> {
        string(Some(self.member(name)?), name).ok()
    }

    /// A text, truncated for a view.
    pub(super) fn text(&self, name: &'static str) -> Option<String> {
        self.full_text(name).map(|text| truncate(&text))
    }

    /// A list of texts, truncated for a view.
    pub(super) fn texts(&self, name: &'static str) -> Option<Vec<String>> {
        let entries = Entries::read(self.member(name)?, MOST_TEXTS)?;
        let text = |raw: &Raw<'_>| string(Some(*raw), name).ok().map(|text| truncate(&text));
        Some(entries.first.iter().filter_map(text).collect())
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        serde_json::from_str(self.member(name)?.get()).ok()
    }

    /// The length of the member in the text; 0 if it is absent.
    pub(super) fn bytes(&self, name: &str) -> usize {
        self.member(name).map_or(0, |raw| raw.get().len())
    }

    /// The lengths of those of these members that are present.
    pub(super) fn sizes(&self, names: &[&'static str]) -> Vec<(&'static str, usize)> {
        let sized = |name: &&'static str| self.member(name).map(|raw| (*name, raw.get().len()));
        names.iter().filter_map(sized).collect()
    }
}

/// The members of an object, possibly with repeated names.
struct AsFound;

impl<'de> Visitor<'de> for AsFound {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Members<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(Text(name)) = entries.next_key()? {
            let value: &RawValue = entries.next_value()?;
            members.push((name, Raw::of(value.get())));
        }
        Ok(members)
    }
}

/// Truncates a text to the maximum length in a view.
fn truncate(text: &str) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

/// The first entries of a list, and their total number.
pub(super) struct Entries<'a> {
    pub(super) first: Vec<Raw<'a>>,
    pub(super) count: usize,
}

impl<'a> Entries<'a> {
    /// Reads a list, and stores at most so many entries; `None` for any other value.
    pub(super) fn read(raw: Raw<'a>, most: usize) -> Option<Self> {
        let reader = &mut serde_json::Deserializer::from_str(raw.get());
        reader.deserialize_seq(First(most)).ok()
    }
}

struct First(usize);

impl<'de> Visitor<'de> for First {
    type Value = Entries<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Entries<'de>, A::Error> {
        let mut first = Vec::new();
        while first.len() < self.0 {
            match entries.next_element::<&RawValue>()? {
                Some(entry) => first.push(Raw::of(entry.get())),
                None => break,
            }
        }
        let mut count = first.len();
        while entries.next_element::<IgnoredAny>()?.is_some() {
            count = count.saturating_add(1);
        }
        Ok(Entries { first, count })
    }
}
