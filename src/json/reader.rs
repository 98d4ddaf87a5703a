//! The strict reader: one pass over a text, which refuses ambiguity.

use std::borrow::Cow;
use std::collections::HashSet;

use super::fault::{Fault, Read};
use super::lexeme::Reader;
use super::output::Output;
use super::raw::Raw;

/// The reason to refuse an object with a repeated name.
const TWICE: &str = "a name twice in one object";

/// Maximum nesting with any limit: the reader recurses, and so does `serde_json`, which stops here.
const DEEPEST: usize = 127;

/// The names of most objects.
const USUAL: usize = 8;

/// Up to so many names, comparing each is faster than hashing; objects with more are rare.
const FEW: usize = 16;

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, nesting: usize) -> Self {
        Self {
            text,
            at: 0,
            nesting: nesting.min(DEEPEST),
            level: 0,
            deepest: 0,
            names: Vec::with_capacity(USUAL),
        }
    }

    /// The number of levels of the value.
    pub(super) fn levels(&self) -> usize {
        self.deepest
    }

    /// Checks that only white space is left.
    pub(super) fn end(&mut self) -> Read {
        match self.next() {
            None => Ok(()),
            Some(_) => Err(self.fault_here("text after the end of the JSON value")),
        }
    }

    /// Reads a value into `T`.
    pub(crate) fn value<T: Output<'a>>(&mut self) -> Read<T> {
        match self.next() {
            Some(b'"') => self.string().map(T::text),
            Some(b'{') => {
                let mut members = T::Members::default();
                self.object(|reader, name| {
                    let value = reader.value()?;
                    T::member(&mut members, name, value);
                    Ok(())
                })?;
                Ok(T::object(members))
            }
            Some(b'[') => {
                let mut entries = T::Entries::default();
                self.array(|reader| {
                    let value = reader.value()?;
                    T::entry(&mut entries, value);
                    Ok(())
                })?;
                Ok(T::array(entries))
            }
            Some(b't') => self.word("true").map(|()| T::boolean(true)),
            Some(b'f') => self.word("false").map(|()| T::boolean(false)),
            Some(b'n') => self.word("null").map(|()| T::null()),
            Some(b'-' | b'0'..=b'9') => self.number().map(T::number),
            _ => Err(self.unexpected_byte()),
        }
    }

    /// Reads a value as its text.
    pub(crate) fn raw(&mut self) -> Read<Raw<'a>> {
        let is_string = self.next() == Some(b'"');
        let start = self.at;
        let has_escapes = if is_string {
            self.string()?.has_escapes
        } else {
            self.value::<()>()?;
            false
        };
        Ok(Raw::read(self.text.get(start..self.at).unwrap_or_default(), has_escapes))
    }

    /// Reads an object with unique names; `member` reads each value.
    pub(crate) fn object(&mut self, mut member: impl FnMut(&mut Self, Cow<'a, str>) -> Read) -> Read {
        let outer = self.names.len();
        let mut many = HashSet::new();
        self.enter(b'{')?;
        let mut more = self.read_opening(b'}');
        while more {
            if self.next() != Some(b'"') {
                return Err(self.unexpected_byte());
            }
            let name = self.string()?.decode();
            let few = self.names.get(outer..).unwrap_or_default();
            let is_new = !few.contains(&name)
                && if few.len() < FEW {
                    self.names.push(name.clone());
                    true
                } else {
                    many.insert(name.clone())
                };
            if !is_new {
                return Err(self.fault(TWICE));
            }
            self.expect(b':')?;
            member(self, name)?;
            more = self.read_separator(b'}')?;
        }
        self.names.truncate(outer);
        self.level = self.level.saturating_sub(1);
        Ok(())
    }

    /// Reads an array; `entry` reads each value.
    pub(super) fn array(&mut self, mut entry: impl FnMut(&mut Self) -> Read) -> Read {
        self.enter(b'[')?;
        let mut more = self.read_opening(b']');
        while more {
            entry(self)?;
            more = self.read_separator(b']')?;
        }
        self.level = self.level.saturating_sub(1);
        Ok(())
    }

    /// Skips the opening bracket of an object or an array.
    fn enter(&mut self, bracket: u8) -> Read {
        if self.next() != Some(bracket) {
            return Err(self.unexpected_byte());
        }
        if self.level >= self.nesting {
            return Err(self.fault_here("nested too deeply"));
        }
        self.level = self.level.saturating_add(1);
        self.deepest = self.deepest.max(self.level);
        self.pass(1);
        Ok(())
    }

    /// Whether the object or array has content; otherwise skips its closing bracket.
    fn read_opening(&mut self, closing: u8) -> bool {
        let is_empty = self.next() == Some(closing);
        if is_empty {
            self.pass(1);
        }
        !is_empty
    }

    /// Skips a comma or the closing bracket; returns whether it was a comma.
    fn read_separator(&mut self, closing: u8) -> Read<bool> {
        match self.next() {
            Some(b',') => {
                self.pass(1);
                Ok(true)
            }
            Some(byte) if byte == closing => {
                self.pass(1);
                Ok(false)
            }
            _ => Err(self.unexpected_byte()),
        }
    }

    fn expect(&mut self, byte: u8) -> Read {
        if self.next() != Some(byte) {
            return Err(self.unexpected_byte());
        }
        self.pass(1);
        Ok(())
    }

    /// The fault of the last value.
    pub(crate) fn fault(&self, reason: impl Into<Cow<'static, str>>) -> Fault {
        Fault::At { reason: reason.into(), byte: self.at }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::{NESTING, check, value};

    const AMBIGUOUS: [&str; 10] = [
        "",
        "{",
        "{} {}",
        r#"{"a":1,"a":2}"#,
        r#"{"a":{"b":1,"\u0062":2}}"#,
        r#""\ud800""#,
        "1e999",
        "NaN",
        "[1,]",
        "\u{feff}{}",
    ];

    #[test]
    fn ambiguous_json_is_refused() {
        for text in AMBIGUOUS {
            assert!(check(text, "x", NESTING).is_err(), "{text}");
            assert!(value(text, "x").is_err(), "{text}");
        }
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(check(&deep, "x", NESTING).is_err());
        let text = r#"{"a":[1,-1,1.5,18446744073709551616,null,true,"\u00e9"],"b":{"a":{}}}"#;
        check(text, "x", NESTING).unwrap();
        assert_eq!(value(text, "x").unwrap(), serde_json::from_str::<Value>(text).unwrap());
    }

    // MSG-31
    #[test]
    fn levels_are_counted_exactly() {
        for (text, levels) in [("1", 0), ("[]", 1), (r#"{"a":[1,{"b":{}}]}"#, 4), (r#"[[],{"a":1},[2]]"#, 2)]
        {
            check(text, "x", levels).unwrap();
            assert!(levels == 0 || check(text, "x", levels - 1).is_err(), "{text}");
        }
    }
}
