//! Memory for what is exchanged with Python: MemoryError where there is not enough, as for Python's own objects.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::error::Result;
use crate::memory::check_room;

/// A text for Python.
pub(super) fn new_str<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyString>> {
    PyString::from_bytes(py, text.as_bytes())
}

/// Bytes for Python.
pub(super) fn new_bytes<'py>(py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    PyBytes::new_with(py, bytes.len(), |room| {
        room.copy_from_slice(bytes);
        Ok(())
    })
}

/// An object with its place in a list or a dict.
const OBJECT: usize = 96;

/// Returns [`Error::Memory`] if the objects of a JSON text find no memory in Python.
pub(super) fn check_objects(text: &str) -> Result<()> {
    /// Shorter texts are not checked: there is memory for their objects.
    const SHORT: usize = 64 * 1024;
    /// The most that a byte of the text takes: half an object, and the characters of strings that are decoded first.
    const MOST: usize = OBJECT / 2 + 8;
    // the text is read to count only where not even the most can be had
    if text.len() < SHORT || check_room(text.len().saturating_mul(MOST)).is_ok() {
        return Ok(());
    }
    check_room(room_of_objects(text))
}

/// About how much memory the objects of a JSON text take in Python.
fn room_of_objects(text: &str) -> usize {
    let objects = count(text, |byte| matches!(byte, b',' | b':' | b'[' | b'{'));
    // one character beyond Latin-1 makes two or four bytes of every character of its string
    let wide = if text.is_ascii() { 1 } else { 4 };
    // a string with escapes is decoded first, and what it stands for may be beyond Latin-1
    let decoded: usize = if text.contains('\\') { 4 } else { 0 };
    let strings = text.len().saturating_mul(decoded.saturating_add(wide));
    objects.saturating_mul(OBJECT).saturating_add(strings)
}

/// At most how long the JSON of a string is, without its quotes.
pub(super) fn room_of_text(value: &str) -> usize {
    /// A code point as an escape of six letters.
    const LONGEST: usize = 6;
    /// Shorter strings are not counted.
    const SHORT: usize = 256;
    if value.len() < SHORT {
        return value.len().saturating_mul(LONGEST);
    }
    let escaped = count(value, |byte| byte < b' ' || byte == b'"' || byte == b'\\');
    value.len().saturating_add(escaped.saturating_mul(LONGEST))
}

/// How many bytes of a text are of a kind.
///
/// The sums of short blocks fit into a byte, which the compiler adds with vectors: ten times as fast as one sum.
fn count(text: &str, is_one: impl Fn(u8) -> bool) -> usize {
    let of_block =
        |block: &[u8]| block.iter().fold(0_u8, |sum, byte| sum.wrapping_add(u8::from(is_one(*byte))));
    text.as_bytes().chunks(usize::from(u8::MAX)).map(|block| usize::from(of_block(block))).sum()
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn bytes_of_a_kind_are_counted_across_blocks() {
        for length in [0, 1, 254, 255, 256, 511, 5000] {
            assert_eq!(count(&"x".repeat(length), |byte| byte == b'x'), length);
            assert_eq!(count(&"xy".repeat(length), |byte| byte == b'y'), length);
        }
    }
}
