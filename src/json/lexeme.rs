//! The strings, numbers and words of a JSON text (RFC 8259 3, 6 and 7).

use std::borrow::Cow;

use super::fault::{Fault, Read};
use super::plain_length;

/// A number with at most so many characters and no exponent is finite: the largest has 309 digits.
const SHORT: usize = 300;

const NOT_UNICODE: &str = "a string that is not Unicode";
const NOT_FINITE: &str = "a number that is not finite";
/// The reason for a longer integer than the largest float, in JSON and in Python alike.
pub(crate) const TOO_LONG_INTEGER: &str = "an integer of more than 308 digits";

/// An encoded string, with its quotes.
pub(crate) struct JsonString<'a> {
    pub(super) quoted: &'a str,
    pub(super) has_escapes: bool,
}

impl<'a> JsonString<'a> {
    /// Decodes the string, borrowed if it has no escapes.
    pub(crate) fn decode(&self) -> Cow<'a, str> {
        if self.has_escapes {
            return unescape(self.quoted).unwrap_or_default().into();
        }
        let inner = self.quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        inner.unwrap_or_default().into()
    }
}

/// Decodes a quoted string; `None` if it is not a JSON string.
pub(super) fn unescape(quoted: &str) -> Option<String> {
    serde_json::from_str(quoted).ok()
}

/// A cursor in a JSON text.
pub(crate) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    /// The maximum number of levels.
    pub(super) nesting: usize,
    pub(super) level: usize,
    /// The deepest level so far.
    pub(super) deepest: usize,
    /// The names of the open objects, the outermost first; of each the first few.
    pub(super) names: Vec<Cow<'a, str>>,
}

impl<'a> Reader<'a> {
    /// The next byte.
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is not white space.
    pub(super) fn next(&mut self) -> Option<u8> {
        loop {
            match self.peek() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.pass(1),
                byte => return byte,
            }
        }
    }

    pub(super) fn pass(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    /// A fault of the next byte.
    pub(super) fn fault_here(&self, reason: &'static str) -> Fault {
        Fault::At { reason: reason.into(), byte: self.at.saturating_add(1) }
    }

    /// The fault of an unexpected byte.
    pub(super) fn unexpected_byte(&mut self) -> Fault {
        let rest = self.text.get(self.at..).unwrap_or_default();
        // JavaScript has constants that JSON does not have
        let reason =
            if rest.starts_with("NaN") || rest.starts_with("Infinity") { NOT_FINITE } else { "not JSON" };
        if rest.is_empty() { Fault::End } else { self.fault_here(reason) }
    }

    pub(super) fn word(&mut self, word: &str) -> Read {
        word.bytes().try_for_each(|byte| self.byte(|next| next == byte))
    }

    /// Skips a byte that satisfies the predicate.
    fn byte(&mut self, is_expected: impl Fn(u8) -> bool) -> Read {
        if self.peek().is_some_and(is_expected) {
            self.pass(1);
            Ok(())
        } else {
            Err(self.unexpected_byte())
        }
    }

    /// Skips the string that begins here.
    pub(super) fn string(&mut self) -> Read<JsonString<'a>> {
        let start = self.at;
        self.pass(1);
        let mut has_escapes = false;
        loop {
            self.pass(plain_length(self.text.as_bytes().get(self.at..).unwrap_or_default()));
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    has_escapes = true;
                    self.escape()?;
                }
                Some(_) => return Err(self.fault_here("a control character that is not escaped in a string")),
                None => return Err(Fault::End),
            }
        }
        self.pass(1);
        Ok(JsonString { quoted: self.text.get(start..self.at).unwrap_or_default(), has_escapes })
    }

    fn escape(&mut self) -> Read {
        self.pass(1);
        if self.peek() != Some(b'u') {
            return self.byte(|byte| b"\"\\/bfnrt".contains(&byte));
        }
        match self.code_unit()? {
            0xd800..0xdc00 => {
                for byte in *b"\\u" {
                    match self.peek() {
                        Some(next) if next == byte => {}
                        Some(_) => return Err(self.fault_here(NOT_UNICODE)),
                        None => return Err(Fault::End),
                    }
                    // `code_unit` skips the letter
                    self.pass(usize::from(byte == b'\\'));
                }
                match self.code_unit()? {
                    0xdc00..0xe000 => Ok(()),
                    _ => Err(self.fault(NOT_UNICODE)),
                }
            }
            0xdc00..0xe000 => Err(self.fault(NOT_UNICODE)),
            _ => Ok(()),
        }
    }

    /// Skips the letter and the four digits of an escape.
    fn code_unit(&mut self) -> Read<u16> {
        self.pass(1);
        let start = self.at;
        for _ in 0..4 {
            self.byte(|byte| byte.is_ascii_hexdigit())?;
        }
        let digits = self.text.get(start..self.at).unwrap_or_default();
        Ok(u16::from_str_radix(digits, 16).unwrap_or_default())
    }

    /// Skips the number that begins here.
    pub(super) fn number(&mut self) -> Read<&'a str> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.pass(1);
        }
        // no zero precedes other digits
        if self.peek() == Some(b'0') {
            self.pass(1);
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.pass(1);
            self.digits()?;
        }
        let has_exponent = matches!(self.peek(), Some(b'e' | b'E'));
        if has_exponent {
            self.pass(1);
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.pass(1);
            }
            self.digits()?;
        }
        let number = self.text.get(start..self.at).unwrap_or_default();
        if (!has_exponent && number.len() <= SHORT) || number.parse().is_ok_and(f64::is_finite) {
            return Ok(number);
        }
        let is_integer = !has_exponent && !number.contains('.');
        Err(self.fault(if is_integer { TOO_LONG_INTEGER } else { NOT_FINITE }))
    }

    fn digits(&mut self) -> Read {
        self.byte(|byte| byte.is_ascii_digit())?;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.pass(1);
        }
        Ok(())
    }
}
