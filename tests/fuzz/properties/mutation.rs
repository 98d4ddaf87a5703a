//! Changes to an envelope: to its text, and to its decoded members.

use serde_json::Value;

use super::honest::ENVELOPES;
use crate::forge::{decode, encode};

/// Required, optional and forbidden members of a protected header.
const NAMES: [&str; 12] =
    ["typ", "alg", "enc", "skid", "apu", "apv", "epk", "kid", "crit", "zip", "cty", "b64"];

/// The input of the fuzzer, consumed byte by byte.
pub(super) struct Source<'a>(&'a [u8]);

impl<'a> Source<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    pub(super) fn index(&mut self, length: usize) -> usize {
        let (high, low) = (self.byte().unwrap_or_default(), self.byte().unwrap_or_default());
        usize::from(u16::from_be_bytes([high, low])) % length.max(1)
    }

    pub(super) fn choose<T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.index(among.len())]
    }

    /// As many bytes as the value of the next byte.
    pub(super) fn some(&mut self) -> &'a [u8] {
        let length = self.byte().unwrap_or_default();
        let (some, rest) = self.0.split_at(self.0.len().min(usize::from(length)));
        self.0 = rest;
        some
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.0
    }
}

/// One change; its numbers are positions, reduced to the valid range when it is applied.
pub(super) enum Mutation {
    /// Bytes of the text are replaced.
    Text { place: usize, bytes: Vec<u8> },
    /// A byte of a decoded member is changed.
    Encoded { member: usize, place: usize, flip: u8 },
    /// A member is replaced by that of another envelope.
    Graft { member: usize, envelope: usize, from: usize },
    /// A member of the envelope or of its protected header is removed.
    Cut { member: usize },
    /// A member of the protected header is set or added.
    Header { member: usize, value: Value },
}

impl Mutation {
    pub(super) fn draw(source: &mut Source<'_>) -> Option<Self> {
        const ANY: usize = 1 << 16;
        Some(match source.byte()? % 5 {
            0 => Self::Text { place: source.index(ANY), bytes: source.some().to_vec() },
            1 => {
                let (member, place) = (source.index(ANY), source.index(ANY));
                Self::Encoded { member, place, flip: source.byte()? }
            }
            2 => Self::Graft {
                member: source.index(ANY),
                envelope: source.index(ENVELOPES.len()),
                from: source.index(ANY),
            },
            3 => Self::Cut { member: source.index(ANY) },
            _ => {
                let (member, text) = (source.index(ANY), source.some());
                let value = serde_json::from_slice(text)
                    .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(text)));
                Self::Header { member, value }
            }
        })
    }

    pub(super) fn apply(self, text: String) -> String {
        if let Self::Text { place, bytes } = self {
            let mut changed = text.into_bytes();
            let place = place % changed.len().max(1);
            let end = changed.len().min(place + bytes.len());
            changed.splice(place..end, bytes);
            return String::from_utf8_lossy(&changed).into_owned();
        }
        let Ok(mut json) = serde_json::from_str::<Value>(&text) else { return text };
        let mut places = places(&json, "");
        places.retain(|place| !place.is_empty());
        if places.is_empty() {
            return text;
        }
        let at = |member: usize| &places[member % places.len()];
        match self {
            Self::Text { .. } => return text,
            Self::Encoded { member, place, flip } => {
                let value = json.pointer_mut(at(member)).unwrap();
                let Some(mut bytes) = bytes(value) else { return text };
                if let Some(place) = place.checked_rem(bytes.len()) {
                    bytes[place] ^= flip;
                }
                *value = Value::from(encode(bytes));
            }
            Self::Graft { member, envelope, from } => {
                let other: Value = serde_json::from_str(&ENVELOPES[envelope]).unwrap();
                let theirs = self::places(&other, "");
                *json.pointer_mut(at(member)).unwrap() =
                    other.pointer(&theirs[from % theirs.len()]).unwrap().clone();
            }
            Self::Cut { member } => {
                let (parent, name) = at(member).rsplit_once('/').unwrap();
                match json.pointer_mut(parent).unwrap() {
                    Value::Object(members) => drop(members.shift_remove(name)),
                    Value::Array(entries) => drop(entries.remove(name.parse().unwrap())),
                    _ => {}
                }
            }
            Self::Header { member, value } => {
                let header = json.get("protected").and_then(bytes);
                let Some(Value::Object(mut header)) =
                    header.and_then(|bytes| serde_json::from_slice(&bytes).ok())
                else {
                    return text;
                };
                header.insert(NAMES[member % NAMES.len()].to_owned(), value);
                json["protected"] = Value::from(encode(Value::Object(header).to_string()));
            }
        }
        json.to_string()
    }
}

/// The decoded bytes of a member, if it is base64url.
fn bytes(value: &Value) -> Option<Vec<u8>> {
    let text = value.as_str()?;
    base64_simd::URL_SAFE_NO_PAD.check(text.as_bytes()).ok()?;
    Some(decode(value))
}

/// The JSON pointers of all values in a value.
fn places(value: &Value, here: &str) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Array(entries) => (0..).map(|place: usize| place.to_string()).zip(entries).collect(),
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| !name.contains(['/', '~']))
            .map(|(name, member)| (name.clone(), member))
            .collect(),
        _ => Vec::new(),
    };
    let below = children.into_iter().flat_map(|(name, child)| places(child, &format!("{here}/{name}")));
    [here.to_owned()].into_iter().chain(below).collect()
}
