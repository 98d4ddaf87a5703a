//! Memory for what is exchanged with Python: MemoryError where there is not enough, as for Python's own objects.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

/// A text for Python.
pub(super) fn checked_str<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyString>> {
    PyString::from_bytes(py, text.as_bytes())
}

/// Bytes for Python.
pub(super) fn checked_bytes<'py>(py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    PyBytes::new_with(py, bytes.len(), |room| {
        room.copy_from_slice(bytes);
        Ok(())
    })
}

/// About how much memory the objects of a JSON text take in Python.
pub(super) fn room_of_objects(text: &str) -> usize {
    /// Shorter texts are not counted: there is memory for their objects.
    const SHORT: usize = 64 * 1024;
    /// An object with its place in a list or a dict.
    const OBJECT: usize = 96;
    if text.len() < SHORT {
        return 0;
    }
    let is_start = |byte: u8| matches!(byte, b',' | b':' | b'[' | b'{');
    let objects: usize = text.bytes().map(|byte| usize::from(is_start(byte))).sum();
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
    let is_escaped = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
    let escaped: usize = value.bytes().map(|byte| usize::from(is_escaped(byte))).sum();
    value.len().saturating_add(escaped.saturating_mul(LONGEST))
}
