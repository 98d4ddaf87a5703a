//! Sanitize untrusted text for display: errors, representations, logs and pictures show it through here.
//!
//! Line breaks, terminal escapes and marks of text direction would allow a peer to forge log lines (CWE-117), move the
//! cursor, or disguise the text.

use std::fmt::Write as _;

/// Maximum characters of an identifier in a representation: enough to distinguish two kids, few enough for a line.
#[cfg(any(feature = "python", test))]
pub(crate) const LONGEST_ID: usize = 64;

/// Maximum number of identifiers in a representation: a message may have a thousand recipients.
#[cfg(feature = "python")]
const MOST_IDS: usize = 5;

/// Escapes every character that is not printable, as `\n`, `\x1b` or `\u202e`.
pub fn escape(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        push(&mut shown, letter, "");
    }
    shown
}

/// The same, without the middle of a text that is longer than `longest` characters.
pub fn shorten(text: &str, longest: usize) -> String {
    escape(&cut_middle(text, longest))
}

/// Quotes the text like Python's `repr`, shortened to the length of an identifier.
#[cfg(any(feature = "python", test))]
pub(crate) fn quote(text: &str) -> String {
    let mut shown = String::from("'");
    for letter in cut_middle(text, LONGEST_ID).chars() {
        push(&mut shown, letter, "'\\");
    }
    shown.push('\'');
    shown
}

/// Lists the first identifiers in one line, each shortened.
#[cfg(feature = "python")]
pub(crate) fn list_ids<'a>(ids: impl IntoIterator<Item = &'a str>) -> String {
    let mut ids = ids.into_iter();
    let first: Vec<_> = ids.by_ref().take(MOST_IDS).map(|id| shorten(id, LONGEST_ID)).collect();
    match ids.count() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

fn cut_middle(text: &str, longest: usize) -> std::borrow::Cow<'_, str> {
    let length = text.chars().count();
    if length <= longest {
        return text.into();
    }
    let tail = longest.checked_div(3).unwrap_or_default();
    let head: String = text.chars().take(longest.saturating_sub(tail).saturating_sub(1)).collect();
    let tail: String = text.chars().skip(length.saturating_sub(tail)).collect();
    format!("{head}…{tail}").into()
}

fn push(shown: &mut String, letter: char, escaped: &str) {
    if escaped.contains(letter) {
        shown.extend(['\\', letter]);
    } else if is_printable(letter) {
        shown.push(letter);
    } else {
        match letter {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            other => push_code(shown, u32::from(other)),
        }
    }
}

fn push_code(shown: &mut String, code: u32) {
    let written = match code {
        0..=0xff => write!(shown, "\\x{code:02x}"),
        0x100..=0xffff => write!(shown, "\\u{code:04x}"),
        _ => write!(shown, "\\U{code:08x}"),
    };
    debug_assert!(written.is_ok(), "a String takes any text");
}

/// Whether the standard library prints the character unescaped, including quotes and backslashes.
fn is_printable(letter: char) -> bool {
    if letter.is_ascii() {
        return letter.is_ascii_graphic() || letter == ' ';
    }
    // not at the start, where combining marks would be escaped, which many languages need
    let inside = ['a', letter].iter().collect::<String>();
    inside.escape_debug().count() == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_escapes_controls_and_not_letters_of_any_language() {
        let cases = [
            (
                "x\n\r\t\0\x1b[2J\u{202e}\u{2066}\u{2028}\u{feff}\u{e0001}",
                r"x\n\r\t\x00\x1b[2J\u202e\u2066\u2028\ufeff\U000e0001",
            ),
            ("'\"\\ Ünï e\u{301} हिन्दी 日本語 😀…", "'\"\\ Ünï e\u{301} हिन्दी 日本語 😀…"),
            ("", ""),
        ];
        for (text, shown) in cases {
            assert_eq!(escape(text), shown);
        }
    }

    #[test]
    fn quoted_text_cannot_close_its_quotes() {
        assert_eq!(quote("x', frm='did:example:alice\\"), r"'x\', frm=\'did:example:alice\\'");
    }

    #[test]
    fn shortened_text_preserves_both_ends() {
        let shown = shorten(&format!("did:peer:2.{}#key-1", "é".repeat(100)), LONGEST_ID);
        assert_eq!(shown.chars().count(), LONGEST_ID);
        assert!(shown.starts_with("did:peer:2.é") && shown.ends_with("#key-1") && shown.contains('…'));
        assert_eq!(shorten("did:example:bob", LONGEST_ID), "did:example:bob");
    }
}
