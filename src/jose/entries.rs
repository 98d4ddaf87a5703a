//! Arrays of which only so many entries are read: the rest is not even parsed.

use std::fmt::Formatter;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::{Error, Result};

/// The entries of an array that has at most so many.
pub(crate) fn entries<'a, T: Deserialize<'a>>(
    raw: &'a RawValue,
    most: usize,
    part: &'static str,
) -> Result<Vec<T>> {
    let mut more = false;
    let read = AtMost { most, more: &mut more, entry: PhantomData };
    let found = read.deserialize(&mut serde_json::Deserializer::from_str(raw.get()));
    if more {
        return Err(Error::malformed(part, format!("more than the {most} that are read")));
    }
    found.map_err(|_| Error::malformed(part, "no array of the objects expected"))
}

struct AtMost<'m, T> {
    most: usize,
    more: &'m mut bool,
    entry: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for AtMost<'_, T> {
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for AtMost<'_, T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Vec<T>, A::Error> {
        let mut found = Vec::new();
        while found.len() < self.most {
            match sequence.next_element()? {
                Some(entry) => found.push(entry),
                None => return Ok(found),
            }
        }
        if sequence.next_element::<IgnoredAny>()?.is_some() {
            *self.more = true;
            return Err(A::Error::custom("too many"));
        }
        Ok(found)
    }
}
