//! Reading JSON as far as it can be read: what has the wrong form is passed over, and nothing is cut short.

use std::borrow::Cow;

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::jose::wire::Wire;
use crate::json::{Members, Raw, Text, string};

/// The most that a view repeats of one text: as long as the longest DID that is read.
const LONGEST_TEXT: usize = 16_384;

/// The most entries of a list of texts that a view repeats.
const MOST_TEXTS: usize = 1000;

/// A JSON object, each member still as its text.
#[derive(Default)]
pub(super) struct Object<'a>(Members<'a>);

impl<'a> Object<'a> {
    /// Reads an object; none where the text is anything else.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let mut reader = serde_json::Deserializer::from_str(text);
        reader.deserialize_map(AsFound).and_then(|members| reader.end().map(|()| Self(members))).ok()
    }

    /// The members as an envelope has them.
    pub(super) fn wire(&self) -> Wire<'a> {
        Wire::of(&self.0)
    }

    /// The member of that name; null stands for absent.
    pub(super) fn member(&self, name: &str) -> Option<Raw<'a>> {
        self.0.iter().find(|(known, raw)| known == name && raw.get() != "null").map(|(_, raw)| *raw)
    }

    /// Whether a member of that name stands there, were it null.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    pub(super) fn object(&self, name: &str) -> Option<Self> {
        Self::read(self.member(name)?.get())
    }

    /// A text in whole.
    pub(super) fn whole(&self, name: &'static str) -> Option<Cow<'a, str>> {
        string(Some(self.member(name)?), name).ok()
    }

    /// A text as a view repeats it.
    pub(super) fn text(&self, name: &'static str) -> Option<String> {
        self.whole(name).map(|text| repeated(&text))
    }

    /// A list of texts as a view repeats it.
    pub(super) fn texts(&self, name: &'static str) -> Option<Vec<String>> {
        let entries = Entries::read(self.member(name)?, MOST_TEXTS)?;
        let text = |raw: &Raw<'_>| string(Some(*raw), name).ok().map(|text| repeated(&text));
        Some(entries.first.iter().filter_map(text).collect())
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        serde_json::from_str(self.member(name)?.get()).ok()
    }

    /// How long the member is in the text; 0 where it is absent.
    pub(super) fn bytes(&self, name: &str) -> usize {
        self.member(name).map_or(0, |raw| raw.get().len())
    }

    /// How long each of these members is that is there.
    pub(super) fn sizes(&self, names: &[&'static str]) -> Vec<(&'static str, usize)> {
        let sized = |name: &&'static str| self.member(name).map(|raw| (*name, raw.get().len()));
        names.iter().filter_map(sized).collect()
    }
}

/// The members of an object in which a name may stand twice.
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

/// A text, cut where it is longer than anything that is read.
fn repeated(text: &str) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

/// The first entries of a list, and how many there are.
pub(super) struct Entries<'a> {
    pub(super) first: Vec<Raw<'a>>,
    pub(super) count: usize,
}

impl<'a> Entries<'a> {
    /// Reads a list and keeps no more of it than that; none where it is no list.
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
