//! Write a JSON object into a text, without building an intermediate value.

use std::io::{self, Write};

use crate::json::plain_length;

/// An open object at the end of a text.
pub(crate) struct ObjectText<'t> {
    text: &'t mut String,
    is_empty: bool,
}

impl<'t> ObjectText<'t> {
    /// Opens an object.
    pub(crate) fn begin(text: &'t mut String) -> Self {
        text.push('{');
        Self { text, is_empty: true }
    }

    /// Writes a member; the value must be valid JSON text.
    pub(crate) fn put(&mut self, name: &str, json: &str) {
        self.name(name);
        self.text.push_str(json);
    }

    pub(crate) fn put_text(&mut self, name: &str, value: &str) {
        self.name(name);
        push_text(self.text, value);
    }

    pub(crate) fn put_number(&mut self, name: &str, value: u64) {
        self.put(name, &value.to_string());
    }

    pub(crate) fn put_texts<'a>(&mut self, name: &str, values: impl IntoIterator<Item = &'a str>) {
        let write = |text: &mut String, value: &str| push_text(text, value);
        self.put_array(name, values, write);
    }

    /// Writes an array member; `write` writes each entry.
    pub(crate) fn put_array<T>(
        &mut self,
        name: &str,
        entries: impl IntoIterator<Item = T>,
        write: impl Fn(&mut String, T),
    ) {
        self.name(name);
        self.text.push('[');
        for (place, entry) in entries.into_iter().enumerate() {
            if place > 0 {
                self.text.push(',');
            }
            write(self.text, entry);
        }
        self.text.push(']');
    }

    /// Writes an object member; `write` writes its members.
    pub(crate) fn put_object(&mut self, name: &str, write: impl FnOnce(&mut ObjectText<'_>)) {
        self.name(name);
        let mut object = ObjectText::begin(self.text);
        write(&mut object);
        object.end();
    }

    /// Closes the object.
    pub(crate) fn end(self) {
        self.text.push('}');
    }

    fn name(&mut self, name: &str) {
        if !std::mem::replace(&mut self.is_empty, false) {
            self.text.push(',');
        }
        push_text(self.text, name);
        self.text.push(':');
    }
}

/// Writes a JSON string.
pub(crate) fn push_text(text: &mut String, value: &str) {
    if plain_length(value.as_bytes()) < value.len() {
        // a Unicode string can always be written
        let _ = serde_json::to_writer(Appended(text), value);
    } else {
        text.push('"');
        text.push_str(value);
        text.push('"');
    }
}

/// A writer that appends to a text.
struct Appended<'a>(&'a mut String);

impl Write for Appended<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = str::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData)?;
        self.0.push_str(text);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn written_object_parses_to_the_same_members() {
        let mut text = String::new();
        ObjectText::begin(&mut text).end();
        assert_eq!(text, "{}");
        text.clear();
        let mut object = ObjectText::begin(&mut text);
        object.put("a", "[1,{}]");
        object.put_text("b\"", "\u{1}\\\"é\n");
        object.put_number("c", u64::MAX);
        object.put_texts("d", ["e", "f"]);
        object.put_texts("g", []);
        object.put_object("h", |inside| inside.put_text("i", "j"));
        object.end();
        let expected = json!({
            "a": [1, {}], "b\"": "\u{1}\\\"é\n", "c": u64::MAX, "d": ["e", "f"], "g": [], "h": {"i": "j"},
        });
        assert_eq!(text, expected.to_string());
    }

    #[test]
    fn strings_are_escaped_as_by_serde() {
        let characters = (0..=0x80_u8).map(char::from).chain(['é', '\u{2028}', '\u{1f600}']);
        for character in characters {
            for filler in [0, 1, 63, 64, 65, 200] {
                let value = format!("{}{character}{}", "x".repeat(filler), "y".repeat(filler));
                let mut text = String::new();
                push_text(&mut text, &value);
                assert_eq!(text, serde_json::to_string(&value).unwrap());
            }
        }
    }
}
