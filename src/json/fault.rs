//! What is wrong with a JSON text, in words of our own: the words of the parser never reach a user.

use std::fmt::Display;

use serde_json::error::Category;

/// The parser's words for a fault, and ours.
const WORDS: [(&str, &str); 6] = [
    ("number out of range", "a number that is not finite"),
    ("lone leading surrogate", "a string that is not Unicode"),
    ("unexpected end of hex escape", "a string that is not Unicode"),
    ("recursion limit exceeded", "nested too deeply"),
    ("trailing characters", "text after the end of the JSON value"),
    ("control character", "a control character that is not escaped in a string"),
];

/// A constant of JavaScript that JSON does not have.
const NOT_FINITE: [&str; 3] = ["NaN", "Infinity", "-Infinity"];

/// What is wrong, and at which byte; nothing of the text is repeated, for it may be private.
pub(crate) fn reason(error: &serde_json::Error, text: &str) -> String {
    if text.trim_ascii().is_empty() {
        return "empty".to_owned();
    }
    if text.starts_with('\u{feff}') {
        return "begins with a byte order mark, which JSON does not allow".to_owned();
    }
    let byte = position(error, text);
    let words = error.to_string();
    match error.classify() {
        Category::Eof => format!("ends at byte {}: truncated?", text.len()),
        // only our own readers make errors of this category
        Category::Data => {
            let own = words.rsplit_once(" at line ").map_or(words.as_str(), |(own, _)| own);
            at(own, byte)
        }
        Category::Syntax | Category::Io => {
            let rest = text.get(byte.saturating_sub(1)..).unwrap_or_default();
            let known = WORDS.iter().find(|(theirs, _)| words.starts_with(theirs)).map(|(_, ours)| *ours);
            let constant = || NOT_FINITE.iter().any(|name| rest.trim_ascii_start().starts_with(name));
            match known {
                Some(ours) => at(ours, byte),
                None if constant() => at("a number that is not finite", byte),
                None => at("not JSON", byte),
            }
        }
    }
}

fn at(reason: impl Display, byte: usize) -> String {
    format!("{reason} (byte {byte})")
}

/// The place of the fault, counted in bytes from the start of the text.
fn position(error: &serde_json::Error, text: &str) -> usize {
    let before = error.line().saturating_sub(1);
    let start: usize = text.split_inclusive('\n').take(before).map(str::len).sum();
    start.saturating_add(error.column())
}

/// What a JSON text is, by its first character.
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
    fn reasons_name_the_fault_and_its_place_and_nothing_of_the_text() {
        for (text, expected) in [
            ("", "empty"),
            ("\u{feff}{}", "begins with a byte order mark, which JSON does not allow"),
            ("{\"secret\":\"x", "ends at byte 12: truncated?"),
            ("{\"a\":1,\n\"a\":2}", "a name twice in one object (byte 11)"),
            ("{\"secret\":NaN}", "a number that is not finite (byte 11)"),
            ("[-Infinity]", "a number that is not finite (byte 3)"),
            ("[1e999]", "a number that is not finite (byte 6)"),
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
