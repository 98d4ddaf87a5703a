//! Faults of a JSON text.

use std::borrow::Cow;

/// The reason to refuse a text.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The text ends inside of its value.
    End,
    /// At this byte, counted from 1.
    At { reason: Cow<'static, str>, byte: usize },
}

/// The read value, or the fault of the text.
pub(crate) type Read<T = ()> = Result<T, Fault>;

impl Fault {
    /// The reason and the byte; it never quotes the text, which may be private.
    pub(super) fn reason(&self, text: &str) -> String {
        if text.trim_ascii().is_empty() {
            return "empty".to_owned();
        }
        if text.starts_with('\u{feff}') {
            return "begins with a byte order mark, which JSON does not allow".to_owned();
        }
        match self {
            Self::End => format!("ends at byte {}: truncated?", text.len()),
            Self::At { reason, byte } => format!("{reason} (byte {byte})"),
        }
    }
}

/// The kind of a JSON text, by its first character.
pub(crate) fn kind(text: &str) -> &'static str {
    match text.trim_ascii_start().bytes().next() {
        None => "an empty text",
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        Some(b'-' | b'0'..=b'9') => "a number",
        Some(_) => "a text that is not JSON",
    }
}

#[cfg(test)]
mod tests {
    use crate::error::Error;

    #[test]
    fn reasons_have_fault_and_position_and_never_quote_the_text() {
        for (text, expected) in [
            ("", "empty"),
            ("\u{feff}{}", "begins with a byte order mark, which JSON does not allow"),
            ("{\"secret\":\"x", "ends at byte 12: truncated?"),
            ("{\"a\":1,\n\"a\":2}", "a name twice in one object (byte 11)"),
            ("{\"secret\":NaN}", "a number that is not finite (byte 11)"),
            ("[-Infinity]", "a number that is not finite (byte 3)"),
            ("[1e999]", "a number that is not finite (byte 6)"),
            (&"1".repeat(310), "an integer of more than 308 digits (byte 310)"),
            (&format!("{}.5", "1".repeat(310)), "a number that is not finite (byte 312)"),
            (r#""\ud800""#, "a string that is not Unicode (byte 8)"),
            (r#""\udc00""#, "a string that is not Unicode (byte 7)"),
            (r#""\ud800\u0041""#, "a string that is not Unicode (byte 13)"),
            ("{} {}", "text after the end of the JSON value (byte 4)"),
            ("\"\n\"", "a control character that is not escaped in a string (byte 2)"),
            ("{secret}", "not JSON (byte 2)"),
        ] {
            let Err(Error::Malformed { reason, .. }) = crate::json::value(text, "x") else { panic!() };
            assert_eq!(reason, expected, "{text}");
        }
    }
}
