//! Memory for Python objects: MemoryError if an allocation fails, as for Python's own objects.

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

/// The approximate size of an object and its entry in a list or dict, in bytes.
const OBJECT: usize = 96;

/// Returns [`Error::Memory`] if the Python objects of a JSON text cannot be allocated.
pub(super) fn check_objects(text: &str) -> Result<()> {
    /// Maximum length of a text that is not checked, because its objects are small.
    const SHORT: usize = 64 * 1024;
    /// Maximum memory for a byte of the text: half an object, and the characters of strings that are decoded first.
    const MOST: usize = OBJECT / 2 + 8;
    // the objects are counted only if the maximum cannot be allocated
    if text.len() < SHORT || check_room(text.len().saturating_mul(MOST)).is_ok() {
        return Ok(());
    }
    check_room(room_of_objects(text))
}

/// The approximate memory of the Python objects of a JSON text, in bytes.
fn room_of_objects(text: &str) -> usize {
    let objects = count(text, |byte| matches!(byte, b',' | b':' | b'[' | b'{'));
    // a character beyond Latin-1 takes two or four bytes, and so does every other character of its string
    let wide = if text.is_ascii() { 1 } else { 4 };
    // a string with escapes is decoded first, and its characters may be beyond Latin-1
    let decoded: usize = if text.contains('\\') { 4 } else { 0 };
    let strings = text.len().saturating_mul(decoded.saturating_add(wide));
    objects.saturating_mul(OBJECT).saturating_add(strings)
}

/// Maximum length of the JSON of a string, without its quotes.
pub(super) fn room_of_text(value: &str) -> usize {
    /// The length of an escape, `\u0000`.
    const LONGEST: usize = 6;
    /// Maximum length of a string whose escapes are not counted.
    const SHORT: usize = 256;
    if value.len() < SHORT {
        return value.len().saturating_mul(LONGEST);
    }
    let escaped = count(value, |byte| byte < b' ' || byte == b'"' || byte == b'\\');
    value.len().saturating_add(escaped.saturating_mul(LONGEST))
}

/// The number of bytes of a text that satisfy the predicate.
///
/// The sum of a short block fits into a byte, so that the compiler vectorizes it: ten times as fast as one large sum.
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
